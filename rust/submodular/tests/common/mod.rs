//! Random instances of every objective, each beside a function that computes its value from the definition.
#![allow(dead_code)]

use std::collections::BTreeSet;

use porism_runtime::Monitor;
use porism_submodular::objectives::*;
use porism_submodular::select::{Method, Options, Selection, select};
use porism_submodular::{AnyObjective, BoxError, Csr, Dense, Item, Objective};

pub(crate) type Naive = Box<dyn Fn(&[Item]) -> f64>;

/// An objective and its definition.
pub(crate) struct Instance {
    pub(crate) name: &'static str,
    pub(crate) objective: AnyObjective,
    pub(crate) naive: Naive,
}

pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Mostly ordinary numbers, some zeros, some repeated.
    pub(crate) fn weight(&mut self) -> f64 {
        match self.below(6) {
            0 => 0.0,
            1 => 0.5,
            _ => self.unit(),
        }
    }

    pub(crate) fn subset(&mut self, n: usize, size: usize) -> Vec<Item> {
        let mut items: Vec<Item> = (0..n as Item).collect();
        for i in 0..size.min(n) {
            let j = i + self.below(n - i);
            items.swap(i, j);
        }
        items.truncate(size.min(n));
        items
    }
}

fn sparse(rows: &[Vec<f64>]) -> Csr<f64> {
    let rows: Vec<Vec<(u32, f64)>> = rows
        .iter()
        .map(|row| {
            row.iter()
                .enumerate()
                .filter(|e| *e.1 > 0.0)
                .map(|(u, &x)| (u as u32, x))
                .collect()
        })
        .collect();
    let width = rows.iter().flatten().map(|e| e.0 as usize + 1).max().unwrap_or(0);
    Csr::from_rows(&rows, width).unwrap()
}

fn sparse_to(rows: &[Vec<f64>], width: usize) -> Csr<f64> {
    let rows: Vec<Vec<(u32, f64)>> = rows
        .iter()
        .map(|row| {
            row.iter()
                .enumerate()
                .filter(|e| *e.1 > 0.0)
                .map(|(u, &x)| (u as u32, x))
                .collect()
        })
        .collect();
    Csr::from_rows(&rows, width).unwrap()
}

fn dense(rows: &[Vec<f64>]) -> Dense<f64> {
    let width = rows.first().map_or(0, Vec::len);
    Dense::new(rows.concat(), rows.len(), width).unwrap()
}

fn total(rows: &[Vec<f64>], set: &[Item], u: usize) -> f64 {
    set.iter().map(|&e| rows[e as usize][u]).sum()
}

pub(crate) fn coverage_of(rows: &[Vec<u32>], universe: usize) -> Coverage {
    let rows: Vec<Vec<(u32, ())>> = rows.iter().map(|row| row.iter().map(|&u| (u, ())).collect()).collect();
    coverage(Csr::from_rows(&rows, universe).unwrap())
}

pub(crate) fn random_coverage(n: usize, universe: usize, degree: usize, seed: u64) -> (Coverage, Vec<Vec<u32>>) {
    let mut numbers = Numbers(seed);
    let rows: Vec<Vec<u32>> = (0..n)
        .map(|_| {
            let size = numbers.below(2 * degree + 1);
            (0..size)
                .map(|_| (numbers.unit() * numbers.unit() * universe as f64) as u32)
                .collect()
        })
        .collect();
    (coverage_of(&rows, universe), rows)
}

fn union(sets: &[Vec<u32>], set: &[Item]) -> BTreeSet<u32> {
    set.iter().flat_map(|&e| sets[e as usize].iter().copied()).collect()
}

