//! `shift-or` and `bit-sliced`: the bits of the larger set, shifted by every element of the smaller one.
//!
//! Shifts by whole bytes cost nothing, an unaligned load; for the other three bits of a shift there are eight copies of the bit set. Results are
//! computed tile by tile, 8192 positions in registers and first-level cache. The rows of a tile are sorted by copy and then by shift, so that rows beside one another
//! read nearly the same lines.
//!
//! *Saturation.* A tile that is all ones stays so: every few rows the or-kernel looks, and leaves. Random dense sets need a few hundred rows a tile however many there are. Rows are
//! taken in chunks whose order is drawn from the seed, so that no order of the input is a bad one; the result does not depend on it.

use porism_runtime::Isa;

use crate::Error;
use crate::arch::{PLANES, ROUND, TILE, TILE_BYTES, TILE_WORDS, count_all, or_all, read_counters};
use crate::bits::Bits;
use crate::error::try_filled;
use crate::instance::{Instance, Run, each_part};
use crate::random::{generator, shuffle};

/// Rows between two looks at saturation, and per turn of the counting kernel: their lines fit the first-level cache.
const CHUNK: usize = 32;

/// Eight shifted copies of a bit set, with room around each, and the rows that read them.
struct Rows {
    copies: Vec<u8>,
    /// From one copy to the next.
    stride: usize,
    /// Bytes of one copy that may hold ones.
    width: usize,
    /// Whole bytes of the shifts by residue, rising.
    shifts: [Vec<usize>; 8],
}

impl Rows {
    fn new(instance: &Instance) -> Result<Self, Error> {
        let top = instance.columns.values.last().copied().unwrap_or(0);
        let width = (u128::from(top) + 1 + 7).div_ceil(8);
        let stride = (width + 2 * TILE_BYTES as u128).next_multiple_of(64);
        let mut copies = try_filled("eight shifted bit sets", 8 * stride, 0_u8)?;
        let (width, stride) = (width as usize, stride as usize);
        // Where bits lie densely, shifting a copy is quicker than setting them one by one.
        let shifted = instance.columns.values.len() > width / 4;
        let (first, others) = copies.split_at_mut(stride);
        set_bits(&mut first[TILE_BYTES..], &instance.columns.values, 0);
        for (residue, copy) in (1..8).zip(others.chunks_exact_mut(stride)) {
            if shifted {
                let first = &first[TILE_BYTES - 1..];
                for (into, pair) in copy[TILE_BYTES..].iter_mut().zip(first.windows(2)).take(width) {
                    *into = pair[1] << residue | pair[0] >> (8 - residue);
                }
            } else {
                set_bits(&mut copy[TILE_BYTES..], &instance.columns.values, residue);
            }
        }
        let mut shifts: [Vec<usize>; 8] = Default::default();
        for value in &instance.rows.values {
            shifts[*value as usize % 8].push(*value as usize / 8);
        }
        Ok(Self {
            copies,
            stride,
            width,
            shifts,
        })
    }

    /// The places in `copies` of all rows that reach the tile at byte `start`.
    fn reaching(&self, start: usize, places: &mut Vec<usize>) {
        places.clear();
        for (residue, shifts) in self.shifts.iter().enumerate() {
            // A row has bytes `shift .. shift + width`, the tile `start .. start + TILE_BYTES`.
            let first = shifts.partition_point(|shift| shift + self.width <= start);
            let last = shifts.partition_point(|shift| *shift < start + TILE_BYTES);
            let base = residue * self.stride + TILE_BYTES + start;
            places.extend(shifts[first..last].iter().map(|shift| base - shift));
        }
    }
}

/// Set the bits of `values` in `copy`, raised by `by`.
fn set_bits(copy: &mut [u8], values: &[u64], by: usize) {
    for value in values {
        let place = *value as usize + by;
        copy[place / 8] |= 1 << (place % 8);
    }
}

/// What the or-kernel did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RowStats {
    /// Rows times tiles that there were.
    pub(crate) rows: u64,
    /// Those that were read.
    pub(crate) read: u64,
}

