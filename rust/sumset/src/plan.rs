//! Which kernel is likely the fastest: a cost model in nanoseconds, measured once, never inside a call.
//!
//! Three things about the sets matter beside their sizes, and are cheap to know: in how many tiles the larger one has elements at all (intervals and clusters are kind to stores), how many pairs
//! fall into the window, and whether tiles fill up when rows are or-ed. The last is asked of a few words of the result where the choice depends on it.
//!
//! The constants are of one core with AVX-512 (`benchmarks/` records how far the choice is from the best kernel over a grid). On other machines
//! they are off together, which leaves most choices as they are.

use porism_convolution::Precision;

use crate::arch::TILE;
use crate::error::TABLE_LIMIT;
use crate::instance::{Instance, Normal};
use crate::kernels::scatter::tile_of;
use crate::kernels::transform::precision;

/// Nanoseconds of storing.
struct Stores {
    /// Bytes of a position in the tile.
    bytes: usize,
    /// Per pair.
    pair: f64,
    /// Per row and tile in which it has elements.
    run: f64,
    /// Per row and tile.
    row: f64,
    /// Per tile.
    tile: f64,
    /// Per position, for writing the table.
    position: f64,
}

const BITS: Stores = Stores {
    bytes: 1,
    pair: 0.36,
    run: 18.0,
    row: 2.0,
    tile: 300.0,
    position: 0.05,
};
const COUNTS: Stores = Stores {
    bytes: 4,
    pair: 0.45,
    run: 22.0,
    row: 2.0,
    tile: 700.0,
    position: 0.04,
};
const WEIGHTED: Stores = Stores {
    bytes: 8,
    pair: 0.8,
    run: 22.0,
    row: 2.0,
    tile: 700.0,
    position: 0.08,
};

/// Nanoseconds per row and tile that are or-ed, and per tile.
const OR: [f64; 2] = [9.5, 180.0];
/// Nanoseconds per row and tile that are counted, where a tile has hardly any ones and where it has many.
const COUNT_ROW: [f64; 2] = [13.0, 18.5];
/// Nanoseconds per tile for reading the counters.
const COUNT_TILE: f64 = 1100.0;
/// Nanoseconds per element of the larger set for setting its bit in all copies.
const COPIES: f64 = 5.0;
/// Nanoseconds per sum sorted: to be told apart, and to be counted.
const SORT: [f64; 2] = [2.6, 3.8];
/// The same with weights.
const SORT_WEIGHTED: f64 = 25.0;
/// Nanoseconds per point and stage of a whole product, in single and in double precision.
const FFT: [f64; 2] = [0.45, 1.3];
/// Nanoseconds per point and stage of a product modulo a prime.
const NTT: f64 = 2.0;
/// Nanoseconds per byte of a table that is too large for the allocator to keep: it is new memory each time.
const FRESH: f64 = 0.1;
/// Bytes of such a table.
const KEPT: f64 = 32e6;

/// A way to find or to count sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// All sums, sorted.
    PairsSort,
    /// A store per pair.
    Scatter,
    /// Shifted bit sets: or-ed, or added in vertical counters.
    Rows,
    /// A product of indicator polynomials in floating point.
    Fft,
    /// The same modulo primes.
    Ntt,
    /// By buckets, in time by the output.
    Sparse,
    /// Packed fields, certified.
    Packed,
}

impl Kernel {
    /// The name of the kernel that decides.
    pub fn deciding(self) -> &'static str {
        match self {
            Self::PairsSort => "pairs-sort",
            Self::Scatter => "scatter-bits",
            Self::Rows => "shift-or",
            Self::Fft => "fft",
            Self::Ntt => "ntt",
            Self::Sparse => "sparse",
            Self::Packed => "chan-jin-williams-xu",
        }
    }

    /// The name of the kernel that counts.
    pub fn counting(self) -> &'static str {
        match self {
            Self::PairsSort => "pairs-sort",
            Self::Scatter => "scatter-counts",
            Self::Rows => "bit-sliced",
            _ => self.deciding(),
        }
    }
}

/// What each kernel is expected to cost, in nanoseconds, the cheapest first; only those that are able.
pub fn costs(instance: &Instance, counted: bool) -> Vec<(Kernel, f64)> {
    let shape = Shape::new(instance);
    let mut costs = vec![(Kernel::PairsSort, shape.sorting(counted))];
    let table = shape.len * if counted { 8.0 } else { 1.0 / 8.0 };
    if table <= TABLE_LIMIT as f64 / 4.0 {
        costs.push((Kernel::Scatter, shape.storing(counted)));
        costs.extend(shape.transforming(counted));
        let copies = 9.0 * shape.span < TABLE_LIMIT as f64;
        if copies && counted && !instance.is_weighted() {
            costs.push((Kernel::Rows, shape.counting()));
        }
        if copies && !counted {
            let others = costs.iter().map(|(_, cost)| *cost).fold(f64::INFINITY, f64::min);
            costs.push((Kernel::Rows, shape.or_ing(others)));
        }
    }
    costs.extend(shape.hashing());
    costs.sort_by(|a, b| a.1.total_cmp(&b.1));
    costs
}

