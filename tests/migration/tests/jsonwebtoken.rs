//! From a JWT of jsonwebtoken in a cookie.
//!
//! What stands between the markers is printed in `src/manual/migration.md`.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use axum::{Router, body::Body, http::Request, response::AppendHeaders, routing::get};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, get_current_timestamp};
use kit::{NOW, UNTIL, goes_over, later, ring, session, value_of};
use orderslip::{Error, Expect, ExpectExp, ForeignJwt, JwsAlg, Key, Keyring, Lifetime, Sealer, UnixTime};
use orderslip_migration::Session;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tower::ServiceExt;

// docs: begin jwt-before
#[derive(Serialize, Deserialize)]
struct OldClaims {
    sub: String,
    aud: Option<String>,
    exp: u64,
    name: String,
    #[serde(default)]
    cart: Vec<(String, u32)>,
}

fn make(claims: &OldClaims, secret: &[u8]) -> jsonwebtoken::errors::Result<String> {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret))
}
// docs: end

// docs: begin jwt-after
fn from_jsonwebtoken(keys: &Keyring, old_secret: &[u8], until: UnixTime) -> Result<Sealer<Session>, Error> {
    let old_key = DecodingKey::from_secret(old_secret); // from_rsa_pem and Algorithm::RS256 of an RSA key
    let mut validation = Validation::new(Algorithm::HS256); // one algorithm, with the key that is meant for it
    validation.set_audience(&["shop"]);
    validation.set_required_spec_claims(&["exp", "aud"]); // else an absent `aud` is as good as the right one
    validation.leeway = 0; // 60 s unless set

    Sealer::encrypted(keys)
        .lifetime(Lifetime::absolute(Duration::from_secs(8 * 3600)).idle(Duration::from_secs(1800)))
        .adopt(until, move |text| {
            let token = decode::<OldClaims>(text, &old_key, &validation).ok()?; // looks at `exp`
            if token.header.crit.is_some() {
                return None; // RFC 7515 section 4.1.11; decode does not look
            }
            let OldClaims { sub, name, cart, .. } = token.claims;
            Some(Session { user: sub.parse().ok()?, name, cart })
        })
        .build()
}
// docs: end

// docs: begin jwt-profile
fn with_the_profile(keys: &Keyring, old_keys: &Keyring, until: UnixTime) -> Result<Sealer<Session>, Error> {
    let old_jwts = ForeignJwt {
        keys: old_keys.into(),
        alg: JwsAlg::Hs256,
        typ: Expect::exactly("JWT"), // what jsonwebtoken writes unless told otherwise
        iss: Expect::Absent,
        aud: Expect::exactly("shop"),
        exp: ExpectExp::Required,
        accept_until: until,
    };
    Sealer::encrypted(keys)
        .lifetime(Lifetime::absolute(Duration::from_secs(8 * 3600)).idle(Duration::from_secs(1800)))
        .accept_jwt(old_jwts, |old: OldClaims| {
            Some(Session { user: old.sub.parse().ok()?, name: old.name, cart: old.cart })
        })
        .build()
}
// docs: end

/// Shorter than the 32 bytes that RFC 7518 section 3.2 asks for, as many are: nothing but the old crate takes it for a key.
const SECRET: &[u8] = b"swordfish swordfish";

fn claims(exp: u64) -> OldClaims {
    let Session { user, name, cart } = session();
    OldClaims { sub: user.to_string(), aud: Some("shop".into()), exp, name, cart }
}

fn in_an_hour() -> u64 {
    get_current_timestamp() + 3_600
}

/// An old server, which anybody may ask to log in.
fn old_server() -> Router {
    let log_in = || async {
        let token = make(&claims(in_an_hour()), SECRET).unwrap();
        AppendHeaders([("set-cookie", format!("token={token}; Path=/; Secure; HttpOnly"))])
    };
    Router::new().route("/login", get(log_in))
}

fn sealer(ring: &Keyring) -> Sealer<Session> {
    from_jsonwebtoken(ring, SECRET, UNTIL).unwrap()
}

