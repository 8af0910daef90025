//! Random walks that stop with a given probability at every step, and how often they visit each vertex.
//!
//! What bounds a walk is the latency of memory: on a graph larger than the caches every step waits for the offset of a row, and then for an entry of
//! it. The walks from one vertex know nothing of each other, so that they advance in turns, a step of every walk after the other, and the
//! processor has a dozen of their misses under way at a time. Lengths are drawn at the start, from their geometric distribution, which leaves one
//! random number a step.
//!
//! Every number is a hash of (seed, vertex, walk, step), so that neither threads nor the order or the company in which vertices come can change a walk.

use std::sync::atomic::{AtomicU64, Ordering};

use porism_runtime::{Monitor, Pool};
use rayon::prelude::*;

use super::Walker;
use crate::Error;
use crate::random::{Family, GOLDEN, Weyl};

/// Walks of one start that advance together.
const TOGETHER: usize = 1024;

/// Walks of one start that are one piece of work: what a thread can have of a start with very many.
const PIECE: u64 = 1 << 14;

/// Pieces that are listed: as many as take a thread a month.
const MOST_UNITS: u128 = 1 << 26;

/// Steps, in the mean, of the pieces that make up one task.
const TASK: f64 = 65_536.0;

/// Steps between two looks at the monitor.
const PATIENCE: usize = 1 << 16;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Every visit, the start included.
    Visits,
    /// Where the walk stops of its own will; a walk that can go nowhere stops nowhere.
    Ends,
}

/// How often the walks from each start were where: a sparse row for each of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fingerprints {
    /// Where each row begins, and after them all the number of entries.
    pub indptr: Vec<i64>,
    /// Vertices, rising in each row.
    pub indices: Vec<u32>,
    /// How often each was counted.
    pub counts: Vec<u32>,
    /// What was counted in each row and left out, because only so many entries were to be kept.
    pub dropped: Vec<u64>,
}

/// What to walk.
#[derive(Debug, Clone, Copy)]
pub struct Walks<'a> {
    /// Where walks start; a row of the result each. The same vertex twice gives the same row twice.
    pub starts: &'a [u32],
    /// How many walks from each: a number for every start, or one for all.
    pub n_walks: &'a [u64],
    /// The probability of stopping, at every visit.
    pub alpha: f64,
    /// The seed.
    pub seed: u64,
    /// What to count.
    pub count: Count,
    /// How many entries of each row to keep, those with the largest counts, of equals those of lower vertices.
    pub top: usize,
}

impl Walks<'_> {
    /// How many walks there are from the start of a row.
    fn of(&self, row: usize) -> u64 {
        self.n_walks[if self.n_walks.len() == 1 { 0 } else { row }]
    }
}

/// Walk from every start, and count.
///
/// # Errors
/// `InvalidParameter` for a start that is no vertex, or an `alpha` that is not between 0 and 1; `Overflow` if a count exceeds 32 bits; `TooLarge` if the rows
/// find no memory; `Interrupted` if somebody stopped the monitor.
pub fn walks(walker: &Walker, plan: Walks<'_>, pool: &Pool, monitor: &Monitor) -> Result<Fingerprints, Error> {
    let n = walker.graph.n_rows();
    if !(plan.alpha > 0.0 && plan.alpha < 1.0) {
        return Err(Error::parameter("alpha", "between 0 and 1", plan.alpha));
    }
    if let Some(start) = plan.starts.iter().find(|&&start| start as usize >= n) {
        return Err(Error::parameter("starts", format!("vertices below {n}"), start));
    }
    if plan.n_walks.len() != plan.starts.len() && plan.n_walks.len() != 1 {
        let expected = format!("1 number, or one for each of the {} starts", plan.starts.len());
        return Err(Error::parameter("n_walks", expected, plan.n_walks.len()));
    }
    let units: u128 = (0..plan.starts.len())
        .map(|row| u128::from(plan.of(row).div_ceil(PIECE)))
        .sum();
    if units > MOST_UNITS {
        return Err(Error::TooLarge {
            what: "the list of portions of so many walks",
            bytes: units * size_of::<Unit>() as u128,
        });
    }
    let tasks = tasks_of(&plan);
    let finished = AtomicU64::new(0);
    let work = |scratch: &mut Scratch, task: &Vec<Unit>| -> Result<Piece, Error> {
        let piece = match walker.is_weighted() {
            true => scratch.run::<true>(walker, &plan, task, monitor),
            false => scratch.run::<false>(walker, &plan, task, monitor),
        };
        let done = finished.fetch_add(1, Ordering::Relaxed) + 1;
        monitor.report(done, tasks.len() as u64, 0.0);
        piece
    };
    let pieces: Result<Vec<Piece>, Error> = if pool.is_parallel() {
        pool.run(|| {
            tasks
                .par_iter()
                .with_max_len(1)
                .map_init(Scratch::default, work)
                .collect()
        })
    } else {
        let mut scratch = Scratch::default();
        tasks.iter().map(|task| work(&mut scratch, task)).collect()
    };
    assemble(plan.starts.len(), plan.top, pieces?)
}

