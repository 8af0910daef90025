//! What a search returns.

use porism_runtime::Monitor;

use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::matrix::Instance;
use crate::state::State;

/// One swap of a run, recorded where [`Options::trace`](crate::Options) asks for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swap<A> {
    /// The slot whose medoid was replaced.
    pub slot: usize,
    /// The candidate that replaced it.
    pub candidate: usize,
    /// The loss after it.
    pub loss: A,
}

/// How much work a run was. Deterministic: neither threads nor instruction set change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Candidates whose change was computed.
    pub n_eval: u64,
    /// Dissimilarities read.
    pub n_dist: u64,
    /// Candidates that were skipped because they provably could not improve.
    pub n_skipped: u64,
}

/// Medoids, who belongs to them, and how they were found.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustering<T: Element> {
    /// The candidates chosen, in the order of their slots.
    pub medoids: Vec<usize>,
    /// The slot of every reference's nearest medoid, the first of equally near ones; a medoid's own is its slot.
    pub labels: Vec<usize>,
    /// Dissimilarity to it.
    pub distances: Vec<T>,
    /// Dissimilarity to the second nearest medoid, [`Element::FAR`] where there is none.
    pub second_distances: Vec<T>,
    /// Sum of the (weighted) distances.
    pub loss: T::Acc,
    /// The loss before the first pass and after each.
    pub losses: Vec<T::Acc>,
    /// Passes over the candidates.
    pub n_iter: usize,
    /// Swaps made.
    pub n_swap: usize,
    /// Whether the search ended by itself and not by `max_iter`.
    pub converged: bool,
    /// How much work it was.
    pub counters: Counters,
    /// Every swap, if asked for.
    pub swaps: Vec<Swap<T::Acc>>,
}

/// How a search went, without its outcome.
#[derive(Debug, Clone)]
pub(crate) struct Run<A> {
    pub(crate) losses: Vec<A>,
    pub(crate) n_iter: usize,
    pub(crate) n_swap: usize,
    pub(crate) converged: bool,
    pub(crate) counters: Counters,
    pub(crate) swaps: Vec<Swap<A>>,
    trace: bool,
}

impl<A: Accumulator> Run<A> {
    pub(crate) fn new(loss: A, trace: bool) -> Self {
        Self {
            losses: vec![loss],
            n_iter: 0,
            n_swap: 0,
            converged: false,
            counters: Counters::default(),
            swaps: Vec::new(),
            trace,
        }
    }

    /// The run that made `found`.
    pub(crate) fn from<T: Element<Acc = A>>(found: &Clustering<T>) -> Self {
        Self {
            losses: found.losses.clone(),
            n_iter: found.n_iter,
            n_swap: found.n_swap,
            converged: found.converged,
            counters: found.counters,
            swaps: found.swaps.clone(),
            trace: false,
        }
    }

    pub(crate) fn swapped(&mut self, slot: u32, candidate: usize, loss: A) {
        self.n_swap += 1;
        if self.trace {
            let slot = slot as usize;
            self.swaps.push(Swap { slot, candidate, loss });
        }
    }

    /// The outcome `state` of this run, unless some reference reaches no medoid.
    ///
    /// Labels are made afresh, so that ties are broken the same way whatever the history was.
    pub(crate) fn finish<T: Element<Acc = A>>(
        self,
        instance: &Instance<'_, T>,
        state: State<T>,
        monitor: &Monitor,
    ) -> Result<Clustering<T>, Error> {
        if state.total.far > 0 {
            let lost = |&o: &usize| state.d1[o].is_infinite() && instance.weight(o) != A::ZERO;
            return Err(Error::Unreachable {
                object: (0..state.d1.len()).find(lost).unwrap_or(0),
                count: state.total.far as usize,
            });
        }
        let State {
            medoids, n_fixed, isa, ..
        } = state;
        let state = State::assign(instance, medoids, n_fixed, isa, monitor)?;
        Ok(Clustering {
            medoids: state.medoids.iter().map(|&medoid| medoid as usize).collect(),
            labels: state.n1.iter().map(|&slot| slot as usize).collect(),
            distances: state.d1,
            second_distances: state.d2,
            loss: state.total.value,
            losses: self.losses,
            n_iter: self.n_iter,
            n_swap: self.n_swap,
            converged: self.converged,
            counters: self.counters,
            swaps: self.swaps,
        })
    }
}
