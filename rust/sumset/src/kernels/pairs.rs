//! `pairs-sort`: all sums, sorted; no table, no transform, any universe.
//!
//! The sums are never all in memory. The range of values is cut until what falls into a part fits the cache; there every row contributes one run of
//! the larger set, and a radix sort of few, short keys does the rest. Memory is that of the output.

use crate::Error;
use crate::instance::{Instance, Run};
use crate::kernels::fall;
use crate::radix;

/// Sums sorted at a time.
const PART: usize = 1 << 14;

/// Distinct sums as positions, rising, with their counts if asked for.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    pub(crate) positions: Vec<u64>,
    pub(crate) counts: Vec<u64>,
}

/// The sums in the window.
pub(crate) fn sorted(instance: &Instance, counted: bool, run: &Run<'_>) -> Result<Sorted, Error> {
    if instance.is_empty() {
        return Ok(Sorted::default());
    }
    let (low, high) = (instance.window.start, instance.window.end);
    // Every thread takes stripes of the range; they come together in order.
    let stripes = if run.pool.is_parallel() {
        (run.pool.n_threads() as u128 * 8).min(high - low)
    } else {
        1
    };
    let stripe = |i: u128| low + (high - low) * i / stripes;
    let work = |i: u128| -> Result<Sorted, Error> {
        let mut sweep = Sweep::new(instance, counted, run);
        let (from, to) = (stripe(i), stripe(i + 1));
        let starts = sweep.cursors(from);
        let ends = sweep.cursors(to);
        sweep.part(from, to, &starts, &ends)?;
        Ok(sweep.found)
    };
    let mut parts = if run.pool.is_parallel() {
        use rayon::prelude::*;
        let indices: Vec<u128> = (0..stripes).collect();
        run.pool
            .run(|| indices.into_par_iter().map(work).collect::<Result<Vec<_>, _>>())?
    } else {
        vec![work(0)?]
    };
    if parts.len() == 1 {
        return Ok(parts.swap_remove(0));
    }
    let mut all = Sorted::default();
    for part in parts {
        all.positions.extend(part.positions);
        all.counts.extend(part.counts);
    }
    Ok(all)
}

struct Sweep<'a> {
    instance: &'a Instance,
    counted: bool,
    run: &'a Run<'a>,
    keys: Vec<u64>,
    spare: Vec<u64>,
    weighted: Vec<(u64, u64)>,
    found: Sorted,
}

impl<'a> Sweep<'a> {
    fn new(instance: &'a Instance, counted: bool, run: &'a Run<'a>) -> Self {
        Self {
            instance,
            counted,
            run,
            keys: Vec::new(),
            spare: Vec::new(),
            weighted: Vec::new(),
            found: Sorted::default(),
        }
    }

    /// For every row the first column whose sum is not below `limit`.
    fn cursors(&self, limit: u128) -> Vec<u32> {
        let columns = &self.instance.columns.values;
        let mut cursor = columns.len();
        let mut cursors = Vec::with_capacity(self.instance.rows.values.len());
        for row in &self.instance.rows.values {
            let least = limit.saturating_sub(u128::from(*row));
            cursor = fall(columns, cursor, |column| u128::from(column) < least);
            cursors.push(cursor as u32);
        }
        cursors
    }

    /// All sums in `low..high`, where row i has columns `starts[i]..ends[i]`.
    fn part(&mut self, low: u128, high: u128, starts: &[u32], ends: &[u32]) -> Result<(), Error> {
        let n: u64 = starts.iter().zip(ends).map(|(start, end)| u64::from(end - start)).sum();
        if n == 0 {
            return Ok(());
        }
        // At least a few sums for every row, or the cursors cost more than the sums.
        let most = PART.max(4 * starts.len());
        if n as usize > most && high - low > 1 {
            self.run.monitor.check()?;
            let parts = u128::from(n.div_ceil(most as u64 / 2)).min(256).min(high - low);
            let mut from = (low, starts.to_vec());
            for i in 1..=parts {
                let to = low + (high - low) * i / parts;
                let cursors = if i == parts { ends.to_vec() } else { self.cursors(to) };
                self.part(from.0, to, &from.1, &cursors)?;
                from = (to, cursors);
            }
            return Ok(());
        }
        self.run.monitor.check()?;
        if high - low == 1 {
            // One value, however often: nothing to sort.
            let mut count = 0;
            for (i, (start, end)) in starts.iter().zip(ends).enumerate() {
                for j in *start..*end {
                    count += self.instance.rows.weight(i) * self.instance.columns.weight(j as usize);
                }
            }
            self.found.positions.push(low as u64);
            if self.counted {
                self.found.counts.push(count);
            }
            return Ok(());
        }
        if self.counted && self.instance.is_weighted() {
            self.weighted_part(starts, ends)
        } else {
            self.plain_part(low, high, starts, ends)
        }
        Ok(())
    }

    fn plain_part(&mut self, low: u128, high: u128, starts: &[u32], ends: &[u32]) {
        let base = low as u64;
        self.keys.clear();
        for (row, (start, end)) in self.instance.rows.values.iter().zip(starts.iter().zip(ends)) {
            let shift = row.wrapping_sub(base);
            self.keys.extend(
                self.instance.columns.values[*start as usize..*end as usize]
                    .iter()
                    .map(|column| column.wrapping_add(shift)),
            );
        }
        let bits = 128 - (high - low - 1).leading_zeros();
        radix::sort(&mut self.keys, &mut self.spare, bits.min(64));
        if self.counted {
            for group in self.keys.chunk_by(|a, b| a == b) {
                self.found.positions.push(base + group[0]);
                self.found.counts.push(group.len() as u64);
            }
        } else {
            // A key is written always and kept if it is new: no branch to guess.
            let found = &mut self.found.positions;
            let start = found.len();
            found.resize(start + self.keys.len(), 0);
            let mut n = start;
            let mut last = self.keys[0];
            found[n] = base + last;
            for key in &self.keys {
                n += usize::from(*key != last);
                found[n] = base + key;
                last = *key;
            }
            found.truncate(n + 1);
        }
    }

    fn weighted_part(&mut self, starts: &[u32], ends: &[u32]) {
        self.weighted.clear();
        for (i, (row, (start, end))) in self
            .instance
            .rows
            .values
            .iter()
            .zip(starts.iter().zip(ends))
            .enumerate()
        {
            for j in *start as usize..*end as usize {
                let weight = self.instance.rows.weight(i) * self.instance.columns.weight(j);
                self.weighted.push((row + self.instance.columns.values[j], weight));
            }
        }
        self.weighted.sort_unstable_by_key(|pair| pair.0);
        for group in self.weighted.chunk_by(|a, b| a.0 == b.0) {
            self.found.positions.push(group[0].0);
            self.found.counts.push(group.iter().map(|pair| pair.1).sum());
        }
    }
}
