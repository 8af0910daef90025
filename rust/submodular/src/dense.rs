//! Dense matrices by rows, and the two floating-point types they hold.

use std::fmt;
use std::sync::Arc;

use porism_runtime::{Monitor, huge_pages};

use crate::arch::{Kernel, LANES, dispatch, reduce};
use crate::csr::{Csr, Value};
use crate::error::Error;

/// Entries that are looked at together.
const BLOCK: usize = 1024;

/// `f32` or `f64`: what matrices may hold. Everything is summed in `f64`.
pub trait Real: Copy + Default + Send + Sync + PartialEq + 'static {
    /// Exactly this number.
    fn number(self) -> f64;
}

impl Real for f32 {
    #[inline(always)]
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    #[inline(always)]
    fn number(self) -> f64 {
        self
    }
}

/// A buffer that somebody else may own.
pub type Shared<T> = Arc<dyn AsRef<[T]> + Send + Sync>;

/// A dense matrix by rows. Cloning it copies a pointer.
#[derive(Clone)]
pub struct Dense<T> {
    values: Shared<T>,
    n_rows: usize,
    n_columns: usize,
}

/// What one reading of a matrix without negative entries tells.
#[derive(Debug, Clone)]
pub(crate) struct Survey {
    /// The sum of every row, in lanes.
    pub(crate) totals: Vec<f64>,
    /// The largest entry.
    pub(crate) largest: f64,
}

impl<T> fmt::Debug for Dense<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dense({} x {})", self.n_rows, self.n_columns)
    }
}

impl<T: PartialEq> PartialEq for Dense<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.n_rows, self.n_columns) == (other.n_rows, other.n_columns)
            && (*self.values).as_ref() == (*other.values).as_ref()
    }
}

impl<T: Real> Dense<T> {
    /// Take over a row-major buffer.
    ///
    /// # Errors
    /// `Shape` if the buffer has another length; `InvalidParameter` for more than 2³² − 1 rows or columns.
    pub fn new(values: Vec<T>, n_rows: usize, n_columns: usize) -> Result<Self, Error> {
        Self::shared(Arc::new(values), n_rows, n_columns)
    }

