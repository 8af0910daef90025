//! Rows of bits, or-ed or counted a vector at a time.
//!
//! Both kernels are written once, over a [`Vector`], and instantiated for each instruction set. A *row* is a place in a buffer of bytes;
//! a *tile* is as many bytes from there on as results are computed at once.

#[cfg(target_arch = "x86_64")]
mod x86_64;

use porism_runtime::Isa;

/// Bits of a tile.
pub(crate) const TILE: usize = 8192;
/// Words of a tile.
pub(crate) const TILE_WORDS: usize = TILE / 64;
/// Bytes of a tile: what every row must have from its place on.
pub(crate) const TILE_BYTES: usize = TILE / 8;

/// Rows that the counting kernel takes at a time.
pub(crate) const ROUND: usize = 16;

/// Counters of as many bits as [`PLANES`] for every bit of a tile: plane k holds bit k of each.
pub(crate) const PLANES: usize = 33;

/// A register full of bits.
pub(crate) trait Vector: Copy {
    /// Bytes of it.
    const BYTES: usize;
    /// How many accumulators the or-kernel keeps in registers.
    const ACCUMULATORS: usize;

    /// # Safety
    /// [`BYTES`](Self::BYTES) bytes must be readable at `at`, and the instruction set be there.
    unsafe fn load(at: *const u8) -> Self;
    /// # Safety
    /// [`BYTES`](Self::BYTES) bytes must be writable at `at`, and the instruction set be there.
    unsafe fn store(self, at: *mut u8);
    /// # Safety
    /// The instruction set must be there.
    unsafe fn or(self, other: Self) -> Self;
    /// # Safety
    /// The instruction set must be there.
    unsafe fn and(self, other: Self) -> Self;
    /// # Safety
    /// The instruction set must be there.
    unsafe fn xor(self, other: Self) -> Self;
    /// The majority of three bits, and their parity: carry and sum.
    ///
    /// # Safety
    /// The instruction set must be there.
    #[inline(always)]
    unsafe fn full_add(self, b: Self, c: Self) -> (Self, Self) {
        // SAFETY: as promised by the caller.
        unsafe {
            let half = self.xor(b);
            (self.and(b).or(half.and(c)), half.xor(c))
        }
    }
    /// # Safety
    /// The instruction set must be there.
    unsafe fn is_zero(self) -> bool;
}

impl Vector for [u64; 4] {
    const BYTES: usize = 32;
    const ACCUMULATORS: usize = 4;

    #[inline(always)]
    unsafe fn load(at: *const u8) -> Self {
        // SAFETY: 32 bytes are readable, as promised by the caller.
        unsafe { at.cast::<Self>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn store(self, at: *mut u8) {
        // SAFETY: 32 bytes are writable, as promised by the caller.
        unsafe { at.cast::<Self>().write_unaligned(self) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] | other[i])
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] & other[i])
    }

    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] ^ other[i])
    }

    #[inline(always)]
    unsafe fn is_zero(self) -> bool {
        self == [0; 4]
    }
}

/// `tile |= row` for every row.
///
/// # Safety
/// [`TILE_BYTES`] bytes must be readable at `base` + each of `rows`, and the instruction set be there.
#[inline(always)]
unsafe fn or_rows<V: Vector, const N: usize>(base: *const u8, rows: &[usize], tile: &mut [u64; TILE_WORDS]) {
    const { assert!(TILE_BYTES.is_multiple_of(N * V::BYTES)) };
    let tile = tile.as_mut_ptr().cast::<u8>();
    for start in (0..TILE_BYTES).step_by(N * V::BYTES) {
        // SAFETY: the part of N vectors from `start` on lies within the tile, and within each row, which has as many bytes.
        unsafe {
            let mut sums: [V; N] = std::array::from_fn(|i| V::load(tile.add(start + i * V::BYTES)));
            for row in rows {
                let at = base.add(row + start);
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum = sum.or(V::load(at.add(i * V::BYTES)));
                }
            }
            for (i, sum) in sums.into_iter().enumerate() {
                sum.store(tile.add(start + i * V::BYTES));
            }
        }
    }
}

