//! Submodular maximization while items come and go, in polylogarithmic time per update.
//!
//! After Banihashem, Biabani, Goudarzi, Hajiaghayi, Jabbarzade and Monemizadeh, "Dynamic Constrained Submodular Optimization with Polylogarithmic
//! Update Time" (ICML 2023). This is a reconstruction from the structure that the paper describes; the constants, the sequential test and the
//! certificate are this package's own.
//!
//! **Guesses.** For every `γ = (1 + ε')^j` a structure of its own assumes that the optimum is about γ; an item takes part where
//! `γ/2k ≤ f(item) ≤ (1 + ε')γ`, so in `O(log k / ε)` of them, and no bound on the number of items is needed.
//!
//! **Levels.** Within a guess, level i starts from the live candidates `R_i` that still gain at least `τ = γ/2k` on top of `G = S_1 ∪ … ∪ S_{i−1}`.
//! Candidates are bucketed by gain, and `S_i` is a uniform sample of the largest bucket `B_i`, as large as keeps the last pick good with high
//! probability; that size is found by independent trials ([`sample_count`]), never with the randomness that becomes `S_i`.
//!
//! **Updates.** An insertion falls through the levels until its gain is below τ; a level that has grown by half is rebuilt, with all below it. A
//! deletion only leaves a ghost in G, until more than an ε' fraction of some `B_i` is gone. Neither trigger looks at `S_i`, so that `S_i` stays a
//! uniform sample of `B_i` whatever an oblivious stream deletes: each pick survives with probability at least `1 − ε'`. (Rebuilding when a
//! *chosen* item is deleted, as is tempting, destroys exactly this.)
//!
//! **Guarantee.** With `ε' = 0.45 ε`, in expectation at any time of an oblivious stream, the value is at least `(1/2 − ε)·OPT`: the guess with `γ ≤ OPT < (1 + ε')γ`
//! either holds k items that gained at least τ each, or fewer and then no item gains τ any more. A stream that looks at solutions
//! before it deletes voids the expectation, but not the upper bound: `OPT ≤ f(G) + γ/2` for every guess with `|G| < k` and γ large enough, ghosts included.
//!
//! **Identity.** An item that comes back while its ghost is still in some G is the same item again: f is a set function, the item gains nothing on top of
//! a set that holds it, and counts as dead in the buckets that knew it before. Every step of the analysis only needs that
//! the live items and the dead counts are determined by the stream.

mod guess;
mod handles;
mod params;
mod rebuild;
mod sample_count;
mod snapshot;
mod solution;

use std::collections::BTreeMap;

use porism_runtime::{Monitor, Pool};
use rayon::prelude::*;

use crate::counted::Counted;
use crate::error::Error;
use crate::evaluation::require_item;
use crate::live::Live;
use crate::objective::{Item, Monotonicity, Objective};
use crate::stream::{Selector, Stats};
use guess::Guess;
use handles::Handles;
pub(crate) use params::Params;
use rebuild::Env;
pub(crate) use rebuild::{bucket_of, draw_sample};

/// Its name, in snapshots too.
pub(crate) const KIND: &str = "dynamic-submodular";

/// Rebuilds that look at fewer items than this are not worth waking threads for.
const PARALLEL_WORK: usize = 1 << 15;

/// What the dynamic algorithm may be told besides the objective and k.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DynamicOptions {
    /// The loss against 1/2, in [0.001, 0.5].
    pub epsilon: f64,
    /// Where randomness comes from.
    pub seed: u64,
    /// Whether a solution of fewer than k items is topped up greedily from a bounded number of candidates. Never worse; costs queries when read.
    pub refill: bool,
    /// Trials per test of a sample size; `None` for a sequential test that takes as many as it needs.
    pub trials: Option<usize>,
    /// The probability that some current level rests on a wrong test, in (0, 1); `None` for `0.2 · epsilon`.
    pub max_failure: Option<f64>,
    /// Threads for large rebuilds, over guesses. The result does not depend on it.
    pub n_threads: usize,
}

impl Default for DynamicOptions {
    fn default() -> Self {
        Self {
            epsilon: 0.2,
            seed: 0,
            refill: true,
            trials: None,
            max_failure: None,
            n_threads: 1,
        }
    }
}

