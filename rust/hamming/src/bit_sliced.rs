//! Kernel `bit-sliced`: 512 shifts at once, whatever the alphabet.
//!
//! For every letter of the pattern, a *plane* says of each position of the text, in a bit, whether it matches. Position `j` of the pattern contributes the
//! plane of its letter, read from bit `s + j` on, to the shifts from `s` on: a *row*. Rows are added up by a tree of carry-save adders, two
//! operations for a row of a whole vector of shifts, into *vertical counters*: vectors of which the p-th holds bit `p` of every shift's count.
//!
//! A row begins at any bit, but vectors are loaded from bytes. There are two ways out, and the kernel takes the cheaper one. For few
//! letters, planes are kept in eight copies, shifted by 0 … 7 bits. For many, the rows of each residue of `j` modulo 8 are added up by themselves, at shifts
//! aligned to bytes, and the eight counters are then shifted and added: that costs a few operations for each plane of a counter, not of a letter.
//!
//! The limit is two ternary operations and one load for a row of 512 shifts. Loads mostly straddle two cache lines and then count twice, so that on a machine that loads
//! one vector a cycle the limit is 256 comparisons a cycle, and 512 where it loads two.

use std::sync::Arc;

use porism_runtime::{Interrupted, Isa, Monitor};

use crate::arch::{Kernel, MAX_BYTES, PLANES, Simd, Write, dispatch};
use crate::costs::Costs;
use crate::letters::Letters;
use crate::relation::Relation;
use crate::symbol::Symbol;

/// The longest part of a pattern that is counted in one go: its counts fit the planes of a counter, and its planes a cache.
const SEGMENT: usize = 1 << 15;

/// Planes of a counter of so few rows that clearing room for all would show.
const FEW: usize = 8;

/// Rows that pass through the tree together.
const ROUND: usize = 16;

/// How many vectors of shifts share a row's address.
const UNITS: usize = 2;

/// Shifts counted with the same planes, by default.
pub(crate) const BLOCK: usize = 1 << 13;

/// Letters above which planes are made symbol by symbol, not letter by letter.
const MANY: usize = 200;

/// Which letters of a pattern are counted this way, and how.
#[derive(Debug)]
pub(crate) struct BitSliced<S> {
    letters: Arc<Letters<S>>,
    segments: Vec<Segment>,
    /// Shifts to a block.
    block: usize,
    isa: Isa,
    /// Positions counted.
    n_rows: usize,
}

#[derive(Debug)]
struct Segment {
    /// Its place in the pattern.
    start: usize,
    length: usize,
    /// The letters that have planes, in their order.
    letters: Vec<u32>,
    /// Whether planes are kept in eight copies.
    copies: bool,
    /// Bytes of a plane's copy.
    stride: usize,
    /// Where each row begins, in bytes from the first plane; without copies by residues.
    rows: Vec<u32>,
    /// The ends of the residues.
    ends: Vec<usize>,
}

/// Memory that a thread uses again and again.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    planes: Vec<u64>,
    counters: Vec<u64>,
    totals: Vec<u64>,
    numbers: Vec<i32>,
    slots: Vec<u32>,
}

impl<S: Symbol> BitSliced<S> {
    /// Prepare to count the letters `chosen` in blocks of about `block` shifts (0: as many as are good).
    pub(crate) fn new(letters: &Arc<Letters<S>>, chosen: &[usize], block: usize, isa: Isa) -> Self {
        let mut is_chosen = vec![false; letters.len()];
        chosen.iter().for_each(|&letter| is_chosen[letter] = true);
        let mut at: Vec<(u32, u32)> = chosen
            .iter()
            .flat_map(|&letter| letters.positions(letter).iter().map(move |&j| (j, letter as u32)))
            .collect();
        at.sort_unstable();
        let n_rows = at.len();
        let mut segments = Vec::new();
        let mut rest = &at[..];
        let wide = dispatch(isa, Width) * 8;
        let last = at.last().map_or(1, |&(j, _)| j as usize + 1);
        let block = if block == 0 {
            block_for(chosen.len(), last.min(SEGMENT))
        } else {
            block
        };
        let block = block.next_multiple_of(UNITS * wide);
        let mut slot_of = vec![u32::MAX; letters.len()];
        while let Some(&(start, _)) = rest.first() {
            let start = start as usize;
            let n = rest.partition_point(|&(j, _)| (j as usize) < start + SEGMENT);
            let (own, others) = rest.split_at(n);
            rest = others;
            segments.push(Segment::new(start, own, block, &mut slot_of));
        }
        Self {
            letters: Arc::clone(letters),
            segments,
            block,
            isa,
            n_rows,
        }
    }

