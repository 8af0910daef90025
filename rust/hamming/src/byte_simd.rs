//! Kernel `byte-simd`: a comparison of symbols for each pair, for short patterns over any alphabet.
//!
//! Vertical: eight vectors count the matches of as many consecutive shifts as they have lanes. For each position of the pattern, its symbol is compared with all
//! the text's symbols that these shifts put there, which are contiguous. Counters are as narrow as symbols, and are written out before they can overflow.

use std::sync::Arc;

use porism_runtime::{Interrupted, Isa, Monitor};

use crate::arch::{Kernel, Simd, Write, dispatch};
use crate::letters::Letters;
use crate::relation::Relation;
use crate::symbol::Symbol;

/// Vectors of counters.
const VECTORS: usize = 8;

/// Rows after which counters are written out, for bytes: as many as a byte counts.
const ROWS: usize = 255;

/// Rows for wider symbols: few enough to look at the monitor between.
const WIDE_ROWS: usize = 32_768;

/// Which positions of a pattern are counted this way.
#[derive(Debug)]
pub(crate) struct ByteSimd<S> {
    /// Where in the pattern, and what is there.
    rows: Vec<(u32, S)>,
    relation: Relation,
    isa: Isa,
}

impl<S: Symbol> ByteSimd<S> {
    /// Prepare to count the letters `chosen`.
    pub(crate) fn new(letters: &Arc<Letters<S>>, chosen: &[usize], isa: Isa) -> Self {
        let mut rows: Vec<_> = chosen
            .iter()
            .flat_map(|&letter| {
                letters
                    .positions(letter)
                    .iter()
                    .map(move |&j| (j, letters.symbols[letter]))
            })
            .collect();
        rows.sort_unstable_by_key(|&(j, _)| j);
        Self {
            rows,
            relation: letters.relation,
            isa,
        }
    }

    /// Positions of the pattern that are counted.
    pub(crate) fn n_rows(&self) -> usize {
        self.rows.len()
    }

    /// Count at the shifts of `out`, of which the first begins at `text[0]`: `text` is as long as all these shifts together need.
    pub(crate) fn run(
        &self,
        text: &[S],
        out: &mut [i32],
        write: Write,
        scratch: &mut Scratch<S>,
        monitor: &Monitor,
    ) -> Result<(), Interrupted> {
        let whole = Count {
            plan: self,
            text,
            out,
            write,
            scratch,
            monitor,
        };
        dispatch(self.isa, whole)
    }
}

/// Memory that a thread uses again and again.
#[derive(Debug)]
pub(crate) struct Scratch<S> {
    text: Vec<S>,
    numbers: Vec<i32>,
}

impl<S> Default for Scratch<S> {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            numbers: Vec::new(),
        }
    }
}

struct Count<'a, S: Symbol> {
    plan: &'a ByteSimd<S>,
    text: &'a [S],
    out: &'a mut [i32],
    write: Write,
    scratch: &'a mut Scratch<S>,
    monitor: &'a Monitor,
}

impl<S: Symbol> Kernel for Count<'_, S> {
    type Output = Result<(), Interrupted>;

    #[inline(always)]
    fn run<V: Simd>(self, simd: V) -> Result<(), Interrupted> {
        let Some(&(reach, _)) = self.plan.rows.last() else {
            if let Write::From(base) = self.write {
                self.out.fill(base);
            }
            return Ok(());
        };
        let reach = reach as usize;
        let shifts = VECTORS * V::BYTE_LANES / size_of::<S>();
        let mut start = 0;
        while start < self.out.len() {
            self.monitor.check()?;
            let text = &self.text[start..];
            let out = &mut self.out[start..];
            if out.len() >= shifts && text.len() >= shifts + reach {
                window(simd, self.plan, text, &mut out[..shifts], self.write, self.monitor)?;
            } else {
                // The last shifts: as many symbols behind the text's end as a whole vector reads.
                let (n, own) = (out.len().min(shifts), text.len().min(shifts + reach));
                self.scratch.text.clear();
                self.scratch.text.extend_from_slice(&text[..own]);
                self.scratch.text.resize(shifts + reach, S::from_id(0));
                self.scratch.numbers.clear();
                self.scratch.numbers.extend_from_slice(&out[..n]);
                self.scratch.numbers.resize(shifts, 0);
                window(
                    simd,
                    self.plan,
                    &self.scratch.text,
                    &mut self.scratch.numbers,
                    self.write,
                    self.monitor,
                )?;
                out[..n].copy_from_slice(&self.scratch.numbers[..n]);
            }
            start += shifts;
        }
        Ok(())
    }
}

