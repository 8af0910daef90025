//! Sieves: one pass over the items, a small set per threshold, and the best of them at the end.
//!
//! Badanidiyuru, Mirzasoleiman, Karbasi and Krause (KDD 2014) keep a set per guess of the optimum between the largest singleton and 2k times it;
//! Kazemi, Mitrovic, Zadimoghaddam, Lattanzi and Karbasi (ICML 2019) drop guesses that the best set so far has overtaken, which leaves `O(k/epsilon)` items in
//! all. Both reach `1/2 − epsilon` of the optimum on every prefix, pointwise.

use std::collections::BTreeMap;

use porism_runtime::Monitor;

use super::run::Run;
use crate::counted::Counted;
use crate::error::Error;
use crate::evaluation::require_item;
use crate::objective::{Item, Monotonicity, Objective};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SieveKind {
    /// SieveStreaming.
    Sieve,
    /// SieveStreaming++.
    PlusPlus,
}

/// A sieve that items are pushed through one by one.
pub struct Sieve<O: Objective> {
    objective: O,
    core: Core<O::State>,
    queries: u64,
}

impl<O: Objective> Sieve<O> {
    /// An empty sieve for k items besides the initial ones.
    ///
    /// # Errors
    /// `InvalidParameter` for k or epsilon, `NotMonotone`, `OutOfRange`, `DuplicateItem`, or what the objective raises.
    pub fn new(objective: O, k: usize, epsilon: f64, kind: SieveKind, initial: &[Item]) -> Result<Self, Error> {
        if k == 0 {
            return Err(Error::parameter("k", "at least 1", k));
        }
        require_epsilon(epsilon)?;
        if objective.properties().monotonicity != Monotonicity::Increasing {
            return Err(Error::NotMonotone {
                solver: "sieve-streaming",
                objective: objective.name(),
            });
        }
        crate::evaluation::require_distinct(&objective, initial)?;
        let monitor = Monitor::new();
        let mut oracle = Counted::new(&objective, &monitor);
        let state = oracle.state_of(initial)?;
        let queries = oracle.queries;
        let core = Core::new(state, initial.to_vec(), k, epsilon, kind);
        Ok(Self {
            objective,
            core,
            queries,
        })
    }

    /// A sieve that goes on from the sets of another: each by the exponent of its threshold, its items in order. `largest` is the largest singleton seen.
    ///
    /// The objective may be another one, over another ground set, as long as it gives the same values to the same things: values and gains are asked anew.
    ///
    /// # Errors
    /// As [`new`](Self::new); `InvalidParameter` for a set of more than k items.
    pub fn resumed(
        objective: O,
        k: usize,
        epsilon: f64,
        kind: SieveKind,
        initial: &[Item],
        sets: &[(i32, Vec<Item>)],
        largest: f64,
    ) -> Result<Self, Error> {
        let mut this = Self::new(objective, k, epsilon, kind, initial)?;
        if !(0.0..=f64::MAX).contains(&largest) {
            return Err(Error::parameter("largest", "finite and at least 0", largest));
        }
        this.core.largest = largest;
        let monitor = Monitor::new();
        let mut oracle = Counted::new(&this.objective, &monitor);
        let start_value = oracle.objective.value(&this.core.start);
        for (exponent, items) in sets {
            if items.len() > k {
                return Err(Error::parameter("sets", "of at most k items", items.len()));
            }
            let all = [initial, items].concat();
            crate::evaluation::require_distinct(&this.objective, &all)?;
            let mut set = Set {
                state: this.core.start.clone(),
                items: Vec::new(),
                gains: Vec::new(),
            };
            for &item in items {
                let gain = oracle.gain(&set.state, item)?;
                oracle.add(&mut set.state, item, gain)?;
                set.items.push(item);
                set.gains.push(gain);
            }
            let value = oracle.objective.value(&set.state) - start_value;
            this.core.lower_bound = this.core.lower_bound.max(value);
            this.core.sets.insert(*exponent, set);
        }
        this.queries += oracle.queries;
        Ok(this)
    }

    /// All sets that are kept, by the exponent of their thresholds.
    pub fn sets(&self) -> impl Iterator<Item = (i32, &[Item])> + '_ {
        self.core.sets.iter().map(|(&exponent, set)| (exponent, &set.items[..]))
    }

    /// The largest singleton seen.
    pub fn largest(&self) -> f64 {
        self.core.largest
    }

    /// Let an item through. One that was seen before may be chosen only once.
    ///
    /// # Errors
    /// `OutOfRange`, `Interrupted`, or what the objective raises.
    pub fn push(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error> {
        require_item(&self.objective, item)?;
        let mut oracle = Counted::new(&self.objective, monitor);
        let outcome = self.core.push(&mut oracle, item);
        self.queries += oracle.queries;
        outcome
    }

    /// The best set so far with its gains, and f of it with the initial items.
    pub fn solution(&self) -> (Vec<Item>, Vec<f64>, f64) {
        match self.core.best(&self.objective) {
            Some(set) => (set.items.clone(), set.gains.clone(), self.objective.value(&set.state)),
            None => (Vec::new(), Vec::new(), self.objective.value(&self.core.start)),
        }
    }

    /// Sets evaluated.
    pub fn queries(&self) -> u64 {
        self.queries
    }

    /// Items held in all sets together.
    pub fn memory(&self) -> usize {
        self.core.sets.values().map(|set| set.items.len()).sum()
    }
}

