//! Items that nobody of ours wrote, or that were put where they do not belong.

use super::kit::{BLOCK, Browser, Order, PREFIX, at};
use crate::{
    bytes::Wiped,
    bytes::{token_bytes, token_text},
    claims::SlipId,
    error::ErrorKind,
    merge::{
        Cart, CartOp, Committed, Line, Mergeable, Policy, Prepared, Siblings,
        anchor::SiblingKeys,
        dot::Dot,
        item::{Class, NewItem},
        wire,
    },
    state::SlipState,
};
use std::time::Duration;

fn with_soup() -> Browser {
    let mut browser = Browser::new();
    browser.request(|order| order.add("soup", 1)).unwrap();
    browser
}

fn only_cookie(browser: &Browser) -> (String, String) {
    browser.cookies.clone().into_iter().next().unwrap()
}

/// A cookie of the browser's own session with any plaintext.
fn plant(browser: &mut Browser, class: Class, id: String, plaintext: Vec<u8>) {
    let keys = browser.keys();
    let item = NewItem { class, id, plaintext: Wiped::new(plaintext) };
    let (name, value) = item.seal(&keys.names, &keys.own).unwrap();
    browser.cookies.insert(name, value);
}

fn soup_at(millis: u64) -> (String, Vec<u8>) {
    let dot = Dot::fresh(at(millis)).unwrap();
    let record = crate::merge::record::Record::<Order>::new(dot, &CartOp::Add("soup".into(), 1), None).unwrap();
    (dot.to_text(), wire::operation(&record).to_vec())
}

/// In the place of an order, without an upgrade from an older version.
#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
struct Strict {}

impl SlipState for Strict {
    const PURPOSE: &'static str = Order::PURPOSE;
    const VERSION: u16 = Order::VERSION;
}

impl Mergeable for Strict {
    type Op = CartOp;

    fn apply(&mut self, _: &CartOp) {}
}

/// What a log says of a jar must not depend on the order in which the browser sends its cookies.
#[test]
fn of_several_troubles_the_same_is_told_in_any_order() {
    let (newer, cut_off) = (vec![8, 0, 0, 0, 0, 0, 0, 0xa0], vec![4]);
    // Of version 0, from which there is no upgrade; of another shape.
    let (refused, foreign) = (vec![0, 0, 0, 0, 0, 0, 0, 0xa0], vec![4, 0, 0, 0, 0, 0, 0, 0x60]);
    let told = |plaintexts: [&Vec<u8>; 2]| {
        let mut browser = Browser::new();
        let keys = browser.keys();
        for plaintext in plaintexts {
            plant(&mut browser, Class::Base, keys.own.base_id(plaintext), plaintext.clone());
        }
        let cookies = || browser.cookies.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let read = |cookies: Vec<(&str, &str)>| {
            let siblings = browser.desk.read::<Strict>(&browser.anchor, cookies.into_iter(), 0, at(0)).unwrap();
            siblings.trouble().map(|error| (error.kind(), error.to_string()))
        };
        let (one, other) = (read(cookies().collect()), read(cookies().rev().collect()));
        assert_eq!(one, other);
        one.map(|(kind, _)| kind)
    };
    assert_eq!(told([&newer, &cut_off]), Some(ErrorKind::NewerVersion));
    assert_eq!(told([&newer, &refused]), Some(ErrorKind::NewerVersion));
    assert_eq!(told([&cut_off, &refused]), Some(ErrorKind::Refused));
    assert_eq!(told([&cut_off, &foreign]), Some(ErrorKind::Undecodable));
}

#[test]
#[cfg_attr(miri, ignore = "every bit of a cookie")]
fn a_changed_bit_anywhere_is_a_forgery_and_is_expired() {
    let mut browser = with_soup();
    let (name, value) = only_cookie(&browser);
    let bytes = token_bytes(&value, 0).unwrap().to_vec();
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        browser.cookies = [(name.clone(), token_text(&changed))].into();
        let siblings = browser.read();
        assert!(siblings.state().is_empty() && !siblings.is_complete());
        assert!(siblings.checkout().unwrap_err().is_unavailable(), "no checkout beside an item that did not open");
        assert_eq!(siblings.plan(BLOCK, at(browser.now)).unwrap().expire, [name.as_str()]);
    }
    for text in ["", "A", "AAAA", "!", value.split_at(1).1, &format!("{value}=")] {
        browser.cookies = [(name.clone(), text.to_owned())].into();
        assert!(browser.read().state().is_empty(), "{text:?}");
    }
}

