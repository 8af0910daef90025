//! Registers full of numbers, for each instruction set: what the transform is written in.
#![allow(unreachable_pub)] // associated types of a public trait, which nobody outside can name

/// A register of `N` numbers, a power of two.
///
/// Everything here is `inline(always)` into a function that is compiled for the instruction set.
pub trait Lanes: Copy {
    /// What it holds.
    type Element: Copy;
    /// How many of them.
    const N: usize;
    /// How many registers at once an algorithm may keep in flight: 2^RADIX.
    const RADIX: usize;

    /// `N` numbers from memory.
    ///
    /// # Safety
    /// They lie within one allocation; the machine has the instruction set.
    unsafe fn load(from: *const Self::Element) -> Self;
    /// `N` numbers into memory.
    ///
    /// # Safety
    /// As for [`load`](Self::load), and nobody else uses them.
    unsafe fn store(self, to: *mut Self::Element);
    /// Lane by lane `self + other`.
    ///
    /// # Safety
    /// The machine has the instruction set.
    unsafe fn plus(self, other: Self) -> Self;
    /// Lane by lane `self - other`.
    ///
    /// # Safety
    /// The machine has the instruction set.
    unsafe fn minus(self, other: Self) -> Self;
    /// Butterflies of the lanes that differ in bit `STAGE` of their number: sums where it is 0, differences where it is 1.
    ///
    /// # Safety
    /// The machine has the instruction set.
    unsafe fn within<const STAGE: usize>(self) -> Self;
}

/// What can be transformed.
///
/// Integers wrap: whoever calls has made sure that nothing overflows.
pub trait Number: Copy + Send + Sync + PartialEq + std::fmt::Debug + private::Registers {
    /// `self + other`.
    fn plus(self, other: Self) -> Self;
    /// `self - other`.
    fn minus(self, other: Self) -> Self;
}

pub mod private {
    /// Which registers hold a number.
    pub trait Registers: Sized {
        type Portable: super::Lanes<Element = Self>;
        #[cfg(target_arch = "x86_64")]
        type Avx2: super::Lanes<Element = Self>;
        #[cfg(target_arch = "x86_64")]
        type Avx512: super::Lanes<Element = Self>;
    }
}

macro_rules! number {
    ($($element:ty, $plus:ident, $minus:ident, $avx2:ident, $avx512:ident;)+) => {$(
        impl Number for $element {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                arithmetic::$plus(self, other)
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                arithmetic::$minus(self, other)
            }
        }

        impl private::Registers for $element {
            type Portable = Portable<$element>;
            #[cfg(target_arch = "x86_64")]
            type Avx2 = x86_64::$avx2;
            #[cfg(target_arch = "x86_64")]
            type Avx512 = x86_64::$avx512;
        }
    )+};
}

/// Sums of floats and of integers under names of one kind.
mod arithmetic {
    macro_rules! define {
        ($element:ty, $plus:ident = $a:expr, $minus:ident = $b:expr) => {
            #[inline(always)]
            pub(super) fn $plus(x: $element, y: $element) -> $element {
                $a(x, y)
            }
            #[inline(always)]
            pub(super) fn $minus(x: $element, y: $element) -> $element {
                $b(x, y)
            }
        };
    }
    define!(f32, plus_f32 = |x, y| x + y, minus_f32 = |x, y| x - y);
    define!(f64, plus_f64 = |x, y| x + y, minus_f64 = |x, y| x - y);
    define!(i32, plus_i32 = i32::wrapping_add, minus_i32 = i32::wrapping_sub);
    define!(i64, plus_i64 = i64::wrapping_add, minus_i64 = i64::wrapping_sub);
}

number! {
    f32, plus_f32, minus_f32, F32x8, F32x16;
    f64, plus_f64, minus_f64, F64x4, F64x8;
    i32, plus_i32, minus_i32, I32x8, I32x16;
    i64, plus_i64, minus_i64, I64x4, I64x8;
}

const WIDTH: usize = 4;

/// Four numbers, for compilers to make of what they can.
#[derive(Clone, Copy)]
pub struct Portable<T>([T; WIDTH]);

