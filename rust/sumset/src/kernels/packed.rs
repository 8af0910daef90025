//! `chan-jin-williams-xu`: several small counts in one coefficient, certified, and again for those that are not.
//!
//! T. M. Chan, C. Jin, V. Vassilevska Williams, Y. Xu: *Faster Algorithms for Text-to-Pattern Hamming Distances*, FOCS 2023, arXiv 2310.13174, counts
//! sumsets in a universe near the square of the sets' size. What follows is a reconstruction of the structure from the abstract, with proofs of its own: it need not be the paper's wording.
//!
//! 1. *Packed convolution* ([`Fields`]): g neighbouring positions share a coefficient, b bits each; the transform is g times shorter. A field is right if neither it nor a
//!    lower one of its coefficient reaches 2^b. With fewer than 2^b rows that is so by itself.
//! 2. *Certificate.* The exact convolution of the sets modulo a random prime p gives R(h), the number of pairs with a sum in class h. Counts are not negative, hence
//!    count(z) ≤ R(z mod p): where R < 2^b, fields are right, surely.
//! 3. *Recurse* on the rest: with a fresh prime, R(h) less all counts known in class h is the count of a z that is the only unknown one there. Until none is left.
//!
//! Randomness costs time only. The counts add up to N₁·N₂, which is checked.

use porism_convolution::{Accumulator, Fields, Product, Scratch, multiply};

use crate::Error;
use crate::error::try_filled;
use crate::instance::{Instance, Normal, Run};
use crate::random::{generator, prime};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackedStats {
    /// The fields.
    pub(crate) fields: Fields,
    /// Whether they could overflow at all, so that a certificate was needed.
    pub(crate) certified: bool,
    /// The primes, that of the certificate first.
    pub(crate) primes: Vec<u64>,
    /// Positions without a certain count after each of them.
    pub(crate) unresolved: Vec<u64>,
}

/// Fields that double precision can do, the densest first.
const CHOICES: [Fields; 3] = [
    Fields { positions: 3, bits: 8 },
    Fields { positions: 2, bits: 12 },
    Fields { positions: 1, bits: 32 },
];

/// The densest fields that cannot overflow, or, where the average count is small, that will rarely.
pub(crate) fn choose(instance: &Instance) -> Fields {
    let rows = instance.rows.values.len() as u64;
    let mean = instance.pairs() as f64 / instance.universe as f64;
    let fits = |fields: &&Fields| {
        let capacity = 1_u64 << fields.bits;
        (rows < capacity || 8.0 * mean < capacity as f64) && norms(instance, **fields)
    };
    CHOICES.iter().find(fits).copied().unwrap_or(CHOICES[2])
}

/// Whether double precision is certain to certify sets that lie as densely as these could.
fn norms(instance: &Instance, fields: Fields) -> bool {
    let coefficients = instance.universe / fields.positions as u128 + 2;
    let levels = 128 - coefficients.leading_zeros();
    let norm = |set: &Normal| fields.expected_norm(set.values.len());
    let margin = 4.0; // coefficients that hold several members
    fields.fit_double()
        && porism_convolution::rounding_factor(porism_convolution::Precision::F64, levels, 1)
            * norm(&instance.rows)
            * norm(&instance.columns)
            * margin
            < 0.5
}

/// The counts of all positions of the universe.
pub(crate) fn packed(
    instance: &Instance,
    fields: Option<Fields>,
    run: &Run<'_>,
) -> Result<(Vec<u32>, PackedStats), Error> {
    let fields = fields.unwrap_or_else(|| choose(instance));
    if !(1..=32).contains(&fields.bits) || fields.positions == 0 || fields.in_product() * fields.bits as usize > 62 {
        return Err(Error::Option {
            what: "fields",
            expected: "(positions, bits) with 1 <= bits <= 32 and (2·positions - 1)·bits <= 62",
            got: format!("({}, {})", fields.positions, fields.bits),
        });
    }
    let capacity = 1_u64 << fields.bits;
    let can_overflow = instance.rows.values.len() as u64 >= capacity;
    let mut stats = PackedStats {
        fields,
        certified: can_overflow,
        primes: Vec::new(),
        unresolved: Vec::new(),
    };
    let universe = usize::try_from(instance.universe).unwrap_or(usize::MAX);
    let mut counts = try_filled("a table of counts", instance.universe, 0_u32)?;
    let coefficients = packed_product(instance, fields, run)?;
    if can_overflow {
        let mean = instance.pairs() as f64 / instance.universe as f64;
        // Buckets that hold about √λ·log U pairs, as in the paper's cost; they must stay below the capacity to certify anything.
        let wanted = mean.sqrt().max(1.0) * (instance.universe as f64).log2().max(1.0);
        let load = wanted.min(capacity as f64 / 4.0).max(0.25);
        let low = (instance.pairs() as f64 / load).min(instance.universe as f64).max(2.0) as u64;
        let mut rng = generator(run.seed);
        let p = prime(&mut rng, low);
        let residues = residues(instance, p, run)?;
        let mut unknown = unpack_certified(fields, &coefficients, &residues, &mut counts);
        drop(coefficients);
        stats.primes.push(p);
        stats.unresolved.push(unknown.len() as u64);
        let mut low = low.max(2 * unknown.len() as u64).min(2 * universe as u64).max(2);
        while !unknown.is_empty() {
            run.monitor.check()?;
            let p = prime(&mut rng, low);
            let mut left = self::residues(instance, p, run)?;
            let before = unknown.len();
            resolve(&mut left, p, &mut unknown, &mut counts);
            stats.primes.push(p);
            stats.unresolved.push(unknown.len() as u64);
            if 2 * unknown.len() > before {
                low = low.saturating_mul(2); // too few classes to be alone in one
            }
        }
    } else {
        for (index, coefficient) in coefficients.iter().enumerate() {
            fields.unpack(index, *coefficient, &mut counts);
        }
    }
    let sum: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    if sum != instance.pairs() {
        return Err(Error::Broken(format!(
            "packed counts add up to {sum}, there are {} pairs",
            instance.pairs()
        )));
    }
    Ok((counts, stats))
}

