//! Objectives that are a sum over cells, each cell's worth a function of what the chosen items put into it.
//!
//! A [`Rule`] says how an item's entry changes a cell and what that is worth. [`SparseSum`] runs it over the entries of a sparse row,
//! [`DenseSum`] over all cells. Dense gains sum in sixteen lanes on every instruction set, sparse ones in order of
//! the columns: a result has the same bits on every machine.

use crate::arch::{Kernel, LANES, ROUND, dispatch, reduce, trace};
use crate::cells::Cells;
use crate::csr::{Csr, Value};
use crate::dense::{Dense, Real, Survey};
use crate::error::Fault;
use crate::objective::{Frame, Item, Monotonicity, Objective, Properties};
use crate::sketch::TOP;

/// How one cell behaves. Must be non-decreasing with diminishing increases, for the sum to be monotone and submodular.
pub trait Rule: Send + Sync + 'static {
    /// The objective's name.
    const NAME: &'static str;

    /// What every cell starts from.
    const INITIAL: f64;

    /// About how many elementary steps [`increase`](Self::increase) takes.
    const STEPS: usize;

    /// Whether [`kept`](Self::kept) is worth an array of its own in dense sums.
    const KEEPS: bool = false;

    /// The cell after an item with this entry came.
    fn next(&self, cell: f64, entry: f64) -> f64;

    /// A function of the cell that [`increase`](Self::increase) is told, so that it need not compute it for every item.
    #[inline(always)]
    fn kept(&self, _cell: f64) -> f64 {
        0.0
    }

    /// What the cell is worth more after that, at least 0.
    fn increase(&self, position: usize, cell: f64, kept: f64, entry: f64) -> f64;
}

/// A cell sum over sparse rows: entries that are not stored change nothing.
#[derive(Debug, Clone)]
pub struct SparseSum<R, V> {
    rule: R,
    rows: Csr<V>,
}

/// The cells of a sparse sum.
#[derive(Clone)]
pub struct SparseCells {
    cells: Cells,
    value: f64,
}

impl<R: Rule, V: Value> SparseSum<R, V> {
    pub(super) fn new(rule: R, rows: Csr<V>) -> Self {
        Self { rule, rows }
    }

    #[inline]
    fn increase(&self, cells: &Cells, item: Item) -> f64 {
        let (columns, values) = self.rows.row(item);
        let mut sum = 0.0;
        for (&u, &value) in columns.iter().zip(values) {
            let cell = cells.get(u);
            sum += self
                .rule
                .increase(u as usize, cell, self.rule.kept(cell), value.number());
        }
        sum
    }

    #[inline]
    fn put(&self, cells: &mut Cells, item: Item, mut before: impl FnMut(u32, f64)) {
        let (columns, values) = self.rows.row(item);
        for (&u, &value) in columns.iter().zip(values) {
            let cell = cells.get(u);
            let next = self.rule.next(cell, value.number());
            if next != cell {
                before(u, cell);
                cells.set(u, next);
            }
        }
    }
}

impl<R: Rule, V: Value> Objective for SparseSum<R, V> {
    type State = SparseCells;

    fn name(&self) -> &'static str {
        R::NAME
    }

    fn n_items(&self) -> usize {
        self.rows.n_rows()
    }

    fn properties(&self) -> Properties {
        Properties {
            monotonicity: Monotonicity::Increasing,
            parallel: true,
            gain_steps: (4 + R::STEPS) * self.rows.mean_row(),
            batch: 1,
        }
    }

    fn empty(&self) -> SparseCells {
        SparseCells {
            cells: Cells::new(self.rows.n_columns(), R::INITIAL),
            value: 0.0,
        }
    }

    fn value(&self, state: &SparseCells) -> f64 {
        state.value
    }

    #[inline]
    fn gain(&self, state: &SparseCells, item: Item) -> Result<f64, Fault> {
        Ok(self.increase(&state.cells, item))
    }

    fn add(&self, state: &mut SparseCells, item: Item, _: Option<f64>) -> Result<(), Fault> {
        state.value += self.increase(&state.cells, item);
        self.put(&mut state.cells, item, |_, _| ());
        Ok(())
    }

    fn gain_after(&self, state: &mut SparseCells, prefix: &[Item], last: Item) -> Result<f64, Fault> {
        let mut undo: Vec<(u32, f64)> = Vec::new();
        for &item in prefix {
            self.put(&mut state.cells, item, |u, cell| undo.push((u, cell)));
        }
        let gain = self.increase(&state.cells, last);
        for (u, cell) in undo.into_iter().rev() {
            state.cells.set(u, cell);
        }
        Ok(gain)
    }

    fn state_bytes(&self) -> usize {
        Cells::table_bytes(self.rows.n_columns()) + 512 * self.rows.mean_row()
    }
}

