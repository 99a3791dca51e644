//! Siblings of a session: items that are not what they say, under names that are not theirs, of times that cannot be.

use crate::{
    file::Vector,
    forge::{
        NOW, base64url, cbor, claims, from_base64url,
        items::{self, Session, anchor_claim, base, dot, floor, millis, operation, varint},
        keys::{self, Alg},
    },
};

pub(crate) const ANCHOR_PURPOSE: &str = "vectors.example/session";
pub(crate) const ANCHOR: &str = "__Host-session";
pub(crate) const PURPOSE: &str = "vectors.example/basket";
pub(crate) const PREFIX: &str = "__Host-basket";

type Pair = (String, String);

fn op(sku: &str, by: u64) -> Vec<u8> {
    cbor::array(&[cbor::text(sku), cbor::uint(by)])
}

/// Two operations: one soup, and two salads.
fn good() -> [Pair; 2] {
    let session = Session::new(PURPOSE, PREFIX);
    let at = |after| dot(millis(after), [1, 2, 3]);
    [
        session.operation(at(-20_000), &operation(&op("SOUP", 1))),
        session.operation(at(-10_000), &operation(&op("SALAD", 2))),
    ]
}

fn fields(pairs: &[Pair]) -> String {
    fields_of(&items::anchor(ANCHOR_PURPOSE, ANCHOR, &anchor_claim(), &[0xf6]), pairs)
}

fn fields_of(anchor: &str, pairs: &[Pair]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("; {name}={value}"));
    format!("{ANCHOR}={anchor}{}", pairs.collect::<String>())
}

fn anchor_with(claim: &[Vec<u8>]) -> String {
    items::anchor(ANCHOR_PURPOSE, ANCHOR, claim, &[0xf6])
}

const GOOD: &str = r#"reads {"SALAD":2,"SOUP":1}"#;
/// Without the second of the two.
const SOUP: &str = r#"reads {"SOUP":1}"#;
const SOUP_ONLY: &str = r#"reads {"SOUP":1} incomplete"#;

