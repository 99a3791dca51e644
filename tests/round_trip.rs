//! States of every shape go in and come out, in both layouts, through the public interface.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use kit::{Kind, NOW};
use orderslip::{Layout, MAX_TOKEN_TEXT, SlipState};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fmt::Debug,
};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Named<T>(T);

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> SlipState for Named<T> {
    const PURPOSE: &'static str = "round-trip/named";
    const VERSION: u16 = 1;
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Positional<T>(T);

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> SlipState for Positional<T> {
    const PURPOSE: &'static str = "round-trip/positional";
    const VERSION: u16 = 1;
    const LAYOUT: Layout = Layout::Positional;
}

#[track_caller]
fn named<T: Serialize + DeserializeOwned + Send + Sync + 'static>(value: T) -> T {
    let sealer = Kind::Encrypted.sealer::<Named<T>>(&Kind::Encrypted.ring());
    sealer.open_at(&sealer.seal_at(&Named(value), NOW).unwrap(), NOW).unwrap().into_state().0
}

#[track_caller]
fn positional<T: Serialize + DeserializeOwned + Send + Sync + 'static>(value: T) -> T {
    let sealer = Kind::Signed.sealer::<Positional<T>>(&Kind::Signed.ring());
    sealer.open_at(&sealer.seal_at(&Positional(value), NOW).unwrap(), NOW).unwrap().into_state().0
}

