//! `scatter-bits` and `scatter-counts`: one store for every pair, into a table that fits the cache.
//!
//! The table is cut into tiles; the larger set is sorted, so that in every tile a row is one run of it, found by a cursor that only moves on.

use crate::Error;
use crate::bits::Bits;
use crate::error::try_filled;
use crate::instance::{Instance, Run, each_part};
use crate::kernels::fall;

/// Bytes of a tile, where every row has enough elements in it: a first-level cache. Sparse sets have larger tiles, up to [`LARGEST`].
const SMALLEST: usize = 1 << 15;
/// Bytes of a tile at most: a part of a second-level cache.
const LARGEST: usize = 1 << 18;
/// So many elements of the larger set a row should have in a tile, to be worth finding them.
const ENOUGH: u128 = 32;

/// How many positions a tile has, `bytes` to each: a multiple of 64.
pub(crate) fn tile_of(instance: &Instance, bytes: usize) -> usize {
    let columns = &instance.columns.values;
    let span = u128::from(columns.last().copied().unwrap_or(0)) + 1;
    let enough = (ENOUGH * span / columns.len().max(1) as u128).next_power_of_two();
    enough.clamp((SMALLEST / bytes) as u128, (LARGEST / bytes) as u128) as usize
}

/// For every row the elements of the larger set whose sums lie in `low..high`.
#[inline(always)]
fn runs(instance: &Instance, low: u64, high: u64, mut visit: impl FnMut(usize, u64, std::ops::Range<usize>)) {
    let columns = &instance.columns.values;
    // As rows rise, the run moves down.
    let (mut start, mut end) = (columns.len(), columns.len());
    for (i, row) in instance.rows.values.iter().enumerate() {
        let (from, to) = (low.saturating_sub(*row), high.saturating_sub(*row));
        end = fall(columns, end, |column| column < to);
        start = fall(columns, start.min(end), |column| column < from);
        if start < end {
            visit(i, *row, start..end);
        }
    }
}

/// The sums in the window as bits.
pub(crate) fn bits(instance: &Instance, run: &Run<'_>) -> Result<Bits, Error> {
    let mut bits = Bits::new(instance.len())?;
    if bits.len == 0 {
        return Ok(bits);
    }
    let (origin, len) = (instance.window.start as u64, bits.len);
    let most = tile_of(instance, 1);
    each_part(run, &mut bits.words, most / 64, |index, words| {
        let start = index * most;
        let tile = most.min(len - start);
        let (low, high) = (origin + start as u64, origin + (start + tile) as u64);
        // Bytes, not bits: a store waits for nothing, where a bit must be read, set and written.
        let mut bytes = vec![0_u8; words.len() * 64];
        runs(instance, low, high, |_, row, run| {
            let shift = row.wrapping_sub(low);
            for column in &instance.columns.values[run] {
                bytes[column.wrapping_add(shift) as usize] = 1;
            }
        });
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(64)) {
            *word = gather(bytes);
        }
    })?;
    Ok(bits)
}

/// 64 bytes, each 0 or 1, as bits.
#[inline(always)]
fn gather(bytes: &[u8]) -> u64 {
    let mut word = 0;
    for (i, eight) in bytes.chunks_exact(8).enumerate() {
        let mut lanes = [0; 8];
        lanes.copy_from_slice(eight);
        // Multiplication moves bit 8·j to bit 56 + j, and nothing else there.
        let byte = u64::from_le_bytes(lanes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word |= byte << (8 * i);
    }
    word
}

/// The counts of the sums in the window, of sets without weights.
pub(crate) fn counts(instance: &Instance, run: &Run<'_>) -> Result<Vec<u32>, Error> {
    let mut counts = try_filled("a table of counts", instance.len(), 0_u32)?;
    let origin = instance.window.start as u64;
    let tile = tile_of(instance, 4);
    each_part(run, &mut counts, tile, |index, part| {
        let low = origin + (index * tile) as u64;
        let high = low + part.len() as u64;
        runs(instance, low, high, |_, row, run| {
            let shift = row.wrapping_sub(low);
            for column in &instance.columns.values[run] {
                part[column.wrapping_add(shift) as usize] += 1;
            }
        });
    })?;
    Ok(counts)
}

/// The same with weights.
pub(crate) fn weighted_counts(instance: &Instance, run: &Run<'_>) -> Result<Vec<u64>, Error> {
    let mut counts = try_filled("a table of counts", instance.len(), 0_u64)?;
    let origin = instance.window.start as u64;
    let tile = tile_of(instance, 8);
    each_part(run, &mut counts, tile, |index, part| {
        let low = origin + (index * tile) as u64;
        let high = low + part.len() as u64;
        runs(instance, low, high, |i, row, run| {
            let shift = row.wrapping_sub(low);
            let weight = instance.rows.weight(i);
            for j in run {
                let place = instance.columns.values[j].wrapping_add(shift) as usize;
                part[place] += weight * instance.columns.weight(j);
            }
        });
    })?;
    Ok(counts)
}