#[tokio::test]
async fn a_jwt_in_a_cookie_goes_over() {
    let ring = ring();
    let answer = old_server().oneshot(Request::get("/login").body(Body::empty()).unwrap()).await.unwrap();
    goes_over(&sealer(&ring), &ring, value_of(answer.headers()["set-cookie"].to_str().unwrap(), "token"));
}

#[test]
fn an_expired_jwt_stays_expired() {
    let sealer = sealer(&ring());
    let now = get_current_timestamp();
    for (exp, live) in [(now - 3_600, false), (now + 3_600, true)] {
        let opened = sealer.open_at(&make(&claims(exp), SECRET).unwrap(), NOW);
        assert_eq!(opened.as_ref().err().map(Error::is_rejected), (!live).then_some(true), "{exp}");
    }
}

#[test]
fn a_jwt_for_another_audience_or_for_none_or_without_an_end_is_none_of_ours() {
    let sealer = sealer(&ring());
    let good = serde_json::to_value(claims(in_an_hour())).unwrap();
    let token = |claims: &serde_json::Value| {
        encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(SECRET)).unwrap()
    };
    assert!(sealer.open_at(&token(&good), NOW).is_ok());
    for name in ["aud", "exp", "sub"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        assert!(sealer.open_at(&token(&claims), NOW).unwrap_err().is_rejected(), "without {name}");
    }
    let mut claims = good;
    claims["aud"] = "billing".into();
    assert!(sealer.open_at(&token(&claims), NOW).unwrap_err().is_rejected());
}

#[test]
fn a_critical_header_another_algorithm_and_another_secret_are_refused() {
    let sealer = sealer(&ring());
    let critical = Header { crit: Some(vec!["b64".into()]), ..Header::new(Algorithm::HS256) };
    for (header, secret) in [
        (critical, SECRET),
        (Header::new(Algorithm::HS384), SECRET),
        (Header::new(Algorithm::HS256), b"sailfish sailfish"),
    ] {
        let token = encode(&header, &claims(in_an_hour()), &EncodingKey::from_secret(secret)).unwrap();
        assert!(sealer.open_at(&token, NOW).unwrap_err().is_rejected(), "{header:?}");
    }
}

/// A secret that a key of ours can be, of a program that made its tokens with jsonwebtoken.
const LONG_SECRET: &[u8] = b"correct horse battery staple, and some more";

#[test]
fn with_the_profile_the_old_crate_is_not_needed_and_time_is_given() {
    let ring = ring();
    let old_keys = jsonwebtoken_jwk(LONG_SECRET);
    let sealer = with_the_profile(&ring, &old_keys, UNTIL).unwrap();
    let exp = UNTIL.as_secs() + 1;
    let token = make(&claims(exp), LONG_SECRET).unwrap();
    goes_over(&sealer, &ring, &token);
    let short = make(&claims(later(100).as_secs()), LONG_SECRET).unwrap();
    assert!(sealer.open_at(&short, later(99)).is_ok());
    assert!(sealer.open_at(&short, later(130)).unwrap_err().is_expired(), "its end, and the leeway");
    let critical = Header { crit: Some(vec!["b64".into()]), ..Header::new(Algorithm::HS256) };
    let critical = encode(&critical, &claims(exp), &EncodingKey::from_secret(LONG_SECRET)).unwrap();
    assert!(sealer.open_at(&critical, NOW).unwrap_err().is_rejected());
    let mut other = serde_json::to_value(claims(exp)).unwrap();
    for aud in [serde_json::Value::Null, "billing".into(), serde_json::json!([])] {
        other["aud"] = aud;
        let token = encode(&Header::new(Algorithm::HS256), &other, &EncodingKey::from_secret(LONG_SECRET)).unwrap();
        assert!(sealer.open_at(&token, NOW).unwrap_err().is_rejected());
    }
}

/// The old secret as a ring of one key.
fn jsonwebtoken_jwk(secret: &[u8]) -> Keyring {
    use base64::Engine as _;
    let k = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(secret);
    let jwk = format!(r#"{{"kty":"oct","alg":"HS256","k":"{k}"}}"#);
    Keyring::new(vec![Key::from_jwk(&jwk).unwrap()]).unwrap()
}
