//! What a hostile client sends as cookies: its own ones taken apart, and everything that no shop has set.
//!
//! It may not know the shop's secrets. It may have its own cookies, and those of the cart of somebody else.

use crate::dice::Dice;

/// One Cookie field, made of this visitor's good one and of somebody else's.
pub(crate) fn cookies(dice: &mut Dice, own: &str, others: &str) -> Vec<u8> {
    let mut pairs: Vec<String> = own.split("; ").map(str::to_owned).collect();
    let any = dice.below(pairs.len().max(1));
    match dice.below(10) {
        0 => change(pairs.get_mut(any), |value| flip(value, dice.roll())),
        1 => change(pairs.get_mut(any), |value| value.chars().take(value.len() / 2).collect()),
        2 => change(pairs.get_mut(any), |value| value.repeat(2)),
        // Of the same name, before the good one.
        3 => {
            let twin = pairs.get(any).and_then(|pair| pair.split_once('=')).map(|(name, _)| format!("{name}=junk"));
            pairs.splice(0..0, twin);
        }
        4 => swap_values(&mut pairs, any),
        // The operations of somebody else's cart, under their own names.
        5 => pairs.extend(others.split("; ").filter(|pair| pair.starts_with("__Host-cart")).map(str::to_owned)),
        6 => pairs.push(format!("junk={}", "x".repeat(7_000))),
        7 => pairs.extend((0..150).map(|number| format!("__Host-cart-o{number}={}", "A".repeat(20)))),
        8 => return [own.as_bytes(), b"; __Host-session=\xff\xfe\x80; \xc3\x28=\xa0"].concat(),
        _ => return format!("junk={}", "x".repeat(60_000)).into_bytes(),
    }
    pairs.join("; ").into_bytes()
}

fn change(pair: Option<&mut String>, change: impl FnOnce(&str) -> String) {
    if let Some(pair) = pair
        && let Some((name, value)) = pair.split_once('=')
    {
        *pair = format!("{name}={}", change(value));
    }
}

fn flip(value: &str, chance: u64) -> String {
    let at = usize::try_from(chance % u64::try_from(value.len().max(1)).unwrap_or(1)).unwrap_or(0);
    let flipped = |(place, letter)| if place == at { if letter == 'A' { 'B' } else { 'A' } } else { letter };
    value.chars().enumerate().map(flipped).collect()
}

/// Each value under the next one's name.
fn swap_values(pairs: &mut [String], from: usize) {
    let split = |pair: &String| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let to = (from + 1) % pairs.len().max(1);
    let (one, other) = (pairs.get(from).and_then(split), pairs.get(to).and_then(split));
    if let (Some((name, value)), Some((other_name, other_value))) = (one, other) {
        for (place, pair) in [(from, format!("{name}={other_value}")), (to, format!("{other_name}={value}"))] {
            if let Some(there) = pairs.get_mut(place) {
                *there = pair;
            }
        }
    }
}