    /// Positions of the pattern that are counted.
    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// How many shifts of a block are counted: without copies the last seven lack the bits that their neighbours behind them would have.
    pub(crate) fn usable(&self) -> usize {
        self.block - self.lost()
    }

    fn lost(&self) -> usize {
        if self.segments.iter().any(|segment| !segment.copies) {
            7
        } else {
            0
        }
    }

    /// Count at the shifts of `out`, of which the first begins at `text[0]`: `text` is as long as all these shifts together need.
    pub(crate) fn run(
        &self,
        text: &[S],
        mut out: &mut [i32],
        write: Write,
        scratch: &mut Scratch,
        monitor: &Monitor,
    ) -> Result<(), Interrupted> {
        let mut first = 0;
        while !out.is_empty() {
            let block = Block {
                plan: self,
                text: &text[first..],
                room: out,
                write,
                scratch,
                monitor,
            };
            let done = dispatch(self.isa, block)?;
            first += done;
            out = &mut out[done..];
        }
        Ok(())
    }
}

/// What counting `rows` positions of `n_letters` letters costs at `shifts` shifts of a pattern of `m` symbols.
pub(crate) fn cost(
    costs: &Costs,
    shifts: usize,
    m: usize,
    n_letters: usize,
    rows: usize,
    bytes: bool,
    block: usize,
) -> f64 {
    let segments = m.div_ceil(SEGMENT);
    let length = m.div_ceil(segments);
    let block = if block == 0 {
        block_for(n_letters, length)
    } else {
        block
    }
    .min(shifts.next_multiple_of(512));
    let blocks = shifts.div_ceil(block) as f64 * segments as f64;
    let bits = (block + length) as f64;
    let copies = worth_copying(n_letters, block, length);
    let mut cost = if bytes && n_letters <= MANY {
        bits * n_letters as f64 * costs.plane
    } else {
        bits * costs.set
    };
    let own = (rows.div_ceil(segments).max(1).ilog2() + 1) as f64;
    let mut size = n_letters as f64 * bits / 8.0;
    if copies {
        cost += bits * n_letters as f64 * costs.copies;
        size *= 8.0;
    } else {
        cost += block as f64 * 8.0 * own * costs.merge;
    }
    cost += block as f64 * (own * costs.unpack + costs.write);
    let level = usize::from(size > 128e3) + usize::from(size > 900e3);
    blocks * cost + rows as f64 * shifts as f64 * costs.row[level]
}

/// Bytes of planes that leave room for the rest in a first-level cache of 32 KiB, and in a second-level one of 1 MiB.
const CACHES: [usize; 2] = [26 << 10, 800 << 10];

/// How many shifts share the planes of `n_letters` letters over a segment of `length` symbols: many, so that making the planes of the overlap does not count, as
/// long as they fit the cache that they would fit anyhow.
fn block_for(n_letters: usize, length: usize) -> usize {
    for cache in CACHES {
        for block in [BLOCK * 2, BLOCK] {
            let size = n_letters * (block + length) / 8;
            if size <= cache {
                return block;
            }
        }
    }
    BLOCK
}

/// Bytes of a plane over `symbols` symbols.
fn stride(symbols: usize) -> usize {
    // Rows of the last shifts are read up to a whole vector further; lines apart by powers of two would share a cache set.
    let stride = symbols.div_ceil(8).next_multiple_of(MAX_BYTES) + 2 * MAX_BYTES;
    stride + if stride.is_multiple_of(512) { MAX_BYTES } else { 0 }
}

