//! A guest: a name and an order, drawn from a seed.
//!
//! It may not know that there are waiters.

use crate::order::Cart;

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
        let mut dice = Dice(seed ^ (u64::from(number) << 32));
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

/// SplitMix64 (Steele, Lea, Flood 2014): a few lines, and every seed is a good one. Nothing here is secret.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        // A remainder prefers small numbers by a part in millions, which no guest tastes.
        usize::try_from(self.roll() >> 33).expect("31 bits") % limit
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        *items.get(self.below(items.len())).expect("below the length, which is not 0")
    }
}
