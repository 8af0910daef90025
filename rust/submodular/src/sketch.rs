//! Sketches of gains: a byte per cell that says, rounded up, how much more an item would put there than was there when the sketch was made.
//!
//! Lazy greedy asks most items only to learn that they are not the best. Where a gain is the sum of what an item's entries exceed the cells
//! by, and cells only rise, the sum of what its bytes exceed the cells' rise by (rounded down) bounds it from above: an eighth of the bytes, and
//! sixty-four cells to an instruction. Only items whose bound is the best there is need to be asked exactly, so that the choice is the same.

use crate::arch::excess;
use crate::counted::Counted;
use crate::error::Error;
use crate::objective::{Frame, Item, Objective};

/// Bytes of a row are padded to a multiple of this.
const ALIGN: usize = 64;

/// The most that a byte of a row may say, with room for rounding up.
pub(crate) const TOP: f64 = 254.0;

/// The sketches of some items on top of one set, and how far the set has come since.
pub(crate) struct Sketch {
    frame: Frame,
    width: usize,
    rows: Vec<u8>,
    levels: Vec<u8>,
}

impl Sketch {
    /// Ask about all of `items`, and keep sketches of what they answer. `None`, and nothing asked, where the objective has none.
    pub(crate) fn new<O: Objective>(
        oracle: &mut Counted<'_, O>,
        state: &O::State,
        items: &[Item],
        gains: &mut [f64],
    ) -> Result<Option<Self>, Error> {
        let Some(frame) = oracle.objective.frame(state) else {
            return Ok(None);
        };
        let width = frame.cells.len().next_multiple_of(ALIGN);
        let mut rows = vec![0; width * items.len()];
        oracle.sketch(state, &frame, items, gains, &mut rows, width)?;
        let levels = vec![0; width];
        Ok(Some(Self {
            frame,
            width,
            rows,
            levels,
        }))
    }

    /// The set has grown.
    pub(crate) fn follow<O: Objective>(&mut self, objective: &O, state: &O::State) {
        let n_cells = self.frame.cells.len();
        objective.levels(state, &self.frame, &mut self.levels[..n_cells]);
    }

    /// At least the gain of the item at this place of `items` with respect to the set that was followed last.
    pub(crate) fn bound(&self, place: usize) -> f64 {
        let row = &self.rows[place * self.width..][..self.width];
        // What rounding to 53 bits may take from a cell is far below a thousandth of a millionth of a unit.
        let units = excess(row, &self.levels) as f64 + 1e-9 * self.width as f64;
        units * self.frame.unit * (1.0 + 1e-9)
    }
}

#[cfg(test)]
mod tests {
    use porism_runtime::Monitor;

    use super::*;
    use crate::dense::Dense;
    use crate::objectives::facility_location_dense;
    use crate::random::{generator, unit};

    #[test]
    fn bounds_are_never_below_gains_and_mostly_close() {
        let (monitor, mut rng) = (Monitor::new(), generator(1, [0, 0]));
        for n_clients in [1, 5, 16, 63, 64, 77, 200] {
            for scale in [1e-200, 1.0, 3e7] {
                let n = 60;
                let values = (0..n * n_clients).map(|_| scale * unit(&mut rng).powi(3)).collect();
                let objective = facility_location_dense(Dense::new(values, n, n_clients).unwrap(), &monitor).unwrap();
                let mut oracle = Counted::new(&objective, &monitor);
                let mut state = objective.empty();
                oracle.extend(&mut state, &[3, 9]).unwrap();
                let items: Vec<Item> = (0..n as Item).rev().collect();
                let mut gains = vec![0.0; n];
                let sketch = Sketch::new(&mut oracle, &state, &items, &mut gains).unwrap();
                let mut sketch = sketch.unwrap();
                for (&item, &gain) in items.iter().zip(&gains) {
                    assert_eq!(gain, objective.gain(&state, item).unwrap());
                }
                for more in [20, 41, 7] {
                    oracle.extend(&mut state, &[more]).unwrap();
                    sketch.follow(&objective, &state);
                    for (place, &item) in items.iter().enumerate() {
                        let (gain, bound) = (objective.gain(&state, item).unwrap(), sketch.bound(place));
                        let slack = 2.0 * n_clients as f64 * sketch.frame.unit;
                        assert!(
                            gain <= bound && bound <= gain + slack + 1e-6 * scale,
                            "{n_clients} {gain} {bound}"
                        );
                    }
                }
            }
        }
    }
}
