//! Random projections whose every row can be made alone, and the first product with one that is almost empty.
//!
//! Row i of R comes from the stream (seed, i) of [`Philox`]. A very sparse R (Li, Hastie & Church 2006) has an entry in a place with probability `density`,
//! and its places are reached by jumps: a row costs as many random numbers as it has entries, and one more. The jumps are drawn from a table of integers,
//! so that R is the same on every machine.

use porism_runtime::{Monitor, Pool};

use crate::random::{Philox, Purpose};
use crate::spmm::{Real, check_shape, for_blocks};
use crate::{Csr, Error};

/// A random matrix with independent entries of mean 0 and variance 1/width, so that `E[R Rᵀ] = I`.
#[derive(Debug, Clone)]
pub struct Projection {
    width: usize,
    seed: u64,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Gaussian,
    /// `±value` with a probability, else 0.
    Sparse {
        value: f64,
        /// `jumps[k]` is the probability, in units of 2^-63, that the next entry is among the next `k + 1` places.
        jumps: Vec<u64>,
    },
}

/// The sign of an entry, beside its column.
const NEGATIVE: u32 = 1 << 31;

impl Projection {
    /// With entries `±1/√(width density)` in that share of places.
    ///
    /// # Errors
    /// `InvalidParameter` unless 0 < density ≤ 1 and 0 < width < 2^31.
    pub fn sparse(width: usize, density: f64, seed: u64) -> Result<Self, Error> {
        if !(density > 0.0 && density <= 1.0) {
            return Err(Error::parameter("density", "a number in (0, 1]", density));
        }
        let unit = (1_u64 << 63) as f64;
        let mut absent = 1.0;
        let jumps = (0..Self::check_width(width)?)
            .map(|_| {
                absent *= 1.0 - density;
                ((1.0 - absent) * unit) as u64
            })
            .collect();
        let value = 1.0 / (density * width as f64).sqrt();
        let kind = Kind::Sparse { value, jumps };
        Ok(Self { width, seed, kind })
    }

    /// With normal entries.
    ///
    /// # Errors
    /// `InvalidParameter` unless 0 < width < 2^31.
    pub fn gaussian(width: usize, seed: u64) -> Result<Self, Error> {
        Self::check_width(width)?;
        let kind = Kind::Gaussian;
        Ok(Self { width, seed, kind })
    }

