//! Chance that is the same every time: numbers drawn from a seed.
//!
//! It may not know what is drawn for. The example `rotation` draws with it, too.

/// SplitMix64 (Steele, Lea, Flood 2014): a few lines, and every seed is a good one. Nothing here is secret.
pub(crate) struct Dice(u64);

impl Dice {
    /// The same dice for the same two numbers, on every machine; other ones for every player.
    pub(crate) fn new(seed: u64, player: u32) -> Self {
        Self(seed ^ (u64::from(player) << 32))
    }

    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        // A remainder prefers small numbers by a part in millions, which nobody notices.
        usize::try_from(self.roll() >> 33).expect("31 bits") % limit
    }

    pub(crate) fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        *items.get(self.below(items.len())).expect("below the length, which is not 0")
    }
}
