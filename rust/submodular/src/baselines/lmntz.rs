//! Levels with buffers, after Lattanzi, Mitrović, Norouzi-Fard, Tarnawski and Zadimoghaddam, "Fully Dynamic Algorithm for Constrained Submodular
//! Optimization" (NeurIPS 2020): a comparator, without a guarantee.
//!
//! Level l of a guess keeps buckets below `2^(T − l)` items and a buffer of as many; an insertion goes to the buffers of all levels, and the first
//! that is full is built anew together with all below it. A deleted item leaves a hole until the value of the samples has fallen by a share of ε'. That
//! last trigger looks at the samples themselves, which is where the independence that the analysis needs is lost.

use std::collections::{BTreeMap, HashSet};

use porism_runtime::Monitor;

use super::base::{Base, delegate_to_base};
use crate::bytes::{Reader, Writer, invalid};
use crate::counted::Counted;
use crate::dynamic::{DynamicOptions, Params, bucket_of, draw_sample};
use crate::error::Error;
use crate::live::Live;
use crate::objective::{Item, Objective};
use crate::random::generator;
use crate::stream::{Selector, Stats};

pub(super) const KIND: &str = "dynamic-lmntz";

/// The 2020 levels.
pub struct DynamicLmntz<O: Objective> {
    base: Base<O>,
    params: Params,
    singles: BTreeMap<Item, f64>,
    guesses: BTreeMap<i32, Guess<O::State>>,
    /// Levels are numbered 0 to this: 2 to its power is at least the number of live items.
    top: usize,
    serial: u64,
    memo: Option<(Vec<Item>, f64)>,
}

struct Guess<S> {
    tau: f64,
    serial: u64,
    edges: Vec<f64>,
    levels: Vec<Level<S>>,
    admitted: usize,
    /// The first level that must be built anew.
    pending: Option<usize>,
}

struct Level<S> {
    /// What the level was built from, without the samples of earlier levels. May name items that have gone.
    pool: Vec<Item>,
    buffer: Vec<Item>,
    sample: Vec<Item>,
    /// The oracle's state of all samples up to this level when it was built.
    after: S,
}

impl<O: Objective> DynamicLmntz<O> {
    /// A selector without live items.
    ///
    /// # Errors
    /// `InvalidParameter`, or `NotMonotone`.
    pub fn new(objective: O, k: usize, epsilon: f64, seed: u64) -> Result<Self, Error> {
        let params = Params::new(
            k,
            &DynamicOptions {
                epsilon,
                seed,
                ..DynamicOptions::default()
            },
        )?;
        Ok(Self {
            base: Base::new(objective, k, KIND)?,
            params,
            singles: BTreeMap::new(),
            guesses: BTreeMap::new(),
            top: 0,
            serial: 0,
            memo: None,
        })
    }

    /// Carry out the rebuilds that updates asked for.
    fn settle(&mut self, monitor: &Monitor) -> Result<(), Error> {
        let Self {
            base,
            params,
            guesses,
            top,
            ..
        } = self;
        let clock = base.stats.updates;
        for guess in guesses.values_mut() {
            if let Some(from) = guess.pending {
                base.ask(monitor, |oracle, live| {
                    guess.rebuild(oracle, live, params, *top, from, clock)
                })?;
                base.stats.rebuilds += 1;
            }
        }
        Ok(())
    }

    /// As many levels as the number of live items asks for.
    fn fit(&mut self) {
        let needed = self.base.live.len().max(1).next_power_of_two().ilog2() as usize;
        if needed > self.top || needed + 1 < self.top {
            self.top = needed;
            self.guesses.values_mut().for_each(|guess| guess.pending = Some(0));
        }
    }

    /// The selector that a snapshot was taken of.
    ///
    /// # Errors
    /// `InvalidSnapshot`, or what the objective raises.
    pub fn restore(objective: O, snapshot: &[u8]) -> Result<Self, Error> {
        let (base, mut r) = Base::read(objective, snapshot, KIND)?;
        let options = DynamicOptions {
            epsilon: r.f64()?,
            seed: r.u64()?,
            ..DynamicOptions::default()
        };
        let params = Params::new(base.k, &options)?;
        let (top, serial) = (r.size()?, r.u64()?);
        if top > 64 {
            return Err(invalid("it has more levels than there can be items"));
        }
        let mut singles = BTreeMap::new();
        for &item in base.live.items() {
            singles.insert(item, r.f64()?);
        }
        let mut guesses = BTreeMap::new();
        for _ in 0..r.count(24)? {
            let j = i32::try_from(r.i64()?).map_err(|_| invalid("a guess is out of range"))?;
            guesses.insert(j, Guess::read(&mut r, &base, &params, j)?);
        }
        let memo = if r.flag()? {
            Some((base.read_chosen(&mut r)?, r.f64()?))
        } else {
            None
        };
        r.finish()?;
        Ok(Self {
            base,
            params,
            singles,
            guesses,
            top,
            serial,
            memo,
        })
    }
}