/// Some of the walks from one start.
struct Unit {
    row: usize,
    first: u64,
    last: u64,
    whole: bool,
}

/// The work in portions that are worth a thread's while, in order of rows.
fn tasks_of(plan: &Walks<'_>) -> Vec<Vec<Unit>> {
    let (mut tasks, mut task, mut steps) = (Vec::new(), Vec::new(), 0.0);
    for row in 0..plan.starts.len() {
        let many = plan.of(row);
        let mut first = 0;
        loop {
            let last = many.min(first + PIECE);
            task.push(Unit {
                row,
                first,
                last,
                whole: many <= PIECE,
            });
            steps += (last - first) as f64 / plan.alpha + 16.0;
            if steps >= TASK {
                tasks.push(std::mem::take(&mut task));
                steps = 0.0;
            }
            first = last;
            if first == many {
                break;
            }
        }
    }
    if !task.is_empty() {
        tasks.push(task);
    }
    tasks
}

/// What one task found: entries of consecutive rows, a vertex in the upper half of a word and its count in the lower one.
#[derive(Default)]
struct Piece {
    rows: Vec<(usize, usize, u64)>,
    entries: Vec<u64>,
}

#[derive(Clone, Copy)]
struct Walk {
    stream: Weyl,
    left: u64,
    at: u32,
}

/// What a thread needs again and again.
#[derive(Default)]
struct Scratch {
    walks: Vec<Walk>,
    visits: Vec<u32>,
    counter: Counter,
    row: Vec<u64>,
}

impl Scratch {
    fn run<const WEIGHTED: bool>(
        &mut self,
        walker: &Walker,
        plan: &Walks<'_>,
        task: &[Unit],
        monitor: &Monitor,
    ) -> Result<Piece, Error> {
        let mut piece = Piece::default();
        for unit in task {
            monitor.check()?;
            let start = plan.starts[unit.row];
            let mut first = unit.first;
            while first < unit.last {
                let last = unit.last.min(first + TOGETHER as u64);
                self.walk::<WEIGHTED>(walker, plan, start, first..last, monitor)?;
                first = last;
            }
            self.counter.drain_into(&mut self.row);
            let dropped = if unit.whole { prune(&mut self.row, plan.top) } else { 0 };
            piece.entries.extend_from_slice(&self.row);
            piece.rows.push((unit.row, self.row.len(), dropped));
        }
        Ok(piece)
    }

    /// Walks of one start, all a step further at a time.
    fn walk<const WEIGHTED: bool>(
        &mut self,
        walker: &Walker,
        plan: &Walks<'_>,
        start: u32,
        numbers: std::ops::Range<u64>,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        let family = Family::new(plan.seed, u64::from(start));
        let per_log = (-plan.alpha).ln_1p().recip();
        let visiting = plan.count == Count::Visits;
        if visiting {
            self.counter.add(start, numbers.end - numbers.start)?;
        }
        self.walks.clear();
        self.walks.extend(numbers.map(|number| {
            let mut stream = family.stream(number);
            Walk {
                left: (stream.uniform_above_zero().ln() * per_log) as u64,
                stream,
                at: start,
            }
        }));
        let mut since = 0;
        while !self.walks.is_empty() {
            since += self.walks.len();
            if since > PATIENCE {
                monitor.check()?;
                since = 0;
            }
            self.visits.clear();
            let mut going = 0;
            for i in 0..self.walks.len() {
                let mut walk = self.walks[i];
                if walk.left == 0 {
                    if !visiting {
                        self.visits.push(walk.at);
                    }
                    continue;
                }
                walk.left -= 1;
                let Some(next) = walker.step::<WEIGHTED>(walk.at, walk.stream.next_u64()) else {
                    continue;
                };
                walk.at = next;
                if visiting {
                    self.visits.push(next);
                }
                self.walks[going] = walk;
                going += 1;
            }
            self.walks.truncate(going);
            for &vertex in &self.visits {
                self.counter.add(vertex, 1)?;
            }
        }
        Ok(())
    }
}

