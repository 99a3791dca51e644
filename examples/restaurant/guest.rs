//! A guest: a name and an order, drawn from a seed.
//!
//! It may not know that there are waiters.

use crate::{dice::Dice, order::Cart};

const MENU: [&str; 16] = [
    "bread",
    "olives",
    "salad",
    "onion-soup",
    "omelette",
    "risotto",
    "gnocchi",
    "trout",
    "schnitzel",
    "ratatouille",
    "cheese",
    "pudding",
    "ice-cream",
    "espresso",
    "water",
    "wine",
];

/// Somebody who will order this, whatever happens.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    pub(crate) name: String,
    pub(crate) wishes: Vec<Wish>,
    /// What the wishes come to.
    pub(crate) intended: Cart,
}

/// So many of a dish; none takes it off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    pub(crate) dish: &'static str,
    pub(crate) quantity: u32,
}

impl Guest {
    /// The same guest for the same two numbers, on every machine.
    pub(crate) fn new(seed: u64, number: u32) -> Self {
        let mut dice = Dice::new(seed, number);
        let mut guest = Self { name: format!("guest {number}"), wishes: Vec::new(), intended: Cart::default() };
        for _ in 0..8 + dice.below(8) {
            let ordered: Vec<_> = MENU.into_iter().filter(|dish| guest.intended.has(dish)).collect();
            let takes_off = !ordered.is_empty() && dice.below(4) == 0;
            guest.wish(match takes_off {
                true => Wish { dish: dice.one_of(&ordered), quantity: 0 },
                false => Wish { dish: dice.one_of(&MENU), quantity: dice.one_of(&[1, 1, 2, 4]) },
            });
        }
        // Nobody leaves hungry: an empty cart would look like one that was kept.
        guest.wish(Wish { dish: dice.one_of(&MENU), quantity: 3 });
        guest
    }

    fn wish(&mut self, wish: Wish) {
        self.intended.set(wish.dish, wish.quantity);
        self.wishes.push(wish);
    }
}
