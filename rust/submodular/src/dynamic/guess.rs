//! The structure of one guess: levels, and where every admitted item stands.
//!
//! The candidates of the levels are nested, `R_1 ⊇ R_2 ⊇ …`, so that one number per item, its depth, says which of them it is in, and a list per depth
//! says who has it. `R_i` is the union of the lists from i on; nothing is stored twice.

use super::handles::Handles;
use super::params::Params;
use crate::counted::Counted;
use crate::error::Error;
use crate::objective::{Item, Objective};

const ABSENT: u32 = u32::MAX;

/// Where an admitted item stands: in which list, at which place.
#[derive(Debug, Clone, Copy)]
struct Slot {
    depth: u32,
    place: u32,
}

/// One level: a frozen bucket, the sample taken from it, and how much has changed since.
#[derive(Debug, Clone)]
pub(super) struct Level<S> {
    /// The oracle's state of `S_1 ∪ … ∪ S_{i−1}`, ghosts included.
    pub(super) before: S,
    /// How many candidates there were when it was built.
    pub(super) built_with: usize,
    /// How many candidates there are.
    pub(super) live: usize,
    /// The bucket's items when it was built, sorted.
    pub(super) bucket: Vec<Item>,
    /// How many of those have been deleted since.
    pub(super) dead: usize,
    /// What was sampled, in the order of the sample.
    pub(super) sample: Vec<Item>,
    /// Every pick gains at least this much where the sample count is right.
    pub(super) threshold: f64,
    /// The clock when it was built.
    pub(super) built_at: u64,
}

impl<S> Level<S> {
    pub(super) fn bucket(&self) -> &[Item] {
        &self.bucket
    }

    pub(super) fn sample(&self) -> &[Item] {
        &self.sample
    }
}

/// The structure for one guess of the optimum.
#[derive(Debug, Clone)]
pub(super) struct Guess<S> {
    pub(super) gamma: f64,
    pub(super) tau: f64,
    /// Which guess of the selector's life it is: part of the key of its randomness. (Not the exponent: scaling f would change the choice.)
    pub(super) serial: u64,
    /// The lower edges of the buckets, rising.
    pub(super) edges: Vec<f64>,
    pub(super) levels: Vec<Level<S>>,
    /// The oracle's state of all samples together.
    pub(super) tail: S,
    /// How many items all samples hold.
    pub(super) size: usize,
    /// The items of each depth, one list more than levels.
    pub(super) lists: Vec<Vec<Item>>,
    slots: Vec<Slot>,
    /// Sampled items that are not live.
    pub(super) ghosts: Vec<Item>,
    /// f of the sampled items that are live, once it is known.
    pub(super) live_value: Option<f64>,
    /// The first level to build anew.
    pub(super) pending: Option<usize>,
}

impl<S: Clone> Guess<S> {
    pub(super) fn new(params: &Params, j: i32, serial: u64, empty: S) -> Self {
        let gamma = params.gamma(j);
        let tau = params.tau(gamma);
        Self {
            gamma,
            tau,
            serial,
            edges: params.edges(j),
            levels: Vec::new(),
            tail: empty,
            size: 0,
            lists: vec![Vec::new()],
            slots: Vec::new(),
            ghosts: Vec::new(),
            live_value: None,
            pending: None,
        }
    }

    pub(super) fn levels(&self) -> &[Level<S>] {
        &self.levels
    }

    /// Whether no live item is admitted.
    pub(super) fn is_empty(&self) -> bool {
        self.lists.iter().all(Vec::is_empty)
    }

    pub(super) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// How many items the pending rebuild looks at first.
    pub(super) fn pending_items(&self) -> usize {
        self.pending.map_or(0, |from| {
            self.lists[from.min(self.lists.len())..].iter().map(Vec::len).sum()
        })
    }

    /// Ask for a rebuild from this level on.
    pub(super) fn request(&mut self, level: usize) {
        self.pending = Some(self.pending.map_or(level, |pending| pending.min(level)));
    }

    /// Ask for a rebuild of everything.
    pub(super) fn request_all(&mut self) {
        self.request(0);
    }

