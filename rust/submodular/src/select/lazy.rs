//! Lazy greedy: gains only fall, so one that was told earlier is an upper bound, and most items need not be asked again (Minoux 1978).
//!
//! The choice is greedy's, ties included: an item is taken only when its gain is fresh and nothing with a bound as large and a smaller id waits.
//! Where the objective has [sketches](crate::sketch), an item is asked only when its sketch does not tell that it is not the best.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::greedy::{best, better_single};
use super::run::Run;
use crate::error::Error;
use crate::objective::{Item, Objective};
use crate::sketch::Sketch;

/// Sketches are made when this share of the items has been asked again ...
const SHARE: usize = 16;

/// ... and so many of them are left.
const MANY: usize = 64;

/// An item that waits, with what it is ranked by.
#[derive(Clone, Copy)]
struct Entry {
    score: f64,
    item: Item,
    place: u32,
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

/// What is known of an item's gain.
#[derive(Clone, Copy)]
struct Known {
    gain: f64,
    /// How many items were chosen when it was told or bounded.
    round: u32,
    is_exact: bool,
}

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
    /// Items that no longer fit.
    aside: Vec<Entry>,
    best_single: Option<(Item, f64)>,
    news: News,
}

/// What is known of gains, by place, and how more comes to be known.
struct News {
    known: Vec<Known>,
    /// Of those places that waited when it was made.
    sketch: Option<Sketch>,
    /// How many items may still be asked again before sketches are made.
    patience: usize,
}

impl News {
    /// Bound the gain of an item, or ask for it where it was bounded already; whether it was asked.
    fn of<O: Objective>(&mut self, run: &mut Run<'_, O>, entry: &mut Entry) -> Result<bool, Error> {
        let round = run.ranking.len() as u32;
        let known = &mut self.known[entry.place as usize];
        let is_bounded = known.round == round;
        let (gain, is_exact) = match &self.sketch {
            Some(sketch) if !is_bounded => {
                run.oracle.count_bound()?;
                (known.gain.min(sketch.bound(entry.place as usize)), false)
            }
            Some(_) => (run.oracle.gain_after_bound(&run.state, entry.item)?, true),
            None => (run.oracle.gain(&run.state, entry.item)?, true),
        };
        self.patience = self.patience.saturating_sub(1);
        *known = Known { gain, round, is_exact };
        entry.score = run.constraint.score(entry.item, gain);
        Ok(is_exact)
    }

