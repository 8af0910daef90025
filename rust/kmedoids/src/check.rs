//! Whether a matrix is one of dissimilarities.

use std::sync::Mutex;

use porism_runtime::Monitor;

use crate::arch::{Kernel, SQUARE, Simd, dispatch};
use crate::element::Element;
use crate::error::Error;
use crate::options::Options;
use crate::scan::scan;

/// How much a matrix may miss what it should be, relative to its largest finite value.
pub const TOLERANCE: f64 = 1e-6;

/// What [`check_square`] saw on the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatrixInfo {
    /// The largest finite value.
    pub max: f64,
    /// Whether there is a `+inf`: a pair that may not be joined.
    pub has_infinity: bool,
    /// The largest absolute value on the diagonal: within the tolerance, and treated as 0.
    pub diagonal: f64,
    /// The largest difference between a value and its mirror image; 0 where symmetry was not asked for.
    pub asymmetry: f64,
}

/// Refuse what is no square matrix of dissimilarities: NaN, negative values, a diagonal beyond the tolerance, and, where `symmetric` is asked for, values that
/// differ from their mirror image beyond it. Integers have no tolerance.
///
/// A large matrix is passed over once, as it lies in memory, with symmetry told by random fingerprints: a matrix that is not symmetric passes with a
/// probability below 2^-63. What that leaves open, and a small one, is passed over by pairs of blocks that mirror each other: a value and its mirror image are
/// looked at while both are in cache, which they would not be row by row. Only what is refused is looked at again, to name the first offence.
pub fn check_square<T: Element>(
    values: &[T],
    n: usize,
    symmetric: bool,
    options: &Options,
    monitor: &Monitor,
) -> Result<MatrixInfo, Error> {
    if n == 0 {
        return Err(Error::Empty);
    }
    if n.checked_mul(n) != Some(values.len()) {
        return Err(Error::Shape {
            what: "a square matrix",
            expected: n.saturating_mul(n),
            got: values.len(),
        });
    }
    let seen = look(values, n, symmetric, options, monitor)?;
    let on_diagonal = || (0..n).map(|i| values[i * n + i]);
    let diagonal = on_diagonal().map(|x| x.to_f64().abs()).fold(0.0, f64::max); // which passes over NaN
    let tolerance = if T::HAS_INFINITY { TOLERANCE * seen.max } else { 0.0 };
    if seen.refused || on_diagonal().any(T::is_nan) || diagonal > tolerance || seen.asymmetry > tolerance {
        name_first_offence(values, n, symmetric, tolerance, monitor)?;
    }
    Ok(MatrixInfo {
        max: seen.max,
        has_infinity: seen.has_infinity,
        diagonal,
        asymmetry: seen.asymmetry,
    })
}

/// What was seen of a matrix.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// Whether something is not a number, or negative off the diagonal.
    refused: bool,
    max: f64,
    has_infinity: bool,
    asymmetry: f64,
}

impl Seen {
    fn and(self, other: Self) -> Self {
        Self {
            refused: self.refused || other.refused,
            max: self.max.max(other.max),
            has_infinity: self.has_infinity || other.has_infinity,
            asymmetry: self.asymmetry.max(other.asymmetry),
        }
    }

    fn element<T: Element>(&mut self, x: T) {
        self.refused |= x.is_nan() || x < T::ZERO;
        if x.is_infinite() {
            self.has_infinity = true;
        } else {
            self.max = self.max.max(x.to_f64());
        }
    }

    fn pair<T: Element>(&mut self, x: T, mirrored: T) {
        self.element(x);
        self.element(mirrored);
        if x != mirrored {
            self.asymmetry = self.asymmetry.max((x.to_f64() - mirrored.to_f64()).abs());
        }
    }
}

/// Side of a block. Two blocks of floats fit the second-level cache, and a block's rows are long enough for the memory to deliver them in bursts.
const BLOCK: usize = 128;

/// From this many rows on a matrix is no longer in cache, and reading it in memory's order pays; see [`scan`].
const SCANNED: usize = 512;

fn look<T: Element>(
    values: &[T],
    n: usize,
    symmetric: bool,
    options: &Options,
    monitor: &Monitor,
) -> Result<Seen, Error> {
    let isa = options.isa();
    let pool = options.pool()?;
    if n >= SCANNED
        && let Some(plain) = scan(values, n, symmetric, isa, &pool, monitor)?
    {
        return Ok(Seen {
            max: plain.max,
            asymmetry: plain.asymmetry,
            ..Seen::default()
        });
    }
    let bands = n.div_ceil(BLOCK);
    let all = Mutex::new(Seen::default());
    // Bands get shorter towards the end of a triangle: a long and a short one together.
    let pairs = bands.div_ceil(2);
    pool.for_each(pairs, |pair| {
        let (first, last) = (pair, bands - 1 - pair);
        for band in std::iter::once(first).chain((last > first).then_some(last)) {
            let mut seen = Seen::default();
            for col in (if symmetric { band } else { 0 })..bands {
                if monitor.check().is_err() {
                    return;
                }
                let (row, col) = (band * BLOCK, col * BLOCK);
                seen = seen.and(dispatch(
                    isa,
                    Look {
                        values,
                        n,
                        row,
                        col,
                        symmetric,
                    },
                ));
            }
            if let Ok(mut all) = all.lock() {
                *all = all.and(seen);
            }
        }
    });
    monitor.check()?;
    Ok(all.into_inner().unwrap_or_default())
}

