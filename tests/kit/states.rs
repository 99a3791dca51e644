//! The three states that sizes and speeds are measured with: JSON of 232, 977 and 2779 bytes.

use orderslip::{Layout, SlipState};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub user_id: u64,
    pub name: String,
    pub email: String,
    pub roles: Vec<String>,
    pub locale: String,
    pub csrf: String,
    pub theme: Theme,
    pub login_at: u64,
    pub seen_at: u64,
    pub mfa: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Theme {
    #[default]
    Light,
    Dark,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cart {
    pub lines: Vec<Line>,
    pub coupon: Option<String>,
    pub currency: String,
    pub updated: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub sku: String,
    pub title: String,
    pub quantity: u32,
    pub unit_cents: u64,
}

pub fn session() -> Session {
    Session {
        user_id: 48_151_623,
        name: "Ada M. Lindgren".into(),
        email: "ada.lindgren@example.com".into(),
        roles: vec!["customer".into(), "newsletter".into()],
        locale: "de-AT".into(),
        csrf: "pZ3u0q1mT8xVbN5kY7cR2w".into(),
        theme: Theme::Dark,
        login_at: 1_795_000_000,
        seen_at: 1_795_000_900,
        mfa: true,
    }
}

/// Lines of 89 to 91 bytes of JSON, and a note of what is left to the size that was asked for.
fn cart(lines: u32, json: usize) -> Cart {
    const SIZES: [&str; 3] = ["S", "M", "L"];
    const TITLES: [&str; 5] = [
        "Pumpkin soup, large",
        "Sourdough, half loaf",
        "Elderflower lemonade",
        "Goat cheese tartlet",
        "Poppy seed cake",
    ];
    let line = |(index, (title, size)): (u32, (&&str, &&str))| Line {
        sku: format!("SKU-{}-{size}", 1_000 + index * 37),
        title: (*title).into(),
        quantity: 1 + index % 7,
        unit_cents: 290 + u64::from(index) * 131,
    };
    let mut cart = Cart {
        lines: (0..lines).zip(TITLES.iter().cycle().zip(SIZES.iter().cycle())).map(line).collect(),
        coupon: Some(String::new()),
        currency: "EUR".into(),
        updated: 1_795_000_000,
    };
    let missing = json - serde_json::to_string(&cart).expect("plain data").len();
    cart.coupon = Some("W".repeat(missing));
    cart
}

pub fn cart10() -> Cart {
    cart(10, 977)
}

pub fn cart30() -> Cart {
    cart(30, 2_779)
}

impl SlipState for Session {
    const PURPOSE: &'static str = "bench/session";
    const VERSION: u16 = 1;
}

impl SlipState for Cart {
    const PURPOSE: &'static str = "bench/cart";
    const VERSION: u16 = 1;
}

/// The same states, written by position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Positional<T>(pub T);

impl SlipState for Positional<Session> {
    const PURPOSE: &'static str = "bench/session/positional";
    const VERSION: u16 = 1;
    const LAYOUT: Layout = Layout::Positional;
}

impl SlipState for Positional<Cart> {
    const PURPOSE: &'static str = "bench/cart/positional";
    const VERSION: u16 = 1;
    const LAYOUT: Layout = Layout::Positional;
}
