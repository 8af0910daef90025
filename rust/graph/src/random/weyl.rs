//! SplitMix64 (Steele, Lea & Flood 2014): a Weyl sequence, whose members are hashed one by one.

/// The golden ratio in 64 bits: the step of the sequence.
pub const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser: a bijection whose outputs on a Weyl sequence pass for random.
#[inline]
pub fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Streams of one seed that belong together, such as the walks from a vertex.
#[derive(Debug, Clone, Copy)]
pub struct Family(u64);

impl Family {
    /// The family of that seed and name.
    pub fn new(seed: u64, name: u64) -> Self {
        Self(mix(
            mix(seed ^ 0x5851_f42d_4c95_7f2d).wrapping_add(GOLDEN.wrapping_mul(name.wrapping_add(1)))
        ))
    }

    /// Its stream with that number.
    #[inline]
    pub fn stream(self, number: u64) -> Weyl {
        Weyl(mix(self.0.wrapping_add(GOLDEN.wrapping_mul(number.wrapping_add(1)))))
    }
}

/// One stream of 64-bit numbers.
#[derive(Debug, Clone, Copy)]
pub struct Weyl(u64);

impl Weyl {
    /// The next number, uniform in 0..2^64.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let number = mix(self.0);
        self.0 = self.0.wrapping_add(GOLDEN);
        number
    }

    /// The next number, uniform in [0, 1): a multiple of 2^-53.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// The next number, uniform in (0, 1], for a logarithm.
    #[inline]
    pub fn uniform_above_zero(&mut self) -> f64 {
        ((self.next_u64() >> 11) + 1) as f64 * (1.0 / (1_u64 << 53) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of SplitMix64 from 0, as the authors' program has them.
    #[test]
    fn known_answers() {
        let mut stream = Weyl(GOLDEN); // theirs adds before it hashes
        let made: Vec<u64> = (0..3).map(|_| stream.next_u64()).collect();
        assert_eq!(
            made,
            [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]
        );
    }

    #[test]
    fn streams_are_uniform_and_know_nothing_of_one_another() {
        let (mut sum, mut product) = (0.0, 0.0);
        for number in 0..20_000 {
            let (mut one, mut next) = (Family::new(3, 5).stream(number), Family::new(3, 5).stream(number + 1));
            let (a, b) = (one.uniform(), next.uniform());
            assert!((0.0..1.0).contains(&a));
            assert!(one.uniform_above_zero() > 0.0);
            sum += a;
            product += (a - 0.5) * (b - 0.5);
        }
        // deviations of 0.29 and 0.083 in the mean of 20 000: six of them
        assert!((sum / 20_000.0 - 0.5).abs() < 0.0123, "{sum}");
        assert!((product / 20_000.0).abs() < 0.0036, "{product}");
    }
}
