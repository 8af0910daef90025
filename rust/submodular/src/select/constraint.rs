//! What may be chosen together, and what an optimum within that can be worth at most.

use super::{Budget, Options};
use crate::matroid::Independent;
use crate::objective::Item;

/// A choice that grows within k, a budget and a matroid.
#[derive(Clone)]
pub(super) struct Constraint<'a> {
    k: usize,
    left: usize,
    budget: Option<&'a Budget>,
    money: f64,
    independent: Option<Independent<'a>>,
    empty: Option<Independent<'a>>,
}

impl<'a> Constraint<'a> {
    pub(super) fn new(k: usize, options: &'a Options) -> Self {
        let budget = options.budget.as_ref();
        let empty = options.matroid.as_ref().map(Independent::new);
        Self {
            k,
            left: k,
            budget,
            money: budget.map_or(0.0, |budget| budget.limit),
            independent: empty.clone(),
            empty,
        }
    }

    /// Whether k is all there is.
    pub(super) fn is_cardinality(&self) -> bool {
        self.budget.is_none() && self.empty.is_none()
    }

    pub(super) fn is_full(&self) -> bool {
        self.left == 0
    }

    pub(super) fn admits(&self, item: Item) -> bool {
        self.left > 0
            && self
                .budget
                .is_none_or(|budget| budget.costs[item as usize] <= self.money)
            && self
                .independent
                .as_ref()
                .is_none_or(|independent| independent.admits(item))
    }

    pub(super) fn add(&mut self, item: Item) {
        self.left -= 1;
        if let Some(budget) = self.budget {
            self.money -= budget.costs[item as usize];
        }
        if let Some(independent) = &mut self.independent {
            independent.add(item);
        }
    }

    /// What greedy ranks by.
    pub(super) fn score(&self, item: Item, gain: f64) -> f64 {
        match self.budget {
            Some(budget) => gain / budget.costs[item as usize],
            None => gain,
        }
    }

    /// The most that a feasible set can gather of these modular gains, or a little more.
    pub(super) fn most(&self, items: &[Item], gains: &[f64], exactly_k: bool) -> f64 {
        let mut order: Vec<(f64, Item)> = gains
            .iter()
            .copied()
            .zip(items.iter().copied())
            .filter(|entry| exactly_k || entry.0 > 0.0)
            .collect();
        if self.is_cardinality() {
            if self.k < order.len() {
                order.select_nth_unstable_by(self.k, |a, b| b.0.total_cmp(&a.0));
                order.truncate(self.k);
            }
            return order.iter().map(|entry| entry.0).sum();
        }
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        // Greedy is exact for a modular function on a matroid with a bound on the size.
        let mut most = f64::INFINITY;
        if let Some(empty) = &self.empty {
            let (mut independent, mut sum, mut count) = (empty.clone(), 0.0, 0);
            for &(gain, item) in &order {
                if count < self.k && independent.admits(item) {
                    independent.add(item);
                    sum += gain;
                    count += 1;
                }
            }
            most = sum;
        }
        if let Some(budget) = self.budget {
            // The fractional knapsack, and the k largest.
            let top: f64 = order.iter().take(self.k).map(|entry| entry.0).sum();
            let cost = |item: Item| budget.costs[item as usize];
            order.retain(|entry| cost(entry.1) <= budget.limit);
            order.sort_unstable_by(|a, b| (b.0 / cost(b.1)).total_cmp(&(a.0 / cost(a.1))));
            let (mut money, mut sum) = (budget.limit, 0.0);
            for (gain, item) in order {
                let share = (money / cost(item)).min(1.0);
                sum += share * gain;
                money -= share * cost(item);
                if share < 1.0 {
                    break;
                }
            }
            most = most.min(top).min(sum);
        }
        most
    }
}