    /// Read a row-major buffer where it lies. Whatever it holds later, nothing is read outside it; but what was found out about its
    /// numbers holds only while they stay the same.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn shared(values: Shared<T>, n_rows: usize, n_columns: usize) -> Result<Self, Error> {
        for (name, number) in [("n_rows", n_rows), ("n_columns", n_columns)] {
            if number >= u32::MAX as usize {
                return Err(Error::parameter(name, "below 2**32 - 1", number));
            }
        }
        let expected = n_rows.saturating_mul(n_columns);
        let got = (*values).as_ref().len();
        if got != expected {
            return Err(Error::Shape {
                name: "values",
                expected,
                got,
            });
        }
        Ok(Self {
            values,
            n_rows,
            n_columns,
        })
    }

    fn values(&self) -> &[T] {
        (*self.values).as_ref()
    }

    /// The matrix whose columns a row-major buffer holds one after the other: its transpose, made in one pass.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_columns(columns: &[T], n_rows: usize, n_columns: usize) -> Result<Self, Error> {
        let expected = n_rows.saturating_mul(n_columns);
        if columns.len() != expected {
            return Err(Error::Shape {
                name: "values",
                expected,
                got: columns.len(),
            });
        }
        Self::new(turned(columns, n_columns, n_rows), n_rows, n_columns)
    }

    /// Rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Columns.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// A row.
    #[inline]
    pub fn row(&self, row: u32) -> &[T] {
        &self.values()[row as usize * self.n_columns..][..self.n_columns]
    }

    /// The matrix with rows and columns exchanged.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self {
            values: Arc::new(turned(self.values(), self.n_rows, self.n_columns)),
            n_rows: self.n_columns,
            n_columns: self.n_rows,
        }
    }

    /// Refuse entries that are not finite or lie outside `[low, high]`.
    pub(crate) fn require_within(&self, low: f64, high: f64, expected: &'static str) -> Result<(), Error> {
        // Block by block without a branch, so that it runs as fast as memory; the place is looked for only where there is one.
        let is_bad = |value: &T| !(low..=high).contains(&value.number());
        for (block, values) in self.values().chunks(BLOCK).enumerate() {
            if values.iter().fold(false, |found, value| found | is_bad(value))
                && let Some(at) = values.iter().position(is_bad)
            {
                let index = block * BLOCK + at;
                let got = values[at].number();
                return Err(Error::InvalidObjective {
                    name: "values",
                    index,
                    expected,
                    got,
                });
            }
        }
        Ok(())
    }

    /// The sums of the rows and the largest entry, with entries refused that are negative or not finite.
    pub(crate) fn survey(&self, expected: &'static str, monitor: &Monitor) -> Result<Survey, Error> {
        let mut survey = Survey::new(self.n_rows);
        for first in (0..self.n_rows).step_by(TILE) {
            monitor.check()?;
            if !self.survey_panel(first, &mut survey) {
                self.require_within(0.0, f64::MAX, expected)?;
            }
        }
        Ok(survey)
    }

    /// The same of a square matrix that is symmetric to `1e-12` of its entries (`1e-6` for `f32`) and has none that are negative or not finite;
    /// `None` for any other, as soon as that is clear.
    pub(crate) fn symmetric_survey(&self, monitor: &Monitor) -> Result<Option<Survey>, Error> {
        if self.n_rows != self.n_columns {
            return Ok(None);
        }
        let mut survey = Survey::new(self.n_rows);
        for first in (0..self.n_rows).step_by(TILE) {
            monitor.check()?;
            let mirror = Mirror {
                values: self.values(),
                n: self.n_rows,
                first,
            };
            if !(self.survey_panel(first, &mut survey) && dispatch(mirror)) {
                return Ok(None);
            }
        }
        Ok(Some(survey))
    }

    /// Survey as many rows from `first` on as a tile has; whether all of their entries are allowed.
    fn survey_panel(&self, first: usize, survey: &mut Survey) -> bool {
        let mut allowed = true;
        for row in first..(first + TILE).min(self.n_rows) {
            let entries = self.row(row as u32);
            // Bits of floats order as the numbers do, those of what is not finite above them and those of negative ones above all.
            let (total, mut largest) = dispatch(Total(entries));
            if largest == (-0.0_f64).to_bits() {
                let unsigned = entries.iter().map(|entry| (entry.number() + 0.0).to_bits());
                largest = unsigned.fold(0, u64::max);
            }
            allowed &= largest <= f64::MAX.to_bits();
            survey.totals.push(total);
            survey.largest = survey.largest.max(f64::from_bits(largest));
        }
        allowed
    }

    /// The entries that are not 0 by rows, if they are fewer than a share of all.
    pub(crate) fn sparse_below(&self, share: f64) -> Option<Csr<T>>
    where
        T: Value,
    {
        let present = |value: &&T| **value != T::default();
        let count: usize = self.values().iter().filter(present).count();
        if count as f64 >= share * self.values().len() as f64 {
            return None;
        }
        let mut indptr = Vec::with_capacity(self.n_rows + 1);
        let (mut columns, mut values) = (Vec::with_capacity(count), Vec::with_capacity(count));
        indptr.push(0_usize);
        for row in 0..self.n_rows as u32 {
            for (column, value) in self.row(row).iter().enumerate().filter(|entry| present(&entry.1)) {
                columns.push(column as u32);
                values.push(*value);
            }
            indptr.push(columns.len());
        }
        Csr::new(&indptr, &columns, values, self.n_columns).ok()
    }

    /// Refuse a matrix that is not square and symmetric to `1e-9` of its entries (`1e-5` for `f32`).
    pub(crate) fn require_symmetric(&self) -> Result<(), Error> {
        if self.n_rows != self.n_columns {
            return Err(Error::Shape {
                name: "values",
                expected: self.n_rows * self.n_rows,
                got: self.values().len(),
            });
        }
        let values = self.values();
        let tolerance = if size_of::<T>() == 4 { 1e-5 } else { 1e-9 };
        for row in 0..self.n_rows {
            for column in 0..row {
                let a = values[row * self.n_columns + column].number();
                let b = values[column * self.n_columns + row].number();
                if (a - b).abs() > tolerance * a.abs().max(b.abs()) {
                    return Err(Error::NotSymmetric { row, column, a, b });
                }
            }
        }
        Ok(())
    }
}

impl Survey {
    fn new(n_rows: usize) -> Self {
        Self {
            totals: Vec::with_capacity(n_rows),
            largest: 0.0,
        }
    }
}

/// The sum of a row in lanes, and the largest of its numbers' bits.
struct Total<'a, T>(&'a [T]);

impl<T: Real> Kernel for Total<'_, T> {
    type Output = (f64, u64);

    #[inline(always)]
    fn run<const LEVEL: u8>(self) -> (f64, u64) {
        let (mut lanes, mut largest) = ([0.0; LANES], [0_u64; LANES]);
        let (blocks, rest) = self.0.as_chunks::<LANES>();
        for block in blocks {
            for lane in 0..LANES {
                let number = block[lane].number();
                lanes[lane] += number;
                largest[lane] = largest[lane].max(number.to_bits());
            }
        }
        for (lane, entry) in rest.iter().enumerate() {
            lanes[lane] += entry.number();
            largest[lane] = largest[lane].max(entry.number().to_bits());
        }
        (reduce(lanes), largest.into_iter().fold(0, u64::max))
    }
}

/// Rows and columns of the squares in which a matrix is turned round: a cache line of `f64`.
const TILE: usize = 8;