    /// An item was chosen.
    fn follow<O: Objective>(&mut self, run: &Run<'_, O>) {
        if let Some(sketch) = &mut self.sketch {
            sketch.follow(run.oracle.objective, &run.state);
        }
    }
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
        let mut queue = Self {
            heap: BinaryHeap::new(),
            aside: Vec::new(),
            best_single,
            news: News {
                known: Vec::new(),
                sketch: None,
                patience: items.len() / SHARE,
            },
        };
        queue.fill(run, &items, &gains);
        Ok(queue)
    }

    /// Begin anew with these items, of which all gains are fresh.
    fn fill<O: Objective>(&mut self, run: &Run<'_, O>, items: &[Item], gains: &[f64]) {
        let round = run.ranking.len() as u32;
        let entry = |(place, (&item, &gain)): (usize, (&Item, &f64))| Entry {
            score: run.constraint.score(item, gain),
            item,
            place: place as u32,
        };
        let entries: Vec<Entry> = items.iter().zip(gains).enumerate().map(entry).collect();
        self.heap = BinaryHeap::from(entries);
        let known = |&gain: &f64| Known {
            gain,
            round,
            is_exact: true,
        };
        self.news.known = gains.iter().map(known).collect();
    }

    /// Choose up to `count` items, each with at least `share` of the best score there is.
    fn take<O: Objective>(&mut self, run: &mut Run<'_, O>, count: usize, share: f64) -> Result<(), Error> {
        let batch = run.oracle.objective.properties().batch;
        let end = run.ranking.len().saturating_add(count);
        let mut stale = Vec::new();
        while run.ranking.len() < end && !run.constraint.is_full() {
            let round = run.ranking.len() as u32;
            let Some(&top) = self.heap.peek() else { break };
            if !run.constraint.admits(top.item) {
                self.aside.extend(self.heap.pop());
                continue;
            }
            let known = self.news.known[top.place as usize];
            if known.round == round && known.is_exact {
                self.heap.pop();
                run.choose(top.item, known.gain)?;
                self.news.follow(run);
                continue;
            }
            if batch > 1 {
                self.ask_some(run, batch, &mut stale)?;
            } else if self.news.patience == 0 && self.news.sketch.is_none() && self.begin_sketch(run)? {
                continue;
            } else if share < 1.0 {
                let Some(mut entry) = self.heap.pop() else { break };
                if self.news.of(run, &mut entry)? {
                    stale.push(entry);
                } else {
                    self.heap.push(entry);
                }
            } else if let Some(mut top) = self.heap.peek_mut() {
                self.news.of(run, &mut top)?; // and it sinks to where it belongs
                continue;
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
                run.choose(chosen.item, self.news.known[chosen.place as usize].gain)?;
                self.news.follow(run);
            }
            self.heap.extend(stale.drain(..));
        }
        Ok(())
    }

    /// Ask all that wait at once and keep sketches of the answers, where the objective has them.
    fn begin_sketch<O: Objective>(&mut self, run: &mut Run<'_, O>) -> Result<bool, Error> {
        self.news.patience = usize::MAX;
        if self.heap.len() < MANY {
            return Ok(false);
        }
        let mut waiting: Vec<Entry> = self.heap.iter().copied().collect();
        waiting.sort_unstable_by_key(|entry| entry.item); // in the order in which their rows lie
        let items: Vec<Item> = waiting.iter().map(|entry| entry.item).collect();
        let mut gains = vec![0.0; items.len()];
        self.news.sketch = Sketch::new(&mut run.oracle, &run.state, &items, &mut gains)?;
        if self.news.sketch.is_none() {
            return Ok(false);
        }
        // Those aside keep what is known of them, behind those that wait.
        let aside: Vec<Known> = self
            .aside
            .iter()
            .map(|entry| self.news.known[entry.place as usize])
            .collect();
        self.fill(run, &items, &gains);
        for (entry, known) in self.aside.iter_mut().zip(aside) {
            entry.place = self.news.known.len() as u32;
            self.news.known.push(known);
        }
        Ok(true)
    }

    /// Take several of the best that are not fresh, and ask them together.
    fn ask_some<O: Objective>(
        &mut self,
        run: &mut Run<'_, O>,
        batch: usize,
        stale: &mut Vec<Entry>,
    ) -> Result<(), Error> {
        let round = run.ranking.len() as u32;
        while stale.len() < batch
            && let Some(next) = self.heap.peek()
            && self.news.known[next.place as usize].round != round
        {
            stale.extend(self.heap.pop());
        }
        let items: Vec<Item> = stale.iter().map(|entry| entry.item).collect();
        let gains = run.gains_of(&items)?;
        for (entry, gain) in stale.iter_mut().zip(gains) {
            entry.score = run.constraint.score(entry.item, gain);
            self.news.known[entry.place as usize] = Known {
                gain,
                round,
                is_exact: true,
            };
        }
        Ok(())
    }

    fn finish<O: Objective>(self, run: &mut Run<'_, O>) -> Result<(), Error> {
        let entries = || self.heap.iter().chain(&self.aside);
        let items: Vec<Item> = entries().map(|entry| entry.item).collect();
        let gains: Vec<f64> = entries()
            .map(|entry| self.news.known[entry.place as usize].gain)
            .collect();
        run.bound_from(&items, &gains);
        better_single(run, self.best_single)
    }
}
