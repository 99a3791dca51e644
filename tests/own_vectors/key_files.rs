//! Key files with one fault, beside those without.

use crate::{
    file::Vector,
    forge::keys::{self, Alg},
};

const BAD: &str = "bad-key";

pub(crate) fn vectors() -> Vec<(String, Vector)> {
    let mut all = Vec::new();
    let mut good = |name: &str, subject: &str, text: String, comment: &str| {
        all.push((format!("keys/{name}"), Vector::new(comment, "taken").with("subject", subject).about(text)));
    };
    let hs = keys::jwk(Alg::Hs256);
    for alg in keys::ALL {
        let name = format!("good-{}", format!("{alg:?}").to_lowercase());
        good(&name, "jwk", keys::jwk(alg), "A key, and nothing wrong with it.");
    }
    let set = |keys: &[&str]| format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    let (ed, es, root) = (keys::jwk(Alg::EdDsa), keys::jwk(Alg::Es256), keys::jwk(Alg::Root));
    good("good-set", "jwks", set(&[&hs, &ed]), "A set of two keys.");
    let dated = keys::jwk_with(
        Alg::Hs256,
        r#","kid":"2026-11","use":"sig","key_ops":["sign","verify"],"iat":1800000000,"nbf":1800000000,"exp":1900000000,"revoked":{"revoked_at":1800000000,"reason":"lost"}"#,
    );
    good("good-members", "jwk", dated.clone(), "A key with all members that mean something.");
    let more = |text: &str, member: &str| text.replacen('{', &format!("{{{member},"), 1);
    let without = |text: &str, name: &str| {
        let at = text.find(&format!(r#""{name}":"#)).unwrap();
        let end = at + text[at..].find([',', '}']).unwrap();
        let (front, back) = (text[..at].trim_end_matches(','), &text[end..]);
        if front.ends_with('{') { format!("{front}{}", back.trim_start_matches(',')) } else { format!("{front}{back}") }
    };
    let with = |text: &str, name: &str, value: &str| {
        let at = text.find(&format!(r#""{name}":"#)).unwrap() + name.len() + 3;
        let end = at + text[at..].find([',', '}']).unwrap();
        format!("{}{value}{}", &text[..at], &text[end..])
    };
    let k = crate::forge::base64url(keys::secret(Alg::Hs256));
    let short = crate::forge::base64url(&keys::secret(Alg::Hs256)[..31]);
    let point = crate::forge::base64url([7; 32]);
    let rows = [
        ("hs256", "not-json", format!("{hs}x"), "A character behind the object."),
        ("hs256", "two-objects", format!("{hs}{hs}"), "Two objects."),
        ("hs256", "bom", format!("\u{feff}{hs}"), "A byte order mark in front."),
        ("hs256", "list", format!("[{hs}]"), "A list."),
        ("hs256", "member-twice", more(&hs, r#""kty":"oct""#), "A member twice (RFC 7517 section 4)."),
        ("hs256", "member-twice-escaped", more(&hs, r#""\u006bty":"oct""#), "A member twice, once with an escape."),
        (
            "hs256",
            "member-twice-within",
            more(&hs, r#""x":{"a":1,"a":1}"#),
            "A member twice in a member that means nothing.",
        ),
        ("hs256", "kty-missing", without(&hs, "kty"), "No kind."),
        ("hs256", "kty-unknown", with(&hs, "kty", r#""RSA""#), "A kind that is not supported."),
        ("hs256", "kty-other-case", with(&hs, "kty", r#""OCT""#), "The kind in other letters."),
        ("hs256", "kty-number", with(&hs, "kty", "7"), "The kind is a number."),
        ("hs256", "alg-missing", without(&hs, "alg"), "No algorithm (CVE-2026-22817)."),
        ("hs256", "alg-none", with(&hs, "alg", r#""none""#), "The algorithm `none`."),
        ("hs256", "alg-unknown", with(&hs, "alg", r#""HS1024""#), "An algorithm that there is not."),
        ("hs256", "alg-other-case", with(&hs, "alg", r#""hs256""#), "The algorithm in other letters."),
        ("hs256", "alg-of-another-kind", with(&hs, "alg", r#""ES256""#), "A secret, for an algorithm of key pairs."),
        ("hs256", "alg-null", with(&hs, "alg", "null"), "The algorithm is null."),
        ("hs256", "enc", more(&hs, r#""enc":"A256GCM""#), "A content encryption, beside an algorithm that has none."),
        ("hs256", "k-missing", without(&hs, "k"), "No secret."),
        ("hs256", "k-empty", with(&hs, "k", r#""""#), "An empty secret (CVE-2026-44351)."),
        ("hs256", "k-short", with(&hs, "k", &format!("\"{short}\"")), "A secret of 31 bytes (RFC 7518 section 3.2)."),
        ("hs256", "k-padded", with(&hs, "k", &format!("\"{k}=\"")), "A secret with padding."),
        ("hs256", "k-space", with(&hs, "k", &format!("\"{k} \"")), "A secret with a space behind it."),
        ("hs256", "k-other-alphabet", with(&hs, "k", &format!("\"+{}\"", &k[1..])), "A secret in the other alphabet."),
        ("hs256", "k-number", with(&hs, "k", "7"), "A secret that is a number."),
        ("hs256", "k-long", with(&hs, "k", &format!("\"{}\"", "A".repeat(700))), "A secret of more than 512 bytes."),
        ("hs256", "d", more(&hs, r#""d":"AAAA""#), "A private half beside a secret."),
        ("hs256", "x", more(&hs, r#""x":"AAAA""#), "A coordinate beside a secret."),
        ("hs256", "kid-empty", more(&hs, r#""kid":"""#), "An empty name."),
        ("hs256", "kid-number", more(&hs, r#""kid":7"#), "A name that is a number."),
        ("hs256", "kid-control", more(&hs, r#""kid":"a\nb""#), "A name with a line end."),
        ("hs256", "kid-long", more(&hs, &format!(r#""kid":"{}""#, "k".repeat(257))), "A name of 257 characters."),
        ("hs256", "use-enc", more(&hs, r#""use":"enc""#), "A use that does not fit."),
        ("hs256", "use-list", more(&hs, r#""use":["sig"]"#), "A list of uses."),
        ("hs256", "key-ops-text", more(&hs, r#""key_ops":"verify""#), "Operations that are no list."),
        ("hs256", "key-ops-empty", more(&hs, r#""key_ops":[]"#), "No operation."),
        ("hs256", "key-ops-foreign", more(&hs, r#""key_ops":["decrypt"]"#), "An operation that does not fit."),
        (
            "hs256",
            "key-ops-twice",
            more(&hs, r#""key_ops":["verify","verify"]"#),
            "An operation twice (RFC 7517 section 4.3).",
        ),
        (
            "hs256",
            "exp-text",
            more(&hs, r#""exp":"1900000000""#),
            "An end that is text: of another type, not absent (CVE-2026-25537).",
        ),
        ("hs256", "exp-fraction", more(&hs, r#""exp":1900000000.5"#), "An end with a fraction."),
        ("hs256", "exp-null", more(&hs, r#""exp":null"#), "An end that is null."),
        ("hs256", "exp-year-10000", more(&hs, r#""exp":253402300800"#), "An end in the year 10000."),
        ("hs256", "nbf-negative", more(&hs, r#""nbf":-1"#), "An activation before 1970."),
        ("hs256", "iat-text", more(&hs, r#""iat":"now""#), "A time of making that is text."),
        ("hs256", "revoked-true", more(&hs, r#""revoked":true"#), "Revoked, without a time."),
        (
            "hs256",
            "retired",
            more(&hs, r#""retired":true"#),
            "What a set says of a key that has been erased, beside its secret.",
        ),
        ("hs256", "revoked-empty", more(&hs, r#""revoked":{}"#), "Revoked, without a time, in an object."),
        ("root", "enc-missing", without(&root, "enc"), "A key to derive from, for no content encryption."),
        ("root", "enc-unknown", with(&root, "enc", r#""A256CBC""#), "A content encryption that there is not."),
        ("root", "root-k-short", with(&root, "k", &format!("\"{short}\"")), "A secret of 31 bytes to derive from."),
        (
            "a256gcm",
            "gcm-k-long",
            with(&keys::jwk(Alg::A256Gcm), "k", &format!("\"{}\"", crate::forge::base64url(keys::secret(Alg::Hs384)))),
            "A content key of 48 bytes for AES-256.",
        ),
        ("eddsa", "crv-missing", without(&ed, "crv"), "No curve."),
        ("eddsa", "crv-other", with(&ed, "crv", r#""Ed448""#), "Another curve."),
        ("eddsa", "crv-x25519", with(&ed, "crv", r#""X25519""#), "A curve for key agreement."),
        ("eddsa", "x-missing", without(&ed, "x"), "No public half."),
        ("eddsa", "x-short", with(&ed, "x", &format!("\"{short}\"")), "A public half of 31 bytes."),
        (
            "eddsa",
            "x-other",
            with(&ed, "x", r#""11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#),
            "A public half that is another pair's (RUSTSEC-2022-0093).",
        ),
        ("eddsa", "y", more(&ed, r#""y":"AAAA""#), "A second coordinate, which the curve has no use for."),
        ("eddsa", "pair-with-k", more(&ed, r#""k":"AAAA""#), "A secret beside a pair."),
        ("eddsa", "d-short", with(&ed, "d", &format!("\"{short}\"")), "A private half of 31 bytes."),
        ("es256", "y-missing", without(&es, "y"), "No second coordinate."),
        (
            "es256",
            "point-not-on-the-curve",
            with(&es, "y", &format!("\"{point}\"")),
            "A point that is not on the curve.",
        ),
        ("es256", "d-other", with(&es, "d", &format!("\"{point}\"")), "A private half that is another pair's."),
        (
            "es256",
            "d-zero",
            with(&es, "d", &format!("\"{}\"", crate::forge::base64url([0; 32]))),
            "A private half of zero.",
        ),
        ("es256", "crv-p-384", with(&es, "crv", r#""P-384""#), "Another curve."),
    ];
    for (of, name, text, comment) in rows {
        let vector = Vector::new(comment, BAD).with("good", format!("keys/good-{of}")).with("subject", "jwk");
        all.push((format!("keys/{name}"), vector.about(text)));
    }
    let renamed = keys::jwk_with(Alg::Hs256, r#","kid":"a""#);
    let guessable = format!(r#"{{"kty":"oct","alg":"HS256","k":"{}"}}"#, crate::forge::base64url([b'a'; 32]));
    let twice = format!(r#"{{"kty":"oct","alg":"HS384","k":"{}"}}"#, crate::forge::base64url(keys::secret(Alg::Hs384)));
    let other_use = keys::jwk(Alg::Hs512).replace("HS512", "HS384");
    let good_set = set(&[&hs, &ed]);
    for (name, text, comment) in [
        ("set-empty", set(&[]), "No key."),
        ("set-no-keys", "{}".to_owned(), "No member `keys`."),
        ("set-keys-object", format!(r#"{{"keys":{hs}}}"#), "One key in the place of a list."),
        ("set-one-key-twice", set(&[&hs, &hs, &ed]), "One key twice."),
        ("set-one-secret-twice", set(&[&hs, &renamed, &ed]), "One secret under two names."),
        ("set-one-secret-two-algorithms", set(&[&keys::jwk(Alg::Hs512), &other_use]), "One secret for two algorithms."),
        ("set-one-name-twice", set(&[&renamed, &twice.replacen('{', r#"{"kid":"a","#, 1)]), "Two keys of one name."),
        ("set-guessable", set(&[&hs, &guessable]), "A secret that anybody can guess."),
        ("set-not-an-object", set(&[&hs, "7"]), "A key that is a number."),
        ("set-bad-key", set(&[&hs, &with(&ed, "crv", r#""Ed448""#)]), "One bad key among good ones."),
        (
            "set-retired-without-exp",
            set(&[&hs, r#"{"kid":"gone","retired":true}"#]),
            "What is left of an erased key, without its end.",
        ),
        ("set-rotation-text", good_set.replacen('{', r#"{"rotation":"daily","#, 1), "A schedule that is text."),
        ("set-keys-twice", good_set.replacen('{', r#"{"keys":[],"#, 1), "The list of keys twice."),
        ("set-behind", format!("{good_set};"), "A character behind the set."),
    ] {
        let vector = Vector::new(comment, BAD).with("good", "keys/good-set").with("subject", "jwks");
        all.push((format!("keys/{name}"), vector.about(text)));
    }
    let public =
        r#"{"kty":"OKP","alg":"EdDSA","kid":"2","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let rsa = r#"{"kty":"RSA","alg":"RS256","kid":"1","n":"AQAB","e":"AQAB"}"#;
    let taken = Vector::new("A set that somebody publishes, with a key of a kind that is passed over.", "taken");
    all.push(("keys/good-public-set".to_owned(), taken.with("subject", "public-jwks").about(set(&[rsa, public]))));
    for (name, text, comment) in [
        ("public-set-with-a-secret", set(&[rsa, public, &hs]), "A secret in a set that is published."),
        ("public-set-with-a-private-half", set(&[rsa, &ed]), "A private half in a set that is published."),
        ("public-set-of-others", set(&[rsa]), "No key of a kind that is known."),
    ] {
        let vector = Vector::new(comment, BAD).with("good", "keys/good-public-set").with("subject", "public-jwks");
        all.push((format!("keys/{name}"), vector.about(text)));
    }
    all
}
