//! Whatever the target guarantees: plain arrays, which compilers turn into the vectors that there are.

use super::{PLANES, Simd, Write};
use crate::relation::Relation;

/// No proof needed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

type Words = [u64; 4];

#[inline(always)]
fn zip3(a: Words, b: Words, c: Words, f: impl Fn(u64, u64, u64) -> u64) -> Words {
    std::array::from_fn(|i| f(a[i], b[i], c[i]))
}

/// Bit `i` of the index in byte `i`.
static SPREAD: [u64; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            table[byte] |= ((byte as u64 >> bit) & 1) << (8 * bit);
            bit += 1;
        }
        byte += 1;
    }
    table
};

impl Simd for Portable {
    type Bits = Words;
    const BYTES: usize = 32;
    type Bytes = [u8; 32];
    const BYTE_LANES: usize = 32;

    #[inline(always)]
    unsafe fn load(self, at: *const u8) -> Words {
        // SAFETY: the caller promises 32 bytes. Bits are numbered as in little-endian words.
        unsafe { at.cast::<Words>().read_unaligned() }.map(u64::from_le)
    }

    #[inline(always)]
    unsafe fn store(self, at: *mut u8, bits: Words) {
        // SAFETY: the caller promises 32 bytes.
        unsafe { at.cast::<Words>().write_unaligned(bits.map(u64::to_le)) }
    }

    #[inline(always)]
    fn zero(self) -> Words {
        [0; 4]
    }

    #[inline(always)]
    fn parity(self, a: Words, b: Words, c: Words) -> Words {
        zip3(a, b, c, |a, b, c| a ^ b ^ c)
    }

    #[inline(always)]
    fn majority(self, a: Words, b: Words, c: Words) -> Words {
        zip3(a, b, c, |a, b, c| (a & b) | (c & (a ^ b)))
    }

    #[inline(always)]
    fn funnel(self, low: Words, high: Words, by: u32) -> Words {
        std::array::from_fn(|i| (low[i] >> by) | (high[i] << (64 - by)))
    }

    #[inline(always)]
    unsafe fn unpack(self, planes: *const u64, stride: usize, n_planes: usize, out: *mut i32, write: Write) {
        debug_assert!(n_planes <= PLANES);
        for word in 0..4 {
            let mut words = [0; PLANES];
            for (p, bits) in words[..n_planes].iter_mut().enumerate() {
                // SAFETY: the caller promises four words for every plane.
                *bits = u64::from_le(unsafe { planes.add(p * stride + word).read() });
            }
            for byte in 0..8 {
                let (mut low, mut high) = (0, 0);
                for (p, bits) in words[..n_planes].iter().enumerate() {
                    let bits = SPREAD[(bits >> (8 * byte)) as usize & 255];
                    if p < 8 {
                        low |= bits << p;
                    } else {
                        high |= bits << (p - 8);
                    }
                }
                for i in 0..8 {
                    let count = ((low >> (8 * i)) & 255) | ((high >> (8 * i)) & 255) << 8;
                    // SAFETY: the caller promises 256 numbers; this is one of 4 * 8 * 8.
                    unsafe { put(out.add(64 * word + 8 * byte + i), count as i32, write) };
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn matching(self, text: *const u8, pattern: u8, relation: Relation) -> u64 {
        // SAFETY: the caller promises 64 bytes.
        let text = unsafe { text.cast::<[u8; 64]>().read() };
        let mut mask = 0;
        for (i, &symbol) in text.iter().enumerate() {
            mask |= u64::from(relation.matches(symbol, pattern)) << i;
        }
        mask
    }

    #[inline(always)]
    unsafe fn load_bytes(self, at: *const u8) -> [u8; 32] {
        // SAFETY: the caller promises 32 bytes.
        unsafe { at.cast::<[u8; 32]>().read() }
    }

    #[inline(always)]
    fn splat<const WIDTH: usize>(self, symbol: u32) -> [u8; 32] {
        let bytes = symbol.to_ne_bytes();
        let narrow = if cfg!(target_endian = "little") { 0 } else { 4 - WIDTH };
        std::array::from_fn(|i| bytes[narrow + i % WIDTH])
    }

    #[inline(always)]
    fn zero_bytes(self) -> [u8; 32] {
        [0; 32]
    }

    #[inline(always)]
    fn count_equal<const WIDTH: usize>(self, counters: [u8; 32], a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
        let mut counted = counters;
        match WIDTH {
            1 => (0..32).for_each(|i| counted[i] = counters[i].wrapping_add(u8::from(a[i] == b[i]))),
            2 => (0..16).for_each(|i| {
                let lane = |x: &[u8; 32]| u16::from_ne_bytes([x[2 * i], x[2 * i + 1]]);
                let count = lane(&counters).wrapping_add(u16::from(lane(&a) == lane(&b)));
                counted[2 * i..][..2].copy_from_slice(&count.to_ne_bytes());
            }),
            _ => (0..8).for_each(|i| {
                let lane = |x: &[u8; 32]| u32::from_ne_bytes([x[4 * i], x[4 * i + 1], x[4 * i + 2], x[4 * i + 3]]);
                let count = lane(&counters).wrapping_add(u32::from(lane(&a) == lane(&b)));
                counted[4 * i..][..4].copy_from_slice(&count.to_ne_bytes());
            }),
        }
        counted
    }

    #[inline(always)]
    fn count_disjoint(self, counters: [u8; 32], a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
        std::array::from_fn(|i| counters[i].wrapping_add(u8::from(a[i] & b[i] == 0)))
    }

    #[inline(always)]
    fn complement(self, counters: [u8; 32], n: u8) -> [u8; 32] {
        counters.map(|count| n.wrapping_sub(count))
    }

    #[inline(always)]
    unsafe fn write<const WIDTH: usize>(self, counters: [u8; 32], out: *mut i32, write: Write) {
        for i in 0..32 / WIDTH {
            let count = match WIDTH {
                1 => u32::from(counters[i]),
                2 => u32::from(u16::from_ne_bytes([counters[2 * i], counters[2 * i + 1]])),
                _ => u32::from_ne_bytes([
                    counters[4 * i],
                    counters[4 * i + 1],
                    counters[4 * i + 2],
                    counters[4 * i + 3],
                ]),
            };
            // SAFETY: the caller promises 32 / WIDTH numbers.
            unsafe { put(out.add(i), count as i32, write) };
        }
    }
}

/// # Safety
/// `out` must be readable and writable.
#[inline(always)]
unsafe fn put(out: *mut i32, count: i32, write: Write) {
    // SAFETY: as promised by the caller.
    unsafe {
        match write {
            Write::Take => *out -= count,
            Write::From(base) => out.write(base - count),
        }
    }
}
