//! Where dissimilarities come from when not all of them are there: data, compared as needed, or a matrix, of which only parts are wanted.

use porism_runtime::{Monitor, Pool};

use crate::distance::{Features, Float, Metric, against, among};
use crate::element::Element;
use crate::error::{Error, try_filled, try_with_capacity};
use crate::matrix::Instance;
use crate::options::Options;

/// n objects of which any may be compared with any.
///
/// What is given out has candidates in rows, as everywhere.
pub trait Source<T: Element>: Sync {
    /// How many objects there are.
    fn n(&self) -> usize;

    /// The square matrix of some objects.
    fn among(&self, objects: &[u32], options: &Options, monitor: &Monitor) -> Result<Vec<T>, Error>;

    /// What all objects pay for each of some candidates, written to `out`, a row of `n` per candidate.
    fn rows(
        &self,
        candidates: &[u32],
        out: &mut [T],
        pool: &Pool,
        options: &Options,
        monitor: &Monitor,
    ) -> Result<(), Error>;

    /// What some objects pay for each candidate: `n` rows.
    fn columns(&self, objects: &[u32], options: &Options, monitor: &Monitor) -> Result<Vec<T>, Error>;
}

/// Rows of features and a metric: the matrix that is never there as a whole.
#[derive(Debug, Clone)]
pub struct Data<T> {
    features: Features<T>,
}

impl<T: Float> Data<T> {
    /// `n` rows of data, of which two copies are kept.
    pub fn new(x: &[T], n: usize, metric: Metric) -> Result<Self, Error> {
        let features = Features::new(x, n, metric)?;
        Ok(Self { features })
    }
}

impl<T: Float> Source<T> for Data<T> {
    fn n(&self) -> usize {
        self.features.n()
    }

    fn among(&self, objects: &[u32], options: &Options, monitor: &Monitor) -> Result<Vec<T>, Error> {
        among(&self.features.subset(objects)?, options, monitor)
    }

    fn rows(
        &self,
        candidates: &[u32],
        out: &mut [T],
        pool: &Pool,
        options: &Options,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        let rows = self.features.select(candidates);
        against(&rows, &self.features, out, pool, options.isa(), monitor)?;
        // An object does not differ from itself, though under the cosine a zero row is at distance 1 from every row.
        for (&j, row) in candidates.iter().zip(out.chunks_exact_mut(self.n())) {
            row[j as usize] = T::ZERO;
        }
        Ok(())
    }

    fn columns(&self, objects: &[u32], options: &Options, monitor: &Monitor) -> Result<Vec<T>, Error> {
        let what = "the dissimilarities to the sample";
        let mut values = try_filled(what, self.n().saturating_mul(objects.len()), T::ZERO)?;
        let columns = self.features.subset(objects)?;
        against(
            &self.features,
            &columns,
            &mut values,
            &options.pool()?,
            options.isa(),
            monitor,
        )?;
        for (o, &j) in objects.iter().enumerate() {
            values[j as usize * objects.len() + o] = T::ZERO; // as in `rows`
        }
        Ok(values)
    }
}

impl<T: Element> Source<T> for Instance<'_, T> {
    fn n(&self) -> usize {
        self.n_candidates().min(self.n_references())
    }

    fn among(&self, objects: &[u32], _options: &Options, monitor: &Monitor) -> Result<Vec<T>, Error> {
        let mut values = try_with_capacity("the dissimilarities of the sample", objects.len().saturating_pow(2))?;
        for &j in objects {
            monitor.check()?;
            let row = self.row(j as usize);
            values.extend(objects.iter().map(|&o| row[o as usize]));
        }
        Ok(values)
    }

    fn rows(
        &self,
        candidates: &[u32],
        out: &mut [T],
        _pool: &Pool,
        _options: &Options,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        for (&j, out) in candidates.iter().zip(out.chunks_exact_mut(self.n_references())) {
            monitor.check()?;
            out.copy_from_slice(self.row(j as usize));
        }
        Ok(())
    }

    fn columns(&self, objects: &[u32], _options: &Options, monitor: &Monitor) -> Result<Vec<T>, Error> {
        let what = "the dissimilarities to the sample";
        let mut values = try_with_capacity(what, self.n_candidates().saturating_mul(objects.len()))?;
        for j in 0..self.n_candidates() {
            monitor.check()?;
            let row = self.row(j);
            values.extend(objects.iter().map(|&o| row[o as usize]));
        }
        Ok(values)
    }
}
