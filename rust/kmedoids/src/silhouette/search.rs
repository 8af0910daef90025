//! Searches for medoids of large average silhouette.

use porism_runtime::{Monitor, Pool};

use crate::batch::MAX_BATCH;
use crate::cycle::Cycle;
use crate::element::Element;
use crate::error::Error;
use crate::fasterpam::order_of;
use crate::matrix::Instance;
use crate::options::Options;
use crate::state::State;
use crate::sweep::GROUP;

use super::score::silhouette;
use super::sweep::{Sweeper, pair};
use super::three::{Hits, Three};

/// Medoids, and the silhouette they were chosen for.
#[derive(Debug, Clone, PartialEq)]
pub struct SilhouetteClustering {
    /// The candidates chosen.
    pub medoids: Vec<usize>,
    /// The slot of every object's nearest medoid, the first of equally near ones; a medoid's own is its slot.
    pub labels: Vec<usize>,
    /// The average medoid silhouette; for [`pamsil`] the average silhouette.
    pub silhouette: f64,
    /// The same before the first pass and after each.
    pub silhouettes: Vec<f64>,
    /// Passes over the candidates, or iterations.
    pub n_iter: usize,
    /// Swaps made.
    pub n_swap: usize,
    /// Whether the search ended by itself and not by `max_iter`.
    pub converged: bool,
    /// Candidates (in pairwise searches, pairs) whose change was computed.
    pub n_eval: u64,
}

/// The best average medoid silhouette found for every k.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The best of all.
    pub best: SilhouetteClustering,
    /// For every k from the least to the largest: the silhouette and its medoids.
    pub by_k: Vec<(usize, f64, Vec<usize>)>,
}

/// What rounding may make of a change of the sum of ratios: less than this is none.
fn threshold(n: usize) -> f64 {
    -1e-13 * n as f64
}

struct Search<'a, T: Element> {
    instance: &'a Instance<'a, T>,
    three: Three<T>,
    hits: Hits,
    options: &'a Options,
    monitor: &'a Monitor,
    silhouettes: Vec<f64>,
    n_iter: usize,
    n_swap: usize,
    n_eval: u64,
    converged: bool,
}

impl<'a, T: Element> Search<'a, T> {
    fn new(
        instance: &'a Instance<'a, T>,
        init: &[usize],
        options: &'a Options,
        monitor: &'a Monitor,
    ) -> Result<Self, Error> {
        let three = Three::assign(instance, instance.checked_medoids(init)?, options.isa());
        Ok(Self {
            silhouettes: vec![three.silhouette()],
            hits: Hits::new(instance.n_references()),
            instance,
            three,
            options,
            monitor,
            n_iter: 0,
            n_swap: 0,
            n_eval: 0,
            converged: false,
        })
    }

    fn swap(&mut self, slot: u32, candidate: usize) {
        self.three.swap(self.instance, slot, candidate, &mut self.hits);
        self.n_swap += 1;
    }

    fn others(&self) -> Vec<u32> {
        let all = 0..self.instance.n_candidates();
        let other = all.filter(|&j| self.instance.is_allowed(j) && !self.three.is_medoid[j]);
        other.map(|j| j as u32).collect()
    }

    fn report(&self) -> Result<(), Error> {
        self.monitor.report(self.n_iter as u64, 0, self.three.silhouette());
        Ok(self.monitor.check()?)
    }

    /// Iterate `best` and swap until nothing improves.
    fn best_swaps(
        &mut self,
        mut best: impl FnMut(&mut Self, &[u32]) -> Result<Option<(f64, u32, u32)>, Error>,
    ) -> Result<(), Error> {
        while self.n_iter < self.options.max_iter && !self.converged {
            self.n_iter += 1;
            let others = self.others();
            match best(self, &others)? {
                Some((change, slot, candidate))
                    if change < threshold(self.three.slots[0].len()) && self.three.k() > 1 =>
                {
                    self.swap(slot, candidate as usize);
                }
                _ => self.converged = true,
            }
            self.silhouettes.push(self.three.silhouette());
        }
        Ok(())
    }