impl<S: Clone> Guess<S> {
    fn new(params: &Params, j: i32, serial: u64) -> Self {
        let tau = params.tau(params.gamma(j));
        Self {
            tau,
            serial,
            edges: params.edges(j),
            levels: Vec::new(),
            admitted: 0,
            pending: Some(0),
        }
    }

    fn sampled(&self) -> impl Iterator<Item = Item> + '_ {
        self.levels.iter().flat_map(|level| level.sample.iter().copied())
    }

    fn rebuild<O: Objective<State = S>>(
        &mut self,
        oracle: &mut Counted<'_, O>,
        live: &Live,
        params: &Params,
        top: usize,
        from: usize,
        clock: u64,
    ) -> Result<(), Error> {
        let from = from.min(self.levels.len());
        let mut rng = generator(params.options.seed, [self.serial, clock]);
        let mut seen: HashSet<Item> = self.levels[..from]
            .iter()
            .flat_map(|level| level.sample.iter().copied())
            .collect();
        let mut size = seen.len();
        let mut state = match from.checked_sub(1) {
            Some(before) => self.levels[before].after.clone(),
            None => oracle.objective.empty(),
        };
        // Everything that the level knows of: what it was built from and what came since. Items that have gone drop out here.
        let waiting = self
            .levels
            .get(from)
            .map(|level| level.pool.iter().chain(&level.buffer));
        let all = waiting
            .into_iter()
            .flatten()
            .copied()
            .filter(|&item| live.contains(item) && seen.insert(item));
        let mut pool: Vec<Item> = all.collect();
        let mut levels = Vec::new();
        for depth in from..=top {
            let start = pool.clone();
            let mut sample = Vec::new();
            let least = 1_usize << (top - depth).min(62);
            while size < params.k && !pool.is_empty() {
                let mut gains = vec![0.0; pool.len()];
                oracle.gains(&state, &pool, &mut gains)?;
                let mut kept = 0;
                for at in 0..pool.len() {
                    if gains[at] >= self.tau {
                        (pool[kept], gains[kept]) = (pool[at], gains[at]);
                        kept += 1;
                    }
                }
                pool.truncate(kept);
                gains.truncate(kept);
                let (bucket, edge) = bucket_of(&self.edges, &pool, &gains);
                if bucket.len() < least || bucket.is_empty() {
                    break;
                }
                let chosen = draw_sample(
                    oracle,
                    params,
                    &mut state,
                    &bucket,
                    edge,
                    pool.len(),
                    params.k - size,
                    &mut rng,
                )?;
                oracle.extend(&mut state, &chosen)?;
                size += chosen.len();
                let taken: HashSet<Item> = chosen.iter().copied().collect();
                pool.retain(|item| !taken.contains(item));
                sample.extend(chosen);
            }
            levels.push(Level {
                pool: start,
                buffer: Vec::new(),
                sample,
                after: state.clone(),
            });
        }
        self.levels.truncate(from);
        self.levels.extend(levels);
        self.pending = None;
        Ok(())
    }

    fn write(&self, w: &mut Writer) {
        w.u64(self.serial);
        w.size(self.admitted);
        w.i64(self.pending.map_or(-1, |pending| pending as i64));
        w.size(self.levels.len());
        for level in &self.levels {
            w.items(&level.pool);
            w.items(&level.buffer);
            w.items(&level.sample);
        }
    }

    fn read<O: Objective<State = S>>(
        r: &mut Reader<'_>,
        base: &Base<O>,
        params: &Params,
        j: i32,
    ) -> Result<Self, Error> {
        let n_items = base.objective.n_items();
        let mut guess = Self::new(params, j, r.u64()?);
        guess.admitted = r.size()?;
        guess.pending = usize::try_from(r.i64()?).ok();
        let mut state = base.objective.empty();
        let mut seen = HashSet::new();
        for _ in 0..r.count(24)? {
            let (pool, buffer, sample) = (r.items(n_items)?, r.items(n_items)?, r.items(n_items)?);
            if !sample.iter().all(|&item| seen.insert(item)) || seen.len() > base.k {
                return Err(invalid("samples repeat an item or are more than k"));
            }
            base.objective.extend(&mut state, &sample)?;
            guess.levels.push(Level {
                pool,
                buffer,
                sample,
                after: state.clone(),
            });
        }
        Ok(guess)
    }
}

impl<O: Objective> Selector for DynamicLmntz<O> {
    delegate_to_base!(KIND);

