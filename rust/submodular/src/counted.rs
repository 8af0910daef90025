//! The oracle as an algorithm sees it: counted, checked, interruptible, and on several threads where that pays.

use porism_runtime::{Monitor, Pool};
use rayon::prelude::*;

use crate::error::{Error, Fault, OracleError};
use crate::objective::{Frame, Item, Monotonicity, Objective};

/// Gains of this many elementary steps together take a few milliseconds: the pace of interrupts and the least that threads are woken for.
const CHUNK_STEPS: usize = 4_000_000;

/// How far below 0 rounding may take the gain of a monotone objective, relative to the value or to 1.
const SLACK: f64 = 1e-9;

/// An objective that counts what it is asked, in the set-query model.
pub(crate) struct Counted<'a, O: Objective> {
    pub(crate) objective: &'a O,
    pub(crate) monitor: &'a Monitor,
    /// Sets evaluated.
    pub(crate) queries: u64,
    /// Marginal gains told.
    pub(crate) marginals: u64,
    pool: Option<&'a Pool>,
    monotone: bool,
}

impl<'a, O: Objective> Counted<'a, O> {
    pub(crate) fn new(objective: &'a O, monitor: &'a Monitor) -> Self {
        let monotone = objective.properties().monotonicity == Monotonicity::Increasing;
        Self {
            objective,
            monitor,
            queries: 0,
            marginals: 0,
            pool: None,
            monotone,
        }
    }

    /// Use these threads for long lists of gains.
    pub(crate) fn with_pool(mut self, pool: &'a Pool) -> Self {
        let parallel = pool.is_parallel() && self.objective.properties().parallel;
        self.pool = parallel.then_some(pool);
        self
    }

    /// One query.
    #[inline]
    pub(crate) fn gain(&mut self, state: &O::State, item: Item) -> Result<f64, Error> {
        self.monitor.check()?;
        self.queries += 1;
        self.marginals += 1;
        let gain = self.objective.gain(state, item)?;
        self.checked(state, item, gain)
    }

    /// No query: the same set was asked about a moment ago, for a bound.
    pub(crate) fn gain_after_bound(&mut self, state: &O::State, item: Item) -> Result<f64, Error> {
        self.monitor.check()?;
        self.marginals += 1;
        let gain = self.objective.gain(state, item)?;
        self.checked(state, item, gain)
    }

    /// One query, though no gain is told: it is bounded by a look at every cell.
    pub(crate) fn count_bound(&mut self) -> Result<(), Error> {
        self.monitor.check()?;
        self.queries += 1;
        Ok(())
    }

    /// As many queries as items, with a sketch of every gain, `width` bytes each.
    pub(crate) fn sketch(
        &mut self,
        state: &O::State,
        frame: &Frame,
        items: &[Item],
        out: &mut [f64],
        rows: &mut [u8],
        width: usize,
    ) -> Result<(), Error> {
        self.queries += items.len() as u64;
        self.marginals += items.len() as u64;
        let chunk = (CHUNK_STEPS / width.max(1)).clamp(1, 1 << 16);
        let (this, objective, monitor) = (&*self, self.objective, self.monitor);
        let work = |items: &[Item], out: &mut [f64], rows: &mut [u8]| -> Result<(), Error> {
            monitor.check()?;
            for ((&item, gain), row) in items.iter().zip(out).zip(rows.chunks_mut(width)) {
                let told = objective.gain_sketched(state, frame, item, row)?;
                *gain = this.checked(state, item, told)?;
            }
            Ok(())
        };
        match self.pool {
            Some(pool) if items.len() * width > CHUNK_STEPS => pool.run(|| {
                items
                    .par_chunks(chunk)
                    .zip(out.par_chunks_mut(chunk))
                    .zip(rows.par_chunks_mut(chunk * width))
                    .try_for_each(|((items, out), rows)| work(items, out, rows))
            }),
            _ => items
                .chunks(chunk)
                .zip(out.chunks_mut(chunk))
                .zip(rows.chunks_mut(chunk * width))
                .try_for_each(|((items, out), rows)| work(items, out, rows)),
        }
    }

