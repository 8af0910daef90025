//! Random numbers by their place: Philox4x64-10 (Salmon, Moraes, Dror & Shaw 2011), a generator without a state to advance.
//!
//! A stream is named by a key (a seed, and what the numbers are for) and an index (a row, a walk), so that any part of a random object can be made
//! alone, in any order, on any thread. It is the generator that NumPy has: `numpy.random.Philox(key=[seed, purpose], counter=[0, index, 0, 0])` gives
//! the same raw numbers.

/// What a stream is for: streams of one seed and index differ by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Rows of a random projection.
    Projection = 0,
    /// The order in which walks begin.
    Order = 2,
    /// Windows and negative samples of skip-gram training.
    Training = 3,
    /// Vectors that a training starts from.
    Initial = 4,
}

/// One stream of 64-bit numbers.
#[derive(Debug, Clone)]
pub struct Philox {
    key: [u64; 2],
    counter: [u64; 4],
    block: [u64; 4],
    used: usize,
}

impl Philox {
    /// The stream with this name.
    pub fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        Self {
            key: [seed, purpose as u64],
            counter: [0, index, 0, 0],
            block: [0; 4],
            used: 4,
        }
    }

    /// The next number, uniform in 0..2^64.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        if self.used == 4 {
            self.counter[0] = self.counter[0].wrapping_add(1);
            self.block = philox(self.counter, self.key);
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    /// The next number, uniform in 0..`below` up to a bias of `below` / 2^64. One draw, whatever `below` is.
    #[inline]
    pub fn below(&mut self, below: usize) -> usize {
        ((u128::from(self.next_u64()) * below as u128) >> 64) as usize
    }

    /// The next number, uniform in [0, 1): a multiple of 2^-53.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Two independent standard normal numbers, by Box and Muller.
    #[inline]
    pub fn normal_pair(&mut self) -> [f64; 2] {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        [radius * cosine, radius * sine]
    }
}

/// Ten rounds.
#[inline]
fn philox(mut counter: [u64; 4], mut key: [u64; 2]) -> [u64; 4] {
    const MULTIPLIERS: [u64; 2] = [0xD2E7_470E_E14C_6C93, 0xCA5A_8263_9512_1157];
    const WEYL: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B];
    for round in 0..10 {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let first = u128::from(MULTIPLIERS[0]) * u128::from(counter[0]);
        let second = u128::from(MULTIPLIERS[1]) * u128::from(counter[2]);
        counter = [
            (second >> 64) as u64 ^ counter[1] ^ key[0],
            second as u64,
            (first >> 64) as u64 ^ counter[3] ^ key[1],
            first as u64,
        ];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers that the authors publish with the generator.
    #[test]
    fn known_answers() {
        assert_eq!(
            philox([0; 4], [0; 2]),
            [
                0x16554d9eca36314c,
                0xdb20fe9d672d0fdc,
                0xd7e772cee186176b,
                0x7e68b68aec7ba23b
            ]
        );
        assert_eq!(
            philox([u64::MAX; 4], [u64::MAX; 2]),
            [
                0x87b092c3013fe90b,
                0x438c3c67be8d0224,
                0x9cc7d7c69cd777b6,
                0xa09caebf594f0ba0
            ]
        );
    }

    #[test]
    fn numbers_are_where_they_should_be() {
        let mut stream = Philox::new(7, Purpose::Order, 3);
        for below in [1, 2, 10, 1 << 40] {
            for _ in 0..100 {
                assert!(stream.below(below) < below);
            }
        }
        let uniforms: Vec<f64> = (0..20_000).map(|_| stream.uniform()).collect();
        assert!(uniforms.iter().all(|u| (0.0..1.0).contains(u)));
        let mean = uniforms.iter().sum::<f64>() / 20_000.0;
        assert!((mean - 0.5).abs() < 0.015, "{mean}");
        let normals: Vec<f64> = (0..10_000).flat_map(|_| stream.normal_pair()).collect();
        let variance = normals.iter().map(|z| z * z).sum::<f64>() / 20_000.0;
        assert!((variance - 1.0).abs() < 0.06, "{variance}");
    }
}
