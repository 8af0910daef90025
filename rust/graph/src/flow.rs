//! The mass of random walks, followed exactly: some steps forward, from there on by fingerprints, and how far an answer is from the truth.
//!
//! A query is a sparse row of mass, a batch of them a sparse matrix, and each of the three products here goes through it row by row
//! (Gustavson 1978): what a query adds up stays in the cache of the core that has it, and the graph and the index are read in place by all.

use porism_runtime::{Monitor, Pool};

use crate::rows::{Row, for_rows, stacked};
use crate::spa::Spa;
use crate::{Csr, Error};

/// Additions between two looks at the monitor.
const PATIENCE: usize = 1 << 20;

/// Looks at the monitor every so many additions.
struct Patience<'a> {
    monitor: &'a Monitor,
    left: usize,
}

impl<'a> Patience<'a> {
    fn new(monitor: &'a Monitor) -> Self {
        Self {
            monitor,
            left: PATIENCE,
        }
    }

    #[inline]
    fn spend(&mut self, additions: usize) -> Result<(), Error> {
        if additions >= self.left {
            self.monitor.check()?;
            self.left = PATIENCE;
        }
        self.left = self.left.saturating_sub(additions);
        Ok(())
    }
}

fn square(transitions: &Csr, name: &'static str, other: &Csr) -> Result<usize, Error> {
    let n = transitions.n_rows();
    if transitions.n_columns() != n {
        let got = format!("{n} rows and {} columns", transitions.n_columns());
        return Err(Error::parameter("transitions", "square", got));
    }
    if other.n_columns() != n {
        return Err(Error::parameter(
            name,
            format!("a matrix with {n} columns"),
            other.n_columns(),
        ));
    }
    Ok(n)
}

/// A walk followed for some steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// For each query, the mass of the walks that have stopped, where they did.
    pub stopped: Csr,
    /// The mass that still walks, where it is.
    pub flow: Csr,
    /// How much walking mass was dropped because it was below the threshold.
    pub dropped: Vec<f64>,
}

/// Follow the walks of each row of `sources` for `n_steps`, a share `alpha` stopping where it is before each step. What arrives
/// at a vertex in one step and is less than `threshold` is dropped.
///
/// # Errors
/// `InvalidParameter` for matrices of other shapes; `Interrupted`.
pub fn follow(
    transitions: &Csr,
    sources: &Csr,
    alpha: f64,
    n_steps: usize,
    threshold: f64,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Followed, Error> {
    let n = square(transitions, "sources", sources)?;
    let walk = 1.0 - alpha;
    let one = |(next, stopped): &mut (Spa, Spa), query: usize| -> Result<(Row, Row, f64), Error> {
        let mut patience = Patience::new(monitor);
        let (columns, masses) = sources.row(query);
        let mut flow: Row = (columns.to_vec(), masses.to_vec());
        let mut dropped = 0.0;
        for _ in 0..n_steps {
            if flow.0.is_empty() {
                break;
            }
            for (&vertex, &mass) in flow.0.iter().zip(&flow.1) {
                let (targets, shares) = transitions.row(vertex as usize);
                patience.spend(targets.len() + 1)?;
                stopped.add(vertex, alpha * mass);
                for (&target, &share) in targets.iter().zip(shares) {
                    next.add(target, walk * mass * share);
                }
            }
            flow.0.clear();
            flow.1.clear();
            next.drain(|vertex, mass| {
                if mass < threshold {
                    dropped += mass;
                } else if mass > 0.0 {
                    flow.0.push(vertex);
                    flow.1.push(mass);
                }
            });
        }
        Ok((drained(stopped), flow, dropped))
    };
    let found = for_rows(sources.n_rows(), pool, monitor, || (Spa::new(n), Spa::new(n)), one)?;
    let (mut stopped, mut flow, mut dropped) = (Vec::new(), Vec::new(), Vec::new());
    for row in found {
        stopped.push(row.0);
        flow.push(row.1);
        dropped.push(row.2);
    }
    Ok(Followed {
        stopped: stacked(n, stopped)?,
        flow: stacked(n, flow)?,
        dropped,
    })
}

fn drained(spa: &mut Spa) -> Row {
    let mut row = (Vec::new(), Vec::new());
    spa.drain(|index, value| {
        if value != 0.0 {
            row.0.push(index);
            row.1.push(value);
        }
    });
    row
}

/// The numbers of an index: counts, or anything that was computed.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a> {
    /// Of visits.
    Counts(&'a [u32]),
    /// Of mass.
    Weights(&'a [f64]),
}

/// A sparse matrix in memory that others own and may change at any time: every number in it is checked where it is read.
#[derive(Debug, Clone, Copy)]
pub struct Index<'a> {
    /// Where each row begins, and after them all the number of entries.
    pub indptr: &'a [i64],
    /// Columns.
    pub indices: &'a [u32],
    /// Their values.
    pub values: Values<'a>,
}

impl Index<'_> {
    fn n_rows(&self) -> usize {
        self.indptr.len().saturating_sub(1)
    }

    fn range(&self, row: usize) -> Result<std::ops::Range<usize>, Error> {
        let (start, end) = (self.indptr[row], self.indptr[row + 1]);
        let length = self.indices.len().min(match self.values {
            Values::Counts(counts) => counts.len(),
            Values::Weights(weights) => weights.len(),
        });
        if 0 <= start && start <= end && end as u64 <= length as u64 {
            Ok(start as usize..end as usize)
        } else {
            let reason = format!("must rise and end at {length} at most, got {start} and {end}");
            Err(Error::MalformedSparse {
                name: "indptr",
                index: row,
                reason,
            })
        }
    }
}

