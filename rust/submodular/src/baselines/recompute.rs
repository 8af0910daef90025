//! Lazy greedy from nothing whenever somebody looks.

use porism_runtime::Monitor;

use super::base::{Base, delegate_to_base};
use crate::error::Error;
use crate::objective::{Item, Objective};
use crate::select::{Bound, Method, Options, select};
use crate::stream::{Selector, Stats};

pub(super) const KIND: &str = "recompute-lazy-greedy";

/// Keeps the live items and runs lazy greedy over them when the solution is read, once per update at most.
pub struct RecomputeLazyGreedy<O: Objective> {
    base: Base<O>,
    memo: Option<(Vec<Item>, f64)>,
}

impl<O: Objective> RecomputeLazyGreedy<O> {
    /// A selector without live items.
    ///
    /// # Errors
    /// `InvalidParameter`, or `NotMonotone`.
    pub fn new(objective: O, k: usize) -> Result<Self, Error> {
        Ok(Self {
            base: Base::new(objective, k, KIND)?,
            memo: None,
        })
    }

    /// The selector that a snapshot was taken of.
    ///
    /// # Errors
    /// `InvalidSnapshot`.
    pub fn restore(objective: O, snapshot: &[u8]) -> Result<Self, Error> {
        let (base, mut r) = Base::read(objective, snapshot, KIND)?;
        let memo = if r.flag()? {
            Some((base.read_chosen(&mut r)?, r.f64()?))
        } else {
            None
        };
        r.finish()?;
        Ok(Self { base, memo })
    }
}

/// Lazy greedy over the live items: the choice, its value and an upper bound.
pub(super) fn lazy_greedy<O: Objective>(
    base: &mut Base<O>,
    monitor: &Monitor,
) -> Result<(Vec<Item>, Vec<f64>, f64, f64), Error> {
    let options = Options {
        candidates: Some(base.sorted()),
        bound: Bound::Free,
        ..Options::default()
    };
    let selection = select(&base.objective, base.k, Method::LazyGreedy, &options, monitor)?;
    base.stats.queries += selection.queries;
    base.stats.marginals += selection.queries;
    base.stats.rebuilds += 1;
    Ok((
        selection.ranking,
        selection.gains,
        selection.value,
        selection.upper_bound,
    ))
}

impl<O: Objective> Selector for RecomputeLazyGreedy<O> {
    delegate_to_base!(KIND);

    fn insert(&mut self, item: Item, _: &Monitor) -> Result<(), Error> {
        self.base.require(item, false)?;
        self.base.update(item, true);
        self.memo = None;
        Ok(())
    }

    fn delete(&mut self, item: Item, _: &Monitor) -> Result<(), Error> {
        self.base.require(item, true)?;
        self.base.update(item, false);
        self.memo = None;
        Ok(())
    }

    fn solution(&mut self, monitor: &Monitor) -> Result<(&[Item], f64), Error> {
        if self.memo.is_none() {
            let (items, _, value, bound) = lazy_greedy(&mut self.base, monitor)?;
            self.base.bound = Some(bound);
            self.memo = Some((items, value));
        }
        match &self.memo {
            Some((items, value)) => Ok((items, *value)),
            None => Ok((&[], 0.0)),
        }
    }

    fn upper_bound(&mut self, monitor: &Monitor) -> Result<f64, Error> {
        let chosen = self.solution(monitor)?.0.to_vec();
        self.base.upper_bound(&chosen, monitor)
    }

    fn rebuild_all(&mut self, _: &Monitor) -> Result<(), Error> {
        self.memo = None;
        self.base.bound = None;
        Ok(())
    }

    fn stats(&self) -> Stats {
        Stats {
            memory_bytes: 8 * self.base.live.len(),
            ..self.base.stats
        }
    }

    fn snapshot(&self) -> Vec<u8> {
        let mut w = self.base.write(KIND);
        w.flag(self.memo.is_some());
        if let Some((items, value)) = &self.memo {
            w.items(items);
            w.f64(*value);
        }
        w.finish()
    }
}
