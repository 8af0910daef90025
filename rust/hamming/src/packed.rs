//! The counting step of Chan, Jin, Vassilevska Williams and Xu: letters too frequent to scatter and too rare to be worth a whole transform.
//!
//! Reconstructed from the theorem, the paper's text not having been at hand: a letter with `x` positions in a text block and `y` in the pattern has pairs of average multiplicity
//! `λ = xy/U` over `U` shifts. For `λ ≤ 1` its pairs are scattered; for `λ ≥ log² U` transforms are no dearer than `√(xyU)`; between, `g` consecutive shifts share a coefficient
//! of a transform `g` times shorter, with fields of `b` bits. By Cauchy and Schwarz the sum of `√(xyU)` over all letters is `O(m^1.5)` for a text of length `O(m)`.
//!
//! A field is right if no count in its coefficient reaches `2^b`. That is so if the letter has fewer than `2^b` positions in the pattern (letters share fields as long as
//! their positions together are fewer), and needs a certificate otherwise: with `p` a random prime, an exact convolution modulo `p` gives for each residue `h` the sum
//! `R(h)` of the counts at all shifts congruent to `h`. Counts are not negative, so `R(s mod p) < 2^b` proves that of shift `s`. What remains is settled with fresh primes: where a shift
//! is the only unresolved one of its residue, its count is `R(h)` less what is known already. For that to be so, all shifts at which a part of the text and the pattern overlap are
//! counted, not only those asked for. Chance costs time only.
//!
//! Everything is exact: transforms carry a proved rounding bound, fields are chosen so that it holds, and where a few primes leave shifts unresolved, their pairs are counted one by one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use porism_convolution::{Accumulator, Complex, Correlator, Scratch, Spectrum, multiply};
use porism_runtime::{Monitor, Pool};

use crate::chunks::for_chunks;
use crate::error::Error;
use crate::letters::Letters;
use crate::symbol::Symbol;

/// How counts are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fields {
    /// Shifts per coefficient.
    shifts: usize,
    /// Bits per field.
    bits: u32,
}

/// What became of packed counts.
#[derive(Debug, Default)]
pub struct Certificates {
    /// Packed coefficients read.
    pub fields: AtomicU64,
    /// Shifts whose count a first prime did not certify.
    pub unresolved: AtomicU64,
    /// Primes drawn after the first.
    pub recursions: AtomicU64,
}

/// Bytes that spectra of the pattern may take at once.
const SPECTRA: usize = 1 << 28;

/// Rounds of primes before what is left is counted pair by pair.
const ROUNDS: usize = 12;

/// Which letters are counted this way.
#[derive(Debug)]
pub(crate) struct Packed<S> {
    letters: Arc<Letters<S>>,
    /// Letters whose positions together are fewer than a field holds.
    groups: Vec<Vec<usize>>,
    /// Letters that need certificates.
    certified: Vec<usize>,
    fields: Fields,
    pattern_len: usize,
    block_len: usize,
    seed: u64,
}

/// The fields for counts below `2^bits`: as many to a coefficient as leave the certificate of double precision some room.
fn fields(bits: u32) -> Fields {
    let shifts = (1..=16).rev().find(|g| (2 * g - 1) * bits as usize <= 40).unwrap_or(1);
    Fields { shifts, bits }
}

/// The length of transforms for `shifts` shifts of `coefficients` of a pattern: two, four, eight or sixteen times as many, whichever takes the fewest points in all, and no longer
/// than the text needs.
fn block_len(coefficients: usize, shifts: usize) -> usize {
    let least = (2 * coefficients).next_power_of_two().max(1 << 10);
    let points = |len: usize| shifts.div_ceil(len - coefficients + 1).div_ceil(2) * len;
    let longer = [1, 2, 4, 8].map(|factor| least * factor);
    longer.into_iter().min_by_key(|&len| points(len)).unwrap_or(least)
}

