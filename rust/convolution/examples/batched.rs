//! Is an own transform worth it? `rustfft`, one transform after the other, beside a radix-4 transform of as many
//! signals as a register has lanes, in place, depth first, its spectrum left in the order in which it falls out.
//!
//! `cargo run --release -p porism-convolution --example batched` prints nanoseconds per complex value; `benchmarks/convolution-batched.md` records them.

use std::ops::{Add, Mul, Sub};
use std::time::Instant;

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

/// Lanes of one signal each.
type Lanes<T, const N: usize> = [T; N];

/// What lanes need.
trait Number: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + rustfft::FftNum {
    fn from64(value: f64) -> Self;
}

impl Number for f32 {
    fn from64(value: f64) -> Self {
        value as Self
    }
}

impl Number for f64 {
    fn from64(value: f64) -> Self {
        value
    }
}

/// Decimation in frequency, depth first: parts that fit a cache are finished before the next begins.
#[inline(always)]
fn transform<T: Number, const N: usize>(
    re: &mut [Lanes<T, N>],
    im: &mut [Lanes<T, N>],
    roots: &[Complex<T>],
    stride: usize,
) {
    let n = re.len();
    if n == 1 {
        return;
    }
    if n == 2 {
        for l in 0..N {
            let (a, b) = (re[0][l], re[1][l]);
            (re[0][l], re[1][l]) = (a + b, a - b);
            let (a, b) = (im[0][l], im[1][l]);
            (im[0][l], im[1][l]) = (a + b, a - b);
        }
        return;
    }
    let q = n / 4;
    let (r01, r23) = re.split_at_mut(2 * q);
    let ((r0, r1), (r2, r3)) = (r01.split_at_mut(q), r23.split_at_mut(q));
    let (i01, i23) = im.split_at_mut(2 * q);
    let ((i0, i1), (i2, i3)) = (i01.split_at_mut(q), i23.split_at_mut(q));
    for j in 0..q {
        let (w1, w2, w3) = (roots[j * stride], roots[2 * j * stride], roots[3 * j * stride]);
        for l in 0..N {
            let (ar, ai, br, bi) = (r0[j][l], i0[j][l], r1[j][l], i1[j][l]);
            let (cr, ci, dr, di) = (r2[j][l], i2[j][l], r3[j][l], i3[j][l]);
            let (s0r, s0i, s1r, s1i) = (ar + cr, ai + ci, ar - cr, ai - ci);
            let (s2r, s2i, s3r, s3i) = (br + dr, bi + di, bi - di, dr - br);
            (r0[j][l], i0[j][l]) = (s0r + s2r, s0i + s2i);
            let (xr, xi) = (s1r + s3r, s1i + s3i);
            (r1[j][l], i1[j][l]) = (xr * w1.re - xi * w1.im, xr * w1.im + xi * w1.re);
            let (xr, xi) = (s0r - s2r, s0i - s2i);
            (r2[j][l], i2[j][l]) = (xr * w2.re - xi * w2.im, xr * w2.im + xi * w2.re);
            let (xr, xi) = (s1r - s3r, s1i - s3i);
            (r3[j][l], i3[j][l]) = (xr * w3.re - xi * w3.im, xr * w3.im + xi * w3.re);
        }
    }
    if q == 1 {
        return;
    }
    for (re, im) in [(r0, i0), (r1, i1), (r2, i2), (r3, i3)] {
        inner(re, im, roots, 4 * stride);
    }
}

/// The recursion, which cannot be inlined into itself.
fn inner<T: Number, const N: usize>(
    re: &mut [Lanes<T, N>],
    im: &mut [Lanes<T, N>],
    roots: &[Complex<T>],
    stride: usize,
) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the instruction set has been detected.
        return unsafe { with_avx512(re, im, roots, stride) };
    }
    transform(re, im, roots, stride);
}

/// # Safety
/// AVX-512 F must be there.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,fma")]
unsafe fn with_avx512<T: Number, const N: usize>(
    re: &mut [Lanes<T, N>],
    im: &mut [Lanes<T, N>],
    roots: &[Complex<T>],
    stride: usize,
) {
    transform(re, im, roots, stride);
}

fn best(mut work: impl FnMut()) -> f64 {
    (0..7)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

fn measure<T: Number, const N: usize>(name: &str) {
    for log2 in [10, 12, 14, 16] {
        let n = 1_usize << log2;
        let roots: Vec<Complex<T>> = (0..n)
            .map(|k| {
                let (sin, cos) = (-2.0 * std::f64::consts::PI * k as f64 / n as f64).sin_cos();
                Complex::new(T::from64(cos), T::from64(sin))
            })
            .collect();
        // Zeros: time does not depend on the values, and repeated transforms must not overflow.
        let zero = Complex::new(T::zero(), T::zero());
        let mut one = vec![zero; n * N];
        let fft = FftPlanner::<T>::new().plan_fft_forward(n);
        let mut scratch = vec![zero; fft.get_inplace_scratch_len()];
        let repeats = (1 << 22) / (n * N);
        let peer = best(|| {
            for _ in 0..repeats.max(1) {
                fft.process_with_scratch(&mut one, &mut scratch);
            }
        });
        let mut re: Vec<Lanes<T, N>> = vec![[T::zero(); N]; n];
        let mut im = re.clone();
        let own = best(|| {
            for _ in 0..repeats.max(1) {
                inner(&mut re, &mut im, &roots, 1);
            }
        });
        let per_value = 1e9 / (repeats.max(1) * n * N) as f64;
        println!(
            "{name} 2^{log2}: rustfft {:.2} ns, {N} lanes {:.2} ns per value, {:.2} times",
            peer * per_value,
            own * per_value,
            peer / own
        );
    }
}

fn main() {
    measure::<f32, 16>("f32");
    measure::<f64, 8>("f64");
}
