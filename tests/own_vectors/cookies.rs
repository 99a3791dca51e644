//! Fields of a request: spellings of names, duplicates, values of others, tombstones.

use crate::{
    file::Vector,
    forge::{
        NOW, base64url,
        claims::{self, cwt},
        cose,
        keys::{self, Alg},
    },
    kinds::{PURPOSE, VERSION, state},
};

pub(crate) const NAME: &str = "__Host-order";

fn token(purpose: &str, cookie: &str, version: u64, state: &[u8]) -> String {
    base64url(cose::encrypted(Alg::Root, &claims::external_aad(purpose, cookie, &[], &[]), &cwt(version, state)))
}

/// The same slip, sealed a minute later.
fn later() -> String {
    let from = cwt(VERSION, &state());
    let mut payload = from.clone();
    let iat = payload.windows(2).position(|pair| pair == [0x06, 0x1a]).unwrap() + 2;
    payload[iat..iat + 4].copy_from_slice(&u32::try_from(NOW + 10).unwrap().to_be_bytes());
    base64url(cose::encrypted(Alg::Root, &claims::external_aad(PURPOSE, NAME, &[], &[]), &payload))
}

/// Another slip.
fn stranger() -> String {
    let mut payload = cwt(VERSION, &state());
    let cti = payload.windows(2).position(|pair| pair == [0x07, 0x50]).unwrap() + 2;
    payload[cti] ^= 1;
    base64url(cose::encrypted(Alg::Root, &claims::external_aad(PURPOSE, NAME, &[], &[]), &payload))
}