/// Look at the block at `row`, `col`, and at the one that mirrors it.
struct Look<'a, T> {
    values: &'a [T],
    n: usize,
    row: usize,
    col: usize,
    symmetric: bool,
}

impl<T: Element> Kernel for Look<'_, T> {
    type Output = Seen;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Seen {
        let Self {
            values,
            n,
            row,
            col,
            symmetric,
        } = self;
        let mut seen = Seen::default();
        let (height, width) = (BLOCK.min(n - row), BLOCK.min(n - col));
        let mut mirror = [[T::ZERO; BLOCK]; STRIP];
        for strip in (0..height).step_by(STRIP) {
            let rows = STRIP.min(height - strip);
            if symmetric {
                let whole = if rows == STRIP { width / STRIP * STRIP } else { 0 };
                for c in (0..whole).step_by(STRIP) {
                    let from = &values[(col + c) * n + row + strip..];
                    simd.turn(from, n, &mut mirror.as_flattened_mut()[c..], BLOCK);
                    // The next block, which no hardware would foresee.
                    for c in c..c + STRIP {
                        simd.prefetch(values.as_ptr().wrapping_add((col + BLOCK + c) * n + row + strip));
                    }
                }
                for c in whole..width {
                    let part = &values[(col + c) * n + row + strip..][..rows];
                    for (r, &x) in part.iter().enumerate() {
                        mirror[r][c] = x;
                    }
                }
            }
            for r in 0..rows {
                let i = row + strip + r;
                let part = &values[i * n + col..][..width];
                for c in (0..BLOCK).step_by(LINE) {
                    simd.prefetch(part.as_ptr().wrapping_add(BLOCK + c));
                }
                let mirror = &mirror[r][..width];
                let (odd, max) = summarise(part, mirror, symmetric);
                if !odd && !max.is_infinite() {
                    seen.max = seen.max.max(max.to_f64());
                    continue;
                }
                for c in 0..width {
                    if i == col + c {
                        continue;
                    }
                    if symmetric {
                        seen.pair(part[c], mirror[c]);
                    } else {
                        seen.element(part[c]);
                    }
                }
            }
        }
        seen
    }
}

/// Whether a value of `part` is negative, not a number, or (where `symmetric`) not the one in `mirror`; and the largest.
#[inline(always)]
fn summarise<T: Element>(part: &[T], mirror: &[T], symmetric: bool) -> (bool, T) {
    // Lanes by hand: the compiler may not reorder comparisons of floats.
    let (mut odd, mut max) = ([false; LINE], [T::ZERO; LINE]);
    let mut look = |lane: usize, x: T, mirrored: T| {
        odd[lane] |= (x < T::ZERO) | x.is_nan() | (symmetric & (x != mirrored));
        max[lane] = if x > max[lane] { x } else { max[lane] };
    };
    let (parts, rest) = part.as_chunks::<LINE>();
    let (mirrors, mirror_rest) = mirror.as_chunks::<LINE>();
    for (part, mirror) in parts.iter().zip(mirrors) {
        for lane in 0..LINE {
            look(lane, part[lane], mirror[lane]);
        }
    }
    for (lane, (&x, &mirrored)) in rest.iter().zip(mirror_rest).enumerate() {
        look(lane, x, mirrored);
    }
    let max = max.into_iter().fold(T::ZERO, |max, x| if x > max { x } else { max });
    (odd.contains(&true), max)
}

/// Floats in a cache line.
const LINE: usize = 16;

/// Rows of a block that are turned round together: for floats as many elements as a cache line holds.
const STRIP: usize = SQUARE;

/// Find what [`look`] refused, in row-major order.
fn name_first_offence<T: Element>(
    values: &[T],
    n: usize,
    symmetric: bool,
    tolerance: f64,
    monitor: &Monitor,
) -> Result<(), Error> {
    for row in 0..n {
        monitor.check()?;
        for col in 0..n {
            let value = values[row * n + col].to_f64();
            if value.is_nan() {
                let what = "X";
                return Err(Error::NotFinite { what, row, col, value });
            }
            if row == col {
                if value.abs() > tolerance {
                    return Err(Error::Diagonal { index: row, value });
                }
            } else if value < 0.0 {
                return Err(Error::Negative { row, col, value });
            } else if symmetric && col > row {
                let mirrored = values[col * n + row].to_f64();
                if value != mirrored && (value - mirrored).abs() > tolerance && !mirrored.is_nan() && mirrored >= 0.0 {
                    return Err(Error::Asymmetric {
                        row,
                        col,
                        value,
                        mirrored,
                    });
                }
            }
        }
    }
    Ok(())
}

/// Refuse integers whose sums over `n_references` could exceed 64 bits. Floats never are.
pub fn check_overflow<T: Element>(info: &MatrixInfo, n_references: usize, max_weight: f64) -> Result<(), Error> {
    let worst = info.max * n_references as f64 * max_weight.max(1.0);
    if !T::HAS_INFINITY && worst >= 2_f64.powi(62) {
        return Err(Error::Overflow {
            max: info.max,
            n: n_references,
            max_weight,
        });
    }
    Ok(())
}
