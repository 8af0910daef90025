//! As many real numbers as an instruction takes at a time, behind one trait: every kernel is written once, and compiled for each.

use std::ops::{Add, Mul};

/// A real number that the kernels compute with.
pub trait Real:
    Copy + Default + Send + Sync + PartialEq + std::fmt::Debug + Add<Output = Self> + Mul<Output = Self> + 'static
{
    /// Zero.
    const ZERO: Self;
    /// The nearest number of the type.
    fn rounded(value: f64) -> Self;
    /// The same number in double precision.
    fn wide(self) -> f64;
}

macro_rules! real {
    ($($t:ty),+) => {$(
        impl Real for $t {
            const ZERO: Self = 0.0;
            #[inline(always)]
            fn rounded(value: f64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn wide(self) -> f64 {
                f64::from(self)
            }
        }
    )+};
}

real!(f32, f64);

/// A register of [`W`](Self::W) numbers. Values are made only inside functions that are compiled for the instruction set of the type,
/// and chosen at run time where the machine has it.
pub(crate) trait Lane: Copy {
    /// Its numbers.
    type T: Real;
    /// How many of them: a power of two, 16 at most.
    const W: usize;
    /// # Safety
    /// `W` numbers can be read at `from`, and the machine has the instruction set.
    unsafe fn load(from: *const Self::T) -> Self;
    /// # Safety
    /// `W` numbers can be written at `to`.
    unsafe fn store(self, to: *mut Self::T);
    /// # Safety
    /// The machine has the instruction set.
    unsafe fn splat(value: Self::T) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    /// `self * b + c`
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// `c - self * b`
    fn neg_mul_add(self, b: Self, c: Self) -> Self;
    /// One step of a transposition: exchange the off-diagonal blocks of size `S` of two rows that are `S` apart.
    fn exchange<const S: usize>(self, other: Self) -> (Self, Self);
}

/// Transpose the `W` x `W` block of `rows[from..from + W]`.
#[inline(always)]
pub(crate) fn transpose<V: Lane>(rows: &mut [V; 16], from: usize) {
    if V::W == 16 {
        step::<V, 8>(rows, from);
    }
    if V::W >= 8 {
        step::<V, 4>(rows, from);
    }
    if V::W >= 4 {
        step::<V, 2>(rows, from);
    }
    step::<V, 1>(rows, from);
}

#[inline(always)]
fn step<V: Lane, const S: usize>(rows: &mut [V; 16], from: usize) {
    for i in 0..16 {
        if i < V::W && i & S == 0 {
            (rows[from + i], rows[from + i + S]) = rows[from + i].exchange::<S>(rows[from + i + S]);
        }
    }
}

/// Four numbers and no instruction set: what the compiler makes of it.
#[derive(Clone, Copy)]
pub(crate) struct Four<T>([T; 4]);

macro_rules! four {
    ($t:ty) => {
        impl Lane for Four<$t> {
            type T = $t;
            const W: usize = 4;
            #[inline(always)]
            unsafe fn load(from: *const $t) -> Self {
                // SAFETY: the caller says that four numbers can be read.
                Self(unsafe { from.cast::<[$t; 4]>().read_unaligned() })
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $t) {
                // SAFETY: the caller says that four numbers can be written.
                unsafe { to.cast::<[$t; 4]>().write_unaligned(self.0) }
            }
            #[inline(always)]
            unsafe fn splat(value: $t) -> Self {
                Self([value; 4])
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Self(std::array::from_fn(|i| self.0[i] + other.0[i]))
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                Self(std::array::from_fn(|i| self.0[i] - other.0[i]))
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                Self(std::array::from_fn(|i| self.0[i] * other.0[i]))
            }
            #[inline(always)]
            fn mul_add(self, b: Self, c: Self) -> Self {
                Self(std::array::from_fn(|i| self.0[i] * b.0[i] + c.0[i]))
            }
            #[inline(always)]
            fn neg_mul_add(self, b: Self, c: Self) -> Self {
                Self(std::array::from_fn(|i| c.0[i] - self.0[i] * b.0[i]))
            }
            #[inline(always)]
            fn exchange<const S: usize>(self, other: Self) -> (Self, Self) {
                let first = std::array::from_fn(|i| if i & S == 0 { self.0[i] } else { other.0[i ^ S] });
                let second = std::array::from_fn(|i| if i & S == 0 { self.0[i ^ S] } else { other.0[i] });
                (Self(first), Self(second))
            }
        }
    };
}

four!(f32);
four!(f64);

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Lane;
    use std::arch::x86_64::{
        __m256, __m256d, __m512, __m512d, _mm256_add_pd, _mm256_add_ps, _mm256_blend_ps, _mm256_fmadd_pd,
        _mm256_fmadd_ps, _mm256_fnmadd_pd, _mm256_fnmadd_ps, _mm256_loadu_pd, _mm256_loadu_ps, _mm256_movehdup_ps,
        _mm256_moveldup_ps, _mm256_mul_pd, _mm256_mul_ps, _mm256_permute2f128_pd, _mm256_permute2f128_ps,
        _mm256_set1_pd, _mm256_set1_ps, _mm256_shuffle_ps, _mm256_storeu_pd, _mm256_storeu_ps, _mm256_sub_pd,
        _mm256_sub_ps, _mm256_unpackhi_pd, _mm256_unpacklo_pd, _mm512_add_pd, _mm512_add_ps, _mm512_fmadd_pd,
        _mm512_fmadd_ps, _mm512_fnmadd_pd, _mm512_fnmadd_ps, _mm512_loadu_pd, _mm512_loadu_ps, _mm512_loadu_si512,
        _mm512_mul_pd, _mm512_mul_ps, _mm512_permutex2var_pd, _mm512_permutex2var_ps, _mm512_set1_pd, _mm512_set1_ps,
        _mm512_storeu_pd, _mm512_storeu_ps, _mm512_sub_pd, _mm512_sub_ps,
    };

    macro_rules! lane {
        ($vector:ty, $t:ty, $w:literal, $load:ident, $store:ident, $splat:ident, $add:ident, $sub:ident, $mul:ident,
         $fused:ident, $negated:ident, $exchange:ident) => {
            impl Lane for $vector {
                type T = $t;
                const W: usize = $w;
                #[inline(always)]
                unsafe fn load(from: *const $t) -> Self {
                    // SAFETY: the caller says that so many numbers can be read, and by which instructions.
                    unsafe { $load(from) }
                }
                #[inline(always)]
                unsafe fn store(self, to: *mut $t) {
                    // SAFETY: the caller says that so many numbers can be written.
                    unsafe { $store(to, self) }
                }
                #[inline(always)]
                unsafe fn splat(value: $t) -> Self {
                    // SAFETY: the caller says that the machine has the instructions.
                    unsafe { $splat(value) }
                }
                #[inline(always)]
                fn add(self, other: Self) -> Self {
                    // SAFETY: whoever made a value has the instructions.
                    unsafe { $add(self, other) }
                }
                #[inline(always)]
                fn sub(self, other: Self) -> Self {
                    // SAFETY: as above.
                    unsafe { $sub(self, other) }
                }
                #[inline(always)]
                fn mul(self, other: Self) -> Self {
                    // SAFETY: as above.
                    unsafe { $mul(self, other) }
                }
                #[inline(always)]
                fn mul_add(self, b: Self, c: Self) -> Self {
                    // SAFETY: as above.
                    unsafe { $fused(self, b, c) }
                }
                #[inline(always)]
                fn neg_mul_add(self, b: Self, c: Self) -> Self {
                    // SAFETY: as above.
                    unsafe { $negated(self, b, c) }
                }
                #[inline(always)]
                fn exchange<const S: usize>(self, other: Self) -> (Self, Self) {
                    // SAFETY: as above.
                    unsafe { $exchange::<S>(self, other) }
                }
            }
        };
    }

    lane!(
        __m512,
        f32,
        16,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_set1_ps,
        _mm512_add_ps,
        _mm512_sub_ps,
        _mm512_mul_ps,
        _mm512_fmadd_ps,
        _mm512_fnmadd_ps,
        exchange_512
    );
    lane!(
        __m512d,
        f64,
        8,
        _mm512_loadu_pd,
        _mm512_storeu_pd,
        _mm512_set1_pd,
        _mm512_add_pd,
        _mm512_sub_pd,
        _mm512_mul_pd,
        _mm512_fmadd_pd,
        _mm512_fnmadd_pd,
        exchange_512d
    );
    lane!(
        __m256,
        f32,
        8,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_set1_ps,
        _mm256_add_ps,
        _mm256_sub_ps,
        _mm256_mul_ps,
        _mm256_fmadd_ps,
        _mm256_fnmadd_ps,
        exchange_256
    );
    lane!(
        __m256d,
        f64,
        4,
        _mm256_loadu_pd,
        _mm256_storeu_pd,
        _mm256_set1_pd,
        _mm256_add_pd,
        _mm256_sub_pd,
        _mm256_mul_pd,
        _mm256_fmadd_pd,
        _mm256_fnmadd_pd,
        exchange_256d
    );

    /// For each place of the two rows after a step, where in both rows it comes from.
    const fn places_16(s: usize) -> [[i32; 16]; 2] {
        let mut found = [[0; 16]; 2];
        let mut i = 0;
        while i < 16 {
            found[0][i] = if i & s == 0 { i } else { 16 + (i ^ s) } as i32;
            found[1][i] = if i & s == 0 { i ^ s } else { 16 + i } as i32;
            i += 1;
        }
        found
    }

    const fn places_8(s: usize) -> [[i64; 8]; 2] {
        let mut found = [[0; 8]; 2];
        let mut i = 0;
        while i < 8 {
            found[0][i] = if i & s == 0 { i } else { 8 + (i ^ s) } as i64;
            found[1][i] = if i & s == 0 { i ^ s } else { 8 + i } as i64;
            i += 1;
        }
        found
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn exchange_512<const S: usize>(a: __m512, b: __m512) -> (__m512, __m512) {
        let places = const { places_16(S) };
        // SAFETY: each of the two arrays has the 64 bytes of a register.
        let (first, second) = unsafe {
            (
                _mm512_loadu_si512(places[0].as_ptr().cast()),
                _mm512_loadu_si512(places[1].as_ptr().cast()),
            )
        };
        (
            _mm512_permutex2var_ps(a, first, b),
            _mm512_permutex2var_ps(a, second, b),
        )
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn exchange_512d<const S: usize>(a: __m512d, b: __m512d) -> (__m512d, __m512d) {
        let places = const { places_8(S) };
        // SAFETY: each of the two arrays has the 64 bytes of a register.
        let (first, second) = unsafe {
            (
                _mm512_loadu_si512(places[0].as_ptr().cast()),
                _mm512_loadu_si512(places[1].as_ptr().cast()),
            )
        };
        (
            _mm512_permutex2var_pd(a, first, b),
            _mm512_permutex2var_pd(a, second, b),
        )
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn exchange_256<const S: usize>(a: __m256, b: __m256) -> (__m256, __m256) {
        match S {
            4 => (
                _mm256_permute2f128_ps::<0x20>(a, b),
                _mm256_permute2f128_ps::<0x31>(a, b),
            ),
            2 => (_mm256_shuffle_ps::<0x44>(a, b), _mm256_shuffle_ps::<0xEE>(a, b)),
            _ => (
                _mm256_blend_ps::<0xAA>(a, _mm256_moveldup_ps(b)),
                _mm256_blend_ps::<0xAA>(_mm256_movehdup_ps(a), b),
            ),
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn exchange_256d<const S: usize>(a: __m256d, b: __m256d) -> (__m256d, __m256d) {
        match S {
            2 => (
                _mm256_permute2f128_pd::<0x20>(a, b),
                _mm256_permute2f128_pd::<0x31>(a, b),
            ),
            _ => (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b)),
        }
    }
}
