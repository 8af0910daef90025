//! Which letters are counted by which kernel.
//!
//! Every exact method is "choose a kernel for each letter, add up". The planner compares what each kernel would cost for each letter, by a table of
//! measured costs and counts of the letters in a sample of the text; it never times anything within a call, and nothing but time depends on it.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use porism_runtime::{Isa, Monitor, Pool};

use crate::arch::Write;
use crate::bit_sliced::{self, BitSliced};
use crate::byte_simd::{self, ByteSimd};
use crate::chunks::for_chunks;
use crate::costs::Costs;
use crate::error::Error;
use crate::fft::{self, Fft};
use crate::letters::Letters;
use crate::naive;
use crate::packed::{self, Certificates, Packed};
use crate::relation::Relation;
use crate::scatter::Scatter;
use crate::symbol::Symbol;

/// How matches are counted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Method {
    /// The definition: every pair of symbols.
    Naive,
    /// Every pair, many at a time.
    ByteSimd,
    /// Bit planes and carry-save adders.
    BitSliced,
    /// An increment for every matching pair.
    Scatter,
    /// A transform for every letter (Fischer and Paterson).
    Fft,
    /// Transforms for letters that stand at more than √(m log m) positions of the pattern, or so many as is said; an increment for every pair of the others (Abrahamson).
    Abrahamson(Option<f64>),
    /// Increments for rare letters, packed transforms for those between, plain ones for frequent letters (Chan, Jin, Vassilevska Williams, Xu).
    Packed {
        /// Bits of a field, None for what the rounding bound allows.
        bits: Option<u32>,
        /// Of the primes that certify.
        seed: u64,
    },
    /// Whatever is cheapest, letter by letter.
    #[default]
    Auto,
    /// A kernel for each letter drawn by this seed: what tests of mixtures use.
    Mixed(u64),
}

/// What one kernel does of the work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Its name.
    pub kernel: &'static str,
    /// Letters that it counts.
    pub n_letters: usize,
    /// Positions of the pattern that hold them.
    pub n_positions: usize,
    /// What that is expected to cost in nanoseconds of one core; 0 where nobody asked.
    pub cost: f64,
}

/// Elementary operations made.
#[derive(Debug, Default)]
pub struct Operations {
    /// Symbols compared.
    pub comparisons: AtomicU64,
    /// Shifts in rows of bits.
    pub row_shifts: AtomicU64,
    /// Matching pairs.
    pub increments: AtomicU64,
    /// Butterflies of transforms.
    pub butterflies: AtomicU64,
    /// Packed counts: what was read, certified and settled later.
    pub certificates: Certificates,
}

/// Kernels for all letters of a pattern.
#[derive(Debug)]
pub(crate) struct Plan<S> {
    naive: bool,
    bytes: Option<ByteSimd<S>>,
    bits: Option<BitSliced<S>>,
    scatter: Option<Scatter<S>>,
    fft: Option<Fft<S>>,
    packed: Vec<Packed<S>>,
    steps: Vec<Step>,
    pattern_len: usize,
}

/// Symbols of the text that are looked at to estimate how frequent letters are: at least so many, sixteen for each letter, and at most so many.
const SAMPLE: [usize; 3] = [1 << 12, 16, 1 << 16];

/// Counters that do not fit a first-level cache.
const NEAR: f64 = 16_384.0;

/// What a mixture of kernels must cost at most, as a share of one kernel for all letters: estimates of many letters err, and the choice among them errs on their side.
const MIXED: f64 = 0.85;

/// The shares of the letters in the text, by a sample of it: exact for short texts.
pub(crate) fn shares<S: Symbol>(text: &[S], letters: &Letters<S>) -> Vec<f64> {
    let mut counts = vec![0.0; letters.len()];
    let mut count = |at: usize| {
        for &letter in letters.matched(text[at]) {
            counts[letter as usize] += 1.0;
        }
    };
    let [least, each, most] = SAMPLE;
    let n = text.len().min((each * letters.len()).clamp(least, most));
    if text.len() == n {
        (0..n).for_each(&mut count);
    } else {
        // Places that no period of the text can avoid: Weyl's sequence of the golden ratio.
        let mut state = 0_u64;
        for _ in 0..n {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            count(((u128::from(state) * text.len() as u128) >> 64) as usize);
        }
    }
    counts.iter().map(|count| count / n.max(1) as f64).collect()
}

/// Kernels by letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Bytes,
    Bits,
    Scatter,
    Fft,
    Packed,
}