/// What the costs depend on.
struct Shape<'a> {
    instance: &'a Instance,
    /// Elements of the smaller set, and of the larger.
    rows: f64,
    columns: f64,
    /// The last element of the larger set.
    span: f64,
    universe: f64,
    /// Positions in the window.
    len: f64,
    /// Pairs whose sum is in the window.
    pairs: f64,
}

impl<'a> Shape<'a> {
    fn new(instance: &'a Instance) -> Self {
        Self {
            instance,
            rows: instance.rows.values.len() as f64,
            columns: instance.columns.values.len() as f64,
            span: instance.columns.last() as f64,
            universe: instance.universe as f64,
            len: instance.len() as f64,
            pairs: pairs_within(instance),
        }
    }

    fn sorting(&self, counted: bool) -> f64 {
        let per_pair = if counted && self.instance.is_weighted() {
            SORT_WEIGHTED
        } else {
            SORT[usize::from(counted)] + 0.08 * self.len.max(2.0).log2()
        };
        // The rows are looked through again for every part that is sorted.
        let parts = self.pairs / 8192.0;
        900.0 + 20.0 * (self.rows + self.columns) + self.pairs * per_pair + 10.0 * self.rows * parts
    }

    fn storing(&self, counted: bool) -> f64 {
        let stores = match (counted, self.instance.is_weighted()) {
            (false, _) => BITS,
            (true, false) => COUNTS,
            (true, true) => WEIGHTED,
        };
        let tile = tile_of(self.instance, stores.bytes);
        let tiles = (self.len / tile as f64).ceil();
        let (occupied, stretches) = occupied(&self.instance.columns, tile as u64);
        // A shifted stretch of tiles mostly reaches into one more.
        let runs = ((occupied as f64 + 0.5 * stretches as f64) * self.len / self.universe).min(tiles);
        300.0
            + tiles * stores.tile
            + self.rows * (tiles * stores.row + runs * stores.run)
            + self.pairs * stores.pair
            + self.len * stores.position
            + fresh(if counted { self.len * stores.bytes as f64 } else { 0.0 })
    }

    /// Tiles of the bit rows in the window, and how many rows reach each, added up.
    fn reaching(&self) -> (f64, f64) {
        let tile = TILE as f64;
        let share = self.len / self.universe;
        ((self.len / tile).ceil(), self.rows * (self.span / tile + 1.0) * share)
    }

    fn counting(&self) -> f64 {
        let (tiles, reaching) = self.reaching();
        let share = |set: &Normal| occupied(set, TILE as u64).0 as f64 / (set.last() as f64 / TILE as f64 + 1.0);
        // Rows far from one another, or with ones all over, miss the nearest cache and carry further.
        let busy = share(&self.instance.rows).min(share(&self.instance.columns)).min(1.0);
        let row = COUNT_ROW[0] + (COUNT_ROW[1] - COUNT_ROW[0]) * busy;
        1500.0
            + tiles * COUNT_TILE
            + reaching.max(16.0 * tiles) * row
            + COPIES * self.columns
            + 0.05 * self.span
            + 0.05 * self.len
            + fresh(4.0 * self.len)
    }

    /// The cost of or-ing rows. Whether tiles are left early is looked at only if that makes it cheaper than `others`, or dearer.
    fn or_ing(&self, others: f64) -> f64 {
        let (tiles, reaching) = self.reaching();
        let cost = |rows: f64| 1000.0 + tiles * OR[1] + rows * OR[0] + COPIES * self.columns + 0.05 * self.span;
        // Rows until a tile is full, as if ones were spread evenly: each leaves a share 1 − density of the zeros.
        let density = (self.columns / (self.span + 1.0)).min(0.999);
        let enough = tiles * (-(TILE as f64).ln() / (1.0 - density).ln() + 48.0);
        let (least, most) = (cost(reaching.min(enough)), cost(reaching));
        if !(least..most).contains(&others) {
            return if least < others { least } else { most };
        }
        let full = filling(self.instance, (8.0 / density) as usize);
        full * least + (1.0 - full) * most
    }

    fn transforming(&self, counted: bool) -> Vec<(Kernel, f64)> {
        let stages = self.universe.max(2.0).log2().ceil();
        let points = 2.0_f64.powf(stages);
        let mut costs = Vec::new();
        if points * 32.0 > TABLE_LIMIT as f64 {
            return costs;
        }
        if let Some(precision) = precision(self.instance) {
            let per_point = FFT[usize::from(precision == Precision::F64)];
            let transforms = if self.instance.is_square { 0.7 } else { 1.0 };
            let read = if counted {
                3.0 * self.len + fresh(8.0 * self.len)
            } else {
                0.3 * self.len
            };
            costs.push((Kernel::Fft, points * stages * transforms * per_point + read + 20_000.0));
        }
        if counted {
            let primes = if self.instance.largest_count() < (1 << 63) {
                1.0
            } else {
                2.0
            };
            costs.push((Kernel::Ntt, points * stages * NTT * primes + 20_000.0));
        }
        costs
    }

