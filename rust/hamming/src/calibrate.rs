//! The table of costs, measured on the machine at hand.

use std::sync::Arc;
use std::time::Instant;

use porism_convolution::{Accumulator, Correlator, Real, Scratch, Spectrum};
use porism_runtime::{Isa, Monitor, Pool};

use crate::arch::Write;
use crate::bit_sliced::{self, BitSliced};
use crate::byte_simd::{self, ByteSimd};
use crate::costs::Costs;
use crate::error::Error;
use crate::letters::Letters;
use crate::relation::Relation;
use crate::scatter::Scatter;
use crate::symbol::Symbol;

/// Shifts at which kernels are timed.
const SHIFTS: usize = 1 << 17;

/// Measure what the kernels cost on this machine, in about a second, and let every later plan be made by it. The few costs that are hard to tell apart are scaled
/// as the rows of the bit-sliced kernel are.
///
/// # Errors
/// [`Error::Interrupted`], [`Error::TooLarge`].
pub fn calibrate(isa: Isa, monitor: &Monitor) -> Result<Costs, Error> {
    Costs::set(None);
    let shipped = Costs::of(isa);
    let per_row = |sigma: usize, m: usize| -> Result<f64, Error> {
        // What m more rows take: planes and counters are about the same.
        let (short, long) = (by_bits(sigma, m, isa, monitor)?, by_bits(sigma, 2 * m, isa, monitor)?);
        Ok((long - short).max(short / 8.0) / (SHIFTS * m) as f64)
    };
    let row = [per_row(4, 4096)?, per_row(200, 4096)?, per_row(4000, 8192)?];
    let scale = row[0] / shipped.row[0];
    let dense = by_scatter(4, 1024, monitor)?;
    let pair = dense / (SHIFTS * 1024 / 4) as f64;
    let sparse = by_scatter(1 << 14, 1 << 12, monitor)?;
    // A quarter of these letters is in the pattern, once.
    let list = (4.0 * (sparse / SHIFTS as f64 - shipped.lookup)).max(pair);
    let costs = Costs {
        compare: [
            by_bytes::<u8>(isa, monitor)?,
            by_bytes::<u16>(isa, monitor)?,
            by_bytes::<u32>(isa, monitor)?,
        ],
        row,
        plane: shipped.plane * scale,
        copies: shipped.copies * scale,
        set: shipped.set,
        unpack: shipped.unpack * scale,
        merge: shipped.merge * scale,
        write: shipped.write,
        pair,
        lookup: shipped.lookup,
        list,
        single: points::<f32>(monitor)?,
        double: points::<f64>(monitor)?,
    };
    Costs::set(Some(costs));
    Ok(costs)
}

/// The least of three times that `work` takes, in nanoseconds.
fn nanoseconds(mut work: impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut least = f64::INFINITY;
    for _ in 0..3 {
        let start = Instant::now();
        work()?;
        least = least.min(start.elapsed().as_nanos() as f64);
    }
    Ok(least)
}

/// Letters drawn evenly.
fn draw<S: Symbol>(sigma: usize, n: usize) -> Vec<S> {
    let mut state = 88_172_645_463_325_252_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        S::from_id((state >> 33) as usize % sigma)
    };
    (0..n).map(next).collect()
}

/// A text and the letters of its beginning.
fn strings<S: Symbol>(sigma: usize, m: usize) -> (Vec<S>, Arc<Letters<S>>, Vec<usize>) {
    let text = draw(sigma, SHIFTS + m - 1);
    let letters = Arc::new(Letters::new(&text[..m], sigma, None, Relation::Equal));
    let all = (0..letters.len()).collect();
    (text, letters, all)
}

fn by_bits(sigma: usize, m: usize, isa: Isa, monitor: &Monitor) -> Result<f64, Error> {
    let mut out = vec![0; SHIFTS];
    let mut scratch = bit_sliced::Scratch::default();
    let (text, letters, all) = strings::<u16>(sigma, m);
    let plan = BitSliced::new(&letters, &all, 0, isa);
    nanoseconds(|| Ok(plan.run(&text, &mut out, Write::From(0), &mut scratch, monitor)?))
}

fn by_bytes<S: Symbol>(isa: Isa, monitor: &Monitor) -> Result<f64, Error> {
    const M: usize = 64;
    let mut out = vec![0; SHIFTS];
    let mut scratch = byte_simd::Scratch::default();
    let (text, letters, all) = strings::<S>(200, M);
    let plan = ByteSimd::new(&letters, &all, isa);
    let took = nanoseconds(|| Ok(plan.run(&text, &mut out, Write::From(0), &mut scratch, monitor)?))?;
    Ok(took / (SHIFTS * M) as f64)
}

fn by_scatter(sigma: usize, m: usize, monitor: &Monitor) -> Result<f64, Error> {
    let mut out = vec![0; SHIFTS];
    let (text, letters, all) = strings::<u16>(sigma, m);
    let plan = Scatter::new(&letters, &all);
    nanoseconds(|| plan.run(&text, &mut out, monitor).map(|_| ()).map_err(Error::from))
}

/// What a point of transforms of 2^10, 2^12, … 2^20 points costs, with loading and the product.
fn points<T: Real>(monitor: &Monitor) -> Result<[f64; 6], Error> {
    let mut costs = [0.0; 6];
    let alone = Pool::new(1)?;
    for (cost, log) in costs.iter_mut().zip((10..).step_by(2)) {
        let len = 1_usize << log;
        let correlator = Correlator::<T>::new(len, len / 4)?;
        let transform = correlator.transform();
        let text: Vec<u8> = draw(4, 2 * len);
        let (mut block, mut sum, mut scratch) = (
            Spectrum::new(transform)?,
            Accumulator::new(transform)?,
            Scratch::default(),
        );
        let pattern = correlator.pattern(|j| T::rounded(f64::from(text[j] & 1)), &mut scratch, &alone, monitor)?;
        let took = nanoseconds(|| {
            sum.clear();
            correlator.load(&mut block, &text[..len], &text[len..], |&t| {
                T::rounded(f64::from(u8::from(t == 1)))
            });
            block.transform(transform, &mut scratch, &alone, monitor)?;
            sum.add_conjugate(&block, &pattern);
            Ok(())
        })?;
        *cost = took / len as f64;
    }
    Ok(costs)
}
