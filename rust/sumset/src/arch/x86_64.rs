//! AVX2 and AVX-512, chosen at run time.

use std::arch::x86_64::*;

use porism_runtime::Isa;

use super::{
    BLOCK, PLANES, TILE, TILE_WORDS, Vector, count_rows, counters, for_blocks, or_rows, shift_block, shift_words,
};

impl Vector for __m256i {
    const BYTES: usize = 32;
    const ACCUMULATORS: usize = 8;

    #[inline(always)]
    unsafe fn load(at: *const u8) -> Self {
        // SAFETY: readable and available, as promised by the caller.
        unsafe { _mm256_loadu_si256(at.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, at: *mut u8) {
        // SAFETY: writable and available, as promised by the caller.
        unsafe { _mm256_storeu_si256(at.cast(), self) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: available, as promised by the caller.
        unsafe { _mm256_or_si256(self, other) }
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: available, as promised by the caller.
        unsafe { _mm256_and_si256(self, other) }
    }

    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: available, as promised by the caller.
        unsafe { _mm256_xor_si256(self, other) }
    }

    #[inline(always)]
    unsafe fn is_zero(self) -> bool {
        // SAFETY: available, as promised by the caller.
        unsafe { _mm256_testz_si256(self, self) == 1 }
    }
}

impl Vector for __m512i {
    const BYTES: usize = 64;
    const ACCUMULATORS: usize = 16;

    #[inline(always)]
    unsafe fn load(at: *const u8) -> Self {
        // SAFETY: readable and available, as promised by the caller.
        unsafe { _mm512_loadu_si512(at.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, at: *mut u8) {
        // SAFETY: writable and available, as promised by the caller.
        unsafe { _mm512_storeu_si512(at.cast(), self) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: available, as promised by the caller.
        unsafe { _mm512_or_si512(self, other) }
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: available, as promised by the caller.
        unsafe { _mm512_and_si512(self, other) }
    }

    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: available, as promised by the caller.
        unsafe { _mm512_xor_si512(self, other) }
    }

    #[inline(always)]
    unsafe fn full_add(self, b: Self, c: Self) -> (Self, Self) {
        // SAFETY: available, as promised by the caller. 0xE8 is the truth table of the majority, 0x96 that of the parity.
        unsafe {
            (
                _mm512_ternarylogic_epi64::<0xE8>(self, b, c),
                _mm512_ternarylogic_epi64::<0x96>(self, b, c),
            )
        }
    }

    #[inline(always)]
    unsafe fn is_zero(self) -> bool {
        // SAFETY: available, as promised by the caller.
        unsafe { _mm512_test_epi64_mask(self, self) == 0 }
    }
}

macro_rules! instantiate {
    ($features:literal, $vector:ty, $or:ident, $count:ident) => {
        /// # Safety
        /// As [`or_rows`].
        #[target_feature(enable = $features)]
        unsafe fn $or(base: *const u8, rows: &[usize], tile: &mut [u64; TILE_WORDS]) {
            // SAFETY: as promised by the caller, and the instruction set is that of this function.
            unsafe { or_rows::<$vector, { <$vector>::ACCUMULATORS }>(base, rows, tile) }
        }

        /// # Safety
        /// As [`count_rows`].
        #[target_feature(enable = $features)]
        unsafe fn $count(base: *const u8, rows: &[usize], planes: &mut [[u64; TILE_WORDS]; PLANES]) {
            // SAFETY: as promised by the caller, and the instruction set is that of this function.
            unsafe { count_rows::<$vector, 2>(base, rows, planes) }
        }
    };
}

instantiate!("avx2,bmi1,bmi2", __m256i, or_avx2, count_avx2);
instantiate!(
    "avx512f,avx512bw,avx512dq,avx512vl,bmi1,bmi2",
    __m512i,
    or_avx512,
    count_avx512
);

#[target_feature(enable = "avx2")]
fn counters_avx2(planes: &[[u64; TILE_WORDS]], counts: &mut [u32; TILE]) {
    counters(planes, counts);
}

/// Sixteen counters to a register: the bits of a plane are a mask under which 2^k is added.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn counters_avx512(planes: &[[u64; TILE_WORDS]], counts: &mut [u32; TILE]) {
    for (word, counts) in counts.chunks_exact_mut(64).enumerate() {
        let mut sums = [_mm512_setzero_si512(); 4];
        for (k, plane) in planes.iter().enumerate() {
            let bits = plane[word];
            let add = _mm512_set1_epi32(1_i32.wrapping_shl(k as u32));
            for (quarter, sum) in sums.iter_mut().enumerate() {
                *sum = _mm512_mask_add_epi32(*sum, (bits >> (16 * quarter)) as u16, *sum, add);
            }
        }
        for (sum, counts) in sums.into_iter().zip(counts.chunks_exact_mut(16)) {
            // SAFETY: 16 counters of 4 bytes are writable in the chunk.
            unsafe { _mm512_storeu_si512(counts.as_mut_ptr().cast(), sum) };
        }
    }
}

#[target_feature(enable = "avx2")]
fn shift_avx2(words: &mut [u64], from: usize, values: &[usize], full: &mut [bool]) {
    shift_words(words, from, values, full);
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn shift_avx512(words: &mut [u64], from: usize, values: &[usize], full: &mut [bool]) {
    shift_words(words, from, values, full);
}

/// A funnel shift joins a word with the one below it. Vectors of the latter are made of two neighbours that are loaded anyway: loads, most of which cross a line, are the bottleneck.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2")]
fn shift_funnel(words: &mut [u64], from: usize, values: &[usize], full: &mut [bool]) {
    const VECTORS: usize = BLOCK / 8;
    let least = values.iter().copied().min().unwrap_or(usize::MAX);
    let most = values.iter().copied().max().unwrap_or(0) / 64;
    for_blocks(words, from, least, full, |words, low| {
        if low < most + 8 || low + BLOCK > words.len() {
            return shift_block(words, low, values);
        }
        let base = words.as_mut_ptr();
        // SAFETY: the block lies within `words`. What is read lies at most `most` words and a vector below it, and not above.
        unsafe {
            let at = base.add(low);
            let mut acc: [__m512i; VECTORS] = std::array::from_fn(|i| _mm512_loadu_si512(at.add(8 * i).cast()));
            for value in values {
                let source = at.sub(value / 64);
                let part = _mm512_set1_epi64((value % 64) as i64);
                let mut previous = _mm512_loadu_si512(source.sub(8).cast());
                for (i, acc) in acc.iter_mut().enumerate() {
                    let own = _mm512_loadu_si512(source.add(8 * i).cast());
                    let below = _mm512_alignr_epi64::<7>(own, previous);
                    *acc = _mm512_or_si512(*acc, _mm512_shldv_epi64(own, below, part));
                    previous = own;
                }
            }
            let mut all = acc[0];
            for (i, acc) in acc.into_iter().enumerate() {
                all = _mm512_and_si512(all, acc);
                _mm512_storeu_si512(at.add(8 * i).cast(), acc);
            }
            _mm512_cmpneq_epi64_mask(all, _mm512_set1_epi64(-1)) == 0
        }
    });
}

/// Whether it was done.
pub(super) fn shift_in(isa: Isa, words: &mut [u64], from: usize, values: &[usize], full: &mut [bool]) -> bool {
    match isa.min(available()) {
        Isa::Portable => return false,
        // SAFETY: `available` has checked the instruction set.
        Isa::Avx2 => unsafe { shift_avx2(words, from, values, full) },
        // SAFETY: `available` has checked the instruction set, and the extension is checked here.
        Isa::Avx512 if is_x86_feature_detected!("avx512vbmi2") => unsafe {
            shift_funnel(words, from, values, full);
        },
        // SAFETY: `available` has checked the instruction set.
        Isa::Avx512 => unsafe { shift_avx512(words, from, values, full) },
    }
    true
}

fn has_bmi() -> bool {
    is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2")
}

/// Whether it was done.
pub(super) fn or_all(isa: Isa, buffer: &[u8], rows: &[usize], tile: &mut [u64; TILE_WORDS]) -> bool {
    let best = isa.min(available());
    if best == Isa::Portable || !has_bmi() {
        return false;
    }
    // SAFETY: the caller has checked the rows, and `available` the instruction set.
    unsafe {
        match best {
            Isa::Avx512 => or_avx512(buffer.as_ptr(), rows, tile),
            _ => or_avx2(buffer.as_ptr(), rows, tile),
        }
    }
    true
}

/// Whether it was done.
pub(super) fn count_all(isa: Isa, buffer: &[u8], rows: &[usize], planes: &mut [[u64; TILE_WORDS]; PLANES]) -> bool {
    let best = isa.min(available());
    if best == Isa::Portable || !has_bmi() {
        return false;
    }
    // SAFETY: the caller has checked the rows, and `available` the instruction set.
    unsafe {
        match best {
            Isa::Avx512 => count_avx512(buffer.as_ptr(), rows, planes),
            _ => count_avx2(buffer.as_ptr(), rows, planes),
        }
    }
    true
}

/// Whether it was done.
pub(super) fn read_counters(isa: Isa, planes: &[[u64; TILE_WORDS]], counts: &mut [u32; TILE]) -> bool {
    match isa.min(available()) {
        Isa::Portable => return false,
        // SAFETY: `available` has checked the instruction set.
        Isa::Avx2 => unsafe { counters_avx2(planes, counts) },
        // SAFETY: `available` has checked the instruction set.
        Isa::Avx512 => unsafe { counters_avx512(planes, counts) },
    }
    true
}

/// The best instruction set of this machine.
fn available() -> Isa {
    Isa::available().last().unwrap_or(Isa::Portable)
}