/// A cell sum over dense rows.
#[derive(Debug, Clone)]
pub struct DenseSum<R, T> {
    rule: R,
    rows: Dense<T>,
    /// Only of a rule whose increase is what an entry exceeds the cell by: gains of the empty set are known, and gains have sketches.
    survey: Option<Survey>,
}

/// The cells of a dense sum.
#[derive(Debug, Clone)]
pub struct DenseCells {
    cells: Vec<f64>,
    /// [`Rule::kept`] of every cell; empty where the rule keeps nothing.
    kept: Vec<f64>,
    value: f64,
    /// How many items came.
    added: u32,
}

impl<R: Rule, T: Real> DenseSum<R, T> {
    pub(super) fn new(rule: R, rows: Dense<T>) -> Self {
        Self {
            rule,
            rows,
            survey: None,
        }
    }

    /// For a rule that starts from 0 and whose increase is what an entry exceeds the cell by.
    pub(super) fn surveyed(rule: R, rows: Dense<T>, survey: Survey) -> Self {
        Self {
            rule,
            rows,
            survey: Some(survey),
        }
    }

    #[inline]
    fn increase(&self, state: &DenseCells, item: Item) -> f64 {
        if let (0, Some(survey)) = (state.added, &self.survey) {
            return survey.totals[item as usize];
        }
        // A rule that keeps nothing ignores what it is told: the cells stand in.
        let kept = if R::KEEPS { &state.kept } else { &state.cells };
        dispatch(Increase {
            rule: &self.rule,
            row: self.rows.row(item),
            cells: &state.cells,
            kept,
        })
    }

    fn put(&self, state: &mut DenseCells, item: Item) {
        let DenseCells { cells, kept, added, .. } = state;
        *added = added.saturating_add(1);
        dispatch(Put {
            rule: &self.rule,
            row: self.rows.row(item),
            cells,
            kept,
        });
    }
}

/// What a dense row adds to the cells' worth.
struct Increase<'a, R, T> {
    rule: &'a R,
    row: &'a [T],
    cells: &'a [f64],
    kept: &'a [f64],
}

impl<R: Rule, T: Real> Kernel for Increase<'_, R, T> {
    type Output = f64;

    #[inline(always)]
    fn run<const LEVEL: u8>(self) -> f64 {
        let mut lanes = [0.0; LANES];
        let (rows, row_rest) = self.row.as_chunks::<LANES>();
        let (cells, cell_rest) = self.cells.as_chunks::<LANES>();
        let (kept, kept_rest) = self.kept.as_chunks::<LANES>();
        let blocks = rows.len().min(cells.len()).min(kept.len());
        for block in 0..blocks {
            let (row, cells, kept) = (&rows[block], &cells[block], &kept[block]);
            for lane in 0..LANES {
                lanes[lane] += self
                    .rule
                    .increase(block * LANES + lane, cells[lane], kept[lane], row[lane].number());
            }
        }
        for (lane, ((entry, &cell), &kept)) in row_rest.iter().zip(cell_rest).zip(kept_rest).enumerate() {
            lanes[lane] += self.rule.increase(blocks * LANES + lane, cell, kept, entry.number());
        }
        reduce(lanes)
    }
}

/// What a row exceeds the cells by, to the bits of [`Increase`], and the same cell by cell in units, rounded up.
struct Trace<'a, T> {
    row: &'a [T],
    cells: &'a [f64],
    per_unit: f64,
    out: &'a mut [u8],
}

impl<T: Real> Kernel for Trace<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<const LEVEL: u8>(self) -> f64 {
        let mut lanes = [0.0; LANES];
        let (rows, row_rest) = self.row.as_chunks::<LANES>();
        let (cells, cell_rest) = self.cells.as_chunks::<LANES>();
        let out = &mut self.out[..self.row.len()];
        let (outs, out_rest) = out.as_chunks_mut::<LANES>();
        let blocks = rows.len().min(cells.len()).min(outs.len());
        for block in 0..blocks {
            let mut entries = [0.0; LANES];
            for lane in 0..LANES {
                entries[lane] = rows[block][lane].number();
            }
            outs[block] = trace::<LEVEL>(&entries, &cells[block], self.per_unit, &mut lanes);
        }
        for (lane, ((entry, &cell), out)) in row_rest.iter().zip(cell_rest).zip(out_rest).enumerate() {
            let more = exceeding(entry.number(), cell);
            lanes[lane] += more;
            *out = (more * self.per_unit + 0.5 + ROUND).to_bits() as u8;
        }
        reduce(lanes)
    }
}