impl<T: Number> Lanes for Portable<T> {
    type Element = T;
    const N: usize = WIDTH;
    const RADIX: usize = 3;

    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the caller vouches for WIDTH numbers.
        Self(unsafe { from.cast::<[T; WIDTH]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: as above.
        unsafe { to.cast::<[T; WIDTH]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn plus(mut self, other: Self) -> Self {
        for lane in 0..WIDTH {
            self.0[lane] = self.0[lane].plus(other.0[lane]);
        }
        self
    }

    #[inline(always)]
    unsafe fn minus(mut self, other: Self) -> Self {
        for lane in 0..WIDTH {
            self.0[lane] = self.0[lane].minus(other.0[lane]);
        }
        self
    }

    #[inline(always)]
    unsafe fn within<const STAGE: usize>(self) -> Self {
        let (mut out, distance) = (self.0, 1 << STAGE);
        for lane in 0..WIDTH {
            out[lane] = if lane & distance == 0 {
                self.0[lane].plus(self.0[lane + distance])
            } else {
                self.0[lane - distance].minus(self.0[lane])
            };
        }
        Self(out)
    }
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use std::arch::x86_64::*;

    use super::Lanes;

    macro_rules! register {
        ($name:ident, $inner:ty, $element:ty, $n:literal, $radix:literal, $load:ident, $store:ident, $add:ident, $sub:ident, $pointer:ty,
         |$x:ident, $stage:ident| $within:expr) => {
            #[derive(Clone, Copy)]
            pub struct $name($inner);

            impl Lanes for $name {
                type Element = $element;
                const N: usize = $n;
                const RADIX: usize = $radix;

                #[inline(always)]
                unsafe fn load(from: *const $element) -> Self {
                    // SAFETY: the caller vouches for N numbers and for the instruction set; unaligned loads.
                    Self(unsafe { $load(from.cast::<$pointer>()) })
                }

                #[inline(always)]
                unsafe fn store(self, to: *mut $element) {
                    // SAFETY: as above.
                    unsafe { $store(to.cast::<$pointer>(), self.0) }
                }

                #[inline(always)]
                unsafe fn plus(self, other: Self) -> Self {
                    // SAFETY: the caller vouches for the instruction set.
                    Self(unsafe { $add(self.0, other.0) })
                }

                #[inline(always)]
                unsafe fn minus(self, other: Self) -> Self {
                    // SAFETY: as above.
                    Self(unsafe { $sub(self.0, other.0) })
                }

                #[inline(always)]
                unsafe fn within<const STAGE: usize>(self) -> Self {
                    let ($x, $stage) = (self.0, STAGE);
                    // SAFETY: as above.
                    Self(unsafe { $within })
                }
            }
        };
    }

    // Neighbours change places, and each lane adds itself to what came, or subtracts itself where its bit is 1: a product
    // with -1 is exact, so that the fused operation rounds as a difference does.

    const NEIGHBOURS: i32 = 0b10_11_00_01;
    const PAIRS: i32 = 0b01_00_11_10;

    register!(
        F32x8,
        __m256,
        f32,
        8,
        3,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_add_ps,
        _mm256_sub_ps,
        f32,
        |x, stage| {
            match stage {
                0 => _mm256_fmadd_ps(
                    x,
                    _mm256_setr_ps(1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0),
                    _mm256_permute_ps::<NEIGHBOURS>(x),
                ),
                1 => _mm256_fmadd_ps(
                    x,
                    _mm256_setr_ps(1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0),
                    _mm256_permute_ps::<PAIRS>(x),
                ),
                _ => _mm256_fmadd_ps(
                    x,
                    _mm256_setr_ps(1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0),
                    _mm256_permute2f128_ps::<1>(x, x),
                ),
            }
        }
    );

    register!(
        F64x4,
        __m256d,
        f64,
        4,
        3,
        _mm256_loadu_pd,
        _mm256_storeu_pd,
        _mm256_add_pd,
        _mm256_sub_pd,
        f64,
        |x, stage| {
            match stage {
                0 => _mm256_fmadd_pd(x, _mm256_setr_pd(1.0, -1.0, 1.0, -1.0), _mm256_permute_pd::<0b0101>(x)),
                _ => _mm256_fmadd_pd(
                    x,
                    _mm256_setr_pd(1.0, 1.0, -1.0, -1.0),
                    _mm256_permute2f128_pd::<1>(x, x),
                ),
            }
        }
    );

    register!(
        I32x8,
        __m256i,
        i32,
        8,
        3,
        _mm256_loadu_si256,
        _mm256_storeu_si256,
        _mm256_add_epi32,
        _mm256_sub_epi32,
        __m256i,
        |x, stage| {
            match stage {
                0 => {
                    let y = _mm256_shuffle_epi32::<NEIGHBOURS>(x);
                    _mm256_blend_epi32::<0b1010_1010>(_mm256_add_epi32(y, x), _mm256_sub_epi32(y, x))
                }
                1 => {
                    let y = _mm256_shuffle_epi32::<PAIRS>(x);
                    _mm256_blend_epi32::<0b1100_1100>(_mm256_add_epi32(y, x), _mm256_sub_epi32(y, x))
                }
                _ => {
                    let y = _mm256_permute2x128_si256::<1>(x, x);
                    _mm256_blend_epi32::<0b1111_0000>(_mm256_add_epi32(y, x), _mm256_sub_epi32(y, x))
                }
            }
        }
    );

    register!(
        I64x4,
        __m256i,
        i64,
        4,
        3,
        _mm256_loadu_si256,
        _mm256_storeu_si256,
        _mm256_add_epi64,
        _mm256_sub_epi64,
        __m256i,
        |x, stage| {
            match stage {
                0 => {
                    let y = _mm256_shuffle_epi32::<PAIRS>(x);
                    _mm256_blend_epi32::<0b1100_1100>(_mm256_add_epi64(y, x), _mm256_sub_epi64(y, x))
                }
                _ => {
                    let y = _mm256_permute2x128_si256::<1>(x, x);
                    _mm256_blend_epi32::<0b1111_0000>(_mm256_add_epi64(y, x), _mm256_sub_epi64(y, x))
                }
            }
        }
    );

    register!(
        F32x16,
        __m512,
        f32,
        16,
        4,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_add_ps,
        _mm512_sub_ps,
        f32,
        |x, stage| {
            let y = match stage {
                0 => _mm512_permute_ps::<NEIGHBOURS>(x),
                1 => _mm512_permute_ps::<PAIRS>(x),
                2 => _mm512_shuffle_f32x4::<NEIGHBOURS>(x, x),
                _ => _mm512_shuffle_f32x4::<PAIRS>(x, x),
            };
            let (plus, minus) = (1.0, -1.0);
            let signs = match stage {
                0 => _mm512_setr4_ps(plus, minus, plus, minus),
                1 => _mm512_setr4_ps(plus, plus, minus, minus),
                2 => _mm512_mask_blend_ps(0b1111_0000_1111_0000, _mm512_set1_ps(plus), _mm512_set1_ps(minus)),
                _ => _mm512_mask_blend_ps(0b1111_1111_0000_0000, _mm512_set1_ps(plus), _mm512_set1_ps(minus)),
            };
            _mm512_fmadd_ps(x, signs, y)
        }
    );

    register!(
        F64x8,
        __m512d,
        f64,
        8,
        4,
        _mm512_loadu_pd,
        _mm512_storeu_pd,
        _mm512_add_pd,
        _mm512_sub_pd,
        f64,
        |x, stage| {
            let (plus, minus) = (_mm512_set1_pd(1.0), _mm512_set1_pd(-1.0));
            match stage {
                0 => _mm512_fmadd_pd(
                    x,
                    _mm512_mask_blend_pd(0b1010_1010, plus, minus),
                    _mm512_permute_pd::<0b0101_0101>(x),
                ),
                1 => _mm512_fmadd_pd(
                    x,
                    _mm512_mask_blend_pd(0b1100_1100, plus, minus),
                    _mm512_permutex_pd::<PAIRS>(x),
                ),
                _ => _mm512_fmadd_pd(
                    x,
                    _mm512_mask_blend_pd(0b1111_0000, plus, minus),
                    _mm512_shuffle_f64x2::<PAIRS>(x, x),
                ),
            }
        }
    );

    register!(
        I32x16,
        __m512i,
        i32,
        16,
        4,
        _mm512_loadu_si512,
        _mm512_storeu_si512,
        _mm512_add_epi32,
        _mm512_sub_epi32,
        __m512i,
        |x, stage| {
            let (y, odd) = match stage {
                0 => (_mm512_shuffle_epi32::<NEIGHBOURS>(x), 0b1010_1010_1010_1010),
                1 => (_mm512_shuffle_epi32::<PAIRS>(x), 0b1100_1100_1100_1100),
                2 => (_mm512_shuffle_i32x4::<NEIGHBOURS>(x, x), 0b1111_0000_1111_0000),
                _ => (_mm512_shuffle_i32x4::<PAIRS>(x, x), 0b1111_1111_0000_0000),
            };
            _mm512_mask_sub_epi32(_mm512_add_epi32(y, x), odd, y, x)
        }
    );

    register!(
        I64x8,
        __m512i,
        i64,
        8,
        4,
        _mm512_loadu_si512,
        _mm512_storeu_si512,
        _mm512_add_epi64,
        _mm512_sub_epi64,
        __m512i,
        |x, stage| {
            let (y, odd) = match stage {
                0 => (_mm512_shuffle_epi32::<PAIRS>(x), 0b1010_1010),
                1 => (_mm512_permutex_epi64::<PAIRS>(x), 0b1100_1100),
                _ => (_mm512_shuffle_i64x2::<PAIRS>(x, x), 0b1111_0000),
            };
            _mm512_mask_sub_epi64(_mm512_add_epi64(y, x), odd, y, x)
        }
    );
}