/// A selector that stays within `1/2 − epsilon` of the optimum, in expectation, under insertions and deletions.
pub struct Dynamic<O: Objective> {
    objective: O,
    params: Params,
    n_threads: usize,
    empty: O::State,
    live: Live,
    handles: Handles,
    /// Live singleton values above 0, by their bits (which order as the numbers do), with multiplicity.
    singles: BTreeMap<u64, u32>,
    guesses: BTreeMap<i32, Guess<O::State>>,
    /// Updates so far and forced rebuilds: part of the key of every random stream.
    clock: u64,
    /// Guesses made so far.
    serial: u64,
    stats: Stats,
    memo: Option<(Vec<Item>, f64)>,
}

impl<O: Objective> Dynamic<O> {
    /// A selector without live items.
    ///
    /// # Errors
    /// `InvalidParameter`, or `NotMonotone`.
    pub fn new(objective: O, k: usize, options: DynamicOptions) -> Result<Self, Error> {
        if objective.properties().monotonicity != Monotonicity::Increasing {
            return Err(Error::NotMonotone {
                solver: KIND,
                objective: objective.name(),
            });
        }
        let params = Params::new(k, &options)?;
        let empty = objective.empty();
        Ok(Self {
            objective,
            params,
            n_threads: options.n_threads,
            empty,
            live: Live::default(),
            handles: Handles::default(),
            singles: BTreeMap::new(),
            guesses: BTreeMap::new(),
            clock: 0,
            serial: 0,
            stats: Stats::default(),
            memo: None,
        })
    }

    /// The objective.
    pub fn objective(&self) -> &O {
        &self.objective
    }

    /// Count what an oracle was asked, whatever came of it.
    fn counting<T>(
        stats: &mut Stats,
        mut oracle: Counted<'_, O>,
        work: impl FnOnce(&mut Counted<'_, O>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let outcome = work(&mut oracle);
        stats.queries += oracle.queries;
        stats.marginals += oracle.marginals;
        outcome
    }

    /// Carry out the rebuilds that updates asked for. Each guess's is carried out whole or not at all.
    fn settle(&mut self, monitor: &Monitor) -> Result<(), Error> {
        let Self {
            objective,
            params,
            handles,
            clock,
            stats,
            n_threads,
            ..
        } = self;
        let mut pending: Vec<&mut Guess<O::State>> = self.guesses.values_mut().filter(|g| g.is_pending()).collect();
        if pending.is_empty() {
            return Ok(());
        }
        let one = |guess: &mut Guess<O::State>| {
            let mut env = Env {
                oracle: Counted::new(objective, monitor),
                params,
                handles,
                clock: *clock,
            };
            let outcome = guess.settle(&mut env);
            (outcome, env.oracle.queries, env.oracle.marginals)
        };
        let work: usize = pending.iter().map(|guess| guess.pending_items()).sum();
        let outcomes: Vec<(Result<u64, Error>, u64, u64)> =
            if *n_threads > 1 && work > PARALLEL_WORK && objective.properties().parallel {
                let pool = Pool::new(*n_threads)?;
                if pool.is_parallel() {
                    pool.run(|| pending.par_iter_mut().map(|guess| one(guess)).collect())
                } else {
                    pending.iter_mut().map(|guess| one(guess)).collect()
                }
            } else {
                // One after the other, and none after a failure.
                let mut outcomes = Vec::new();
                for guess in pending {
                    let outcome = one(guess);
                    let failed = outcome.0.is_err();
                    outcomes.push(outcome);
                    if failed {
                        break;
                    }
                }
                outcomes
            };
        let mut result = Ok(());
        for (outcome, queries, marginals) in outcomes {
            stats.queries += queries;
            stats.marginals += marginals;
            match outcome {
                Ok(rebuilds) => stats.rebuilds += rebuilds,
                Err(error) => result = result.and(Err(error)),
            }
        }
        result
    }

    fn count_single(&mut self, value: f64, arrives: bool) {
        if value <= 0.0 {
            return;
        }
        let bits = value.to_bits();
        let count = self.singles.entry(bits).or_insert(0);
        if arrives {
            *count += 1;
        } else {
            *count -= 1;
            if *count == 0 {
                self.singles.remove(&bits);
            }
        }
    }

    /// Check every invariant of every guess against the objective, without counting queries: for tests.
    ///
    /// # Errors
    /// A sentence that names what does not hold.
    pub fn check(&self) -> Result<(), String> {
        let monitor = Monitor::new();
        for (&j, guess) in &self.guesses {
            let mut oracle = Counted::new(&self.objective, &monitor);
            let admitted = |item: &Item| {
                let value = self.handles.single(*item);
                self.params.guesses(value).contains(&j)
            };
            let items: Vec<Item> = self
                .live
                .items()
                .iter()
                .copied()
                .filter(|item| admitted(item))
                .collect();
            guess
                .check(&mut oracle, &self.params, &self.handles, &items)
                .map_err(|what| format!("guess {j}: {what}"))?;
        }
        let expected = self
            .live
            .items()
            .iter()
            .flat_map(|&item| self.params.guesses(self.handles.single(item)));
        for j in expected {
            if !self.guesses.contains_key(&j) {
                return Err(format!("guess {j} is missing"));
            }
        }
        Ok(())
    }

    /// The current levels of every guess, lowest guess first: exponent of the guess, then per level the bucket's items when it was frozen and the sample.
    /// For statistical tests of the sampling.
    pub fn levels(&self) -> impl Iterator<Item = (i32, usize, &[Item], &[Item])> + '_ {
        self.guesses.iter().flat_map(|(&j, guess)| {
            guess
                .levels()
                .iter()
                .enumerate()
                .map(move |(i, level)| (j, i, level.bucket(), level.sample()))
        })
    }
}