/// Counts by vertex: open addressing in a table that the first cache holds, a vertex plus one above 32 bits of its count.
#[derive(Default)]
struct Counter {
    table: Vec<u64>,
    filled: usize,
}

impl Counter {
    #[inline]
    fn add(&mut self, vertex: u32, times: u64) -> Result<(), Error> {
        if 2 * self.filled >= self.table.len() {
            self.grow();
        }
        let tag = u64::from(vertex) + 1;
        let mask = self.table.len() - 1;
        let mut place = (tag.wrapping_mul(GOLDEN) >> 32) as usize & mask;
        loop {
            let slot = &mut self.table[place];
            if *slot >> 32 == tag || *slot == 0 {
                let count = u64::from(*slot as u32) + times;
                if count > u64::from(u32::MAX) || times > u64::from(u32::MAX) {
                    return Err(Error::Overflow {
                        what: "the count of a vertex's visits",
                        integer: "uint32",
                    });
                }
                self.filled += usize::from(*slot == 0);
                *slot = tag << 32 | count;
                return Ok(());
            }
            place = (place + 1) & mask;
        }
    }

    #[cold]
    fn grow(&mut self) {
        let larger = vec![0; (2 * self.table.len()).max(1 << 10)];
        let smaller = std::mem::replace(&mut self.table, larger);
        let mask = self.table.len() - 1;
        for slot in smaller.into_iter().filter(|&slot| slot != 0) {
            let mut place = ((slot >> 32).wrapping_mul(GOLDEN) >> 32) as usize & mask;
            while self.table[place] != 0 {
                place = (place + 1) & mask;
            }
            self.table[place] = slot;
        }
    }

    /// Move everything to `row`, by vertex, and begin again.
    fn drain_into(&mut self, row: &mut Vec<u64>) {
        row.clear();
        for slot in &mut self.table {
            if *slot != 0 {
                row.push(*slot - (1 << 32));
                *slot = 0;
            }
        }
        row.sort_unstable();
        // a table that one row of very many visits has made large would be cleared for every small one after it
        if self.table.len() > 1 << 16 && 16 * self.filled < self.table.len() {
            self.table = Vec::new();
        }
        self.filled = 0;
    }
}

/// Keep the `top` largest counts of a row, of equals the lower vertices, and say how much is gone.
fn prune(row: &mut Vec<u64>, top: usize) -> u64 {
    if row.len() <= top {
        return 0;
    }
    let rank = |entry: &u64| (std::cmp::Reverse(*entry as u32), *entry >> 32);
    if top > 0 {
        row.select_nth_unstable_by_key(top - 1, rank);
    }
    let dropped = row[top..].iter().map(|entry| u64::from(*entry as u32)).sum();
    row.truncate(top);
    row.sort_unstable();
    dropped
}