pub(crate) fn vectors() -> Vec<(String, Vector)> {
    let good = token(PURPOSE, NAME, VERSION, &state());
    let ours = format!("{NAME}={good}");
    let ask = |comment: &str, expect: &str| {
        Vector::new(comment, expect)
            .with("subject", "cookies")
            .with("jar", "order")
            .with("purpose", PURPOSE)
            .with("now", NOW.to_string())
            .with("keys", keys::jwks(&[Alg::Root]))
    };
    let mut all = vec![(
        "cookies/good".to_owned(),
        ask("One cookie with a slip among others. The others differ in the field.", "opened")
            .about(format!("theme=dark; {ours}; lang=de")),
    )];
    let flipped = format!("{}B{}", &good[..60], &good[61..]);
    let twin = later();
    let tombstone = |cookie: &str| token("orderslip/ended", cookie, 1, &[0xf6]);
    let id8 = &base64url(claims::ID)[..8];
    let field = |what: &str| format!("theme=dark; {what}; lang=de");
    let rows: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        ("absent", "absent", b"theme=dark; lang=de".to_vec(), "No cookie of the name."),
        ("nothing", "absent", b"".to_vec(), "No cookie at all."),
        (
            "several-fields",
            "opened",
            format!("theme=dark\n{ours}\nlang=de").into_bytes(),
            "A field for each cookie (RFC 9113 section 8.2.3). Here each line is a field.",
        ),
        (
            "no-blanks",
            "opened",
            format!("theme=dark;{ours};lang=de").into_bytes(),
            "Without the blanks that browsers send.",
        ),
        ("tabs", "opened", field(&format!("\t{ours}\t")).into_bytes(), "Tabs around the pair."),
        (
            "name-other-case",
            "absent",
            field(&format!("__host-order={good}")).into_bytes(),
            "The name in other letters.",
        ),
        (
            "name-without-prefix",
            "absent",
            field(&format!("order={good}")).into_bytes(),
            "The name without its prefix, which anybody may set.",
        ),
        (
            "name-percent",
            "absent",
            field(&format!("__Host%2Dorder={good}")).into_bytes(),
            "The name with a percent-encoded character (CVE-2020-8184).",
        ),
        (
            "name-unicode-blank",
            "absent",
            field(&format!("\u{2000}{ours}")).into_bytes(),
            "A blank of Unicode in front of the name, which a server that trims would take off.",
        ),
        ("name-nbsp", "absent", field(&format!("\u{a0}{ours}")).into_bytes(), "A no-break space in front of the name."),
        (
            "name-vertical-tab",
            "absent",
            field(&format!("\u{b}{ours}")).into_bytes(),
            "A vertical tab in front of the name.",
        ),
        (
            "name-blank-behind",
            "absent",
            field(&format!("{NAME} ={good}")).into_bytes(),
            "A blank between the name and the equals sign.",
        ),
        ("name-quoted", "absent", field(&format!("\"{NAME}\"={good}")).into_bytes(), "The name in quotation marks."),
        (
            "name-nameless",
            "absent",
            field(&format!("={ours}")).into_bytes(),
            "A nameless cookie whose value looks like ours (RFC 6265bis section 5.7).",
        ),
        (
            "name-brackets",
            "absent",
            field(&format!("{NAME}[]={good}")).into_bytes(),
            "The name as PHP would write a list (CVE-2020-7070).",
        ),
        ("name-longer", "absent", field(&format!("{NAME}2={good}")).into_bytes(), "A name that begins like ours."),
        (
            "version-and-comma",
            "absent",
            field(&format!("$Version=1,{ours}")).into_bytes(),
            "A comma between cookies, as RFC 2965 had it.",
        ),
        ("value-empty", "rejected", field(&format!("{NAME}=")).into_bytes(), "No value."),
        (
            "value-quoted",
            "rejected",
            field(&format!("{NAME}=\"{good}\"")).into_bytes(),
            "The value in quotation marks.",
        ),
        (
            "value-percent",
            "rejected",
            field(&format!("{NAME}={}", good.replacen('A', "%41", 1))).into_bytes(),
            "A percent-encoded character in the value.",
        ),
        (
            "value-blank-in-front",
            "rejected",
            field(&format!("{NAME}= {good}")).into_bytes(),
            "A blank between the equals sign and the value.",
        ),
        (
            "value-changed",
            "rejected",
            field(&format!("{NAME}={flipped}")).into_bytes(),
            "A character of the value is another.",
        ),
        ("value-junk", "rejected", field(&format!("{NAME}=junk")).into_bytes(), "A value that is no token."),
        (
            "value-not-ascii",
            "rejected",
            [b"theme=dark; __Host-order=\xff\xfe".as_slice(), good.as_bytes(), b"; lang=de"].concat(),
            "Bytes that are no text in front of the value.",
        ),
        (
            "value-of-another-name",
            "rejected",
            field(&format!("{NAME}={}", token(PURPOSE, "__Host-cart", VERSION, &state()))).into_bytes(),
            "The value of another cookie of the application.",
        ),
        (
            "value-of-no-cookie",
            "rejected",
            field(&format!("{NAME}={}", token(PURPOSE, "", VERSION, &state()))).into_bytes(),
            "A token that was made for no cookie.",
        ),
        (
            "value-of-another-purpose",
            "rejected",
            field(&format!("{NAME}={}", token("vectors.example/cart", NAME, VERSION, &state()))).into_bytes(),
            "A token of another purpose under our name.",
        ),
        (
            "value-newer",
            "unreadable",
            field(&format!("{NAME}={}", token(PURPOSE, NAME, 3, &state()))).into_bytes(),
            "A state of a version that this program does not know yet: kept, and not overwritten.",
        ),
        (
            "value-undecodable",
            "unreadable",
            field(&format!("{NAME}={}", token(PURPOSE, NAME, VERSION, &[0x07]))).into_bytes(),
            "An authentic state of another shape: kept, and not overwritten.",
        ),
        ("twice-the-same", "opened", field(&format!("{ours}; {ours}")).into_bytes(), "The same cookie twice."),
        (
            "twice-and-one-is-junk",
            "opened",
            field(&format!("{NAME}=junk; {ours}")).into_bytes(),
            "Junk of the same name, planted by a neighbouring host: the one that opens is meant.",
        ),
        (
            "twice-one-slip",
            "opened",
            field(&format!("{ours}; {NAME}={twin}")).into_bytes(),
            "Two tokens of one slip: the later one is meant.",
        ),
        (
            "twice-two-slips",
            "rejected",
            field(&format!("{ours}; {NAME}={}", stranger())).into_bytes(),
            "Two slips under one name: nobody can say which one is meant.",
        ),
        (
            "twice-forty-junk",
            "opened",
            field(&format!("{}{ours}", format!("{NAME}=junk; ").repeat(40))).into_bytes(),
            "Forty times junk in front.",
        ),
        (
            "tombstone",
            "logged-out",
            field(&format!("{ours}; {NAME}-x{id8}={}", tombstone(NAME))).into_bytes(),
            "This browser was told that the slip has ended: an answer in flight has brought it back.",
        ),
        (
            "tombstone-junk",
            "opened",
            field(&format!("{ours}; {NAME}-x{id8}=junk")).into_bytes(),
            "A tombstone that is none: nobody's word ends a session.",
        ),
        (
            "tombstone-of-another-cookie",
            "opened",
            field(&format!("{ours}; {NAME}-x{id8}={}", tombstone("__Host-cart"))).into_bytes(),
            "A tombstone that was made for another cookie.",
        ),
        (
            "tombstone-under-another-id",
            "opened",
            field(&format!("{ours}; {NAME}-xAAAAAAAA={}", tombstone(NAME))).into_bytes(),
            "A tombstone under the name of another slip.",
        ),
        (
            "slip-as-a-tombstone",
            "opened",
            field(&format!("{ours}; {NAME}-x{id8}={good}")).into_bytes(),
            "The slip's own token in the place of a tombstone.",
        ),
    ];
    for (name, expect, body, comment) in rows {
        all.push((
            format!("cookies/{name}"),
            ask(comment, expect).with("good", "cookies/good").with("changed", "field").about(body),
        ));
    }
    all
}
