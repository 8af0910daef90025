//! Data prepared for comparing rows with it.

use porism_runtime::Isa;

use crate::arch::{Kernel, Simd, dispatch};
use crate::error::{Error, try_filled};

use super::metric::{self, Float, Metric, Op};
use super::tile::{WIDTH, pack, tile};
use super::{check_features, n_features};

/// From so many features on, inner products are worth what the check for cancellation costs.
const MANY: usize = 64;

/// Rows packed in panels of [`WIDTH`], to be compared with rows prepared for the same metric.
#[derive(Debug, Clone)]
pub(crate) struct Features<T> {
    /// Row-major: as given, or normalised for cosines.
    rows: Vec<T>,
    n: usize,
    d: usize,
    panels: Vec<[T; WIDTH]>,
    metric: Metric,
    /// Rows without a direction, if there are any.
    zeros: Option<Vec<bool>>,
    /// For inner products.
    centred: Option<Centred<T>>,
}

/// Rows shifted by a common vector, which distances do not notice and cancellation does.
#[derive(Debug, Clone)]
struct Centred<T> {
    rows: Vec<T>,
    panels: Vec<[T; WIDTH]>,
    norms: Vec<T>,
}

impl<T: Float> Features<T> {
    /// `n` rows of data, to be compared with rows [selected](Self::select) from themselves.
    pub(crate) fn new(x: &[T], n: usize, metric: Metric) -> Result<Self, Error> {
        let features = Self::uncentred(x, n, metric)?;
        let squared = matches!(metric, Metric::Euclidean | Metric::SqEuclidean | Metric::Cosine);
        let centred = (squared && features.d >= MANY).then(|| centre(&features.rows, features.d, metric));
        Ok(Self {
            centred: centred.transpose()?,
            ..features
        })
    }

    /// `n` rows of data, to be compared with any others.
    pub(crate) fn uncentred(x: &[T], n: usize, metric: Metric) -> Result<Self, Error> {
        let d = if matches!(metric, Metric::Gower(_)) {
            n_features(x, n)?
        } else {
            check_features(x, n)?
        };
        if let Metric::Minkowski(p) = metric
            && !(p >= 1.0 && p.is_finite())
        {
            return Err(Error::Option {
                what: "p",
                expected: "a finite number of at least 1",
                value: p,
            });
        }
        let mut rows = try_filled("a copy of the data", x.len(), T::ZERO)?;
        rows.copy_from_slice(x);
        let mut zeros = None;
        if metric == Metric::Cosine {
            for (i, row) in rows.chunks_exact_mut(d).enumerate() {
                // Scaled first, so that squares neither overflow nor vanish.
                let largest = row.iter().map(|x| x.to_f64().abs()).fold(0.0, f64::max);
                if largest == 0.0 {
                    zeros.get_or_insert_with(|| vec![false; n])[i] = true;
                    continue;
                }
                let norm = row.iter().map(|x| (x.to_f64() / largest).powi(2)).sum::<f64>().sqrt();
                row.iter_mut().for_each(|x| *x = T::round(x.to_f64() / largest / norm));
            }
        }
        let panels = panels(&rows, d)?;
        Ok(Self {
            rows,
            n,
            d,
            panels,
            metric,
            zeros,
            centred: None,
        })
    }

    pub(crate) fn n(&self) -> usize {
        self.n
    }

    /// The given rows alone, to be compared with all.
    pub(crate) fn select(&self, rows: &[u32]) -> Self {
        let d = self.d;
        let gather = |from: &[T]| {
            rows.iter()
                .flat_map(|&i| &from[i as usize * d..][..d])
                .copied()
                .collect()
        };
        Self {
            rows: gather(&self.rows),
            n: rows.len(),
            d,
            panels: Vec::new(),
            metric: self.metric,
            zeros: self
                .zeros
                .as_ref()
                .map(|zeros| rows.iter().map(|&i| zeros[i as usize]).collect()),
            centred: self.centred.as_ref().map(|centred| Centred {
                rows: gather(&centred.rows),
                panels: Vec::new(),
                norms: rows.iter().map(|&i| centred.norms[i as usize]).collect(),
            }),
        }
    }

    /// The given rows alone, to be compared with one another and with all.
    pub(crate) fn subset(&self, rows: &[u32]) -> Result<Self, Error> {
        let mut subset = self.select(rows);
        subset.panels = panels(&subset.rows, self.d)?;
        if let Some(centred) = &mut subset.centred {
            centred.panels = panels(&centred.rows, self.d)?;
        }
        Ok(subset)
    }

    pub(crate) fn d(&self) -> usize {
        self.d
    }

