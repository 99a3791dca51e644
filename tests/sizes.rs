//! How many bytes tokens take: the table of the README is this test's, and the envelope has a budget.
#![expect(clippy::as_conversions, reason = "indexes of a few")]
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use kit::{
    Kind, NOW,
    states::{Positional, cart10, cart30, session},
};
use orderslip::{MAX_TOKEN_TEXT, SlipState};
use serde::{Deserialize, Serialize};

/// Characters of a token beyond 4/3 of its claims set, at most.
const BUDGET: [(Kind, usize); 5] = [
    (Kind::Encrypted, 105),
    (Kind::EncryptedChaCha, 106),
    (Kind::Signed, 75),
    (Kind::Ed25519, 75 + 43),
    (Kind::Es256, 75 + 43),
];

/// The map, exp, iat, cti, the two ends, and the state's label, array and version, for times of today: 54 bytes.
const CLAIMS: usize = 1 + 6 + 6 + 18 + 16 + 7;

fn length<T: SlipState>(kind: Kind, state: &T) -> usize {
    kind.sealer::<T>(&kind.ring()).seal_at(state, NOW).unwrap().len()
}

#[test]
fn the_states_have_the_sizes_that_they_are_said_to_have() {
    let json = |value: String| value.len();
    assert_eq!(json(serde_json::to_string(&session()).unwrap()), 232);
    assert_eq!(json(serde_json::to_string(&cart10()).unwrap()), 977);
    assert_eq!(json(serde_json::to_string(&cart30()).unwrap()), 2_779);
}

/// Characters of a token: session, cart of 10, cart of 30 lines; then the same by position.
#[test]
fn tokens_are_as_long_as_the_readme_says() {
    let table = |kind| {
        [
            length(kind, &session()),
            length(kind, &cart10()),
            length(kind, &cart30()),
            length(kind, &Positional(session())),
            length(kind, &Positional(cart10())),
            length(kind, &Positional(cart30())),
        ]
    };
    let measured: Vec<_> = Kind::COSE.into_iter().map(|kind| (kind, table(kind))).collect();
    let expected: [(Kind, [usize; 6]); 5] = [
        (Kind::Encrypted, [411, 1_248, 3_227, 326, 808, 1_987]),
        (Kind::EncryptedChaCha, [412, 1_250, 3_228, 327, 810, 1_988]),
        (Kind::Signed, [380, 1_218, 3_196, 295, 778, 1_956]),
        (Kind::Ed25519, [423, 1_260, 3_239, 338, 820, 1_999]),
        (Kind::Es256, [423, 1_260, 3_239, 338, 820, 1_999]),
    ];
    assert_eq!(measured, expected);
}

/// The same of JOSE tokens, which have one layout.
#[cfg(feature = "jose")]
#[test]
fn jose_tokens_are_as_long_as_the_readme_says() {
    use orderslip::{JweEnc, JwsAlg};
    let expected = [
        (Kind::Jws(JwsAlg::Hs256), [668, 1_658, 4_060]),
        (Kind::Jws(JwsAlg::Es256), [711, 1_701, 4_103]),
        (Kind::Jwe(JweEnc::A256Gcm), [684, 1_674, 4_076]),
    ];
    for (kind, expected) in expected {
        assert_eq!([length(kind, &session()), length(kind, &cart10()), length(kind, &cart30())], expected, "{kind:?}");
    }
}

#[derive(Serialize, Deserialize)]
struct Text(String);

impl SlipState for Text {
    const PURPOSE: &'static str = "sizes/text";
    const VERSION: u16 = 1;
}

#[test]
fn the_envelope_keeps_its_budget_at_every_length() {
    for (kind, budget) in BUDGET {
        let ring = kind.ring();
        let sealer = kind.sealer::<Text>(&ring);
        for len in (0..400).chain([1_000, 2_000, 2_999, 3_000, 5_000]) {
            let head = 1 + usize::from(len > 23) + usize::from(len > 255);
            let claims = CLAIMS + head + len;
            let token = sealer.seal_at(&Text("x".repeat(len)), NOW).unwrap().len();
            assert!(token <= budget + claims * 4 / 3, "{kind:?} of {len}: {token}");
        }
    }
}

/// What is refused is exactly what is over the limit.
#[test]
fn the_limit_is_exact() {
    for kind in Kind::COSE {
        let sealer = kind.sealer::<Text>(&kind.ring());
        let sizes: Vec<_> = (5_000..6_200).map(|len| sealer.seal_at(&Text("x".repeat(len)), NOW)).collect();
        let fitting = sizes.iter().take_while(|sealed| sealed.is_ok()).count();
        let longest = sizes[fitting - 1].as_ref().unwrap();
        assert!(longest.len() <= MAX_TOKEN_TEXT && longest.len() > MAX_TOKEN_TEXT - 4, "{kind:?}");
        assert!(sealer.open_at(longest, NOW).is_ok());
        for over in sizes.iter().skip(fitting) {
            let error = over.as_ref().unwrap_err();
            assert!(
                error.is_too_large() && error.size() > Some(MAX_TOKEN_TEXT) && error.limit() == Some(MAX_TOKEN_TEXT)
            );
        }
        // Beyond what a head of three bytes can say.
        let error = sealer.seal_at(&Text("x".repeat(70_000)), NOW).unwrap_err();
        assert!(error.is_too_large() && error.size() > Some(90_000));
    }
}

#[derive(Serialize, Deserialize)]
struct Order {
    customer: String,
    comments: Vec<String>,
    lines: Vec<(u64, u32)>,
}

impl SlipState for Order {
    const PURPOSE: &'static str = "sizes/order";
    const VERSION: u16 = 1;
}

#[test]
fn too_large_names_the_largest_fields() {
    let order = Order {
        customer: "c".repeat(100),
        comments: vec!["a comment".repeat(20); 40],
        lines: (0..500).map(|i| (i, i as u32)).collect(),
    };
    let sealer = Kind::Encrypted.sealer::<Order>(&Kind::Encrypted.ring());
    let error = sealer.seal_at(&order, NOW).unwrap_err();
    let names: Vec<&str> = error.largest().iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["comments", "lines", "customer"]);
    let comments = error.largest()[0].1;
    assert_eq!(comments, "comments".len() + 1 + 2 + 40 * (2 + 180));
    assert!(error.to_string().contains("largest fields: comments (7291), lines ("), "{error}");
}

/// The manual's page `choosing` has the same table.
#[cfg(feature = "jose")]
#[test]
fn the_manual_says_the_same_sizes() {
    use orderslip::{JweEnc, JwsAlg};
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/choosing.md")).unwrap();
    let table = page.split("<!-- begin: sizes -->").nth(1).unwrap().split("<!-- end: sizes -->").next().unwrap();
    let numbers = |row: &str| row.split('|').filter_map(|cell| cell.trim().parse().ok()).collect::<Vec<usize>>();
    let kinds = [
        Kind::Encrypted,
        Kind::Signed,
        Kind::Ed25519,
        Kind::Jws(JwsAlg::Hs256),
        Kind::Jws(JwsAlg::Es256),
        Kind::Jwe(JweEnc::A256Gcm),
    ];
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows.len(), kinds.len());
    for (row, kind) in rows.into_iter().zip(kinds) {
        let mut measured = vec![length(kind, &session()), length(kind, &cart10()), length(kind, &cart30())];
        if Kind::COSE.contains(&kind) {
            measured.push(length(kind, &Positional(session())));
            measured.push(length(kind, &Positional(cart10())));
            measured.push(length(kind, &Positional(cart30())));
        }
        assert_eq!(numbers(row), measured, "{row}");
    }
}
