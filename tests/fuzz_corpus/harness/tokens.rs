//! Our own tokens: `Sealer`, `Opener`, `hazmat::{inspect, reveal}`. Nothing opens but what was sealed; what was sealed by somebody else with
//! the right key opens only if it is what we would have written.

use super::{
    allocation::bounded,
    changed, mode,
    states::{
        AnyJson, Anything, Positional, RING, TIME, Typed, Upgraded, adopting, opens_or_is_unreadable, sealer,
        seals_again,
    },
};
use crate::forge::{
    self, base64url, cbor, claims as made, cose, from_base64url, jose,
    keys::{ALL, Alg},
};
use orderslip::{Sealer, SlipState, hazmat};
use std::sync::LazyLock;

const STATE: &[u8] = b"\xa1\x65lines\x81\x64SOUP";
const JSON: &str = r#"{"lines":["SOUP"]}"#;

/// A token of a type that is what the parts say.
pub(super) fn token<T: SlipState>(alg: Alg, cwt: &[u8], jwt: &str) -> String {
    let aad = made::external_aad(T::PURPOSE, "", &[], &[]);
    match alg {
        Alg::Root | Alg::RootChaCha => base64url(cose::encrypted(alg, &aad, cwt)),
        Alg::Hs256 | Alg::EdDsa | Alg::Es256 => base64url(cose::proven(alg, &aad, cwt)),
        Alg::A128Gcm | Alg::A256Gcm => jose::jwe(alg, jose::header(alg).as_bytes(), jwt.as_bytes()),
        Alg::Hs384 | Alg::Hs512 => jose::jws(alg, jose::header(alg).as_bytes(), jwt.as_bytes()),
    }
}

static SEALERS: LazyLock<Vec<(Alg, Sealer<Anything>, String)>> = LazyLock::new(|| {
    let good = |alg| {
        let jwt = made::jwt(Anything::PURPOSE, "", 1, JSON);
        token::<Anything>(alg, &made::cwt(1, STATE), &jwt)
    };
    ALL.into_iter().map(|alg| (alg, sealer(alg), good(alg))).collect()
});
static ADOPTING: LazyLock<Sealer<Anything>> = LazyLock::new(adopting);

/// What `inspect` shows adds up, and opens nothing.
fn is_shown(text: &str) {
    let Ok(shown) = bounded(text.len(), || hazmat::inspect(text)) else { return };
    let sum: usize = shown.parts().iter().map(|(_, bytes)| bytes).sum();
    let parts = text.split('.').map(|part| from_base64url(part).expect("canonical").len());
    assert_eq!(sum, parts.sum::<usize>());
    // Of a JOSE message it is what stands in the header, line ends and all: whoever shows it escapes it.
    assert!(!shown.format().is_empty() && shown.key_id().len() <= text.len());
}

/// Every opener judges the text, and only the right one takes it.
fn judge(text: &str) {
    is_shown(text);
    for (alg, sealer, good) in SEALERS.iter() {
        match bounded(text.len(), || sealer.open_at(text, TIME)) {
            Ok(slip) => {
                // Whoever opens one kind of COSE_Sign1 opens the other; and ECDSA's signatures have twins.
                let is_public = [Alg::EdDsa, Alg::Es256].contains(alg) && text.starts_with("0oRD");
                assert!(text == good || is_public, "{alg:?}: opened {text}");
                assert_eq!(slip.id().as_bytes(), &made::ID);
            }
            Err(error) => {
                assert!(text != good, "{alg:?}: {error:?}");
                assert!(error.is_rejected() || error.is_unreadable(), "{error:?}");
            }
        }
    }
    let _ = ADOPTING.open_at(text, TIME);
}

pub fn open_any(data: &[u8]) {
    let Some((mode, rest)) = mode(data, 3) else { return };
    let Some(which) = rest.first() else { return };
    let good = &SEALERS[usize::from(*which) % SEALERS.len()].2;
    let script = rest.get(1..).unwrap_or_default();
    match mode {
        0 => judge(&String::from_utf8_lossy(rest)),
        // Changes of the text.
        1 => judge(&String::from_utf8_lossy(&changed(good.as_bytes(), script))),
        // Changes of what the text stands for.
        _ => match from_base64url(good) {
            Some(bytes) => judge(&base64url(changed(&bytes, script))),
            None => {
                let mut parts: Vec<String> = good.split('.').map(str::to_owned).collect();
                let at = usize::from(script.first().copied().unwrap_or_default()) % parts.len();
                let part = from_base64url(&parts[at]).expect("ours");
                parts[at] = base64url(changed(&part, script.get(1..).unwrap_or_default()));
                judge(&parts.join("."));
            }
        },
    }
}

