//! Building the levels of a guess from one on: bucket, sample, filter, until nothing gains enough or k items are sampled.

use super::guess::{Guess, Level};
use super::handles::Handles;
use super::params::Params;
use super::sample_count::{Bucket, price, sample_count};
use crate::counted::Counted;
use crate::error::Error;
use crate::objective::{Item, Objective};
use crate::random::{Generator, generator, partial_shuffle};

/// What a rebuild needs to know of the selector.
pub(super) struct Env<'a, O: Objective> {
    pub(super) oracle: Counted<'a, O>,
    pub(super) params: &'a Params,
    pub(super) handles: &'a Handles,
    pub(super) clock: u64,
}

impl<S: Clone> Guess<S> {
    /// Carry out the pending rebuild, if any; on an error it stays pending and nothing has changed. Returns how many were carried out.
    pub(super) fn settle<O: Objective<State = S>>(&mut self, env: &mut Env<'_, O>) -> Result<u64, Error> {
        let Some(from) = self.pending else { return Ok(0) };
        let params = env.params;
        let mut rng = generator(params.options.seed, [self.serial, env.clock]);
        let mut state = match self.levels.get(from) {
            Some(level) => level.before.clone(),
            None => self.tail.clone(),
        };
        let mut size: usize = self.levels[..from.min(self.levels.len())]
            .iter()
            .map(|level| level.sample.len())
            .sum();
        let mut items: Vec<Item> = self.lists[from..].concat();
        let mut gains: Vec<f64> = vec![0.0; items.len()];
        if from == 0 {
            for (gain, &item) in gains.iter_mut().zip(&items) {
                *gain = env.handles.single(item);
            }
        } else {
            env.oracle.gains(&state, &items, &mut gains)?;
        }
        let (mut levels, mut lists) = (Vec::new(), Vec::new());
        while !items.is_empty() && size < params.k {
            let (bucket, edge) = bucket_of(&self.edges, &items, &gains);
            let room = params.k - size;
            let sample = draw_sample(
                &mut env.oracle,
                params,
                &mut state,
                &bucket,
                edge,
                items.len(),
                room,
                &mut rng,
            )?;
            let count = sample.len();
            let mut sorted_bucket = bucket;
            sorted_bucket.sort_unstable();
            let mut next = state.clone();
            env.oracle.extend(&mut next, &sample)?;
            size += count;
            let built_with = items.len();
            let mut stay = Vec::new();
            if size < params.k {
                let mut sorted_sample = sample.clone();
                sorted_sample.sort_unstable();
                let mut rest = Vec::with_capacity(items.len() - count);
                for item in items {
                    if sorted_sample.binary_search(&item).is_ok() {
                        stay.push(item);
                    } else {
                        rest.push(item);
                    }
                }
                gains.resize(rest.len(), 0.0);
                env.oracle.gains(&next, &rest, &mut gains)?;
                items = Vec::new();
                let mut kept = 0;
                for (at, item) in rest.into_iter().enumerate() {
                    if gains[at] >= self.tau {
                        items.push(item);
                        gains[kept] = gains[at];
                        kept += 1;
                    } else {
                        stay.push(item);
                    }
                }
                gains.truncate(kept);
            } else {
                stay = std::mem::take(&mut items);
            }
            levels.push(Level {
                before: state,
                built_with,
                live: built_with,
                bucket: sorted_bucket,
                dead: 0,
                sample,
                threshold: edge,
                built_at: env.clock,
            });
            lists.push(stay);
            state = next;
        }
        // With k items sampled nobody looks at what would gain more: the last list stays empty.
        lists.push(items);
        let leftover = lists.len() > 1 && lists.last().is_some_and(|last| !last.is_empty());
        debug_assert!(!leftover);
        self.replace(env.handles, from, levels, lists, state);
        Ok(1)
    }
}

/// The fullest bucket (of several the one with the largest gains) in the order of `items`, and its lower edge.
pub(crate) fn bucket_of(edges: &[f64], items: &[Item], gains: &[f64]) -> (Vec<Item>, f64) {
    let place = |gain: f64| edges.partition_point(|&edge| edge <= gain).max(1) - 1;
    let mut counts = vec![0_usize; edges.len()];
    let places: Vec<u32> = gains.iter().map(|&gain| place(gain) as u32).collect();
    for &place in &places {
        counts[place as usize] += 1;
    }
    let largest = (0..counts.len())
        .max_by_key(|&place| (counts[place], place))
        .unwrap_or(0);
    let mut members = Vec::with_capacity(counts[largest]);
    members.extend(
        items
            .iter()
            .zip(&places)
            .filter(|entry| *entry.1 as usize == largest)
            .map(|entry| *entry.0),
    );
    (members, edges[largest])
}

/// A uniform sample of a bucket, as large as keeps its last pick good, of at most `room` items, in random order.
#[expect(clippy::too_many_arguments)]
pub(crate) fn draw_sample<O: Objective>(
    oracle: &mut Counted<'_, O>,
    params: &Params,
    state: &mut O::State,
    bucket: &[Item],
    edge: f64,
    n_candidates: usize,
    room: usize,
    rng: &mut Generator,
) -> Result<Vec<Item>, Error> {
    let cap = room.min(bucket.len());
    let mut shuffled = bucket.to_vec();
    // Where a count costs more than filtering all candidates once, one item is taken: always right, and cheaper.
    let count = if cap == 1 || n_candidates <= price(params, cap) {
        1
    } else {
        let mut bucket = Bucket {
            items: &mut shuffled,
            threshold: edge,
        };
        sample_count(oracle, params, state, &mut bucket, cap, rng)?
    };
    // Drawn anew: what the trials saw says nothing about it.
    shuffled.copy_from_slice(bucket);
    partial_shuffle(rng, &mut shuffled, count);
    shuffled.truncate(count);
    Ok(shuffled)
}