impl<S: Symbol> Plan<S> {
    /// Plan how `letters` of a pattern of `m` symbols are counted at all shifts of `text`. `block` shifts to a block, 0 for as many as are good.
    pub(crate) fn new(text: &[S], m: usize, letters: &Arc<Letters<S>>, method: Method, block: usize, isa: Isa) -> Self {
        let shifts = text.len() + 1 - m;
        let costs = Costs::of(isa);
        let n = letters.len();
        let positions: Vec<usize> = (0..n).map(|letter| letters.positions(letter).len()).collect();
        let sample = OnceCell::new();
        let share = || sample.get_or_init(|| shares(text, letters)).as_slice();
        let choices = match method {
            Method::Naive | Method::ByteSimd => vec![Choice::Bytes; n],
            Method::BitSliced => vec![Choice::Bits; n],
            Method::Scatter => vec![Choice::Scatter; n],
            Method::Fft => vec![Choice::Fft; n],
            Method::Abrahamson(threshold) => {
                let threshold = threshold.unwrap_or_else(|| (m as f64 * (m as f64).log2()).sqrt());
                let heavy = |&count: &usize| {
                    if count as f64 > threshold {
                        Choice::Fft
                    } else {
                        Choice::Scatter
                    }
                };
                positions.iter().map(heavy).collect()
            }
            Method::Packed { .. } => {
                let share = share();
                // By average multiplicity over blocks of the pattern's length; see the module `packed`.
                let log = (2.0 * m as f64).log2().max(1.0);
                let of = |letter: usize| match positions[letter] as f64 * share[letter] {
                    few if few <= 1.0 => Choice::Scatter,
                    many if many >= log * log => Choice::Fft,
                    _ => Choice::Packed,
                };
                (0..n).map(of).collect()
            }
            Method::Mixed(seed) => (0..n as u64)
                .map(|letter| {
                    let mixed = (letter + 1).wrapping_mul(seed | 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    [Choice::Bytes, Choice::Bits, Choice::Scatter, Choice::Fft][(mixed >> 62) as usize]
                })
                .collect(),
            Method::Auto => cheapest(&share, m, shifts, letters, &positions, &costs, block),
        };
        let of = |choice: Choice| -> Vec<usize> { (0..n).filter(|&letter| choices[letter] == choice).collect() };
        let mut plan = Self {
            naive: method == Method::Naive,
            bytes: None,
            bits: None,
            scatter: None,
            fft: None,
            packed: Vec::new(),
            steps: Vec::new(),
            pattern_len: m,
        };
        let mut step = |kernel: &'static str, chosen: &[usize], cost: f64| {
            plan.steps.push(Step {
                kernel,
                n_letters: chosen.len(),
                n_positions: chosen.iter().map(|&letter| positions[letter]).sum(),
                cost: if method == Method::Auto { cost } else { 0.0 },
            });
        };
        let job = Job {
            shifts,
            m,
            width: size_of::<S>(),
            block,
            relation: letters.relation,
        };
        let bytes = of(Choice::Bytes);
        if !bytes.is_empty() {
            let rows = bytes.iter().map(|&letter| positions[letter]).sum();
            step(
                if method == Method::Naive { "naive" } else { "byte-simd" },
                &bytes,
                costs.by_bytes(&job, rows),
            );
        }
        let bits = of(Choice::Bits);
        if !bits.is_empty() {
            let rows = bits.iter().map(|&letter| positions[letter]).sum();
            step("bit-sliced", &bits, costs.by_bits(&job, bits.len(), rows));
        }
        let scatter = of(Choice::Scatter);
        if !scatter.is_empty() {
            let share = share();
            let hits = scatter.iter().map(|&letter| share[letter]).sum();
            let pairs = scatter
                .iter()
                .map(|&letter| positions[letter] as f64 * share[letter] * shifts as f64)
                .sum();
            step("scatter", &scatter, costs.by_scatter(&job, pairs, hits));
        }
        let heavy = of(Choice::Fft);
        let transforms = job.transforms(heavy.len(), heavy.iter().map(|&letter| positions[letter]).sum());
        if !heavy.is_empty() {
            step("fft", &heavy, transforms.shape(&costs).cost);
        }
        let middle = of(Choice::Packed);
        if !middle.is_empty() {
            step("packed", &middle, 0.0);
        }
        if let Method::Packed { bits, seed } = method
            && !middle.is_empty()
        {
            plan.packed = packed::plans(letters, &middle, m, shifts, bits, seed);
        }
        if !bytes.is_empty() && !plan.naive {
            plan.bytes = Some(ByteSimd::new(letters, &bytes, isa));
        }
        if !bits.is_empty() {
            plan.bits = Some(BitSliced::new(letters, &bits, block, isa));
        }
        if !scatter.is_empty() {
            plan.scatter = Some(Scatter::new(letters, &scatter));
        }
        if !heavy.is_empty() {
            plan.fft = Some(Fft::new(letters, &heavy, &transforms, &costs, isa));
        }
        plan
    }