#[test]
fn a_renamed_item_does_not_open() {
    let mut browser = with_soup();
    let (name, value) = only_cookie(&browser);
    let other = Dot::fresh(at(5)).unwrap().to_text();
    let renamed = [name.split_at(name.len() - other.len()).0, &other].concat();
    browser.cookies.insert(renamed, value.clone());
    let as_base = name.replacen(&format!("{PREFIX}o"), &format!("{PREFIX}b"), 1);
    browser.cookies.insert(as_base, value);
    assert_eq!(browser.lines(), [("soup".to_owned(), 1)]);
    assert_eq!(browser.look().expire.len(), 2);
}

#[test]
fn a_foreign_session_is_not_merged_and_is_expired() {
    let mut browser = with_soup();
    let planted = with_soup();
    browser.cookies.extend(planted.cookies.clone());
    assert_eq!(browser.lines(), [("soup".to_owned(), 1)]);
    let expired = browser.look().expire;
    assert_eq!(expired, planted.cookies.into_keys().collect::<Vec<_>>());
    // Under our own tag it is a forgery.
    let (own, _) = only_cookie(&browser);
    let (_, foreign) = only_cookie(&with_soup());
    browser.cookies = [(own, foreign)].into();
    assert!(browser.lines().is_empty());
}

#[test]
fn another_purpose_has_other_keys() {
    struct Bar;
    impl Line for Bar {
        const PURPOSE: &'static str = "restaurant.example/bar";
        const VERSION: u16 = 1;
    }
    let browser = with_soup();
    assert!(browser.read_as::<Cart<Bar>>().state().is_empty());
    let own = browser.keys();
    let bar = SiblingKeys::derive(&browser.anchor, Cart::<Bar>::PURPOSE, own.names.clone()).unwrap();
    assert_ne!(own.own.base_id(b"content"), bar.own.base_id(b"content"));
}

#[test]
fn an_item_from_the_future_makes_the_jar_unreadable_and_leaves_it_alone() {
    let mut browser = with_soup();
    let skew = u64::try_from(Policy::default().skew().as_millis()).unwrap();
    let (id, plaintext) = soup_at(browser.now + skew);
    plant(&mut browser, Class::Operation, id, plaintext);
    assert_eq!(browser.lines(), [("soup".to_owned(), 2)]);
    let (id, plaintext) = soup_at(browser.now + skew + 1);
    plant(&mut browser, Class::Operation, id, plaintext);
    browser.cookies.extend(with_soup().cookies);
    let mut siblings = browser.read();
    assert!(siblings.trouble().unwrap().is_unreadable() && siblings.state().is_empty());
    assert!(siblings.trouble().unwrap().held_until().unwrap().as_secs() > 1_735_689_600);
    assert!(siblings.add("tea", 1).unwrap_err().is_unreadable());
    let plan = siblings.plan(BLOCK, at(browser.now)).unwrap();
    assert!(plan.add.is_empty() && plan.expire.is_empty());
    browser.pass(Duration::from_millis(1));
    assert_eq!(browser.lines(), [("soup".to_owned(), 3)]);
}

#[test]
fn an_operation_that_does_not_decode_is_kept_and_blocks_folding_and_checkout() {
    let mut browser = with_soup();
    let newer = [u8::try_from(Order::VERSION + 1).unwrap() * 2, 0x83, 0x01, 0x02, 0x03].to_vec();
    browser.pass(Duration::from_secs(1));
    let kept = Dot::fresh(at(browser.now)).unwrap().to_text();
    plant(&mut browser, Class::Operation, kept, newer);
    for n in 0..8 {
        browser.request(|order| order.add(format!("dish {n}"), 1)).unwrap();
    }
    browser.pass(Duration::from_secs(7200));
    browser.look();
    browser.request(|order| order.add("tea", 1)).unwrap();
    browser.pass(Duration::from_secs(60));
    browser.look();
    browser.look();
    let siblings = browser.read();
    assert!(!siblings.is_complete() && siblings.trouble().is_none());
    assert!(siblings.checkout().unwrap_err().is_unavailable());
    assert_eq!(siblings.state().lines().count(), 10);
    // It went into the base as it is, and everything after it with it.
    assert_eq!((browser.count('o'), browser.count('b')), (0, 1));
    assert_eq!(siblings.joined.ops.len(), 10);
}