    /// Swap eagerly until a whole cycle makes no swap.
    fn eager(&mut self, order: &[u32], pool: &Pool) -> Result<(), Error> {
        let n = self.instance.n_references();
        let mut sweeper = Sweeper::new(pool, self.three.k());
        let most = if pool.is_parallel() { MAX_BATCH } else { GROUP };
        let mut cycle = Cycle::new(order, pool.n_threads(), most);
        while self.n_iter < self.options.max_iter && !self.converged {
            self.n_iter += 1;
            let before = self.n_swap;
            cycle.begin();
            while let Some(batch) = cycle.next(|candidate| !self.three.is_medoid[candidate] && self.three.k() > 1) {
                self.report()?;
                let changes = sweeper.sweep(self.instance, &self.three, batch, |change| change < threshold(n));
                let improving = changes.iter().position(|&(_, change)| change < threshold(n));
                self.n_eval += improving.map_or(batch.len(), |i| i + 1) as u64;
                let Some(i) = improving else {
                    cycle.went_by();
                    continue;
                };
                let ((slot, _), candidate) = (changes[i], batch[i] as usize);
                cycle.swapped(i);
                self.swap(slot, candidate);
            }
            self.silhouettes.push(self.three.silhouette());
            self.converged = self.n_swap == before;
        }
        Ok(())
    }

    fn finish(self) -> Result<SilhouetteClustering, Error> {
        let silhouette = self.three.silhouette();
        let medoids = self.three.medoids;
        let state = State::assign(self.instance, medoids, 0, self.three.isa, self.monitor)?;
        Ok(SilhouetteClustering {
            medoids: state.medoids.iter().map(|&j| j as usize).collect(),
            labels: state.n1.iter().map(|&slot| slot as usize).collect(),
            silhouette,
            silhouettes: self.silhouettes,
            n_iter: self.n_iter,
            n_swap: self.n_swap,
            converged: self.converged,
            n_eval: self.n_eval,
        })
    }
}

/// The best of `changes`, by candidate and then by slot.
fn least(best: Option<(f64, u32, u32)>, change: f64, slot: u32, candidate: u32) -> Option<(f64, u32, u32)> {
    if best.is_none_or(|(least, ..)| change < least) {
        Some((change, slot, candidate))
    } else {
        best
    }
}

/// PAMMEDSIL (Van der Laan, Pollard & Bryan 2003): the best of all exchanges, each evaluated by itself. The slow reference for [`fastmsc`].
pub fn pammedsil<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<SilhouetteClustering, Error> {
    let mut search = Search::new(instance, init, options, monitor)?;
    search.best_swaps(|search, others| {
        let mut best = None;
        for &candidate in others {
            for slot in 0..search.three.k() as u32 {
                search.report()?;
                search.n_eval += 1;
                let change = pair(search.instance, &search.three, slot, candidate as usize);
                best = least(best, change, slot, candidate);
            }
        }
        Ok(best)
    })?;
    search.finish()
}

/// FastMSC: the exchanges of [`pammedsil`], all those of a candidate evaluated together.
pub fn fastmsc<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<SilhouetteClustering, Error> {
    let mut search = Search::new(instance, init, options, monitor)?;
    let pool = options.pool()?;
    let mut sweeper = Sweeper::new(&pool, search.three.k());
    search.best_swaps(|search, others| {
        let mut best = None;
        for part in others.chunks(MAX_BATCH) {
            search.report()?;
            search.n_eval += part.len() as u64;
            let changes = sweeper.sweep(search.instance, &search.three, part, |_| false);
            for (&candidate, &(slot, change)) in part.iter().zip(changes) {
                best = least(best, change, slot, candidate);
            }
        }
        Ok(best)
    })?;
    search.finish()
}

/// FasterMSC: eager swapping for the average medoid silhouette.
pub fn fastermsc<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<SilhouetteClustering, Error> {
    let mut search = Search::new(instance, init, options, monitor)?;
    let (order, pool) = (order_of(instance, options), options.pool()?);
    pool.run_awake(|| search.eager(&order, &pool))?;
    search.finish()
}