    /// What each kernel does.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Write `base` minus the matches to `out`, at all shifts of `text`.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn run(
        &self,
        text: &[S],
        pattern: &[S],
        letters: &Letters<S>,
        base: i32,
        out: &mut [i32],
        pool: &Pool,
        operations: &Operations,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        let m = self.pattern_len;
        let count = |counter: &AtomicU64, n: usize| counter.fetch_add(n as u64, Ordering::Relaxed);
        if self.naive {
            return for_chunks(
                pool,
                out,
                1 << 12,
                || (),
                |(), start, out| {
                    let text = &text[start..start + out.len() + m - 1];
                    // With sets there are no wildcards, and a text's set need be none of the pattern's.
                    let counted = |symbol| letters.relation != Relation::Equal || letters.has(symbol);
                    naive::matches_of(text, pattern, letters.relation, counted, out, monitor)?;
                    out.iter_mut().for_each(|matches| *matches = base - *matches);
                    count(&operations.comparisons, out.len() * m);
                    Ok(())
                },
            );
        }
        let mut write = Write::From(base);
        if let Some(fft) = &self.fft {
            let butterflies = fft.run(text, out, write, pool, monitor)?;
            count(&operations.butterflies, butterflies as usize);
            write = Write::Take;
        }
        for packed in &self.packed {
            if let Write::From(base) = write {
                out.fill(base);
                write = Write::Take;
            }
            let butterflies = packed.run(text, out, pool, &operations.certificates, monitor)?;
            count(&operations.butterflies, butterflies as usize);
        }
        if write == Write::Take && self.bytes.is_none() && self.bits.is_none() && self.scatter.is_none() {
            return Ok(());
        }
        // Long enough for a pattern's ends not to matter, short enough to be shared out.
        let length = m
            .clamp(1 << 14, 1 << 18)
            .min(out.len().div_ceil(2 * pool.n_threads()).max(1 << 12));
        // Whole blocks: a few shifts more would need planes of their own, as long as the pattern.
        let length = self
            .bits
            .as_ref()
            .map_or(length, |bits| length.next_multiple_of(bits.usable()));
        for_chunks(pool, out, length, Memory::default, |memory, start, out| {
            let text = &text[start..start + out.len() + m - 1];
            let mut write = write;
            if let Some(bits) = &self.bits {
                bits.run(text, out, write, &mut memory.bits, monitor)?;
                count(&operations.row_shifts, bits.n_rows() * out.len());
                write = Write::Take;
            }
            if let Some(bytes) = &self.bytes {
                bytes.run(text, out, write, &mut memory.bytes, monitor)?;
                count(&operations.comparisons, bytes.n_rows() * out.len());
                write = Write::Take;
            }
            if let Write::From(base) = write {
                out.fill(base);
            }
            if let Some(scatter) = &self.scatter {
                let pairs = scatter.run(text, out, monitor)?;
                count(&operations.increments, pairs as usize);
            }
            Ok(())
        })
    }
}

struct Memory<S> {
    bits: bit_sliced::Scratch,
    bytes: byte_simd::Scratch<S>,
}

impl<S> Default for Memory<S> {
    fn default() -> Self {
        Self {
            bits: bit_sliced::Scratch::default(),
            bytes: byte_simd::Scratch::default(),
        }
    }
}

/// What is to be done, as far as costs depend on it.
struct Job {
    shifts: usize,
    m: usize,
    /// Bytes of a symbol.
    width: usize,
    block: usize,
    relation: Relation,
}

impl Job {
    /// What transforms of `n_letters` letters at `rows` positions of the pattern are to do.
    fn transforms(&self, n_letters: usize, rows: usize) -> fft::Task {
        fft::Task {
            m: self.m,
            shifts: self.shifts,
            n_letters,
            whole: rows == self.m,
            single: self.relation == Relation::Equal,
        }
    }
}

impl Costs {
    fn by_bytes(&self, job: &Job, rows: usize) -> f64 {
        job.shifts as f64 * (rows as f64 * self.compare[job.width / 2] + self.write)
    }

    fn by_bits(&self, job: &Job, n_letters: usize, rows: usize) -> f64 {
        bit_sliced::cost(self, job.shifts, job.m, n_letters, rows, job.width == 1, job.block)
    }

    /// `hits` is the share of the text's symbols that are one of the letters.
    fn by_scatter(&self, job: &Job, pairs: f64, hits: f64) -> f64 {
        let missed = 1.0 + (job.m as f64 / NEAR).min(1.0);
        pairs * self.pair * missed + (job.shifts + job.m) as f64 * (self.lookup + hits * self.list)
    }
}