/// Whether seven more copies of every plane cost less than seven more counters to shift and add, and leave the planes in their cache.
fn worth_copying(n_letters: usize, block: usize, length: usize) -> bool {
    let planes = n_letters * 28 * (block + length) / block;
    let counters = 8 * 6 * (length.ilog2() as usize + 1);
    planes < counters && length <= 2048 && n_letters * (block + length) <= CACHES[1] / 4
}

struct Width;

impl Kernel for Width {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> usize {
        S::BYTES
    }
}

impl Segment {
    fn new(start: usize, own: &[(u32, u32)], block: usize, slot_of: &mut [u32]) -> Self {
        let length = own.last().map_or(0, |&(j, _)| j as usize + 1 - start);
        let mut letters = Vec::new();
        for &(_, letter) in own {
            let slot = &mut slot_of[letter as usize];
            if *slot == u32::MAX {
                *slot = letters.len() as u32;
                letters.push(letter);
            }
        }
        let stride = stride(block + length);
        let copies = worth_copying(letters.len(), block, length);
        let residues = if copies { 1 } else { 8 };
        let (mut rows, mut ends) = (Vec::with_capacity(own.len()), Vec::with_capacity(residues));
        for residue in 0..residues {
            for &(j, letter) in own {
                let (slot, j) = (slot_of[letter as usize] as usize + 1, j as usize - start);
                if copies {
                    rows.push(((slot * 8 + j % 8) * stride + j / 8) as u32);
                } else if j % 8 == residue {
                    rows.push((slot * stride + j / 8) as u32);
                }
            }
            ends.push(rows.len());
        }
        for &letter in &letters {
            slot_of[letter as usize] = u32::MAX;
        }
        Self {
            start,
            length,
            letters,
            copies,
            stride,
            rows,
            ends,
        }
    }

    /// Bytes of all planes, and of one before them for symbols that have none.
    fn bytes(&self) -> usize {
        (self.letters.len() + 1) * if self.copies { 8 } else { 1 } * self.stride
    }
}

/// Many patterns of one length over the same planes, made once for each block.
#[derive(Debug)]
pub(crate) struct Together<S> {
    letters: Arc<Letters<S>>,
    /// The planes of all letters, in eight copies, and no rows.
    planes: Segment,
    /// The rows of each pattern.
    rows: Vec<Vec<u32>>,
    block: usize,
    isa: Isa,
}

/// The longest patterns, and the largest alphabet, for which this is done.
const TOGETHER: (usize, usize) = (2048, 32);

impl<S: Symbol> Together<S> {
    /// Prepare to count all letters of `patterns` but `wildcard`; `None` where they are too long or have too many letters.
    pub(crate) fn new(
        patterns: &[impl AsRef<[S]>],
        sigma: usize,
        wildcard: Option<S>,
        relation: Relation,
        isa: Isa,
    ) -> Option<Self> {
        let m = patterns.first()?.as_ref().len();
        let all: Vec<S> = patterns
            .iter()
            .flat_map(|pattern| pattern.as_ref().iter().copied())
            .collect();
        let letters = Arc::new(Letters::new(&all, sigma, wildcard, relation));
        if m > TOGETHER.0 || letters.len() > TOGETHER.1 || letters.len() == 0 {
            return None;
        }
        let block = block_for(letters.len(), m).next_multiple_of(UNITS * 8 * dispatch(isa, Width));
        let mut planes = Segment {
            start: 0,
            length: m,
            letters: (0..letters.len() as u32).collect(),
            copies: true,
            stride: stride(block + m),
            rows: Vec::new(),
            ends: Vec::new(),
        };
        let row = |j: usize, letter: usize| (((letter + 1) * 8 + j % 8) * planes.stride + j / 8) as u32;
        let of = |pattern: &[S]| -> Vec<u32> {
            let own = pattern.iter().enumerate();
            own.filter_map(|(j, &symbol)| Some(row(j, letters.letter(symbol)?)))
                .collect()
        };
        let rows = patterns.iter().map(|pattern| of(pattern.as_ref())).collect();
        planes.ends = vec![0];
        Some(Self {
            letters,
            planes,
            rows,
            block,
            isa,
        })
    }

