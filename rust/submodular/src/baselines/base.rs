//! What the baselines have in common: live items, counts, and an upper bound from the gains of everything live.

use std::collections::HashSet;

use porism_runtime::Monitor;

use crate::bytes::{Reader, Writer, invalid};
use crate::counted::Counted;
use crate::error::Error;
use crate::evaluation::require_item;
use crate::live::Live;
use crate::objective::{Item, Monotonicity, Objective};
use crate::stream::Stats;

/// Live items under a monotone objective.
pub(super) struct Base<O: Objective> {
    pub(super) objective: O,
    pub(super) k: usize,
    pub(super) live: Live,
    pub(super) stats: Stats,
    /// The last upper bound, until the next update.
    pub(super) bound: Option<f64>,
}

impl<O: Objective> Base<O> {
    pub(super) fn new(objective: O, k: usize, solver: &'static str) -> Result<Self, Error> {
        if k == 0 {
            return Err(Error::parameter("k", "at least 1", k));
        }
        if objective.properties().monotonicity != Monotonicity::Increasing {
            return Err(Error::NotMonotone {
                solver,
                objective: objective.name(),
            });
        }
        Ok(Self {
            objective,
            k,
            live: Live::default(),
            stats: Stats::default(),
            bound: None,
        })
    }

    /// Refuse an update that cannot be.
    pub(super) fn require(&self, item: Item, live: bool) -> Result<(), Error> {
        require_item(&self.objective, item)?;
        self.live.require(item, live)
    }

    /// Make the update.
    pub(super) fn update(&mut self, item: Item, arrives: bool) {
        if arrives {
            self.live.insert(item);
        } else {
            self.live.remove(item);
        }
        self.stats.updates += 1;
        self.bound = None;
    }

    /// Work with an oracle whose questions are counted, whatever comes of it.
    pub(super) fn ask<T>(
        &mut self,
        monitor: &Monitor,
        work: impl FnOnce(&mut Counted<'_, O>, &Live) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut oracle = Counted::new(&self.objective, monitor);
        let outcome = work(&mut oracle, &self.live);
        self.stats.queries += oracle.queries;
        self.stats.marginals += oracle.marginals;
        outcome
    }

    /// `f(S) + (the k largest gains of live items)`, at least the optimum for any S, live or not.
    pub(super) fn upper_bound(&mut self, chosen: &[Item], monitor: &Monitor) -> Result<f64, Error> {
        if let Some(bound) = self.bound {
            return Ok(bound);
        }
        let k = self.k;
        let bound = self.ask(monitor, |oracle, live| {
            let state = oracle.state_of(chosen)?;
            let chosen: HashSet<Item> = chosen.iter().copied().collect();
            let rest: Vec<Item> = live
                .items()
                .iter()
                .copied()
                .filter(|item| !chosen.contains(item))
                .collect();
            let mut gains = vec![0.0; rest.len()];
            oracle.gains(&state, &rest, &mut gains)?;
            gains.sort_unstable_by(|a, b| b.total_cmp(a));
            gains.truncate(k);
            Ok(oracle.objective.value(&state) + gains.iter().sum::<f64>())
        })?;
        self.bound = Some(bound);
        Ok(bound)
    }

    /// Everything live, in increasing order: what ties by the smallest id are broken in.
    pub(super) fn sorted(&self) -> Vec<Item> {
        let mut items = self.live.items().to_vec();
        items.sort_unstable();
        items
    }

    pub(super) fn write(&self, kind: &str) -> Writer {
        let mut w = Writer::new(kind);
        w.text(self.objective.name());
        w.size(self.objective.n_items());
        w.size(self.k);
        w.u64(self.stats.queries);
        w.u64(self.stats.marginals);
        w.u64(self.stats.updates);
        w.u64(self.stats.rebuilds);
        w.optional(self.bound);
        w.items(self.live.items());
        w
    }

    pub(super) fn read<'a>(objective: O, snapshot: &'a [u8], kind: &'static str) -> Result<(Self, Reader<'a>), Error> {
        let mut r = Reader::new(snapshot, kind)?;
        let n_items = objective.n_items();
        if r.text()? != objective.name() || r.size()? != n_items {
            return Err(invalid("it was taken with another objective"));
        }
        let mut base = Self::new(objective, r.size()?, kind)?;
        base.stats = Stats {
            queries: r.u64()?,
            marginals: r.u64()?,
            updates: r.u64()?,
            rebuilds: r.u64()?,
            ..Stats::default()
        };
        base.bound = r.optional()?;
        base.live = Live::from_items(&r.items(n_items)?).map_err(|_| invalid("an item is live twice"))?;
        Ok((base, r))
    }

    /// Chosen items from a snapshot: at most k, distinct and live.
    pub(super) fn read_chosen(&self, r: &mut Reader<'_>) -> Result<Vec<Item>, Error> {
        let items = r.items(self.objective.n_items())?;
        let distinct: HashSet<Item> = items.iter().copied().collect();
        if items.len() > self.k || distinct.len() != items.len() || !items.iter().all(|&item| self.live.contains(item))
        {
            return Err(invalid("its solution is not feasible"));
        }
        Ok(items)
    }
}

/// The parts of [`Selector`](crate::Selector) that every baseline answers from its [`Base`].
macro_rules! delegate_to_base {
    ($kind:expr) => {
        fn name(&self) -> &'static str {
            $kind
        }

        fn k(&self) -> usize {
            self.base.k
        }

        fn live(&self) -> &[Item] {
            self.base.live.items()
        }

        fn contains(&self, item: Item) -> bool {
            self.base.live.contains(item)
        }
    };
}

pub(super) use delegate_to_base;
