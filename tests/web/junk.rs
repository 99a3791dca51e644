//! Whatever a client sends as its cookies: no answer says that the server failed, none has a line that a request wrote, and a slip that
//! can be read is kept.

use crate::{
    kit::{NOW, shared_ring},
    shop::{Cart, Shop, jar, routes},
    wire::over_http_2,
};
use axum::http::Request;
use orderslip::{Keyring, cookie::Prefix, testing::mint};
use proptest::{prelude::*, test_runner::TestRunner};

fn cart() -> Cart {
    Cart { lines: vec!["soup".into()], note: String::new() }
}

/// A shop, and a good cookie for it.
async fn shop_and_cookie() -> (Shop, String) {
    let shop = Shop::open().await;
    let cookie = mint(shop.jars.jar::<Cart>().unwrap(), &cart(), NOW).unwrap();
    (shop, cookie)
}

const KEPT: &str = r#"None ["soup"] "" Absent"#;

#[tokio::test]
async fn two_hundred_junk_cookies_cost_one_answer() {
    let (shop, good) = shop_and_cookie().await;
    let junk: Vec<String> = (0..200).map(|number| format!("j{number}={}", "=".repeat(number % 7))).collect();
    for cookies in [format!("{}; {good}", junk.join("; ")), format!("{good}; {}", junk.join("; "))] {
        let answer = shop.server.get("/", &cookies).await;
        assert_eq!((answer.status, answer.body.as_str(), answer.set_cookie().len()), (200, KEPT, 0));
    }
}

/// Somebody who can plant cookies plants two hundred of our name, for longer paths than ours, so that they come first.
#[tokio::test]
async fn t72_two_hundred_junk_cookies_of_our_name_hide_no_slip() {
    let (shop, good) = shop_and_cookie().await;
    let junk = |value: &dyn Fn(usize) -> String| {
        (0..200).map(|number| format!("__Host-cart={}", value(number))).collect::<Vec<_>>().join("; ")
    };
    let short = junk(&|number| format!("junk{number}"));
    let empty = junk(&|_| String::new());
    for cookies in [format!("{short}; {good}"), format!("{good}; {short}"), format!("{empty}; {good}; {short}")] {
        let answer = shop.server.get("/", &cookies).await;
        assert_eq!((answer.status, answer.body.as_str(), answer.set_cookie().len()), (200, KEPT, 0));
    }
}

