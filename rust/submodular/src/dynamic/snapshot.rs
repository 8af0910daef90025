//! A selector as bytes and back.
//!
//! States are not stored: a level's state is its samples added in order, which gives the same bits. Whatever else decides the future is stored,
//! the orders of lists included.

use std::collections::{BTreeMap, HashSet};

use super::guess::Level;
use super::{Dynamic, DynamicOptions, Guess, KIND};
use crate::bytes::{Reader, Writer, invalid};
use crate::error::Error;
use crate::live::Live;
use crate::objective::{Item, Objective};
use crate::stream::Stats;

impl<O: Objective> Dynamic<O> {
    pub(super) fn write_snapshot(&self) -> Vec<u8> {
        let mut w = Writer::new(KIND);
        w.text(self.objective.name());
        w.size(self.objective.n_items());
        w.size(self.params.k);
        let options = &self.params.options;
        w.f64(options.epsilon);
        w.u64(options.seed);
        w.flag(options.refill);
        w.size(options.trials.unwrap_or(0));
        w.optional(options.max_failure);
        w.size(self.n_threads);
        w.u64(self.clock);
        w.u64(self.serial);
        w.u64(self.stats.queries);
        w.u64(self.stats.marginals);
        w.u64(self.stats.updates);
        w.u64(self.stats.rebuilds);
        w.items(self.live.items());
        for &item in self.live.items() {
            w.f64(self.handles.single(item));
            w.u64(self.handles.birth(item));
        }
        w.size(self.guesses.len());
        for (&j, guess) in &self.guesses {
            w.i64(i64::from(j));
            w.u64(guess.serial);
            w.i64(guess.pending.map_or(-1, |pending| pending as i64));
            w.optional(guess.live_value);
            w.size(guess.levels.len());
            for level in &guess.levels {
                w.size(level.built_with);
                w.size(level.dead);
                w.f64(level.threshold);
                w.u64(level.built_at);
                w.items(&level.bucket);
                w.items(&level.sample);
            }
            for list in &guess.lists {
                w.items(list);
            }
        }
        w.flag(self.memo.is_some());
        if let Some((items, value)) = &self.memo {
            w.items(items);
            w.f64(*value);
        }
        w.finish()
    }

    /// The selector that a snapshot was taken of. The objective must be the same; only its name and size can be checked.
    ///
    /// # Errors
    /// `InvalidSnapshot`, or what the objective raises while states are computed.
    pub fn restore(objective: O, snapshot: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(snapshot, KIND)?;
        let n_items = objective.n_items();
        if r.text()? != objective.name() || r.size()? != n_items {
            return Err(invalid("it was taken with another objective"));
        }
        let k = r.size()?;
        let options = DynamicOptions {
            epsilon: r.f64()?,
            seed: r.u64()?,
            refill: r.flag()?,
            trials: Some(r.size()?).filter(|&trials| trials > 0),
            max_failure: r.optional()?,
            n_threads: r.size()?,
        };
        let mut this = Self::new(objective, k, options)?;
        this.clock = r.u64()?;
        this.serial = r.u64()?;
        this.stats = Stats {
            queries: r.u64()?,
            marginals: r.u64()?,
            updates: r.u64()?,
            rebuilds: r.u64()?,
            ..Stats::default()
        };
        let items = r.items(n_items)?;
        this.live = Live::from_items(&items).map_err(|_| invalid("an item is live twice"))?;
        for &item in &items {
            let (single, birth) = (r.f64()?, r.u64()?);
            this.handles.insert(item, single, birth);
            this.count_single(single, true);
        }
        let mut guesses = BTreeMap::new();
        for _ in 0..r.count(32)? {
            let j = i32::try_from(r.i64()?).map_err(|_| invalid("a guess is out of range"))?;
            guesses.insert(j, this.read_guess(&mut r, j)?);
        }
        let expected: usize = items
            .iter()
            .map(|&item| this.params.guesses(this.handles.single(item)).count())
            .sum();
        let held: usize = guesses.values().flat_map(|guess| &guess.lists).map(Vec::len).sum();
        if expected != held {
            return Err(invalid("its guesses do not hold the live items"));
        }
        this.guesses = guesses;
        if r.flag()? {
            let items = r.items(n_items)?;
            if items.len() > k || items.iter().any(|&item| !this.live.contains(item)) {
                return Err(invalid("its solution is not feasible"));
            }
            this.memo = Some((items, r.f64()?));
        }
        r.finish()?;
        Ok(this)
    }

    fn read_guess(&self, r: &mut Reader<'_>, j: i32) -> Result<Guess<O::State>, Error> {
        let n_items = self.objective.n_items();
        let mut guess = Guess::new(&self.params, j, r.u64()?, self.empty.clone());
        let pending = r.i64()?;
        let live_value = r.optional()?;
        let n_levels = r.count(32)?;
        let mut state = self.empty.clone();
        let mut sampled: HashSet<Item> = HashSet::new();
        let mut levels = Vec::new();
        for _ in 0..n_levels {
            let (built_with, dead, threshold, built_at) = (r.size()?, r.size()?, r.f64()?, r.u64()?);
            let (bucket, sample) = (r.items(n_items)?, r.items(n_items)?);
            let before = state.clone();
            if sample.is_empty() || !sample.iter().all(|&item| sampled.insert(item)) {
                return Err(invalid("a level's sample is empty or repeats an item"));
            }
            self.objective.extend(&mut state, &sample)?;
            levels.push(Level {
                before,
                built_with,
                live: 0,
                bucket,
                dead,
                sample,
                threshold,
                built_at,
            });
        }
        if sampled.len() > self.params.k {
            return Err(invalid("more than k items are sampled"));
        }
        let mut lists = Vec::new();
        let mut held = vec![false; self.live.len()];
        for depth in 0..=n_levels {
            let list = r.items(n_items)?;
            let admitted =
                |item: Item| self.live.contains(item) && self.params.guesses(self.handles.single(item)).contains(&j);
            if !list
                .iter()
                .all(|&item| admitted(item) && !std::mem::replace(&mut held[self.handles.of(item)], true))
            {
                return Err(invalid("a guess holds an item that it should not"));
            }
            for level in &mut levels[..n_levels.min(depth + 1)] {
                level.live += list.len();
            }
            lists.push(list);
        }
        guess.replace(&self.handles, 0, levels, lists, state);
        guess.live_value = live_value;
        guess.pending = usize::try_from(pending).ok();
        if guess.pending.is_some_and(|pending| pending > n_levels) {
            return Err(invalid("a rebuild is pending at a level that is not there"));
        }
        Ok(guess)
    }
}