    /// Write the distances of the patterns from `first` on to the rows of `out`, each as long as there are shifts.
    pub(crate) fn run(
        &self,
        text: &[S],
        first: usize,
        out: &mut [i32],
        scratch: &mut Scratch,
        monitor: &Monitor,
    ) -> Result<(), Interrupted> {
        let shifts = text.len() + 1 - self.planes.length;
        for start in (0..shifts).step_by(self.block) {
            let n = self.block.min(shifts - start);
            let text = &text[start..start + n + self.planes.length - 1];
            dispatch(
                self.isa,
                MakePlanes {
                    plan: self,
                    text,
                    shifts: n,
                    scratch,
                },
            );
            for (rows, out) in self.rows[first..].iter().zip(out.chunks_mut(shifts)) {
                monitor.check()?;
                let room = &mut out[start..start + n];
                dispatch(
                    self.isa,
                    CountRows {
                        plan: self,
                        rows,
                        room,
                        scratch,
                    },
                );
            }
        }
        Ok(())
    }

    /// How many letters a pattern counts, and at how many positions.
    pub(crate) fn counted(&self, pattern: usize) -> (usize, usize) {
        let rows = &self.rows[pattern];
        let mut letters: Vec<usize> = rows
            .iter()
            .map(|&row| row as usize / (8 * self.planes.stride))
            .collect();
        letters.sort_unstable();
        letters.dedup();
        (letters.len(), rows.len())
    }
}

struct MakePlanes<'a, S: Symbol> {
    plan: &'a Together<S>,
    text: &'a [S],
    shifts: usize,
    scratch: &'a mut Scratch,
}

impl<S: Symbol> Kernel for MakePlanes<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Simd>(self, simd: V) {
        let wide = 8 * V::BYTES;
        let shifts = self.shifts.next_multiple_of(wide);
        make_planes(
            simd,
            &self.plan.letters,
            &self.plan.planes,
            self.text,
            shifts,
            self.scratch,
        );
    }
}

struct CountRows<'a, S: Symbol> {
    plan: &'a Together<S>,
    rows: &'a [u32],
    room: &'a mut [i32],
    scratch: &'a mut Scratch,
}

impl<S: Symbol> Kernel for CountRows<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Simd>(self, simd: V) {
        let base = self.rows.len() as i32;
        if self.rows.is_empty() {
            self.room.fill(base);
            return;
        }
        let units = self.room.len().div_ceil(8 * V::BYTES);
        let row_words = make_room::<V>(units, self.scratch);
        let Scratch { planes, totals, .. } = &mut *self.scratch;
        let n_planes = sum_rows(simd, self.rows, &self.plan.planes, planes, units, row_words, totals);
        write_out(simd, n_planes, units, self.room, Write::From(base), self.scratch);
    }
}

/// One block of shifts: those for which there is room and text, at most.
struct Block<'a, S: Symbol> {
    plan: &'a BitSliced<S>,
    text: &'a [S],
    room: &'a mut [i32],
    write: Write,
    scratch: &'a mut Scratch,
    monitor: &'a Monitor,
}

impl<S: Symbol> Kernel for Block<'_, S> {
    type Output = Result<usize, Interrupted>;

    #[inline(always)]
    fn run<V: Simd>(self, simd: V) -> Result<usize, Interrupted> {
        let wide = 8 * V::BYTES;
        let lost = self.plan.lost();
        let n = self.room.len().min(self.plan.usable());
        let units = (n + lost).div_ceil(wide);
        let mut write = self.write;
        if self.plan.segments.is_empty()
            && let Write::From(base) = write
        {
            self.room[..n].fill(base);
        }
        for segment in &self.plan.segments {
            self.monitor.check()?;
            let text = &self.text[segment.start..];
            make_planes(simd, &self.plan.letters, segment, text, units * wide, self.scratch);
            let planes = count(simd, segment, units, self.scratch);
            write_out(simd, planes, units, &mut self.room[..n], write, self.scratch);
            write = Write::Take;
        }
        Ok(n)
    }
}

