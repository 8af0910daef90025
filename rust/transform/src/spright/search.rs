//! Which coefficient a bin holds, if it holds one.

use porism_runtime::{Monitor, Pool};

use super::bch::Decoder;
use super::{Plan, Search, parity};
use crate::{Error, hadamard};

/// Iterations of belief propagation.
const ITERATIONS: usize = 40;
/// What a check's message is damped by: the smallest of its inputs overstates it.
const DAMPING: f64 = 0.8;

/// A plan's search, with what it prepares once.
pub(super) struct Searcher<'a> {
    plan: &'a Plan,
    kind: Kind,
}

enum Kind {
    Majority { sums: Vec<f64> },
    Degree { sums: Vec<f64>, decoder: Decoder },
    Coded { beliefs: Beliefs },
    Exhaustive { cosets: Vec<Coset>, buffer: Vec<f64> },
}

impl<'a> Searcher<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let sums = vec![0.0; plan.probes.len()];
        let kind = match &plan.search {
            Search::Majority => Kind::Majority { sums },
            Search::Degree(degree) => Kind::Degree {
                sums,
                decoder: Decoder::new(plan.n, *degree),
            },
            Search::Coded(taps) => Kind::Coded {
                beliefs: Beliefs::new(plan.n, taps),
            },
            Search::Exhaustive => Kind::Exhaustive {
                cosets: plan.masks.iter().map(|stage| Coset::new(plan.n, stage)).collect(),
                buffer: vec![0.0; 1 << (plan.n - plan.b)],
            },
        };
        Self { plan, kind }
    }

    /// The likeliest indices, if what is in bin `bin` of a stage were one coefficient. Whether it is remains to be seen.
    pub(super) fn candidates(&mut self, stage: usize, bin: usize, observed: &[f64]) -> Result<[Option<u64>; 2], Error> {
        let plan = self.plan;
        Ok(match &mut self.kind {
            Kind::Majority { sums } => {
                agreement(plan, observed, sums);
                let k = sums
                    .iter()
                    .enumerate()
                    .fold(0, |k, (q, sum)| k | u64::from(*sum < 0.0) << q);
                [Some(k), None]
            }
            Kind::Degree { sums, decoder } => {
                agreement(plan, observed, sums);
                [decoder.decode(sums.iter().map(|sum| *sum < 0.0)), None]
            }
            Kind::Coded { beliefs } => {
                let moved = &observed[plan.bases.len()..];
                let positive = beliefs.decode(moved.iter().copied());
                let negative = beliefs.decode(moved.iter().map(|seen| -seen));
                [Some(positive), Some(negative)]
            }
            Kind::Exhaustive { cosets, buffer } => {
                [Some(cosets[stage].best(bin, &plan.bases, observed, buffer)?), None]
            }
        })
    }
}

/// For each probe, the products of what is seen at a base and beside it, summed over bases: negative where the probe's parity is odd.
fn agreement(plan: &Plan, observed: &[f64], sums: &mut [f64]) {
    sums.fill(0.0);
    for group in observed.chunks_exact(1 + plan.probes.len()) {
        for (sum, seen) in sums.iter_mut().zip(&group[1..]) {
            *sum += group[0] * seen;
        }
    }
}

/// Min-sum decoding of a systematic repeat-accumulate code: check `j` says that the running parities `j` and `j - 1` differ by the parity of its tap.
struct Beliefs {
    n: usize,
    /// Where the variables of each check begin, in `variables` and in `messages`.
    starts: Vec<usize>,
    variables: Vec<usize>,
    messages: Vec<f64>,
    prior: Vec<f64>,
    belief: Vec<f64>,
}

impl Beliefs {
    fn new(n: usize, taps: &[u64]) -> Self {
        let (mut starts, mut variables) = (vec![0], Vec::new());
        for (j, tap) in taps.iter().enumerate() {
            variables.extend((0..n).filter(|q| tap >> q & 1 == 1));
            variables.push(n + j);
            variables.extend((j > 0).then(|| n + j - 1));
            starts.push(variables.len());
        }
        Self {
            n,
            starts,
            messages: vec![0.0; variables.len()],
            variables,
            prior: Vec::new(),
            belief: Vec::new(),
        }
    }

    fn decode(&mut self, observed: impl Iterator<Item = f64>) -> u64 {
        self.prior.clear();
        self.prior.extend(observed);
        self.belief.clone_from(&self.prior);
        self.messages.fill(0.0);
        for _ in 0..ITERATIONS {
            let mut satisfied = true;
            for check in self.starts.windows(2) {
                let edges = check[0]..check[1];
                // what each variable says without this check, its two smallest sizes and the sign of all
                let (mut least, mut second, mut at, mut odd, mut hard) =
                    (f64::INFINITY, f64::INFINITY, 0, false, false);
                for edge in edges.clone() {
                    let belief = self.belief[self.variables[edge]];
                    let said = belief - self.messages[edge];
                    hard ^= belief < 0.0;
                    odd ^= said < 0.0;
                    if said.abs() < least {
                        (second, least, at) = (least, said.abs(), edge);
                    } else if said.abs() < second {
                        second = said.abs();
                    }
                }
                satisfied &= !hard;
                for edge in edges {
                    let variable = self.variables[edge];
                    let said = self.belief[variable] - self.messages[edge];
                    let size = DAMPING * if edge == at { second } else { least };
                    let size = if size.is_finite() { size } else { 0.0 };
                    self.messages[edge] = if odd ^ (said < 0.0) { -size } else { size };
                    self.belief[variable] = said + self.messages[edge];
                }
            }
            if satisfied {
                break;
            }
        }
        (0..self.n).fold(0, |k, q| k | u64::from(self.belief[q] < 0.0) << q)
    }
}

