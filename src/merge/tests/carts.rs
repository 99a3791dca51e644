//! What a handler does to a cart, and what a cart says of itself.

use super::kit::{BLOCK, Browser, Order, at};
use crate::merge::{Cart, CartOp, Line, Mergeable};

#[test]
fn every_way_to_write_is_an_operation_of_its_own() {
    let mut browser = Browser::new();
    browser.now += 1_000;
    let mut order = browser.read();
    order.add("soup", 3).unwrap();
    order.set("soup", 2).unwrap();
    order.set("tea", 5).unwrap();
    order.remove("tea").unwrap();
    order.register("coupon", Some("spring".into())).unwrap();
    assert_eq!(order.state().lines().collect::<Vec<_>>(), [("soup", 2)]);
    let plan = order.plan(BLOCK, at(browser.now)).unwrap();
    assert_eq!(plan.add.len(), 5);
    browser.store(&plan);
    let again = browser.read();
    assert_eq!(again.state().lines().collect::<Vec<_>>(), [("soup", 2)]);
    assert_eq!(again.state().register("coupon"), Some("spring"));
    browser.request(|order| order.register("coupon", None)).unwrap();
    assert_eq!(browser.read().state().register("coupon"), None);
}

#[test]
fn a_checkout_shows_what_is_ordered() {
    let mut browser = Browser::new();
    browser.request(|order| order.add("soup", 3)).unwrap();
    let siblings = browser.read();
    let (order, _) = siblings.checkout().unwrap();
    assert_eq!(order.cart().lines().collect::<Vec<_>>(), [("soup", 3)]);
    assert_eq!(order.cart(), siblings.state());
}

/// By lines and by registers; a plain kind of cart has none that survive, and no limit.
#[test]
fn carts_are_equal_if_lines_and_registers_are() {
    struct Plain;
    impl Line for Plain {
        const PURPOSE: &'static str = "shop.example/cart";
        const VERSION: u16 = 1;
    }
    let of = |ops: &[CartOp]| {
        let mut cart = Cart::<Plain>::default();
        ops.iter().for_each(|op| cart.apply(op));
        cart
    };
    let soup = || CartOp::Add("soup".into(), 1);
    let note = || CartOp::Register("note".into(), Some("x".into()));
    assert!(of(&[soup(), note()]) == of(&[note(), soup()]));
    assert!(of(&[soup()]) != of(&[soup(), note()]), "another register");
    assert!(of(&[note()]) != of(&[soup(), note()]), "another line");
    assert!(of(&[soup(), note(), CartOp::Checkout]) == of(&[]));
    assert_eq!(of(&[CartOp::Add("soup".into(), i64::MAX)]).quantity("soup"), u32::MAX);
}

/// In bytes: a map's head, and for each entry a text with its head and the value.
#[test]
fn a_cart_says_what_its_parts_take() {
    let mut cart = Order::default();
    assert_eq!(cart.sizes(), [("lines", 1), ("registers", 1)]);
    cart.apply(&CartOp::Add("soup".into(), 1));
    cart.apply(&CartOp::Register("table".into(), Some("12".into())));
    assert_eq!(cart.sizes(), [("lines", 1 + 5 + 1), ("registers", 1 + 6 + 3)]);
}

/// In JSON a mistake is told with what was expected.
#[test]
fn what_is_no_cart_and_no_operation_says_what_it_should_be() {
    let told = |error: serde_json::Error| error.to_string();
    let cart = |text| told(serde_json::from_str::<Order>(text).unwrap_err());
    let operation = |text| told(serde_json::from_str::<CartOp>(text).unwrap_err());
    for (told, expected) in [
        (cart("7"), "lines, or lines and registers"),
        (operation("7"), "an operation of a cart"),
        (operation("[7]"), "a key or lines"),
        (operation(r#"["soup", {}]"#), "a number, a text or nothing"),
        (operation(r#"["soup"]"#), "an operation of a cart"),
    ] {
        assert!(told.contains(&format!("expected {expected}")), "{told}");
    }
}