    /// The last level whose candidates the item would be among, or the number of levels if it would start a new one.
    pub(super) fn depth_of<O: Objective<State = S>>(
        &self,
        oracle: &mut Counted<'_, O>,
        params: &Params,
        item: Item,
    ) -> Result<usize, Error> {
        // An item whose ghost was sampled gains nothing after the level that sampled it.
        let own = if self.ghosts.contains(&item) {
            self.levels.iter().position(|level| level.sample.contains(&item))
        } else {
            None
        };
        // Admission is the test of the first level.
        for depth in 1..=self.levels.len() {
            let state = match self.levels.get(depth) {
                Some(level) => &level.before,
                None if self.size < params.k => &self.tail,
                None => return Ok(depth - 1),
            };
            if own == Some(depth - 1) || oracle.gain(state, item)? < self.tau {
                return Ok(depth - 1);
            }
        }
        Ok(self.levels.len())
    }

    /// Take an item in at a depth.
    pub(super) fn admit(&mut self, handles: &Handles, item: Item, depth: usize) {
        self.put(handles, item, depth);
        if let Some(at) = self.ghosts.iter().position(|&ghost| ghost == item) {
            self.ghosts.swap_remove(at);
            self.live_value = None;
        }
        for (i, level) in self.levels.iter_mut().enumerate().take(depth + 1) {
            level.live += 1;
            // Grown by half since it was built.
            if 2 * level.live >= 3 * level.built_with {
                self.pending = Some(self.pending.map_or(i, |pending| pending.min(i)));
            }
        }
        if depth == self.levels.len() {
            self.request(depth);
        }
    }

    /// Let a live item go. Its handle must still be valid.
    pub(super) fn evict(&mut self, params: &Params, handles: &Handles, item: Item) {
        let handle = handles.of(item);
        let Some(&Slot { depth, place }) = self.slots.get(handle) else {
            return;
        };
        if depth == ABSENT {
            return;
        }
        self.slots[handle].depth = ABSENT;
        let list = &mut self.lists[depth as usize];
        list.swap_remove(place as usize);
        if let Some(&moved) = list.get(place as usize) {
            self.slots[handles.of(moved)].place = place;
        }
        let birth = handles.birth(item);
        let depth = depth as usize;
        for (i, level) in self.levels.iter_mut().enumerate().take(depth + 1) {
            level.live -= 1;
            // Only the item that was there when the bucket was frozen counts, not one that came under its name later.
            if birth <= level.built_at && level.bucket.binary_search(&item).is_ok() {
                level.dead += 1;
                if level.dead as f64 > params.loss * level.bucket.len() as f64 {
                    self.pending = Some(self.pending.map_or(i, |pending| pending.min(i)));
                }
            }
        }
        if self.levels.get(depth).is_some_and(|level| level.sample.contains(&item)) {
            self.ghosts.push(item);
            self.live_value = None;
        }
    }

    fn put(&mut self, handles: &Handles, item: Item, depth: usize) {
        let handle = handles.of(item);
        if self.slots.len() <= handle {
            self.slots.resize(
                handle + 1 + handle / 4,
                Slot {
                    depth: ABSENT,
                    place: 0,
                },
            );
        }
        self.slots[handle] = Slot {
            depth: depth as u32,
            place: self.lists[depth].len() as u32,
        };
        self.lists[depth].push(item);
    }

    /// Replace everything from a level on.
    pub(super) fn replace(
        &mut self,
        handles: &Handles,
        from: usize,
        levels: Vec<Level<S>>,
        lists: Vec<Vec<Item>>,
        tail: S,
    ) {
        self.levels.truncate(from);
        self.levels.extend(levels);
        self.lists.truncate(from);
        for list in lists {
            let depth = self.lists.len();
            self.lists.push(Vec::with_capacity(list.len()));
            for item in list {
                self.put(handles, item, depth);
            }
        }
        self.tail = tail;
        self.size = self.levels.iter().map(|level| level.sample.len()).sum();
        self.ghosts.clear();
        for level in &self.levels {
            self.ghosts
                .extend(level.sample.iter().copied().filter(|&item| !handles.is_live(item)));
        }
        self.live_value = None;
        self.pending = None;
    }

