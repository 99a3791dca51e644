//! What may be wrong with claims in an authentic COSE message, and with a state; and texts that are no token.

use crate::{
    forge::{
        NOW, base64url, cbor,
        claims::{ABSOLUTE, ANCHOR, IDLE, SPAN},
        from_base64url, jose,
        keys::Alg,
    },
    kinds::{Kind, state},
    parts::{FORGED, MALFORMED, OPENS, Row, UNDECODABLE, claims, part, text},
};

fn claim(label: u8, value: Vec<u8>) -> Vec<u8> {
    [vec![label], value].concat()
}

fn span(value: Vec<u8>) -> Vec<u8> {
    [SPAN.to_vec(), value].concat()
}

fn float(value: f64) -> Vec<u8> {
    [&[0xfb], &value.to_be_bytes()[..]].concat()
}

pub(crate) fn rows() -> Vec<Row> {
    let good = Kind::Proven(Alg::Hs256).good();
    let (iat, cti) = (good.get("iat").to_vec(), good.get("cti").to_vec());
    let before_state = |more: &[u8]| [more, good.get("state claim")].concat();
    let number = |number| cbor::uint(number);
    let u = UNDECODABLE;
    let mut rows = vec![
        part("claims-array", "claims", [0x8a], u, "The claims are an array."),
        part("claims-indefinite", "claims", [0xbf], u, "The claims are of indefinite length."),
        part("claims-head-long", "claims", [0xb8, 0x05], u, "The head of the claims is not in its shortest form."),
        part("claims-one-too-many", "claims", [0xa6], u, "The claims are said to be six, and are five."),
        part("claims-one-too-few", "claims", [0xa4], u, "The claims are said to be four, and are five."),
        part("claims-in-a-string", "claims", [0x58, 0x5c, 0xa5], u, "The claims are in a byte string of their own."),
        part("claims-behind", "behind the claims", [0xf6], u, "An item behind the claims."),
        claims("exp-missing", "exp", [], 4, u, "No end."),
        part(
            "exp-null",
            "exp",
            claim(4, vec![0xf6]),
            u,
            "The end is null: of another type, not absent (CVE-2026-25537).",
        ),
        part("exp-text", "exp", claim(4, cbor::text("1800001800")), u, "The end is text."),
        part("exp-float", "exp", claim(4, float(1_800_001_800.0)), u, "The end is a float: whole seconds only."),
        part("exp-nan", "exp", claim(4, vec![0xf9, 0x7e, 0x00]), u, "The end is not a number."),
        part("exp-negative", "exp", claim(4, cbor::negative(5)), u, "The end is before 1970."),
        part(
            "exp-tagged",
            "exp",
            claim(4, [vec![0xc1], number(NOW + IDLE)].concat()),
            u,
            "The end has the tag 1, which must be left out (RFC 8392 section 2).",
        ),
        part("exp-bignum", "exp", claim(4, vec![0xc2, 0x44, 0x6b, 0x49, 0xd9, 0x08]), u, "The end is a bignum."),
        part("exp-long", "exp", claim(4, cbor::long_head(0, NOW + IDLE)), u, "The end is not in its shortest form."),
        part("exp-year-10000", "exp", claim(4, number(253_402_300_800)), u, "The end is in the year 10000."),
        part("exp-greatest", "exp", claim(4, number(u64::MAX)), u, "The end is 2^64 - 1."),
        claims(
            "exp-twice",
            "exp",
            [good.get("exp"), good.get("exp")].concat(),
            6,
            u,
            "The end twice (RFC 9052 section 3).",
        ),
        part(
            "exp-label-text",
            "exp",
            [cbor::text("exp"), number(NOW + IDLE)].concat(),
            u,
            "The end by its name: in a CWT it is the label 4.",
        ),
        part("exp-at-iat", "exp", claim(4, number(NOW)), u, "It ends when it was sealed."),
        part(
            "exp-after-the-span",
            "exp",
            claim(4, number(NOW + ABSOLUTE + 1)),
            u,
            "It ends after the end of its slip.",
        ),
        claims("iat-missing", "iat", [], 4, u, "Nothing says when it was sealed."),
        part("iat-float", "iat", claim(6, float(1_800_000_000.0)), u, "When it was sealed is a float."),
        part("iat-text", "iat", claim(6, cbor::text("now")), u, "When it was sealed is text."),
        part("iat-before-the-beginning", "iat", claim(6, number(NOW - 1)), u, "It was sealed before its slip began."),
        part("iat-and-cti-swapped", "iat", cti.clone(), u, "The id in the place of the time."),
        claims(
            "nbf",
            "iat",
            [claim(5, number(NOW)), iat.clone()].concat(),
            6,
            u,
            "A `nbf`: nobody evaluates it, so it may not be there.",
        ),
        claims(
            "iss",
            "exp",
            [claim(1, cbor::text("https://issuer.example")), good.get("exp").to_vec()].concat(),
            6,
            u,
            "An issuer: nobody evaluates it.",
        ),
        claims(
            "sub",
            "exp",
            [claim(2, cbor::text("ada")), good.get("exp").to_vec()].concat(),
            6,
            u,
            "A subject: nobody evaluates it.",
        ),
        claims(
            "aud",
            "exp",
            [claim(3, cbor::text("shop")), good.get("exp").to_vec()].concat(),
            6,
            u,
            "An audience: nobody evaluates it.",
        ),
        claims("cti-missing", "cti", [], 4, u, "No id."),
        part("cti-fifteen", "cti", claim(7, cbor::bytes(b"fifteen of an i")), u, "An id of fifteen bytes."),
        part("cti-seventeen", "cti", claim(7, cbor::bytes(b"seventeen of an i")), u, "An id of seventeen bytes."),
        part("cti-text", "cti", claim(7, cbor::text("sixteen of an id")), u, "An id that is text."),
        claims("cti-twice", "cti", [&cti[..], &cti].concat(), 6, u, "The id twice."),
        claims("span-missing", "span", [], 4, u, "No beginning and no absolute end."),
        part("span-of-one", "span", span(cbor::array(&[number(NOW)])), u, "A beginning without an end."),
        part(
            "span-of-three",
            "span",
            span(cbor::array(&[number(NOW), number(NOW + ABSOLUTE), number(0)])),
            u,
            "A beginning, an end, and more.",
        ),
        part(
            "span-float",
            "span",
            span(cbor::array(&[float(1_800_000_000.0), number(NOW + ABSOLUTE)])),
            u,
            "A beginning that is a float.",
        ),
        part(
            "span-backwards",
            "span",
            span(cbor::array(&[number(NOW + ABSOLUTE), number(NOW)])),
            u,
            "It ends before it begins.",
        ),
        part(
            "span-begins-later",
            "span",
            span(cbor::array(&[number(NOW + 1), number(NOW + ABSOLUTE)])),
            u,
            "It begins after it was sealed.",
        ),
        claims(
            "anchor-secret-short",
            "state claim",
            [&ANCHOR[..], &cbor::array(&[cbor::bytes([7; 31])]), good.get("state claim")].concat(),
            6,
            u,
            "A secret for siblings of 31 bytes.",
        ),
        part(
            "state-of-one",
            "state claim",
            [&good.get("state claim")[..5], &[0x81]].concat(),
            u,
            "A state without a version.",
        ),
        part(
            "state-of-three",
            "state claim",
            [&good.get("state claim")[..5], &[0x83]].concat(),
            u,
            "A version, a state, and one that is not there.",
        ),
        claims(
            "state-twice",
            "state claim",
            before_state(&[good.get("state claim"), &[0x02, 0xf6]].concat()),
            6,
            u,
            "The state twice.",
        ),
        claims(
            "padding",
            "state claim",
            before_state(&[0x3a, 0x00, 0x01, 0x00, 0x01, 0x40]),
            6,
            u,
            "Padding, which is reserved.",
        ),
        part("version-negative", "version", cbor::negative(0), u, "A version of -1."),
        part("version-float", "version", [0xf9, 0x40, 0x00], u, "A version of 2.0."),
        part("version-text", "version", cbor::text("2"), u, "A version that is text."),
        part("version-long", "version", [0x18, 0x02], u, "A version that is not in its shortest form."),
        part(
            "version-newer",
            "version",
            number(3),
            "newer-version",
            "A state of a version that this program does not know yet.",
        ),
        part("version-greatest", "version", number(u64::MAX), "newer-version", "A state of the version 2^64 - 1."),
        part(
            "version-refused",
            "version",
            number(0),
            "refused",
            "A state of version 0, which the type's upgrade refuses.",
        ),
        part(
            "version-older-of-another-shape",
            "version",
            number(1),
            u,
            "A state of version 1, which was a list of texts and is none.",
        ),
    ];
    rows.extend(states());
    rows.extend(more());
    rows
}

