//! The items that are there: a dense list with constant-time insertion, deletion and lookup.

use crate::error::Error;
use crate::objective::Item;

const ABSENT: u32 = u32::MAX;

/// A set of items in an order that updates alone determine.
#[derive(Debug, Clone, Default)]
pub(crate) struct Live {
    items: Vec<Item>,
    places: Vec<u32>,
}

impl Live {
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn contains(&self, item: Item) -> bool {
        self.places.get(item as usize).is_some_and(|&place| place != ABSENT)
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// Refuse what [`insert`](Self::insert) and [`remove`](Self::remove) must not see.
    pub(crate) fn require(&self, item: Item, live: bool) -> Result<(), Error> {
        match (self.contains(item), live) {
            (true, false) => Err(Error::DuplicateItem { item }),
            (false, true) => Err(Error::UnknownItem { item }),
            _ => Ok(()),
        }
    }

    pub(crate) fn insert(&mut self, item: Item) {
        let index = item as usize;
        if self.places.len() <= index {
            self.places.resize((index + 1).next_power_of_two().max(64), ABSENT);
        }
        self.places[index] = self.items.len() as u32;
        self.items.push(item);
    }

    pub(crate) fn remove(&mut self, item: Item) {
        let place = std::mem::replace(&mut self.places[item as usize], ABSENT);
        self.items.swap_remove(place as usize);
        if let Some(&moved) = self.items.get(place as usize) {
            self.places[moved as usize] = place;
        }
    }

    /// The same list again.
    pub(crate) fn from_items(items: &[Item]) -> Result<Self, Error> {
        let mut live = Self::default();
        for &item in items {
            live.require(item, false)?;
            live.insert(item);
        }
        Ok(live)
    }
}
