//! Sixteen bytes in plain Rust, which compilers turn into whatever vectors the target guarantees.

use super::Bytes;

#[derive(Debug, Clone, Copy)]
pub(super) struct Portable;

#[inline(always)]
fn zip(a: [u8; 16], b: [u8; 16], f: impl Fn(u8, u8) -> u8) -> [u8; 16] {
    std::array::from_fn(|i| f(a[i], b[i]))
}

impl Bytes for Portable {
    type V = [u8; 16];
    const LANES: usize = 16;

    #[inline(always)]
    fn splat(self, value: u8) -> Self::V {
        [value; 16]
    }

    #[inline(always)]
    fn load(self, from: &[u8]) -> Self::V {
        *from.first_chunk().expect("as many bytes as lanes")
    }

    #[inline(always)]
    fn equal(self, a: Self::V, b: Self::V) -> Self::V {
        zip(a, b, |x, y| if x == y { 0xff } else { 0 })
    }

    #[inline(always)]
    fn and(self, a: Self::V, b: Self::V) -> Self::V {
        zip(a, b, |x, y| x & y)
    }

    #[inline(always)]
    fn or(self, a: Self::V, b: Self::V) -> Self::V {
        zip(a, b, |x, y| x | y)
    }

    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        zip(a, b, u8::wrapping_sub)
    }

    #[inline(always)]
    fn max(self, a: Self::V, b: Self::V) -> Self::V {
        zip(a, b, u8::max)
    }

    #[inline(always)]
    fn at_least(self, a: Self::V, least: u8) -> u64 {
        let mut bits = 0;
        for (i, &x) in a.iter().enumerate() {
            bits |= u64::from(x >= least) << i;
        }
        bits
    }

    #[inline(always)]
    fn store(self, a: Self::V, to: &mut [u8]) {
        to[..16].copy_from_slice(&a);
    }
}