    /// `out[r * stride + c]` becomes the dissimilarity of `rows[r]` of `self` to `cols[c]` of `other`. `cols` must start at a multiple of [`WIDTH`].
    ///
    /// `other` must have been prepared alike: for the same metric, from as many features, and from the same data if both are centred.
    pub(crate) fn block(
        &self,
        rows: std::ops::Range<usize>,
        other: &Self,
        cols: std::ops::Range<usize>,
        out: &mut [T],
        stride: usize,
        isa: Isa,
    ) {
        if let (Some(centred), Some(theirs)) = (&self.centred, &other.centred) {
            let dots = Block {
                op: metric::Dot {},
                rows: &centred.rows[rows.start * self.d..rows.end * self.d],
                panels: &theirs.panels,
                d: self.d,
                cols: cols.clone(),
                out,
                stride,
            };
            dispatch(isa, dots);
            let norms = (&centred.norms[rows.clone()], &theirs.norms[cols.clone()]);
            if dispatch(
                isa,
                FromDots {
                    metric: self.metric,
                    norms,
                    out,
                    stride,
                },
            ) {
                self.fix_zeros(rows, other, cols, out, stride);
                return;
            }
        }
        let part = &self.rows[rows.start * self.d..rows.end * self.d];
        macro_rules! with {
            ($op:expr) => {
                dispatch(
                    isa,
                    Block {
                        op: $op,
                        rows: part,
                        panels: &other.panels,
                        d: self.d,
                        cols: cols.clone(),
                        out,
                        stride,
                    },
                )
            };
        }
        match self.metric {
            Metric::Euclidean => with!(metric::Euclidean {}),
            Metric::SqEuclidean => with!(metric::SqEuclidean {}),
            Metric::Manhattan => with!(metric::Manhattan {}),
            Metric::Chebyshev => with!(metric::Chebyshev {}),
            Metric::Minkowski(p) => with!(metric::Minkowski { p }),
            Metric::Cosine => with!(metric::HalfSquared {}),
            Metric::Hamming => with!(metric::Hamming { d: self.d as f64 }),
            Metric::Jaccard => with!(metric::Jaccard {}),
            Metric::Canberra => with!(metric::Canberra {}),
            Metric::BrayCurtis => with!(metric::BrayCurtis {}),
            Metric::Gower(n_numeric) => with!(metric::Gower { n_numeric }),
        }
        self.fix_zeros(rows, other, cols, out, stride);
    }

    fn fix_zeros(
        &self,
        rows: std::ops::Range<usize>,
        other: &Self,
        cols: std::ops::Range<usize>,
        out: &mut [T],
        stride: usize,
    ) {
        if self.zeros.is_none() && other.zeros.is_none() {
            return;
        }
        let is_zero = |zeros: &Option<Vec<bool>>, i: usize| zeros.as_ref().is_some_and(|zeros| zeros[i]);
        for (r, i) in rows.enumerate() {
            for (c, j) in cols.clone().enumerate() {
                if is_zero(&self.zeros, i) || is_zero(&other.zeros, j) {
                    out[r * stride + c] = T::ONE;
                }
            }
        }
    }
}

fn panels<T: Float>(rows: &[T], d: usize) -> Result<Vec<[T; WIDTH]>, Error> {
    let n = rows.len() / d;
    let mut panels = try_filled("a copy of the data", n.div_ceil(WIDTH) * d, [T::ZERO; WIDTH])?;
    for (i, panel) in panels.chunks_exact_mut(d).enumerate() {
        pack(rows, d, i * WIDTH, panel);
    }
    Ok(panels)
}

fn centre<T: Float>(rows: &[T], d: usize, metric: Metric) -> Result<Centred<T>, Error> {
    let n = (rows.len() / d) as f64;
    let mut means = vec![0.0; d];
    if metric != Metric::Cosine {
        for row in rows.chunks_exact(d) {
            means.iter_mut().zip(row).for_each(|(mean, x)| *mean += x.to_f64() / n);
        }
    }
    let mut centred = try_filled("a copy of the data", rows.len(), T::ZERO)?;
    let mut norms = Vec::with_capacity(rows.len() / d);
    for (shifted, row) in centred.chunks_exact_mut(d).zip(rows.chunks_exact(d)) {
        let mut norm = 0.0;
        for feature in 0..d {
            shifted[feature] = T::round(row[feature].to_f64() - means[feature]);
            norm += shifted[feature].to_f64().powi(2);
        }
        norms.push(T::round(norm));
    }
    let panels = panels(&centred, d)?;
    Ok(Centred {
        rows: centred,
        panels,
        norms,
    })
}

/// A block of dissimilarities.
struct Block<'a, T, O> {
    op: O,
    rows: &'a [T],
    panels: &'a [[T; WIDTH]],
    d: usize,
    cols: std::ops::Range<usize>,
    out: &'a mut [T],
    stride: usize,
}

impl<T: Float, O: Op<T>> Kernel for Block<'_, T, O> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for col in self.cols.clone().step_by(WIDTH) {
            let panel = &self.panels[col / WIDTH * self.d..][..self.d];
            let width = WIDTH.min(self.cols.end - col);
            let out = &mut self.out[col - self.cols.start..];
            tile(simd, self.op, self.rows, panel, out, self.stride, width);
        }
    }
}

/// Make inner products into dissimilarities, unless too many of them would lose digits; says which.
struct FromDots<'a, T> {
    metric: Metric,
    norms: (&'a [T], &'a [T]),
    out: &'a mut [T],
    stride: usize,
}

impl<T: Float> Kernel for FromDots<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> bool {
        let two = T::ONE + T::ONE;
        let width = self.norms.1.len();
        for (r, &norm) in self.norms.0.iter().enumerate() {
            let out = &mut self.out[r * self.stride..][..width];
            let mut n_lost = 0_u32;
            for (x, &other) in out.iter_mut().zip(self.norms.1) {
                let squared = norm + other - two * *x;
                n_lost += u32::from(squared < T::CANCELLATION * (norm + other));
                let squared = if squared > T::ZERO { squared } else { T::ZERO };
                *x = match self.metric {
                    Metric::Euclidean => squared.sqrt(),
                    Metric::Cosine => squared * T::round(0.5),
                    _ => squared,
                };
            }
            if n_lost > 0 {
                return false;
            }
        }
        true
    }
}
