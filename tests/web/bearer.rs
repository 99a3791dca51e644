//! Slips that come as bearer tokens.

use crate::{
    kit::{self, HOUR, NOW},
    shop::{NextSession, Session, jar},
    wire::{Answer, serve},
};
use axum::{Router, extract::FromRef, response::IntoResponse, routing::get};
use orderslip::{
    Keyring, Lifetime, Opener, Sealer, SlipState,
    testing::TestClock,
    web::{Bearer, NotBearer},
};

#[derive(Clone)]
struct App(Sealer<Session>);

impl FromRef<App> for Opener<Session> {
    fn from_ref(app: &App) -> Self {
        app.0.opener()
    }
}

fn sealer<T: SlipState>(keys: &Keyring, clock: &TestClock) -> Sealer<T> {
    Sealer::encrypted(keys).lifetime(Lifetime::absolute(HOUR)).clock(clock.clone()).build().unwrap()
}

async fn whoami(bearer: Result<Bearer<Session>, NotBearer>) -> axum::response::Response {
    match bearer {
        Ok(Bearer(slip)) => format!("{:?}", slip.state().user).into_response(),
        Err(refusal) => {
            assert!(!format!("{refusal:?}").contains("eyJ"), "no token is shown");
            let is_absent = refusal.error().is_none();
            let answer = refusal.into_response();
            assert_eq!(is_absent, answer.headers().get("www-authenticate").is_some_and(|said| said == "Bearer"));
            answer
        }
    }
}

#[tokio::test]
async fn bearers_are_challenged_as_rfc_6750_has_it() {
    let (keys, clock) = (kit::shared_ring(), TestClock::new(NOW));
    let app = App(sealer(&keys, &clock));
    let ada = app.0.seal(&Session { user: Some("ada".into()), seen: 0 }).unwrap();
    let server = serve(Router::new().route("/", get(whoami)).with_state(app)).await;
    let ask = async |lines: &[String]| -> Answer { server.send("GET", "/", lines).await };
    let one = |value: &str| [format!("Authorization: {value}")];

    for good in [format!("Bearer {ada}"), format!("bearer {ada}"), format!("BEARER   {ada} ")] {
        assert_eq!(ask(&one(&good)).await.body, "Some(\"ada\")", "{good}");
    }
    let twice = [format!("Authorization: Bearer {ada}"), format!("Authorization: Bearer {ada}")];
    let none: [&[String]; 5] = [&[], &one("Basic eDp5"), &one("Bearer"), &one(&ada), &twice];
    for lines in none {
        let answer = ask(lines).await;
        assert_eq!((answer.status, answer.field("www-authenticate").as_str()), (401, "Bearer"), "{lines:?}");
    }
    let carried = jar::<Session>("session", &keys, &clock).build().unwrap().mint_at(&Session::default(), NOW).unwrap();
    for bad in ["junk", "", "a b", &carried] {
        let answer = ask(&one(&format!("Bearer {bad}"))).await;
        let challenge = if bad.is_empty() { "Bearer" } else { "Bearer error=\"invalid_token\"" };
        assert_eq!((answer.status, answer.field("www-authenticate").as_str()), (401, challenge), "{bad:?}");
    }
    let newer = sealer::<NextSession>(&keys, &clock).seal(&NextSession::default()).unwrap();
    let of_unknown_key = sealer::<Session>(&kit::shared_ring(), &clock).seal(&Session::default()).unwrap();
    for unreadable in [newer, of_unknown_key] {
        let answer = ask(&one(&format!("Bearer {unreadable}"))).await;
        assert_eq!((answer.status, answer.field("retry-after").as_str()), (503, "5"));
        assert!(answer.all("www-authenticate").is_empty());
    }
    clock.advance(2 * HOUR);
    assert_eq!(ask(&one(&format!("Bearer {ada}"))).await.field("www-authenticate"), "Bearer error=\"invalid_token\"");
}
