//! Sumsets, decided and counted, by a kernel that is chosen or given.

use porism_convolution::{Fields, Precision};

use crate::Error;
use crate::bits::Bits;
use crate::error::try_filled;
use crate::instance::{Instance, Run};
use crate::kernels::{packed, pairs, rows, scatter, sparse, transform};
use crate::plan::{Kernel, costs};

/// Options of kernels, and what switches parts of them off for tests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// `shift-or` stops at tiles that are full.
    pub saturation: bool,
    /// `sparse` begins with so many buckets.
    pub buckets: Option<u64>,
    /// `chan-jin-williams-xu` packs so.
    pub fields: Option<Fields>,
    /// `fft` computes in this precision, if it is certified.
    pub precision: Option<Precision>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            saturation: true,
            buckets: None,
            fields: None,
            precision: None,
        }
    }
}

/// What a kernel says about its work: names and numbers.
pub type Stats = Vec<(&'static str, Vec<u64>)>;

/// A sumset: positions of a window as bits, or, where there are too many, as values.
#[derive(Debug, Clone)]
pub enum Sums {
    /// Bit i stands for the sum `origin + step·i`.
    Dense(Bits),
    /// The sums themselves, rising.
    Listed(Vec<i64>),
}

/// The counts of sums.
#[derive(Debug, Clone)]
pub enum Counts {
    /// One count for each position of a window, 0 where there is no sum.
    Narrow(Vec<u32>),
    /// The same where counts may exceed 32 bits.
    Wide(Vec<u64>),
    /// Sums, rising, and their counts.
    Listed(Vec<i64>, Vec<u64>),
}

/// What a call found, and how.
#[derive(Debug, Clone)]
pub struct Found<T> {
    /// What was found.
    pub found: T,
    /// The kernel that ran.
    pub kernel: &'static str,
    /// What it says about its work.
    pub stats: Stats,
}

fn listed(instance: &Instance, positions: impl Iterator<Item = u64>) -> Result<Vec<i64>, Error> {
    let (low, high) = positions.size_hint();
    let mut values = try_filled("the values of a sumset", high.unwrap_or(low) as u128, 0_i64)?;
    values.clear();
    values.extend(positions.map(|z| instance.origin.wrapping_add(instance.step.wrapping_mul(z) as i64)));
    Ok(values)
}

fn windowed<'a>(instance: &'a Instance, found: &'a [(u64, u64)]) -> &'a [(u64, u64)] {
    let place = |limit: u128| found.partition_point(|(z, _)| u128::from(*z) < limit);
    &found[place(instance.window.start)..place(instance.window.end)]
}

fn packed_stats(stats: &packed::PackedStats) -> Stats {
    vec![
        (
            "fields",
            vec![stats.fields.positions as u64, u64::from(stats.fields.bits)],
        ),
        ("certified", vec![u64::from(stats.certified)]),
        ("primes", stats.primes.clone()),
        ("unresolved", stats.unresolved.clone()),
    ]
}

fn no_weights(instance: &Instance, kernel: &str) -> Result<(), Error> {
    if instance.is_weighted() {
        return Err(Error::Option {
            what: "weights",
            expected: "absent (or one for every element) for kernels that count single bits",
            got: format!("weights with the kernel {kernel}"),
        });
    }
    Ok(())
}

/// What each kernel can do here, and which to take.
fn take(instance: &Instance, kernel: Option<Kernel>, counted: bool) -> Kernel {
    kernel.unwrap_or_else(|| {
        costs(instance, counted)
            .first()
            .map_or(Kernel::PairsSort, |(kernel, _)| *kernel)
    })
}

fn precision(instance: &Instance, options: &Options) -> Result<Precision, Error> {
    let least = transform::precision(instance);
    let Some(least) = least else {
        return Err(Error::Uncertified(
            "no floating-point transform is certified for these sums; take ntt".to_owned(),
        ));
    };
    // A less precise one that was asked for is tried, and refused by its own bound.
    Ok(options.precision.unwrap_or(least))
}

/// Which sums there are.
pub fn sumset(
    instance: &Instance,
    kernel: Option<Kernel>,
    options: &Options,
    run: &Run<'_>,
) -> Result<Found<Sums>, Error> {
    let kernel = take(instance, kernel, false);
    let mut name = kernel.deciding();
    let mut stats = Stats::new();
    let found = match kernel {
        Kernel::PairsSort => {
            let sorted = pairs::sorted(instance, false, run)?;
            Sums::Listed(listed(instance, sorted.positions.into_iter())?)
        }
        Kernel::Scatter => Sums::Dense(scatter::bits(instance, run)?),
        Kernel::Rows => {
            let (bits, work) = rows::shift_or(instance, options.saturation, run)?;
            stats.push(("rows", vec![work.rows]));
            stats.push(("rows_read", vec![work.read]));
            Sums::Dense(bits)
        }
        Kernel::Fft => {
            let precision = precision(instance, options)?;
            name = if precision == Precision::F32 {
                "fft-f32"
            } else {
                "fft-f64"
            };
            Sums::Dense(transform::bits(instance, precision, run)?)
        }
        Kernel::Ntt => {
            let (counts, by) = transform::ntt(instance, run)?;
            name = by;
            let mut bits = Bits::new(instance.len())?;
            for (i, count) in counts.into_iter().enumerate() {
                if count != 0 {
                    bits.set(i);
                }
            }
            Sums::Dense(bits)
        }
        Kernel::Sparse => {
            let (found, work) = sparse::sparse(instance, options.buckets, run)?;
            stats.push(("primes", work.primes));
            stats.push(("found", work.found));
            Sums::Listed(listed(instance, windowed(instance, &found).iter().map(|(z, _)| *z))?)
        }
        Kernel::Packed => {
            no_weights(instance, name)?;
            let (counts, work) = packed::packed(instance, options.fields, run)?;
            stats = packed_stats(&work);
            let mut bits = Bits::new(instance.len())?;
            let window = &counts[instance.window.start as usize..instance.window.end as usize];
            for (word, counts) in bits.words.iter_mut().zip(window.chunks(64)) {
                for (bit, count) in counts.iter().enumerate() {
                    *word |= u64::from(*count != 0) << bit;
                }
            }
            Sums::Dense(bits)
        }
    };
    Ok(Found {
        found,
        kernel: name,
        stats,
    })
}

/// How often each sum occurs.
///
/// # Errors
/// [`Error::Overflow`] if the counts add up to 2^63 or more.
pub fn sumset_counts(
    instance: &Instance,
    kernel: Option<Kernel>,
    options: &Options,
    run: &Run<'_>,
) -> Result<Found<Counts>, Error> {
    let mass = u128::from(instance.rows.mass) * u128::from(instance.columns.mass);
    if mass >= 1 << 63 {
        return Err(Error::Overflow {
            what: "the sum of all counts",
            reach: mass.to_string(),
            limit: i64::MAX.to_string(),
        });
    }
    let kernel = take(instance, kernel, true);
    let mut name = kernel.counting();
    let mut stats = Stats::new();
    let found = match kernel {
        Kernel::PairsSort => {
            let sorted = pairs::sorted(instance, true, run)?;
            Counts::Listed(listed(instance, sorted.positions.into_iter())?, sorted.counts)
        }
        Kernel::Scatter if instance.is_weighted() => Counts::Wide(scatter::weighted_counts(instance, run)?),
        Kernel::Scatter => Counts::Narrow(scatter::counts(instance, run)?),
        Kernel::Rows => {
            no_weights(instance, name)?;
            Counts::Narrow(rows::bit_sliced(instance, run)?)
        }
        Kernel::Fft => {
            let precision = precision(instance, options)?;
            name = if precision == Precision::F32 {
                "fft-f32"
            } else {
                "fft-f64"
            };
            Counts::Wide(transform::counts(instance, precision, run)?)
        }
        Kernel::Ntt => {
            let (counts, by) = transform::ntt(instance, run)?;
            name = by;
            Counts::Wide(counts)
        }
        Kernel::Sparse => {
            let (found, work) = sparse::sparse(instance, options.buckets, run)?;
            stats.push(("primes", work.primes));
            stats.push(("found", work.found));
            let inside = windowed(instance, &found);
            Counts::Listed(
                listed(instance, inside.iter().map(|(z, _)| *z))?,
                inside.iter().map(|(_, count)| *count).collect(),
            )
        }
        Kernel::Packed => {
            no_weights(instance, name)?;
            let (mut counts, work) = packed::packed(instance, options.fields, run)?;
            stats = packed_stats(&work);
            counts.truncate(instance.window.end as usize);
            counts.drain(..instance.window.start as usize);
            Counts::Narrow(counts)
        }
    };
    Ok(Found {
        found,
        kernel: name,
        stats,
    })
}

/// The sums of a table of counts that occur at all, with their counts.
pub fn occurring<T: Copy + Into<u64>>(table: &[T], origin: i64, step: u64) -> Result<(Vec<i64>, Vec<u64>), Error> {
    let n = table.iter().filter(|count| (**count).into() != 0).count();
    let mut values = try_filled("the values of a sumset", n as u128, 0_i64)?;
    let mut counts = try_filled("the counts of a sumset", n as u128, 0_u64)?;
    let mut next = 0;
    for (i, count) in table.iter().enumerate() {
        let count = (*count).into();
        if next == n {
            break;
        }
        // Written always, kept if it occurs.
        values[next] = origin.wrapping_add(step.wrapping_mul(i as u64) as i64);
        counts[next] = count;
        next += usize::from(count != 0);
    }
    Ok((values, counts))
}
