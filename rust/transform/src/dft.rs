//! Small discrete Fourier transforms of registers: the factors of a Monarch decomposition, as straight code.
//!
//! A factor of the decomposition is a product with the matrix `F[k, n] = exp(-2 pi i k n / f)`. For f ≤ 16 its rows share so many sums that writing them
//! out takes far fewer operations than the product: 16 points take 144 additions and 8 rotations instead of 256 complex multiplications.

use crate::lanes::{Lane, Real};

/// Complex numbers, one for each lane.
#[derive(Clone, Copy)]
pub(crate) struct C<V> {
    pub(crate) re: V,
    pub(crate) im: V,
}

impl<V: Lane> C<V> {
    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Self {
            re: self.re.add(other.re),
            im: self.im.add(other.im),
        }
    }

    #[inline(always)]
    pub(crate) fn sub(self, other: Self) -> Self {
        Self {
            re: self.re.sub(other.re),
            im: self.im.sub(other.im),
        }
    }

    #[inline(always)]
    pub(crate) fn mul(self, w: Self) -> Self {
        Self {
            re: self.im.neg_mul_add(w.im, self.re.mul(w.re)),
            im: self.im.mul_add(w.re, self.re.mul(w.im)),
        }
    }

    /// Times the conjugate of `w`.
    #[inline(always)]
    pub(crate) fn mul_conjugate(self, w: Self) -> Self {
        Self {
            re: self.im.mul_add(w.im, self.re.mul(w.re)),
            im: self.re.neg_mul_add(w.im, self.im.mul(w.re)),
        }
    }

    /// Plus -i times `other`.
    #[inline(always)]
    fn add_turned(self, other: Self) -> Self {
        Self {
            re: self.re.add(other.im),
            im: self.im.sub(other.re),
        }
    }

    /// Plus i times `other`.
    #[inline(always)]
    fn sub_turned(self, other: Self) -> Self {
        Self {
            re: self.re.sub(other.im),
            im: self.im.add(other.re),
        }
    }

    /// The two parts in each other's place. On exchanged numbers the forward transform is the inverse one, and the product with a number is that with
    /// its conjugate: the inverse direction needs no code of its own.
    #[inline(always)]
    pub(crate) fn exchanged(self) -> Self {
        Self {
            re: self.im,
            im: self.re,
        }
    }

    /// # Safety
    /// As [`Lane::splat`].
    #[inline(always)]
    pub(crate) unsafe fn splat(re: V::T, im: V::T) -> Self {
        // SAFETY: as the caller says.
        unsafe {
            Self {
                re: V::splat(re),
                im: V::splat(im),
            }
        }
    }

    /// # Safety
    /// As [`Lane::splat`].
    #[inline(always)]
    unsafe fn root(k: usize, n: usize) -> Self {
        // SAFETY: as the caller says.
        unsafe { Self::constant(ROOTS_16[k * (16 / n)]) }
    }

    /// # Safety
    /// As [`Lane::splat`].
    #[inline(always)]
    unsafe fn constant((re, im): (f64, f64)) -> Self {
        // SAFETY: as the caller says.
        unsafe { Self::splat(V::T::rounded(re), V::T::rounded(im)) }
    }
}

const C1: f64 = 0.923_879_532_511_286_8; // cos(pi / 8)
const S1: f64 = 0.382_683_432_365_089_8;
/// Cosine and sine of 2 pi / 5, and of twice that.
const FIFTH: (f64, f64) = (0.309_016_994_374_947_45, 0.951_056_516_295_153_5);
const TWO_FIFTHS: (f64, f64) = (-0.809_016_994_374_947_5, 0.587_785_252_292_473_1);
const H: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// exp(-2 pi i k / 16), as far as they are needed.
const ROOTS_16: [(f64, f64); 10] = [
    (1.0, 0.0),
    (C1, -S1),
    (H, -H),
    (S1, -C1),
    (0.0, -1.0),
    (-S1, -C1),
    (-H, -H),
    (-C1, -S1),
    (-1.0, 0.0),
    (-C1, S1),
];

/// The transform of `F` points in place; the first `IN` of them may be other than zero, the first `OUT` results are wanted (both matter for 16 points only,
/// where they may be 4, 8 or 16).
///
/// # Safety
/// The machine has the instruction set of `V`.
#[inline(always)]
pub(crate) unsafe fn dft<V: Lane, const F: usize, const IN: usize, const OUT: usize>(x: &mut [C<V>; F]) {
    // SAFETY: as the caller says.
    unsafe {
        match F {
            2 => (x[0], x[1]) = (x[0].add(x[1]), x[0].sub(x[1])),
            3 => dft_3(x),
            4 => [x[0], x[1], x[2], x[3]] = dft_4([x[0], x[1], x[2], x[3]]),
            5 => dft_5(x),
            8 => dft_8(x),
            16 => dft_16::<V, F, IN, OUT>(x),
            _ => unreachable!(),
        }
    }
}

