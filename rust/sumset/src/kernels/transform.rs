//! `fft` and `ntt`: sums as products of indicator polynomials.

use porism_convolution::ntt::{Field, Goldilocks, Prime31, multiply_mod};
use porism_convolution::{Accumulator, Coefficients, Precision, Product, Real, Scratch, multiply_u128};

use crate::Error;
use crate::bits::Bits;
use crate::error::{check_size, try_filled};
use crate::instance::{Instance, Normal, Run, each_part};

/// The cheapest precision that is certified for this instance, if one is.
pub(crate) fn precision(instance: &Instance) -> Option<Precision> {
    let norm = |set: &Normal| match &set.weights {
        None => (set.values.len() as f64).sqrt(),
        Some(weights) => weights.iter().map(|w| (*w as f64) * (*w as f64)).sum::<f64>().sqrt(),
    };
    let levels = 128 - (instance.universe.max(2) - 1).leading_zeros();
    porism_convolution::certified(levels, 1, norm(&instance.rows) * norm(&instance.columns) * (1.0 + 1e-9))
}

fn product<T: Real, R>(
    instance: &Instance,
    run: &Run<'_>,
    read: impl FnOnce(&Coefficients<'_, T>) -> Result<R, Error>,
) -> Result<R, Error> {
    let len = usize::try_from(instance.universe).unwrap_or(usize::MAX);
    check_size(
        "transforms",
        instance.universe.next_power_of_two() * 2 * size_of::<T>() as u128,
    )?;
    let product = Product::<T>::new(len)?;
    let mut scratch = Scratch::default();
    let mut factor = |set: &Normal| {
        let coefficients = set
            .values
            .iter()
            .enumerate()
            .map(|(i, value)| (*value as usize, set.weight(i) as i64));
        product.factor(coefficients, &mut scratch, run.pool, run.monitor)
    };
    let a = factor(&instance.rows)?;
    let mut sum = Accumulator::new(product.transform())?;
    if instance.is_square {
        sum.add(&a, &a);
    } else {
        let b = factor(&instance.columns)?;
        sum.add(&a, &b);
    }
    drop(a);
    read(&product.finish(&mut sum, &mut scratch, run.pool, run.monitor)?)
}

/// The sums in the window as bits, and the precision that was used.
pub(crate) fn bits(instance: &Instance, precision: Precision, run: &Run<'_>) -> Result<Bits, Error> {
    fn read<T: Real>(instance: &Instance, run: &Run<'_>, coefficients: &Coefficients<'_, T>) -> Result<Bits, Error> {
        let mut bits = Bits::new(instance.len())?;
        let (start, len) = (instance.window.start as usize, bits.len);
        let folded = coefficients.folded();
        let half = folded.len();
        each_part(run, &mut bits.words, 1 << 12, |part, words| {
            for (i, word) in words.iter_mut().enumerate() {
                let first = 64 * ((part << 12) + i);
                for bit in 0..64.min(len - first) {
                    let position = start + first + bit;
                    let value = if position < half {
                        folded[position].re
                    } else {
                        folded[position - half].im
                    };
                    // A count is at least 1 or exactly 0, and the error is proved to be less than one half.
                    *word |= u64::from(value.wide() > 0.5) << bit;
                }
            }
        })?;
        Ok(bits)
    }
    if instance.is_empty() {
        return Bits::new(0);
    }
    match precision {
        Precision::F32 => product::<f32, _>(instance, run, |c| read(instance, run, c)),
        Precision::F64 => product::<f64, _>(instance, run, |c| read(instance, run, c)),
    }
}

/// The counts of the sums in the window.
pub(crate) fn counts(instance: &Instance, precision: Precision, run: &Run<'_>) -> Result<Vec<u64>, Error> {
    fn read<T: Real>(
        instance: &Instance,
        run: &Run<'_>,
        coefficients: &Coefficients<'_, T>,
    ) -> Result<Vec<u64>, Error> {
        let mut counts = try_filled("a table of counts", instance.len(), 0_u64)?;
        let start = instance.window.start as usize;
        each_part(run, &mut counts, 1 << 16, |part, counts| {
            for (i, count) in counts.iter_mut().enumerate() {
                *count = coefficients.get(start + (part << 16) + i) as u64;
            }
        })?;
        Ok(counts)
    }
    if instance.is_empty() {
        return Ok(Vec::new());
    }
    match precision {
        Precision::F32 => product::<f32, _>(instance, run, |c| read(instance, run, c)),
        Precision::F64 => product::<f64, _>(instance, run, |c| read(instance, run, c)),
    }
}

/// The counts of the sums in the window modulo one prime, of 32 bits where the counts are surely below it, or modulo two where they may be larger.
pub(crate) fn ntt(instance: &Instance, run: &Run<'_>) -> Result<(Vec<u64>, &'static str), Error> {
    let window = |mut counts: Vec<u64>| {
        counts.truncate(instance.window.end as usize);
        counts.drain(..instance.window.start as usize);
        counts
    };
    if instance.is_empty() {
        return Ok((Vec::new(), "ntt"));
    }
    let dense = |set: &Normal| -> Result<Vec<u64>, Error> {
        let top = set.values.last().copied().unwrap_or(0);
        let mut coefficients = try_filled("a polynomial", u128::from(top) + 1, 0_u64)?;
        for (i, value) in set.values.iter().enumerate() {
            coefficients[*value as usize] = set.weight(i);
        }
        Ok(coefficients)
    };
    check_size("transforms", instance.universe.next_power_of_two() * 24)?;
    let (a, b) = (dense(&instance.rows)?, dense(&instance.columns)?);
    let small = instance.largest_count() < u128::from(Prime31::MODULUS);
    if small && instance.universe <= 1 << Prime31::TWO_ADICITY {
        let classes = |values: &[u64]| values.iter().map(|v| Prime31::new(*v)).collect::<Vec<_>>();
        let product = multiply_mod(&classes(&a), &classes(&b), run.pool, run.monitor)?;
        Ok((window(product.into_iter().map(Prime31::get).collect()), "ntt"))
    } else if instance.largest_count() < u128::from(Goldilocks::MODULUS) {
        let classes = |values: &[u64]| values.iter().map(|v| Goldilocks::new(*v)).collect::<Vec<_>>();
        let product = multiply_mod(&classes(&a), &classes(&b), run.pool, run.monitor)?;
        Ok((window(product.into_iter().map(Goldilocks::get).collect()), "ntt"))
    } else {
        let product = multiply_u128(&a, &b, run.pool, run.monitor)?;
        Ok((
            window(product.into_iter().map(|count| count as u64).collect()),
            "ntt-crt",
        ))
    }
}
