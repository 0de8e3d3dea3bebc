//! Chance that falls the same way for the same seed, in every version of the program.

/// A stream of pseudo-random numbers: `SplitMix64`, which is small, quick and good enough to write news with.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The stream that belongs to the `index`th thing of one sort (`salt`) made from `seed`.
    #[must_use]
    pub fn new(seed: u64, salt: u64, index: u64) -> Self {
        let mut dice = Self(seed ^ salt.rotate_left(32));
        let start = dice.roll() ^ index.wrapping_mul(0xA24B_AED4_963E_E407);
        dice.0 = start;
        dice
    }

    /// 64 random bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number below `limit`, each as likely as the other; 0 when the limit is 0.
    #[expect(clippy::cast_possible_truncation, reason = "the high half of the product is below the limit")]
    pub fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.roll()) * limit as u128) >> 64) as usize
    }

    /// A number below `limit` of which small ones are likely: the `n`th about `1/n` times as likely as the first.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small positive numbers")]
    pub fn skewed(&mut self, limit: usize) -> usize {
        let share = self.roll() as f64 / u64::MAX as f64;
        (((limit as f64 + 1.0).powf(share) - 1.0) as usize).min(limit.saturating_sub(1))
    }

    /// Whether something that happens `percent` times in a hundred happens now.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, each as likely as the other.
    ///
    /// # Panics
    /// Of no items there is none to pick.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One of `words`, each as likely as the other.
    ///
    /// # Panics
    /// Of no words there is none to pick.
    pub fn word<'a>(&mut self, words: &'a [impl AsRef<str>]) -> &'a str {
        self.pick(words).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let first = |seed, salt, index| Dice::new(seed, salt, index).roll();
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
        let all = [first(1, 2, 3), first(2, 2, 3), first(1, 3, 3), first(1, 2, 4)];
        assert!((1..4).all(|i| !all[..i].contains(&all[i])), "{all:?}");
        // Whoever changes this number changes every generated data set.
        assert_eq!(Dice::new(1, 2, 3).roll(), 14_298_736_649_619_148_833);
    }

    #[test]
    fn numbers_stay_below_their_limit_and_small_ones_are_likely() {
        let mut dice = Dice::new(7, 0, 0);
        let mut counts = [0_usize; 100];
        for _ in 0..10_000 {
            assert!(dice.below(3) < 3);
            counts[dice.skewed(100)] += 1;
        }
        assert!(counts[0] > 1_000 && counts[0] > 5 * counts[10] && counts[99] < 60, "{counts:?}");
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.skewed(1), 0);
    }
}
