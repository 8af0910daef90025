//! How a search runs, as opposed to what it searches.

use porism_runtime::{Isa, Pool};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::error::Error;

/// In which order candidates are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// A random permutation, drawn once per run: does not depend on how the input is sorted.
    #[default]
    Random,
    /// As they come.
    Input,
}

/// How a search runs. `Options::default()` is what one usually wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Passes (or iterations) at most. With 0 the initial medoids are only assigned to.
    pub max_iter: usize,
    /// In which order candidates are tried, where that is free.
    pub order: Order,
    /// Seed of everything random in the run.
    pub seed: u64,
    /// Threads; the result does not depend on it.
    pub n_threads: usize,
    /// The first so many of the initial medoids are kept.
    pub n_fixed: usize,
    /// Instruction set, the best one by default; the result does not depend on it. For tests and measurements.
    pub isa: Option<Isa>,
    /// Whether to skip candidates that cannot have become good; the result does not depend on it. For tests and measurements.
    pub lazy: bool,
    /// Whether to record every swap.
    pub trace: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_iter: 100,
            order: Order::Random,
            seed: 0,
            n_threads: 1,
            n_fixed: 0,
            isa: None,
            lazy: true,
            trace: false,
        }
    }
}

impl Options {
    pub(crate) fn isa(&self) -> Isa {
        self.isa.unwrap_or_else(Isa::detect)
    }

    pub(crate) fn pool(&self) -> Result<Pool, Error> {
        Ok(Pool::new(self.n_threads)?)
    }
}

/// The generator behind every seed. `stream` tells independent uses of one seed apart.
pub(crate) fn generator(seed: u64, stream: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed ^ stream.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}
