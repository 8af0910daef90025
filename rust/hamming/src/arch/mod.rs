//! One algorithm, an instantiation per instruction set.
//!
//! A [`Kernel`] is written once, generic over a [`Simd`] token, and [`dispatch`] enters a function compiled for the instruction set that the token
//! proves, into which the kernel is inlined.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use porism_runtime::Isa;

use crate::relation::Relation;

/// What becomes of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    /// `out -= count`.
    Take,
    /// `out = base - count`, whatever it was.
    From(i32),
}

/// Most planes that a vertical counter has: what counts up to 65 535.
pub(crate) const PLANES: usize = 16;

/// The longest vector in bytes.
pub(crate) const MAX_BYTES: usize = 64;

/// Proof that an instruction set is there, and the operations that kernels are made of.
pub(crate) trait Simd: Copy {
    /// A vector of [`BYTES`](Self::BYTES) bytes, seen as bits; bit `i` is bit `i % 8` of byte `i / 8`.
    type Bits: Copy;

    /// Its size.
    const BYTES: usize;

    /// A vector of [`BYTES`](Self::BYTE_LANES) symbols or counters, for comparisons of bytes.
    type Bytes: Copy;

    /// Its size.
    const BYTE_LANES: usize;

    /// # Safety
    /// [`BYTES`](Self::BYTES) bytes must be readable at `at`, which need not be aligned.
    unsafe fn load(self, at: *const u8) -> Self::Bits;

    /// # Safety
    /// [`BYTES`](Self::BYTES) bytes must be writable at `at`, which need not be aligned.
    unsafe fn store(self, at: *mut u8, bits: Self::Bits);

    /// No bits.
    fn zero(self) -> Self::Bits;

    /// `a ^ b ^ c`: the sum bit of a full adder.
    fn parity(self, a: Self::Bits, b: Self::Bits, c: Self::Bits) -> Self::Bits;

    /// The bits that at least two have: its carry.
    fn majority(self, a: Self::Bits, b: Self::Bits, c: Self::Bits) -> Self::Bits;

    /// `low >> by | high << (64 - by)` in every 64-bit lane, `0 < by < 64`.
    fn funnel(self, low: Self::Bits, high: Self::Bits, by: u32) -> Self::Bits;

    /// Turn vertical counters into numbers: count `i` is the sum of `2^p` over the planes `p < n_planes` that have bit `i`. Plane `p` is the vector at `planes` plus
    /// `p * stride` words.
    ///
    /// # Safety
    /// The planes must be readable, `n_planes` at most [`PLANES`], and `8 * BYTES` numbers readable and writable at `out`.
    unsafe fn unpack(self, planes: *const u64, stride: usize, n_planes: usize, out: *mut i32, write: Write);

    /// Which of 64 symbols of a text match `pattern`, a bit each.
    ///
    /// # Safety
    /// 64 bytes must be readable at `text`.
    unsafe fn matching(self, text: *const u8, pattern: u8, relation: Relation) -> u64;

    /// # Safety
    /// [`BYTE_LANES`](Self::BYTE_LANES) bytes must be readable at `at`.
    unsafe fn load_bytes(self, at: *const u8) -> Self::Bytes;

    /// The same symbol everywhere, `WIDTH` bytes wide.
    fn splat<const WIDTH: usize>(self, symbol: u32) -> Self::Bytes;

    /// All zeros.
    fn zero_bytes(self) -> Self::Bytes;

    /// `counters + 1` where `a == b`, in lanes `WIDTH` bytes wide.
    fn count_equal<const WIDTH: usize>(self, counters: Self::Bytes, a: Self::Bytes, b: Self::Bytes) -> Self::Bytes;

    /// `counters + 1` where `a & b == 0`, in bytes.
    fn count_disjoint(self, counters: Self::Bytes, a: Self::Bytes, b: Self::Bytes) -> Self::Bytes;

    /// `n - counters`, in bytes.
    fn complement(self, counters: Self::Bytes, n: u8) -> Self::Bytes;

    /// Write out counters that are `WIDTH` bytes wide.
    ///
    /// # Safety
    /// `BYTE_LANES / WIDTH` numbers must be readable and writable at `out`.
    unsafe fn write<const WIDTH: usize>(self, counters: Self::Bytes, out: *mut i32, write: Write);
}

/// An algorithm to be instantiated for every instruction set. `run` must be `#[inline(always)]`.
pub(crate) trait Kernel {
    type Output;

    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// Run `kernel` with the instruction set `isa`, or the best one below it that this machine has.
#[inline]
pub(crate) fn dispatch<K: Kernel>(isa: Isa, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        x86_64::dispatch(isa, kernel)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = isa;
        kernel.run(portable::Portable)
    }
}
