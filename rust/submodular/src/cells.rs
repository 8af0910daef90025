//! A long array of numbers that is cheap to clone: pages shared until one of the clones writes to them.
//!
//! The dynamic algorithm keeps the oracle's state before every level of every guess. Neighbouring states differ in the few
//! cells that a handful of items touch, so that sharing pages makes hundreds of states cost what a few would.

use std::sync::Arc;

const BITS: u32 = 6;
const PAGE: usize = 1 << BITS;

/// Cells that start from one common number.
#[derive(Clone)]
pub(crate) struct Cells {
    pages: Vec<Arc<[f64; PAGE]>>,
}

impl Cells {
    pub(crate) fn new(len: usize, initial: f64) -> Self {
        let page = Arc::new([initial; PAGE]);
        Self {
            pages: vec![page; len.div_ceil(PAGE)],
        }
    }

    #[inline]
    pub(crate) fn get(&self, cell: u32) -> f64 {
        self.pages[(cell >> BITS) as usize][cell as usize % PAGE]
    }

    #[inline]
    pub(crate) fn set(&mut self, cell: u32, number: f64) {
        Arc::make_mut(&mut self.pages[(cell >> BITS) as usize])[cell as usize % PAGE] = number;
    }

    /// Bytes of the page table: what a clone costs before it writes.
    pub(crate) fn table_bytes(len: usize) -> usize {
        len.div_ceil(PAGE) * size_of::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_part_when_written() {
        let mut a = Cells::new(200, 1.0);
        a.set(130, 2.0);
        let b = a.clone();
        a.set(130, 3.0);
        a.set(0, 4.0);
        assert_eq!((a.get(0), a.get(130), a.get(199)), (4.0, 3.0, 1.0));
        assert_eq!((b.get(0), b.get(130), b.get(199)), (1.0, 2.0, 1.0));
    }
}
