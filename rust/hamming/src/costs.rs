//! What the kernels cost, in nanoseconds: the table from which the planner works, and how it is measured anew.

use std::sync::RwLock;

use porism_runtime::Isa;

/// What the kernels cost on one core, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// `byte-simd`: a comparison of symbols of one byte, of two and of four.
    pub compare: [f64; 3],
    /// `bit-sliced`: a shift in a row, while the planes take no more than an eighth of a second-level cache, fit it, and beyond.
    pub row: [f64; 3],
    /// A position of the text in a letter's plane, made by comparing.
    pub plane: f64,
    /// The same in seven copies of it.
    pub copies: f64,
    /// A position of the text in planes made symbol by symbol.
    pub set: f64,
    /// A shift in a plane of the counters, when they are unpacked.
    pub unpack: f64,
    /// A shift in a plane of the counters, when residues are put together.
    pub merge: f64,
    /// A shift of the result that is written.
    pub write: f64,
    /// `scatter`: a matching pair, while the counters of a pattern's length fit a first-level cache; up to twice as much beyond.
    pub pair: f64,
    /// A symbol of the text that is looked up.
    pub lookup: f64,
    /// One that is in the pattern, whose positions are then walked through.
    pub list: f64,
    /// `fft`: a point of a single-precision transform, product included, of 2^10, 2^12, … points.
    pub single: [f64; 6],
    /// The same in double precision.
    pub double: [f64; 6],
}

/// Measured on an EPYC of the Zen 4 family at 2.6 GHz and above; see `benchmarks/`.
const AVX512: Costs = Costs {
    compare: [0.0085, 0.0105, 0.021],
    row: [0.00135, 0.0020, 0.0039],
    plane: 0.009,
    copies: 0.016,
    set: 1.6,
    unpack: 0.008,
    merge: 0.007,
    write: 0.1,
    pair: 0.75,
    lookup: 1.2,
    list: 14.0,
    single: [2.1, 2.2, 2.5, 3.0, 4.0, 5.5],
    double: [4.0, 4.4, 5.2, 7.2, 10.5, 13.5],
};

const AVX2: Costs = Costs {
    row: [0.0050, 0.0055, 0.008],
    unpack: 0.03,
    merge: 0.02,
    ..AVX512
};

const PORTABLE: Costs = Costs {
    compare: [0.05, 0.05, 0.05],
    row: [0.02, 0.02, 0.02],
    plane: 0.5,
    copies: 0.1,
    unpack: 0.15,
    merge: 0.1,
    ..AVX512
};

static CALIBRATED: RwLock<Option<Costs>> = RwLock::new(None);

impl Costs {
    /// What was last measured by `calibrate`, or the table for `isa` that porism comes with.
    pub fn of(isa: Isa) -> Self {
        let measured = CALIBRATED.read().ok().and_then(|costs| *costs);
        measured.unwrap_or(match isa {
            Isa::Avx512 => AVX512,
            Isa::Avx2 => AVX2,
            Isa::Portable => PORTABLE,
        })
    }

    /// Let every later plan be made with `costs`, or with the table that porism comes with.
    pub fn set(costs: Option<Self>) {
        if let Ok(mut current) = CALIBRATED.write() {
            *current = costs;
        }
    }

    /// What a point of a transform costs: between two lengths of the table half of each.
    pub(crate) fn point(&self, len: usize, single: bool) -> f64 {
        let table = if single { &self.single } else { &self.double };
        let place = len.max(1 << 10).ilog2() as usize - 10;
        let at = |i: usize| table[i.min(table.len() - 1)];
        (at(place / 2) + at(place.div_ceil(2))) / 2.0
    }
}