/// The coefficients of the packed product, exact as integers whatever the fields in them do.
fn packed_product(instance: &Instance, fields: Fields, run: &Run<'_>) -> Result<Vec<i64>, Error> {
    let top = |set: &Normal| set.values.last().copied().unwrap_or(0) as usize / fields.positions;
    let len = top(&instance.rows) + top(&instance.columns) + 1;
    let product = Product::<f64>::new(len)?;
    let mut scratch = Scratch::default();
    let mut factor = |set: &Normal| {
        let coefficients = set.values.iter().map(|value| fields.of(*value as usize));
        product.factor(coefficients, &mut scratch, run.pool, run.monitor)
    };
    let a = factor(&instance.rows)?;
    let mut sum = Accumulator::new(product.transform())?;
    if instance.is_square {
        sum.add(&a, &a);
    } else {
        sum.add(&a, &factor(&instance.columns)?);
    }
    let coefficients = product.finish(&mut sum, &mut scratch, run.pool, run.monitor)?;
    let mut values = try_filled("a packed product", len as u128, 0_i64)?;
    coefficients.write(&mut values);
    Ok(values)
}

/// How many pairs have a sum in each class modulo p.
fn residues(instance: &Instance, p: u64, run: &Run<'_>) -> Result<Vec<u64>, Error> {
    let side = |set: &Normal| -> Result<Vec<u64>, Error> {
        let mut classes = try_filled("residues", u128::from(p), 0_u64)?;
        for value in &set.values {
            classes[(value % p) as usize] += 1;
        }
        Ok(classes)
    };
    let (product, _) = multiply(&side(&instance.rows)?, &side(&instance.columns)?, run.pool, run.monitor)?;
    let p = p as usize;
    let mut residues = product[..p].to_vec();
    for (residue, wrapped) in residues.iter_mut().zip(&product[p..]) {
        *residue += wrapped;
    }
    Ok(residues)
}

/// Add up the fields that are certainly right, and return the positions for which one is not.
fn unpack_certified(fields: Fields, coefficients: &[i64], residues: &[u64], counts: &mut [u32]) -> Vec<u64> {
    let capacity = 1_u64 << fields.bits;
    let p = residues.len();
    let mut unknown = vec![false; counts.len()];
    for (index, coefficient) in coefficients.iter().enumerate() {
        let start = index * fields.positions;
        let reach = fields.in_product().min(counts.len().saturating_sub(start));
        // What a field that overflows carries disturbs all above it in the coefficient.
        let certain = (0..reach).take_while(|f| residues[(start + f) % p] < capacity).count();
        let mut rest = *coefficient as u64;
        for f in 0..reach {
            if f < certain {
                counts[start + f] += (rest & (capacity - 1)) as u32;
                rest >>= fields.bits;
            } else {
                unknown[start + f] = true;
            }
        }
    }
    let mut positions = Vec::new();
    for (position, unknown) in unknown.into_iter().enumerate() {
        if unknown {
            counts[position] = 0;
            positions.push(position as u64);
        }
    }
    positions
}

/// Give their counts to those unknown positions that are alone in their class, and keep the others.
fn resolve(residues: &mut [u64], p: u64, unknown: &mut Vec<u64>, counts: &mut [u32]) {
    let mut class = 0;
    for count in counts.iter() {
        residues[class] -= u64::from(*count); // unknown ones are 0
        class += 1;
        if class == p as usize {
            class = 0;
        }
    }
    let mut alone = vec![0_u8; p as usize];
    for position in unknown.iter() {
        let members = &mut alone[(position % p) as usize];
        *members = members.saturating_add(1);
    }
    unknown.retain(|position| {
        let class = (position % p) as usize;
        if alone[class] == 1 {
            counts[*position as usize] = residues[class] as u32;
        }
        alone[class] != 1
    });
}