/// Claims that nobody has to understand are ignored (RFC 8392 section 3), if they are in order.
fn more() -> Vec<Row> {
    let good = Kind::Proven(Alg::Hs256).good();
    let row = |name: &str, more: &[u8], expect, comment: &str| {
        claims(name, "state claim", [more, good.get("state claim")].concat(), 6, expect, comment)
    };
    let u = UNDECODABLE;
    vec![
        row(
            "claim-unknown",
            &[0x3a, 0x00, 0x01, 0x00, 0x03, 0x82, 0x01, 0x60],
            OPENS,
            "A private claim that nobody knows is passed over.",
        ),
        row(
            "claim-unknown-text",
            &[cbor::text("x"), vec![0xa0]].concat(),
            OPENS,
            "A claim with a name that nobody knows is passed over.",
        ),
        row(
            "claim-out-of-order",
            &[0x09, 0x01],
            u,
            "An unknown claim, 9, behind -65539: not in the order of their bytes.",
        ),
        row(
            "claim-bad-value",
            &[0x3a, 0x00, 0x01, 0x00, 0x03, 0x1c],
            u,
            "An unknown claim whose value is not well-formed (RFC 8949 appendix F).",
        ),
        row(
            "claim-indefinite",
            &[0x3a, 0x00, 0x01, 0x00, 0x03, 0x9f, 0xff],
            u,
            "An unknown claim of indefinite length.",
        ),
        row("claim-label-bytes", &[0x41, 0x00, 0x00], u, "A claim whose label is a byte string."),
        claims(
            "claim-cnf",
            "cti",
            [good.get("cti"), &[0x08, 0xa0]].concat(),
            6,
            u,
            "A `cnf` (RFC 8747): whoever may use the token must prove a key, and we cannot tell.",
        ),
    ]
}