/// The planes of a segment's letters over the first `shifts + length - 1` symbols of `text`, as far as it goes.
#[inline(always)]
fn make_planes<S: Symbol, V: Simd>(
    simd: V,
    letters: &Letters<S>,
    segment: &Segment,
    text: &[S],
    shifts: usize,
    scratch: &mut Scratch,
) {
    let text = &text[..text.len().min(shifts + segment.length)];
    let stride = segment.stride / 8; // in words from here on
    let copies = if segment.copies { 8 } else { 1 };
    if scratch.planes.len() < segment.bytes() / 8 {
        scratch.planes.resize(segment.bytes() / 8, 0);
    }
    let planes = &mut scratch.planes[..segment.bytes() / 8];
    let bytes = S::bytes(text);
    if let Some(bytes) = bytes
        && (segment.letters.len() <= MANY || letters.relation != Relation::Equal)
    {
        let (whole, rest) = bytes.as_chunks::<64>();
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        for (slot, &letter) in segment.letters.iter().enumerate() {
            let symbol = letters.symbols[letter as usize].id() as u8;
            let plane = &mut planes[(slot + 1) * copies * stride..][..stride];
            for (word, chunk) in plane.iter_mut().zip(whole.iter().chain(std::iter::once(&last))) {
                // SAFETY: a chunk is 64 bytes.
                *word = unsafe { simd.matching(chunk.as_ptr(), symbol, letters.relation) }.to_le();
            }
        }
    } else {
        set_bits(letters, segment, text, stride * copies, planes, &mut scratch.slots);
    }
    if segment.copies {
        for slot in 1..=segment.letters.len() {
            let (first, others) = planes[slot * 8 * stride..][..8 * stride].split_at_mut(stride);
            for (by, copy) in (1..8).zip(others.chunks_exact_mut(stride)) {
                for (i, word) in copy[..stride - 1].iter_mut().enumerate() {
                    let (low, high) = (u64::from_le(first[i]), u64::from_le(first[i + 1]));
                    *word = (low >> by | high << (64 - by)).to_le();
                }
            }
        }
    }
}

/// The planes of many letters: a bit for every symbol of the text, in its letter's plane, or in one of those that have none.
#[inline(always)]
fn set_bits<S: Symbol>(
    letters: &Letters<S>,
    segment: &Segment,
    text: &[S],
    apart: usize,
    planes: &mut [u64],
    slots: &mut Vec<u32>,
) {
    let words = text.len().div_ceil(64);
    for plane in planes.chunks_exact_mut(apart) {
        plane[..words].fill(0);
    }
    // All zeros between calls: symbols without a plane go to the first, which is nobody's.
    if slots.len() < letters.sigma() {
        slots.resize(letters.sigma(), 0);
    }
    for (slot, &letter) in segment.letters.iter().enumerate() {
        slots[letters.symbols[letter as usize].id()] = ((slot + 1) * apart) as u32;
    }
    for (w, chunk) in text.chunks(64).enumerate() {
        for (i, &symbol) in chunk.iter().enumerate() {
            planes[slots[symbol.id()] as usize + w] |= (1_u64 << i).to_le();
        }
    }
    for &letter in &segment.letters {
        slots[letters.symbols[letter as usize].id()] = 0;
    }
}

/// Room for counters of `units` vectors of shifts; returns how many words each plane of them has.
#[inline(always)]
fn make_room<V: Simd>(units: usize, scratch: &mut Scratch) -> usize {
    let row_words = units * V::BYTES / 8 + 8; // a vector is loaded one word further, where it is shifted
    for buffer in [&mut scratch.totals, &mut scratch.counters] {
        if buffer.len() < PLANES * row_words {
            buffer.resize(PLANES * row_words, 0);
        }
    }
    row_words
}