#[test]
fn a_frame_that_is_not_understood_is_never_expired() {
    for broken in [vec![], vec![0x80], vec![3, 0, 0], vec![0xff; 12]] {
        let mut browser = with_soup();
        browser.pass(Duration::from_secs(1));
        let dot = Dot::fresh(at(browser.now)).unwrap().to_text();
        plant(&mut browser, Class::Operation, dot, broken);
        for n in 0..8 {
            browser.request(|order| order.add(format!("dish {n}"), 1)).unwrap();
        }
        browser.pass(Duration::from_secs(7200));
        browser.look();
        browser.look();
        assert_eq!(browser.count('o'), 1);
        assert!(!browser.read().is_complete());
        assert_eq!(browser.read().joined.ops.len(), 8, "only what is earlier is folded");
    }
}

#[test]
fn an_unreadable_base_makes_the_jar_unreadable_and_leaves_it_alone() {
    let newer = [&[u8::try_from(Order::VERSION + 1).unwrap() * 4][..], &[0; 5], &[0, 0xa0]].concat();
    for content in [newer, vec![4], vec![4, 0, 0, 0, 0, 0, 0, 0x01], vec![]] {
        let mut browser = with_soup();
        plant(&mut browser, Class::Base, "AAAAAAAAAAA".into(), content);
        browser.cookies.extend(with_soup().cookies);
        let before = browser.cookies.clone();
        assert!(browser.read().trouble().unwrap().is_unreadable());
        assert!(browser.request(|order| order.add("tea", 1)).unwrap_err().is_unreadable());
        assert_eq!(browser.cookies, before);
    }
}

#[test]
fn more_items_than_are_read_are_unreadable_and_not_a_part_of_them() {
    let mut browser = Browser::new();
    for n in 0..257 {
        let (id, plaintext) = soup_at(n);
        plant(&mut browser, Class::Operation, id, plaintext);
    }
    browser.pass(Duration::from_secs(1));
    assert!(browser.read().trouble().unwrap().is_unreadable());
    browser.cookies.pop_first();
    assert_eq!(browser.lines(), [("soup".to_owned(), 256)]);
    assert!(browser.request(|order| order.add("tea", 1)).unwrap_err().is_unavailable());
}

#[test]
fn two_operations_with_one_dot_are_one_on_every_server() {
    let browser = with_soup();
    let dot = Dot::fresh(at(7)).unwrap();
    let record = |op| crate::merge::record::Record::<Order>::new(dot, &op, None).unwrap();
    let (one, two) = (record(CartOp::Add("a".into(), 1)), record(CartOp::Add("b".into(), 1)));
    assert!(two.outranks(&one) && !one.outranks(&two) && !one.outranks(&one.clone()));
    drop(browser);
    let join = |ops: [&_; 2]| crate::merge::base::join(std::iter::empty(), ops.into_iter(), Duration::MAX).value();
    assert_eq!(join([&one, &two]), join([&two, &one]));
    assert_eq!(join([&one, &two]).quantity("b"), 1);
}

#[test]
fn an_answer_that_comes_late_adds_nothing() {
    let mut browser = with_soup();
    let half = Policy::default().transit() / 2;
    let mut siblings = browser.read();
    siblings.add("tea", 1).unwrap();
    assert!(siblings.plan(BLOCK, at(browser.now).plus(half)).is_ok());
    let late = at(browser.now).plus(half + Duration::from_millis(1));
    assert!(siblings.plan(BLOCK, late).err().unwrap().is_unavailable());
    assert!(siblings.carry_over(&browser.keys(), late).err().unwrap().is_unavailable());
    browser.pass(half);
    assert_eq!(browser.lines(), [("soup".to_owned(), 1)]);
}

#[test]
fn a_window_that_is_too_short_does_not_build() {
    let policy = |window, transit, skew| {
        let seconds = Duration::from_secs;
        Policy::builder().window(seconds(window)).transit(seconds(transit)).skew(seconds(skew)).build()
    };
    assert!(policy(46, 10, 3).is_ok());
    assert!(policy(45, 10, 3).unwrap_err().is_misuse());
    assert!(policy(u64::MAX, u64::MAX, 3).unwrap_err().is_misuse());
    assert!(Policy::builder().processes(0).build().unwrap_err().is_misuse());
    assert!(Policy::builder().base_limit(4097).header_limit(1 << 20).build().unwrap_err().is_misuse());
    assert!(Policy::builder().transit(Duration::ZERO).build().unwrap_err().is_misuse());
}

