//! Indices with few ones from a few parities: the syndrome of a binary BCH code, and its decoding by Berlekamp, Massey and Chien.
//!
//! Place `q` of the index belongs to α^q in GF(2^m), the smallest such field that has as many nonzero elements as there are places.
//! Power sums S_1, S_3 … S_{2t-1} of the elements of the ones take `m` bits each, and determine up to `t` ones.

use crate::Error;

/// The least m for `n` places, with a primitive polynomial.
fn field(n: usize) -> (usize, u32) {
    match n {
        0..8 => (3, 0b1011),
        8..16 => (4, 0b1_0011),
        16..32 => (5, 0b10_0101),
        _ => (6, 0b100_0011),
    }
}

/// The words whose parities with an index of at most `degree` ones determine it, `n` ≤ 63 places.
///
/// # Errors
/// If `degree` is 0 or more than `n`.
pub fn probes(n: usize, degree: usize) -> Result<Vec<u64>, Error> {
    if !(1..=n.min(63)).contains(&degree) {
        return Err(Error::parameter("degree", format!("between 1 and n = {n}"), degree));
    }
    let decoder = Decoder::new(n, degree);
    let of =
        |power: usize, bit: usize| (0..n).fold(0, |word, q| word | u64::from(decoder.alpha(q * power) >> bit & 1) << q);
    Ok((0..degree)
        .flat_map(|j| (0..decoder.m).map(move |bit| (2 * j + 1, bit)))
        .map(|(power, bit)| of(power, bit))
        .collect())
}

/// Powers and logarithms of the field.
#[derive(Debug, Clone)]
pub(super) struct Decoder {
    n: usize,
    degree: usize,
    m: usize,
    powers: Vec<u32>,
    logarithms: Vec<usize>,
}

impl Decoder {
    pub(super) fn new(n: usize, degree: usize) -> Self {
        let (m, polynomial) = field(n);
        let order = (1 << m) - 1;
        let mut powers = vec![1; order];
        let mut logarithms = vec![0; order + 1];
        for i in 1..order {
            let twice = powers[i - 1] << 1;
            powers[i] = if twice >> m == 0 { twice } else { twice ^ polynomial };
            logarithms[powers[i] as usize] = i;
        }
        Self {
            n,
            degree,
            m,
            powers,
            logarithms,
        }
    }

    fn alpha(&self, exponent: usize) -> u32 {
        self.powers[exponent % self.powers.len()]
    }

    fn product(&self, a: u32, b: u32) -> u32 {
        if a == 0 || b == 0 {
            0
        } else {
            self.alpha(self.logarithms[a as usize] + self.logarithms[b as usize])
        }
    }

    fn quotient(&self, a: u32, b: u32) -> u32 {
        if a == 0 {
            0
        } else {
            self.alpha(self.logarithms[a as usize] + self.powers.len() - self.logarithms[b as usize])
        }
    }

    /// The index whose parities are `bits`; None if none with so few ones has them.
    pub(super) fn decode(&self, bits: impl Iterator<Item = bool>) -> Option<u64> {
        let t = self.degree;
        let mut sums = vec![0_u32; 2 * t + 1];
        for (i, bit) in bits.enumerate() {
            sums[2 * (i / self.m) + 1] |= u32::from(bit) << (i % self.m);
        }
        for i in (2..=2 * t).step_by(2) {
            sums[i] = self.product(sums[i / 2], sums[i / 2]);
        }
        // Berlekamp and Massey: the shortest recurrence of the power sums is the polynomial whose roots are the inverse elements.
        let (mut current, mut previous) = (vec![0_u32; 2 * t + 2], vec![0_u32; 2 * t + 2]);
        (current[0], previous[0]) = (1, 1);
        let (mut length, mut shift, mut last) = (0, 1, 1);
        for i in 1..=2 * t {
            let discrepancy = (0..=length).fold(0, |sum, j| sum ^ self.product(current[j], sums[i - j]));
            if discrepancy == 0 {
                shift += 1;
                continue;
            }
            let before = current.clone();
            let factor = self.quotient(discrepancy, last);
            for j in 0..current.len() - shift.min(current.len()) {
                current[j + shift] ^= self.product(factor, previous[j]);
            }
            if 2 * length < i {
                (length, previous, last, shift) = (i - length, before, discrepancy, 1);
            } else {
                shift += 1;
            }
        }
        if length > t {
            return None;
        }
        let order = self.powers.len();
        let is_root = |q: usize| {
            let value = (0..=length).fold(0, |sum, j| sum ^ self.product(current[j], self.alpha(j * (order - q))));
            value == 0
        };
        let index = (0..self.n)
            .filter(|&q| is_root(q))
            .fold(0_u64, |index, q| index | 1 << q);
        (index.count_ones() as usize == length).then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_ones_are_found_again() {
        for n in [1, 5, 7, 8, 15, 20, 31, 32, 63] {
            for degree in 1..=5.min(n) {
                let (probes, decoder) = (probes(n, degree).unwrap(), Decoder::new(n, degree));
                let mut word = 0x9e37_79b9_7f4a_7c15_u64;
                for round in 0..200 {
                    let mut index = 0_u64;
                    for _ in 0..round % (degree + 1) {
                        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
                        index |= 1 << ((word >> 33) as usize % n);
                    }
                    let bits = probes.iter().map(|probe| (probe & index).count_ones() % 2 == 1);
                    assert_eq!(decoder.decode(bits), Some(index), "n = {n}, degree {degree}, {index:b}");
                }
            }
        }
    }

    #[test]
    fn any_parities_are_answered_truly_or_not_at_all() {
        let (probes, decoder) = (probes(40, 3).unwrap(), Decoder::new(40, 3));
        for word in 0..4000_u64 {
            let mixed = word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            let bits: Vec<bool> = (0..probes.len()).map(|i| mixed >> i & 1 == 1).collect();
            if let Some(index) = decoder.decode(bits.iter().copied()) {
                assert!(index.count_ones() <= 3);
                assert!(
                    probes
                        .iter()
                        .zip(&bits)
                        .all(|(probe, bit)| ((probe & index).count_ones() % 2 == 1) == *bit)
                );
            }
        }
    }

    #[test]
    fn no_degree_is_refused() {
        assert!(probes(8, 0).is_err());
        assert!(probes(8, 9).is_err());
    }
}
