//! The two precisions.

use std::sync::{Arc, Mutex};

use rustfft::{Fft, FftNum, FftPlanner};

/// Which floating-point numbers a transform computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Single.
    F32,
    /// Double.
    F64,
}

impl Precision {
    /// Half the distance from 1 to the next number.
    pub fn unit_roundoff(self) -> f64 {
        match self {
            Self::F32 => f64::from(f32::EPSILON) / 2.0,
            Self::F64 => f64::EPSILON / 2.0,
        }
    }
}

/// `f32` or `f64`.
pub trait Real: FftNum + sealed::Sealed {
    /// Which of the two.
    const PRECISION: Precision;
    /// Zero.
    const ZERO: Self;
    /// Round to this precision.
    fn rounded(value: f64) -> Self;
    /// A small integer.
    fn small(value: i8) -> Self;
    /// Widen.
    fn wide(self) -> f64;
    /// The nearest integer; halves go up.
    fn nearest(self) -> i64;
    /// The nearest integer, known to fit, for what is known to be nearer to it than one half.
    fn nearest32(self) -> i32;
    /// Plans for chunks of `len`, forward and inverse, remembered by the process.
    #[doc(hidden)]
    fn plans(len: usize) -> [Arc<dyn Fft<Self>>; 2];
}

/// Added to a number below 2^51 in absolute value, it rounds to the nearest integer, which the lower 51 bits of the sum then are: no instruction set lacks an addition.
pub(crate) const ROUNDING: f64 = 1.5 * (1_u64 << 52) as f64;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

macro_rules! real {
    ($real:ty, $precision:expr) => {
        impl Real for $real {
            const PRECISION: Precision = $precision;
            const ZERO: Self = 0.0;

            #[inline(always)]
            fn rounded(value: f64) -> Self {
                value as $real
            }

            #[inline(always)]
            fn small(value: i8) -> Self {
                value.into()
            }

            #[inline(always)]
            fn wide(self) -> f64 {
                f64::from(self)
            }

            #[inline(always)]
            fn nearest(self) -> i64 {
                (self + 0.5).floor() as i64
            }

            #[inline(always)]
            fn nearest32(self) -> i32 {
                (f64::from(self) + ROUNDING).to_bits() as i32
            }

            fn plans(len: usize) -> [Arc<dyn Fft<Self>>; 2] {
                static PLANNER: Mutex<Option<FftPlanner<$real>>> = Mutex::new(None);
                let plan =
                    |planner: &mut FftPlanner<$real>| [planner.plan_fft_forward(len), planner.plan_fft_inverse(len)];
                // Never wait for the lock: a child forked while another thread holds it would wait for ever.
                match PLANNER.try_lock() {
                    Ok(mut planner) => plan(planner.get_or_insert_with(FftPlanner::new)),
                    Err(_) => plan(&mut FftPlanner::new()),
                }
            }
        }
    };
}

real!(f32, Precision::F32);
real!(f64, Precision::F64);
