//! Forward push (Andersen, Chung & Lang 2006): walking mass is moved along edges only where much of it lies.
//!
//! Vertices wait in a queue. One that gathers more mass while it waits passes it all on in one push, which saves pushes against rounds in which every vertex
//! passes on what it had at the start of the round.

use porism_runtime::{Monitor, Pool};

use crate::rows::{Row, for_rows, stacked};
use crate::spa::Spa;
use crate::{Csr, Error};

/// What became of the mass of each query.
#[derive(Debug, Clone, PartialEq)]
pub struct Pushed {
    /// Mass that has stopped, where it did.
    pub kept: Csr,
    /// Mass that has arrived and was not moved on: at most the threshold at each vertex.
    pub residue: Csr,
    /// How often the queue was gone through.
    pub rounds: Vec<u64>,
    /// Vertices pushed, with repetition.
    pub pushes: Vec<u64>,
}

struct Workspace {
    kept: Spa,
    residue: Spa,
    waiting: Vec<bool>,
}

/// Push from each row of `sources` until no vertex has more than `epsilon` for each of its out-edges, one without any counting as one edge. The
/// sources themselves are pushed whatever they hold.
///
/// # Errors
/// `InvalidParameter` for matrices of other shapes or numbers out of range; `Interrupted`.
pub fn forward_push(
    transitions: &Csr,
    sources: &Csr,
    alpha: f64,
    epsilon: f64,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Pushed, Error> {
    let n = transitions.n_rows();
    if transitions.n_columns() != n || sources.n_columns() != n {
        let got = format!("{} and {}", transitions.n_columns(), sources.n_columns());
        return Err(Error::parameter(
            "transitions and sources",
            format!("matrices of {n} columns"),
            got,
        ));
    }
    if !(epsilon > 0.0) || !(alpha > 0.0 && alpha < 1.0) {
        let got = format!("{alpha} and {epsilon}");
        return Err(Error::parameter("alpha and epsilon", "in (0, 1) and above 0", got));
    }
    let walk = 1.0 - alpha;
    let degree = |vertex: u32| {
        let bounds = &transitions.indptr()[vertex as usize..vertex as usize + 2];
        (bounds[1] - bounds[0]).max(1) as f64
    };
    let init = || Workspace {
        kept: Spa::new(n),
        residue: Spa::new(n),
        waiting: vec![false; n],
    };
    let one = |space: &mut Workspace, query: usize| -> Result<(Row, Row, u64, u64), Error> {
        let (columns, masses) = sources.row(query);
        for (&vertex, &mass) in columns.iter().zip(masses) {
            space.residue.add(vertex, mass);
            space.waiting[vertex as usize] = true;
        }
        let (mut queue, mut later) = (columns.to_vec(), Vec::new());
        let (mut rounds, mut pushes, mut edges) = (0, 0, 0_usize);
        while !queue.is_empty() {
            rounds += 1;
            pushes += queue.len() as u64;
            for &vertex in &queue {
                space.waiting[vertex as usize] = false;
                let mass = space.residue.take(vertex);
                space.kept.add(vertex, alpha * mass);
                let (targets, shares) = transitions.row(vertex as usize);
                edges += targets.len() + 1;
                if edges > 1 << 20 {
                    monitor.check()?;
                    edges = 0;
                }
                for (&target, &share) in targets.iter().zip(shares) {
                    space.residue.add(target, walk * mass * share);
                    let waiting = &mut space.waiting[target as usize];
                    if !*waiting && space.residue.at(target) > epsilon * degree(target) {
                        *waiting = true;
                        later.push(target);
                    }
                }
            }
            queue.clear();
            std::mem::swap(&mut queue, &mut later);
        }
        let drain = |spa: &mut Spa| {
            let mut row: Row = (Vec::new(), Vec::new());
            spa.drain(|vertex, mass| {
                if mass > 0.0 {
                    row.0.push(vertex);
                    row.1.push(mass);
                }
            });
            row
        };
        Ok((drain(&mut space.kept), drain(&mut space.residue), rounds, pushes))
    };
    let found = for_rows(sources.n_rows(), pool, monitor, init, one)?;
    let (mut kept, mut residue) = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
    let (mut rounds, mut pushes) = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
    for row in found {
        kept.push(row.0);
        residue.push(row.1);
        rounds.push(row.2);
        pushes.push(row.3);
    }
    Ok(Pushed {
        kept: stacked(n, kept)?,
        residue: stacked(n, residue)?,
        rounds,
        pushes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::follow;
    use proptest::prelude::*;

    const N: usize = 8;

    fn graphs() -> impl Strategy<Value = Csr> {
        prop::collection::vec(prop::collection::vec(prop_oneof![2 => Just(0.0), 1 => 1.0..4.0], N), N).prop_map(
            |rows| {
                let row = |weights: &Vec<f64>| {
                    let total: f64 = weights.iter().sum();
                    let found = (0..N as u32).filter(|&v| weights[v as usize] > 0.0);
                    found.map(|v| (v, weights[v as usize] / total)).unzip()
                };
                stacked(N, rows.iter().map(row).collect()).unwrap()
            },
        )
    }

    proptest! {
        #[test]
        fn mass_is_kept_or_lies_below_the_threshold(p in graphs(), epsilon in prop_oneof![Just(1e-6), 0.001..0.3], source in 0..N as u32, threads in 1_usize..3) {
            let (pool, monitor) = (Pool::new(threads).unwrap(), Monitor::new());
            let sources = stacked(N, vec![(vec![source], vec![1.0]), (vec![0, 3], vec![0.75, 0.25])]).unwrap();
            let found = forward_push(&p, &sources, 0.2, epsilon, &pool, &monitor).unwrap();
            let exact = |start: &Csr| follow(&p, start, 0.2, 300, 0.0, &pool, &monitor).unwrap().stopped;
            let (walks, rest) = (exact(&sources), exact(&found.residue));
            for q in 0..2 {
                let mut sum = [0.0; N];
                for matrix in [&found.kept, &rest] {
                    for (&v, &x) in matrix.row(q).0.iter().zip(matrix.row(q).1) {
                        sum[v as usize] += x;
                    }
                }
                for (&v, &x) in walks.row(q).0.iter().zip(walks.row(q).1) {
                    prop_assert!((sum[v as usize] - x).abs() < 1e-12);
                }
                for (&v, &x) in found.residue.row(q).0.iter().zip(found.residue.row(q).1) {
                    prop_assert!(x <= epsilon * p.neighbours(v as usize).len().max(1) as f64);
                }
                prop_assert!(found.pushes[q] >= found.rounds[q] && found.rounds[q] >= 1);
            }
        }
    }

    #[test]
    fn bad_calls_are_refused() {
        let p = stacked(2, vec![(vec![1], vec![1.0]), (vec![], vec![])]).unwrap();
        let wide = stacked(3, vec![(vec![1], vec![1.0])]).unwrap();
        let (pool, monitor) = (Pool::serial(), Monitor::new());
        assert!(forward_push(&p, &wide, 0.2, 0.1, &pool, &monitor).is_err());
        assert!(forward_push(&p, &p, 0.2, 0.0, &pool, &monitor).is_err());
        assert!(forward_push(&p, &p, 1.0, 0.1, &pool, &monitor).is_err());
        let stopped = Monitor::new();
        stopped.stop();
        assert!(matches!(
            forward_push(&p, &p, 0.2, 0.1, &pool, &stopped),
            Err(Error::Interrupted(_))
        ));
    }
}
