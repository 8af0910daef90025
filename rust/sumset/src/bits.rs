//! Sets of consecutive positions as bits.

use crate::Error;
use crate::error::try_filled;

/// Positions below `len`, one bit each: bit i of word w is position 64·w + i. Bits from `len` on are 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits {
    pub(crate) words: Vec<u64>,
    pub(crate) len: usize,
}

impl Bits {
    /// No position.
    pub fn new(len: u128) -> Result<Self, Error> {
        Ok(Self {
            words: try_filled("a bit set", len.div_ceil(64), 0)?,
            len: len as usize,
        })
    }

    /// The words.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The words, moved out.
    pub fn into_words(self) -> Vec<u64> {
        self.words
    }

    /// How many positions there may be.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether `position` is in the set.
    pub fn get(&self, position: usize) -> bool {
        position < self.len && self.words[position / 64] >> (position % 64) & 1 == 1
    }

    /// Put `position` into the set.
    ///
    /// # Panics
    /// If it is not below [`len`](Self::len).
    pub fn set(&mut self, position: usize) {
        assert!(position < self.len, "a position beyond the set");
        self.words[position / 64] |= 1 << (position % 64);
    }

    /// How many positions there are.
    pub fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The positions, in rising order.
    pub fn positions(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(i, &word)| {
            std::iter::successors(Some(word), |word| Some(word & word.wrapping_sub(1)))
                .take_while(|word| *word != 0)
                .map(move |word| 64 * i + word.trailing_zeros() as usize)
        })
    }

    /// Remove what lies at `len` and above.
    pub(crate) fn trim(&mut self) {
        if !self.len.is_multiple_of(64)
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << (self.len % 64)) - 1;
        }
    }

    /// Put all positions from `from` to below `to` into the set.
    pub(crate) fn fill(&mut self, from: usize, to: usize) {
        let to = to.min(self.len);
        if from >= to {
            return;
        }
        let (first, last) = (from / 64, (to - 1) / 64);
        let low = u64::MAX << (from % 64);
        let high = u64::MAX >> (63 - (to - 1) % 64);
        if first == last {
            self.words[first] |= low & high;
        } else {
            self.words[first] |= low;
            self.words[first + 1..last].fill(u64::MAX);
            self.words[last] |= high;
        }
    }
}

/// The values `origin + step·position` of a bit set, in rising order.
///
/// # Errors
/// [`Error::TooLarge`] if they cannot be had, [`Error::Overflow`] if one does not fit.
pub fn values_of(words: &[u64], origin: i64, step: u64) -> Result<Vec<i64>, Error> {
    let n: u64 = words.iter().map(|word| u64::from(word.count_ones())).sum();
    let top = words
        .iter()
        .rposition(|word| *word != 0)
        .map_or(0, |i| 64 * i as u128 + 63 - u128::from(words[i].leading_zeros()));
    let reach = i128::from(origin) + (u128::from(step) * top) as i128;
    if reach > i128::from(i64::MAX) {
        return Err(Error::Overflow {
            what: "a value",
            reach: reach.to_string(),
            limit: i64::MAX.to_string(),
        });
    }
    let mut values = try_filled("the values of a sumset", u128::from(n), 0_i64)?;
    let mut next = values.iter_mut();
    for (i, &word) in words.iter().enumerate() {
        let base = origin.wrapping_add((step.wrapping_mul(64 * i as u64)) as i64);
        if word == u64::MAX {
            // A full word, as dense sumsets mostly have: no bit to look for.
            for (bit, value) in next.by_ref().take(64).enumerate() {
                *value = base.wrapping_add((step.wrapping_mul(bit as u64)) as i64);
            }
            continue;
        }
        let mut rest = word;
        while rest != 0 {
            let bit = u64::from(rest.trailing_zeros());
            if let Some(value) = next.next() {
                *value = base.wrapping_add((step.wrapping_mul(bit)) as i64);
            }
            rest &= rest - 1;
        }
    }
    Ok(values)
}
