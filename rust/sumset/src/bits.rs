//! Sets of consecutive positions as bits.

use crate::Error;
use crate::error::{check_size, try_filled};

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

    /// The positions as a list.
    pub(crate) fn listed(&self) -> Result<Vec<u64>, Error> {
        let mut positions = try_filled("the positions of a bit set", u128::from(self.count()), 0_u64)?;
        for (place, position) in positions.iter_mut().zip(self.positions()) {
            *place = position as u64;
        }
        Ok(positions)
    }

    /// 64 bits from `position` on; what lies beyond the end is 0.
    pub(crate) fn word_at(&self, position: usize) -> u64 {
        let (whole, part) = (position / 64, position % 64);
        let word = |w: usize| self.words.get(w).copied().unwrap_or(0);
        // Two shifts, because a shift by 64 is none.
        word(whole) >> part | word(whole + 1) << 1 << (63 - part)
    }

    /// The last position up to `limit` that is not in the set.
    pub(crate) fn last_gap(&self, limit: usize) -> Option<usize> {
        let above = u64::MAX << 1 << (limit % 64);
        let mut words = self.words[..=limit / 64].iter().enumerate().rev();
        let gap = |(w, word): (usize, u64)| (word != u64::MAX).then(|| 64 * w + 63 - (!word).leading_zeros() as usize);
        let (w, word) = words.next()?;
        gap((w, word | above)).or_else(|| words.find_map(|(w, word)| gap((w, *word))))
    }

    /// The first position from `limit` on that is not in the set, among those that may be.
    pub(crate) fn first_gap(&self, limit: usize) -> Option<usize> {
        let below = !(u64::MAX << (limit % 64));
        let mut words = self.words.iter().enumerate().skip(limit / 64);
        let gap = |(w, word): (usize, u64)| (word != u64::MAX).then(|| 64 * w + (!word).trailing_zeros() as usize);
        let (w, word) = words.next()?;
        gap((w, word | below))
            .or_else(|| words.find_map(|(w, word)| gap((w, *word))))
            .filter(|gap| *gap < self.len)
    }

    /// Room for `len` positions, those that are new not in the set.
    pub(crate) fn lengthen(&mut self, len: usize) -> Result<(), Error> {
        let words = len.div_ceil(64);
        check_size("a bit set", words as u128 * 8)?;
        self.words
            .try_reserve(words.saturating_sub(self.words.len()))
            .map_err(|_| Error::TooLarge {
                what: "a bit set",
                bytes: words as u128 * 8,
                limit: 0,
            })?;
        self.words.resize(words, 0);
        self.len = len;
        Ok(())
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
