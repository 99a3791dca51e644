//! A waiter is killed at every moment of a request: the answer is lost, and nothing else.
//!
//! It may not know how a request is served; `examples/shop/rehearsal.rs` names the moments. A request that may be made again is passed on by the
//! front door, and the visitor notices nothing. Of any other the visitor hears 502, has the cookies from before, and asks again.

use crate::{
    Fault, Length, must,
    shop::{Shop, WAITERS, With},
    table::Row,
    visitor::Visitor,
};

/// Of every request.
const MOMENTS: [&str; 4] = ["request-came", "slips-opened", "handler-done", "answer-ready"];

/// Of one that writes an order.
const OF_AN_ORDER: [&str; 3] = ["page-drafted", "page-written", "page-placed"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Request {
    Look,
    LogIn,
    Add,
    Buy,
}

pub(crate) async fn rehearse(length: Length) -> Result<Vec<Row>, Fault> {
    let shop = Shop::open(With::default()).await?;
    let mut rows = Vec::new();
    for (request, name, seen) in [
        (Request::Look, "a page", "200, by another waiter"),
        (Request::LogIn, "a login", "502; asked again, logged in"),
        (Request::Add, "a write into the cart", "502, the cart as before; asked again, it is in once"),
        (Request::Buy, "a checkout", "502, the cart as before; asked again, one order in the book, the cart empty"),
    ] {
        let moments = MOMENTS.into_iter().chain(OF_AN_ORDER.into_iter().filter(|_| request == Request::Buy));
        let mut row =
            Row { fault: format!("kill -9 at each moment of {name}"), seen: seen.to_owned(), ..Row::default() };
        for moment in moments {
            for _ in 0..length.of(2, 25) {
                let mut visitor = Visitor::of(&shop)?;
                once(&shop, &mut visitor, request, moment)
                    .await
                    .map_err(|fault| format!("{name}, {moment}: {fault}"))?;
                row.times += 1;
                row.requests += visitor.requests;
                row.refused += visitor.refused;
            }
        }
        row.panics = shop.panics();
        rows.push(row.checked()?);
    }
    Ok(rows)
}

/// Waits until the front door has sent somebody to each of three waiters: that one is there does not say that the door knows.
async fn everybody_serves(shop: &Shop, visitor: &mut Visitor) -> Result<(), Fault> {
    loop {
        shop.is_full().await;
        let mut missing = shop.waiters();
        for _ in 0..4 * WAITERS {
            let process = visitor.get_until_there("/cart").await?.process();
            missing.retain(|id| Some(*id) != process);
        }
        if missing.is_empty() {
            return Ok(());
        }
    }
}

async fn once(shop: &Shop, visitor: &mut Visitor, request: Request, moment: &str) -> Result<(), Fault> {
    everybody_serves(shop, visitor).await?;

    visitor.add(2).await?;
    if request == Request::Buy {
        visitor.log_in().await?;
    }
    let orders = shop.orders();
    let (path, form) = match request {
        Request::Look => ("/cart", None),
        Request::LogIn => ("/login", Some("name=Ada&password=soup")),
        Request::Add => ("/cart/add", Some("sku=cup&quantity=3")),
        Request::Buy => ("/checkout", Some("")),
    };
    shop.end_at(moment)?;
    let answer = match form {
        Some(form) => visitor.post(path, form).await?,
        None => visitor.get(path).await?,
    };
    must(shop.has_ended_at(moment), || "nobody came there".to_owned())?;
    let status = answer.as_ref().map(|page| page.status.as_u16());
    let Some(form) = form else {
        must(status == Some(200), || format!("the page was answered {status:?}"))?;
        return must(answer.and_then(|page| page.cups()) == Some(2), || "another cart".to_owned());
    };
    must(status == Some(502), || format!("a killed waiter answered {status:?}"))?;
    must(visitor.cups().await? == 2, || "the cart is not as before".to_owned())?;
    let done = visitor.post_until_done(path, form).await?.status.as_u16();
    must(done == 303, || format!("asked again, it was answered {done}"))?;
    let after = visitor.get_until_there("/cart").await?;
    let (cups, user, bought) = (after.cups(), after.user(), shop.orders() - orders);
    must(
        cups == Some(match request {
            Request::Buy => 0,
            Request::Add => 5,
            _ => 2,
        }),
        || format!("{cups:?} cups"),
    )?;
    must(user.is_some() == (request != Request::Add), || format!("{user:?} is logged in"))?;
    must(bought == u64::from(request == Request::Buy), || format!("{bought} orders"))
}