/// Plans for the letters `chosen`: those with few positions by many small fields, those with more by few large ones. With `bits` all are packed in fields of so many,
/// whatever they count.
pub(crate) fn plans<S: Symbol>(
    letters: &Arc<Letters<S>>,
    chosen: &[usize],
    m: usize,
    shifts: usize,
    bits: Option<u32>,
    seed: u64,
) -> Vec<Packed<S>> {
    let make = |chosen: &[usize], fields: Fields| {
        let coefficients = m.div_ceil(fields.shifts) + 1;
        let block_len = block_len(coefficients, shifts.div_ceil(fields.shifts));
        Packed::new(letters, chosen, m, block_len, fields, seed)
    };
    if let Some(bits) = bits {
        return vec![make(chosen, fields(bits))];
    }
    let few = |&letter: &usize| letters.positions(letter).len() < 1 << 8;
    let (small, large): (Vec<_>, Vec<_>) = chosen.iter().copied().partition(few);
    let plans = [(small, fields(8)), (large, fields(13))];
    plans
        .into_iter()
        .filter(|(chosen, _)| !chosen.is_empty())
        .map(|(chosen, fields)| make(&chosen, fields))
        .collect()
}

impl<S: Symbol> Packed<S> {
    /// Prepare to count the letters `chosen` in transforms of `block_len` coefficients.
    pub(crate) fn new(
        letters: &Arc<Letters<S>>,
        chosen: &[usize],
        pattern_len: usize,
        block_len: usize,
        fields: Fields,
        seed: u64,
    ) -> Self {
        let room = (1_usize << fields.bits) - 1;
        let (mut groups, mut certified) = (Vec::<Vec<usize>>::new(), Vec::new());
        let mut left = 0;
        for &letter in chosen {
            let count = letters.positions(letter).len();
            if count > room {
                certified.push(letter);
            } else if let Some(group) = groups.last_mut().filter(|_| count <= left) {
                group.push(letter);
                left -= count;
            } else {
                groups.push(vec![letter]);
                left = room - count;
            }
        }
        Self {
            letters: Arc::clone(letters),
            groups,
            certified,
            fields,
            pattern_len,
            block_len,
            seed,
        }
    }

    /// Coefficients that a pattern takes.
    fn coefficients(&self) -> usize {
        self.pattern_len.div_ceil(self.fields.shifts) + 1
    }

    /// Take the matches at all shifts of `text` from `out`. Returns the number of butterflies.
    pub(crate) fn run(
        &self,
        text: &[S],
        out: &mut [i32],
        pool: &Pool,
        certificates: &Certificates,
        monitor: &Monitor,
    ) -> Result<u64, Error> {
        let mut butterflies = 0;
        let many = (SPECTRA / (16 * self.block_len)).max(1);
        for groups in self.groups.chunks(many) {
            butterflies += self.grouped(groups, text, out, pool, certificates, monitor)?;
        }
        for letter in &self.certified {
            butterflies += self.checked(*letter, text, out, pool, certificates, monitor)?;
        }
        Ok(butterflies)
    }

    /// The spectrum of a letter's positions: the later of those that share a coefficient weighs less, so that the fields of a product count shifts.
    fn spectrum(&self, letter: usize, correlator: &Correlator<f64>, monitor: &Monitor) -> Result<Spectrum<f64>, Error> {
        let g = self.fields.shifts;
        let mut spectrum = Spectrum::new(correlator.transform())?;
        let signal = spectrum.signal();
        signal.fill(Complex::new(0.0, 0.0));
        for &j in self.letters.positions(letter) {
            let (at, field) = (j as usize / g, g - 1 - j as usize % g);
            signal[at].re += (1_u64 << (self.fields.bits as usize * field)) as f64;
        }
        spectrum.transform(correlator.transform(), &mut Scratch::default(), &Pool::new(1)?, monitor)?;
        Ok(spectrum)
    }

