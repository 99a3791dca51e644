//! What the library makes of a vector: it knows the file and nothing of how it was made.

use crate::file::{Vector, unhex};
use orderslip::{
    Builder, Error, ErrorKind, JweEnc, JwsAlg, Key, Keyring, Lifetime, Old, Opener, PublicAlg, Rejection, Sealer,
    SlipState, UnixTime,
    cookie::{Cookies, Jar, Jars, MergedJar, Outcome, Visits},
    hazmat,
    merge::{Cart, Line},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Version 1 was the lines alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Order {
    lines: BTreeMap<String, u32>,
    note: Option<String>,
}

/// One type for each purpose that a vector asks for.
macro_rules! purposes {
    ($($name:ident $purpose:literal)*) => {$(
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(transparent)]
        struct $name(Order);

        impl SlipState for $name {
            const PURPOSE: &'static str = $purpose;
            const VERSION: u16 = 2;

            fn upgrade(old: Old<'_>) -> Result<Self, Error> {
                match old.version() {
                    1 => Ok(Self(Order { lines: old.decode::<Vec<String>>()?.into_iter().map(|sku| (sku, 1)).collect(), note: None })),
                    _ => Err(old.refuse("nobody has had such a one")),
                }
            }
        }
    )*};
}

purposes! {
    Ours "vectors.example/order"
    Longer "vectors.example/orders"
    Shorter "vectors.example/orde"
}

const LIFE: Lifetime = Lifetime::absolute(Duration::from_secs(28_800)).idle(Duration::from_secs(1_800));

#[derive(Default, Serialize, Deserialize)]
struct Session;

impl SlipState for Session {
    const PURPOSE: &'static str = "vectors.example/session";
    const VERSION: u16 = 1;
}

struct Basket;

impl Line for Basket {
    const PURPOSE: &'static str = "vectors.example/basket";
    const VERSION: u16 = 1;
}

fn kind(error: &Error) -> &'static str {
    match (error.kind(), error.rejection()) {
        (_, Some(Rejection::Malformed)) => "rejected malformed",
        (_, Some(Rejection::NotAuthentic)) => "rejected not-authentic",
        (ErrorKind::Expired, _) => "expired",
        (ErrorKind::KeyRetired, _) => "key-retired",
        (ErrorKind::UnknownKey, _) => "unknown-key",
        (ErrorKind::NewerVersion, _) => "newer-version",
        (ErrorKind::Undecodable, _) => "undecodable",
        (ErrorKind::Refused, _) => "refused",
        (ErrorKind::NotYetValid, _) => "not-yet-valid",
        (ErrorKind::BadKey, _) => "bad-key",
        (ErrorKind::Unavailable, _) => "unavailable",
        _ => panic!("no vector expects {error:?}"),
    }
}

fn time(vector: &Vector) -> UnixTime {
    UnixTime::from_secs(vector.demand("now").parse().unwrap())
}

pub(crate) fn keys(vector: &Vector) -> Keyring {
    Keyring::from_jwks(vector.demand("keys")).unwrap()
}

/// In the words of `expect`.
pub(crate) fn judge(vector: &Vector) -> String {
    match vector.demand("subject") {
        "slip" => match vector.demand("purpose") {
            Ours::PURPOSE => slip::<Ours>(vector),
            Longer::PURPOSE => slip::<Longer>(vector),
            Shorter::PURPOSE => slip::<Shorter>(vector),
            other => panic!("no type for {other}"),
        },
        "jwk" => key_file(Key::from_jwk(vector.text()).map(drop)),
        "jwks" => key_file(Keyring::from_jwks(vector.text()).map(drop)),
        "public-jwks" => key_file(Keyring::from_public_jwks(vector.text()).map(drop)),
        "cookies" => cookies(vector),
        "siblings" => siblings(vector),
        other => panic!("no subject is called {other}"),
    }
}

fn key_file(read: Result<(), Error>) -> String {
    read.err().map_or("taken", |error| kind(&error)).to_owned()
}

fn builder<T: SlipState>(vector: &Vector, keys: &Keyring) -> Builder<T, orderslip::Seals> {
    let builder = match vector.demand("format") {
        "encrypted" => Sealer::encrypted(keys),
        "signed" => Sealer::signed(keys),
        "publicly-signed EdDSA" => Sealer::publicly_signed(keys, PublicAlg::Ed25519),
        "publicly-signed ES256" => Sealer::publicly_signed(keys, PublicAlg::Es256),
        "jws HS256" => Sealer::jws(keys, JwsAlg::Hs256),
        "jws HS384" => Sealer::jws(keys, JwsAlg::Hs384),
        "jws HS512" => Sealer::jws(keys, JwsAlg::Hs512),
        "jws EdDSA" => Sealer::jws(keys, JwsAlg::Ed25519),
        "jws ES256" => Sealer::jws(keys, JwsAlg::Es256),
        "jwe A256GCM" => Sealer::jwe(keys, JweEnc::A256Gcm),
        "jwe A128GCM" => Sealer::jwe(keys, JweEnc::A128Gcm),
        other => panic!("no format is called {other}"),
    };
    builder.lifetime(LIFE)
}

