//! Fields of which the last write counts, through a browser and back.

use super::kit::{BLOCK, Browser, at};
use crate::{
    cbor::{Layout, de},
    merge::{Fields, Mergeable, Preferences, Set, Siblings, anchor::SiblingKeys, canonical},
    state::SlipState,
};

struct Display;

impl Fields for Display {
    const PURPOSE: &'static str = "shop.example/display";
    const VERSION: u16 = 1;
}

type Shown = Preferences<Display>;

/// One request that sets fields, and its answer.
fn answered(browser: &mut Browser, handler: impl FnOnce(&mut Siblings<Shown>)) {
    browser.now += 1_000;
    let mut siblings = browser.read_as::<Shown>();
    handler(&mut siblings);
    let plan = siblings.plan(BLOCK, at(browser.now)).unwrap();
    let keys = SiblingKeys::derive(&browser.anchor, Shown::PURPOSE, browser.desk.names.clone()).unwrap();
    for item in plan.add {
        let (name, value) = item.seal(&keys.names, &keys.own).unwrap();
        browser.cookies.insert(name, value);
    }
    plan.expire.iter().for_each(|name| drop(browser.cookies.remove(name)));
}

#[test]
fn the_last_write_counts_and_no_field_is_set_back_by_another() {
    let mut browser = Browser::new();
    answered(&mut browser, |shown| {
        shown.set("theme", Some("dark".into())).unwrap();
        assert_eq!(shown.state().get("theme"), Some("dark"), "at once");
    });
    answered(&mut browser, |shown| shown.set("locale", Some("de".into())).unwrap());
    answered(&mut browser, |shown| shown.set("theme", Some("light".into())).unwrap());
    let siblings = browser.read_as::<Shown>();
    let shown: Vec<_> = siblings.state().iter().collect();
    assert_eq!(shown, [("locale", "de"), ("theme", "light")]);
    assert_eq!((siblings.state().get("theme"), siblings.state().get("font")), (Some("light"), None));
    answered(&mut browser, |shown| shown.set("theme", None).unwrap());
    assert_eq!(browser.read_as::<Shown>().state().get("theme"), None);
    // At rest it is one base, and still the same.
    for _ in 0..3 {
        browser.now += 3_600_000;
        answered(&mut browser, |_| {});
    }
    assert_eq!((browser.count('o'), browser.count('b')), (0, 1));
    assert_eq!(browser.read_as::<Shown>().state().iter().collect::<Vec<_>>(), [("locale", "de")]);
}

#[test]
fn equal_fields_are_equal_and_are_read_back() {
    let mut dark = Shown::default();
    dark.apply(&Set("theme".into(), Some("dark".into())));
    let copy = dark.clone();
    assert!(copy == dark && copy != Shown::default());
    assert_eq!(copy.get("theme"), Some("dark"));
    let bytes = canonical::encode(&dark, Layout::Named).unwrap();
    assert_eq!(*bytes, b"\xa1\x65theme\x64dark");
    assert_eq!(de::state::<Shown>(&bytes).unwrap(), dark);
}