/// The vertical counters of all shifts, into `scratch.totals`: plane `p` of unit `u` at `(p * units + u) * BYTES`. Returns how many planes there are.
#[inline(always)]
fn count<V: Simd>(simd: V, segment: &Segment, units: usize, scratch: &mut Scratch) -> usize {
    let row_words = make_room::<V>(units, scratch);
    if segment.copies {
        return sum_rows(
            simd,
            &segment.rows,
            segment,
            &scratch.planes,
            units,
            row_words,
            &mut scratch.totals,
        );
    }
    let (mut start, mut n_planes) = (0, 0);
    for (residue, &end) in segment.ends.iter().enumerate() {
        let rows = &segment.rows[start..end];
        start = end;
        if rows.is_empty() {
            continue;
        }
        let own = sum_rows(
            simd,
            rows,
            segment,
            &scratch.planes,
            units,
            row_words,
            &mut scratch.counters,
        );
        // No more than all rows so far can come together.
        let sum = end.ilog2() as usize + 1;
        let by = residue as u32;
        add_shifted(
            simd,
            by,
            [own, n_planes, sum],
            units,
            row_words,
            &scratch.counters,
            &mut scratch.totals,
        );
        n_planes = sum;
    }
    n_planes
}

/// Add counters of `own` planes, shifted down by `by` bits, to totals of `n_planes`, which become `sum`.
#[inline(always)]
fn add_shifted<V: Simd>(
    simd: V,
    by: u32,
    [own, n_planes, sum]: [usize; 3],
    units: usize,
    row_words: usize,
    counters: &[u64],
    totals: &mut [u64],
) {
    let words = V::BYTES / 8;
    assert!(
        counters.len() >= PLANES * row_words && totals.len() >= PLANES * row_words && units * words + 8 <= row_words
    );
    for unit in 0..units {
        let mut carry = simd.zero();
        for p in 0..sum {
            let at = p * row_words + unit * words;
            // SAFETY: `at` plus a vector and a word more lies within the row of plane `p`, as asserted above.
            unsafe {
                let mut addend = simd.zero();
                if p < own {
                    addend = simd.load(counters.as_ptr().add(at).cast());
                    if by > 0 {
                        addend = simd.funnel(addend, simd.load(counters.as_ptr().add(at + 1).cast()), by);
                    }
                }
                let total = if p < n_planes {
                    simd.load(totals.as_ptr().add(at).cast())
                } else {
                    simd.zero()
                };
                simd.store(totals.as_mut_ptr().add(at).cast(), simd.parity(total, addend, carry));
                carry = simd.majority(total, addend, carry);
            }
        }
    }
}

/// Add up `rows` over `units` vectors of shifts, into rows of `row_words` words for each plane; returns how many planes there are.
#[inline(always)]
fn sum_rows<V: Simd>(
    simd: V,
    rows: &[u32],
    segment: &Segment,
    planes: &[u64],
    units: usize,
    row_words: usize,
    totals: &mut [u64],
) -> usize {
    let n_planes = rows.len().ilog2() as usize + 1;
    let last = rows.iter().copied().max().unwrap_or(0) as usize;
    // Every load: a row's first byte, and `units` vectors from there.
    assert!(last + units * V::BYTES <= size_of_val(planes) && segment.bytes() <= size_of_val(planes));
    assert!(n_planes <= PLANES && totals.len() >= n_planes * row_words && units * V::BYTES <= 8 * row_words);
    let (from, to) = (planes.as_ptr().cast::<u8>(), totals.as_mut_ptr());
    let words = V::BYTES / 8;
    let mut unit = 0;
    while unit < units {
        // SAFETY: rows are read within the planes and counters written within the totals, as asserted.
        unsafe {
            let (from, to) = (from.add(unit * V::BYTES), to.add(unit * words));
            if unit + UNITS > units {
                tree::<V, 1, PLANES>(simd, rows, from, to, row_words, n_planes);
                unit += 1;
                continue;
            }
            if n_planes <= FEW {
                tree::<V, UNITS, FEW>(simd, rows, from, to, row_words, n_planes);
            } else {
                tree::<V, UNITS, PLANES>(simd, rows, from, to, row_words, n_planes);
            }
            unit += UNITS;
        }
    }
    n_planes
}