    /// Letters whose fields cannot overflow, two parts of the text at a time.
    fn grouped(
        &self,
        groups: &[Vec<usize>],
        text: &[S],
        out: &mut [i32],
        pool: &Pool,
        certificates: &Certificates,
        monitor: &Monitor,
    ) -> Result<u64, Error> {
        let alone = Pool::new(1)?;
        let correlator = Correlator::<f64>::new(self.block_len, self.coefficients())?;
        let spectra: Result<Vec<Vec<_>>, Error> = groups
            .iter()
            .map(|group| {
                group
                    .iter()
                    .map(|&letter| self.spectrum(letter, &correlator, monitor))
                    .collect()
            })
            .collect();
        let spectra = spectra?;
        let n_letters: usize = groups.iter().map(Vec::len).sum();
        let transforms = AtomicU64::new(n_letters as u64);
        // A coefficient of the product is one of g shifts and their g - 1 neighbours before them.
        let step = (correlator.step() - 1) * self.fields.shifts;
        for_chunks(
            pool,
            out,
            2 * step,
            || Memory::new(&correlator),
            |memory, start, out| {
                let memory = memory.as_mut().map_err(|error| error.clone())?;
                let (first, second) = out.split_at_mut(step.min(out.len()));
                let part = |from: usize, n: usize| {
                    if n == 0 {
                        &text[..0]
                    } else {
                        &text[from..][..n + self.pattern_len - 1]
                    }
                };
                let parts = [part(start, first.len()), part(start + first.len(), second.len())];
                for (group, spectra) in groups.iter().zip(&spectra) {
                    memory.sum.clear();
                    for (&letter, pattern) in group.iter().zip(spectra) {
                        monitor.check()?;
                        self.load(&correlator, memory, letter, parts, 0, &alone, monitor)?;
                        memory.sum.add_conjugate(&memory.block, pattern);
                    }
                    transforms.fetch_add(group.len() as u64 + 1, Ordering::Relaxed);
                    self.unpack(
                        &correlator,
                        memory,
                        [&mut *first, &mut *second],
                        certificates,
                        &alone,
                        monitor,
                    )?;
                }
                Ok(())
            },
        )?;
        Ok(transforms.into_inner() * butterflies(self.block_len))
    }

