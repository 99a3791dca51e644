//! What a jar costs: the figures of docs/siblings.md, name, IV and tag included.

use super::kit::{Browser, PREFIX};
use std::time::Duration;

/// `name=value` of every cookie of one class.
fn sizes(browser: &Browser, class: char) -> Vec<usize> {
    let letter = |name: &str| name.chars().nth(PREFIX.len()) == Some(class);
    browser.cookies.iter().filter(|(name, _)| letter(name)).map(|(name, value)| name.len() + 1 + value.len()).collect()
}

fn line(n: u32) -> String {
    format!("article-{n:02}")
}

#[test]
fn an_operation_takes_at_most_96_characters() {
    let mut browser = Browser::new();
    browser.request(|order| order.add(line(1), 1)).unwrap();
    browser.request(|order| order.set(line(2), 300)).unwrap();
    browser.request(|order| order.remove(line(3))).unwrap();
    let sizes = sizes(&browser, 'o');
    println!("operations: {sizes:?} characters");
    assert_eq!(sizes.len(), 3);
    assert!(sizes.iter().all(|size| *size <= 96), "{sizes:?}");
}

#[test]
fn ten_quiet_lines_take_at_most_280_characters() {
    let mut browser = Browser::new();
    for n in 0..10 {
        browser.request(|order| order.add(line(n), 1)).unwrap();
    }
    browser.look();
    browser.look();
    println!("ten lines within the window: {:?} characters", sizes(&browser, 'b'));
    browser.pass(Duration::from_secs(3600));
    for _ in 0..3 {
        browser.look();
    }
    let (bases, operations) = (sizes(&browser, 'b'), sizes(&browser, 'o'));
    println!("ten quiet lines: {bases:?} characters, and {operations:?}");
    assert_eq!(browser.lines().len(), 10);
    assert_eq!((bases.len(), operations.len()), (1, 0));
    assert!(bases.iter().sum::<usize>() <= 280, "{bases:?}");
    assert!(browser.look().add.is_empty(), "what is at rest stays as it is");
}

#[test]
fn a_state_that_will_never_fit_is_too_large_and_can_shrink() {
    let mut browser = Browser::new();
    let refused = (0..400).find_map(|n| {
        browser.pass(Duration::from_secs(700));
        browser.request(|order| order.add(format!("article-{n:03}"), 1)).err()
    });
    let refused = refused.unwrap();
    assert!(refused.is_too_large() && refused.size() > refused.limit(), "{refused:?}");
    assert_eq!(refused.largest().first().map(|(part, _)| *part), Some("lines"), "it names what is large");
    let lines = browser.lines().len();
    println!("{lines} lines fit");
    assert!(lines > 100);
    browser.request(|order| order.remove("article-007")).unwrap();
    assert_eq!(browser.lines().len(), lines - 1);
    browser.request(|order| order.add("article-007", 1)).unwrap();
    assert!(browser.request(|order| order.add("article-999", 1)).unwrap_err().is_too_large());
    // A checkout is always possible.
    browser.request(|order| order.update(&crate::merge::CartOp::Checkout)).unwrap();
    assert!(browser.lines().is_empty());
}

/// A figure and no judgement, since tests do not look at clocks:
/// `cargo test --release --lib merge::tests::sizes -- --ignored --nocapture`.
#[test]
#[ignore = "prints how long it takes to open a jar"]
fn how_long_opening_takes() {
    let mut browser = Browser::new();
    for n in 0..10 {
        browser.request(|order| order.add(line(n), 1)).unwrap();
    }
    browser.pass(Duration::from_secs(3600));
    for _ in 0..3 {
        browser.look();
    }
    browser.pass(Duration::from_secs(3600));
    for operations in [0, 8, 16, 32] {
        // Within a burst nothing is compacted.
        while browser.count('o') < operations {
            browser.pass(Duration::from_millis(1));
            let mut siblings = browser.read();
            siblings.add(line(3), 1).unwrap();
            let plan = siblings.plan(super::kit::BLOCK, super::kit::at(browser.now)).unwrap();
            browser.store(&plan);
        }
        let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (header, now, rounds) = (browser.header(), super::kit::at(browser.now), 20_000);
        let started = std::time::Instant::now();
        for _ in 0..rounds {
            let siblings =
                browser.desk.read::<super::kit::Order>(&browser.anchor, cookies.iter().copied(), header, now).unwrap();
            assert!(siblings.trouble().is_none());
        }
        println!("one base and {operations:>2} operations: {:?}", started.elapsed() / rounds);
    }
}