/// A full adder: what `sum` carries when `a` and `b` are added to it.
#[inline(always)]
fn add<V: Simd, const U: usize>(simd: V, sum: &mut [V::Bits; U], a: [V::Bits; U], b: [V::Bits; U]) -> [V::Bits; U] {
    let mut carry = [simd.zero(); U];
    for u in 0..U {
        carry[u] = simd.majority(sum[u], a[u], b[u]);
        sum[u] = simd.parity(sum[u], a[u], b[u]);
    }
    carry
}

/// Add eight rows to three planes; what they carry.
#[inline(always)]
fn eight<V: Simd, const U: usize>(
    simd: V,
    [ones, twos, fours]: &mut [[V::Bits; U]; 3],
    rows: &[[V::Bits; U]; 8],
) -> [V::Bits; U] {
    let a = add(simd, ones, rows[0], rows[1]);
    let b = add(simd, ones, rows[2], rows[3]);
    let e = add(simd, twos, a, b);
    let c = add(simd, ones, rows[4], rows[5]);
    let d = add(simd, ones, rows[6], rows[7]);
    let f = add(simd, twos, c, d);
    add(simd, fours, e, f)
}

/// As [`eight`], with each row loaded where it is needed: all at once they would not fit the registers.
///
/// # Safety
/// `U` vectors must be readable at `from` plus each of `rows`.
#[inline(always)]
unsafe fn eight_at<V: Simd, const U: usize>(
    simd: V,
    [ones, twos, fours]: &mut [[V::Bits; U]; 3],
    rows: &[u32; 8],
    from: *const u8,
) -> [V::Bits; U] {
    // SAFETY: as promised by the caller.
    unsafe {
        let a = two_at(simd, ones, rows[0], rows[1], from);
        let b = two_at(simd, ones, rows[2], rows[3], from);
        let e = add(simd, twos, a, b);
        let c = two_at(simd, ones, rows[4], rows[5], from);
        let d = two_at(simd, ones, rows[6], rows[7], from);
        let f = add(simd, twos, c, d);
        add(simd, fours, e, f)
    }
}

/// Add two rows to the ones.
///
/// # Safety
/// `U` vectors must be readable at `from` plus each of the rows.
#[inline(always)]
unsafe fn two_at<V: Simd, const U: usize>(
    simd: V,
    ones: &mut [V::Bits; U],
    a: u32,
    b: u32,
    from: *const u8,
) -> [V::Bits; U] {
    let mut carry = [simd.zero(); U];
    for u in 0..U {
        // SAFETY: the caller promises U vectors from here.
        let (a, b) = unsafe {
            let from = from.add(u * V::BYTES);
            (simd.load(from.add(a as usize)), simd.load(from.add(b as usize)))
        };
        carry[u] = simd.majority(ones[u], a, b);
        ones[u] = simd.parity(ones[u], a, b);
    }
    carry
}

/// The first eight of `rows`, or as many as there are and zeros.
///
/// # Safety
/// `U` vectors must be readable at `from` plus each of `rows`.
#[inline(always)]
unsafe fn load<V: Simd, const U: usize>(simd: V, rows: &[u32], from: *const u8) -> [[V::Bits; U]; 8] {
    let mut bits = [[simd.zero(); U]; 8];
    for (bits, &row) in bits.iter_mut().zip(rows) {
        for u in 0..U {
            // SAFETY: the caller promises U vectors from here.
            bits[u] = unsafe { simd.load(from.add(row as usize + u * V::BYTES)) };
        }
    }
    bits
}