/// Of keys that cannot seal.
fn opener<T: SlipState>(vector: &Vector, keys: &Keyring) -> Opener<T> {
    let builder = match vector.demand("format") {
        "publicly-signed EdDSA" | "publicly-signed ES256" => Opener::publicly_signed(keys),
        "jws HS256" => Opener::jws(keys, JwsAlg::Hs256),
        "jws HS384" => Opener::jws(keys, JwsAlg::Hs384),
        "jws HS512" => Opener::jws(keys, JwsAlg::Hs512),
        "jws EdDSA" => Opener::jws(keys, JwsAlg::Ed25519),
        "jws ES256" => Opener::jws(keys, JwsAlg::Es256),
        "jwe A256GCM" => Opener::jwe(keys, JweEnc::A256Gcm),
        "jwe A128GCM" => Opener::jwe(keys, JweEnc::A128Gcm),
        other => panic!("nobody opens {other} and cannot seal"),
    };
    builder.lifetime(LIFE).build().unwrap()
}

fn slip<T: SlipState + AsRef<Order>>(vector: &Vector) -> String {
    let keys = keys(vector);
    // Text that is none cannot even be asked about.
    let Ok(text) = std::str::from_utf8(vector.body()) else { return "rejected malformed".to_owned() };
    if let Some(carrier) = vector.get("carrier") {
        let carried = hazmat::BoundTo { purpose: T::PURPOSE, carrier, deployment: &[], call: &[] };
        return hazmat::reveal(text, &keys, &carried, time(vector))
            .err()
            .map_or("opens", |error| kind(&error))
            .to_owned();
    }
    let bindings: Vec<Vec<u8>> = vector.all("binding").map(unhex).collect();
    let opener = match builder::<T>(vector, &keys).build() {
        Ok(sealer) => sealer.opener().clone(),
        Err(error) => {
            assert!(error.is_misuse(), "{error:?}");
            opener(vector, &keys)
        }
    };
    match opener.bound(&bindings).open_at(text, time(vector)) {
        Ok(slip) => {
            if let Some(state) = vector.get("state") {
                assert_eq!(serde_json::to_string(slip.state().as_ref()).unwrap(), state);
            }
            "opens".to_owned()
        }
        Err(error) => kind(&error).to_owned(),
    }
}

macro_rules! as_order {
    ($($name:ident)*) => {$(
        impl AsRef<Order> for $name {
            fn as_ref(&self) -> &Order {
                &self.0
            }
        }
    )*};
}

as_order!(Ours Longer Shorter);

/// Each line of the body is one field.
fn fields(vector: &Vector) -> Cookies {
    Cookies::from_fields(vector.body().split(|byte| *byte == b'\n'))
}

fn cookies(vector: &Vector) -> String {
    let sealer = Sealer::<Ours>::encrypted(&keys(vector)).lifetime(LIFE);
    let jar = Jar::builder(vector.demand("jar"), sealer).build().unwrap();
    let visit = jar.visit_at(fields(vector), time(vector));
    assert_eq!(visit.outcome() == Outcome::Opened, visit.state().is_some());
    match visit.outcome() {
        Outcome::Absent => "absent",
        Outcome::Opened => "opened",
        Outcome::Expired => "expired",
        Outcome::Rejected => "rejected",
        Outcome::Unreadable => "unreadable",
        Outcome::LoggedOut => "logged-out",
        other => panic!("no vector expects {other:?}"),
    }
    .to_owned()
}

fn siblings(vector: &Vector) -> String {
    let sealer = Sealer::<Session>::encrypted(&keys(vector)).lifetime(LIFE);
    let sessions = Jar::builder(vector.demand("anchor-jar"), sealer).build().unwrap();
    let baskets = MergedJar::<Cart<Basket>>::new(vector.demand("jar"), &sessions).unwrap();
    let jars = Arc::new(Jars::new().with(sessions).unwrap().with_merged(baskets).unwrap());
    let merged = Visits::new_at(jars, fields(vector), time(vector)).merged::<Cart<Basket>>().unwrap();
    if let Some(error) = merged.trouble() {
        assert!(merged.read(Cart::is_empty));
        return format!("trouble {}", kind(&error));
    }
    let state = merged.read(|cart| serde_json::to_string(cart).unwrap());
    let is_complete = merged.with(|siblings| siblings.is_complete()).unwrap();
    format!("reads {state}{}", if is_complete { "" } else { " incomplete" })
}