/// The cheapest kernel for each letter: one for all, or a mixture found greedily. The `shares` of the letters in the text are asked for where they matter.
fn cheapest<'a, S: Symbol>(
    shares: &dyn Fn() -> &'a [f64],
    m: usize,
    shifts: usize,
    letters: &Letters<S>,
    positions: &[usize],
    costs: &Costs,
    block: usize,
) -> Vec<Choice> {
    let job = Job {
        shifts,
        m,
        width: size_of::<S>(),
        block,
        relation: letters.relation,
    };
    let n = letters.len();
    let rows: usize = positions.iter().sum();
    let by_bytes = costs.by_bytes(&job, rows);
    // Short patterns are not worth a look at the text.
    if m <= 16 && by_bytes <= costs.by_bits(&job, n, rows) {
        return vec![Choice::Bytes; n];
    }
    let share = shares();
    // Letters by how many pairs they make for each of their positions: the rare ones first, which are scattered first.
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_unstable_by(|&a, &b| share[a].total_cmp(&share[b]).then(a.cmp(&b)));
    let pairs = |letter: usize| positions[letter] as f64 * share[letter] * shifts as f64;
    // Scatter the `rare` rarest, count the others in one of two ways: the cheapest cut is found by trying all.
    let (mut best, mut cut, mut rest_by) = (by_bytes, 0, Choice::Bytes);
    let (mut scattered, mut hits, mut rest) = (0.0, 0.0, rows);
    let stride = (n / 256).max(1);
    for rare in 0..=n {
        // With thousands of letters, not every cut is worth a look.
        if rare % stride == 0 || rare == n {
            let scatter = if rare == 0 {
                0.0
            } else {
                costs.by_scatter(&job, scattered, hits)
            };
            let (others, other) = if rest == 0 {
                (0.0, Choice::Scatter)
            } else {
                let bits = costs.by_bits(&job, n - rare, rest);
                let bytes = costs.by_bytes(&job, rest);
                if bits < bytes {
                    (bits, Choice::Bits)
                } else {
                    (bytes, Choice::Bytes)
                }
            };
            let mut cost = scatter + others;
            if rare > 0 && rest > 0 {
                cost /= MIXED;
            }
            if cost < best {
                (best, cut, rest_by) = (cost, rare, other);
            }
        }
        if rare < n {
            scattered += pairs(order[rare]);
            hits += share[order[rare]];
            rest -= positions[order[rare]];
        }
    }
    let mut choices = vec![rest_by; n];
    order[..cut]
        .iter()
        .for_each(|&letter| choices[letter] = Choice::Scatter);
    // Transforms instead for the heaviest letters, as long as the whole gets cheaper.
    let weight = |letter: usize| match choices[letter] {
        Choice::Scatter => pairs(letter) * costs.pair,
        _ => positions[letter] as f64 * shifts as f64 * costs.row[1],
    };
    // Letters that cost more than a transform more: none, as a rule, of thousands.
    let by_fft = |n_letters: usize, rows: usize| job.transforms(n_letters, rows).shape(costs).cost;
    let marginal = by_fft(2, 0) - by_fft(1, 0);
    let mut heavy: Vec<usize> = (0..n).filter(|&letter| weight(letter) > marginal).collect();
    if heavy.is_empty() && n > 4 {
        return choices;
    }
    heavy.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)).then(a.cmp(&b)));
    let many = heavy.len();
    heavy.extend((0..n).filter(|&letter| weight(letter) <= marginal));
    let total = |count: usize| -> f64 {
        let mut left = (0_usize, 0_usize, 0_usize, 0.0, 0.0);
        for &letter in &heavy[count..] {
            match choices[letter] {
                Choice::Scatter => {
                    left.3 += pairs(letter);
                    left.4 += share[letter];
                }
                Choice::Bytes => left.2 += positions[letter],
                _ => {
                    left.0 += 1;
                    left.1 += positions[letter];
                }
            }
        }
        let mut cost = if count == 0 {
            0.0
        } else {
            by_fft(count, heavy[..count].iter().map(|&letter| positions[letter]).sum())
        };
        if left.1 > 0 {
            cost += costs.by_bits(&job, left.0, left.1);
        }
        if left.2 > 0 {
            cost += costs.by_bytes(&job, left.2);
        }
        if left.3 > 0.0 {
            cost += costs.by_scatter(&job, left.3, left.4);
        }
        cost
    };
    if total(0).min(best) > by_fft(1, 0) {
        // A handful of letters is worth more together than one by one.
        let candidates = (0..=n).filter(|&count| count <= 64.min(many) || count == many || (count == n && n <= 4));
        let (count, _) = candidates
            .map(|count| (count, total(count)))
            .fold(
                (0, f64::INFINITY),
                |best, next| if next.1 < best.1 { next } else { best },
            );
        heavy[..count].iter().for_each(|&letter| choices[letter] = Choice::Fft);
    }
    choices
}
