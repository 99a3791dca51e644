//! All jars of an application: one type, one purpose, one name; and the handles on their visits.

use crate::{
    kit::{Cart, NOW, Wishlist, shared_ring},
    world::{DAY, First, NAME, Session, builder, request, session},
};
use orderslip::{
    Keyring, Lifetime, Sealer, SlipState,
    cookie::{CachePolicy, Cookies, Jar, Jars, Outcome, Visits},
    testing::mint,
};
use std::sync::Arc;

fn named<T: SlipState>(ring: &Keyring, name: &str) -> Jar<T> {
    Jar::builder(name, Sealer::<T>::encrypted(ring).lifetime(Lifetime::absolute(DAY))).build().unwrap()
}

#[test]
fn t24_types_purposes_and_names_are_unique() {
    let ring = shared_ring();
    let jars = || Jars::new().with(named::<Session>(&ring, "session")).unwrap();
    assert!(jars().with(named::<Session>(&ring, "other")).unwrap_err().is_misuse(), "the same type");
    assert!(jars().with(named::<First>(&ring, "other")).unwrap_err().is_misuse(), "the same purpose");
    assert!(jars().with(named::<Cart>(&ring, "session")).unwrap_err().is_misuse(), "the same name");
    assert!(jars().with(named::<Cart>(&ring, "session-xAbCd-_09")).unwrap_err().is_misuse(), "a tombstone's name");
    assert!(jars().with(named::<Cart>(&ring, "session-x")).is_ok());
    let all = jars().with(named::<Cart>(&ring, "cart")).unwrap().with(named::<Wishlist>(&ring, "wishes")).unwrap();
    assert!(format!("{all:?}").contains("__Host-wishes"));
}

#[test]
fn a_slip_is_the_same_each_time_and_is_opened_when_it_is_asked_for() {
    let ring = shared_ring();
    let (sessions, carts) = (builder::<Session>(&ring).build().unwrap(), named::<Cart>(&ring, "cart"));
    let pair = mint(&sessions, &session("a"), NOW).unwrap();
    let jars = Arc::new(Jars::new().with(sessions).unwrap().with(carts).unwrap());
    let visits = Visits::new_at(Arc::clone(&jars), request(&format!("{pair}; __Host-cart=junk")), NOW);
    let (one, same) = (visits.held::<Session>().unwrap(), visits.held::<Session>().unwrap());
    one.update(|state| state.note = "b".into()).unwrap();
    assert_eq!(same.read(|state| state.note.clone()), "b");
    assert!(visits.held::<Wishlist>().unwrap_err().is_misuse());
    let plan = visits.plan();
    assert_eq!(plan.set_cookie().len(), 1, "nobody asked for the cart, so its junk stays");
    assert!(same.update(|_| ()).unwrap_err().is_misuse());
    assert!(visits.held::<Cart>().unwrap_err().is_misuse(), "too late");
    assert!(visits.held::<Session>().is_ok(), "what is open can be read");
}

#[test]
fn t75_who_may_keep_an_answer() {
    let ring = shared_ring();
    let sessions = builder::<Session>(&ring).build().unwrap();
    let pair = mint(&sessions, &session("a"), NOW).unwrap();
    let jars = Arc::new(Jars::new().with(sessions).unwrap());
    let visits = |field: &str| Visits::new_at(Arc::clone(&jars), request(field), NOW);
    assert_eq!(visits(&pair).plan().cache_policy(), CachePolicy::Any);
    let read = visits(&pair);
    assert_eq!(read.held::<Session>().unwrap().outcome(), Outcome::Opened);
    assert_eq!(read.plan().cache_policy(), CachePolicy::Private);
    let absent = visits("");
    assert_eq!(absent.held::<Session>().unwrap().outcome(), Outcome::Absent);
    assert_eq!(absent.plan().cache_policy(), CachePolicy::Private, "it depends on there being none");
    let ended = visits(&pair);
    ended.held::<Session>().unwrap().logout().unwrap();
    assert_eq!(ended.plan().cache_policy(), CachePolicy::NoStore);
}

#[test]
fn a_required_slip_is_there_or_its_outcome_is_told() {
    let ring = shared_ring();
    let sessions = builder::<Session>(&ring).build().unwrap();
    let pair = mint(&sessions, &session("a"), NOW).unwrap();
    let jars = Arc::new(Jars::new().with(sessions).unwrap());
    let visits = |field: &str| Visits::new_at(Arc::clone(&jars), request(field), NOW);
    let missing = visits(&format!("{NAME}=junk")).held::<Session>().unwrap().required().unwrap_err();
    assert_eq!(missing.outcome(), Outcome::Rejected);
    assert_eq!(missing.to_string(), "no valid session");

    let visits = visits(&pair);
    let required = visits.held::<Session>().unwrap().required().unwrap();
    required.update(|state| state.note.push('!')).unwrap();
    assert_eq!(required.read(|state| state.note.clone()).unwrap(), "a!");
    required.held().logout().unwrap();
    assert!(required.read(|_| ()).unwrap_err().is_misuse());
    assert!(required.update(|_| ()).unwrap_err().is_misuse());
}

#[test]
fn a_panic_in_a_closure_poisons_nothing() {
    let ring = shared_ring();
    let jars = Arc::new(Jars::new().with(builder::<Session>(&ring).build().unwrap()).unwrap());
    let visits = Visits::new_at(jars, Cookies::default(), NOW);
    let held = visits.held::<Session>().unwrap();
    held.update(|state| state.note = "a".into()).unwrap();
    let other = held.clone();
    let panicked = std::thread::spawn(move || {
        let _ = other.update(|state| {
            state.note = "half".into();
            panic!("in the middle");
        });
    });
    assert!(panicked.join().is_err());
    assert_eq!(held.read(|state| state.note.clone()), "a");
    assert_eq!(visits.plan().set_cookie().len(), 1);
}

#[test]
fn handles_are_shared_among_threads() {
    let ring = shared_ring();
    let jars = Arc::new(Jars::new().with(builder::<Session>(&ring).build().unwrap()).unwrap());
    let visits = Visits::new_at(jars, Cookies::default(), NOW);
    let held = visits.held::<Session>().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..25).for_each(|_| held.update(|state| state.note.push('x')).unwrap()));
        }
    });
    assert_eq!(held.read(|state| state.note.len()), 100);
}