/// Add the bits of every row to the counters `planes`: a carry-save tree of full adders, after Harley and Seal.
///
/// # Safety
/// [`TILE_BYTES`] bytes must be readable at `base` + each of `rows`, whose number is a multiple of [`ROUND`], and the instruction set be there.
#[inline(always)]
unsafe fn count_rows<V: Vector, const N: usize>(
    base: *const u8,
    rows: &[usize],
    planes: &mut [[u64; TILE_WORDS]; PLANES],
) {
    const { assert!(TILE_BYTES.is_multiple_of(N * V::BYTES)) };
    let planes = planes.as_mut_ptr().cast::<u8>();
    for start in (0..TILE_BYTES).step_by(N * V::BYTES) {
        // SAFETY: vector i of the part from `start` on lies within each plane, and within each row, which has as many bytes. There are PLANES planes.
        unsafe {
            let plane = |k: usize, i: usize| planes.add(k * TILE_BYTES + start + i * V::BYTES);
            let mut low: [[V; 4]; N] = std::array::from_fn(|i| std::array::from_fn(|k| V::load(plane(k, i))));
            for round in rows.chunks_exact(ROUND) {
                for (i, [ones, twos, fours, eights]) in low.iter_mut().enumerate() {
                    let bits = |j: usize| V::load(base.add(round[j] + start + i * V::BYTES));
                    let pair = |ones: &mut V, j: usize| {
                        let (carry, sum) = ones.full_add(bits(j), bits(j + 1));
                        *ones = sum;
                        carry
                    };
                    let quad = |ones: &mut V, twos: &mut V, j: usize| {
                        let (a, b) = (pair(ones, j), pair(ones, j + 2));
                        let (carry, sum) = twos.full_add(a, b);
                        *twos = sum;
                        carry
                    };
                    let octet = |ones: &mut V, twos: &mut V, fours: &mut V, j: usize| {
                        let (a, b) = (quad(ones, twos, j), quad(ones, twos, j + 4));
                        let (carry, sum) = fours.full_add(a, b);
                        *fours = sum;
                        carry
                    };
                    let (a, b) = (octet(ones, twos, fours, 0), octet(ones, twos, fours, 8));
                    let (mut carry, sum) = eights.full_add(a, b);
                    *eights = sum;
                    let mut k = 4;
                    while k < PLANES && !carry.is_zero() {
                        let old = V::load(plane(k, i));
                        old.xor(carry).store(plane(k, i));
                        carry = old.and(carry);
                        k += 1;
                    }
                }
            }
            for (i, low) in low.into_iter().enumerate() {
                for (k, value) in low.into_iter().enumerate() {
                    value.store(plane(k, i));
                }
            }
        }
    }
}

/// The counters as numbers: for every bit of the tile the sum of 2^k over the planes k that have it.
#[inline(always)]
fn counters(planes: &[[u64; TILE_WORDS]], counts: &mut [u32; TILE]) {
    counts.fill(0);
    for (k, plane) in planes.iter().enumerate() {
        if plane.iter().all(|word| *word == 0) {
            continue;
        }
        for (word, counts) in plane.iter().zip(counts.chunks_exact_mut(64)) {
            for half in 0..2 {
                let bits = (word >> (32 * half)) as u32;
                for (i, count) in counts[32 * half..][..32].iter_mut().enumerate() {
                    *count |= (bits >> i & 1) << k;
                }
            }
        }
    }
}

/// Words of a block of [`shift_in`].
pub(crate) const BLOCK: usize = 64;

/// acc |= the words from `low` on of words << value.
#[inline(always)]
fn add_shifted(words: &[u64], low: usize, value: usize, acc: &mut [u64; BLOCK]) {
    let (whole, part) = (value / 64, value % 64);
    // Two shifts, because a shift by 64 is none.
    let joined = |below: u64, at: u64| at << part | below >> 1 >> (63 - part);
    if low > whole && low - whole + BLOCK <= words.len() {
        let source = &words[low - whole - 1..low - whole + BLOCK];
        for i in 0..BLOCK {
            acc[i] |= joined(source[i], source[i + 1]);
        }
    } else {
        for (i, acc) in acc.iter_mut().enumerate() {
            if low + i >= whole {
                let at = low + i - whole;
                let word = |at: usize| words.get(at).copied().unwrap_or(0);
                *acc |= joined(word(at.wrapping_sub(1)), word(at));
            }
        }
    }
}