struct Set<S> {
    state: S,
    items: Vec<Item>,
    gains: Vec<f64>,
}

struct Core<S> {
    kind: SieveKind,
    k: usize,
    ratio: f64,
    start: S,
    initial: Vec<Item>,
    largest: f64,
    lower_bound: f64,
    /// By exponent: the guess of the optimum, or for ++ the threshold, is `ratio^exponent`.
    sets: BTreeMap<i32, Set<S>>,
}

impl<S: Clone> Core<S> {
    fn new(start: S, initial: Vec<Item>, k: usize, epsilon: f64, kind: SieveKind) -> Self {
        // Both analyses lose a factor 1 + epsilon on OPT/2, and ++ another at the low end.
        let ratio = 1.0 + epsilon;
        Self {
            kind,
            k,
            ratio,
            start,
            initial,
            largest: 0.0,
            lower_bound: 0.0,
            sets: BTreeMap::new(),
        }
    }

    fn push<O: Objective<State = S>>(&mut self, oracle: &mut Counted<'_, O>, item: Item) -> Result<(), Error> {
        if self.initial.contains(&item) {
            return Ok(());
        }
        let single = oracle.gain(&self.start, item)?;
        if single > self.largest {
            self.largest = single;
        }
        if self.largest <= 0.0 {
            return Ok(());
        }
        self.renew();
        let (kind, k, ratio) = (self.kind, self.k, self.ratio);
        let start_value = oracle.objective.value(&self.start);
        for (&exponent, set) in &mut self.sets {
            if set.items.len() >= k || set.items.contains(&item) {
                continue;
            }
            let guess = ratio.powi(exponent);
            let value = oracle.objective.value(&set.state) - start_value;
            let threshold = match kind {
                SieveKind::Sieve => (guess / 2.0 - value) / (k - set.items.len()) as f64,
                SieveKind::PlusPlus => guess,
            };
            // A gain is at most the singleton's.
            if single < threshold {
                continue;
            }
            let gain = if set.items.is_empty() {
                single
            } else {
                oracle.gain(&set.state, item)?
            };
            if gain >= threshold && gain > 0.0 {
                oracle.add(&mut set.state, item, gain)?;
                set.items.push(item);
                set.gains.push(gain);
                self.lower_bound = self.lower_bound.max(value + gain);
            }
        }
        Ok(())
    }

    /// Keep a set for every guess in range. New guesses start empty: no earlier item could have passed them.
    fn renew(&mut self) {
        let k = self.k as f64;
        let (low, high) = match self.kind {
            SieveKind::Sieve => (self.largest, 2.0 * k * self.largest),
            SieveKind::PlusPlus => (
                self.lower_bound.max(self.largest) / (2.0 * k) / self.ratio,
                self.largest,
            ),
        };
        let exponent = |x: f64| x.min(f64::MAX).ln() / self.ratio.ln();
        let (first, last) = (exponent(low).ceil() as i32, exponent(high).floor() as i32);
        self.sets.retain(|&exponent, _| exponent >= first);
        for exponent in first..=last {
            let start = &self.start;
            self.sets.entry(exponent).or_insert_with(|| Set {
                state: start.clone(),
                items: Vec::new(),
                gains: Vec::new(),
            });
        }
    }

    fn best<O: Objective<State = S>>(&self, objective: &O) -> Option<&Set<S>> {
        let mut best: Option<&Set<S>> = None;
        for set in self.sets.values() {
            if best.is_none_or(|best| objective.value(&set.state) > objective.value(&best.state)) {
                best = Some(set);
            }
        }
        best
    }
}

/// There are `ln(2k) / epsilon` sets: an epsilon near 0 would fill the memory.
fn require_epsilon(epsilon: f64) -> Result<(), Error> {
    if (1e-4..1.0).contains(&epsilon) {
        Ok(())
    } else {
        Err(Error::parameter("epsilon", "at least 0.0001 and below 1", epsilon))
    }
}

pub(super) fn stream<O: Objective>(run: &mut Run<'_, O>, kind: SieveKind) -> Result<(), Error> {
    require_epsilon(run.options.epsilon)?;
    let mut core = Core::new(
        run.state.clone(),
        run.options.initial.clone(),
        run.k,
        run.options.epsilon,
        kind,
    );
    let total = run.ground.len() as u64;
    for (done, item) in run.ground.clone().into_iter().enumerate() {
        core.push(&mut run.oracle, item)?;
        if done % 1024 == 0 {
            run.oracle.monitor.report(done as u64, total, 0.0);
        }
    }
    if let Some(set) = core.best(run.oracle.objective) {
        run.choose_instead(set.items.clone(), set.gains.clone(), set.state.clone());
    }
    Ok(())
}
