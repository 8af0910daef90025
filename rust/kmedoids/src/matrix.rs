//! What the algorithms run on: a rectangular matrix of dissimilarities, a row per candidate medoid, a column per reference object.
//!
//! Everything here is a case of it. A square symmetric matrix has its objects in both roles. An asymmetric one, whose entry `[o, j]` is what object
//! `o` pays for medoid `j`, is read transposed, because a sweep over one candidate must be contiguous: reading a column of a row-major matrix costs a cache line and often a TLB entry per value.
//! Sampled references, weighted objects and the p-median problem (sites and clients) are rectangles.

use crate::element::{Accumulator, Element};
use crate::error::Error;

/// Which reference object a candidate is itself, if any: a medoid is always assigned to itself, whatever its duplicates are.
#[derive(Debug, Clone, Copy)]
pub enum Own<'a> {
    /// Candidate `j` is reference `j`: square matrices.
    Same,
    /// No candidate is a reference: sites and clients.
    Nothing,
    /// `own[j]` is the reference that candidate `j` is, `u32::MAX` where it is none: sampled references.
    Map(&'a [u32]),
}

/// Candidates, references, dissimilarities between them, and weights.
#[derive(Debug, Clone, Copy)]
pub struct Instance<'a, T: Element> {
    values: &'a [T],
    n_candidates: usize,
    n_references: usize,
    own: Own<'a>,
    weights: Option<&'a [T::Acc]>,
    forbidden: Option<&'a [bool]>,
    /// Where each candidate's row is, if not all of them are there.
    places: Option<&'a [u32]>,
}

/// Indices are kept in 32 bits, and one value is no index.
pub(crate) const MAX_OBJECTS: usize = u32::MAX as usize - 1;

impl<'a, T: Element> Instance<'a, T> {
    /// A square matrix of which row `j` holds every object's dissimilarity to candidate `j`.
    ///
    /// For a symmetric matrix that is any order. For an asymmetric one with objects in rows, pass the transpose ([`transposed`](crate::transposed)).
    pub fn square(values: &'a [T], n: usize) -> Result<Self, Error> {
        Self::rectangular(values, n, n, Own::Same)
    }

    /// `n_candidates` rows of `n_references` dissimilarities each.
    pub fn rectangular(values: &'a [T], n_candidates: usize, n_references: usize, own: Own<'a>) -> Result<Self, Error> {
        if n_candidates == 0 || n_references == 0 {
            return Err(Error::Empty);
        }
        let n = n_candidates.max(n_references);
        if n > MAX_OBJECTS {
            let limit = MAX_OBJECTS;
            return Err(Error::TooMany { n, limit });
        }
        if n_candidates.checked_mul(n_references) != Some(values.len()) {
            return Err(Error::Shape {
                what: "the dissimilarities",
                expected: n_candidates.saturating_mul(n_references),
                got: values.len(),
            });
        }
        match own {
            Own::Map(map) if map.len() != n_candidates => {
                return Err(Error::Shape {
                    what: "the map from candidates to references",
                    expected: n_candidates,
                    got: map.len(),
                });
            }
            Own::Same if n_candidates != n_references => {
                return Err(Error::Shape {
                    what: "a square matrix",
                    expected: n_candidates.saturating_mul(n_candidates),
                    got: values.len(),
                });
            }
            _ => {}
        }
        Ok(Self {
            values,
            n_candidates,
            n_references,
            own,
            weights: None,
            forbidden: None,
            places: None,
        })
    }

    /// The same with a weight per reference: `weights[o]` objects where `o` was one.
    pub fn with_weights(self, weights: &'a [T::Acc]) -> Result<Self, Error> {
        if weights.len() != self.n_references {
            return Err(Error::Shape {
                what: "the weights",
                expected: self.n_references,
                got: weights.len(),
            });
        }
        if let Some(index) = weights.iter().position(|weight| !weight.is_weight()) {
            let value = weights[index].to_f64();
            return Err(Error::Weight { index, value });
        }
        if weights.iter().all(|&weight| weight == T::Acc::ZERO) {
            return Err(Error::Weight { index: 0, value: 0.0 });
        }
        Ok(Self {
            weights: Some(weights),
            ..self
        })
    }

