//! What may be wrong with a JWS or a JWE whose proof holds, and what with the proof.

use crate::{
    forge::{
        base64url, cose, jose,
        keys::{self, Alg},
    },
    kinds::Kind,
    parts::{FORGED, MALFORMED, OPENS, Row, UNKNOWN, part, text},
    signatures,
};

fn headers(kind: Kind) -> Vec<Row> {
    let good = jose::header(kind.alg());
    let kid = keys::thumbprint(kind.alg());
    let header = |name: &str, header: String, expect, comment: &str| part(name, "header", header, expect, comment);
    let more = |member: &str| format!("{},{member}}}", good.strip_suffix('}').unwrap());
    let alg = if matches!(kind, Kind::Jwe(_)) { "dir" } else { keys::name(kind.alg()) };
    let named = |other: &str| good.replacen(&format!(r#""alg":"{alg}""#), other, 1);
    let typ = |other: &str| good.replacen(r#","typ":"orderslip+jwt""#, other, 1);
    let id = |other: &str| good.replacen(&format!(r#","kid":"{kid}""#), other, 1);
    let deep = format!(r#""x":{}{}"#, "[".repeat(64), "]".repeat(64));
    vec![
        header(
            "header-other-order",
            format!("{{ {} , \"alg\":\"{alg}\" }}", named("").trim_matches(['{', '}', ','])),
            OPENS,
            "The same members in another order, and white space: other programs write so.",
        ),
        header("alg-none", named(r#""alg":"none""#), FORGED, "The algorithm `none`, under a proof that holds."),
        header("alg-none-in-other-letters", named(r#""alg":"noNE""#), FORGED, "The algorithm `noNE`."),
        header(
            "alg-lower-case",
            named(&format!(r#""alg":"{}""#, alg.to_lowercase())).replacen(r#""alg":"dir""#, r#""alg":"Dir""#, 1),
            FORGED,
            "The algorithm in other letters.",
        ),
        header("alg-other", named(r#""alg":"HS512""#), FORGED, "Another algorithm than the key's."),
        header(
            "alg-with-a-space",
            named(&format!(r#""alg":"{alg} ""#)),
            FORGED,
            "The algorithm with a space behind it.",
        ),
        header("alg-missing", named("").replacen("{,", "{", 1), MALFORMED, "No algorithm."),
        header("alg-null", named(r#""alg":null"#), MALFORMED, "The algorithm is null."),
        header("alg-number", named(r#""alg":256"#), MALFORMED, "The algorithm is a number."),
        header("alg-list", named(&format!(r#""alg":["{alg}"]"#)), MALFORMED, "A list of algorithms."),
        header("alg-twice", more(&format!(r#""alg":"{alg}""#)), MALFORMED, "A member twice (RFC 7515 section 4)."),
        header(
            "alg-twice-one-escaped",
            more(&format!(r#""\u0061lg":"{alg}""#)),
            MALFORMED,
            "A member twice, once with an escape, which a filter in front does not see.",
        ),
        header("alg-escaped", named(&format!(r#""\u0061lg":"{alg}""#)), MALFORMED, "`alg` spelled with an escape."),
        header("kid-missing", id(""), MALFORMED, "No key id."),
        header("kid-number", id(r#","kid":7"#), MALFORMED, "A key id that is a number."),
        header("kid-empty", id(r#","kid":"""#), UNKNOWN, "An empty key id."),
        header("kid-unknown", id(r#","kid":"2026-11""#), UNKNOWN, "A key id that no key has."),
        header("kid-path", id(r#","kid":"../../dev/null""#), UNKNOWN, "A key id that is a path, and is only compared."),
        header(
            "kid-other-case",
            id(&format!(r#","kid":"{}""#, kid.to_lowercase())),
            UNKNOWN,
            "A key id in other letters.",
        ),
        header("typ-missing", typ(""), FORGED, "No type (RFC 8725 section 3.11): any JWT of the same key."),
        header("typ-jwt", typ(r#","typ":"JWT""#), FORGED, "The type of any JWT."),
        header("typ-application", typ(r#","typ":"application/orderslip+jwt""#), FORGED, "The type in its long form."),
        header("typ-other-case", typ(r#","typ":"ORDERSLIP+JWT""#), FORGED, "The type in other letters."),
        header("typ-list", typ(r#","typ":["orderslip+jwt"]"#), MALFORMED, "A list of types."),
        header(
            "crit-empty",
            more(r#""crit":[]"#),
            MALFORMED,
            "A list of critical headers that is empty (RFC 7515 section 4.1.11).",
        ),
        header("crit-exp", more(r#""crit":["exp"],"exp":1"#), MALFORMED, "A critical header that is there."),
        header("crit-text", more(r#""crit":"b64""#), MALFORMED, "A `crit` that is no list."),
        header("b64-false", more(r#""b64":false"#), MALFORMED, "A payload that is not encoded (RFC 7797), it says."),
        header("b64-true", more(r#""b64":true"#), MALFORMED, "The default of RFC 7797, spelled out."),
        header("zip", more(r#""zip":"DEF""#), MALFORMED, "Compressed, it says (RFC 7516 section 4.1.3)."),
        header("jwk", more(r#""jwk":{"kty":"oct","k":"AAAA"}"#), MALFORMED, "A key of its own (CVE-2018-0114)."),
        header("jku", more(r#""jku":"https://keys.example/""#), MALFORMED, "An address of keys."),
        header("x5u", more(r#""x5u":"https://keys.example/""#), MALFORMED, "An address of certificates."),
        header("x5c", more(r#""x5c":["AAAA"]"#), MALFORMED, "A certificate."),
        header("cty", more(r#""cty":"JWT""#), MALFORMED, "A token in the token (RFC 7519 section 5.2)."),
        header("member-more", more(r#""x":1"#), MALFORMED, "A member that no header of this format has."),
        header("member-deep", more(&deep), MALFORMED, "A member that nests 64 lists."),
        header("header-empty", "{}".to_owned(), MALFORMED, "An empty object."),
        header("header-list", format!("[{good}]"), MALFORMED, "The header in a list."),
        header("header-text", r#""HS256""#.to_owned(), MALFORMED, "A text in the place of the header."),
        header("header-behind", format!("{good}{{}}"), MALFORMED, "An object behind the header."),
        header("header-comma", good.replace('}', ",}"), MALFORMED, "A comma behind the last member."),
        header("header-bom", format!("\u{feff}{good}"), MALFORMED, "A byte order mark in front."),
        header("header-cut", good[..good.len() - 1].to_owned(), MALFORMED, "The header's last brace is missing."),
        header(
            "header-beyond-its-limit",
            more(&format!(r#""x":"{}""#, "x".repeat(4_200))),
            MALFORMED,
            "A header of more than 4 KiB.",
        ),
    ]
}

/// Changes of the parts as they stand in the text.
fn segments(kind: Kind) -> Vec<Row> {
    let good = kind.token(&kind.good());
    let parts: Vec<&str> = good.split('.').collect();
    let without = |at: usize| {
        parts.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, part)| *part).collect::<Vec<_>>().join(".")
    };
    let with = |at: usize, part: &str| {
        let mut parts = parts.clone();
        parts[at] = part;
        parts.join(".")
    };
    let last = parts.len() - 1;
    vec![
        text("segment-less", without(last), MALFORMED, "The last part is missing, and its dot."),
        text("segment-more", format!("{good}.AAAA"), MALFORMED, "A part too many."),
        text("segment-empty-behind", format!("{good}."), MALFORMED, "A dot behind it."),
        text(
            "segment-proof-empty",
            with(last, ""),
            if kind_is_jwe(kind) { MALFORMED } else { FORGED },
            "The last part is empty.",
        ),
        text("segment-header-empty", with(0, ""), MALFORMED, "The first part is empty."),
        text("segment-padded", with(0, &format!("{}=", parts[0])), MALFORMED, "Padding in a part."),
        text("segment-line-end", with(last, &format!("{}\n", parts[last])), MALFORMED, "A line end behind it."),
        text("segment-space", with(0, &format!(" {}", parts[0])), MALFORMED, "A space in front."),
        text(
            "segment-other-alphabet",
            with(last, &format!("+{}", &parts[last][1..])),
            MALFORMED,
            "A character of the other alphabet.",
        ),
        text(
            "json-serialization",
            format!(r#"{{"protected":"{}","payload":"{}","signature":"{}"}}"#, parts[0], parts[1], parts[last]),
            MALFORMED,
            "The JSON serialization (RFC 7515 section 7.2).",
        ),
        text("dots", ".".repeat(8_000), MALFORMED, "Eight thousand dots (CVE-2025-27144)."),
    ]
}

fn kind_is_jwe(kind: Kind) -> bool {
    matches!(kind, Kind::Jwe(_))
}

/// What may be wrong with the proof, and with the algorithm that the header names for it.
pub(crate) fn proofs(kind: Kind) -> Vec<Row> {
    let alg = kind.alg();
    let proof = kind.good_proof();
    let good = kind.token(&kind.good());
    let flipped = |at: usize| {
        let mut proof = proof.clone();
        proof[at] ^= 1;
        proof
    };
    let mut rows = vec![
        part("proof-cut", "proof", &proof[..proof.len() - 1], FORGED, "A byte of the proof is missing."),
        part("proof-half", "proof", &proof[..proof.len() / 2], FORGED, "Half of the proof."),
        part("proof-longer", "proof", [&proof[..], &[0]].concat(), FORGED, "A zero behind the proof."),
        part("proof-zeros", "proof", vec![0; proof.len()], FORGED, "A proof of zeros (CVE-2022-21449)."),
        part("proof-first-bit", "proof", flipped(0), FORGED, "A bit of the proof's first byte is another."),
        part("proof-last-bit", "proof", flipped(proof.len() - 1), FORGED, "A bit of the proof's last byte is another."),
        text(
            "claims-of-another-token",
            {
                let parts: Vec<&str> = good.split('.').collect();
                format!("{}.{}.{}", parts[0], base64url("{}"), parts[2])
            },
            FORGED,
            "Other claims under the proof of these.",
        ),
    ];
    rows.extend(of_each_algorithm(alg, &proof));
    rows
}

fn of_each_algorithm(alg: Alg, proof: &[u8]) -> Vec<Row> {
    match alg {
        Alg::EdDsa => vec![part(
            "proof-s-not-reduced",
            "proof",
            signatures::plus_order(proof),
            FORGED,
            "The second half plus the order of the group, which would be a twin (RFC 8032 section 5.1.7).",
        )],
        Alg::Es256 => vec![
            part(
                "proof-der",
                "proof",
                signatures::der(proof),
                MALFORMED,
                "A signature in DER (RFC 7518 section 3.4: both halves, one behind the other).",
            ),
            part(
                "proof-r-is-n",
                "proof",
                [&signatures::p256_order(), &proof[32..]].concat(),
                FORGED,
                "The first half is the order of the group.",
            ),
            part("proof-s-is-zero", "proof", [&proof[..32], &[0; 32]].concat(), FORGED, "The second half is zero."),
        ],
        // The first bytes of a longer MAC are that of no algorithm (RFC 7518 section 3.2). Of HS512 that is half of it.
        Alg::Hs384 => vec![part(
            "proof-of-256-bits",
            "proof",
            &proof[..32],
            FORGED,
            "The first 256 bits of the MAC, under the name of the longer one.",
        )],
        _ => vec![],
    }
}

/// The MAC of another family under the key's name: the key's public half is no secret (CVE-2016-5431), and a longer secret is none of a shorter MAC.
pub(crate) fn confusions(kind: Kind) -> Vec<Row> {
    let alg = kind.alg();
    let header = jose::header(alg).replacen(&format!(r#""alg":"{}""#, keys::name(alg)), r#""alg":"HS256""#, 1);
    let claims = kind.good().between("brace", "behind the claims");
    let input = format!("{}.{}", base64url(&header), base64url(&claims));
    let (secret, comment) = match alg {
        Alg::EdDsa | Alg::Es256 => {
            (keys::public(alg), "A MAC with the public key as its secret: HS256, it says (CVE-2016-5431).")
        }
        _ => (keys::secret(alg), "A MAC with the very secret, by another algorithm than the key's."),
    };
    let mac = cose::hs256(&secret, input.as_bytes());
    vec![text("alg-hs256", format!("{input}.{}", base64url(mac)), FORGED, comment)]
}

pub(crate) fn jws(kind: Kind) -> Vec<Row> {
    let mut rows = headers(kind);
    rows.extend(segments(kind));
    let enc = jose::header(kind.alg()).replacen('}', r#","enc":"A256GCM"}"#, 1);
    rows.extend(proofs(kind));
    rows.extend([
        part("enc", "header", enc, MALFORMED, "What only a JWE has (RFC 7516 section 9)."),
        text(
            "jwe-instead",
            jose::jwe(Alg::A256Gcm, jose::header(Alg::A256Gcm).as_bytes(), b"{}"),
            MALFORMED,
            "A JWE where a JWS belongs.",
        ),
    ]);
    rows
}

/// What may be wrong with the IV, the ciphertext and the tag.
pub(crate) fn sealings(kind: Kind) -> Vec<Row> {
    let good = kind.good();
    let sealed = kind.good_proof();
    let (ciphertext, tag) = sealed.split_at(sealed.len() - 16);
    let flipped = |bytes: &[u8], at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    vec![
        part("iv-empty", "iv", [], MALFORMED, "An empty IV."),
        part("iv-eleven", "iv", &good.get("iv")[..11], MALFORMED, "An IV of eleven bytes (RFC 7518 section 5.3)."),
        part("iv-sixteen", "iv", b"sixteen of an iv", MALFORMED, "An IV of sixteen bytes."),
        part("iv-other", "iv", b"TWELVE BYTES", FORGED, "Another IV than the one that it was encrypted with."),
        part("tag-of-one", "authentication tag", &tag[..1], MALFORMED, "A tag of one byte (CVE-2025-54887)."),
        part("tag-of-twelve", "authentication tag", &tag[..12], MALFORMED, "A tag of twelve bytes."),
        part("tag-of-seventeen", "authentication tag", [tag, &[0]].concat(), MALFORMED, "A tag of seventeen bytes."),
        part(
            "tag-first-bit",
            "authentication tag",
            flipped(tag, 0),
            FORGED,
            "A bit of the tag's first byte is another.",
        ),
        part(
            "tag-last-bit",
            "authentication tag",
            flipped(tag, 15),
            FORGED,
            "A bit of the tag's last byte is another.",
        ),
        part(
            "ciphertext-first-bit",
            "ciphertext",
            flipped(ciphertext, 0),
            FORGED,
            "A bit of the ciphertext's first byte is another.",
        ),
        part(
            "ciphertext-cut",
            "ciphertext",
            &ciphertext[..ciphertext.len() - 1],
            FORGED,
            "The last byte of the ciphertext is missing.",
        ),
    ]
}

pub(crate) fn jwe(kind: Kind) -> Vec<Row> {
    let header = jose::header(kind.alg());
    let enc = |other: &str| header.replacen(r#","enc":"A256GCM""#, other, 1);
    let mut rows = headers(kind);
    rows.extend(segments(kind));
    rows.extend(sealings(kind));
    rows.extend([
        part("enc-missing", "header", enc(""), MALFORMED, "No content encryption."),
        part("enc-other", "header", enc(r#","enc":"A128GCM""#), FORGED, "Another content encryption than the key's."),
        part("enc-chacha", "header", enc(r#","enc":"C20P""#), FORGED, "A content encryption that is not registered."),
        part(
            "enc-cbc",
            "header",
            enc(r#","enc":"A256CBC-HS512""#),
            FORGED,
            "A content encryption that needs another key.",
        ),
        part(
            "alg-key-wrap",
            "header",
            header.replacen(r#""dir""#, r#""A256KW""#, 1),
            FORGED,
            "A key that is wrapped, it says.",
        ),
        part(
            "alg-password",
            "header",
            header.replacen(r#""dir""#, r#""PBES2-HS256+A128KW","p2c":1000000000"#, 1),
            FORGED,
            "A password, with a work factor (CVE-2023-50658): nothing is begun.",
        ),
        part(
            "encrypted-key",
            "encrypted key",
            [0, 0, 0],
            MALFORMED,
            "An encrypted key (RFC 7518 section 4.5: the empty octet sequence).",
        ),
        text(
            "jws-instead",
            jose::jws(Alg::Hs256, jose::header(Alg::Hs256).as_bytes(), b"{}"),
            MALFORMED,
            "A JWS where a JWE belongs.",
        ),
    ]);
    rows
}