#[test]
fn a_login_takes_the_guests_operations_along_and_a_logout_does_not() {
    let mut guest = Browser::new();
    for n in 0..5 {
        guest.request(|order| order.add(format!("dish {n}"), 1)).unwrap();
    }
    // Another tab writes while the login is under way, and a third checks out.
    let mut late = guest.read();
    late.add("tea", 1).unwrap();
    let late = late.plan(BLOCK, at(guest.now)).unwrap();
    let mut checkout = guest.read();
    let (order, key) = checkout.checkout().unwrap();
    assert_eq!(checkout.commit(order.barrier()).unwrap(), Committed::Added);
    let checkout = checkout.plan(BLOCK, at(guest.now)).unwrap();

    let siblings = guest.read();
    let anchor = guest.anchor.after_login(SlipId::random().unwrap(), at(guest.now)).unwrap();
    let keys = SiblingKeys::derive(&anchor, Order::PURPOSE_OF, guest.desk.names.clone()).unwrap();
    let item = siblings.carry_over(&keys, at(guest.now)).unwrap();
    let (name, value) = item.seal(&keys.names, &keys.own).unwrap();
    let mut user = Browser { anchor, cookies: guest.cookies.clone(), desk: guest.desk.clone(), now: guest.now };
    user.cookies.insert(name, value);
    assert_eq!(user.lines().len(), 5);
    assert_eq!(user.read().idempotency_key(), key, "it is the same cart");
    assert_eq!(user.look().expire.len(), guest.cookies.len(), "everything of the guest's is in the base");

    let guests = guest.keys();
    user.cookies.extend(late.add.iter().map(|item| item.seal(&guests.names, &guests.own).unwrap()));
    assert_eq!(user.lines().len(), 6);
    // The checkout is not undone by the login: it clears what it saw, and no more.
    guest.store(&checkout);
    user.cookies.extend(guest.cookies.clone());
    assert_eq!(user.lines(), [("tea".to_owned(), 1)]);
    assert_ne!(user.read().idempotency_key(), key);
    // Neither is anything lost if the user comes back an hour later, nor does it come back.
    user.pass(Duration::from_secs(3600));
    assert_eq!(user.lines(), [("tea".to_owned(), 1)]);
    assert!(!user.read().is_done_with_prev());
    for _ in 0..3 {
        user.look();
    }
    assert!(user.read().is_done_with_prev());
    user.cookies.extend(guest.cookies.clone());
    assert_eq!(user.lines(), [("tea".to_owned(), 1)]);
    // After a logout everybody's items are foreign.
    user.anchor = super::kit::anchor();
    assert!(user.lines().is_empty());
    user.look();
    assert_eq!(user.cookies.len(), 0);
}

#[test]
fn a_guests_operations_are_taken_for_a_while_around_the_login_only() {
    let guest = Browser::new();
    let policy = Policy::default();
    let login = at(10_000_000);
    let anchor = guest.anchor.after_login(SlipId::random().unwrap(), login).unwrap();
    let keys = guest.keys();
    let quantity = |time| {
        let dot = Dot::new(time, [1, 2, 3]);
        let record = crate::merge::record::Record::<Order>::new(dot, &CartOp::Add("soup".into(), 1), None).unwrap();
        let item = NewItem { class: Class::Operation, id: dot.to_text(), plaintext: wire::operation(&record) };
        let (name, value) = item.seal(&keys.names, &keys.own).unwrap();
        let cookies = [(name.as_str(), value.as_str())].into_iter();
        let siblings: Siblings<Order> =
            guest.desk.read(&anchor, cookies, 100, login.plus(Duration::from_secs(300))).unwrap();
        siblings.state().quantity("soup")
    };
    let (first, last) = (login.minus(policy.window()), login.plus(policy.settled_by()));
    let tick = Duration::from_millis(1);
    assert_eq!([first.minus(tick), first, last, last.plus(tick)].map(quantity), [0, 1, 1, 0]);
}

