//! A prime below 2^31: half the memory, and as many products at once as a register has lanes.

use porism_runtime::Isa;

use super::Field;
use super::stages;

/// An integer a modulo p = 15·2^27 + 1, held as a·2^32 mod p.
///
/// Its arithmetic is all in 32 and 64 bits, so that the loops over butterflies become vector code: they are instantiated for every instruction set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prime31(u32);

const P: u32 = (15 << 27) + 1;

/// −1/p mod 2^32, by Newton's iteration: each step doubles the correct bits.
const NEGATIVE_INVERSE: u32 = {
    let mut inverse: u32 = 1;
    let mut step = 0;
    while step < 5 {
        inverse = inverse.wrapping_mul(2_u32.wrapping_sub(P.wrapping_mul(inverse)));
        step += 1;
    }
    inverse.wrapping_neg()
};

/// 2^64 mod p.
const SQUARE: u32 = {
    let r = (1_u64 << 32) % P as u64;
    (r * r % P as u64) as u32
};

/// `value`·2^−32 mod p, for values below p·2^32.
#[inline(always)]
fn reduce(value: u64) -> Prime31 {
    let factor = (value as u32).wrapping_mul(NEGATIVE_INVERSE);
    let sum = ((value + u64::from(factor) * u64::from(P)) >> 32) as u32; // below 2p < 2^32
    Prime31(sum.min(sum.wrapping_sub(P)))
}

/// The loops of [`stages`], compiled for an instruction set.
#[cfg(target_arch = "x86_64")]
macro_rules! instantiate {
    ($module:ident, $features:literal) => {
        mod $module {
            use super::{Prime31, stages};

            #[target_feature(enable = $features)]
            pub(super) fn butterflies(a: &mut [Prime31], b: &mut [Prime31], root: Prime31) {
                stages::butterflies(a, b, root);
            }

            #[target_feature(enable = $features)]
            pub(super) fn inverse_butterflies(a: &mut [Prime31], b: &mut [Prime31], root: Prime31) {
                stages::inverse_butterflies(a, b, root);
            }

            #[target_feature(enable = $features)]
            pub(super) fn forward_part(part: &mut [Prime31], index: usize, roots: &[Prime31]) {
                stages::forward_part(part, index, roots);
            }

            #[target_feature(enable = $features)]
            pub(super) fn inverse_part(part: &mut [Prime31], index: usize, roots: &[Prime31], scale: Prime31) {
                stages::inverse_part(part, index, roots, scale);
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
instantiate!(avx2, "avx2,fma");
#[cfg(target_arch = "x86_64")]
instantiate!(avx512, "avx512f,avx512bw,avx512dq,avx512vl");

/// One of the loops, for the instruction set of this machine.
macro_rules! dispatch {
    ($isa:expr, $name:ident($($argument:expr),*)) => {
        match $isa {
            // SAFETY: an instruction set is among those available only if the machine has it.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { avx512::$name($($argument),*) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { avx2::$name($($argument),*) },
            _ => stages::$name($($argument),*),
        }
    };
}

#[allow(unsafe_code)] // to enter what is compiled for an instruction set, and for nothing else
impl Field for Prime31 {
    const MODULUS: u64 = P as u64;
    const TWO_ADICITY: u32 = 27;
    const GENERATOR: u64 = 31;
    const ZERO: Self = Self(0);

    #[inline(always)]
    fn new(value: u64) -> Self {
        reduce(value % u64::from(P) * u64::from(SQUARE))
    }

    #[inline(always)]
    fn get(self) -> u64 {
        u64::from(reduce(u64::from(self.0)).0)
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let sum = self.0 + other.0;
        Self(sum.min(sum.wrapping_sub(P)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let difference = self.0.wrapping_sub(other.0);
        Self(difference.min(difference.wrapping_add(P)))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        reduce(u64::from(self.0) * u64::from(other.0))
    }

    fn butterflies(a: &mut [Self], b: &mut [Self], root: Self) {
        dispatch!(Isa::detect(), butterflies(a, b, root));
    }

    fn inverse_butterflies(a: &mut [Self], b: &mut [Self], root: Self) {
        dispatch!(Isa::detect(), inverse_butterflies(a, b, root));
    }

    fn forward_part(part: &mut [Self], index: usize, roots: &[Self]) {
        dispatch!(Isa::detect(), forward_part(part, index, roots));
    }

    fn inverse_part(part: &mut [Self], index: usize, roots: &[Self], scale: Self) {
        dispatch!(Isa::detect(), inverse_part(part, index, roots, scale));
    }
}

#[cfg(test)]
#[allow(unsafe_code)]
mod tests {
    use super::*;

    #[test]
    fn is_a_field() {
        super::super::field::tests::is_a_field::<Prime31>();
    }

    #[test]
    fn every_instantiation_computes_the_same() {
        let roots: Vec<Prime31> = (0..256).map(|i| Prime31::new(i * i + 3)).collect();
        let values: Vec<Prime31> = (0..256).map(|i| Prime31::new(P as u64 - 1 - 77 * i)).collect();
        let results = Isa::available().map(|isa| {
            let mut part = values.clone();
            dispatch!(isa, forward_part(&mut part, 0, &roots));
            let (a, b) = part.split_at_mut(128);
            dispatch!(isa, butterflies(a, b, roots[7]));
            dispatch!(isa, inverse_butterflies(a, b, roots[9]));
            dispatch!(isa, inverse_part(&mut part, 0, &roots, roots[5]));
            part
        });
        let results: Vec<_> = results.collect();
        assert!(results.iter().all(|part| *part == results[0]));
    }
}
