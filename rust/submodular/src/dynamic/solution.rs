//! Reading the answer: the best guess's live items, topped up, and what the optimum cannot exceed.

use std::collections::HashSet;

use porism_runtime::Monitor;

use super::{Dynamic, Guess};
use crate::counted::Counted;
use crate::error::Error;
use crate::objective::{Item, Objective};

/// Candidates for topping up: this many per item of k, and a few more.
const REFILL: usize = 4;

impl<O: Objective> Dynamic<O> {
    /// The best of all guesses, with its value.
    pub(super) fn solve(&mut self, monitor: &Monitor) -> Result<(Vec<Item>, f64), Error> {
        let Self {
            objective,
            params,
            handles,
            guesses,
            live,
            stats,
            ..
        } = self;
        let refill = params.options.refill;
        let k = params.k;
        Self::counting(stats, Counted::new(objective, monitor), |oracle| {
            // f(G) bounds f of G's live items, so that most guesses need no query.
            let mut order: Vec<(f64, &mut Guess<O::State>)> = guesses
                .values_mut()
                .map(|guess| (objective.value(&guess.tail), guess))
                .collect();
            order.sort_by(|a, b| b.0.total_cmp(&a.0));
            let mut best: Option<(f64, usize)> = None;
            for (at, (most, guess)) in order.iter_mut().enumerate() {
                if best.is_some_and(|best| *most <= best.0) {
                    break;
                }
                let value = match guess.live_value {
                    Some(value) => value,
                    None if guess.ghosts.is_empty() => *most,
                    None => {
                        let items: Vec<Item> = guess.sampled().filter(|&item| handles.is_live(item)).collect();
                        objective.value(&oracle.state_of(&items)?)
                    }
                };
                guess.live_value = Some(value);
                if best.is_none_or(|best| value > best.0) {
                    best = Some((value, at));
                }
            }
            let Some((value, at)) = best else {
                return Ok((Vec::new(), objective.value(&objective.empty())));
            };
            let guess = &*order[at].1;
            let mut items: Vec<Item> = guess.sampled().filter(|&item| handles.is_live(item)).collect();
            if !refill || items.len() >= k || items.len() == live.len() {
                return Ok((items, value));
            }
            let mut state = if guess.ghosts.is_empty() {
                guess.tail.clone()
            } else {
                oracle.state_of(&items)?
            };
            let candidates = candidates(guess, live.items(), &items, REFILL * k + 64);
            let birth = |item: Item| handles.birth(item);
            top_up(oracle, &mut state, &mut items, k, candidates, birth)?;
            let value = objective.value(&state);
            Ok((items, value))
        })
    }

    /// The least of all bounds that the structure holds without a query.
    pub(super) fn bound(&self) -> f64 {
        let base = self.objective.value(&self.empty);
        // The k largest singletons.
        let (mut left, mut top) = (self.params.k, 0.0);
        for (&bits, &count) in self.singles.iter().rev() {
            let taken = left.min(count as usize);
            top += taken as f64 * f64::from_bits(bits);
            left -= taken;
            if left == 0 {
                break;
            }
        }
        let largest = self
            .singles
            .last_key_value()
            .map_or(0.0, |(&bits, _)| f64::from_bits(bits));
        let mut bound = base + top;
        for guess in self.guesses.values() {
            // Every live item is either admitted, and then gains less than τ, or worth less than τ alone.
            if guess.size < self.params.k && largest <= self.params.ratio * guess.gamma {
                bound = bound.min(self.objective.value(&guess.tail) + guess.gamma / 2.0);
            }
        }
        bound
    }
}

/// Items that the guess kept longest first, then the latest arrivals.
fn candidates<S: Clone>(guess: &Guess<S>, live: &[Item], chosen: &[Item], most: usize) -> Vec<Item> {
    let mut seen: HashSet<Item> = chosen.iter().copied().collect();
    let kept = guess.lists.iter().rev().flatten();
    let mut candidates = Vec::new();
    for &item in kept.chain(live.iter().rev().take(most)) {
        if candidates.len() == most {
            break;
        }
        if seen.insert(item) {
            candidates.push(item);
        }
    }
    candidates
}

/// Lazy greedy over the candidates; of equal gains the item that came first.
pub(crate) fn top_up<O: Objective>(
    oracle: &mut Counted<'_, O>,
    state: &mut O::State,
    chosen: &mut Vec<Item>,
    k: usize,
    candidates: Vec<Item>,
    birth: impl Fn(Item) -> u64,
) -> Result<(), Error> {
    let mut gains = vec![0.0; candidates.len()];
    oracle.gains(state, &candidates, &mut gains)?;
    let mut rest: Vec<(f64, Item)> = gains.into_iter().zip(candidates).collect();
    let mut is_fresh = true;
    while chosen.len() < k && !rest.is_empty() {
        rest.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| birth(a.1).cmp(&birth(b.1))));
        if !is_fresh {
            // Gains only fall: ask again from the top until what was asked beats what was not. What equals it is asked, too: it would come first
            // in the order below if it came first into the stream.
            let mut best = f64::NEG_INFINITY;
            for entry in &mut rest {
                if entry.0 < best {
                    break;
                }
                entry.0 = oracle.gain(state, entry.1)?;
                best = best.max(entry.0);
            }
            rest.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| birth(a.1).cmp(&birth(b.1))));
        }
        let (gain, item) = rest.remove(0);
        if gain <= 0.0 {
            break;
        }
        oracle.add(state, item, gain)?;
        chosen.push(item);
        is_fresh = false;
    }
    Ok(())
}