/// Every monotone objective over `n` items and `m` cells.
pub(crate) fn monotone(n: usize, m: usize, seed: u64) -> Vec<Instance> {
    let mut numbers = Numbers(seed);
    let rows: Vec<Vec<f64>> = (0..n).map(|_| (0..m).map(|_| numbers.weight()).collect()).collect();
    let sets: Vec<Vec<u32>> = (0..n)
        .map(|_| (0..m as u32).filter(|_| numbers.below(3) == 0).collect())
        .collect();
    let weights: Vec<f64> = (0..m).map(|_| numbers.weight()).collect();
    let items: Vec<f64> = (0..n).map(|_| numbers.weight()).collect();
    let points: Vec<Vec<f64>> = (0..n).map(|_| (0..3).map(|_| numbers.unit() + 5.0).collect()).collect();
    let symmetric: Vec<Vec<f64>> = {
        let mut s = vec![vec![0.0; n]; n];
        for a in 0..n {
            for b in 0..=a {
                s[a][b] = numbers.weight();
                s[b][a] = s[a][b];
            }
        }
        s
    };
    let mut all = Vec::new();
    let mut push = |name, objective: AnyObjective, naive: Naive| all.push(Instance { name, objective, naive });

    let sets_of = |sets: &[Vec<u32>]| -> Csr<()> {
        let rows: Vec<Vec<(u32, ())>> = sets.iter().map(|row| row.iter().map(|&u| (u, ())).collect()).collect();
        Csr::from_rows(&rows, m).unwrap()
    };
    let c = sets.clone();
    let cover: Naive = Box::new(move |set| union(&c, set).len() as f64);
    push("coverage", AnyObjective::new(coverage(sets_of(&sets))), cover);
    let (c, w) = (sets.clone(), weights.clone());
    push(
        "weighted coverage",
        AnyObjective::new(weighted_coverage(sets_of(&sets), weights.clone()).unwrap()),
        Box::new(move |set| union(&c, set).into_iter().map(|u| w[u as usize]).sum()),
    );
    for dense_too in [false, true] {
        let (r, w) = (rows.clone(), weights.clone());
        let probabilistic: Naive = Box::new(move |set| {
            (0..m)
                .map(|u| w[u] * (1.0 - set.iter().map(|&e| 1.0 - r[e as usize][u]).product::<f64>()))
                .sum()
        });
        let objective = if dense_too {
            AnyObjective::new(probabilistic_coverage_dense(dense(&rows), Some(weights.clone())).unwrap())
        } else {
            AnyObjective::new(probabilistic_coverage_sparse(sparse_to(&rows, m), Some(weights.clone())).unwrap())
        };
        push("probabilistic coverage", objective, probabilistic);
        let r = rows.clone();
        let facility: Naive = Box::new(move |set| {
            (0..m)
                .map(|u| set.iter().map(|&e| r[e as usize][u]).fold(0.0, f64::max))
                .sum()
        });
        let objective = if dense_too {
            AnyObjective::new(facility_location_dense(dense(&rows), &Monitor::new()).unwrap())
        } else {
            AnyObjective::new(facility_location_sparse(sparse(&rows)).unwrap())
        };
        push("facility location", objective, facility);
        for concave in [Concave::Sqrt, Concave::Log1p, Concave::Fraction, Concave::Capped(1.2)] {
            let (r, w) = (rows.clone(), weights.clone());
            let g = move |x: f64| match concave {
                Concave::Sqrt => x.sqrt(),
                Concave::Log1p => x.ln_1p(),
                Concave::Fraction => x / (1.0 + x),
                Concave::Capped(cap) => x.min(cap),
            };
            let naive: Naive = Box::new(move |set| (0..m).map(|u| w[u] * g(total(&r, set, u))).sum());
            let objective = if dense_too {
                feature_based_dense(dense(&rows), concave, Some(weights.clone())).unwrap()
            } else {
                let features = sparse_to(&rows, m);
                feature_based_sparse(features, concave, Some(weights.clone())).unwrap()
            };
            push("feature based", objective, naive);
        }
        let r = rows.clone();
        let saturated: Naive = Box::new(move |set| {
            let cap = |u: usize| 0.3 * r.iter().map(|row| row[u]).sum::<f64>();
            (0..m).map(|u| total(&r, set, u).min(cap(u))).sum()
        });
        let similarity = if dense_too {
            Similarity::Dense(dense(&rows))
        } else {
            Similarity::Sparse(sparse_to(&rows, m))
        };
        push(
            "saturated coverage",
            saturated_coverage(similarity, 0.3).unwrap(),
            saturated,
        );
        let s = symmetric.clone();
        let cut: Naive = Box::new(move |set| cut(&s, set, 0.4));
        let similarity = if dense_too {
            Similarity::Dense(dense(&symmetric))
        } else {
            Similarity::Sparse(sparse_to(&symmetric, n))
        };
        push("graph cut", AnyObjective::new(graph_cut(similarity, 0.4).unwrap()), cut);
    }
    let w = items.clone();
    push(
        "modular",
        AnyObjective::new(modular(items.clone()).unwrap()),
        Box::new(move |set| set.iter().map(|&e| w[e as usize]).sum()),
    );
    let kernel: Vec<Vec<f64>> = points
        .iter()
        .map(|a| points.iter().map(|b| (-3.0 * square(a, b)).exp()).collect())
        .collect();
    let k = kernel.clone();
    push(
        "log det",
        AnyObjective::new(log_det(dense(&kernel), 0.7).unwrap()),
        Box::new(move |set| log_determinant(&k, set, 0.49)),
    );
    for metric in [
        Metric::Rbf { gamma: 3.0 },
        Metric::InverseDistance,
        Metric::Cosine,
        Metric::Dot,
    ] {
        let objective = facility_location_features(&dense(&points), None, metric).unwrap();
        // Similarities are single precision: the definition is read from the objective's own, item by item.
        let single = |e: Item, u: &[f64]| {
            let client = Dense::new(u.to_vec(), 1, 3).unwrap();
            let one = facility_location_features(&dense(&points), Some(&client), metric).unwrap();
            one.gain(&one.empty(), e).unwrap()
        };
        let table: Vec<Vec<f64>> = (0..n as Item)
            .map(|e| points.iter().map(|u| single(e, u)).collect())
            .collect();
        let naive: Naive = Box::new(move |set| {
            (0..n)
                .map(|u| set.iter().map(|&e| table[e as usize][u]).fold(0.0, f64::max))
                .sum()
        });
        push("facility location from vectors", AnyObjective::new(objective), naive);
    }
    // Reverse reachable sets: a row per set, a column per item.
    let hits: Vec<Vec<(u32, ())>> = (0..m)
        .map(|u| {
            (0..n as u32)
                .filter(|&e| sets[e as usize].contains(&(u as u32)))
                .map(|e| (e, ()))
                .collect()
        })
        .collect();
    let c = sets.clone();
    push(
        "influence",
        AnyObjective::new(influence(&Csr::from_rows(&hits, n).unwrap())),
        Box::new(move |set| n as f64 / m as f64 * union(&c, set).len() as f64),
    );
    let (c, w) = (sets.clone(), items.clone());
    let parts = vec![
        AnyObjective::new(coverage(sets_of(&sets))),
        AnyObjective::new(modular(items.clone()).unwrap()),
    ];
    push(
        "mixture",
        AnyObjective::new(mixture(parts, &[0.5, 2.0]).unwrap()),
        Box::new(move |set| 0.5 * union(&c, set).len() as f64 + 2.0 * set.iter().map(|&e| w[e as usize]).sum::<f64>()),
    );
    let (c, d) = (sets.clone(), sets);
    let function = move |set: &[Item]| -> Result<f64, BoxError> { Ok(union(&c, set).len() as f64 + 1.0) };
    push(
        "user",
        AnyObjective::new(user(function, n).unwrap()),
        Box::new(move |set| union(&d, set).len() as f64 + 1.0),
    );
    all
}