/// Count at as many shifts as fit the vectors.
#[inline(always)]
fn window<S: Symbol, V: Simd>(
    simd: V,
    plan: &ByteSimd<S>,
    text: &[S],
    out: &mut [i32],
    write: Write,
    monitor: &Monitor,
) -> Result<(), Interrupted> {
    let lanes = V::BYTE_LANES / size_of::<S>();
    let reach = plan.rows.last().map_or(0, |&(j, _)| j as usize);
    assert!(text.len() >= reach + VECTORS * lanes && out.len() == VECTORS * lanes);
    let mut write = write;
    for rows in plan.rows.chunks(if size_of::<S>() == 1 { ROWS } else { WIDE_ROWS }) {
        monitor.check()?;
        let mut counters = [simd.zero_bytes(); VECTORS];
        for &(j, symbol) in rows {
            // SAFETY: rows are in rising order, so `j` is at most `reach`, and all vectors lie within the text, as asserted.
            unsafe {
                let at = text.as_ptr().add(j as usize);
                match plan.relation {
                    Relation::Equal => step_equal(simd, &mut counters, at, symbol),
                    Relation::Overlap => step_disjoint(simd, &mut counters, at, symbol.id() as u8),
                    Relation::Within => step_within(simd, &mut counters, at, symbol),
                }
            }
        }
        for (v, &counter) in counters.iter().enumerate() {
            // SAFETY: each of the vectors has its part of `out`, as asserted.
            unsafe {
                let out = out.as_mut_ptr().add(v * lanes);
                let counter = match plan.relation {
                    Relation::Overlap => simd.complement(counter, rows.len() as u8),
                    _ => counter,
                };
                match size_of::<S>() {
                    1 => simd.write::<1>(counter, out, write),
                    2 => simd.write::<2>(counter, out, write),
                    _ => simd.write::<4>(counter, out, write),
                }
            }
        }
        write = Write::Take;
    }
    Ok(())
}

/// # Safety
/// All vectors must be readable from `at` on.
#[inline(always)]
unsafe fn step_equal<S: Symbol, V: Simd>(simd: V, counters: &mut [V::Bytes; VECTORS], at: *const S, symbol: S) {
    let id = symbol.id() as u32;
    for (v, counter) in counters.iter_mut().enumerate() {
        // SAFETY: as promised by the caller.
        unsafe {
            let text = simd.load_bytes(at.cast::<u8>().add(v * V::BYTE_LANES));
            *counter = match size_of::<S>() {
                1 => simd.count_equal::<1>(*counter, text, simd.splat::<1>(id)),
                2 => simd.count_equal::<2>(*counter, text, simd.splat::<2>(id)),
                _ => simd.count_equal::<4>(*counter, text, simd.splat::<4>(id)),
            };
        }
    }
}

/// Count what has no element in common.
///
/// # Safety
/// All vectors must be readable from `at` on.
#[inline(always)]
unsafe fn step_disjoint<S: Symbol, V: Simd>(simd: V, counters: &mut [V::Bytes; VECTORS], at: *const S, set: u8) {
    let set = simd.splat::<1>(set.into());
    for (v, counter) in counters.iter_mut().enumerate() {
        // SAFETY: as promised by the caller.
        let text = unsafe { simd.load_bytes(at.cast::<u8>().add(v * V::BYTE_LANES)) };
        *counter = simd.count_disjoint(*counter, text, set);
    }
}

/// Count what lies within the pattern's set: what has nothing outside of it, but for the empty set.
///
/// # Safety
/// All vectors must be readable from `at` on.
#[inline(always)]
unsafe fn step_within<S: Symbol, V: Simd>(simd: V, counters: &mut [V::Bytes; VECTORS], at: *const S, symbol: S) {
    let outside = simd.splat::<1>(!symbol.id() as u32 & 255);
    let all = simd.splat::<1>(255);
    for (v, counter) in counters.iter_mut().enumerate() {
        // SAFETY: as promised by the caller.
        let text = unsafe { simd.load_bytes(at.cast::<u8>().add(v * V::BYTE_LANES)) };
        let counted = simd.count_disjoint(*counter, text, outside);
        // Empty sets were counted, and are taken away again: -(-x + 1) = x - 1.
        let empty = simd.count_disjoint(simd.complement(counted, 0), text, all);
        *counter = simd.complement(empty, 0);
    }
}