#[inline]
fn scatter<T: Copy + Into<f64>>(
    spa: &mut Spa,
    factor: f64,
    columns: &[u32],
    values: &[T],
    n: usize,
) -> Result<(), Error> {
    for (&column, &value) in columns.iter().zip(values) {
        if column as usize >= n {
            let reason = format!("must be below {n}, got {column}");
            return Err(Error::MalformedSparse {
                name: "indices",
                index: 0,
                reason,
            });
        }
        spa.add(column, factor * value.into());
    }
    Ok(())
}

/// `base + scale · flow · index`: to what each query has, the fingerprints of where its mass is, each as heavy as that.
///
/// # Errors
/// `InvalidParameter` for matrices of other shapes; `MalformedSparse` where the index contradicts itself in what is read of it; `Interrupted`.
pub fn combine(
    base: &Csr,
    flow: &Csr,
    index: Index<'_>,
    scale: f64,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Csr, Error> {
    let n = base.n_columns();
    if flow.n_columns() != index.n_rows() || flow.n_rows() != base.n_rows() {
        let expected = format!("{} by {}", base.n_rows(), index.n_rows());
        let got = format!("{} by {}", flow.n_rows(), flow.n_columns());
        return Err(Error::parameter("flow", expected, got));
    }
    let one = |sum: &mut Spa, query: usize| -> Result<Row, Error> {
        let mut patience = Patience::new(monitor);
        let (columns, values) = base.row(query);
        for (&column, &value) in columns.iter().zip(values) {
            sum.add(column, value);
        }
        let (rows, masses) = flow.row(query);
        for (&row, &mass) in rows.iter().zip(masses) {
            let range = index.range(row as usize)?;
            patience.spend(range.len() + 1)?;
            let columns = &index.indices[range.clone()];
            match index.values {
                Values::Counts(counts) => scatter(sum, scale * mass, columns, &counts[range], n)?,
                Values::Weights(weights) => scatter(sum, scale * mass, columns, &weights[range], n)?,
            }
        }
        Ok(drained(sum))
    };
    stacked(n, for_rows(base.n_rows(), pool, monitor, || Spa::new(n), one)?)
}

/// How far each row of `answers` is at most, in L1, from the mass of the walks from the same row of `sources` where they stop.
///
/// With `M = (1 - alpha) P^T` the truth is `x = alpha s + M x`, so that an answer `a` with residual `r = alpha s + M a - a` is off by
/// `x - a = r + M r + … + M^(k-1) r + M^k (x - a + …)`, and what follows the `k` terms that are computed is at most `|M^k r| / alpha`, as `M` takes away a share
/// alpha of any mass. Errors of both signs meet in the terms and cancel, which is why a few of them bring the bound near the truth.
///
/// # Errors
/// `InvalidParameter` for matrices of other shapes; `Interrupted`.
pub fn distance_bounds(
    transitions: &Csr,
    sources: &Csr,
    answers: &Csr,
    alpha: f64,
    terms: usize,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Vec<f64>, Error> {
    let n = square(transitions, "sources", sources)?;
    square(transitions, "answers", answers)?;
    if sources.n_rows() != answers.n_rows() {
        return Err(Error::parameter(
            "answers",
            format!("{} rows", sources.n_rows()),
            answers.n_rows(),
        ));
    }
    let walk = 1.0 - alpha;
    let one = |next: &mut Spa, query: usize| -> Result<f64, Error> {
        let mut patience = Patience::new(monitor);
        let mut push = |spa: &mut Spa, (columns, values): (&[u32], &[f64])| -> Result<(), Error> {
            for (&vertex, &mass) in columns.iter().zip(values) {
                let (targets, shares) = transitions.row(vertex as usize);
                patience.spend(targets.len() + 1)?;
                for (&target, &share) in targets.iter().zip(shares) {
                    spa.add(target, walk * mass * share);
                }
            }
            Ok(())
        };
        let norm = |row: &Row| row.1.iter().map(|value| value.abs()).sum::<f64>();
        push(next, answers.row(query))?;
        for (matrix, factor) in [(sources, alpha), (answers, -1.0)] {
            let (columns, values) = matrix.row(query);
            for (&column, &value) in columns.iter().zip(values) {
                next.add(column, factor * value);
            }
        }
        let mut residual = drained(next);
        let mut bound = 0.0;
        for _ in 0..terms {
            bound += norm(&residual);
            push(next, (&residual.0, &residual.1))?;
            residual = drained(next);
        }
        Ok(bound + norm(&residual) / alpha)
    };
    for_rows(sources.n_rows(), pool, monitor, || Spa::new(n), one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Dense = Vec<Vec<f64>>;

    fn sparse(rows: &Dense, n: usize) -> Csr {
        let entries = |row: &Vec<f64>| {
            let found = (0..n as u32).filter(|&v| row[v as usize] != 0.0);
            found.map(|v| (v, row[v as usize])).unzip()
        };
        stacked(n, rows.iter().map(entries).collect()).unwrap()
    }

    fn dense(matrix: &Csr) -> Dense {
        let row = |u| {
            let mut row = vec![0.0; matrix.n_columns()];
            for (&v, &x) in matrix.row(u).0.iter().zip(matrix.row(u).1) {
                row[v as usize] = x;
            }
            row
        };
        (0..matrix.n_rows()).map(row).collect()
    }

    fn product(a: &[f64], b: &Dense) -> Vec<f64> {
        let n = b[0].len();
        (0..n)
            .map(|j| a.iter().zip(b).map(|(x, row)| x * row[j]).sum())
            .collect()
    }

    const N: usize = 7;

    fn stochastic() -> impl Strategy<Value = Dense> {
        prop::collection::vec(prop::collection::vec(prop_oneof![2 => Just(0.0), 1 => 1.0..4.0], N), N).prop_map(
            |mut rows| {
                for row in &mut rows {
                    let total: f64 = row.iter().sum();
                    row.iter_mut().for_each(|x| *x /= if total > 0.0 { total } else { 1.0 });
                }
                rows
            },
        )
    }

    fn block() -> impl Strategy<Value = Dense> {
        prop::collection::vec(prop::collection::vec(prop_oneof![Just(0.0), 0.0..0.3], N), 1..6)
    }

    fn near(a: &Dense, b: &Dense) -> bool {
        a.iter()
            .flatten()
            .zip(b.iter().flatten())
            .all(|(x, y)| (x - y).abs() < 1e-12)
    }

    proptest! {
        #[test]
        fn following_is_multiplying(p in stochastic(), s in block(), steps in 0_usize..5, threads in 1_usize..4) {
            let found = follow(&sparse(&p, N), &sparse(&s, N), 0.2, steps, 0.0, &Pool::new(threads).unwrap(), &Monitor::new()).unwrap();
            let (mut stopped, mut flow) = (vec![vec![0.0; N]; s.len()], s);
            for _ in 0..steps {
                for (q, row) in flow.iter_mut().enumerate() {
                    for v in 0..N {
                        stopped[q][v] += 0.2 * row[v];
                    }
                    *row = product(row, &p).iter().map(|x| 0.8 * x).collect();
                }
            }
            prop_assert!(near(&dense(&found.stopped), &stopped));
            prop_assert!(near(&dense(&found.flow), &flow));
            prop_assert!(found.dropped.iter().all(|&mass| mass == 0.0));
        }

        #[test]
        fn no_mass_is_lost_untold(p in stochastic(), s in block(), threshold in 0.0..0.2) {
            let looped: Dense = p.into_iter().enumerate().map(|(u, mut row)| {
                if row.iter().all(|&x| x == 0.0) {
                    row[u] = 1.0;
                }
                row
            }).collect();
            let found = follow(&sparse(&looped, N), &sparse(&s, N), 0.2, 4, threshold, &Pool::serial(), &Monitor::new()).unwrap();
            for (q, row) in s.iter().enumerate() {
                let told: f64 = found.stopped.row(q).1.iter().chain(found.flow.row(q).1).sum::<f64>() + found.dropped[q];
                prop_assert!((told - row.iter().sum::<f64>()).abs() < 1e-12);
                prop_assert!(found.flow.row(q).1.iter().all(|&mass| mass >= threshold));
            }
        }

        #[test]
        fn combining_is_multiplying_too(base in block(), x in stochastic(), threads in 1_usize..4) {
            let flow: Dense = base.iter().map(|row| row.iter().rev().copied().collect()).collect();
            let index = sparse(&x, N);
            let indptr: Vec<i64> = index.indptr().iter().map(|&start| start as i64).collect();
            let view = Index { indptr: &indptr, indices: index.indices(), values: Values::Weights(index.data()) };
            let pool = Pool::new(threads).unwrap();
            let found = combine(&sparse(&base, N), &sparse(&flow, N), view, 3.0, &pool, &Monitor::new()).unwrap();
            let expected = base.iter().zip(&flow).map(|(b, f)| {
                b.iter().zip(product(f, &x)).map(|(x, y)| x + 3.0 * y).collect()
            }).collect();
            prop_assert!(near(&dense(&found), &expected));
        }

        #[test]
        fn the_bound_holds(p in stochastic(), s in block(), wrong in block(), terms in 0_usize..4) {
            let answers: Dense = s.iter().enumerate().map(|(q, _)| wrong[q % wrong.len()].clone()).collect();
            let (p, sources) = (sparse(&p, N), sparse(&s, N));
            let found = distance_bounds(&p, &sources, &sparse(&answers, N), 0.2, terms, &Pool::serial(), &Monitor::new()).unwrap();
            let truth = dense(&follow(&p, &sources, 0.2, 200, 0.0, &Pool::serial(), &Monitor::new()).unwrap().stopped);
            for (q, bound) in found.iter().enumerate() {
                let apart: f64 = truth[q].iter().zip(&answers[q]).map(|(x, y)| (x - y).abs()).sum();
                prop_assert!(apart <= bound + 1e-12, "{apart} > {bound}");
            }
        }
    }

    #[test]
    fn an_index_that_lies_is_found_out() {
        let (base, flow) = (sparse(&vec![vec![0.0; 3]], 3), sparse(&vec![vec![1.0, 1.0]], 2));
        let say = |indptr: &[i64], indices: &[u32]| {
            let index = Index {
                indptr,
                indices,
                values: Values::Counts(&[1, 1, 1]),
            };
            combine(&base, &flow, index, 1.0, &Pool::serial(), &Monitor::new())
                .unwrap_err()
                .to_string()
        };
        assert!(say(&[0, 1, 2], &[0, 3, 1]).contains("below 3, got 3"));
        assert!(say(&[0, 1, 4], &[0, 1, 2]).contains("indptr[1]"));
        assert!(say(&[0, -1, 2], &[0, 1, 2]).contains("indptr[0]"));
        assert!(say(&[2, 1, 2], &[0, 1, 2]).contains("indptr[0]"));
        assert!(say(&[0, 1], &[0, 1, 2]).contains("flow"));
        assert!(say(&[], &[]).contains("flow"));
    }

    #[test]
    fn shapes_must_fit() {
        let (p, narrow) = (sparse(&vec![vec![0.0; 3]; 3], 3), sparse(&vec![vec![0.5; 2]], 2));
        let (pool, monitor) = (Pool::serial(), Monitor::new());
        assert!(follow(&p, &narrow, 0.2, 1, 0.0, &pool, &monitor).is_err());
        assert!(follow(&narrow, &narrow, 0.2, 1, 0.0, &pool, &monitor).is_err());
        assert!(distance_bounds(&p, &p, &narrow, 0.2, 1, &pool, &monitor).is_err());
        let one = sparse(&vec![vec![0.5; 3]], 3);
        assert!(distance_bounds(&p, &p, &one, 0.2, 1, &pool, &monitor).is_err());
        monitor.stop();
        assert!(matches!(
            follow(&p, &one, 0.2, 1, 0.0, &pool, &monitor),
            Err(Error::Interrupted(_))
        ));
    }
}
