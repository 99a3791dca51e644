//! What the façade promises besides time and tampering: standings, upgrades, adoption, bindings, two halves, threads.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use kit::{Cart, HOUR, Kind, NOW, Wishlist, cart, later, shared_ring};
use orderslip::{
    Alg, Bound, Error, ErrorKind, Key, Keyring, Keys, Lifetime, Old, Opener, PublicAlg, Reason, Sealer, Slip,
    SlipState, Standing, UnixTime,
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

#[test]
fn every_kind_keeps_the_state_and_numbers_its_slips() {
    for kind in Kind::all() {
        let sealer = kind.sealer::<Cart>(&kind.ring());
        let [one, two] = [0; 2].map(|_| sealer.seal_at(&cart(), NOW).unwrap());
        assert_ne!(one, two);
        let [one, two] = [one, two].map(|token| sealer.open_at(&token, NOW).unwrap());
        assert_ne!(one.id(), two.id());
        assert_eq!(one.standing(), Standing::Current);
        assert_eq!(one.into_state(), cart());
    }
}

#[test]
fn changing_the_state_makes_it_due_and_resealing_keeps_the_change() {
    let sealer = Kind::Encrypted.sealer::<Cart>(&shared_ring());
    let mut slip = sealer.open_at(&sealer.seal_at(&cart(), NOW).unwrap(), NOW).unwrap();
    slip.state_mut().note = None;
    assert_eq!(slip.standing(), Standing::Reseal(Reason::Changed));
    let again = sealer.open_at(&sealer.reseal_at(&slip, later(1)).unwrap(), later(1)).unwrap();
    assert_eq!((again.state().note.as_deref(), again.standing()), (None, Standing::Current));
    assert_eq!(again.id(), slip.id());
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct V1 {
    skus: Vec<String>,
}

impl SlipState for V1 {
    const PURPOSE: &'static str = "facade/versions";
    const VERSION: u16 = 1;
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct V3 {
    lines: Vec<(String, u32)>,
}

impl SlipState for V3 {
    const PURPOSE: &'static str = "facade/versions";
    const VERSION: u16 = 3;

    fn upgrade(old: Old<'_>) -> Result<Self, Error> {
        /// The old type, borrowing from the token.
        #[derive(Deserialize)]
        struct Old1<'a> {
            #[serde(borrow)]
            skus: Vec<&'a str>,
        }
        match old.version() {
            1 => {
                let Old1 { skus } = old.decode()?;
                Ok(Self { lines: skus.into_iter().map(|sku| (sku.to_owned(), 1)).collect() })
            }
            _ => Err(old.refuse("never deployed")),
        }
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct V2 {}

impl SlipState for V2 {
    const PURPOSE: &'static str = "facade/versions";
    const VERSION: u16 = 2;
}

#[test]
fn older_states_are_upgraded_and_newer_ones_are_held() {
    let ring = shared_ring();
    let (v1, v2, v3) =
        (Kind::Encrypted.sealer::<V1>(&ring), Kind::Encrypted.sealer::<V2>(&ring), Kind::Encrypted.sealer::<V3>(&ring));
    let token = v1.seal_at(&V1 { skus: vec!["a".into(), "b".into()] }, NOW).unwrap();
    let slip = v3.open_at(&token, NOW).unwrap();
    assert_eq!(slip.state().lines, [("a".to_owned(), 1), ("b".to_owned(), 1)]);
    assert_eq!(slip.standing(), Standing::Reseal(Reason::OldVersion));
    let upgraded = v3.reseal_at(&slip, NOW).unwrap();
    assert_eq!(v3.open_at(&upgraded, NOW).unwrap().standing(), Standing::Current);

    let error = v1.open_at(&upgraded, NOW).unwrap_err();
    assert!(error.is_unreadable() && error.kind() == ErrorKind::NewerVersion);
    assert_eq!(error.held_until(), Some(later(3_600)));

    let error = v3.open_at(&v2.seal_at(&V2 {}, NOW).unwrap(), NOW).unwrap_err();
    assert!(error.is_unreadable() && error.kind() == ErrorKind::Refused);
    assert!(error.to_string().contains("never deployed") && error.held_until().is_some());

    let error = v2.open_at(&token, NOW).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "the default refuses every other version");

    // Expiry comes first: nobody holds on to what is over.
    assert!(v1.open_at(&upgraded, later(4_000)).unwrap_err().is_expired());
}

#[test]
fn an_authentic_state_that_does_not_decode_is_unreadable() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Other {
        wrong: String,
    }
    impl SlipState for Other {
        const PURPOSE: &'static str = "facade/versions";
        const VERSION: u16 = 1;
    }
    let ring = shared_ring();
    let token = Kind::Encrypted.sealer::<Other>(&ring).seal_at(&Other { wrong: "hunter2".into() }, NOW).unwrap();
    let error = Kind::Encrypted.sealer::<V1>(&ring).open_at(&token, NOW).unwrap_err();
    assert!(error.is_unreadable() && error.kind() == ErrorKind::Undecodable);
    assert_eq!(error.to_string(), "the token is authentic, but does not decode: a missing field `skus`");
    assert_eq!(error.held_until(), Some(later(3_600)));
}

fn adopting(ring: &Keyring) -> Sealer<Cart> {
    let legacy =
        |text: &str| text.strip_prefix("legacy.").map(|sku| Cart { lines: vec![(sku.to_owned(), 1)], note: None });
    let builder = Sealer::encrypted(ring).lifetime(Lifetime::absolute(8 * HOUR).idle(HOUR));
    builder.adopt(later(1_000), legacy).build().unwrap()
}

#[test]
fn foreign_texts_are_adopted_until_the_given_time() {
    let sealer = adopting(&shared_ring());
    let slip = sealer.open_at("legacy.soup", later(999)).unwrap();
    assert_eq!(slip.state().lines, [("soup".to_owned(), 1)]);
    assert_eq!(slip.standing(), Standing::Reseal(Reason::OldFormat));
    assert_eq!((slip.began_at(), slip.ends_at()), (later(999), later(999 + 8 * 3_600)));
    assert_ne!(slip.id(), sealer.open_at("legacy.soup", later(999)).unwrap().id(), "a new slip each time");
    let ours = sealer.reseal_at(&slip, later(999)).unwrap();
    assert_eq!(sealer.open_at(&ours, later(2_000)).unwrap().id(), slip.id());
    for (text, now) in [("legacy.soup", 1_000), ("legacy.soup", 5_000), ("other", 0), ("", 0)] {
        assert!(sealer.open_at(text, later(now)).unwrap_err().is_rejected(), "{text} at {now}");
    }
}

/// A text that looks like ours and fails is never given to another decoder (CVE-2026-39324), nor is one beyond the cap.
#[test]
fn t19_a_forged_token_gets_no_second_reader() {
    let ring = shared_ring();
    let greedy = |_: &str| Some(Cart::default());
    let builder = Sealer::<Cart>::encrypted(&ring).lifetime(Lifetime::absolute(HOUR));
    let greedy = builder.adopt(UnixTime::MAX, greedy).build().unwrap();
    assert!(greedy.open_at("anything else", NOW).is_ok());
    assert!(greedy.open_at(&".".repeat(orderslip::MAX_TOKEN_TEXT), NOW).is_ok());
    assert!(greedy.open_at(&".".repeat(orderslip::MAX_TOKEN_TEXT + 1), NOW).unwrap_err().is_rejected());
    for kind in Kind::COSE {
        let foreign = kind.sealer::<Cart>(&kind.ring()).seal_at(&cart(), NOW).unwrap();
        let truncated = foreign.split_at(foreign.len() / 2).0;
        let junk = [format!("{foreign}="), format!(" {foreign} "), format!("\"{foreign}\""), format!("\n\t'{foreign}")];
        for text in junk.iter().map(String::as_str).chain([&*foreign, truncated]) {
            assert!(greedy.open_at(text, NOW).is_err(), "{kind:?}");
        }
    }
    let careless = Opener::<Cart>::publicly_signed(&ring).adopt(UnixTime::MAX, |_| None).build();
    assert!(careless.unwrap_err().is_misuse(), "what is adopted needs a lifetime");
    assert!(greedy.open_at(&"x".repeat(8_193), NOW).unwrap_err().is_rejected());
    // Its own token, expired: not adopted either.
    let token = greedy.seal_at(&cart(), NOW).unwrap();
    assert!(greedy.open_at(&token, later(10_000)).unwrap_err().is_expired());
}

#[test]
fn a_slip_is_resealed_under_the_bindings_it_was_opened_with() {
    let sealer = Kind::Encrypted.sealer::<Cart>(&shared_ring());
    let bound: Bound<'_, Cart> = sealer.bound(&["tenant", "7"]);
    let slip = bound.open_at(&bound.seal_at(&cart(), NOW).unwrap(), NOW).unwrap();
    assert!(sealer.reseal_at(&slip, NOW).unwrap_err().is_misuse());
    assert!(sealer.bound(&["tenant", "8"]).reseal_at(&slip, NOW).unwrap_err().is_misuse());
    let again = sealer.bound(&[&b"tenant"[..], b"7"]).reseal_at(&slip, NOW).unwrap();
    assert_eq!(bound.open_at(&again, NOW).unwrap().id(), slip.id());
    let unbound = sealer.open_at(&sealer.seal_at(&cart(), NOW).unwrap(), NOW).unwrap();
    assert!(bound.reseal_at(&unbound, NOW).unwrap_err().is_misuse());
    assert!(sealer.bound(&["x"; 17]).seal_at(&cart(), NOW).unwrap_err().is_misuse());
    assert!(sealer.bound(&["x"; 17]).open_at("x", NOW).unwrap_err().is_misuse());
    assert!(sealer.opener().bound(&["tenant", "7"]).open_at(&again, NOW).is_ok());
}

#[test]
fn a_sealer_whose_key_was_revoked_says_of_its_tokens_that_they_have_ended() {
    let ring = Kind::Encrypted.ring();
    let id = ring.ids().next().unwrap().as_str().to_owned();
    let sealer = |ring: &Keyring| Sealer::<Cart>::encrypted(ring).lifetime(Lifetime::absolute(HOUR)).build().unwrap();
    let token = sealer(&ring).seal_at(&cart(), NOW).unwrap();
    let revoked = sealer(&ring.revoke(&id, "tried", NOW).unwrap());
    assert_eq!(revoked.open_at(&token, NOW).unwrap_err().kind(), ErrorKind::KeyRetired);
    assert!(revoked.seal_at(&cart(), NOW).unwrap_err().is_misuse());
}

#[test]
fn an_opener_from_public_keys_opens_and_a_sealer_from_them_is_not_built() {
    let ring = shared_ring();
    let public = Keyring::from_jwks(&ring.public_jwks()).unwrap();
    let opener = Opener::<Cart>::publicly_signed(&public).build().unwrap();
    for (alg, kind) in [(PublicAlg::Ed25519, Kind::Ed25519), (PublicAlg::Es256, Kind::Es256)] {
        let token = kind.sealer::<Cart>(&ring).seal_at(&cart(), NOW).unwrap();
        let slip = opener.open_at(&token, NOW).unwrap();
        assert_eq!((slip.state(), slip.standing()), (&cart(), Standing::Current));
        assert!(opener.open_at(&token, later(3_629)).is_ok(), "the token's own end holds");
        assert!(opener.open_at(&token, later(3_630)).unwrap_err().is_expired());
        let builder = Sealer::<Cart>::publicly_signed(&public, alg).lifetime(Lifetime::absolute(HOUR));
        assert!(builder.build().unwrap_err().is_misuse());
    }
    assert!(Opener::<Cart>::publicly_signed(&Kind::Signed.ring()).build().unwrap_err().is_misuse());
    let strict = Opener::<Cart>::publicly_signed(&public).lifetime(Lifetime::absolute(HOUR / 60)).build().unwrap();
    let token = Kind::Es256.sealer::<Cart>(&ring).seal_at(&cart(), NOW).unwrap();
    assert!(strict.open_at(&token, later(91)).unwrap_err().is_expired());
}

#[test]
fn two_states_under_one_ring_do_not_disturb_each_other() {
    let ring = shared_ring();
    let carts = Kind::Encrypted.sealer::<Cart>(&ring);
    let wishes = Kind::Encrypted.sealer::<Wishlist>(&ring);
    let (cart_token, wish_token) =
        (carts.seal_at(&cart(), NOW).unwrap(), wishes.seal_at(&Wishlist(cart()), NOW).unwrap());
    assert!(carts.open_at(&wish_token, NOW).unwrap_err().is_rejected());
    assert!(wishes.open_at(&cart_token, NOW).unwrap_err().is_rejected());
}

/// Salts are 16 bytes before the last: one epoch is shared by clones, and `new_epoch` ends it for all of them.
#[test]
fn t31_clones_share_an_epoch_and_can_end_it() {
    let sealer = Kind::Encrypted.sealer::<Cart>(&shared_ring());
    let salt = |sealer: &Sealer<Cart>| {
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        token.split_at(token.len() - 20).1.to_owned()
    };
    let clone = sealer.clone();
    let mut salts = HashSet::from([salt(&sealer), salt(&clone), salt(&sealer)]);
    assert_eq!(salts.len(), 1);
    clone.new_epoch();
    salts.extend([salt(&sealer), salt(&clone)]);
    assert_eq!(salts.len(), 2);
    salts.insert(salt(&Kind::Encrypted.sealer::<Cart>(&shared_ring())));
    assert_eq!(salts.len(), 3);
}

#[test]
fn sealers_serve_many_threads() {
    let sealer = Kind::Encrypted.sealer::<Cart>(&shared_ring());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for i in 0..200 {
                    let state = Cart { lines: vec![(format!("{i}"), i)], note: None };
                    let token = sealer.seal_at(&state, NOW).unwrap();
                    assert_eq!(sealer.open_at(&token, NOW).unwrap().into_state(), state);
                }
            });
        }
    });
}