#[inline(always)]
fn dft_4<V: Lane>([a, b, c, d]: [C<V>; 4]) -> [C<V>; 4] {
    let (even, odd, other_even, other_odd) = (a.add(c), a.sub(c), b.add(d), b.sub(d));
    [
        even.add(other_even),
        odd.add_turned(other_odd),
        even.sub(other_even),
        odd.sub_turned(other_odd),
    ]
}

#[inline(always)]
unsafe fn dft_3<V: Lane, const F: usize>(x: &mut [C<V>; F]) {
    // SAFETY: as the caller says.
    let (half, high) = unsafe { (V::splat(V::T::rounded(0.5)), V::splat(V::T::rounded(0.75f64.sqrt()))) };
    let (sum, difference) = (x[1].add(x[2]), x[1].sub(x[2]));
    let middle = C {
        re: sum.re.neg_mul_add(half, x[0].re),
        im: sum.im.neg_mul_add(half, x[0].im),
    };
    let turned = C {
        re: difference.re.mul(high),
        im: difference.im.mul(high),
    };
    (x[0], x[1], x[2]) = (x[0].add(sum), middle.add_turned(turned), middle.sub_turned(turned));
}

#[inline(always)]
unsafe fn dft_5<V: Lane, const F: usize>(x: &mut [C<V>; F]) {
    // SAFETY: as the caller says.
    let (near_root, far_root) = unsafe { (C::<V>::constant(FIFTH), C::<V>::constant(TWO_FIFTHS)) };
    let (c1, s1, c2, s2) = (near_root.re, near_root.im, far_root.re, far_root.im);
    let (p, q) = (x[1].add(x[4]), x[2].add(x[3]));
    let (d, e) = (x[1].sub(x[4]), x[2].sub(x[3]));
    let near = C {
        re: q.re.mul_add(c2, p.re.mul_add(c1, x[0].re)),
        im: q.im.mul_add(c2, p.im.mul_add(c1, x[0].im)),
    };
    let far = C {
        re: q.re.mul_add(c1, p.re.mul_add(c2, x[0].re)),
        im: q.im.mul_add(c1, p.im.mul_add(c2, x[0].im)),
    };
    let turned = C {
        re: d.re.mul_add(s1, e.re.mul(s2)),
        im: d.im.mul_add(s1, e.im.mul(s2)),
    };
    let twice = C {
        re: e.re.neg_mul_add(s1, d.re.mul(s2)),
        im: e.im.neg_mul_add(s1, d.im.mul(s2)),
    };
    x[0] = x[0].add(p).add(q);
    (x[1], x[4]) = (near.add_turned(turned), near.sub_turned(turned));
    (x[2], x[3]) = (far.add_turned(twice), far.sub_turned(twice));
}

#[inline(always)]
unsafe fn dft_8<V: Lane, const F: usize>(x: &mut [C<V>; F]) {
    let mut even = [x[0]; 4];
    let mut odd = even;
    for n in 0..4 {
        even[n] = x[n].add(x[n + 4]);
        odd[n] = x[n].sub(x[n + 4]);
        if n > 0 {
            // SAFETY: as the caller says.
            odd[n] = odd[n].mul(unsafe { C::root(n, 8) });
        }
    }
    let (even, odd) = (dft_4(even), dft_4(odd));
    for k in 0..4 {
        (x[2 * k], x[2 * k + 1]) = (even[k], odd[k]);
    }
}

/// Four by four: over n = 4 a + b, then over b, to k = c + 4 d.
#[inline(always)]
unsafe fn dft_16<V: Lane, const F: usize, const IN: usize, const OUT: usize>(x: &mut [C<V>; F]) {
    let mut between = [[x[0]; 4]; 4];
    for b in 0..4 {
        let column = match IN {
            4 => [x[b]; 4],
            8 => {
                let (first, second) = (x[b], x[b + 4]);
                [
                    first.add(second),
                    first.add_turned(second),
                    first.sub(second),
                    first.sub_turned(second),
                ]
            }
            _ => dft_4([x[b], x[b + 4], x[b + 8], x[b + 12]]),
        };
        for c in 0..4 {
            between[c][b] = if b * c == 0 {
                column[c]
            } else {
                // SAFETY: as the caller says.
                column[c].mul(unsafe { C::root(b * c, 16) })
            };
        }
    }
    for c in 0..4 {
        let row = between[c];
        match OUT {
            4 => x[c] = row[0].add(row[2]).add(row[1].add(row[3])),
            8 => {
                x[c] = row[0].add(row[2]).add(row[1].add(row[3]));
                x[c + 4] = row[0].sub(row[2]).add_turned(row[1].sub(row[3]));
            }
            _ => [x[c], x[c + 4], x[c + 8], x[c + 12]] = dft_4(row),
        }
    }
}
