//! The good token, and a reader that is asked something else: the purpose, the cookie, the time, the keys.

use crate::{
    forge::{
        NOW,
        claims::IDLE,
        hex,
        keys::{self, Alg},
    },
    kinds::Kind,
    parts::{FORGED, OPENS, Row, UNKNOWN, ask},
};

pub(crate) fn rows(kind: Kind) -> Vec<Row> {
    let alg = kind.alg();
    let with = |more: &str| format!(r#"{{"keys":[{}]}}"#, keys::jwk_with(alg, more));
    let kid = match kind {
        // A COSE message names a key by the beginning of its thumbprint, whatever the key is called.
        Kind::Encrypted(_) | Kind::Proven(_) => {
            ("the-keys-name", OPENS, "The key has a name of its own, which a COSE message does not go by.")
        }
        _ => ("the-keys-name", UNKNOWN, "The key has another name than the one in the token."),
    };
    let mut rows = vec![
        ask("other-purpose", "purpose", "vectors.example/orders", FORGED, "A token of another purpose."),
        ask("purpose-cut", "purpose", "vectors.example/orde", FORGED, "A token of a longer purpose."),
        ask("other-carrier", "carrier", "__Host-order", FORGED, "A token of no cookie, read as that of one."),
        ask(
            "other-binding",
            "binding",
            hex(b"tenant 7"),
            FORGED,
            "A token that is bound to nothing, read as bound to something.",
        ),
        ask(
            "other-binding-empty",
            "binding",
            "",
            FORGED,
            "A token that is bound to nothing, read as bound to an empty string.",
        ),
        ask(
            "time-at-the-end",
            "now",
            (NOW + IDLE + 30).to_string(),
            "expired",
            "At its end, and the leeway of thirty seconds behind it.",
        ),
        ask(
            "time-before-the-end",
            "now",
            (NOW + IDLE + 29).to_string(),
            OPENS,
            "A second before that: the leeway covers it.",
        ),
        ask("time-long-after", "now", (NOW + 100 * 365 * 86_400).to_string(), "expired", "A hundred years later."),
        ask(
            "time-before",
            "now",
            (NOW - 31).to_string(),
            "not-yet-valid",
            "Thirty-one seconds before it was sealed: beyond the leeway.",
        ),
        ask(
            "time-a-little-before",
            "now",
            (NOW - 30).to_string(),
            OPENS,
            "Thirty seconds before it was sealed, by a clock that is behind.",
        ),
        ask("time-1970", "now", "0", "not-yet-valid", "By a clock that stands in 1970."),
        ask("key-expired", "keys", with(&format!(r#","exp":{NOW}"#)), "key-retired", "Its key has ended this second."),
        ask("key-ends-next", "keys", with(&format!(r#","exp":{}"#, NOW + 1)), OPENS, "Its key ends in a second."),
        ask(
            "key-revoked",
            "keys",
            with(&format!(r#","revoked":{{"revoked_at":{}}}"#, NOW - 1)),
            "key-retired",
            "Its key was revoked.",
        ),
        ask(
            "key-revoked-in-future",
            "keys",
            with(&format!(r#","revoked":{{"revoked_at":{}}}"#, NOW + 60)),
            "key-retired",
            "Its key is revoked: at whatever time.",
        ),
        ask(
            "key-not-active-yet",
            "keys",
            with(&format!(r#","nbf":{}"#, NOW + 60)),
            OPENS,
            "Its key does not seal yet, and opens already: another server may be ahead.",
        ),
        ask(kid.0, "keys", with(r#","kid":"2026-11""#), kid.1, kid.2),
        ask("key-unknown", "keys", other(alg), UNKNOWN, "A ring with another key of the algorithm."),
    ];
    // Who can open what is encrypted or MACed by our own formats can seal it.
    if !matches!(kind, Kind::Encrypted(_) | Kind::Proven(Alg::Hs256)) {
        rows.push(ask("key-for-opening", "keys", opening(alg), OPENS, "Its key may only open."));
    }
    if [Alg::EdDsa, Alg::Es256].contains(&alg) {
        let public = keys::jwks(&[alg]);
        let at = public.find(r#","d":""#).unwrap();
        let end = at + 6 + public[at + 6..].find('"').unwrap() + 1;
        rows.push(ask(
            "key-public",
            "keys",
            format!("{}{}", &public[..at], &public[end..]),
            OPENS,
            "The public half of its key is enough.",
        ));
    }
    rows
}

fn opening(alg: Alg) -> String {
    let ops = match alg {
        Alg::A128Gcm | Alg::A256Gcm => "decrypt",
        _ => "verify",
    };
    format!(r#"{{"keys":[{}]}}"#, keys::jwk_with(alg, &format!(r#","key_ops":["{ops}"]"#)))
}

/// Another key of the algorithm: the secret of another one, or RFC 8037's and RFC 7515's pairs.
fn other(alg: Alg) -> String {
    let jwk = match alg {
        Alg::EdDsa => r#"{"kty":"OKP","alg":"EdDSA","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#.to_owned(),
        Alg::Es256 => r#"{"kty":"EC","alg":"ES256","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#.to_owned(),
        _ => {
            let own = crate::forge::base64url(keys::secret(alg));
            let len = keys::secret(alg).len();
            keys::jwk(alg).replace(&own, &crate::forge::base64url(&keys::secret(Alg::Hs512)[..len]))
        }
    };
    format!(r#"{{"keys":[{jwk}]}}"#)
}
