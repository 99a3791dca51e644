//! The proof obligations of docs/siblings-proof.md, as properties: J, H, K, B, I, C, F.

use super::kit::Browser;

#[test]
fn what_is_added_is_there() {
    let mut browser = Browser::new();
    for n in 0..30 {
        browser.request(|order| order.add(format!("dish {}", n % 7), 1)).unwrap();
    }
    assert_eq!(browser.lines().iter().map(|(_, quantity)| quantity).sum::<u32>(), 30);
    assert!(browser.count('b') <= 2 && browser.count('o') <= 8, "{:?}", browser.cookies.keys());
}