fn states() -> Vec<Row> {
    let u = UNDECODABLE;
    let (lines, note) = (cbor::text("lines"), [cbor::text("note"), vec![0xf6]].concat());
    let soup = |quantity: Vec<u8>| [&[0xa2][..], &lines, &[0xa1], &cbor::text("SOUP"), &quantity, &note].concat();
    let of = |entries: &[u8], count: u8| [&[0xa0 + count], entries].concat();
    vec![
        part("state-empty", "state", [], u, "The state is cut off."),
        part("state-null", "state", [0xf6], u, "The state is null."),
        part("state-number", "state", [0x07], u, "The state is a number."),
        part("state-reserved", "state", [0x1c], u, "The state is not well-formed: a reserved head."),
        part("state-break", "state", [0xff], u, "The state is a break."),
        part("state-cut", "state", &state()[..state().len() - 1], u, "The last byte of the state is missing."),
        part("state-two-items", "state", [&state()[..], &[0xf6]].concat(), u, "An item behind the state."),
        part(
            "state-indefinite-map",
            "state",
            [&[0xbf], &state()[1..], &[0xff]].concat(),
            u,
            "A map of indefinite length.",
        ),
        part("state-indefinite-text", "state", soup([0x7f, 0xff].to_vec()), u, "A text of indefinite length."),
        part(
            "state-head-long",
            "state",
            [&[0xb8, 0x02], &state()[1..]].concat(),
            u,
            "The map's head is not in its shortest form.",
        ),
        part("state-number-long", "state", soup(vec![0x18, 0x02]), u, "A number that is not in its shortest form."),
        part("state-field-missing", "state", of(&note, 1), u, "A field is missing."),
        part("state-field-twice", "state", of(&[&note[..], &note, &lines, &[0xa0]].concat(), 3), u, "A field twice."),
        part("state-of-another-type", "state", soup(cbor::text("two")), u, "A text where a number belongs."),
        part("state-negative", "state", soup(cbor::negative(1)), u, "A negative number where none may be."),
        part("state-too-large-a-number", "state", soup(cbor::uint(1 << 32)), u, "2^32 where 32 bits are."),
        part("state-float", "state", soup(vec![0xf9, 0x40, 0x00]), u, "2.0 where an integer is."),
        part("state-tag", "state", [&[0xc6], &state()[..]].concat(), u, "A tag around the state."),
        part("state-not-utf-8", "state", soup(vec![0x61, 0xff]), u, "A text that is not UTF-8."),
        part(
            "state-nested",
            "state",
            [vec![0x81; 3_000], vec![0xf6]].concat(),
            u,
            "Three thousand arrays in each other.",
        ),
        part(
            "state-claimed-length",
            "state",
            soup([&[0x5b][..], &[0xff; 8]].concat()),
            u,
            "A string of 2^64 - 1 bytes, it says.",
        ),
    ]
}