/// The claims in our own encoding, if there are none but ours.
fn encoded(shown: &hazmat::Claims) -> Vec<u8> {
    let claims = [
        vec![0x04],
        cbor::uint(shown.expires_at().as_secs()),
        vec![0x06],
        cbor::uint(shown.sealed_at().as_secs()),
        vec![0x07],
        cbor::bytes(shown.id().as_bytes()),
        made::SPAN.to_vec(),
        cbor::array(&[cbor::uint(shown.began_at().as_secs()), cbor::uint(shown.ends_at().as_secs())]),
        made::STATE.to_vec(),
        vec![0x82],
        cbor::uint(shown.version()),
        shown.state().to_vec(),
    ];
    [vec![0xa5], claims.concat()].concat()
}

fn cwt_claims(alg: Alg, payload: &[u8]) {
    let text = token::<Anything>(alg, payload, "");
    let opener = &SEALERS.iter().find(|(of, ..)| *of == alg).expect("all are there").1;
    let opened = bounded(text.len(), || opens_or_is_unreadable(opener, &text));
    match hazmat::reveal(&text, &RING, &hazmat::BoundTo::purpose(Anything::PURPOSE), TIME) {
        Ok(shown) => {
            if payload.first() == Some(&0xa5) {
                assert_eq!(encoded(&shown), payload, "accepted, and not as we write it");
            }
            assert!(shown.began_at() <= shown.sealed_at() && shown.sealed_at() < shown.expires_at());
            assert!(shown.expires_at() <= shown.ends_at());
        }
        Err(error) => {
            assert!(error.is_unreadable() || error.rejection().is_some(), "{error:?}");
            assert!(opened.is_none());
        }
    }
    if let Some(slip) = opened {
        seals_again(opener, slip);
    }
}

fn jwt_claims(payload: &str) {
    let text = token::<AnyJson>(Alg::Hs384, &[], payload);
    let opener = sealer::<AnyJson>(Alg::Hs384);
    let Some(slip) = bounded(text.len(), || opens_or_is_unreadable(&opener, &text)) else { return };
    // As a parser that forgives more has it.
    let claims: serde_json::Value = serde_json::from_str(payload).expect("JSON");
    assert_eq!(claims["aud"], AnyJson::PURPOSE);
    assert_eq!(claims["iat"], slip.sealed_at().as_secs());
    assert_eq!(claims["jti"], base64url(slip.id().as_bytes()));
    assert_eq!(claims["slip"]["ends"].as_u64().map(|ends| ends >= slip.ends_at().as_secs()), Some(true));
    assert_eq!(claims["slip"]["st"].to_string(), slip.state().0.to_string());
    for refused in ["iss", "sub", "nbf", "cnf"] {
        assert!(claims.get(refused).is_none());
    }
    seals_again(&opener, slip);
}

pub fn claims(data: &[u8]) {
    let Some((mode, rest)) = mode(data, 4) else { return };
    let text = || String::from_utf8_lossy(rest).into_owned();
    match mode {
        0 => cwt_claims(Alg::Hs256, rest),
        // Where an anchor may be.
        1 => cwt_claims(Alg::Root, rest),
        2 => jwt_claims(&text()),
        // Those of another program.
        _ => {
            let token = jose::jws(Alg::Hs256, br#"{"alg":"HS256","typ":"JWT"}"#, text().as_bytes());
            if let Ok(slip) = bounded(token.len(), || ADOPTING.open_at(&token, TIME)) {
                let claims: serde_json::Value = serde_json::from_str(&text()).expect("JSON");
                assert!(claims["exp"].as_f64().is_some_and(|end| end > forge::NOW as f64 - 31.0), "{claims}");
                assert!(claims.get("aud").is_none());
                assert!(slip.ends_at() > TIME);
            }
        }
    }
}

/// Every type reads the same authentic bytes.
pub fn cbor_state(data: &[u8]) {
    let Some((mode, state)) = mode(data, 5) else { return };
    let aad_of = |purpose| made::external_aad(purpose, "", &[], &[]);
    let signed = |purpose, version| base64url(cose::proven(Alg::Hs256, &aad_of(purpose), &made::cwt(version, state)));
    fn read<T: SlipState + std::fmt::Debug>(token: &str) {
        let sealer = sealer::<T>(Alg::Hs256);
        if let Some(slip) = bounded(token.len(), || opens_or_is_unreadable(&sealer, token)) {
            seals_again(&sealer, slip);
        }
    }
    match mode {
        0 => read::<Typed>(&signed(Typed::PURPOSE, 1)),
        1 => read::<Positional>(&signed(Positional::PURPOSE, 1)),
        2 => (0..=4).for_each(|version| read::<Upgraded>(&signed(Upgraded::PURPOSE, version))),
        3 => super::differential::state(state, &signed(Anything::PURPOSE, 1)),
        // The same as JSON.
        _ => {
            let text = String::from_utf8_lossy(state);
            let sealer = sealer::<Typed>(Alg::Hs384);
            let token = token::<Typed>(Alg::Hs384, &[], &made::jwt(Typed::PURPOSE, "", 1, &text));
            if let Some(slip) = bounded(token.len(), || opens_or_is_unreadable(&sealer, &token)) {
                seals_again(&sealer, slip);
            }
        }
    }
}