/// words |= words << each of `values`, for the block from `low` on; whether it has no zero then.
#[inline(always)]
fn shift_block(words: &mut [u64], low: usize, values: &[usize]) -> bool {
    let high = (low + BLOCK).min(words.len());
    let mut acc = [0; BLOCK];
    for value in values {
        add_shifted(words, low, *value, &mut acc);
    }
    let mut all = u64::MAX;
    for (word, acc) in words[low..high].iter_mut().zip(&acc) {
        *word |= acc;
        all &= *word;
    }
    all == u64::MAX
}

/// `block(words, low)` for every block that is not `full`, the top first, so that it can be done in place: what is read has not been written.
#[inline(always)]
fn for_blocks(
    words: &mut [u64],
    from: usize,
    least: usize,
    full: &mut [bool],
    block: impl Fn(&mut [u64], usize) -> bool,
) {
    let first = (least / 64).max(from) / BLOCK;
    for index in (first..words.len().div_ceil(BLOCK)).rev() {
        let low = index * BLOCK;
        match full.get_mut(index).filter(|_| low + BLOCK <= words.len()) {
            Some(full) if *full => {}
            Some(full) => *full = block(words, low),
            None => {
                block(words, low);
            }
        }
    }
}

/// words |= words << each of `values`.
#[inline(always)]
fn shift_words(words: &mut [u64], from: usize, values: &[usize], full: &mut [bool]) {
    let least = values.iter().copied().min().unwrap_or(usize::MAX);
    for_blocks(words, from, least, full, |words, low| shift_block(words, low, values));
}

/// words |= words << each of `values`, for the blocks from word `from` on.
///
/// `full[i]` is whether the i-th block of [`BLOCK`] words has no zero: it is passed over, because there is nothing to add. Those that become full are marked; blocks that `full` does
/// not reach are none the worse.
pub(crate) fn shift_in(isa: Isa, words: &mut [u64], from: usize, values: &[usize], full: &mut [bool]) {
    #[cfg(target_arch = "x86_64")]
    if x86_64::shift_in(isa, words, from, values, full) {
        return;
    }
    let _ = isa;
    shift_words(words, from, values, full);
}

fn check(buffer: &[u8], rows: &[usize]) {
    let most = buffer.len().checked_sub(TILE_BYTES);
    assert!(
        rows.iter().all(|row| most.is_some_and(|most| *row <= most)),
        "a row beyond its buffer"
    );
}

/// `tile |= row` for all places `rows` in `buffer`.
///
/// # Panics
/// If a row does not have [`TILE_BYTES`] bytes.
pub(crate) fn or_all(isa: Isa, buffer: &[u8], rows: &[usize], tile: &mut [u64; TILE_WORDS]) {
    check(buffer, rows);
    #[cfg(target_arch = "x86_64")]
    if x86_64::or_all(isa, buffer, rows, tile) {
        return;
    }
    let _ = isa;
    // SAFETY: all rows have been checked, and no instruction set is assumed.
    unsafe { or_rows::<[u64; 4], { <[u64; 4]>::ACCUMULATORS }>(buffer.as_ptr(), rows, tile) }
}

/// Add the bits of all places `rows` in `buffer` to the counters; as many rows as a multiple of [`ROUND`].
///
/// # Panics
/// If a row does not have [`TILE_BYTES`] bytes, or their number is no multiple.
pub(crate) fn count_all(isa: Isa, buffer: &[u8], rows: &[usize], planes: &mut [[u64; TILE_WORDS]; PLANES]) {
    check(buffer, rows);
    assert!(rows.len().is_multiple_of(ROUND), "a round is incomplete");
    #[cfg(target_arch = "x86_64")]
    if x86_64::count_all(isa, buffer, rows, planes) {
        return;
    }
    let _ = isa;
    // SAFETY: all rows have been checked, and no instruction set is assumed.
    unsafe { count_rows::<[u64; 4], 1>(buffer.as_ptr(), rows, planes) }
}