    /// All sampled items, in the order of the samples.
    pub(super) fn sampled(&self) -> impl Iterator<Item = Item> + '_ {
        self.levels.iter().flat_map(|level| level.sample.iter().copied())
    }

    /// About how many bytes it holds.
    pub(super) fn memory_bytes(&self, state_bytes: usize) -> usize {
        let levels: usize = self
            .levels
            .iter()
            .map(|level| 4 * (level.bucket.len() + level.sample.len()) + 96)
            .sum();
        let lists: usize = self.lists.iter().map(|list| 4 * list.capacity()).sum();
        levels + lists + 8 * self.slots.capacity() + state_bytes * (self.levels.len() + 1)
    }

    /// Every invariant, with `items` the live items that ought to be admitted.
    pub(super) fn check<O: Objective<State = S>>(
        &self,
        oracle: &mut Counted<'_, O>,
        params: &Params,
        handles: &Handles,
        items: &[Item],
    ) -> Result<(), String> {
        let failed = |error: Error| error.to_string();
        if self.is_pending() {
            return Ok(()); // an interrupted update: the next call restores the rest
        }
        let held: usize = self.lists.iter().map(Vec::len).sum();
        if held != items.len() || self.lists.len() != self.levels.len() + 1 {
            return Err(format!(
                "{held} items are held in {} lists, {} are admitted",
                self.lists.len(),
                items.len()
            ));
        }
        for (depth, list) in self.lists.iter().enumerate() {
            for (place, &item) in list.iter().enumerate() {
                let slot = self.slots[handles.of(item)];
                if (slot.depth as usize, slot.place as usize) != (depth, place) {
                    return Err(format!("item {item} is not where its slot says"));
                }
            }
        }
        if self.size > params.k || self.size != self.sampled().count() {
            return Err(format!("{} items are sampled for k = {}", self.size, params.k));
        }
        let mut state = oracle.objective.empty();
        let mut gathered = 0.0;
        let mut members: Vec<Item> = Vec::new();
        let mut candidates: Vec<Item> = items.to_vec();
        for (i, level) in self.levels.iter().enumerate() {
            // R_i is what gained at least τ on top of every G before.
            let mut next = Vec::new();
            for &item in &candidates {
                let gain = if members.contains(&item) {
                    0.0
                } else {
                    oracle.gain(&state, item).map_err(failed)?
                };
                let expected = gain >= self.tau * (1.0 + 1e-9) || (i == 0);
                let slot = self.slots[handles.of(item)].depth as usize;
                let there = slot >= i;
                if expected && !there {
                    return Err(format!("item {item} gains {gain} at level {i} but stands at {slot}"));
                }
                if there && i > 0 && gain < self.tau * (1.0 - 1e-9) {
                    return Err(format!(
                        "item {item} gains only {gain} at level {i} but stands at {slot}"
                    ));
                }
                if there {
                    next.push(item);
                }
            }
            candidates = next;
            if level.live != candidates.len() {
                return Err(format!(
                    "level {i} counts {} candidates of {}",
                    level.live,
                    candidates.len()
                ));
            }
            if 2 * level.live >= 3 * level.built_with {
                return Err(format!(
                    "level {i} has grown from {} to {}",
                    level.built_with, level.live
                ));
            }
            if level.dead as f64 > params.loss * level.bucket.len() as f64 {
                return Err(format!("level {i} has lost {} of {}", level.dead, level.bucket.len()));
            }
            if let Some(item) = level
                .sample
                .iter()
                .find(|item| level.bucket.binary_search(item).is_err())
            {
                return Err(format!("item {item} was sampled at level {i} from outside the bucket"));
            }
            let gone = level.bucket.iter().filter(|&&item| !handles.is_live(item)).count();
            if gone > level.dead {
                return Err(format!("level {i} counts {} dead of {gone}", level.dead));
            }
            members.extend_from_slice(&level.sample);
            oracle.extend(&mut state, &level.sample).map_err(failed)?;
            gathered += level.sample.len() as f64 * level.threshold;
        }
        let base = oracle.objective.value(&oracle.objective.empty());
        let value = oracle.objective.value(&state) - base;
        if value > params.ratio * gathered * (1.0 + 1e-9) {
            return Err(format!("f(G) = {value} exceeds what its levels promise, {gathered}"));
        }
        if self.size < params.k {
            for &item in &candidates {
                if !members.contains(&item) && oracle.gain(&state, item).map_err(failed)? >= self.tau * (1.0 + 1e-9) {
                    return Err(format!(
                        "item {item} still gains τ although {} of {} are sampled",
                        self.size, params.k
                    ));
                }
            }
        }
        let ghosts = self.sampled().filter(|&item| !handles.is_live(item)).count();
        if ghosts != self.ghosts.len() {
            return Err(format!("{ghosts} ghosts are sampled, {} are known", self.ghosts.len()));
        }
        Ok(())
    }
}