/// Forged tokens cost a look with a key, so not all of many are looked at: and what was not looked at is not deleted.
#[tokio::test]
async fn t72_behind_forged_cookies_without_end_a_slip_is_not_read_and_not_deleted() {
    let (shop, good) = shop_and_cookie().await;
    let elsewhere = jar::<Cart>("cart", &Keyring::generate().unwrap(), &shop.clock).build().unwrap();
    let forged =
        |count: usize| (0..count).map(|_| mint(&elsewhere, &cart(), NOW).unwrap()).collect::<Vec<_>>().join("; ");
    let few = shop.server.get("/", format!("{}; {good}", forged(31))).await;
    assert_eq!((few.body.as_str(), few.set_cookie().len()), (KEPT, 0));
    let many = shop.server.get("/", format!("{}; {good}", forged(40))).await;
    assert_eq!((many.status, many.body.as_str(), many.set_cookie().len()), (200, r#"None [] "" Absent"#, 0));
    let all_read = shop.server.get("/", forged(20)).await;
    assert_eq!(all_read.named(), ["__Host-cart"], "of no use to anybody");
}

#[tokio::test]
async fn a_cookie_of_16_kilobytes_is_one_more_junk_cookie() {
    let (shop, good) = shop_and_cookie().await;
    for name in ["big", "__Host-cart", "__Host-session"] {
        let answer = shop.server.get("/", format!("{name}={}; {good}", "A".repeat(16_384))).await;
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.body.contains(r#"["soup"]"#), "{name}: {}", answer.body);
        assert!(!answer.named().contains(&"__Host-cart"), "{name}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_junk() {
    let (shop, good) = shop_and_cookie().await;
    let beside: [&[u8]; 8] = [
        b"\xff\xfe=\xc0\xaf",
        b"__Host-cart=\xff\xfe\xfd",
        b"__Host-session=\xc3\x28",
        b"a=\"quoted; __Host-theme=x\"",
        b"__Host-session=\"\"",
        b"$Version=1; $Path=/",
        b";;;=;= ; =x; a",
        b"\xe2\x80\x80__Host-cart=x",
    ];
    for junk in beside {
        for cookies in [[junk, b"; ", good.as_bytes()].concat(), [good.as_bytes(), b"; ", junk].concat()] {
            let answer = shop.server.get("/", &cookies).await;
            assert_eq!(answer.status, 200, "{junk:?}");
            assert!(answer.body.contains(r#"["soup"]"#), "{junk:?}: {}", answer.body);
            assert!(!answer.named().contains(&"__Host-cart"), "{junk:?}: {:?}", answer.named());
        }
    }
}

/// A junk cookie costs one answer, which deletes it, and what the handler writes goes through.
#[tokio::test]
async fn junk_of_our_name_is_deleted_or_overwritten() {
    let shop = Shop::open().await;
    for junk in ["junk", "", "\"x\"", "2GCE", "%0d%0aSet-Cookie:%20a=b", &"A".repeat(600)] {
        let cookies = format!("__Host-cart={junk}");
        let read = shop.server.get("/", &cookies).await;
        assert_eq!((read.status, read.set_cookie().len()), (200, 1), "{junk:?}");
        assert!(read.set_cookie()[0].starts_with("__Host-cart=; Max-Age=0; Path=/; Secure"), "{junk:?}");
        let written = shop.server.get("/add", &cookies).await;
        assert_eq!(
            (written.status, written.body.as_str(), written.named()),
            (200, "2", vec!["__Host-cart"]),
            "{junk:?}"
        );
    }
}

/// Line breaks in a request end its fields, or the request is refused; nothing of it is in an answer.
#[tokio::test]
async fn t74_no_request_writes_a_line_of_an_answer() {
    let (shop, good) = shop_and_cookie().await;
    for attack in [
        "__Host-cart=x\r\nSet-Cookie: evil=1",
        "__Host-cart=x\nSet-Cookie: evil=1",
        "__Host-cart=x\rSet-Cookie: evil=1",
        "__Host-cart-xAAAAAAAA=x\r\n Set-Cookie: evil=1",
        "__Host-cart=x%0d%0aSet-Cookie:%20evil=1",
        "__Host-cart-xAAAAAA\0A=x",
    ] {
        for path in ["/", "/add", "/logout"] {
            let answer = shop.server.get(path, format!("{good}; {attack}")).await;
            assert!(answer.status < 500, "{attack:?}: {}", answer.status);
            assert!(!format!("{answer:?}").contains("evil"), "{attack:?}: {answer:?}");
        }
    }
}

/// Names of tombstones come back into the answer that deletes the oldest: only such as an authentic one has.
#[tokio::test]
async fn t74_names_of_junk_tombstones_are_not_repeated() {
    let (shop, good) = shop_and_cookie().await;
    let stones: Vec<String> = (0..40).map(|number| format!("__Host-session-xAAAAAA{number:02}=junk")).collect();
    let session =
        mint(shop.jars.jar::<crate::shop::Session>().unwrap(), &crate::shop::Session::default(), NOW).unwrap();
    let answer = shop.server.get("/logout", format!("{}; {session}; {good}", stones.join("; "))).await;
    assert_eq!(
        (answer.status, answer.set_cookie().len()),
        (303, 2),
        "its end and its own tombstone: {:?}",
        answer.named()
    );
}

/// HTTP/2 splits the cookies over several fields (RFC 9113 section 8.2.3), and so may anybody.
#[tokio::test]
async fn t72_cookies_in_several_fields_are_one_list() {
    let (shop, good) = shop_and_cookie().await;
    let lines = ["Cookie: a=b".to_owned(), format!("Cookie: {good}"), "Cookie: __Host-theme=junk".to_owned()];
    let answer = shop.server.send("GET", "/", &lines).await;
    assert_eq!((answer.body.as_str(), answer.named()), (KEPT, vec!["__Host-theme"]));

    let request = Request::get(format!("http://{}/", shop.server.0)).header("cookie", "a=b").header("cookie", &good);
    assert_eq!(over_http_2(shop.server, request).await, (200, KEPT.to_owned()));

    // Two of ours in two fields are as two in one: nobody can say which one is meant.
    let other = mint(shop.jars.jar::<Cart>().unwrap(), &Cart::default(), NOW).unwrap();
    let twice = shop.server.send("GET", "/", &[format!("Cookie: {good}"), format!("Cookie: {other}")]).await;
    assert_eq!((twice.status, twice.body.as_str()), (200, r#"None [] "" Absent"#));
}

/// A name without its prefix, or with another, is another cookie.
#[tokio::test]
async fn a_slip_of_another_name_is_no_slip() {
    let keys = shared_ring();
    let shop = Shop::with(routes(), &keys).await;
    for (name, prefix) in [("cart", Prefix::None), ("cart", Prefix::Secure), ("cart2", Prefix::Host)] {
        let elsewhere = jar::<Cart>(name, &keys, &shop.clock).prefix(prefix).build().unwrap();
        let planted = mint(&elsewhere, &cart(), NOW).unwrap();
        let renamed = format!("__Host-cart={}", planted.split_once('=').unwrap().1);
        for cookies in [planted, renamed] {
            let answer = shop.server.get("/", &cookies).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, r#"None [] "" Absent"#));
        }
    }
}

#[test]
fn any_bytes_at_all_are_answered() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (shop, good) = runtime.block_on(shop_and_cookie());
    let pair = "(__Host-)?(cart|session|theme|x)(-x[A-Za-z0-9_-]{8})?=[ -~]{0,40}";
    let junk = prop_oneof![pair.prop_map(String::into_bytes), proptest::collection::vec(0x20_u8.., 0..60)];
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) });
    let all = proptest::collection::vec(junk, 0..6);
    runner
        .run(&(all, 0_usize..5), |(mut all, path)| {
            let path = ["/", "/add", "/login", "/logout", "/whoami"][path];
            all.push(good.clone().into_bytes());
            let answer = runtime.block_on(shop.server.get(path, all.join(b"; ".as_slice())));
            prop_assert!(answer.status < 500, "{} {:?}", answer.status, all);
            Ok(())
        })
        .unwrap();
}
