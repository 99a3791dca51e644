//! Bodies: any type of them goes through the layer, and one that writes after the header has gone is told so.

use crate::{
    kit::{NOW, events},
    shop::{Cart, Shop, Theme, jars},
};
use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    http::{Request, Response},
    routing::get,
};
use orderslip::{
    Keyring,
    cookie::{Held, Visits},
    csrf::SameOrigin,
    testing::TestClock,
    web::{SameOriginLayer, SlipLayer},
};
use std::{
    convert::Infallible,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
};
use tower::{Layer as _, ServiceBuilder, ServiceExt as _, service_fn};

/// A body that writes into the cart when it is asked for its one frame, and says what came of it.
struct Late(Option<Held<Cart>>);

impl HttpBody for Late {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        let Some(cart) = self.0.take() else { return Poll::Ready(None) };
        let written = cart.update(|cart| cart.lines.push("too late".into()));
        let seen = cart.read(|cart| cart.lines.clone());
        let said = format!("misuse: {}, {seen:?}", written.is_err_and(|error| error.is_misuse()));
        Poll::Ready(Some(Ok(http_body::Frame::data(said.into()))))
    }
}

#[tokio::test]
async fn a_body_that_writes_after_the_header_is_told_so() {
    async fn stream(cart: Held<Cart>) -> Body {
        Body::new(Late(Some(cart)))
    }
    let app = Router::new()
        .route("/stream", get(stream))
        .route("/add", get(async |cart: Held<Cart>| cart.update(|cart| cart.lines.push("soup".into()))));
    let mut shop = Shop::with(app, &Keyring::generate().unwrap()).await;
    let answer = shop.visit("/stream").await;
    assert!(answer.body.contains("misuse: true, []"), "{}", answer.body);
    assert!(answer.set_cookie().is_empty());
    shop.visit("/add").await;
    assert!(shop.visit("/stream").await.body.contains("misuse: true, [\"soup\"]"));
    assert_eq!(shop.lines(), ["soup"]);
}

/// Neither `Send` nor `Sync`, no body of HTTP, and a request's other than an answer's.
struct Question(Rc<str>);

struct Reply(Rc<str>);

#[tokio::test]
async fn any_type_of_body_goes_through() {
    let slips = SlipLayer::new(jars(&Keyring::generate().unwrap(), &TestClock::new(NOW)));
    let handler = async |request: Request<Question>| -> Result<Response<Reply>, Rc<str>> {
        let visits = request.extensions().get::<Arc<Visits>>().ok_or("no layer")?;
        let theme = visits.held::<Theme>().map_err(|_| "no jar")?;
        let written = theme.update(|theme| theme.0 = request.body().0.to_string());
        written.map_err(|_| Rc::from("no cookie")).map(|()| Response::new(Reply(Rc::clone(&request.body().0))))
    };
    let answer = slips.layer(service_fn(handler)).oneshot(Request::new(Question("dark".into()))).await.unwrap();
    assert_eq!(&*answer.body().0, "dark");
    assert!(answer.headers()["set-cookie"].to_str().unwrap().starts_with("__Host-theme="));

    // A service's own error is no answer, and stays as it is.
    let failing = slips.layer(service_fn(async |_: Request<()>| Err::<Response<Reply>, _>(Rc::<str>::from("down"))));
    assert_eq!(failing.oneshot(Request::new(())).await.map(|_| ()).unwrap_err(), Rc::from("down"));
}

#[tokio::test]
async fn the_layers_go_around_one_another_in_either_order() {
    let slips = || SlipLayer::new(jars(&Keyring::generate().unwrap(), &TestClock::new(NOW)));
    let guard = || SameOriginLayer::new(SameOrigin::new());
    let service = || service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(String::new())));
    let from_elsewhere = || Request::post("/").header("sec-fetch-site", "cross-site").body(()).unwrap();
    let one = ServiceBuilder::new().layer(slips()).layer(guard()).service(service());
    let other = ServiceBuilder::new().layer(guard()).layer(slips()).service(service());
    assert_eq!(one.oneshot(from_elsewhere()).await.unwrap().status(), 403);
    assert_eq!(other.oneshot(from_elsewhere()).await.unwrap().status(), 403);
}

/// A slip that no handler asks for costs nothing and says nothing.
#[test]
fn a_slip_that_nobody_asks_for_is_not_opened() {
    let slips = SlipLayer::new(jars(&Keyring::generate().unwrap(), &TestClock::new(NOW)));
    let service = slips.layer(service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(()))));
    let request = Request::get("/").header("cookie", "__Host-cart=junk").body(()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (answer, told) = events::told(tracing::Level::TRACE, || runtime.block_on(service.oneshot(request)).unwrap());
    assert!(told.is_empty() && answer.headers().is_empty(), "{told:?} {:?}", answer.headers());
}
