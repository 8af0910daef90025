//! A sliding window over a stream of items: insertions that delete the oldest.

use std::collections::VecDeque;

use porism_runtime::Monitor;

use crate::error::Error;
use crate::objective::Item;
use crate::stream::Selector;

/// A selector whose live items are the last `length` pushed.
pub struct Window<S> {
    selector: S,
    order: VecDeque<Item>,
    length: usize,
}

impl<S: Selector> Window<S> {
    /// A window over a selector without live items.
    ///
    /// # Errors
    /// `InvalidParameter` for an empty window or a selector with live items.
    pub fn new(selector: S, length: usize) -> Result<Self, Error> {
        if length == 0 {
            return Err(Error::parameter("window", "at least 1", length));
        }
        if !selector.live().is_empty() {
            return Err(Error::parameter(
                "selector",
                "without live items",
                selector.live().len(),
            ));
        }
        Ok(Self {
            selector,
            order: VecDeque::new(),
            length,
        })
    }

    /// Push an item and let the oldest go if the window is full. Returns the one that went.
    ///
    /// # Errors
    /// As [`Selector::insert`]; an item still in the window is a `DuplicateItem`, and nothing is deleted for it.
    pub fn push(&mut self, item: Item, monitor: &Monitor) -> Result<Option<Item>, Error> {
        if self.selector.contains(item) {
            return Err(Error::DuplicateItem { item });
        }
        let result = self.selector.insert(item, monitor);
        if self.selector.contains(item) {
            self.order.push_back(item);
        }
        result?;
        if self.order.len() <= self.length {
            return Ok(None);
        }
        let oldest = self.order.front().copied();
        if let Some(oldest) = oldest {
            let result = self.selector.delete(oldest, monitor);
            if !self.selector.contains(oldest) {
                self.order.pop_front();
            }
            result?;
        }
        Ok(oldest)
    }

    /// Push several.
    ///
    /// # Errors
    /// `Update` with the position of the first that failed, those before it being done.
    pub fn push_many(&mut self, items: &[Item], monitor: &Monitor) -> Result<(), Error> {
        for (position, &item) in items.iter().enumerate() {
            self.push(item, monitor).map_err(|source| Error::Update {
                position,
                source: Box::new(source),
            })?;
        }
        Ok(())
    }

    /// The items in the window, oldest first.
    pub fn items(&self) -> impl Iterator<Item = Item> + '_ {
        self.order.iter().copied()
    }

    /// The selector inside.
    pub fn selector(&mut self) -> &mut S {
        &mut self.selector
    }
}
