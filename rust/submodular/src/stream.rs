//! What every selector over a stream of insertions and deletions does, whatever it does inside.

use porism_runtime::Monitor;

use crate::error::Error;
use crate::objective::Item;

/// What a selector did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Sets evaluated.
    pub queries: u64,
    /// Marginal gains told.
    pub marginals: u64,
    /// Insertions and deletions.
    pub updates: u64,
    /// Times that a part of the structure was built anew.
    pub rebuilds: u64,
    /// Levels of all guesses together, now. 0 where there are none.
    pub levels: usize,
    /// Guesses of the optimum that are kept, now. 0 where there are none.
    pub active_guesses: usize,
    /// About how many bytes the structure holds beside the objective.
    pub memory_bytes: usize,
}

impl Stats {
    /// Amortised queries; 0 before the first update.
    pub fn queries_per_update(&self) -> f64 {
        self.queries as f64 / self.updates.max(1) as f64
    }
}

/// A set of live items and at most k of them chosen, kept good as items come and go.
///
/// An item is live from its insertion to its deletion, and may come back. `solution`, `value` and `upper_bound` may compute, which is why
/// they take `&mut self`; what they compute is kept until the next update. If the objective or the monitor stops an insertion or deletion
/// before it changed anything, it did not happen; if it stops the upkeep after it, the update stands, and the next call catches up.
pub trait Selector: Send {
    /// The algorithm's name.
    fn name(&self) -> &'static str;

    /// How many items may be chosen.
    fn k(&self) -> usize;

    /// Insert an item.
    ///
    /// # Errors
    /// `OutOfRange`, `DuplicateItem`, `Interrupted`, or what the objective raises.
    fn insert(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error>;

    /// Delete a live item.
    ///
    /// # Errors
    /// `OutOfRange`, `UnknownItem`, `Interrupted`, or what the objective raises.
    fn delete(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error>;

    /// The live items, in an order that the updates determine.
    fn live(&self) -> &[Item];

    /// Whether an item is live.
    fn contains(&self, item: Item) -> bool;

    /// At most k live items, in the order of their choice, and their value.
    ///
    /// # Errors
    /// `Interrupted`, or what the objective raises.
    fn solution(&mut self, monitor: &Monitor) -> Result<(&[Item], f64), Error>;

    /// No k live items are worth more. Holds after any stream, whatever chose it.
    ///
    /// # Errors
    /// `Interrupted`, or what the objective raises.
    fn upper_bound(&mut self, monitor: &Monitor) -> Result<f64, Error>;

    /// Build everything anew with fresh randomness: what restores the guarantee after a stream that looked at solutions.
    ///
    /// # Errors
    /// `Interrupted`, or what the objective raises.
    fn rebuild_all(&mut self, monitor: &Monitor) -> Result<(), Error>;

    /// What was done so far.
    fn stats(&self) -> Stats;

    /// Everything but the objective, as bytes. A selector restored from them goes on as this one would, bit for bit.
    fn snapshot(&self) -> Vec<u8>;

    /// The value over the upper bound; 1 where both are 0.
    ///
    /// # Errors
    /// `Interrupted`, or what the objective raises.
    fn certified_ratio(&mut self, monitor: &Monitor) -> Result<f64, Error> {
        let (_, value) = self.solution(monitor)?;
        let bound = self.upper_bound(monitor)?;
        Ok(if bound > 0.0 { (value / bound).min(1.0) } else { 1.0 })
    }

    /// Many updates, in order: +1 inserts, −1 deletes.
    ///
    /// # Errors
    /// `Shape` or `InvalidParameter` before anything is done; `Update` with the position of the first update that failed, those before
    /// it being done.
    fn apply(&mut self, ops: &[i8], items: &[Item], monitor: &Monitor) -> Result<(), Error> {
        if ops.len() != items.len() {
            return Err(Error::Shape {
                name: "items",
                expected: ops.len(),
                got: items.len(),
            });
        }
        if let Some(op) = ops.iter().find(|op| !matches!(op, -1 | 1)) {
            return Err(Error::parameter("ops", "+1 (insert) or -1 (delete)", op));
        }
        for (position, (&op, &item)) in ops.iter().zip(items).enumerate() {
            let done = monitor.check().map_err(Error::from).and_then(|()| {
                if op > 0 {
                    self.insert(item, monitor)
                } else {
                    self.delete(item, monitor)
                }
            });
            if let Err(source) = done {
                return Err(Error::Update {
                    position,
                    source: Box::new(source),
                });
            }
            if position % 256 == 0 {
                monitor.report(position as u64, ops.len() as u64, 0.0);
            }
        }
        monitor.report(ops.len() as u64, ops.len() as u64, 0.0);
        Ok(())
    }
}

/// A selector chosen at run time: what a binding holds.
pub type AnySelector = Box<dyn Selector + Sync>;

impl<S: Selector + ?Sized> Selector for Box<S> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn k(&self) -> usize {
        (**self).k()
    }

    fn insert(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error> {
        (**self).insert(item, monitor)
    }

    fn delete(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error> {
        (**self).delete(item, monitor)
    }

    fn live(&self) -> &[Item] {
        (**self).live()
    }

    fn contains(&self, item: Item) -> bool {
        (**self).contains(item)
    }

    fn solution(&mut self, monitor: &Monitor) -> Result<(&[Item], f64), Error> {
        (**self).solution(monitor)
    }

    fn upper_bound(&mut self, monitor: &Monitor) -> Result<f64, Error> {
        (**self).upper_bound(monitor)
    }

    fn rebuild_all(&mut self, monitor: &Monitor) -> Result<(), Error> {
        (**self).rebuild_all(monitor)
    }

    fn stats(&self) -> Stats {
        (**self).stats()
    }

    fn snapshot(&self) -> Vec<u8> {
        (**self).snapshot()
    }
}