/// Objectives that may fall.
pub(crate) fn falling(n: usize, seed: u64) -> Vec<Instance> {
    let mut numbers = Numbers(seed);
    let mut s = vec![vec![0.0; n]; n];
    for a in 0..n {
        for b in 0..=a {
            s[a][b] = numbers.weight();
            s[b][a] = s[a][b];
        }
    }
    let t = s.clone();
    let everything: f64 = s.iter().flatten().sum();
    let redundancy = sum_redundancy(Similarity::Dense(dense(&s))).unwrap();
    let large_cut = graph_cut(Similarity::Sparse(sparse_to(&s, n)), 1.0).unwrap();
    vec![
        Instance {
            name: "sum redundancy",
            objective: AnyObjective::new(redundancy),
            naive: Box::new(move |set| {
                let pairs = |a: &Item| set.iter().map(|&b| t[*a as usize][b as usize]).sum::<f64>();
                everything - set.iter().map(pairs).sum::<f64>()
            }),
        },
        Instance {
            name: "graph cut, lambda 1",
            objective: AnyObjective::new(large_cut),
            naive: Box::new(move |set| cut(&s, set, 1.0)),
        },
    ]
}

fn cut(s: &[Vec<f64>], set: &[Item], lambda: f64) -> f64 {
    let reward: f64 = set.iter().map(|&e| s[e as usize].iter().sum::<f64>()).sum();
    let inner: f64 = set
        .iter()
        .map(|&a| set.iter().map(|&b| s[a as usize][b as usize]).sum::<f64>())
        .sum();
    reward - lambda * inner
}

fn square(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum()
}

fn log_determinant(kernel: &[Vec<f64>], set: &[Item], variance: f64) -> f64 {
    let k = set.len();
    let mut a: Vec<Vec<f64>> = (0..k)
        .map(|i| {
            let entry = |j: usize| kernel[set[i] as usize][set[j] as usize] / variance + f64::from(u8::from(i == j));
            (0..k).map(entry).collect()
        })
        .collect();
    // Gaussian elimination: the matrix is positive definite.
    let mut sum = 0.0;
    for i in 0..k {
        sum += a[i][i].ln();
        for r in i + 1..k {
            let f = a[r][i] / a[i][i];
            for c in i..k {
                a[r][c] -= f * a[i][c];
            }
        }
    }
    sum
}

pub(crate) fn solve(objective: &impl Objective, k: usize, method: Method, options: &Options) -> Selection {
    select(objective, k, method, options, &Monitor::new()).unwrap()
}

pub(crate) fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}