    /// A letter whose fields can overflow.
    fn checked(
        &self,
        letter: usize,
        text: &[S],
        out: &mut [i32],
        pool: &Pool,
        certificates: &Certificates,
        monitor: &Monitor,
    ) -> Result<u64, Error> {
        let alone = Pool::new(1)?;
        let m = self.pattern_len;
        let length = (2 * m).clamp(1 << 10, 1 << 20).min(out.len());
        // All shifts at which a part and the pattern overlap.
        let all = length + 2 * (m - 1);
        let block_len = (all / self.fields.shifts + self.coefficients() + 2).next_power_of_two();
        let correlator = Correlator::<f64>::new(block_len, self.coefficients())?;
        let pattern = self.spectrum(letter, &correlator, monitor)?;
        let work = AtomicU64::new(butterflies(block_len));
        for_chunks(
            pool,
            out,
            length,
            || Memory::new(&correlator),
            |memory, start, out| {
                monitor.check()?;
                let memory = memory.as_mut().map_err(|error| error.clone())?;
                let part = &text[start..][..out.len() + m - 1];
                self.load(&correlator, memory, letter, [part, &[]], m - 1, &alone, monitor)?;
                memory.sum.clear();
                memory.sum.add_conjugate(&memory.block, &pattern);
                let mut counts = std::mem::take(&mut memory.counts);
                counts.clear();
                counts.resize(out.len() + 2 * (m - 1), 0);
                self.unpack(
                    &correlator,
                    memory,
                    [&mut counts, &mut []],
                    certificates,
                    &alone,
                    monitor,
                )?;
                let seed = self.seed ^ (start as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (letter as u64) << 32;
                let more = self.certify(letter, part, &mut counts, seed, certificates, &alone, monitor)?;
                work.fetch_add(2 * butterflies(block_len) + more, Ordering::Relaxed);
                out.iter_mut()
                    .zip(&counts[m - 1..])
                    .for_each(|(out, count)| *out += count);
                memory.counts = counts;
                Ok(())
            },
        )?;
        Ok(work.into_inner())
    }

    /// Pack the letter's indicator over both parts of the text, behind `pad` zeros, and transform it.
    #[allow(clippy::too_many_arguments)]
    fn load(
        &self,
        correlator: &Correlator<f64>,
        memory: &mut Memory,
        letter: usize,
        parts: [&[S]; 2],
        pad: usize,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        let Fields { shifts: g, bits } = self.fields;
        let (symbol, relation) = (self.letters.symbols[letter], self.letters.relation);
        for (signal, part) in memory.signals.iter_mut().zip(parts) {
            signal.clear();
            signal.resize((pad + part.len()).div_ceil(g), 0.0);
            for (i, &t) in part.iter().enumerate() {
                if relation.matches(t, symbol) {
                    let i = i + pad;
                    signal[i / g] += (1_u64 << (bits as usize * (i % g))) as f64;
                }
            }
        }
        let [first, second] = &memory.signals;
        correlator.load(&mut memory.block, first, second, |&value| value);
        memory
            .block
            .transform(correlator.transform(), &mut memory.scratch, pool, monitor)?;
        Ok(())
    }

    /// Transform the sum back and take the fields of its coefficients from the shifts that they count.
    fn unpack(
        &self,
        correlator: &Correlator<f64>,
        memory: &mut Memory,
        out: [&mut [i32]; 2],
        certificates: &Certificates,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        let Fields { shifts: g, bits } = self.fields;
        let mask = (1_i64 << bits) - 1;
        let found = correlator.finish(&mut memory.sum, &mut memory.scratch, pool, monitor)?;
        let longest = out.iter().map(|part| part.len()).max().unwrap_or(0);
        let [first, second] = out;
        for at in 0..=longest.div_ceil(g) {
            let (a, b) = found.get(at);
            for (coefficient, part) in [(a, &mut *first), (b, &mut *second)] {
                for field in 0..2 * g - 1 {
                    // Field f counts shift g·at + f - (g - 1).
                    let shift = (g * at + field).wrapping_sub(g - 1);
                    if let Some(out) = part.get_mut(shift) {
                        *out -= (coefficient >> (bits as usize * field) & mask) as i32;
                    }
                }
            }
        }
        certificates
            .fields
            .fetch_add(longest.div_ceil(g) as u64 * 2, Ordering::Relaxed);
        Ok(())
    }

    /// Make minus the counts of a letter at all overlapping shifts right, where a prime does not prove that they are. Returns the butterflies.
    #[allow(clippy::too_many_arguments)]
    fn certify(
        &self,
        letter: usize,
        text: &[S],
        counts: &mut [i32],
        mut seed: u64,
        certificates: &Certificates,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<u64, Error> {
        let reach = 2 * self.fields.shifts;
        let (symbol, relation) = (self.letters.symbols[letter], self.letters.relation);
        let places: Vec<usize> = (0..text.len()).filter(|&i| relation.matches(text[i], symbol)).collect();
        let positions = self.letters.positions(letter);
        let universe = counts.len() as f64;
        let multiplicity = places.len() as f64 * positions.len() as f64 / universe;
        let size = (universe * multiplicity.max(1.0).sqrt() / universe.log2().max(1.0)) as u64;
        let mut wrong: Vec<usize> = Vec::new();
        let mut work = 0;
        for round in 0..ROUNDS {
            let prime = random_prime(size.max(64), &mut seed);
            let sums = self.residues(&places, positions, prime, pool, monitor)?;
            work += 3 * butterflies((2 * prime).next_power_of_two());
            if round == 0 {
                // A field that overflows disturbs those above it in its coefficient.
                let mut reached = 0;
                for shift in 0..counts.len() {
                    if sums[shift % prime] >> self.fields.bits > 0 {
                        wrong.extend(shift.saturating_sub(reach).max(reached)..(shift + reach).min(counts.len()));
                        reached = (shift + reach).min(counts.len());
                    }
                }
                certificates.unresolved.fetch_add(wrong.len() as u64, Ordering::Relaxed);
            } else {
                certificates.recursions.fetch_add(1, Ordering::Relaxed);
                isolate(counts, &mut wrong, &sums);
            }
            if wrong.is_empty() {
                break;
            }
        }
        // Unlucky, or too many of them.
        let is_place: Vec<bool> = text.iter().map(|&t| relation.matches(t, symbol)).collect();
        for &shift in &wrong {
            monitor.check()?;
            let at = |j: u32| (shift + j as usize).checked_sub(self.pattern_len - 1);
            let pairs = positions
                .iter()
                .filter(|&&j| at(j).and_then(|i| is_place.get(i)) == Some(&true));
            counts[shift] = -(pairs.count() as i32);
        }
        let total: u64 = counts.iter().map(|count| u64::from(count.unsigned_abs())).sum();
        assert_eq!(
            total,
            places.len() as u64 * positions.len() as u64,
            "all pairs are counted once"
        );
        Ok(work)
    }

    /// The sums of the counts at all overlapping shifts, by residues.
    fn residues(
        &self,
        places: &[usize],
        positions: &[u32],
        prime: usize,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<Vec<u64>, Error> {
        let (mut x, mut y) = (vec![0_u64; prime], vec![0_u64; prime]);
        places.iter().for_each(|&i| x[i % prime] += 1);
        positions
            .iter()
            .for_each(|&j| y[(self.pattern_len - 1 - j as usize) % prime] += 1);
        let (product, _) = multiply(&x, &y, pool, monitor)?;
        let mut sums = vec![0; prime];
        product
            .iter()
            .enumerate()
            .for_each(|(z, count)| sums[z % prime] += count);
        Ok(sums)
    }
}

/// Settle the shifts that are the only wrong ones of their residue.
fn isolate(counts: &mut [i32], wrong: &mut Vec<usize>, sums: &[u64]) {
    let prime = sums.len();
    let mut known = vec![0_u64; prime];
    let mut members = vec![0_u32; prime];
    wrong.iter().for_each(|&shift| members[shift % prime] += 1);
    let mut next = wrong.iter().copied().peekable();
    for (shift, &count) in counts.iter().enumerate() {
        if next.peek() == Some(&shift) {
            next.next();
        } else {
            known[shift % prime] += u64::from(count.unsigned_abs());
        }
    }
    wrong.retain(|&shift| {
        let h = shift % prime;
        if members[h] == 1 {
            counts[shift] = -((sums[h] - known[h]) as i32);
        }
        members[h] != 1
    });
}

fn butterflies(len: usize) -> u64 {
    len as u64 / 2 * u64::from(len.trailing_zeros())
}

/// A random prime between `low` and about twice as much.
fn random_prime(low: u64, state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let mut candidate = (low + (mixed ^ (mixed >> 31)) % low) | 1;
    let is_prime = |n: u64| {
        n > 2
            && (3..)
                .step_by(2)
                .take_while(|d| d * d <= n)
                .all(|d| !n.is_multiple_of(d))
    };
    while !is_prime(candidate) {
        candidate += 2;
    }
    candidate as usize
}

struct Memory {
    block: Spectrum<f64>,
    sum: Accumulator<f64>,
    scratch: Scratch<f64>,
    signals: [Vec<f64>; 2],
    counts: Vec<i32>,
}

impl Memory {
    fn new(correlator: &Correlator<f64>) -> Result<Self, Error> {
        let transform = correlator.transform();
        Ok(Self {
            block: Spectrum::new(transform)?,
            sum: Accumulator::new(transform)?,
            scratch: Scratch::default(),
            signals: [Vec::new(), Vec::new()],
            counts: Vec::new(),
        })
    }
}