    fn insert(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error> {
        self.base.require(item, false)?;
        self.settle(monitor)?;
        let single = self
            .base
            .ask(monitor, |oracle, _| oracle.gain(&oracle.objective.empty(), item))?;
        self.base.update(item, true);
        self.memo = None;
        self.singles.insert(item, single);
        for j in self.params.guesses(single) {
            let (serial, params) = (&mut self.serial, &self.params);
            let guess = self.guesses.entry(j).or_insert_with(|| {
                *serial += 1;
                Guess::new(params, j, *serial)
            });
            guess.admitted += 1;
            if guess.levels.is_empty() {
                let after = self.base.objective.empty();
                guess.levels.push(Level {
                    pool: Vec::new(),
                    buffer: Vec::new(),
                    sample: Vec::new(),
                    after,
                });
            }
            for (depth, level) in guess.levels.iter_mut().enumerate() {
                level.buffer.push(item);
                let room = 1_usize << self.top.saturating_sub(depth).min(62);
                if level.buffer.len() >= room && guess.pending.is_none_or(|pending| depth < pending) {
                    guess.pending = Some(depth);
                }
            }
        }
        self.fit();
        self.settle(monitor)
    }

    fn delete(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error> {
        self.base.require(item, true)?;
        self.settle(monitor)?;
        // What the value of each level's samples falls to is asked before anything changes.
        let single = self.singles.get(&item).copied().unwrap_or(0.0);
        let mut hits = Vec::new();
        for j in self.params.guesses(single) {
            let Some(guess) = self.guesses.get(&j) else { continue };
            let Some(depth) = guess.levels.iter().position(|level| level.sample.contains(&item)) else {
                continue;
            };
            let value = self.base.objective.value(&guess.levels[depth].after);
            let upto = guess.levels[..=depth]
                .iter()
                .flat_map(|level| level.sample.iter().copied());
            let rest: Vec<Item> = upto
                .filter(|&other| other != item && self.base.live.contains(other))
                .collect();
            let left = self.base.ask(monitor, |oracle, _| {
                Ok(oracle.objective.value(&oracle.state_of(&rest)?))
            })?;
            if left < (1.0 - self.params.loss) * value {
                hits.push((j, depth));
            }
        }
        self.base.update(item, false);
        self.memo = None;
        self.singles.remove(&item);
        for j in self.params.guesses(single) {
            if let Some(guess) = self.guesses.get_mut(&j) {
                guess.admitted = guess.admitted.saturating_sub(1);
                if guess.admitted == 0 {
                    self.guesses.remove(&j);
                }
            }
        }
        for (j, depth) in hits {
            if let Some(guess) = self.guesses.get_mut(&j) {
                guess.pending = Some(guess.pending.map_or(depth, |pending| pending.min(depth)));
            }
        }
        self.fit();
        self.settle(monitor)
    }

    fn solution(&mut self, monitor: &Monitor) -> Result<(&[Item], f64), Error> {
        self.settle(monitor)?;
        if self.memo.is_none() {
            let guesses = &self.guesses;
            self.memo = Some(self.base.ask(monitor, |oracle, live| {
                let mut best = (Vec::new(), oracle.objective.value(&oracle.objective.empty()));
                for guess in guesses.values() {
                    let items: Vec<Item> = guess.sampled().filter(|&item| live.contains(item)).collect();
                    let value = oracle.objective.value(&oracle.state_of(&items)?);
                    if value > best.1 {
                        best = (items, value);
                    }
                }
                Ok(best)
            })?);
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

    fn rebuild_all(&mut self, monitor: &Monitor) -> Result<(), Error> {
        self.memo = None;
        self.base.bound = None;
        self.guesses.values_mut().for_each(|guess| {
            guess.pending = Some(0);
            self.serial += 1;
            guess.serial = self.serial;
        });
        self.settle(monitor)
    }

    fn stats(&self) -> Stats {
        let levels = || self.guesses.values().flat_map(|guess| &guess.levels);
        let lists: usize = levels().map(|level| 4 * (level.pool.len() + level.buffer.len())).sum();
        Stats {
            levels: levels().count(),
            active_guesses: self.guesses.len(),
            memory_bytes: lists + levels().count() * self.base.objective.state_bytes() + 24 * self.base.live.len(),
            ..self.base.stats
        }
    }

    fn snapshot(&self) -> Vec<u8> {
        let mut w = self.base.write(KIND);
        w.f64(self.params.options.epsilon);
        w.u64(self.params.options.seed);
        w.size(self.top);
        w.u64(self.serial);
        for item in self.base.live.items() {
            w.f64(self.singles.get(item).copied().unwrap_or(0.0));
        }
        w.size(self.guesses.len());
        for (&j, guess) in &self.guesses {
            w.i64(i64::from(j));
            guess.write(&mut w);
        }
        w.flag(self.memo.is_some());
        if let Some((items, value)) = &self.memo {
            w.items(items);
            w.f64(*value);
        }
        w.finish()
    }
}
