//! Small numbers for live items, so that a guess's tables are as long as there are live items and not as the ground set is.

use crate::objective::Item;

const ABSENT: u32 = u32::MAX;

/// What is known of every live item.
#[derive(Debug, Clone, Default)]
pub(super) struct Handles {
    by_item: Vec<u32>,
    free: Vec<u32>,
    singles: Vec<f64>,
    births: Vec<u64>,
}

impl Handles {
    /// Give a handle to an item that arrives.
    pub(super) fn insert(&mut self, item: Item, single: f64, clock: u64) {
        let index = item as usize;
        if self.by_item.len() <= index {
            self.by_item.resize((index + 1).next_power_of_two().max(64), ABSENT);
        }
        match self.free.pop() {
            Some(handle) => {
                self.by_item[index] = handle;
                self.singles[handle as usize] = single;
                self.births[handle as usize] = clock;
            }
            None => {
                self.by_item[index] = self.singles.len() as u32;
                self.singles.push(single);
                self.births.push(clock);
            }
        }
    }

    /// Take a live item's handle back.
    pub(super) fn remove(&mut self, item: Item) {
        let handle = std::mem::replace(&mut self.by_item[item as usize], ABSENT);
        self.free.push(handle);
    }

    /// The handle of a live item.
    #[inline]
    pub(super) fn of(&self, item: Item) -> usize {
        self.by_item[item as usize] as usize
    }

    pub(super) fn is_live(&self, item: Item) -> bool {
        self.by_item.get(item as usize).is_some_and(|&handle| handle != ABSENT)
    }

    /// f of a live item alone, less f(∅).
    #[inline]
    pub(super) fn single(&self, item: Item) -> f64 {
        self.singles[self.of(item)]
    }

    /// The clock when a live item came.
    #[inline]
    pub(super) fn birth(&self, item: Item) -> u64 {
        self.births[self.of(item)]
    }

    pub(super) fn memory_bytes(&self) -> usize {
        4 * self.by_item.len() + 20 * self.singles.len()
    }
}