/// The sums in the window as bits, by shifts of a bit set.
pub(crate) fn shift_or(instance: &Instance, saturation: bool, run: &Run<'_>) -> Result<(Bits, RowStats), Error> {
    use std::sync::atomic::{AtomicU64, Ordering};
    let mut bits = Bits::new(instance.len())?;
    if bits.len == 0 {
        return Ok((bits, RowStats::default()));
    }
    let rows = Rows::new(instance)?;
    let isa = Isa::detect();
    let (offset, universe) = (instance.window.start, instance.universe);
    // Tiles begin at whole bytes of the universe; a window that does not is shifted at the end.
    let skew = (offset % 8) as usize;
    let first_byte = (offset / 8) as usize;
    let mut words = Bits::new(instance.len() + skew as u128)?.words;
    let (all, read) = (AtomicU64::new(0), AtomicU64::new(0));
    each_part(run, &mut words, TILE_WORDS, |index, part| {
        let start = first_byte + index * TILE_BYTES;
        let mut places = Vec::new();
        rows.reaching(start, &mut places);
        all.fetch_add(places.len() as u64, Ordering::Relaxed);
        let mut tile = [0; TILE_WORDS];
        if !saturation || places.len() <= CHUNK {
            or_all(isa, &rows.copies, &places, &mut tile);
            read.fetch_add(places.len() as u64, Ordering::Relaxed);
        } else {
            let mut order: Vec<usize> = (0..places.len().div_ceil(CHUNK)).collect();
            shuffle(&mut generator(run.seed ^ start as u64), &mut order);
            // Positions beyond the universe can never be ones, nor those beyond the window of interest.
            let full: [u64; TILE_WORDS] = std::array::from_fn(|i| {
                if i >= part.len() {
                    return 0;
                }
                let position = 8 * start as u128 + 64 * i as u128;
                match universe.saturating_sub(position) {
                    0 => 0,
                    rest @ 1..64 => (1 << rest) - 1,
                    _ => u64::MAX,
                }
            });
            for chunk in order {
                let chunk = &places[chunk * CHUNK..places.len().min((chunk + 1) * CHUNK)];
                or_all(isa, &rows.copies, chunk, &mut tile);
                read.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                if tile.iter().zip(&full).all(|(tile, full)| tile & full == *full) {
                    break;
                }
            }
        }
        part.copy_from_slice(&tile[..part.len()]);
    })?;
    if skew == 0 {
        bits.words = words;
    } else {
        for (i, word) in bits.words.iter_mut().enumerate() {
            let next = words.get(i + 1).map_or(0, |next| next << (64 - skew));
            *word = words[i] >> skew | next;
        }
    }
    bits.trim();
    Ok((
        bits,
        RowStats {
            rows: all.into_inner(),
            read: read.into_inner(),
        },
    ))
}

/// The counts of the sums in the window, by carry-save addition of shifted bit sets.
pub(crate) fn bit_sliced(instance: &Instance, run: &Run<'_>) -> Result<Vec<u32>, Error> {
    let mut counts = try_filled("a table of counts", instance.len(), 0_u32)?;
    if counts.is_empty() {
        return Ok(counts);
    }
    let rows = Rows::new(instance)?;
    let isa = Isa::detect();
    let skew = (instance.window.start % 8) as usize;
    let first_byte = (instance.window.start / 8) as usize;
    // A count has at most as many bits as the number of rows.
    let planes_used = ((instance.rows.values.len() as u64).ilog2() as usize + 1).clamp(4, PLANES);
    let tile_of = |start: usize, counts: &mut [u32; TILE]| {
        let mut places = Vec::new();
        rows.reaching(start, &mut places);
        // The room before a copy holds nothing: rows that only complete a round.
        places.resize(places.len().next_multiple_of(ROUND), 0);
        let mut planes = Box::new([[0; TILE_WORDS]; PLANES]);
        for chunk in places.chunks(CHUNK) {
            count_all(isa, &rows.copies, chunk, &mut planes);
        }
        read_counters(isa, &planes[..planes_used], counts);
    };
    if skew == 0 {
        return each_part(run, &mut counts, TILE, |index, part| {
            let start = first_byte + index * TILE_BYTES;
            if let Ok(part) = <&mut [u32; TILE]>::try_from(&mut *part) {
                tile_of(start, part);
            } else {
                let mut tile = Box::new([0; TILE]);
                tile_of(start, &mut tile);
                part.copy_from_slice(&tile[..part.len()]);
            }
        })
        .map(|()| counts);
    }
    // A tile less the bits of the byte that the window begins in.
    let useful = TILE - 8;
    each_part(run, &mut counts, useful, |index, part| {
        let mut tile = Box::new([0; TILE]);
        tile_of(first_byte + index * (useful / 8), &mut tile);
        part.copy_from_slice(&tile[skew..skew + part.len()]);
    })?;
    Ok(counts)
}