    /// The same without the candidates `j` where `forbidden[j]`.
    pub fn with_forbidden(self, forbidden: &'a [bool]) -> Result<Self, Error> {
        if forbidden.len() != self.n_candidates {
            return Err(Error::Shape {
                what: "the mask of forbidden medoids",
                expected: self.n_candidates,
                got: forbidden.len(),
            });
        }
        Ok(Self {
            forbidden: Some(forbidden),
            ..self
        })
    }

    /// How many objects may become medoids, forbidden ones included.
    pub fn n_candidates(&self) -> usize {
        self.n_candidates
    }

    /// How many objects pay for their distance to the nearest medoid.
    pub fn n_references(&self) -> usize {
        self.n_references
    }

    /// How many candidates are not forbidden.
    pub fn n_allowed(&self) -> usize {
        let n_forbidden = |mask: &[bool]| mask.iter().filter(|&&forbidden| forbidden).count();
        self.n_candidates - self.forbidden.map_or(0, n_forbidden)
    }

    pub(crate) fn is_allowed(&self, candidate: usize) -> bool {
        self.forbidden.is_none_or(|mask| !mask[candidate])
    }

    pub(crate) fn weights(&self) -> Option<&'a [T::Acc]> {
        self.weights
    }

    #[inline(always)]
    pub(crate) fn weight(&self, reference: usize) -> T::Acc {
        self.weights.map_or(T::Acc::ONE, |weights| weights[reference])
    }

    /// What every reference pays for `candidate`.
    #[inline]
    pub(crate) fn row(&self, candidate: usize) -> &'a [T] {
        let place = self.places.map_or(candidate, |places| places[candidate] as usize);
        &self.values[place * self.n_references..][..self.n_references]
    }

    /// The same objects with other rows: that of candidate `j` is row `places[j]` of `values`. Only those that are there may be asked for.
    pub(crate) fn with_rows(self, values: &'a [T], places: &'a [u32]) -> Self {
        Self {
            values,
            places: Some(places),
            ..self
        }
    }

    /// Objects without dissimilarities, until [`with_rows`](Self::with_rows) gives them some.
    pub(crate) fn without_rows(n: usize) -> Result<Self, Error> {
        if n == 0 {
            return Err(Error::Empty);
        }
        if n > MAX_OBJECTS {
            let limit = MAX_OBJECTS;
            return Err(Error::TooMany { n, limit });
        }
        Ok(Self {
            values: &[],
            n_candidates: n,
            n_references: n,
            own: Own::Same,
            weights: None,
            forbidden: None,
            places: None,
        })
    }

    /// The reference that `candidate` is itself.
    #[inline]
    pub(crate) fn own(&self, candidate: usize) -> Option<usize> {
        match self.own {
            Own::Same => Some(candidate),
            Own::Nothing => None,
            Own::Map(map) => Some(map[candidate] as usize).filter(|&own| own < self.n_references),
        }
    }

    /// `medoids` as indices, refused unless they are distinct, allowed candidates.
    pub(crate) fn checked_medoids(&self, medoids: &[usize]) -> Result<Vec<u32>, Error> {
        let n = self.n_candidates;
        let k = medoids.len();
        if k == 0 || k > n {
            return Err(Error::Medoids { k, n });
        }
        let mut used = vec![false; n];
        for (position, &value) in medoids.iter().enumerate() {
            if value >= n || !self.is_allowed(value) {
                let what = "init";
                return Err(Error::Index {
                    what,
                    position,
                    value,
                    n,
                });
            }
            if std::mem::replace(&mut used[value], true) {
                return Err(Error::Duplicate { what: "init", value });
            }
        }
        Ok(medoids.iter().map(|&medoid| medoid as u32).collect())
    }

    /// Refuse a number of medoids that there are not candidates for.
    pub(crate) fn check_k(&self, k: usize) -> Result<(), Error> {
        let n = self.n_allowed();
        if k == 0 || k > n {
            return Err(Error::Medoids { k, n });
        }
        Ok(())
    }
}