impl<O: Objective> Selector for Dynamic<O> {
    fn name(&self) -> &'static str {
        KIND
    }

    fn k(&self) -> usize {
        self.params.k
    }

    fn insert(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error> {
        require_item(&self.objective, item)?;
        self.live.require(item, false)?;
        self.settle(monitor)?;
        // First ask everything that may fail, then change.
        let Self {
            objective,
            params,
            guesses,
            empty,
            stats,
            ..
        } = self;
        let oracle = Counted::new(objective, monitor);
        let (single, depths) = Self::counting(stats, oracle, |oracle| {
            let single = oracle.gain(empty, item)?;
            let range = params.guesses(single);
            let mut depths = Vec::with_capacity(range.clone().count());
            for j in range {
                let depth = match guesses.get(&j) {
                    Some(guess) => guess.depth_of(oracle, params, item)?,
                    None => 0,
                };
                depths.push((j, depth));
            }
            Ok((single, depths))
        })?;
        self.memo = None;
        self.clock += 1;
        self.stats.updates += 1;
        self.live.insert(item);
        self.handles.insert(item, single, self.clock);
        self.count_single(single, true);
        for (j, depth) in depths {
            let (serial, empty, params) = (&mut self.serial, &self.empty, &self.params);
            let guess = self.guesses.entry(j).or_insert_with(|| {
                *serial += 1;
                Guess::new(params, j, *serial, empty.clone())
            });
            guess.admit(&self.handles, item, depth);
        }
        self.settle(monitor)
    }

    fn delete(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error> {
        require_item(&self.objective, item)?;
        self.live.require(item, true)?;
        self.settle(monitor)?;
        self.memo = None;
        self.clock += 1;
        self.stats.updates += 1;
        let single = self.handles.single(item);
        for j in self.params.guesses(single) {
            if let Some(guess) = self.guesses.get_mut(&j) {
                guess.evict(&self.params, &self.handles, item);
                if guess.is_empty() {
                    self.guesses.remove(&j);
                }
            }
        }
        self.count_single(single, false);
        self.live.remove(item);
        self.handles.remove(item);
        self.settle(monitor)
    }

    fn live(&self) -> &[Item] {
        self.live.items()
    }

    fn contains(&self, item: Item) -> bool {
        self.live.contains(item)
    }

    fn solution(&mut self, monitor: &Monitor) -> Result<(&[Item], f64), Error> {
        self.settle(monitor)?;
        if self.memo.is_none() {
            self.memo = Some(self.solve(monitor)?);
        }
        match &self.memo {
            Some((items, value)) => Ok((items, *value)),
            None => Ok((&[], 0.0)),
        }
    }

    fn upper_bound(&mut self, monitor: &Monitor) -> Result<f64, Error> {
        self.settle(monitor)?;
        Ok(self.bound())
    }

    fn rebuild_all(&mut self, monitor: &Monitor) -> Result<(), Error> {
        self.clock += 1;
        self.memo = None;
        self.guesses.values_mut().for_each(Guess::request_all);
        self.settle(monitor)
    }

    fn stats(&self) -> Stats {
        let state_bytes = self.objective.state_bytes();
        let guesses: usize = self.guesses.values().map(|guess| guess.memory_bytes(state_bytes)).sum();
        Stats {
            levels: self.guesses.values().map(|guess| guess.levels().len()).sum(),
            active_guesses: self.guesses.len(),
            memory_bytes: guesses + self.handles.memory_bytes() + 8 * self.live.len(),
            ..self.stats
        }
    }

    fn snapshot(&self) -> Vec<u8> {
        self.write_snapshot()
    }
}