pub(crate) fn vectors() -> Vec<(String, Vector)> {
    let session = Session::new(PURPOSE, PREFIX);
    let ask = |comment: &str, expect: &str| {
        Vector::new(comment, expect)
            .with("subject", "siblings")
            .with("anchor-purpose", ANCHOR_PURPOSE)
            .with("anchor-jar", "session")
            .with("purpose", PURPOSE)
            .with("jar", "basket")
            .with("now", NOW.to_string())
            .with("keys", keys::jwks(&[Alg::Root]))
    };
    let [soup, salad] = good();
    let first = ask("A session and two operations: one soup, two salads. The others differ in the field.", GOOD)
        .with("anchor-secret", crate::forge::hex(&items::anchor_secret()))
        .about(fields(&[soup.clone(), salad.clone()]));
    // The second item is the one that is changed.
    let second = |pair: Pair| fields(&[soup.clone(), pair]);
    let renamed = |name: String| second((name, salad.1.clone()));
    let value = |value: String| second((salad.0.clone(), value));
    let bytes = from_base64url(&salad.1).unwrap();
    let flipped = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        base64url(bytes)
    };
    let plaintext = |bytes: &[u8]| value(session.value(&salad.0, bytes));
    let based = |bytes: &[u8]| second(session.base(bytes));
    let lines = |lines: &[(&str, u64)]| {
        cbor::map(
            &lines.iter().flat_map(|(sku, quantity)| [cbor::text(sku), cbor::uint(*quantity)]).collect::<Vec<_>>(),
        )
    };
    let early = millis(-30_000);
    let at = |after| dot(millis(after), [1, 2, 3]);
    let kept = |records: &[u8]| [&varint(4)[..], &floor(early), records, &lines(&[])].concat();
    let record = |ms: u64, head: u64, more: &[u8]| [&varint(ms)[..], &[7, 7, 7], &varint(head), more].concat();
    let tea = [&varint(6)[..], &op("TEA", 1)].concat();
    let salad_end = salad.0.len() - 11;
    let other_anchor = {
        let claim = cbor::array(&[cbor::bytes([9; 32])]);
        fields_of(&anchor_with(&[claims::ANCHOR.to_vec(), claim]), &[soup.clone(), salad.clone()])
    };
    let rows: Vec<(&str, &str, String, &str)> = vec![
        // Right, and not obvious.
        (
            "other-order",
            GOOD,
            fields(&[salad.clone(), soup.clone()]),
            "The items in the other order: they mean the same.",
        ),
        ("twice", GOOD, fields(&[soup.clone(), salad.clone(), salad.clone()]), "An item twice counts once."),
        (
            "one-is-missing",
            SOUP,
            fields(std::slice::from_ref(&soup)),
            "The second item has not come, or was deleted: what is there is read.",
        ),
        ("none", "reads {}", fields(&[]), "A session without items."),
        (
            "base",
            GOOD,
            based(&base(early, &lines(&[("SALAD", 2)]))),
            "A base in the place of the operation that it holds.",
        ),
        (
            "base-that-holds-it-all",
            r#"reads {"SALAD":5}"#,
            based(&base(millis(-1_000), &lines(&[("SALAD", 5)]))),
            "A base whose floor is behind the first operation: that is in the base, or came too late.",
        ),
        (
            "base-with-records",
            r#"reads {"SOUP":1,"TEA":2}"#,
            based(&kept(&[varint(2), record(1_000, 0, &tea), record(5, 4, &[])].concat())),
            "A base with two operations in its window, the second of which is the first again.",
        ),
        (
            "operation-of-an-older-version",
            GOOD,
            plaintext(&[&varint(0)[..], &op("SALAD", 2)].concat()),
            "An operation of version 0 is read as one of this.",
        ),
        (
            "operation-of-a-newer-version",
            SOUP_ONLY,
            plaintext(&[&varint(4)[..], &op("SALAD", 2)].concat()),
            "An operation of a newer version is passed on and not applied.",
        ),
        // Names and values.
        ("changed-iv", SOUP_ONLY, value(flipped(0)), "A bit of the IV is another."),
        ("changed-ciphertext", SOUP_ONLY, value(flipped(14)), "A bit of the ciphertext is another."),
        ("changed-tag", SOUP_ONLY, value(flipped(bytes.len() - 1)), "A bit of the tag is another."),
        ("cut", SOUP_ONLY, value(base64url(&bytes[..bytes.len() - 1])), "The last byte is missing."),
        (
            "shorter-than-a-tag",
            SOUP_ONLY,
            value(base64url(&bytes[..27])),
            "Twenty-seven bytes: an IV and less than a tag.",
        ),
        ("empty", SOUP_ONLY, value(String::new()), "An empty value."),
        ("padded", SOUP_ONLY, value(format!("{}=", salad.1)), "Padding."),
        ("quoted", SOUP_ONLY, value(format!("\"{}\"", salad.1)), "A value in quotation marks."),
        (
            "renamed",
            SOUP_ONLY,
            renamed(format!("{}AAAAAAAAAAA", &salad.0[..salad_end])),
            "The name of another operation: the name is authenticated.",
        ),
        (
            "value-of-the-other",
            SOUP_ONLY,
            value(soup.1.clone()),
            "The value of the first under the name of the second.",
        ),
        (
            "as-a-base",
            SOUP_ONLY,
            renamed(salad.0.replacen("basketo", "basketb", 1)),
            "An operation under the name of a base.",
        ),
        (
            "another-class",
            SOUP,
            renamed(salad.0.replacen("basketo", "basketx", 1)),
            "A class that there is not: the name is nobody's.",
        ),
        (
            "another-tag",
            SOUP,
            renamed(format!("{PREFIX}oAAA{}", &salad.0[salad_end..])),
            "The tag of another session: passed over, and expired.",
        ),
        ("name-longer", SOUP, renamed(format!("{}A", salad.0)), "A name that is a character too long: nobody's."),
        (
            "name-not-base64url",
            SOUP,
            renamed(format!("{}+", &salad.0[..salad.0.len() - 1])),
            "A name with a character of the other alphabet: nobody's.",
        ),
        (
            "dot-not-canonical",
            SOUP_ONLY,
            {
                let name = format!("{}B", &salad.0[..salad.0.len() - 1]);
                let name = if name == salad.0 { format!("{}C", &salad.0[..salad.0.len() - 1]) } else { name };
                let sealed = session.value(&name, &operation(&op("SALAD", 2)));
                second((name, sealed))
            },
            "A name whose last character has bits that no byte has, and which is authenticated.",
        ),
        (
            "other-secret",
            "reads {}",
            other_anchor,
            "Both items under a session with another secret: they are another's.",
        ),
        // Plaintexts.
        (
            "operation-empty",
            SOUP_ONLY,
            plaintext(&[]),
            "An operation of no bytes: passed on, in case a newer program can tell.",
        ),
        ("operation-head-alone", SOUP_ONLY, plaintext(&varint(2)), "An operation without its content."),
        (
            "operation-number-long",
            SOUP_ONLY,
            plaintext(&[&[0x82, 0x00], &op("SALAD", 2)[..]].concat()),
            "A number that is not in its shortest form.",
        ),
        ("operation-number-too-long", SOUP_ONLY, plaintext(&[0xff; 11]), "A number of more than 64 bits."),
        (
            "operation-of-another-shape",
            SOUP_ONLY,
            plaintext(&operation(&cbor::text("SALAD"))),
            "A text in the place of an operation.",
        ),
        (
            "operation-with-more",
            SOUP_ONLY,
            plaintext(&operation(&[&op("SALAD", 2)[..], &[0xf6]].concat())),
            "An item behind the operation.",
        ),
        ("operation-not-well-formed", SOUP_ONLY, plaintext(&operation(&[0x82, 0x1c])), "CBOR that is not well-formed."),
        (
            "barrier-cut",
            SOUP_ONLY,
            plaintext(&[&varint(3)[..], &floor(early)[..3]].concat()),
            "A barrier whose floor is cut off.",
        ),
        (
            "barrier-dots-out-of-order",
            SOUP_ONLY,
            plaintext(
                &[&varint(3)[..], &floor(early), &varint(2), &varint(5), &[0, 0, 2], &varint(0), &[0, 0, 1], &[0x80]]
                    .concat(),
            ),
            "A barrier that has seen two operations in the wrong order.",
        ),
        (
            "barrier-claims-many",
            SOUP_ONLY,
            plaintext(&[&varint(3)[..], &floor(early), &varint(u64::MAX)].concat()),
            "A barrier that has seen 2^64 - 1 operations, it says.",
        ),
        (
            "base-empty",
            "trouble undecodable",
            based(&[]),
            "A base of no bytes: nothing is read, and nothing is written.",
        ),
        (
            "base-newer",
            "trouble newer-version",
            based(&[&varint(8)[..], &floor(early), &varint(0), &lines(&[])].concat()),
            "A base of a newer version: nothing is read, and nothing is written.",
        ),
        (
            "base-cut",
            "trouble undecodable",
            based(&[&varint(4)[..], &floor(early)[..4]].concat()),
            "A base whose floor is cut off.",
        ),
        (
            "base-state-missing",
            "trouble undecodable",
            based(&[&varint(4)[..], &floor(early), &varint(0)].concat()),
            "A base without a state.",
        ),
        (
            "base-state-of-another-shape",
            "trouble undecodable",
            based(&base(early, &cbor::text("soup"))),
            "A base whose state is a text.",
        ),
        (
            "base-state-and-more",
            "trouble undecodable",
            based(&base(early, &[&lines(&[])[..], &[0xf6]].concat())),
            "An item behind the base's state.",
        ),
        (
            "base-claims-many",
            "trouble undecodable",
            based(&kept(&varint(u64::MAX))),
            "A base of 2^64 - 1 operations, it says.",
        ),
        (
            "base-records-out-of-order",
            "trouble undecodable",
            based(&kept(&[&varint(2)[..], &record(1_000, 0, &tea), &varint(0), &[7, 7, 6], &varint(4)].concat())),
            "A base whose operations are in the wrong order.",
        ),
        (
            "base-record-twice",
            "trouble undecodable",
            based(&kept(&[&varint(2)[..], &record(1_000, 0, &tea), &record(0, 4, &[])].concat())),
            "A base with one operation twice.",
        ),
        (
            "base-again-what-was-not-there",
            "trouble undecodable",
            based(&kept(&[&varint(1)[..], &record(1_000, 4, &[])].concat())),
            "A base that repeats an operation that it does not have.",
        ),
        (
            "base-record-too-long",
            "trouble undecodable",
            based(&kept(&[&varint(1)[..], &record(1_000, 0, &[&varint(9_999)[..], &op("TEA", 1)].concat())].concat())),
            "An operation of 9,999 bytes, it says.",
        ),
        (
            "base-after-2059",
            "trouble undecodable",
            based(&kept(&[&varint(1)[..], &record(1 << 40, 0, &tea)].concat())),
            "An operation of the year 2060.",
        ),
        (
            "from-the-future",
            "trouble not-yet-valid",
            second(session.operation(at(31_000), &operation(&op("SALAD", 2)))),
            "An operation of a server whose clock is 31 seconds ahead: beyond what was agreed.",
        ),
        (
            "from-a-clock-ahead",
            GOOD,
            second(session.operation(at(30_000), &operation(&op("SALAD", 2)))),
            "An operation of a server whose clock is 30 seconds ahead.",
        ),
        (
            "too-many",
            "trouble undecodable",
            fields(&vec![soup.clone(); 257]),
            "More items than are read: a part of a jar is another state.",
        ),
    ];
    let before = Session::of(PURPOSE, PREFIX, items::ID_BEFORE, &items::secret_before());
    let after_login = anchor_with(&items::anchor_claim_after(NOW * 1_000 - 5_000));
    let mut all = vec![("siblings/good".to_owned(), first)];
    for (name, expect, body, comment) in rows {
        all.push((
            format!("siblings/{name}"),
            ask(comment, expect).with("good", "siblings/good").with("changed", "field").about(body),
        ));
    }
    // A login five seconds ago: what was under way in the guest's session is taken along.
    let at_login = |pair: Pair| fields_of(&after_login, &[soup.clone(), pair]);
    let guest = before.operation(at(-10_000), &operation(&op("SALAD", 2)));
    for (name, expect, body, comment) in [
        (
            "login-guest-s-operation",
            GOOD,
            at_login(guest.clone()),
            "An operation of the guest's session, five seconds before the login.",
        ),
        (
            "login-guest-s-operation-too-old",
            SOUP,
            at_login(before.operation(at(-606_000), &operation(&op("SALAD", 2)))),
            "An operation of the guest's session, ten minutes and a second before the login: it came over with the login, or never.",
        ),
        (
            "login-guest-s-name-own-key",
            SOUP_ONLY,
            at_login((guest.0.clone(), session.value(&guest.0, &operation(&op("SALAD", 2))))),
            "The name of an item of the guest's session, sealed for the user's.",
        ),
    ] {
        all.push((
            format!("siblings/{name}"),
            ask(comment, expect).with("good", "siblings/good").with("changed", "field").about(body),
        ));
    }
    // Anchors: without one nothing is read.
    let secret = |bytes: &[u8]| [claims::ANCHOR.to_vec(), cbor::array(&[cbor::bytes(bytes)])];
    let [label, value] = anchor_claim();
    for (name, claim, comment) in [
        ("anchor-none", vec![], "A session whose slip has no secret: another program's, or an older one's."),
        ("anchor-secret-short", secret(&[7; 31]).to_vec(), "A secret of 31 bytes."),
        ("anchor-secret-long", secret(&[7; 33]).to_vec(), "A secret of 33 bytes."),
        (
            "anchor-of-two",
            vec![label.clone(), cbor::array(&[value[1..].to_vec(), cbor::bytes([7; 16])])],
            "A secret and half of a predecessor.",
        ),
        ("anchor-text", vec![label, cbor::text("secret")], "A text in the place of a secret."),
    ] {
        let body = fields_of(&anchor_with(&claim), &[soup.clone(), salad.clone()]);
        let expect = if name == "anchor-none" { "trouble unavailable" } else { "trouble undecodable" };
        all.push((
            format!("siblings/{name}"),
            ask(comment, expect).with("good", "siblings/good").with("changed", "field").about(body),
        ));
    }
    all
}
