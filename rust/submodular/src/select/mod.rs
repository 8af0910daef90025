//! Solvers of the static problem: the ground set is there, choose k of it.
//!
//! Every solver answers with an upper bound of the optimum besides its choice. For any set S a monotone submodular f has
//! `OPT ≤ f(S) + (the k largest gains with respect to S)`, and a gain that was told earlier is at least today's, so that a solver that looked at all items has a bound
//! for nothing. [`Bound::Tight`] asks all gains of the final set and takes the better of the two.

mod brute;
mod constraint;
mod greedy;
mod lazy;
mod non_monotone;
mod run;
mod sieve;
mod stochastic;
mod threshold;

use porism_runtime::{Monitor, Pool};

pub use self::brute::MAX_SUBSETS;
pub use self::sieve::{Sieve, SieveKind};
use crate::error::Error;
use crate::matroid::Matroid;
use crate::objective::{Item, Objective};
use run::Run;

/// A solver of the static problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Take the largest gain, k times, asking all items each time: `1 − 1/e` (Nemhauser, Wolsey and Fisher 1978).
    Greedy,
    /// The same choice with fewer queries: gains asked earlier are upper bounds (Minoux 1978).
    LazyGreedy,
    /// Ask a random sample each time: `1 − 1/e − epsilon` in expectation, `n ln(1/epsilon)` queries (Mirzasoleiman et al. 2015).
    StochasticGreedy,
    /// Take whatever exceeds a falling threshold: `1 − 1/e − epsilon`, `n/epsilon · ln(n/epsilon)` queries (Badanidiyuru and Vondrák 2014). Items worth less than
    /// `epsilon/n` of the best are left, so that it may take fewer than k.
    ThresholdGreedy,
    /// Half of the items by lazy greedy that accepts `1 − epsilon` of the best, the other half exactly.
    TwoStage,
    /// One pass, a set per guess of the optimum: `1/2 − epsilon` (Badanidiyuru et al. 2014).
    SieveStreaming,
    /// The same with fewer sets at a time (Kazemi et al. 2019).
    SieveStreamingPp,
    /// A random set, to compare with.
    Random,
    /// All sets: the optimum, for small instances.
    BruteForce,
    /// A random one of the k largest gains, k times: `1/e` in expectation without monotonicity (Buchbinder et al. 2014).
    RandomGreedy,
    /// Unconstrained maximisation of any submodular f ≥ 0: `1/2` in expectation (Buchbinder et al. 2012).
    DoubleGreedy,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Greedy,
        Self::LazyGreedy,
        Self::StochasticGreedy,
        Self::ThresholdGreedy,
        Self::TwoStage,
        Self::SieveStreaming,
        Self::SieveStreamingPp,
        Self::Random,
        Self::BruteForce,
        Self::RandomGreedy,
        Self::DoubleGreedy,
    ];

    /// The solver's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Greedy => "greedy",
            Self::LazyGreedy => "lazy-greedy",
            Self::StochasticGreedy => "stochastic-greedy",
            Self::ThresholdGreedy => "threshold-greedy",
            Self::TwoStage => "two-stage",
            Self::SieveStreaming => "sieve-streaming",
            Self::SieveStreamingPp => "sieve-streaming-pp",
            Self::Random => "random",
            Self::BruteForce => "brute-force",
            Self::RandomGreedy => "random-greedy",
            Self::DoubleGreedy => "double-greedy",
        }
    }

    /// The solver with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// How hard to look for an upper bound of the optimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bound {
    /// What the solver knows anyway; one query per item where it knows nothing.
    #[default]
    Auto,
    /// One query per item in any case.
    Tight,
    /// What the solver knows anyway, infinity where that is nothing.
    Free,
}

/// A knapsack: what items cost and what they may cost together.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    /// The cost of every item of the ground set, finite and above 0.
    pub costs: Vec<f64>,
    /// What chosen items may cost together.
    pub limit: f64,
}

/// What a solver may be told besides the objective and k.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Items that are chosen already. They count for the value, but not for k, the budget or the matroid, and are not ranked.
    pub initial: Vec<Item>,
    /// The items to choose from, in the order in which streaming solvers meet them; `None` for the whole ground set.
    pub candidates: Option<Vec<Item>>,
    /// A budget. `greedy` and `lazy-greedy` then rank by gain per cost and return the better of that and the best single item
    /// (at least `(1 − 1/e)/2`, Leskovec et al. 2007); `brute-force` knows it too.
    pub budget: Option<Budget>,
    /// A matroid, besides k. `greedy` and `lazy-greedy` (at least 1/2, Fisher, Nemhauser and Wolsey 1978) and `brute-force` know it.
    pub matroid: Option<Matroid>,
    /// The accuracy of approximate solvers, in (0, 1).
    pub epsilon: f64,
    /// Where randomness comes from.
    pub seed: u64,
    /// Threads for gains. The result does not depend on it.
    pub n_threads: usize,
    /// How hard to look for an upper bound.
    pub bound: Bound,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            initial: Vec::new(),
            candidates: None,
            budget: None,
            matroid: None,
            epsilon: 0.1,
            seed: 0,
            n_threads: 1,
            bound: Bound::Auto,
        }
    }
}

/// What a solver chose.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// The chosen items in order of choice, without the initial ones.
    pub ranking: Vec<Item>,
    /// The gain of each when it was chosen.
    pub gains: Vec<f64>,
    /// f of the initial and the chosen items.
    pub value: f64,
    /// No admissible choice is worth more.
    pub upper_bound: f64,
    /// Sets evaluated, those for a tight bound included.
    pub queries: u64,
}

impl Selection {
    /// The value over the upper bound; 1 where both are 0.
    pub fn certified_ratio(&self) -> f64 {
        if self.upper_bound > 0.0 {
            (self.value / self.upper_bound).min(1.0)
        } else {
            1.0
        }
    }
}

/// Choose at most `k` items.
///
/// Ties go to the smallest id. `sum-redundancy`-like objectives, which fall as sets grow, get exactly `k` items from `greedy`, `lazy-greedy`, `random` and `brute-force`.
///
/// # Errors
/// `InvalidParameter`, `OutOfRange`, `DuplicateItem`, `Shape` for arguments; `NotMonotone` and `Unsupported` where the solver cannot do what is asked;
/// `TooManySubsets`; `Threads`; `Interrupted`; what the objective raises.
pub fn select<O: Objective>(
    objective: &O,
    k: usize,
    method: Method,
    options: &Options,
    monitor: &Monitor,
) -> Result<Selection, Error> {
    let pool = Pool::new(options.n_threads)?;
    let mut run = Run::new(objective, k, method, options, monitor, &pool)?;
    match method {
        Method::Greedy => greedy::greedy(&mut run)?,
        Method::LazyGreedy => lazy::lazy_greedy(&mut run)?,
        Method::TwoStage => lazy::two_stage(&mut run)?,
        Method::StochasticGreedy => stochastic::stochastic_greedy(&mut run)?,
        Method::ThresholdGreedy => threshold::threshold_greedy(&mut run)?,
        Method::SieveStreaming => sieve::stream(&mut run, SieveKind::Sieve)?,
        Method::SieveStreamingPp => sieve::stream(&mut run, SieveKind::PlusPlus)?,
        Method::Random => stochastic::random(&mut run)?,
        Method::BruteForce => brute::brute_force(&mut run)?,
        Method::RandomGreedy => non_monotone::random_greedy(&mut run)?,
        Method::DoubleGreedy => non_monotone::double_greedy(&mut run)?,
    }
    run.finish()
}
