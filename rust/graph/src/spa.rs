//! A vector of zeros that remembers where something was added.

/// A sparse accumulator (Gilbert, Moler & Schreiber 1992): a dense vector, and a bitmap of what in it was written to.
///
/// Reading it out goes through the bitmap's words in order, so that entries come sorted without comparing them.
pub(crate) struct Spa {
    values: Vec<f64>,
    marks: Vec<u64>,
    dirty: Vec<u32>,
}

impl Spa {
    /// `n` zeros. The operating system hands out the pages when they are first written to.
    pub(crate) fn new(n: usize) -> Self {
        Self {
            values: vec![0.0; n],
            marks: vec![0; n.div_ceil(64)],
            dirty: Vec::new(),
        }
    }

    /// Add `value` at `index`.
    ///
    /// # Panics
    /// If there is no such index.
    #[inline]
    pub(crate) fn add(&mut self, index: u32, value: f64) {
        self.values[index as usize] += value;
        let word = &mut self.marks[index as usize / 64];
        if *word == 0 {
            self.dirty.push(index / 64);
        }
        *word |= 1 << (index % 64);
    }

    /// What is at `index`.
    #[inline]
    pub(crate) fn at(&self, index: u32) -> f64 {
        self.values[index as usize]
    }

    /// Take what is at `index`, and leave zero.
    #[inline]
    pub(crate) fn take(&mut self, index: u32) -> f64 {
        std::mem::take(&mut self.values[index as usize])
    }

    /// Visit whatever was written to, indices rising, and set it to zero.
    pub(crate) fn drain(&mut self, mut visit: impl FnMut(u32, f64)) {
        // beyond this, looking at every word is quicker than sorting those that are not empty
        if 16 * self.dirty.len() > self.marks.len() {
            for place in 0..self.marks.len() {
                self.drain_word(place, &mut visit);
            }
        } else {
            let mut dirty = std::mem::take(&mut self.dirty);
            dirty.sort_unstable();
            for &place in &dirty {
                self.drain_word(place as usize, &mut visit);
            }
            self.dirty = dirty;
        }
        self.dirty.clear();
    }

    #[inline]
    fn drain_word(&mut self, place: usize, visit: &mut impl FnMut(u32, f64)) {
        let mut word = std::mem::take(&mut self.marks[place]);
        while word != 0 {
            let index = 64 * place + word.trailing_zeros() as usize;
            visit(index as u32, std::mem::take(&mut self.values[index]));
            word &= word - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn it_is_a_sorted_map(rounds in prop::collection::vec(prop::collection::vec((0_u32..3000, 0_i32..9), 0..200), 1..4)) {
            let mut spa = Spa::new(3000);
            for added in rounds {
                let mut expected = BTreeMap::new();
                for (index, value) in added {
                    spa.add(index, f64::from(value));
                    *expected.entry(index).or_insert(0.0) += f64::from(value);
                }
                let mut found = Vec::new();
                spa.drain(|index, value| found.push((index, value)));
                prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn what_was_taken_is_zero_and_still_visited() {
        let mut spa = Spa::new(70);
        spa.add(69, 2.0);
        assert_eq!((spa.at(69), spa.take(69), spa.at(69)), (2.0, 2.0, 0.0));
        let mut found = Vec::new();
        spa.drain(|index, value| found.push((index, value)));
        assert_eq!(found, [(69, 0.0)]);
    }
}