/// The carry-save adders: sixteen rows a round, the carries of rounds in a binary counter.
///
/// # Safety
/// `U` vectors must be readable at `from` plus each of `rows`, and writable at `to` plus each multiple of `row_words` below `n_planes` times it.
#[inline(always)]
unsafe fn tree<V: Simd, const U: usize, const LEVELS: usize>(
    simd: V,
    rows: &[u32],
    from: *const u8,
    to: *mut u64,
    row_words: usize,
    n_planes: usize,
) {
    let none = [simd.zero(); U];
    let (mut low, mut eights) = ([none; 3], none);
    // Of the levels from sixteen on: the sum, and a carry that waits for its mate.
    let mut sums = [none; LEVELS];
    let mut waiting = [none; LEVELS];
    let (rounds, rest) = rows.as_chunks::<ROUND>();
    for (round, rows) in rounds.iter().enumerate() {
        let (halves, _) = rows.as_chunks::<8>();
        // SAFETY: as promised by the caller.
        let (a, b) = unsafe {
            let a = eight_at(simd, &mut low, &halves[0], from);
            (a, eight_at(simd, &mut low, &halves[1], from))
        };
        let mut carry = add(simd, &mut eights, a, b);
        let (mut level, mut before) = (4, round);
        while before & 1 == 1 && level < LEVELS - 1 {
            carry = add(simd, &mut sums[level], waiting[level], carry);
            before >>= 1;
            level += 1;
        }
        waiting[level] = carry;
    }
    let mut carry = none;
    if !rest.is_empty() {
        let (first, second) = rest.split_at(rest.len().min(8));
        // SAFETY: as promised by the caller.
        let (a, b) = unsafe { (load(simd, first, from), load(simd, second, from)) };
        let a = eight(simd, &mut low, &a);
        let b = if second.is_empty() {
            none
        } else {
            eight(simd, &mut low, &b)
        };
        carry = add(simd, &mut eights, a, b);
    }
    // Carries that wait still are those of the binary digits of the number of rounds.
    [sums[0], sums[1], sums[2]] = low;
    sums[3] = eights;
    for level in 4..n_planes {
        let mate = if rounds.len() >> (level - 4) & 1 == 1 {
            waiting[level]
        } else {
            none
        };
        carry = add(simd, &mut sums[level], mate, carry);
    }
    for (p, sum) in sums[..n_planes].iter().enumerate() {
        for u in 0..U {
            // SAFETY: the caller promises U vectors in each row.
            unsafe { simd.store(to.add(p * row_words).cast::<u8>().add(u * V::BYTES), sum[u]) };
        }
    }
}

/// Turn the totals into numbers, and write those that there is room for.
#[inline(always)]
fn write_out<V: Simd>(simd: V, n_planes: usize, units: usize, room: &mut [i32], write: Write, scratch: &mut Scratch) {
    let (words, wide) = (V::BYTES / 8, 8 * V::BYTES);
    let row_words = units * words + 8;
    let n_planes = n_planes.min(PLANES);
    assert!(scratch.totals.len() >= n_planes * row_words);
    scratch.numbers.resize(wide, 0);
    let totals = scratch.totals.as_ptr();
    for unit in 0..units {
        let start = (unit * wide).min(room.len());
        let room = &mut room[start..];
        if room.len() >= wide {
            // SAFETY: a vector within the row of every plane, as asserted; and there is room for all its numbers.
            unsafe { simd.unpack(totals.add(unit * words), row_words, n_planes, room.as_mut_ptr(), write) };
        } else {
            let n = room.len();
            scratch.numbers[..n].copy_from_slice(room);
            // SAFETY: a vector within the row of every plane, as asserted; and as many numbers as it has bits.
            unsafe {
                simd.unpack(
                    totals.add(unit * words),
                    row_words,
                    n_planes,
                    scratch.numbers.as_mut_ptr(),
                    write,
                )
            };
            room.copy_from_slice(&scratch.numbers[..n]);
        }
    }
}