    /// Buckets for each of the sums that there surely are, and as many again for those that there may be.
    fn hashing(&self) -> Option<(Kernel, f64)> {
        let surely = self.rows + self.columns;
        let pairs = self.rows * self.columns;
        let buckets = 16.0 * surely;
        let rounds = (pairs / surely).sqrt().min(30.0);
        (surely * 1e3 < pairs).then(|| (Kernel::Sparse, buckets.log2() * buckets * 9.0 * 12.0 * rounds))
    }
}

/// What a table of so many bytes costs beyond being written.
fn fresh(bytes: f64) -> f64 {
    if bytes > KEPT { FRESH * bytes } else { 0.0 }
}

/// How many pairs have a sum in the window: all of them, or by some of the rows.
fn pairs_within(instance: &Instance) -> f64 {
    const SOME: usize = 64;
    let (rows, columns) = (&instance.rows.values, &instance.columns.values);
    if instance.len() == instance.universe {
        return instance.pairs() as f64;
    }
    let each = rows.len().div_ceil(SOME);
    let below = |row: u64, limit: u128| columns.partition_point(|column| u128::from(row) + u128::from(*column) < limit);
    let (mut within, mut seen) = (0, 0);
    for row in rows.iter().step_by(each) {
        within += below(*row, instance.window.end) - below(*row, instance.window.start);
        seen += 1;
    }
    within as f64 * rows.len() as f64 / f64::from(seen.max(1))
}

/// In how many of the consecutive tiles of 2^k positions a set has elements, and how many stretches of neighbours these are.
fn occupied(set: &Normal, tile: u64) -> (u64, u64) {
    let shift = tile.ilog2();
    let (mut tiles, mut stretches, mut next) = (0, 0, 0);
    for value in &set.values {
        let index = value >> shift;
        if index >= next {
            tiles += 1;
            stretches += u64::from(index > next || next == 0);
            next = index + 1;
        }
    }
    (tiles, stretches)
}

/// The share of some words of the result that are all ones after `most` rows that reach them.
fn filling(instance: &Instance, most: usize) -> f64 {
    const WORDS: u128 = 3;
    let (rows, columns) = (&instance.rows.values, &instance.columns.values);
    let mut full = 0;
    for i in 1..=WORDS {
        let start = (instance.window.start + instance.len() * i / (WORDS + 1)) as u64;
        let mut word = 0_u64;
        // The golden ratio's multiples are spread evenly however many there are.
        let (mut place, mut reaching) = (0_u64, 0);
        for _ in 0..rows.len().min(4 * most) {
            place = place.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let row = rows[((u128::from(place) * rows.len() as u128) >> 64) as usize];
            let Some(reach) = (start + 63).checked_sub(row) else {
                continue;
            };
            if reach > columns[columns.len() - 1] + 63 {
                continue;
            }
            reaching += 1;
            let first = columns.partition_point(|column| column + 63 < reach);
            for column in columns[first..].iter().take_while(|column| **column <= reach) {
                word |= 1 << (63 - (reach - column));
            }
            if word == u64::MAX {
                full += 1;
            }
            if word == u64::MAX || reaching == most {
                break;
            }
        }
    }
    f64::from(full) / WORDS as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::{Duplicates, Set, Window};

    fn instance(a: &[i64], b: &[i64], high: Option<i64>) -> Instance {
        let set = |values| Set::new("a", values, None, Duplicates::Merge).expect("a set");
        Instance::new(&set(a), &set(b), false, Window { low: None, high })
            .expect("no overflow")
            .expect("sums")
    }

    #[test]
    fn tiles_are_occupied_in_stretches() {
        let set = |values: &[i64]| instance(&[0, 1], values, None).columns;
        assert_eq!(occupied(&set(&[0, 5, 7]), 8), (1, 1));
        assert_eq!(occupied(&set(&[0, 8, 15, 16, 40, 47, 1000]), 8), (5, 3));
    }

    #[test]
    fn rows_tell_how_many_pairs_are_within() {
        let all: Vec<i64> = (0..1000).collect();
        assert_eq!(pairs_within(&instance(&all, &all, None)), 1e6);
        let half = pairs_within(&instance(&all, &all, Some(1000)));
        assert!((half / 500_500.0 - 1.0).abs() < 0.05, "{half}");
        assert_eq!(pairs_within(&instance(&all, &all, Some(0))), 0.0);
    }

    /// Random sets fill their words, even numbers with a stray odd one do not.
    #[test]
    fn words_fill_or_do_not() {
        let mut state = 1_u64;
        let mut noise = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 44) as i64
        };
        let mixed: Vec<i64> = (0..20_000).map(|_| noise()).collect();
        let mut even: Vec<i64> = mixed.iter().map(|x| x & !1).collect();
        even.push(999_999);
        assert_eq!(filling(&instance(&mixed, &mixed, None), 420), 1.0);
        assert_eq!(filling(&instance(&even, &even, None), 840), 0.0);
    }
}