/// How far cells have risen, in units, rounded down.
struct Rise<'a> {
    cells: &'a [f64],
    from: &'a [f64],
    per_unit: f64,
    out: &'a mut [u8],
}

impl Kernel for Rise<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const LEVEL: u8>(self) {
        for ((out, &cell), &from) in self.out.iter_mut().zip(self.cells).zip(self.from) {
            let less = exceeding((cell - from) * self.per_unit, 0.5);
            *out = (less + ROUND).to_bits() as u8;
        }
    }
}

#[inline(always)]
fn exceeding(entry: f64, cell: f64) -> f64 {
    let more = entry - cell;
    if more > 0.0 { more } else { 0.0 }
}

/// Put a dense row into the cells.
struct Put<'a, R, T> {
    rule: &'a R,
    row: &'a [T],
    cells: &'a mut [f64],
    kept: &'a mut [f64],
}

impl<R: Rule, T: Real> Kernel for Put<'_, R, T> {
    type Output = ();

    #[inline(always)]
    fn run<const LEVEL: u8>(self) {
        for (cell, entry) in self.cells.iter_mut().zip(self.row) {
            *cell = self.rule.next(*cell, entry.number());
        }
        for (kept, cell) in self.kept.iter_mut().zip(self.cells) {
            *kept = self.rule.kept(*cell);
        }
    }
}

impl<R: Rule, T: Real> Objective for DenseSum<R, T> {
    type State = DenseCells;

    fn name(&self) -> &'static str {
        R::NAME
    }

    fn n_items(&self) -> usize {
        self.rows.n_rows()
    }

    fn properties(&self) -> Properties {
        Properties {
            monotonicity: Monotonicity::Increasing,
            parallel: true,
            gain_steps: self.rows.n_columns() * (1 + R::STEPS) / 2 + 1,
            batch: 1,
        }
    }

    fn empty(&self) -> DenseCells {
        let n_cells = self.rows.n_columns();
        let kept = if R::KEEPS {
            vec![self.rule.kept(R::INITIAL); n_cells]
        } else {
            Vec::new()
        };
        DenseCells {
            cells: vec![R::INITIAL; n_cells],
            kept,
            value: 0.0,
            added: 0,
        }
    }

    fn value(&self, state: &DenseCells) -> f64 {
        state.value
    }

    fn gain(&self, state: &DenseCells, item: Item) -> Result<f64, Fault> {
        Ok(self.increase(state, item))
    }

    fn frame(&self, state: &DenseCells) -> Option<Frame> {
        let unit = self.survey.as_ref()?.largest / TOP;
        let is_usable = unit.is_normal() && unit.recip().is_normal();
        is_usable.then(|| Frame {
            cells: state.cells.clone(),
            unit,
        })
    }

    fn gain_sketched(&self, _: &DenseCells, frame: &Frame, item: Item, row: &mut [u8]) -> Result<f64, Fault> {
        Ok(dispatch(Trace {
            row: self.rows.row(item),
            cells: &frame.cells,
            per_unit: frame.unit.recip(),
            out: row,
        }))
    }

    fn levels(&self, state: &DenseCells, frame: &Frame, levels: &mut [u8]) {
        dispatch(Rise {
            cells: &state.cells,
            from: &frame.cells,
            per_unit: frame.unit.recip(),
            out: levels,
        });
    }

    fn add(&self, state: &mut DenseCells, item: Item, gain: Option<f64>) -> Result<(), Fault> {
        state.value += gain.unwrap_or_else(|| self.increase(state, item));
        self.put(state, item);
        Ok(())
    }

    fn gain_after(&self, state: &mut DenseCells, prefix: &[Item], last: Item) -> Result<f64, Fault> {
        let mut work = state.clone();
        for &item in prefix {
            self.put(&mut work, item);
        }
        Ok(self.increase(&work, last))
    }

    fn state_bytes(&self) -> usize {
        self.rows.n_columns() * size_of::<f64>() * (1 + usize::from(R::KEEPS))
    }
}
