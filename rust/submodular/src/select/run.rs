//! What all solvers share while they run: the counted oracle, the choice so far, and the best upper bound so far.

use std::collections::HashSet;

use porism_runtime::{Monitor, Pool};

use super::constraint::Constraint;
use super::{Bound, Method, Options, Selection};
use crate::counted::Counted;
use crate::error::Error;
use crate::evaluation::{require_distinct, require_item};
use crate::objective::{Item, Monotonicity, Objective};

/// A solver at work.
pub(super) struct Run<'a, O: Objective> {
    pub(super) oracle: Counted<'a, O>,
    pub(super) options: &'a Options,
    pub(super) constraint: Constraint<'a>,
    /// The candidates that are not initial, in the order given.
    pub(super) ground: Vec<Item>,
    pub(super) state: O::State,
    pub(super) initial_value: f64,
    pub(super) ranking: Vec<Item>,
    pub(super) gains: Vec<f64>,
    pub(super) k: usize,
    pub(super) monotonicity: Monotonicity,
    upper_bound: f64,
}

impl<'a, O: Objective> Run<'a, O> {
    pub(super) fn new(
        objective: &'a O,
        k: usize,
        method: Method,
        options: &'a Options,
        monitor: &'a Monitor,
        pool: &'a Pool,
    ) -> Result<Self, Error> {
        check(objective, k, method, options)?;
        let initial: HashSet<Item> = options.initial.iter().copied().collect();
        let ground: Vec<Item> = match &options.candidates {
            Some(candidates) => candidates
                .iter()
                .copied()
                .filter(|item| !initial.contains(item))
                .collect(),
            None => (0..objective.n_items() as Item)
                .filter(|item| !initial.contains(item))
                .collect(),
        };
        if method == Method::DoubleGreedy && k < ground.len() {
            return Err(Error::Unsupported {
                solver: method.name(),
                what: "a k below the number of candidates",
            });
        }
        let mut oracle = Counted::new(objective, monitor).with_pool(pool);
        let state = oracle.state_of(&options.initial)?;
        let initial_value = objective.value(&state);
        Ok(Self {
            oracle,
            options,
            constraint: Constraint::new(k, options),
            ground,
            state,
            initial_value,
            ranking: Vec::new(),
            gains: Vec::new(),
            k,
            monotonicity: objective.properties().monotonicity,
            upper_bound: f64::INFINITY,
        })
    }

    /// f of what is chosen now.
    pub(super) fn value(&self) -> f64 {
        self.oracle.objective.value(&self.state)
    }

    /// The gains of these items with respect to what is chosen now.
    pub(super) fn gains_of(&mut self, items: &[Item]) -> Result<Vec<f64>, Error> {
        let mut gains = vec![0.0; items.len()];
        self.oracle.gains(&self.state, items, &mut gains)?;
        Ok(gains)
    }

    pub(super) fn choose(&mut self, item: Item, gain: f64) -> Result<(), Error> {
        self.oracle.add(&mut self.state, item, gain)?;
        self.constraint.add(item);
        self.ranking.push(item);
        self.gains.push(gain);
        self.oracle.monitor.report(
            self.ranking.len() as u64,
            self.k.min(self.ground.len()) as u64,
            self.value(),
        );
        Ok(())
    }

    /// Replace what is chosen.
    pub(super) fn choose_instead(&mut self, ranking: Vec<Item>, gains: Vec<f64>, state: O::State) {
        self.ranking = ranking;
        self.gains = gains;
        self.state = state;
    }

    /// Learn from upper bounds of the gains of all unchosen items: `OPT ≤ f(S) + (most that they can add up to)`.
    ///
    /// For objectives that may fall it holds only for the initial S, because `f(O) ≤ f(O ∪ S)` needs monotonicity.
    pub(super) fn bound_from(&mut self, items: &[Item], gains: &[f64]) {
        let is_start = self.ranking.is_empty();
        if is_start || self.monotonicity == Monotonicity::Increasing {
            let exactly_k = self.monotonicity == Monotonicity::Decreasing;
            let most = self.constraint.most(items, gains, exactly_k);
            self.upper_bound = self.upper_bound.min(self.value() + most);
        }
    }