/// Texts that are no token, whatever they stand for.
pub(crate) fn texts(kind: Kind) -> Vec<Row> {
    let good = kind.token(&kind.good());
    let m = MALFORMED;
    let mut rows = vec![
        text("text-empty", "", m, "Nothing."),
        text("text-padded", format!("{good}="), m, "Padding (RFC 7515 section 2: without)."),
        text("text-line-end", format!("{good}\n"), m, "A line end behind it."),
        text("text-space-in-front", format!(" {good}"), m, "A space in front."),
        text("text-space-behind", format!("{good} "), m, "A space behind."),
        text("text-quoted", format!("\"{good}\""), m, "In quotation marks."),
        text("text-bearer", format!("Bearer {good}"), m, "As it stands in another header field."),
        text(
            "text-plus",
            good.replacen(['A', 'B', 'C'], "+", 1),
            m,
            "A plus sign, of the other alphabet (RFC 4648 section 4).",
        ),
        text("text-percent", good.replacen('A', "%41", 1), m, "A percent-encoded character."),
        text("text-not-ascii", format!("{good}\u{e9}"), m, "A letter with an accent behind it."),
        text("text-nul", format!("{good}\0"), m, "A NUL behind it."),
        // In the last part of a JWS it makes a byte more of the proof.
        text(
            "text-a-character-more",
            format!("{good}A"),
            if matches!(kind, Kind::Jws(_)) { FORGED } else { m },
            "A character more.",
        ),
        text("text-beyond-the-limit", format!("{good}{}", "A".repeat(8_192)), m, "Longer than any token."),
    ];
    if let Some(bytes) = from_base64url(&good) {
        let last = good.chars().last().unwrap_or_default();
        const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        if bytes.len() % 3 != 0 {
            let next = ALPHABET.chars().nth(ALPHABET.find(last).unwrap() + 1).unwrap();
            let twin = format!("{}{next}", &good[..good.len() - 1]);
            rows.push(text(
                "text-trailing-bits",
                twin,
                m,
                "Bits that no byte has are not zero in the last character (RFC 4648 section 3.5).",
            ));
        }
        rows.push(text("text-a-byte-less", base64url(&bytes[..bytes.len() - 1]), m, "The last byte is missing."));
        rows.push(text("text-a-dot-more", format!("{good}."), m, "A dot behind it."));
        rows.push(text(
            "text-jws",
            jose::jws(Alg::Hs256, jose::header(Alg::Hs256).as_bytes(), b"{}"),
            m,
            "A JWS where a COSE message belongs.",
        ));
    }
    rows
}
