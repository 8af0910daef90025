//! Trying candidates one after the other, round and round, until a whole round brought nothing: the order of eager swapping.
//!
//! Candidates are handed out in batches, so that several can be judged at a time in the same state. Only the first that improves counts: the walk goes on right after it, and those
//! behind it are handed out again. So the sequence of swaps is that of batches of one, whatever their size. Batches grow as long as nothing
//! improves, and are short after a swap where the next one is often near.

/// A walk through an order of candidates.
#[derive(Debug)]
pub(crate) struct Cycle<'a> {
    order: &'a [u32],
    position: usize,
    /// Where this pass ends: what lies beyond was tried since the last swap.
    end: usize,
    /// Where the last candidate was swapped in.
    last_swap: usize,
    size: usize,
    /// Candidates handed out since the last swap, and how many that usually are.
    since: usize,
    usual: usize,
    least: usize,
    most: usize,
    batch: Vec<u32>,
    /// Where each of the batch stands in the order.
    places: Vec<usize>,
}

impl<'a> Cycle<'a> {
    /// A walk through `order` in batches of `least` candidates or more, and up to `most`.
    pub(crate) fn new(order: &'a [u32], least: usize, most: usize) -> Self {
        Self {
            order,
            position: 0,
            end: 0,
            last_swap: order.len(),
            size: 1,
            since: 0,
            usual: 0,
            least: least.min(most),
            most,
            batch: Vec::with_capacity(most),
            places: Vec::with_capacity(most),
        }
    }

    /// Begin a pass.
    pub(crate) fn begin(&mut self) {
        (self.position, self.end) = (0, self.last_swap);
    }

    /// How many positions of this pass are behind.
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// The next batch: of those still to try in this pass, the first that are `wanted`. `None` at the end of the pass.
    pub(crate) fn next(&mut self, mut wanted: impl FnMut(usize) -> bool) -> Option<&[u32]> {
        if self.position >= self.end {
            return None;
        }
        self.batch.clear();
        self.places.clear();
        while self.position < self.end && self.batch.len() < self.size {
            let candidate = self.order[self.position];
            if wanted(candidate as usize) {
                self.batch.push(candidate);
                self.places.push(self.position);
            }
            self.position += 1;
        }
        Some(&self.batch)
    }

    /// None of the batch improved.
    pub(crate) fn went_by(&mut self) {
        self.since += self.batch.len();
        self.size = (self.size * 2).min(self.most);
    }

    /// Number `i` of the batch was the first that improved, and was swapped in.
    pub(crate) fn swapped(&mut self, i: usize) {
        self.last_swap = self.places[i];
        self.position = self.last_swap + 1;
        self.end = self.order.len();
        self.usual = (3 * self.usual + self.since + i + 1).div_ceil(4);
        self.since = 0;
        // Half of what it usually takes to the next swap: little is then thrown away.
        self.size = (self.usual / 2).clamp(self.least, self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The candidates that improve, round by round, as batches of one find them.
    fn sequence(n: u32, least: usize, most: usize, mut improves: impl FnMut(u32, usize) -> bool) -> Vec<u32> {
        let order: Vec<u32> = (0..n).collect();
        let mut cycle = Cycle::new(&order, least, most);
        let mut swaps = Vec::new();
        loop {
            let before = swaps.len();
            cycle.begin();
            while let Some(batch) = cycle.next(|candidate| candidate % 5 != 3) {
                match batch.iter().position(|&candidate| improves(candidate, swaps.len())) {
                    None => cycle.went_by(),
                    Some(i) => {
                        swaps.push(batch[i]);
                        cycle.swapped(i);
                    }
                }
            }
            if swaps.len() == before {
                return swaps;
            }
        }
    }

    #[test]
    fn batches_do_not_change_the_sequence() {
        for n in [0, 1, 2, 7, 40] {
            for limit in [0, 1, 5, 30] {
                let improves =
                    |candidate: u32, n_swaps: usize| n_swaps < limit && (candidate + n_swaps as u32) % 4 == 1;
                let serial = sequence(n, 1, 1, improves);
                assert!(n < 40 || serial.len() == limit);
                for (least, most) in [(1, 2), (1, 8), (2, 64), (8, 8)] {
                    assert_eq!(
                        sequence(n, least, most, improves),
                        serial,
                        "{n} candidates, {limit} swaps"
                    );
                }
            }
        }
    }
}