/// PAMSIL (Van der Laan, Pollard & Bryan 2003): the best of all exchanges for the average silhouette proper, O(n²) for each. Only for small n.
pub fn pamsil<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<SilhouetteClustering, Error> {
    let mut medoids = instance.checked_medoids(init)?;
    let isa = options.isa();
    let n = instance.n_references() as f64;
    let score = |medoids: &[u32]| {
        if medoids.len() == 1 {
            return Ok(0.0);
        }
        let state = State::assign(instance, medoids.to_vec(), 0, isa, monitor)?;
        let labels: Vec<usize> = state.n1.iter().map(|&slot| slot as usize).collect();
        Ok::<_, Error>(
            silhouette(instance, &labels, medoids.len(), monitor)?
                .iter()
                .sum::<f64>()
                / n,
        )
    };
    let mut now = score(&medoids)?;
    let mut result = SilhouetteClustering {
        medoids: Vec::new(),
        labels: Vec::new(),
        silhouette: now,
        silhouettes: vec![now],
        n_iter: 0,
        n_swap: 0,
        converged: false,
        n_eval: 0,
    };
    while result.n_iter < options.max_iter && !result.converged {
        result.n_iter += 1;
        monitor.report(result.n_iter as u64, 0, now);
        let mut best = (now + 1e-12, None);
        let candidates = 0..instance.n_candidates() as u32;
        for candidate in candidates.filter(|&j| instance.is_allowed(j as usize) && !medoids.contains(&j)) {
            for slot in 0..medoids.len() {
                let mut changed = medoids.clone();
                changed[slot] = candidate;
                let score = score(&changed)?;
                result.n_eval += 1;
                if score > best.0 {
                    best = (score, Some(changed));
                }
            }
        }
        match best {
            (score, Some(changed)) => {
                (now, medoids) = (score, changed);
                result.n_swap += 1;
            }
            _ => result.converged = true,
        }
        result.silhouettes.push(now);
    }
    let state = State::assign(instance, medoids, 0, isa, monitor)?;
    result.silhouette = now;
    result.medoids = state.medoids.iter().map(|&j| j as usize).collect();
    result.labels = state.n1.iter().map(|&slot| slot as usize).collect();
    Ok(result)
}

/// DynMSC: [`fastermsc`] with `init.len()` medoids, then with one less and one less, down to `k_min`; each time the medoid whose removal costs the least
/// silhouette goes first. Returns the best, and the best of every k.
pub fn dynmsc<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    k_min: usize,
    options: &Options,
    monitor: &Monitor,
) -> Result<Curve, Error> {
    if k_min == 0 || k_min > init.len() {
        return Err(Error::Medoids {
            k: k_min,
            n: init.len(),
        });
    }
    let (order, pool) = (order_of(instance, options), options.pool()?);
    let mut search = Search::new(instance, init, options, monitor)?;
    let mut by_k = Vec::new();
    let mut best: Option<SilhouetteClustering> = None;
    loop {
        pool.run_awake(|| search.eager(&order, &pool))?;
        let next = Search {
            instance,
            three: search.three.clone(),
            hits: search.hits.clone(),
            options,
            monitor,
            silhouettes: Vec::new(),
            n_iter: 0,
            n_swap: 0,
            n_eval: 0,
            converged: false,
        };
        let found = std::mem::replace(&mut search, next).finish()?;
        by_k.push((found.medoids.len(), found.silhouette, found.medoids.clone()));
        if best.as_ref().is_none_or(|best| found.silhouette > best.silhouette) {
            best = Some(found);
        }
        let k = search.three.k();
        if k == k_min {
            break;
        }
        let removal = &search.three.removal;
        let cheapest = (0..k).fold(0, |best, slot| if removal[slot] < removal[best] { slot } else { best });
        search.three.remove(instance, cheapest);
        search.silhouettes.push(search.three.silhouette());
    }
    by_k.reverse();
    match best {
        Some(best) => Ok(Curve { best, by_k }),
        None => Err(Error::Empty), // not reached: every k was searched
    }
}
