//! Lazy greedy: gains only fall, so one that was told earlier is an upper bound, and most items need not be asked again (Minoux 1978).
//!
//! The choice is greedy's, ties included: an item is taken only when its gain is fresh and nothing with a bound as large and a smaller id waits.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::greedy::{best, better_single};
use super::run::Run;
use crate::error::Error;
use crate::objective::{Hint, Item, Objective};

/// An item with what is known of its gain.
struct Entry {
    score: f64,
    gain: f64,
    item: Item,
    /// How many items were chosen when the gain was told.
    round: usize,
    /// What the objective remembers of the item; most items are never asked again.
    hint: Option<Box<Hint>>,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score
            .total_cmp(&other.score)
            .then_with(|| other.item.cmp(&self.item))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

pub(super) fn lazy_greedy<O: Objective>(run: &mut Run<'_, O>) -> Result<(), Error> {
    let mut queue = Queue::start(run)?;
    queue.take(run, usize::MAX, 1.0)?;
    queue.finish(run)
}

pub(super) fn two_stage<O: Objective>(run: &mut Run<'_, O>) -> Result<(), Error> {
    let mut queue = Queue::start(run)?;
    queue.take(run, run.k / 2, 1.0 - run.options.epsilon)?;
    queue.take(run, usize::MAX, 1.0)?;
    queue.finish(run)
}

struct Queue {
    heap: BinaryHeap<Entry>,
    /// Items that no longer fit, with the bounds of their gains.
    aside: Vec<Entry>,
    best_single: Option<(Item, f64)>,
}

impl Queue {
    fn start<O: Objective>(run: &mut Run<'_, O>) -> Result<Self, Error> {
        let items: Vec<Item> = run
            .ground
            .iter()
            .copied()
            .filter(|&item| run.constraint.admits(item))
            .collect();
        let gains = run.gains_of(&items)?;
        run.bound_from(&items, &gains);
        let best_single = best(items.iter().copied().zip(gains.iter().copied()));
        let entry = |(&item, &gain): (&Item, &f64)| Entry {
            score: run.constraint.score(item, gain),
            gain,
            item,
            round: 0,
            hint: None,
        };
        let entries: Vec<Entry> = items.iter().zip(&gains).map(entry).collect();
        Ok(Self {
            heap: BinaryHeap::from(entries),
            aside: Vec::new(),
            best_single,
        })
    }

    /// Choose up to `count` items, each with at least `share` of the best score there is.
    fn take<O: Objective>(&mut self, run: &mut Run<'_, O>, count: usize, share: f64) -> Result<(), Error> {
        let batch = run.oracle.objective.properties().batch;
        let end = run.ranking.len().saturating_add(count);
        let (mut stale, mut items, mut gains) = (Vec::new(), Vec::new(), Vec::new());
        while run.ranking.len() < end && !run.constraint.is_full() {
            let round = run.ranking.len();
            let Some(top) = self.heap.pop() else { break };
            if !run.constraint.admits(top.item) {
                self.aside.push(top);
                continue;
            }
            if top.round == round {
                run.choose(top.item, top.gain)?;
                continue;
            }
            stale.clear();
            stale.push(top);
            while stale.len() < batch
                && let Some(next) = self.heap.peek()
                && next.round != round
                && let Some(next) = self.heap.pop()
            {
                stale.push(next);
            }
            if let [entry] = &mut stale[..] {
                let hint = entry.hint.get_or_insert_default();
                entry.gain = run.oracle.gain_again(&run.state, entry.item, hint)?;
                entry.score = run.constraint.score(entry.item, entry.gain);
                entry.round = round;
            } else {
                self.ask(run, &mut stale, &mut items, &mut gains)?;
            }
            if share < 1.0
                && let Some(at) = (0..stale.len()).max_by(|&a, &b| stale[a].cmp(&stale[b]))
                && self
                    .heap
                    .peek()
                    .is_none_or(|next| stale[at].score >= share * next.score)
                && run.constraint.admits(stale[at].item)
            {
                let chosen = stale.swap_remove(at);
                run.choose(chosen.item, chosen.gain)?;
            }
            self.heap.extend(stale.drain(..));
        }
        Ok(())
    }

    /// Ask several items at once.
    fn ask<O: Objective>(
        &self,
        run: &mut Run<'_, O>,
        stale: &mut [Entry],
        items: &mut Vec<Item>,
        gains: &mut Vec<f64>,
    ) -> Result<(), Error> {
        items.clear();
        items.extend(stale.iter().map(|entry| entry.item));
        gains.resize(items.len(), 0.0);
        run.oracle.gains(&run.state, items, gains)?;
        for (entry, &gain) in stale.iter_mut().zip(&*gains) {
            entry.gain = gain;
            entry.score = run.constraint.score(entry.item, gain);
            entry.round = run.ranking.len();
        }
        Ok(())
    }

    fn finish<O: Objective>(self, run: &mut Run<'_, O>) -> Result<(), Error> {
        let entries = || self.heap.iter().chain(&self.aside);
        let items: Vec<Item> = entries().map(|entry| entry.item).collect();
        let gains: Vec<f64> = entries().map(|entry| entry.gain).collect();
        run.bound_from(&items, &gains);
        better_single(run, self.best_single)
    }
}