    /// The choice is an optimum.
    pub(super) fn is_optimal(&mut self) {
        self.upper_bound = self.value();
    }

    pub(super) fn finish(mut self) -> Result<Selection, Error> {
        let known = self.upper_bound.is_finite();
        let wanted = match self.options.bound {
            Bound::Auto => !known,
            Bound::Tight => self.monotonicity == Monotonicity::Increasing || !known,
            Bound::Free => false,
        };
        if wanted {
            if self.monotonicity == Monotonicity::Increasing {
                let chosen: HashSet<Item> = self.ranking.iter().copied().collect();
                let rest: Vec<Item> = self
                    .ground
                    .iter()
                    .copied()
                    .filter(|item| !chosen.contains(item))
                    .collect();
                let gains = self.gains_of(&rest)?;
                self.bound_from(&rest, &gains);
            } else {
                let start = self.oracle.state_of(&self.options.initial)?;
                let mut gains = vec![0.0; self.ground.len()];
                self.oracle.gains(&start, &self.ground, &mut gains)?;
                let exactly_k = self.monotonicity == Monotonicity::Decreasing;
                self.upper_bound = self.initial_value + self.constraint.most(&self.ground, &gains, exactly_k);
            }
        }
        let value = self.value();
        Ok(Selection {
            ranking: self.ranking,
            gains: self.gains,
            value,
            // The bound is a sum in another order than the value: where they meet, rounding must not put it below.
            upper_bound: self.upper_bound.max(value),
            queries: self.oracle.queries,
        })
    }
}

fn check<O: Objective>(objective: &O, k: usize, method: Method, options: &Options) -> Result<(), Error> {
    let solver = method.name();
    if k == 0 {
        return Err(Error::parameter("k", "at least 1", k));
    }
    if !(options.epsilon > 0.0 && options.epsilon < 1.0) {
        return Err(Error::parameter("epsilon", "between 0 and 1", options.epsilon));
    }
    require_distinct(objective, &options.initial)?;
    if let Some(candidates) = &options.candidates {
        candidates.iter().try_for_each(|&item| require_item(objective, item))?;
        require_distinct(objective, candidates)?;
    }
    let n_items = objective.n_items();
    if let Some(budget) = &options.budget {
        if budget.costs.len() != n_items {
            return Err(Error::Shape {
                name: "costs",
                expected: n_items,
                got: budget.costs.len(),
            });
        }
        let is_cost = |cost: &f64| *cost > 0.0 && cost.is_finite();
        if let Some(index) = budget.costs.iter().position(|cost| !is_cost(cost)) {
            let got = budget.costs[index];
            return Err(Error::InvalidObjective {
                name: "costs",
                index,
                expected: "finite and above 0",
                got,
            });
        }
        if !(budget.limit >= 0.0 && budget.limit.is_finite()) {
            return Err(Error::parameter("budget", "finite and at least 0", budget.limit));
        }
    }
    if let Some(matroid) = &options.matroid
        && matroid.n_items() != n_items
    {
        return Err(Error::Shape {
            name: "matroid",
            expected: n_items,
            got: matroid.n_items(),
        });
    }
    let knows_constraints = matches!(method, Method::Greedy | Method::LazyGreedy | Method::BruteForce);
    if !knows_constraints && options.budget.is_some() {
        return Err(Error::Unsupported {
            solver,
            what: "a budget",
        });
    }
    if !knows_constraints && options.matroid.is_some() {
        return Err(Error::Unsupported {
            solver,
            what: "a matroid",
        });
    }
    let monotonicity = objective.properties().monotonicity;
    let can = match method {
        Method::Random | Method::BruteForce | Method::RandomGreedy | Method::DoubleGreedy => true,
        Method::Greedy | Method::LazyGreedy => monotonicity != Monotonicity::Neither,
        _ => monotonicity == Monotonicity::Increasing,
    };
    if can {
        Ok(())
    } else {
        Err(Error::NotMonotone {
            solver,
            objective: objective.name(),
        })
    }
}
