//! One algorithm, an instantiation per instruction set.
//!
//! A [`Kernel`] is written once as plain loops over fixed blocks of lanes. [`dispatch`] enters, at run time, a function that is compiled for
//! the machine's instruction set and into which the kernel is inlined, so that the compiler vectorises it as wide as that allows. It
//! never contracts or reassociates: a kernel that sums in lanes gives the same bits on every machine. The one exception asks for it by
//! name, through `FMA`.
#![allow(unsafe_code)]

use porism_runtime::Isa;

/// How many partial sums a reduction keeps, whatever the machine's vectors hold.
pub(crate) const LANES: usize = 16;

/// An algorithm to be instantiated for every instruction set. `run` must be `#[inline(always)]`.
pub(crate) trait Kernel {
    type Output;

    /// `FMA` says whether a fused multiply-add is one instruction.
    fn run<const FMA: bool>(self) -> Self::Output;
}

/// Run a kernel with the instruction set of this machine.
#[inline]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    dispatch_on(Isa::detect(), kernel)
}

/// Run a kernel with an instruction set, or the portable code if the machine lacks it.
#[inline]
pub(crate) fn dispatch_on<K: Kernel>(isa: Isa, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    match isa {
        Isa::Avx512 if Isa::detect() >= Isa::Avx512 || Isa::available().any(|one| one == isa) => {
            // SAFETY: `detect` and `available` name only levels whose every feature the machine was found to have.
            return unsafe { avx512(kernel) };
        }
        Isa::Avx2 if Isa::detect() >= Isa::Avx2 || Isa::available().any(|one| one == isa) => {
            // SAFETY: as above.
            return unsafe { avx2(kernel) };
        }
        _ => {}
    }
    let _ = isa;
    kernel.run::<false>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<true>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<true>()
}

/// The sum of the lanes, in the one order that every path uses.
#[inline(always)]
pub(crate) fn reduce(mut lanes: [f64; LANES]) -> f64 {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}