/// Whether what lies left of the diagonal in some rows mirrors what lies above it in those columns.
struct Mirror<'a, T> {
    values: &'a [T],
    n: usize,
    first: usize,
}

impl<T: Real> Kernel for Mirror<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn run<const LEVEL: u8>(self) -> bool {
        let Mirror { values, n, first } = self;
        let tolerance = if size_of::<T>() == 4 { 1e-6 } else { 1e-12 };
        let differ = |a: f64, b: f64| (a - b).abs() > tolerance * (a + b);
        if first + TILE > n {
            let left = |row: usize| (0..row).map(move |column| (row, column));
            return !(first..n)
                .flat_map(left)
                .any(|(row, column)| differ(values[row * n + column].number(), values[column * n + row].number()));
        }
        for start in (0..=first).step_by(TILE) {
            let turned = tile(&values[start * n + first..], n);
            let mut found = 0_u64;
            for row in 0..TILE {
                let own = &values[(first + row) * n + start..][..TILE];
                for column in 0..TILE {
                    found |= u64::from(differ(own[column].number(), turned[row][column].number()));
                }
            }
            if found != 0 {
                return false;
            }
        }
        true
    }
}

/// A tile whose first entry is that of `values`, turned round.
#[inline(always)]
fn tile<T: Real>(values: &[T], n_columns: usize) -> [[T; TILE]; TILE] {
    let mut turned = [[T::default(); TILE]; TILE];
    for row in 0..TILE {
        let own = &values[row * n_columns..][..TILE];
        for column in 0..TILE {
            turned[column][row] = own[column];
        }
    }
    turned
}

/// Turns n rows of m round.
struct Turn<'a, T> {
    rows: &'a [T],
    n: usize,
    m: usize,
    out: &'a mut [T],
}

impl<T: Real> Kernel for Turn<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const LEVEL: u8>(self) {
        let Turn { rows, n, m, out } = self;
        let (whole, full) = (n / TILE * TILE, m / TILE * TILE);
        for column in (0..full).step_by(TILE) {
            for row in (0..whole).step_by(TILE) {
                let turned = tile(&rows[row * m + column..], m);
                for (at, line) in turned.iter().enumerate() {
                    out[(column + at) * n + row..][..TILE].copy_from_slice(line);
                }
            }
        }
        for row in 0..n {
            for column in if row < whole { full..m } else { 0..m } {
                out[column * n + row] = rows[row * m + column];
            }
        }
    }
}

/// The transpose of n rows of m.
fn turned<T: Real>(rows: &[T], n: usize, m: usize) -> Vec<T> {
    let mut out = Vec::with_capacity(rows.len());
    huge_pages(&mut out);
    out.resize(rows.len(), T::default());
    dispatch(Turn {
        rows,
        n,
        m,
        out: &mut out,
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing_twice_gives_the_matrix_back() {
        let matrix = Dense::new((0..70 * 45).map(f64::from).collect(), 70, 45).unwrap();
        let other = matrix.transposed();
        assert_eq!(other.row(3)[5], matrix.row(5)[3]);
        assert_eq!(other.transposed(), matrix);
    }

    #[test]
    fn a_survey_sums_and_finds_what_is_not_allowed() {
        let monitor = Monitor::new();
        let n = 37;
        let mut values: Vec<f64> = (0..n * n).map(|i| f64::from((i / n + i % n) as u32 % 11)).collect();
        values[5] = -0.0;
        values[5 * n] = 0.0;
        let matrix = Dense::new(values.clone(), n, n).unwrap();
        let survey = matrix.symmetric_survey(&monitor).unwrap().unwrap();
        assert_eq!(survey.largest, 10.0);
        for row in 0..n {
            assert_eq!(survey.totals[row], matrix.row(row as u32).iter().sum::<f64>());
        }
        for at in [1, n + 30, 36, 36 * n, 20 * n + 3] {
            let mut other = values.clone();
            other[at] += 0.5;
            let other = Dense::new(other, n, n).unwrap();
            assert!(other.symmetric_survey(&monitor).unwrap().is_none(), "{at}");
            assert!(other.survey("", &monitor).is_ok());
        }
        for bad in [-1.0, f64::NAN, f64::INFINITY, -f64::MIN_POSITIVE] {
            let mut other = values.clone();
            other[36 * n + 36] = bad;
            let other = Dense::new(other, n, n).unwrap();
            assert!(other.symmetric_survey(&monitor).unwrap().is_none());
            let error = other.survey("", &monitor).unwrap_err();
            assert!(matches!(error, Error::InvalidObjective { index, .. } if index == 36 * n + 36));
        }
    }

    #[test]
    fn a_buffer_of_the_wrong_length_is_refused() {
        assert!(matches!(
            Dense::new(vec![0.0; 5], 2, 3),
            Err(Error::Shape {
                expected: 6,
                got: 5,
                ..
            })
        ));
    }
}