#[test]
fn parallel_checkouts_share_a_key_and_the_loser_commits_the_winners() {
    let mut browser = with_soup();
    browser.pass(Duration::from_secs(1));
    let (mut one, mut two) = (browser.read(), browser.read());
    let (first, key) = one.checkout().unwrap();
    let (_, other) = two.checkout().unwrap();
    assert_eq!(key, other);
    let kept = first.barrier().to_bytes();
    assert_eq!(one.commit(first.barrier()).unwrap(), Committed::Added);
    assert_eq!(two.commit(&Prepared::from_bytes(&kept).unwrap()).unwrap(), Committed::Added);
    assert_eq!(two.commit(&Prepared::from_bytes(&kept).unwrap()).unwrap(), Committed::Added);
    assert!(two.state().is_empty());
    let plans = [&one, &two].map(|siblings| siblings.plan(BLOCK, at(browser.now)).unwrap());
    assert_eq!(plans[0].add[0].id, plans[1].add[0].id);
    for plan in &plans {
        browser.store(plan);
    }
    assert_eq!(browser.count('o'), 2);
    assert!(browser.lines().is_empty());
    assert_ne!(browser.read().idempotency_key(), key);
    for bad in [&b""[..], &kept[..9], &kept[..7]] {
        assert!(Prepared::<Order>::from_bytes(bad).unwrap_err().is_unreadable());
    }
}

/// What the jar planner does: the whole way with sealed cookies only.
#[test]
fn a_sealed_plan_is_what_the_next_request_brings() {
    let mut browser = with_soup();
    browser.pass(Duration::from_secs(20));
    let sealed = browser.read().sealed_plan(BLOCK, at(browser.now)).unwrap();
    assert_eq!((sealed.set.len(), sealed.expire.len()), (1, 0));
    browser.cookies.extend(sealed.set);
    let sealed = browser.read().sealed_plan(BLOCK, at(browser.now)).unwrap();
    assert_eq!((sealed.set.len(), sealed.expire.len()), (0, 1));
    let user = browser.anchor.after_login(SlipId::random().unwrap(), at(browser.now)).unwrap();
    let base = browser.read().sealed_carry_over(&user, at(browser.now)).unwrap();
    (browser.anchor, browser.cookies) = (user, [base].into());
    assert_eq!(browser.lines(), [("soup".to_owned(), 1)]);
}

/// The wire form is COSE's own: another implementation opens an item that is put back into its frame.
#[test]
fn an_item_is_a_cose_encrypt0_without_what_is_constant() {
    let browser = with_soup();
    let (name, value) = only_cookie(&browser);
    let value = token_bytes(&value, 0).unwrap();
    let (iv, ciphertext) = value.split_at(12);
    let message = [
        &b"\xd0\x83\x43\xa1\x01\x03\xa1\x05\x4c"[..],
        iv,
        &[0x58, u8::try_from(ciphertext.len()).unwrap()],
        ciphertext,
    ];
    let anchor = &browser.anchor;
    let info = [&b"\x84\x72orderslip/siblings\x01\x78\x18"[..], Order::PURPOSE.as_bytes(), b"\x63enc"].concat();
    let mut secret = [0; 32];
    crate::crypto::hkdf_sha256(anchor.secret.expose(), anchor.id.as_bytes(), &[&info], &mut secret).unwrap();
    let jwk = format!(r#"{{"kty":"oct","alg":"A256GCM","k":"{}"}}"#, token_text(&secret));
    let key = crate::key::Key::from_jwk(&jwk).unwrap();
    let context =
        crate::context::Context::new(Order::PURPOSE, name.as_bytes(), &[anchor.id.as_bytes().to_vec()]).unwrap();
    let aad = context.external_aad(&crate::context::Call::UNBOUND);
    let plaintext = crate::envelope::cose::foreign::encrypt0_open(&message.concat(), &key, &aad).unwrap();
    assert_eq!(plaintext, b"\x02\x82\x64soup\x01");
}

#[test]
fn nothing_shows_a_secret_or_a_state() {
    let mut browser = with_soup();
    browser.anchor = browser.anchor.after_login(SlipId::random().unwrap(), at(0)).unwrap();
    let siblings = browser.read();
    let shown = format!("{:?} {:?} {:?}", browser.anchor, browser.keys(), siblings);
    assert!(!shown.contains("soup") && shown.len() < 200, "{shown}");
}

/// Whoever can set cookies for a parent domain can set one of the same name: the one that opens counts, and nothing looks incomplete.
#[test]
fn beside_a_duplicate_that_does_not_open_the_good_one_counts() {
    let browser = with_soup();
    let (name, value) = only_cookie(&browser);
    let junk = "A".repeat(value.len());
    for cookies in [[(&name, &value), (&name, &junk)], [(&name, &junk), (&name, &value)]] {
        let cookies = cookies.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let siblings = browser.desk.read::<Order>(&browser.anchor, cookies, 0, at(browser.now)).unwrap();
        assert_eq!(siblings.state().quantity("soup"), 1);
        assert!(siblings.is_complete() && siblings.plan(BLOCK, at(browser.now)).unwrap().expire.is_empty());
    }
}
