//! Seals a state and opens it again, and does nothing else.

use orderslip::{Error, Keyring, Lifetime, Sealer, SlipState};
use serde::{Deserialize, Serialize};
use std::{process::ExitCode, time::Duration};

#[derive(Serialize, Deserialize)]
struct Cart {
    lines: Vec<(String, u32)>,
}

impl SlipState for Cart {
    const PURPOSE: &'static str = "minimal/cart";
    const VERSION: u16 = 1;
}

fn visit() -> Result<Cart, Error> {
    let keys = Keyring::generate()?;
    let sealer = Sealer::<Cart>::encrypted(&keys).lifetime(Lifetime::absolute(Duration::from_secs(3_600))).build()?;
    let token = sealer.seal(&Cart { lines: vec![("SOUP".into(), 2)] })?;
    Ok(sealer.open(&token)?.into_state())
}

fn main() -> ExitCode {
    match visit() {
        Ok(cart) if cart.lines.len() == 1 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