/// The indices of a bin: one of them, and a basis of what others differ by.
struct Coset {
    /// For bit `i` of a bin, an index that is in bin 2^i.
    particular: Vec<u64>,
    null: Vec<u64>,
}

impl Coset {
    /// Of the matrix with these independent columns.
    fn new(n: usize, masks: &[u64]) -> Self {
        // The equations mask_i · k = j_i, each with the sum of equations that it has become.
        let pivots = pivots(masks.iter().enumerate().map(|(i, &mask)| (mask, 1 << i)).collect());
        let is_pivot = pivots.iter().fold(0_u64, |word, pivot| word | 1 << pivot.0);
        let particular = (0..masks.len())
            .map(|i| pivots.iter().fold(0, |k, pivot| k | (pivot.2 >> i & 1) << pivot.0))
            .collect();
        let null = (0..n)
            .filter(|q| is_pivot >> q & 1 == 0)
            .map(|q| pivots.iter().fold(1 << q, |k, pivot| k | (pivot.1 >> q & 1) << pivot.0))
            .collect();
        Self { particular, null }
    }

    /// The index of the bin that what is seen agrees with most: all agreements are one transform over the coset, since moving along it
    /// multiplies the signs.
    fn best(&self, bin: usize, bases: &[u64], observed: &[f64], buffer: &mut [f64]) -> Result<u64, Error> {
        let first = self
            .particular
            .iter()
            .enumerate()
            .fold(0, |k, (i, one)| if bin >> i & 1 == 1 { k ^ one } else { k });
        buffer.fill(0.0);
        for (base, seen) in bases.iter().zip(observed) {
            let place = self
                .null
                .iter()
                .enumerate()
                .fold(0, |place, (i, one)| place | (parity(*one, *base) as usize) << i);
            buffer[place] += if parity(*base, first) == 1 { -seen } else { *seen };
        }
        hadamard::transform(buffer, buffer.len(), &Pool::serial(), &Monitor::new())?;
        let (mut best, mut most) = (0, -1.0);
        for (place, value) in buffer.iter().enumerate() {
            if value.abs() > most {
                (best, most) = (place, value.abs());
            }
        }
        let moved = self.null.iter().enumerate().filter(|(i, _)| best >> i & 1 == 1);
        Ok(moved.fold(first, |k, (_, one)| k ^ one))
    }
}

/// Independent rows, reduced: with their leading bits, each of which no other row has.
fn pivots(mut left: Vec<(u64, u64)>) -> Vec<(u32, u64, u64)> {
    let mut done: Vec<(u32, u64, u64)> = Vec::new();
    while let Some((row, sum)) = left.pop() {
        let lead = row.ilog2(); // not 0: the rows are independent
        let clear = |other: &mut u64, of: &mut u64| {
            if *other >> lead & 1 == 1 {
                *other ^= row;
                *of ^= sum;
            }
        };
        left.iter_mut().for_each(|(other, of)| clear(other, of));
        done.iter_mut().for_each(|(_, other, of)| clear(other, of));
        done.push((lead, row, sum));
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coset_is_its_bin() {
        let masks = [0b1011_0110, 0b0110_0011, 0b1110_1000];
        let coset = Coset::new(8, &masks);
        assert_eq!(coset.null.len(), 5);
        let bin_of = |k: u64| (0..3).fold(0, |bin, i| bin | (parity(masks[i], k) as usize) << i);
        for (i, one) in coset.particular.iter().enumerate() {
            assert_eq!(bin_of(*one), 1 << i);
        }
        assert!(coset.null.iter().all(|one| bin_of(*one) == 0));
        assert_eq!(super::super::rank(&coset.null), 5);
    }

    #[test]
    fn codewords_are_decoded_through_flips() {
        let taps: Vec<u64> = (0..40).map(|j| 1 << (j % 20) | 1 << ((j * 7 + 3) % 20)).collect();
        let mut beliefs = Beliefs::new(20, &taps);
        let mut probes: Vec<u64> = (0..20).map(|q| 1 << q).collect();
        let mut sum = 0;
        for tap in taps {
            sum ^= tap;
            probes.push(sum);
        }
        for k in (0..1_u64 << 20).step_by(7919) {
            let seen = probes.iter().enumerate().map(|(i, probe)| {
                let value = 1.0 - 2.0 * parity(*probe, k) as f64;
                if i % 13 == 5 { -0.4 * value } else { value }
            });
            assert_eq!(beliefs.decode(seen), k);
        }
    }
}
