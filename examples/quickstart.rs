//! From a cart to a token and back, in one page.
//!
//! Run it with `cargo run --example quickstart`. You see how long a token is, that a changed cart comes back changed, and
//! what a token says to somebody who has tampered with it.

use orderslip::{Keyring, Lifetime, Sealer, Slip, SlipState};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Serialize, Deserialize)]
struct Cart {
    lines: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    sku: String,
    quantity: u32,
}

impl SlipState for Cart {
    // Bound into every token, so that no other token of your application is ever taken for a cart.
    const PURPOSE: &'static str = "shop.example/cart";
    // Of the shape of `Cart`: a deploy that changes it counts up and says how to upgrade.
    const VERSION: u16 = 1;
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // For a demonstration. In production all servers read the same keys: `Keyring::from_env` or `Keyring::from_file`.
    let keys = Keyring::generate()?;
    let sealer = Sealer::<Cart>::encrypted(&keys)
        .lifetime(Lifetime::absolute(Duration::from_secs(8 * 3600)).idle(Duration::from_secs(1800)))
        .build()?;

    // The first answer: what the client gets to carry.
    let token = sealer.seal(&Cart { lines: vec![Line { sku: "ONION-SOUP".into(), quantity: 1 }] })?;
    println!("sealed a cart into {} characters", token.len());

    // The next request, on whatever server: verified, in time, and of the current version.
    let mut slip: Slip<Cart> = sealer.open(&token)?;
    slip.state_mut().lines.push(Line { sku: "CRÈME-BRÛLÉE".into(), quantity: 2 });
    let token = sealer.reseal(&slip)?;
    for line in &sealer.open(&token)?.state().lines {
        println!("  {} × {}", line.quantity, line.sku);
    }

    // Somebody changes one character in the middle.
    let (head, tail) = token.split_at(token.len() / 2);
    let tampered = match tail.strip_prefix('A') {
        Some(tail) => format!("{head}B{tail}"),
        None => format!("{head}A{}", tail.chars().skip(1).collect::<String>()),
    };
    match sealer.open(&tampered) {
        Err(error) if error.is_rejected() => println!("tampered: {error}"),
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("tampered, and opened all the same".into()),
    }
    Ok(())
}
