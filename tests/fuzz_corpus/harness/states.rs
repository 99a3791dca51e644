//! The states that the targets seal and open, and who seals and opens them.

use crate::forge::{
    NOW,
    keys::{self, Alg},
};
use orderslip::{
    Builder, Error, Expect, ExpectExp, ForeignJwt, JweEnc, JwsAlg, Keyring, Lifetime, PublicAlg, Sealer, Seals, Slip,
    SlipState, UnixTime,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, fmt::Debug, sync::LazyLock, time::Duration};

pub(super) const TIME: UnixTime = UnixTime::from_secs(NOW);
pub(super) const LIFE: Lifetime = Lifetime::absolute(Duration::from_secs(crate::forge::claims::ABSOLUTE))
    .idle(Duration::from_secs(crate::forge::claims::IDLE));

/// A state that takes any one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Anything(pub(super) ciborium::Value);

impl SlipState for Anything {
    const PURPOSE: &'static str = "fuzz.example/anything";
    const VERSION: u16 = 1;
}

/// The same for JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct AnyJson(pub(super) serde_json::Value);

impl SlipState for AnyJson {
    const PURPOSE: &'static str = "fuzz.example/json";
    const VERSION: u16 = 1;
}

/// What serde has words for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Typed {
    pub(super) small: u8,
    pub(super) signed: i64,
    pub(super) large: Option<u64>,
    pub(super) text: String,
    pub(super) letter: Option<char>,
    #[serde(with = "serde_bytes")]
    pub(super) bytes: Vec<u8>,
    pub(super) list: Vec<Either>,
    pub(super) map: BTreeMap<String, i32>,
    pub(super) numbers: BTreeMap<u16, bool>,
    pub(super) pair: (u32, String),
    pub(super) unit: (),
    #[serde(default)]
    pub(super) later: Option<Box<Typed>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Either {
    Nothing,
    One(i16),
    Two(u8, String),
    Named { left: Option<bool>, right: Vec<u32> },
}

impl SlipState for Typed {
    const PURPOSE: &'static str = "fuzz.example/typed";
    const VERSION: u16 = 1;
}

/// By position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Positional(pub(super) Typed);

impl SlipState for Positional {
    const PURPOSE: &'static str = "fuzz.example/positional";
    const VERSION: u16 = 1;
    const LAYOUT: orderslip::Layout = orderslip::Layout::Positional;
}

/// What `Typed` was before, of which a later version knows what to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Upgraded {
    pub(super) lines: BTreeMap<String, u32>,
}

impl SlipState for Upgraded {
    const PURPOSE: &'static str = "fuzz.example/upgraded";
    const VERSION: u16 = 3;

    fn upgrade(old: orderslip::Old<'_>) -> Result<Self, Error> {
        match old.version() {
            2 => Ok(Self { lines: old.decode::<Vec<(String, u32)>>()?.into_iter().collect() }),
            1 => Ok(Self { lines: [(old.decode::<&str>()?.to_owned(), 1)].into() }),
            _ => Err(old.refuse("nobody has had such a one")),
        }
    }
}

pub(super) static RING: LazyLock<Keyring> = LazyLock::new(|| {
    Keyring::from_jwks(&keys::jwks(&keys::ALL.into_iter().filter(|alg| *alg != Alg::RootChaCha).collect::<Vec<_>>()))
        .expect("good keys")
});

static CHACHA: LazyLock<Keyring> =
    LazyLock::new(|| Keyring::from_jwks(&keys::jwks(&[Alg::RootChaCha])).expect("a good key"));

pub(super) fn builder<T: SlipState>(alg: Alg) -> Builder<T, Seals> {
    match alg {
        Alg::Root => Sealer::encrypted(&*RING),
        Alg::RootChaCha => Sealer::encrypted(&*CHACHA),
        Alg::Hs256 => Sealer::signed(&*RING),
        Alg::EdDsa => Sealer::publicly_signed(&*RING, PublicAlg::Ed25519),
        Alg::Es256 => Sealer::publicly_signed(&*RING, PublicAlg::Es256),
        Alg::A128Gcm => Sealer::jwe(&*RING, JweEnc::A128Gcm),
        Alg::A256Gcm => Sealer::jwe(&*RING, JweEnc::A256Gcm),
        Alg::Hs384 => Sealer::jws(&*RING, JwsAlg::Hs384),
        Alg::Hs512 => Sealer::jws(&*RING, JwsAlg::Hs512),
    }
    .lifetime(LIFE)
}

pub(super) fn sealer<T: SlipState>(alg: Alg) -> Sealer<T> {
    builder(alg).build().expect("good settings")
}

/// One that takes JWTs of another program as well.
pub(super) fn adopting() -> Sealer<Anything> {
    let profile = ForeignJwt {
        keys: (&*RING).into(),
        alg: JwsAlg::Hs256,
        typ: Expect::exactly("JWT"),
        iss: Expect::Ignored,
        aud: Expect::Absent,
        exp: ExpectExp::Required,
        accept_until: UnixTime::from_secs(NOW + 1_000),
    };
    let read = |claims: ciborium::Value| Some(Anything(claims));
    builder(Alg::Root).accept_jwt(profile, read).build().expect("good settings")
}

/// What is sealed again opens again, as the same.
pub(super) fn seals_again<T: SlipState + Debug>(sealer: &Sealer<T>, slip: Slip<T>) {
    let before = format!("{:?}", slip.state());
    // A `ciborium::Value` keeps a number of more than 64 bits as a tag, which serde has no word for: it is written as something else.
    if before.contains("Tag(") {
        return;
    }
    let id = slip.id();
    match sealer.reseal_at(&slip, TIME) {
        Ok(token) => {
            let again = sealer.open_at(&token, TIME).expect("what was sealed opens");
            assert_eq!(format!("{:?}", again.state()), before);
            assert_eq!(again.id(), id);
        }
        // A state may be longer when it is written by its type; and JSON may have said what CBOR has no short way to say.
        Err(error) => assert!(error.is_too_large() || error.is_misuse() || error.is_expired(), "{error:?}"),
    }
}

/// The bytes are a state of this type, or an error of the right kind.
pub(super) fn opens_or_is_unreadable<T: SlipState + Debug + DeserializeOwned>(
    sealer: &Sealer<T>,
    token: &str,
) -> Option<Slip<T>> {
    match sealer.open_at(token, TIME) {
        Ok(slip) => Some(slip),
        Err(error) => {
            assert!(error.is_unreadable() || error.is_expired() || error.rejection().is_some(), "{error:?}");
            None
        }
    }
}