    /// As many queries as items.
    pub(crate) fn gains(&mut self, state: &O::State, items: &[Item], out: &mut [f64]) -> Result<(), Error> {
        self.queries += items.len() as u64;
        self.marginals += items.len() as u64;
        let steps = self.objective.properties().gain_steps.max(1);
        let chunk = (CHUNK_STEPS / steps)
            .clamp(1, 1 << 16)
            .next_multiple_of(self.objective.properties().batch.max(1));
        let (this, objective, monitor) = (&*self, self.objective, self.monitor);
        let work = |items: &[Item], out: &mut [f64]| -> Result<(), Error> {
            monitor.check()?;
            objective.gains(state, items, out)?;
            for (&item, gain) in items.iter().zip(out) {
                *gain = this.checked(state, item, *gain)?;
            }
            Ok(())
        };
        match self.pool {
            Some(pool) if items.len() * steps > CHUNK_STEPS => pool.run(|| {
                items
                    .par_chunks(chunk)
                    .zip(out.par_chunks_mut(chunk))
                    .try_for_each(|(items, out)| work(items, out))
            }),
            _ => items
                .chunks(chunk)
                .zip(out.chunks_mut(chunk))
                .try_for_each(|(items, out)| work(items, out)),
        }
    }

    /// Two queries, or one if the prefix is empty.
    pub(crate) fn gain_after(&mut self, state: &mut O::State, prefix: &[Item], last: Item) -> Result<f64, Error> {
        self.monitor.check()?;
        self.queries += 1 + u64::from(!prefix.is_empty());
        self.marginals += 1;
        let gain = self.objective.gain_after(state, prefix, last)?;
        self.checked(state, last, gain)
    }

    /// No query: the gain is known.
    pub(crate) fn add(&mut self, state: &mut O::State, item: Item, gain: f64) -> Result<(), Error> {
        Ok(self.objective.add(state, item, Some(gain))?)
    }

    /// One query, of the final set; none if there is nothing to add.
    pub(crate) fn extend(&mut self, state: &mut O::State, items: &[Item]) -> Result<(), Error> {
        if items.is_empty() {
            return Ok(());
        }
        self.monitor.check()?;
        self.queries += 1;
        self.objective.extend(state, items)?;
        let value = self.objective.value(state);
        if value.is_finite() {
            Ok(())
        } else {
            Err(not_finite(items[items.len() - 1], value))
        }
    }

    /// One query.
    pub(crate) fn remove(&mut self, state: &mut O::State, item: Item, rest: &[Item]) -> Result<(), Error> {
        self.monitor.check()?;
        self.queries += 1;
        Ok(self.objective.remove(state, item, rest)?)
    }

    /// One query: f of a set, from nothing.
    pub(crate) fn state_of(&mut self, items: &[Item]) -> Result<O::State, Error> {
        let mut state = self.objective.empty();
        self.extend(&mut state, items)?;
        Ok(state)
    }

    #[inline]
    fn checked(&self, state: &O::State, item: Item, gain: f64) -> Result<f64, Error> {
        if gain >= 0.0 && gain.is_finite() {
            return Ok(gain);
        }
        if !gain.is_finite() {
            return Err(not_finite(item, gain));
        }
        if !self.monotone {
            return Ok(gain);
        }
        if gain < -SLACK * self.objective.value(state).abs().max(1.0) {
            let fault: Fault = Box::new(OracleError::Decreasing {
                item,
                set: Vec::new(),
                gain,
            });
            return Err(fault.into());
        }
        Ok(0.0)
    }
}

fn not_finite(item: Item, value: f64) -> Error {
    let fault: Fault = Box::new(OracleError::NotFinite {
        item,
        set: Vec::new(),
        value,
    });
    fault.into()
}
