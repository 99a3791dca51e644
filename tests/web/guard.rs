//! The guard against pages of other sites.

use crate::{
    kit::NOW,
    shop::jars,
    wire::{over_http_2, serve},
};
use axum::{Router, extract::Extension, http::Request, routing::any};
use orderslip::{
    Keyring,
    csrf::{Provenance, SameOrigin},
    testing::TestClock,
    web::{SameOriginLayer, SlipLayer},
};

fn guarded(guard: SameOriginLayer) -> Router {
    let told = async |Extension(provenance): Extension<Provenance>| format!("{provenance:?}");
    Router::new().route("/pay", any(told)).layer(guard)
}

fn guard() -> SameOrigin {
    SameOrigin::new().trust("https://pay.example").unwrap()
}

#[tokio::test]
async fn requests_from_pages_of_other_sites_are_refused() {
    let lenient = serve(guarded(SameOriginLayer::new(guard()))).await;
    let strict = serve(guarded(SameOriginLayer::new(guard()).strict())).await;
    let ours = (200, 200);
    let foreign = (403, 403);
    let table: [(&[&str], (u16, u16)); 16] = [
        (&["Sec-Fetch-Site: same-origin"], ours),
        (&["Sec-Fetch-Site: none"], ours),
        (&["Sec-Fetch-Site: same-site"], foreign),
        (&["Sec-Fetch-Site: cross-site"], foreign),
        (&["Sec-Fetch-Site: Same-Origin"], foreign),
        (&["Sec-Fetch-Site: "], foreign),
        (&["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"], foreign),
        (&["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: same-origin"], foreign),
        (&["Origin: https://shop.example"], ours),
        (&["Origin: https://SHOP.example"], ours),
        (&["Origin: https://evil.example"], foreign),
        (&["Origin: null"], foreign),
        (&["Origin: https://shop.example", "Origin: https://evil.example"], foreign),
        (&["Origin: https://pay.example", "Sec-Fetch-Site: cross-site"], ours),
        (&["Origin: https://shop.example", "Sec-Fetch-Site: cross-site"], foreign),
        (&[], (200, 403)),
    ];
    for (lines, (wanted, wanted_of_strict)) in table {
        assert_eq!(lenient.send("POST", "/pay", lines).await.status, wanted, "{lines:?}");
        assert_eq!(strict.send("POST", "/pay", lines).await.status, wanted_of_strict, "{lines:?}");
        assert_eq!(strict.send("GET", "/pay", lines).await.status, 200, "a safe method is never refused: {lines:?}");
        let handshake = [lines, &["Upgrade: websocket", "Connection: Upgrade"]].concat();
        assert_eq!(strict.send("GET", "/pay", &handshake).await.status, wanted_of_strict, "{handshake:?}");
        for method in ["PUT", "DELETE", "PATCH", "BREW"] {
            assert_eq!(strict.send(method, "/pay", lines).await.status, wanted_of_strict, "{method} {lines:?}");
        }
    }
    assert_eq!(
        lenient.send::<&str>("POST", "/pay", &[]).await.body,
        "Unknown",
        "so that the handler asks for a form token"
    );
    assert_eq!(lenient.send("POST", "/pay", &["Sec-Fetch-Site: none"]).await.body, "Ours");
}

#[tokio::test]
async fn a_request_that_is_refused_touches_no_slip() {
    let slips = SlipLayer::new(jars(&Keyring::generate().unwrap(), &TestClock::new(NOW)));
    let server = serve(guarded(SameOriginLayer::new(guard())).layer(slips)).await;
    let lines = ["Sec-Fetch-Site: cross-site", "Cookie: __Host-session=junk"];
    let answer = server.send("POST", "/pay", &lines).await;
    assert_eq!((answer.status, answer.set_cookie().len(), answer.body.as_str()), (403, 0, ""));
}

/// In HTTP/2 the host stands in the request's target.
#[tokio::test]
async fn over_http_2_the_authority_is_the_host() {
    let server = serve(guarded(SameOriginLayer::new(guard()).strict())).await;
    let post = async |origin: String| {
        let request = Request::post(format!("http://{}/pay", server.0)).header("origin", origin);
        over_http_2(server, request).await.0
    };
    assert_eq!(post(format!("http://{}", server.0)).await, 200);
    assert_eq!(post("http://evil.example".to_owned()).await, 403);
}