    fn check_width(width: usize) -> Result<usize, Error> {
        if width == 0 || width >= NEGATIVE as usize {
            return Err(Error::parameter("width", "in 1..2^31", width));
        }
        Ok(width)
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The absolute value of all entries that are not 0; `None` for normal ones.
    pub fn value(&self) -> Option<f64> {
        match self.kind {
            Kind::Gaussian => None,
            Kind::Sparse { value, .. } => Some(value),
        }
    }

    /// Add to `entries` those of a row of a sparse projection: columns in rising order, [`NEGATIVE`] set in those that are.
    fn entries(&self, row: u64, jumps: &[u64], entries: &mut Vec<u32>) {
        let mut stream = Philox::new(self.seed, Purpose::Projection, row);
        let mut column = 0;
        while column < self.width {
            let drawn = stream.next_u64();
            column += jumps.partition_point(|&jump| jump <= drawn >> 1);
            if column < self.width {
                entries.push(column as u32 | if drawn & 1 == 0 { 0 } else { NEGATIVE });
                column += 1;
            }
        }
    }

    /// A row times `factor`.
    fn write<T: Real>(&self, row: u64, factor: f64, out: &mut [T], scratch: &mut Vec<u32>) {
        match &self.kind {
            Kind::Gaussian => {
                let mut stream = Philox::new(self.seed, Purpose::Projection, row);
                let scale = 1.0 / (self.width as f64).sqrt();
                for pair in out.chunks_mut(2) {
                    for (number, normal) in pair.iter_mut().zip(stream.normal_pair()) {
                        *number = T::from_f64(factor * (normal * scale));
                    }
                }
            }
            Kind::Sparse { value, jumps } => {
                out.fill(T::default());
                scratch.clear();
                self.entries(row, jumps, scratch);
                for &entry in &*scratch {
                    out[(entry & !NEGATIVE) as usize] = T::from_f64(factor * signed(*value, entry));
                }
            }
        }
    }

    /// Row `rows[i]` times `factors[i]` into row i of `out`.
    ///
    /// # Errors
    /// `InvalidParameter` for shapes that do not fit; `Interrupted`.
    pub fn rows<T: Real>(
        &self,
        rows: &[u64],
        factors: &[f64],
        out: &mut [T],
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        check_shape("factors", factors.len(), rows.len(), 1)?;
        check_shape("out", out.len(), rows.len(), self.width)?;
        let block = (1 << 16) / self.width + 1;
        let parts: Vec<_> = out
            .chunks_mut(block * self.width)
            .zip(rows.chunks(block).zip(factors.chunks(block)))
            .collect();
        pool.for_each_of(parts, |(out, (rows, factors))| {
            if monitor.check().is_err() {
                return;
            }
            let mut scratch = Vec::new();
            for ((out, &row), &factor) in out.chunks_exact_mut(self.width).zip(rows).zip(factors) {
                self.write(row, factor, out, &mut scratch);
            }
        });
        Ok(monitor.check()?)
    }

    /// `out = A diag(factors) R` for a sparse R, of which only the entries are touched.
    ///
    /// The same sums in the same order as if R were dense, and so the same bits: what is left out is the addition of zeros.
    ///
    /// # Errors
    /// `InvalidParameter` for shapes that do not fit or a projection that is not sparse; `TooLarge`; `Interrupted`.
    pub fn product<T: Real>(
        &self,
        a: &Csr,
        factors: &[f64],
        out: &mut [T],
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        let Kind::Sparse { value, jumps } = &self.kind else {
            return Err(Error::parameter("projection", "sparse", "a normal one"));
        };
        check_shape("factors", factors.len(), a.n_columns(), 1)?;
        check_shape("out", out.len(), a.n_rows(), self.width)?;
        let (starts, entries) = self.gathered(a.n_columns(), jumps, pool, monitor)?;
        for_blocks(a, self.width, out, pool, monitor, |first, block| {
            block.fill(T::default());
            for (place, row) in block.chunks_exact_mut(self.width).enumerate() {
                let (columns, weights) = a.row(first + place);
                for (&column, &weight) in columns.iter().zip(weights) {
                    let column = column as usize;
                    let weight = T::from_f64(weight);
                    for &entry in &entries[starts[column]..starts[column + 1]] {
                        row[(entry & !NEGATIVE) as usize] +=
                            weight * T::from_f64(factors[column] * signed(*value, entry));
                    }
                }
            }
        })
    }

    /// The entries of the first `n` rows, and where each row begins.
    fn gathered(
        &self,
        n: usize,
        jumps: &[u64],
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(Vec<usize>, Vec<u32>), Error> {
        const ROWS: usize = 1 << 12;
        let mut parts: Vec<(Vec<usize>, Vec<u32>)> = vec![Default::default(); n.div_ceil(ROWS)];
        let numbered: Vec<_> = parts.iter_mut().enumerate().collect();
        pool.for_each_of(numbered, |(part, (ends, entries))| {
            for row in part * ROWS..n.min((part + 1) * ROWS) {
                if monitor.check().is_err() {
                    return;
                }
                self.entries(row as u64, jumps, entries);
                ends.push(entries.len());
            }
        });
        monitor.check()?;
        let total: usize = parts.iter().map(|(_, entries)| entries.len()).sum();
        let (mut starts, mut all) = (Vec::new(), Vec::new());
        let fits = starts.try_reserve_exact(n + 1).is_ok() && all.try_reserve_exact(total).is_ok();
        if !fits {
            let bytes = total as u128 * 4 + n as u128 * 8;
            return Err(Error::TooLarge {
                what: "the sparse projection",
                bytes,
            });
        }
        starts.push(0);
        for (ends, entries) in parts {
            starts.extend(ends.iter().map(|&end| all.len() + end));
            all.extend(entries);
        }
        Ok((starts, all))
    }

    /// A sparse projection's first `n` rows as a matrix in compressed rows.
    ///
    /// # Errors
    /// As [`product`](Self::product).
    pub fn matrix(&self, n: usize, pool: &Pool, monitor: &Monitor) -> Result<Csr, Error> {
        let Kind::Sparse { value, jumps } = &self.kind else {
            return Err(Error::parameter("projection", "sparse", "a normal one"));
        };
        let (starts, entries) = self.gathered(n, jumps, pool, monitor)?;
        let columns = entries.iter().map(|entry| entry & !NEGATIVE).collect();
        let values = entries.iter().map(|&entry| signed(*value, entry)).collect();
        Csr::new(self.width, starts, columns, values)
    }
}

#[inline(always)]
fn signed(value: f64, entry: u32) -> f64 {
    if entry & NEGATIVE == 0 { value } else { -value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spmm::spmm;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_product_is_that_with_the_dense_matrix(
            n in 1_usize..30, width in 1_usize..40, density in 0.01..1.0_f64, seed: u64,
        ) {
            let (indptr, indices): (Vec<usize>, Vec<u32>) = (
                (0..=n).map(|i| 3 * i).collect(),
                (0..3 * n).map(|i| (i * 7 % n) as u32).collect(),
            );
            let data: Vec<f64> = (0..3 * n).map(|i| 1.0 / (i + 2) as f64).collect();
            let a = Csr::new(n, indptr, indices, data).unwrap();
            let factors: Vec<f64> = (0..n).map(|i| (i as f64).sqrt()).collect();
            let projection = Projection::sparse(width, density, seed).unwrap();
            let monitor = Monitor::new();
            let rows: Vec<u64> = (0..n as u64).collect();
            for threads in [1, 3] {
                let pool = Pool::new(threads).unwrap();
                let mut dense = vec![f32::NAN; n * width];
                projection.rows(&rows, &factors, &mut dense, &pool, &monitor).unwrap();
                let (mut expected, mut got) = (vec![0.0_f32; n * width], vec![f32::NAN; n * width]);
                spmm(&a, &dense, width, &mut expected, &pool, &monitor).unwrap();
                projection.product(&a, &factors, &mut got, &pool, &monitor).unwrap();
                prop_assert_eq!(&got, &expected);
                let matrix = projection.matrix(n, &pool, &monitor).unwrap();
                let mut row = vec![0.0; width];
                projection.rows(&[n as u64 - 1], &[1.0], &mut row, &pool, &monitor).unwrap();
                let (columns, values) = matrix.row(n - 1);
                prop_assert_eq!(columns.len(), row.iter().filter(|&&value| value != 0.0).count());
                for (&column, &value) in columns.iter().zip(values) {
                    prop_assert_eq!(row[column as usize], value);
                }
            }
        }
    }

    #[test]
    fn entries_have_their_law() {
        let (n, width) = (4000_usize, 50_usize);
        let monitor = Monitor::new();
        for density in [0.013, 1.0 / 3.0, 1.0] {
            let projection = Projection::sparse(width, density, 1).unwrap();
            let matrix = projection.matrix(n, &Pool::serial(), &monitor).unwrap();
            let places = (n * width) as f64;
            let deviation = (places * density * (1.0 - density)).sqrt();
            assert!((matrix.n_entries() as f64 - places * density).abs() <= 6.0 * deviation);
            let positive = matrix.data().iter().filter(|&&value| value > 0.0).count() as f64;
            let entries = matrix.n_entries() as f64;
            assert!((positive - entries / 2.0).abs() < 3.0 * entries.sqrt());
            let mut counts = vec![0_usize; width];
            for &column in matrix.indices() {
                counts[column as usize] += 1;
            }
            let each = n as f64 * density;
            assert!(
                counts
                    .iter()
                    .all(|&count| (count as f64 - each).abs() <= 6.0 * each.sqrt())
            );
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for density in [0.0, -1.0, 1.5, f64::NAN] {
            assert!(Projection::sparse(3, density, 0).is_err());
        }
        assert!(Projection::gaussian(0, 0).is_err());
        let normal = Projection::gaussian(2, 0).unwrap();
        assert!(normal.matrix(1, &Pool::serial(), &Monitor::new()).is_err());
        let few = normal.rows(&[0], &[1.0], &mut [0.0_f32; 3], &Pool::serial(), &Monitor::new());
        assert!(few.is_err());
    }
}