#[track_caller]
fn both<T: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static>(value: T) {
    assert_eq!(named(value.clone()), value, "named");
    assert_eq!(positional(value.clone()), value, "positional");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Empty {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Newtype(u64);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair(i8, String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Inner {
    id: u32,
    tags: Vec<String>,
    nested: Option<Box<Inner>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum External {
    Unit,
    Newtype(u8),
    Tuple(i16, bool),
    Struct { a: f64, b: Option<char> },
    Nested(Inner),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Internal {
    Unit,
    Struct { a: u8, b: String },
    Newtype(Empty),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    Newtype(u8),
    Tuple(u8, u8),
    Struct { a: u8 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Struct { a: u8 },
    List(Vec<u8>),
}

#[test]
fn integers_of_every_width() {
    for value in [0, 1, 23, 24, 255, 256, 65_535, 65_536, u64::from(u32::MAX), u64::from(u32::MAX) + 1, u64::MAX] {
        both(value);
        both(u128::from(value));
        both(i128::from(value));
        both(-i128::from(value));
    }
    both((u8::MAX, u16::MAX, u32::MAX, i8::MIN, i16::MIN, i32::MIN, i64::MIN));
    for value in [u128::MAX, 1 << 64, (1 << 64) + 1, 1 << 127] {
        both(value);
    }
    for value in [i128::MIN, i128::MAX, -(1 << 64), -(1 << 64) - 1, -(1 << 63) - 1] {
        both(value);
    }
}

#[test]
fn floats_keep_their_bits_whatever_their_width() {
    for value in [
        0.0,
        -0.0,
        1.0,
        1.5,
        0.1,
        65_504.0,
        65_505.0,
        1e300,
        5e-324,
        5.960_464_477_539_063e-8,
        f64::MAX,
        f64::INFINITY,
        -f64::INFINITY,
    ] {
        assert_eq!(named(value).to_bits(), value.to_bits());
    }
    for value in [0.1_f32, f32::MIN_POSITIVE, f32::MAX, f32::EPSILON] {
        assert_eq!(named(value).to_bits(), value.to_bits());
    }
    assert!(named(f64::NAN).is_nan() && named(f32::NAN).is_nan());
}

#[test]
fn texts_chars_and_bytes() {
    both(String::new());
    both("Grüße, 世界 \u{0} \u{10ffff}".to_owned());
    for value in ['a', 'ß', '世', '\u{10ffff}', '\0'] {
        both(value);
    }
    both(serde_bytes::ByteBuf::from(vec![0, 255, 7]));
    both(vec![0_u8, 255, 7]);
    both([1_u8; 32]);
    both(Cow::<'static, str>::Borrowed("borrowed"));
}

#[test]
fn options_and_units() {
    both(Some(5_u8));
    both(None::<u8>);
    both(());
    both(Unit);
    both(Empty {});
    both(vec![Some("a".to_owned()), None]);
    // `Some(x)` is written as `x`, so what `x` itself writes as null cannot be told from `None`, as in JSON.
    assert_eq!(named(Some(())), None);
    assert_eq!(named(Some(None::<u8>)), None);
    assert_eq!(named(Some(Some(1_u8))), Some(Some(1)));
}

#[test]
fn structs_and_tuples() {
    both(Newtype(u64::MAX));
    both(Pair(-1, "x".into()));
    both((1_u8, "two".to_owned(), [3.0, 4.0]));
    let inner = Inner { id: 1, tags: vec!["a".into()], nested: None };
    both(Inner { id: 2, tags: vec![], nested: Some(Box::new(inner)) });
}

#[test]
fn enums_of_every_kind() {
    for value in [
        External::Unit,
        External::Newtype(200),
        External::Tuple(-300, true),
        External::Struct { a: 2.5, b: Some('ß') },
        External::Struct { a: -1e9, b: None },
        External::Nested(Inner { id: 3, tags: vec!["x".into(), "y".into()], nested: None }),
    ] {
        both(value.clone());
        both(vec![value]);
    }
    for value in [Internal::Unit, Internal::Struct { a: 1, b: "b".into() }, Internal::Newtype(Empty {})] {
        both(value);
    }
    // The other two are not supported by position: sealing refuses the first, which it can tell, and the docs the second.
    for value in [Adjacent::Unit, Adjacent::Newtype(1), Adjacent::Tuple(1, 2), Adjacent::Struct { a: 3 }] {
        assert_eq!(named(value.clone()), value);
    }
    for value in [Untagged::Number(-5), Untagged::Text("t".into()), Untagged::Struct { a: 1 }, Untagged::List(vec![1])]
    {
        assert_eq!(named(value.clone()), value);
    }
}

/// By position a recursive enum is no adjacently tagged one, whatever is in it; nor is a struct of an enum's name.
#[test]
fn positional_states_that_only_look_adjacently_tagged() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Expr {
        True,
        Not { inner: Box<Expr> },
        And { left: Box<Expr>, right: Box<Expr> },
    }
    let not = |inner| Expr::Not { inner: Box::new(inner) };
    both(not(Expr::True));
    both(Expr::And { left: Box::new(Expr::True), right: Box::new(not(not(Expr::True))) });
    mod other {
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub(super) enum Status {
            Open,
        }
    }
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Status {
        status: other::Status,
        since: u64,
        by: String,
    }
    both(Status { status: other::Status::Open, since: 1, by: "x".into() });
}

#[test]
fn maps_with_any_keys() {
    both(BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    both(BTreeMap::from([(-5_i32, "x".to_owned()), (70_000, "y".to_owned())]));
    both((0..300_u32).map(|i| (i, i)).collect::<HashMap<u32, u32>>());
    both(BTreeMap::from([((1_u8, 2_u8), 'k')]));
    both(BTreeMap::<String, u8>::new());
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Flattened {
    id: u8,
    #[serde(flatten)]
    more: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Attributes {
    #[serde(rename = "n", alias = "name")]
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    optional: Option<u8>,
    #[serde(skip)]
    skipped: u8,
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
}

#[test]
fn serde_attributes_do_what_they_say() {
    let more = (0..30).map(|i| (format!("k{i}"), i)).collect();
    both(Flattened { id: 1, more });
    let value = Attributes { name: "x".into(), optional: None, skipped: 0, bytes: vec![1, 2] };
    assert_eq!(named(value.clone()), value);
    let value = Attributes { optional: Some(1), ..value };
    both(value);
}

#[test]
fn untyped_json_comes_back_as_it_was() {
    let value: serde_json::Value = serde_json::from_str(r#"{"a":null,"b":[1,-2,3.5,"x",true,{}],"c":[]}"#).unwrap();
    assert_eq!(named(value.clone()), value, "a null must not become an empty list");
}

/// A type may learn a field without a new version: what a state lacks is filled in, what it has too much is skipped, however
/// deep that nests.
#[test]
fn named_states_tolerate_new_and_old_fields() {
    #[derive(Serialize, Deserialize)]
    struct Before {
        kept: u8,
        gone: Vec<Vec<Vec<Inner>>>,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct After {
        kept: u8,
        #[serde(default)]
        new: Option<String>,
    }
    let ring = Kind::Encrypted.ring();
    let nested = (0..10).fold(None, |nested, id| Some(Box::new(Inner { id, tags: vec![], nested })));
    let gone = vec![vec![vec![Inner { id: 1, tags: vec![], nested }]]];
    let token = Kind::Encrypted.sealer::<Named<Before>>(&ring).seal_at(&Named(Before { kept: 7, gone }), NOW).unwrap();
    let after = Kind::Encrypted.sealer::<Named<After>>(&ring).open_at(&token, NOW).unwrap().into_state().0;
    assert_eq!(after, After { kept: 7, new: None });
}

/// By position nothing is filled in and nothing is skipped: as many elements as fields, or unreadable.
#[test]
fn positional_states_take_exactly_their_fields() {
    #[derive(Debug, Serialize, Deserialize)]
    struct A {
        a: u8,
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct AB {
        a: u8,
        #[serde(default)]
        b: u8,
    }
    let ring = Kind::Encrypted.ring();
    let short = Kind::Encrypted.sealer::<Positional<A>>(&ring).seal_at(&Positional(A { a: 1 }), NOW).unwrap();
    let error = Kind::Encrypted.sealer::<Positional<AB>>(&ring).open_at(&short, NOW).unwrap_err();
    assert!(error.is_unreadable() && error.to_string().contains("fewer elements"), "{error}");
    let long = Kind::Encrypted.sealer::<Positional<AB>>(&ring).seal_at(&Positional(AB { a: 1, b: 2 }), NOW).unwrap();
    let error = Kind::Encrypted.sealer::<Positional<A>>(&ring).open_at(&long, NOW).unwrap_err();
    assert!(error.is_unreadable() && error.to_string().contains("more elements"), "{error}");
}

/// The layout steers writing; either is read.
#[test]
fn a_layout_can_be_changed_without_a_new_version() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Before(Inner);
    impl SlipState for Before {
        const PURPOSE: &'static str = "round-trip/layout";
        const VERSION: u16 = 1;
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct After(Inner);
    impl SlipState for After {
        const PURPOSE: &'static str = "round-trip/layout";
        const VERSION: u16 = 1;
        const LAYOUT: Layout = Layout::Positional;
    }
    let inner = || Inner { id: 5, tags: vec!["t".into()], nested: None };
    let ring = Kind::Encrypted.ring();
    let (before, after) = (Kind::Encrypted.sealer::<Before>(&ring), Kind::Encrypted.sealer::<After>(&ring));
    let token = before.seal_at(&Before(inner()), NOW).unwrap();
    assert_eq!(after.open_at(&token, NOW).unwrap().state(), &After(inner()));
    let shorter = after.seal_at(&After(inner()), NOW).unwrap();
    assert_eq!(before.open_at(&shorter, NOW).unwrap().state(), &Before(inner()));
    assert!(shorter.len() < token.len());
}

#[test]
fn what_cannot_be_read_back_is_not_sealed() {
    let sealer = Kind::Encrypted.sealer::<Positional<Attributes>>(&Kind::Encrypted.ring());
    let error = sealer.seal_at(&Positional(Attributes::default()), NOW).unwrap_err();
    assert!(error.is_misuse() && error.to_string().contains("must not skip a field"), "{error}");
    let sealer = Kind::Encrypted.sealer::<Positional<Adjacent>>(&Kind::Encrypted.ring());
    for value in [Adjacent::Unit, Adjacent::Newtype(1), Adjacent::Tuple(1, 2), Adjacent::Struct { a: 3 }] {
        assert!(sealer.seal_at(&Positional(value), NOW).unwrap_err().is_misuse());
    }

    #[derive(Serialize, Deserialize)]
    struct Deep(Option<Box<(Deep,)>>);
    let deep = |depth| (0..depth).fold(Deep(None), |inner, _| Deep(Some(Box::new((inner,)))));
    let sealer = Kind::Encrypted.sealer::<Named<Deep>>(&Kind::Encrypted.ring());
    let token = sealer.seal_at(&Named(deep(32)), NOW).unwrap();
    assert!(sealer.open_at(&token, NOW).is_ok());
    assert!(sealer.seal_at(&Named(deep(33)), NOW).unwrap_err().is_misuse());
    assert!(sealer.seal_at(&Named(deep(2_000)), NOW).unwrap_err().is_misuse(), "without a stack overflow");

    // The tag of a big number is a level, too. Tuples of one nest as arrays do.
    fn four<T>(innermost: T) -> ((((T,),),),) {
        ((((innermost,),),),)
    }
    let twenty_eight = |number: u128| four(four(four(four(four(four(four(number)))))));
    #[track_caller]
    fn comes_back<T: Serialize + DeserializeOwned + Send + Sync + 'static>(state: T) -> bool {
        let sealer = Kind::Encrypted.sealer::<Named<T>>(&Kind::Encrypted.ring());
        match sealer.seal_at(&Named(state), NOW) {
            Ok(token) => sealer.open_at(&token, NOW).map(drop).is_ok(),
            Err(error) => !error.is_misuse(),
        }
    }
    assert!(comes_back(four(twenty_eight(5))));
    assert!(comes_back((((twenty_eight(u128::MAX),),),)));
    assert!(!comes_back(four(twenty_eight(u128::MAX))));
    assert!(!comes_back((four(twenty_eight(5)),)));
    let negative = |number: i128| Named(four(four(four(four(four(four(four(four(number)))))))));
    let sealer = Kind::Encrypted.sealer(&Kind::Encrypted.ring());
    assert!(sealer.seal_at(&negative(-(1 << 64)), NOW).is_ok());
    assert!(sealer.seal_at(&negative(-(1 << 64) - 1), NOW).unwrap_err().is_misuse());

    // Options and newtypes take no level of the output: they are bounded all the same, both ways.
    #[derive(Debug, Serialize, Deserialize)]
    struct Endless(Option<Box<Endless>>);
    let endless = |depth| (0..depth).fold(Endless(None), |inner, _| Endless(Some(Box::new(inner))));
    for kind in Kind::all() {
        let ring = kind.ring();
        let sealer = kind.sealer::<Named<Endless>>(&ring);
        assert!(sealer.open_at(&sealer.seal_at(&Named(endless(3)), NOW).unwrap(), NOW).is_ok(), "{kind:?}");
        assert!(sealer.seal_at(&Named(endless(2_000)), NOW).unwrap_err().is_misuse(), "{kind:?}");
        let number = kind.sealer::<Named<u8>>(&ring).seal_at(&Named(3), NOW).unwrap();
        let error = sealer.open_at(&number, NOW).map(drop).unwrap_err();
        assert!(error.is_unreadable(), "{kind:?}: without a stack overflow");
    }

    #[derive(Deserialize)]
    struct Refuses;
    impl Serialize for Refuses {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("hunter2"))
        }
    }
    let sealer = Kind::Encrypted.sealer::<Named<Refuses>>(&Kind::Encrypted.ring());
    let error = sealer.seal_at(&Named(Refuses), NOW).unwrap_err();
    assert!(error.is_misuse() && !format!("{error:?}").contains("hunter2"));

    #[derive(Deserialize)]
    struct Lies;
    impl Serialize for Lies {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeSeq as _;
            let mut seq = serializer.serialize_seq(Some(3))?;
            seq.serialize_element(&1)?;
            seq.end()
        }
    }
    let sealer = Kind::Encrypted.sealer::<Named<Lies>>(&Kind::Encrypted.ring());
    assert!(sealer.seal_at(&Named(Lies), NOW).unwrap_err().is_misuse());
}

/// The limit is the last length that is taken, and not the first that is not.
#[test]
fn a_token_may_be_exactly_as_long_as_the_limit() {
    for kind in Kind::all() {
        let sealer = kind.sealer::<kit::Cart>(&kind.ring());
        let with = |len: usize| kit::Cart { lines: Vec::new(), note: Some("x".repeat(len)) };
        let short = sealer.seal_at(&with(5_000), NOW).unwrap().len();
        // Four characters for three bytes.
        let from = 5_000 + (MAX_TOKEN_TEXT - short) / 4 * 3 - 6;
        let sealed = |len: usize| sealer.seal_at(&with(len), NOW);
        let (len, token) = (from..6_200).map_while(|len| sealed(len).ok().map(|token| (len, token))).last().unwrap();
        // In COSE each length can be had; in JOSE two dots and a header stand in the way, and text skips one length of four.
        let is_cose = Kind::COSE.contains(&kind);
        assert!(
            token.len() == MAX_TOKEN_TEXT || !is_cose && token.len() + 2 >= MAX_TOKEN_TEXT,
            "{kind:?}: {}",
            token.len()
        );
        assert_eq!(sealer.open_at(&token, NOW).unwrap().state(), &with(len));
        let size = sealed(len + 1).unwrap_err().size().unwrap();
        assert!((MAX_TOKEN_TEXT + 1..=MAX_TOKEN_TEXT + 2).contains(&size), "{kind:?}: {size}");
    }
}
