//! Which kernel is likely the fastest: a cost model in nanoseconds, measured once, never inside a call.
//!
//! The constants are of one core with AVX-512 (`benchmarks/` records how far the choice is from the best kernel over a grid). On other machines
//! they are off together, which leaves most choices as they are.

use porism_convolution::Precision;

use crate::error::TABLE_LIMIT;
use crate::instance::Instance;
use crate::kernels::transform::precision;

/// Nanoseconds per pair, byte stores into a tile.
const SCATTER_BIT: f64 = 0.7;
/// Nanoseconds per pair, counters in a tile.
const SCATTER_COUNT: f64 = 2.5;
/// Nanoseconds per weighted pair.
const SCATTER_WEIGHT: f64 = 2.8;
/// Nanoseconds per row and tile for finding its run.
const SCATTER_ROW: f64 = 6.0;
/// Nanoseconds per row and tile of 8192 bits: the or-kernel.
const OR_ROW: f64 = 9.0;
/// Nanoseconds per row and tile of 8192 bits: the counting kernel.
const COUNT_ROW: f64 = 18.0;
/// Nanoseconds per tile for reading the counters, and per plane.
const READ_TILE: f64 = 1500.0;
/// Nanoseconds per sum sorted: to be told apart, and to be counted.
const SORT: [f64; 2] = [4.0, 11.0];
/// Nanoseconds per point and stage of a whole product, in single and in double precision.
const FFT: [f64; 2] = [0.52, 1.5];
/// Nanoseconds per point and stage of a product modulo a prime.
const NTT: f64 = 2.2;
/// Nanoseconds per position for writing a table of counters, tile by tile, and reading it once.
const TABLE: f64 = 0.08;

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
    let pairs = instance.pairs() as f64;
    let len = instance.len() as f64;
    let (n1, n2) = (instance.rows.values.len() as f64, instance.columns.values.len() as f64);
    let universe = instance.universe as f64;
    // The share of pairs whose sum is in the window, if sums were spread evenly.
    let share = (len / universe).min(1.0);
    let mut costs = Vec::new();

    let range = (len.max(2.0)).log2();
    let sort_cost = if counted && instance.is_weighted() {
        25.0
    } else {
        SORT[usize::from(counted)] + 0.08 * range
    };
    costs.push((Kernel::PairsSort, pairs * share * sort_cost + 20.0 * (n1 + n2)));

    let table_bytes = instance.len() * if counted { 8 } else { 1 } / if counted { 1 } else { 8 };
    if table_bytes <= TABLE_LIMIT / 4 {
        let (per_pair, tile) = match (counted, instance.is_weighted()) {
            (false, _) => (SCATTER_BIT, f64::from(1 << 18)),
            (true, false) => (SCATTER_COUNT, f64::from(1 << 16)),
            (true, true) => (SCATTER_WEIGHT, f64::from(1 << 15)),
        };
        let tiles = (len / tile).ceil();
        let table = if counted { TABLE } else { 0.15 };
        costs.push((
            Kernel::Scatter,
            pairs * share * per_pair + tiles * n1 * SCATTER_ROW / 4.0 + len * table,
        ));
        if !counted || !instance.is_weighted() {
            let span = instance.columns.values.last().copied().unwrap_or(0) as f64;
            let tiles = (len / 8192.0).ceil();
            let reaching = n1 * ((span + 8192.0) / universe).min(1.0);
            if 9.0 * span < TABLE_LIMIT as f64 {
                let build = 8.0 * n2 + 0.1 * span;
                let cost = if counted {
                    tiles * (reaching.max(16.0) * COUNT_ROW + READ_TILE) + build
                } else {
                    // Expected rows until a tile is full, as if ones were spread evenly: each row leaves a share 1 − n2/span of zeros.
                    let density = (n2 / span.max(1.0)).min(0.999);
                    let enough = (9.5 / -(1.0 - density).ln()).max(32.0) + 32.0;
                    tiles * (reaching.min(enough) * OR_ROW + 300.0) + build
                };
                costs.push((Kernel::Rows, cost));
            }
        }
        let points = (universe.max(2.0)).log2().ceil();
        let transforms = 2.0_f64.powf(points) * points;
        if 2.0_f64.powf(points) * 32.0 <= TABLE_LIMIT as f64 {
            if let Some(precision) = precision(instance) {
                let per_point = if precision == Precision::F32 { FFT[0] } else { FFT[1] };
                let transforms = if instance.is_square {
                    transforms * 0.7
                } else {
                    transforms
                };
                costs.push((Kernel::Fft, transforms * per_point + len * 1.0 + 20_000.0));
            }
            if counted {
                let primes = if instance.largest_count() < (1 << 63) { 1.0 } else { 2.0 };
                costs.push((Kernel::Ntt, transforms * NTT * primes + 20_000.0));
            }
        }
    }
    // Sparse: a bucket for each of the sums that there surely are, and as many again for those that there may be.
    if (n1 + n2) * 1e3 < pairs {
        let buckets = 16.0 * (n1 + n2);
        costs.push((
            Kernel::Sparse,
            buckets.log2() * buckets * 9.0 * 12.0 * (pairs / (n1 + n2)).sqrt().min(30.0),
        ));
    }
    costs.sort_by(|a, b| a.1.total_cmp(&b.1));
    costs
}