/// The counters of a tile as numbers.
pub(crate) fn read_counters(isa: Isa, planes: &[[u64; TILE_WORDS]], counts: &mut [u32; TILE]) {
    #[cfg(target_arch = "x86_64")]
    if x86_64::read_counters(isa, planes, counts) {
        return;
    }
    let _ = isa;
    counters(planes, counts);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instantiation_shifts() {
        for len in [1, 2, 63, 64, 65, 130, 300] {
            let words: Vec<u64> = (0..len as u64)
                .map(|i| (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
                .collect();
            for value in [1, 7, 63, 64, 65, 640, 4095, 4096, 4097, 64 * len - 1, 64 * len] {
                for more in [None, Some(3), Some(64), Some(1000)] {
                    let values: Vec<usize> = [Some(value), more].into_iter().flatten().collect();
                    let mut expected = words.clone();
                    for value in &values {
                        for bit in *value..64 * len {
                            let from = bit - value;
                            expected[bit / 64] |= (words[from / 64] >> (from % 64) & 1) << (bit % 64);
                        }
                    }
                    for isa in Isa::available() {
                        let mut shifted = words.clone();
                        let mut full = vec![false; len / BLOCK];
                        shift_in(isa, &mut shifted, 0, &values, &mut full);
                        assert_eq!(shifted, expected, "{isa:?}, {len} words by {values:?}");
                        // The same in two parts, the upper one first.
                        let cut = len / BLOCK / 2 * BLOCK;
                        let mut shifted = words.clone();
                        shift_in(isa, &mut shifted, cut, &values, &mut []);
                        shift_in(isa, &mut shifted[..cut], 0, &values, &mut []);
                        assert_eq!(shifted, expected, "{isa:?}, {len} words by {values:?} in two parts");
                    }
                }
            }
        }
    }

    /// A block is passed over only once it is full, and then marked in time for the next call.
    #[test]
    fn full_blocks_are_marked_and_nothing_else() {
        for isa in Isa::available() {
            for len in [5 * BLOCK, 5 * BLOCK + 7] {
                let mut words = vec![0_u64; len];
                let mut full = vec![false; len / BLOCK];
                words[0] = 1;
                let mut plain = words.clone();
                for value in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 7, 8192, 8191] {
                    shift_in(isa, &mut words, 0, &[value, value + 3, 2 * value + 3], &mut full);
                    shift_words(&mut plain, 0, &[value, value + 3, 2 * value + 3], &mut []);
                    assert_eq!(words, plain, "{isa:?} {value}");
                    for (block, full) in words.chunks_exact(BLOCK).zip(&full) {
                        assert!(!full || block.iter().all(|word| *word == u64::MAX));
                    }
                }
                assert!(full[0] && full[2], "{isa:?}: {full:?}");
            }
        }
    }

    #[test]
    fn every_instantiation_counts_and_ors() {
        let mut state = 1_u64;
        let mut noise = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let buffer: Vec<u8> = (0..4 * TILE_BYTES).map(|_| noise() as u8).collect();
        for n in [0, 16, 48, 320] {
            let rows: Vec<usize> = (0..n).map(|_| noise() as usize % (3 * TILE_BYTES + 1)).collect();
            let bit = |row: usize, i: usize| u32::from(buffer[row + i / 8] >> (i % 8) & 1);
            let expected: Vec<u32> = (0..TILE).map(|i| rows.iter().map(|row| bit(*row, i)).sum()).collect();
            for isa in Isa::available() {
                let mut planes = Box::new([[0; TILE_WORDS]; PLANES]);
                let mut counts = Box::new([0; TILE]);
                count_all(isa, &buffer, &rows, &mut planes);
                read_counters(isa, &planes[..12], &mut counts);
                assert_eq!(counts.to_vec(), expected, "{isa:?}");
                let mut tile = [0; TILE_WORDS];
                or_all(isa, &buffer, &rows, &mut tile);
                for i in 0..TILE {
                    assert_eq!(tile[i / 64] >> (i % 64) & 1 == 1, expected[i] > 0, "{isa:?}");
                }
            }
        }
    }
}