/// The rows of all pieces, those of one start that was divided among several made one.
fn assemble(n_rows: usize, top: usize, pieces: Vec<Piece>) -> Result<Fingerprints, Error> {
    let total: usize = pieces.iter().map(|piece| piece.entries.len()).sum();
    let mut made = Fingerprints::default();
    let small = |_| Error::TooLarge {
        what: "fingerprints",
        bytes: 8 * total as u128,
    };
    made.indices.try_reserve_exact(total).map_err(small)?;
    made.counts.try_reserve_exact(total).map_err(small)?;
    made.indptr.reserve_exact(n_rows + 1);
    made.indptr.push(0);
    let mut open: Option<(usize, Vec<u64>, u64, bool)> = None;
    let close = |made: &mut Fingerprints, open: (usize, Vec<u64>, u64, bool)| -> Result<(), Error> {
        let (_, mut row, mut dropped, divided) = open;
        if divided {
            row.sort_unstable();
            let mut kept: Vec<u64> = Vec::with_capacity(row.len());
            for entry in row {
                match kept.last_mut() {
                    Some(last) if *last >> 32 == entry >> 32 => {
                        if u64::from(*last as u32) + u64::from(entry as u32) > u64::from(u32::MAX) {
                            return Err(Error::Overflow {
                                what: "the count of a vertex's visits",
                                integer: "uint32",
                            });
                        }
                        *last += u64::from(entry as u32);
                    }
                    _ => kept.push(entry),
                }
            }
            row = kept;
            dropped += prune(&mut row, top);
        }
        made.indices.extend(row.iter().map(|entry| (entry >> 32) as u32));
        made.counts.extend(row.iter().map(|entry| *entry as u32));
        made.indptr.push(made.indices.len() as i64);
        made.dropped.push(dropped);
        Ok(())
    };
    for piece in pieces {
        let mut start = 0;
        for (row, length, dropped) in piece.rows {
            let entries = &piece.entries[start..start + length];
            start += length;
            match &mut open {
                Some((current, all, _, divided)) if *current == row => {
                    all.extend_from_slice(entries);
                    *divided = true;
                }
                _ => {
                    if let Some(full) = open.replace((row, entries.to_vec(), dropped, false)) {
                        close(&mut made, full)?;
                    }
                }
            }
        }
    }
    if let Some(full) = open {
        close(&mut made, full)?;
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Csr;

    fn graph(rows: &[&[(u32, f64)]]) -> Walker {
        let mut indptr = vec![0];
        let (mut indices, mut data) = (Vec::new(), Vec::new());
        for row in rows {
            indices.extend(row.iter().map(|entry| entry.0));
            data.extend(row.iter().map(|entry| entry.1));
            indptr.push(indices.len());
        }
        Walker::new(Arc::new(Csr::new(rows.len(), indptr, indices, data).unwrap())).unwrap()
    }

    fn run(walker: &Walker, starts: &[u32], n_walks: &[u64], count: Count, top: usize, threads: usize) -> Fingerprints {
        let plan = Walks {
            starts,
            n_walks,
            alpha: 0.25,
            seed: 7,
            count,
            top,
        };
        walks(walker, plan, &Pool::new(threads).unwrap(), &Monitor::new()).unwrap()
    }

    const ALL: usize = usize::MAX;

    /// Out-degrees 0 to 4, some weights far apart.
    fn mixed() -> Walker {
        graph(&[
            &[(1, 1.0), (2, 2.0), (3, 1e-3), (4, 5.0)],
            &[(0, 1.0), (1, 1.0)],
            &[],
            &[(2, 3.0)],
            &[(0, 0.5), (3, 0.25), (4, 0.25)],
        ])
    }

    /// Visits of the walk that stops with probability 1/4, by summing 400 steps.
    fn visits(walker: &Walker, start: usize) -> Vec<f64> {
        let n = walker.graph.n_rows();
        let (mut flow, mut all) = (vec![0.0; n], vec![0.0; n]);
        flow[start] = 1.0;
        for _ in 0..400 {
            let mut next = vec![0.0; n];
            for u in 0..n {
                all[u] += flow[u];
                let (targets, weights) = walker.graph.row(u);
                let total: f64 = weights.iter().sum();
                for (&v, &w) in targets.iter().zip(weights) {
                    next[v as usize] += 0.75 * flow[u] * w / total;
                }
            }
            flow = next;
        }
        all
    }

    #[test]
    fn counts_are_those_of_the_walk_in_the_mean() {
        let even = graph(&[&[(1, 1.0), (2, 1.0)], &[(0, 1.0)], &[(0, 1.0), (1, 1.0), (3, 1.0)], &[]]);
        for walker in [mixed(), even] {
            let n = walker.graph.n_rows() as u32;
            let many = 400_000_u64;
            let starts: Vec<u32> = (0..n).collect();
            for (count, scale) in [(Count::Visits, 1.0), (Count::Ends, 0.25)] {
                let found = run(&walker, &starts, &[many], count, ALL, 2);
                for start in 0..n as usize {
                    let expected = visits(&walker, start);
                    let mut seen = vec![0.0; n as usize];
                    for place in found.indptr[start] as usize..found.indptr[start + 1] as usize {
                        seen[found.indices[place] as usize] = f64::from(found.counts[place]) / many as f64;
                    }
                    for v in 0..n as usize {
                        // variance of the visits to a vertex is at most 2 / alpha times their mean
                        let error = (8.0 * expected[v] * scale / many as f64).sqrt();
                        assert!(
                            (seen[v] - expected[v] * scale).abs() <= 5.5 * error,
                            "{count:?} {start} -> {v}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn neither_threads_nor_company_change_a_walk() {
        let walker = mixed();
        let together = run(&walker, &[0, 1, 2, 3, 4], &[50_000, 3, 0, 70, 1], Count::Visits, ALL, 1);
        assert_eq!(
            run(&walker, &[0, 1, 2, 3, 4], &[50_000, 3, 0, 70, 1], Count::Visits, ALL, 3),
            together
        );
        assert_eq!(together.indptr[3] - together.indptr[2], 0, "no walks, no visits");
        for (row, (start, many)) in [(0, 50_000), (1, 3), (2, 0), (3, 70), (4, 1)].into_iter().enumerate() {
            let alone = run(&walker, &[start], &[many], Count::Visits, ALL, 1);
            let range = together.indptr[row] as usize..together.indptr[row + 1] as usize;
            assert_eq!(alone.indices, &together.indices[range.clone()]);
            assert_eq!(alone.counts, &together.counts[range]);
        }
    }

    #[test]
    fn the_largest_counts_are_kept_and_the_rest_is_told() {
        let walker = mixed();
        for many in [500, 40_000] {
            let whole = run(&walker, &[0, 4], &[many], Count::Visits, ALL, 1);
            let kept = run(&walker, &[0, 4], &[many], Count::Visits, 2, 1);
            for row in 0..2 {
                let counts = |made: &Fingerprints| {
                    let range = made.indptr[row] as usize..made.indptr[row + 1] as usize;
                    made.counts[range].to_vec()
                };
                let (mut all, mut best) = (counts(&whole), counts(&kept));
                all.sort_unstable_by_key(|&count| std::cmp::Reverse(count));
                best.sort_unstable_by_key(|&count| std::cmp::Reverse(count));
                assert_eq!(best, &all[..2]);
                assert_eq!(
                    kept.dropped[row],
                    all[2..].iter().map(|&count| u64::from(count)).sum::<u64>()
                );
            }
        }
        let none = run(&walker, &[1], &[10], Count::Visits, 0, 1);
        assert_eq!((none.indices.len(), none.dropped[0] >= 10), (0, true));
    }

    #[test]
    fn counts_raise_instead_of_wrapping() {
        let mut counter = Counter::default();
        counter.add(3, u64::from(u32::MAX) - 1).unwrap();
        counter.add(3, 1).unwrap();
        assert!(matches!(counter.add(3, 1), Err(Error::Overflow { .. })));
        assert!(matches!(counter.add(5, 1 << 32), Err(Error::Overflow { .. })));
        let two = (u64::from(u32::MAX), (1 << 31, 1 << 31));
        for (first, second) in [(two.0, 1), two.1] {
            let piece = |count: u64| Piece {
                rows: vec![(0, 1, 0)],
                entries: vec![9 << 32 | count],
            };
            let made = assemble(1, ALL, vec![piece(first), piece(second)]);
            assert!(matches!(made, Err(Error::Overflow { .. })));
        }
    }

    #[test]
    fn many_vertices_outgrow_the_table_and_stay_apart() {
        let n = 5000_u32;
        let mut counter = Counter::default();
        for round in 0..3 {
            for vertex in 0..n {
                counter.add(vertex, u64::from(vertex % 7 + round + 1)).unwrap();
            }
        }
        let mut row = Vec::new();
        counter.drain_into(&mut row);
        let expected: Vec<u64> = (0..n)
            .map(|v| u64::from(v) << 32 | u64::from(3 * (v % 7) + 6))
            .collect();
        assert_eq!(row, expected);
        counter.drain_into(&mut row);
        assert!(row.is_empty());
    }

    #[test]
    fn bad_plans_are_refused() {
        let walker = mixed();
        let plan = Walks {
            starts: &[0],
            n_walks: &[1],
            alpha: 0.5,
            seed: 0,
            count: Count::Ends,
            top: ALL,
        };
        let refused = |plan: Walks<'_>| {
            walks(&walker, plan, &Pool::serial(), &Monitor::new())
                .unwrap_err()
                .to_string()
        };
        assert!(refused(Walks { starts: &[5], ..plan }).contains("starts"));
        assert!(
            refused(Walks {
                n_walks: &[1, 2],
                ..plan
            })
            .contains("n_walks")
        );
        for alpha in [0.0, 1.0, f64::NAN, -0.1] {
            assert!(refused(Walks { alpha, ..plan }).contains("alpha"));
        }
        let many = u64::from(u32::MAX) << 20;
        assert!(
            refused(Walks {
                n_walks: &[many],
                ..plan
            })
            .contains("so many walks")
        );
        let stopped = Monitor::new();
        stopped.stop();
        assert!(matches!(
            walks(&walker, plan, &Pool::serial(), &stopped),
            Err(Error::Interrupted(_))
        ));
        let zero = Csr::new(1, vec![0, 1], vec![0], vec![0.0]).unwrap();
        assert!(Walker::new(Arc::new(zero)).is_err());
        assert!(Walker::new(Arc::new(Csr::new(2, vec![0, 0], vec![], vec![]).unwrap())).is_err());
    }
}