/// The functions that read a clock are shells over those that are told the time.
#[test]
fn the_clock_is_the_builders() {
    let ring = shared_ring();
    let sealer = Sealer::<Cart>::encrypted(&ring).lifetime(Lifetime::absolute(HOUR)).clock(|| NOW).build().unwrap();
    let slip = sealer.open(&sealer.seal(&cart()).unwrap()).unwrap();
    assert_eq!(slip.sealed_at(), NOW);
    assert_eq!(sealer.open(&sealer.reseal(&slip).unwrap()).unwrap().sealed_at(), NOW);
    let bound = sealer.bound(&["b"]);
    let slip = bound.open(&bound.seal(&cart()).unwrap()).unwrap();
    assert!(bound.reseal(&slip).is_ok() && sealer.opener().open(&sealer.seal(&cart()).unwrap()).is_ok());
}

#[test]
fn what_is_shared_between_threads_can_be() {
    fn shared<T: Send + Sync>() {}
    fn cloned<T: Clone>() {}
    shared::<Error>();
    shared::<Key>();
    shared::<Keyring>();
    shared::<Keys>();
    shared::<Slip<Cart>>();
    shared::<Sealer<Cart>>();
    shared::<Opener<Cart>>();
    shared::<Bound<'_, Cart>>();
    cloned::<Sealer<Cart>>();
    cloned::<Opener<Cart>>();
    cloned::<Keyring>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

#[test]
fn t82_reloading_the_same_file_opens_the_same_tokens() {
    let ring = shared_ring();
    let again = Keyring::from_jwks(ring.to_jwks().expose()).unwrap();
    for kind in [Kind::Encrypted, Kind::Signed, Kind::Ed25519, Kind::Es256] {
        let token = kind.sealer::<Cart>(&ring).seal_at(&cart(), NOW).unwrap();
        let slip = kind.sealer::<Cart>(&again).open_at(&token, NOW).unwrap();
        assert_eq!(slip.standing(), Standing::Current, "{kind:?}");
    }
    assert!(ring.get(again.ids().next().unwrap().as_str()).is_some_and(|key| key.alg() == Alg::HkdfA256Gcm));
}

/// Nobody is logged out everywhere by accident, and a guest's cart goes to whoever logs in.
#[test]
fn a_state_has_no_subject_unless_it_says_so() {
    assert_eq!(cart().subject(), None);
}

/// Without a time, all six of a bound sealer go by the clock.
#[test]
fn a_bound_sealer_goes_by_the_clock_as_any() {
    let sealer = Kind::Encrypted.sealer::<Cart>(&shared_ring());
    let bound = sealer.bound(&["tenant 7"]);
    let slip = bound.open(&bound.seal(&cart()).unwrap()).unwrap();
    let again = bound.open(&bound.reseal(&slip).unwrap()).unwrap();
    assert_eq!((again.id(), again.state()), (slip.id(), &cart()));
}
