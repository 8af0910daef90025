//! Lanes of bytes on the instruction sets there are: one kernel, written against [`Bytes`], instantiated for each.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use porism_runtime::Isa;

/// The vector operations that the search kernel needs. A value of the type is proof that the machine has them.
pub(crate) trait Bytes: Copy {
    /// A vector of bytes.
    type V: Copy;
    /// How many bytes that is; at most 64.
    const LANES: usize;

    fn splat(self, value: u8) -> Self::V;
    /// The first `LANES` bytes of `from`. Panics where there are fewer.
    fn load(self, from: &[u8]) -> Self::V;
    /// All ones where equal.
    fn equal(self, a: Self::V, b: Self::V) -> Self::V;
    fn and(self, a: Self::V, b: Self::V) -> Self::V;
    fn or(self, a: Self::V, b: Self::V) -> Self::V;
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// Bit i is set where lane i of `a` is at least `least`, as unsigned numbers.
    fn at_least(self, a: Self::V, least: u8) -> u64;
    /// Write the lanes to the first `LANES` bytes of `to`.
    fn store(self, a: Self::V, to: &mut [u8]);
}

/// Work to be done on whatever vectors there are.
pub(crate) trait Kernel {
    type Output;
    fn run<B: Bytes>(self, simd: B) -> Self::Output;
}

/// Run `kernel` on the vectors of `isa`, or of the best lower level that this machine has.
#[inline]
pub(crate) fn dispatch<K: Kernel>(isa: Isa, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    return x86_64::dispatch(isa, kernel);
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = isa;
        kernel.run(portable::Portable)
    }
}
