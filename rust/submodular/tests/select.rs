//! The static solvers against brute force and against one another.

mod common;

use std::collections::HashSet;

use common::{Numbers, close, coverage_of, falling, monotone, random_coverage, solve};
use porism_runtime::Monitor;
use porism_submodular::objectives::*;
use porism_submodular::select::{Bound, Budget, Method, Options, Sieve, SieveKind, select};
use porism_submodular::{BoxError, Dense, Error, Item, Matroid, Objective};
use proptest::prelude::*;

const MONOTONE: [Method; 9] = [
    Method::Greedy,
    Method::LazyGreedy,
    Method::StochasticGreedy,
    Method::ThresholdGreedy,
    Method::TwoStage,
    Method::SieveStreaming,
    Method::SieveStreamingPp,
    Method::Random,
    Method::RandomGreedy,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 25, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn guarantees_hold_against_brute_force(n in 1_usize..10, m in 1_usize..25, k in 1_usize..5, seed: u64) {
        for instance in monotone(n, m, seed) {
            let objective = &instance.objective;
            let options = Options { epsilon: 0.1, seed, ..Options::default() };
            let best = solve(objective, k, Method::BruteForce, &options).value;
            let base = (instance.naive)(&[]);
            for method in MONOTONE {
                for bound in [Bound::Auto, Bound::Tight] {
                    let found = solve(objective, k, method, &Options { bound, ..options.clone() });
                    let name = format!("{} on {}", method.name(), instance.name);
                    prop_assert!(found.ranking.len() <= k.min(n), "{}", name);
                    let distinct: HashSet<_> = found.ranking.iter().collect();
                    prop_assert!(distinct.len() == found.ranking.len(), "{} repeats", name);
                    let exact = objective.value(&{
                        let mut state = objective.empty();
                        objective.extend(&mut state, &found.ranking).unwrap();
                        state
                    });
                    prop_assert!(close(found.value, exact, 1e-9), "{}: {} {exact}", name, found.value);
                    let sum: f64 = found.gains.iter().sum();
                    prop_assert!(close(base + sum, found.value, 1e-6), "{}: gains", name);
                    prop_assert!(found.upper_bound >= best * (1.0 - 1e-9), "{}: bound {} < {best}", name, found.upper_bound);
                    prop_assert!(found.value <= best * (1.0 + 1e-9) + 1e-12, "{}: beats the optimum", name);
                    let kf = k.min(n) as f64;
                    let share = match method {
                        Method::Greedy | Method::LazyGreedy => 1.0 - (1.0 - 1.0 / kf).powf(kf),
                        Method::ThresholdGreedy => 1.0 - (-1.0_f64).exp() - 0.1,
                        Method::TwoStage => 1.0 - (-0.9_f64).exp(),
                        Method::SieveStreaming | Method::SieveStreamingPp => 0.5 - 0.1,
                        _ => 0.0,
                    };
                    prop_assert!(
                        found.value - base >= share * (best - base) - 1e-9 * best.abs(),
                        "{}: {} of {best}", name, found.value
                    );
                }
            }
        }
    }

    #[test]
    fn lazy_is_greedy_with_fewer_queries(n in 1_usize..40, m in 1_usize..30, k in 1_usize..12, seed: u64) {
        for instance in monotone(n, m, seed).into_iter().chain(falling(n, seed)) {
            if instance.name == "graph cut, lambda 1" {
                continue;
            }
            let options = Options { bound: Bound::Free, ..Options::default() };
            let greedy = solve(&instance.objective, k, Method::Greedy, &options);
            let lazy = solve(&instance.objective, k, Method::LazyGreedy, &options);
            let kk = k.min(n);
            prop_assert_eq!(greedy.ranking.len(), kk);
            prop_assert_eq!(greedy.queries as usize, (0..kk).map(|i| n - i).sum::<usize>());
            prop_assert!(close(greedy.value, lazy.value, 1e-9), "{}", instance.name);
            // Sums of floats can tie but for rounding; whole numbers and maxima cannot.
            if matches!(instance.name, "coverage" | "facility location" | "influence" | "modular" | "facility location from vectors") {
                prop_assert_eq!(&greedy.ranking, &lazy.ranking, "{}", instance.name);
                prop_assert_eq!(&greedy.gains, &lazy.gains, "{}", instance.name);
            }
            if instance.name == "coverage" {
                prop_assert!(lazy.queries <= greedy.queries + 1);
            }
            let falls = lazy.gains.windows(2).all(|pair| pair[1] <= pair[0] + 1e-9 * pair[0].abs().max(1.0));
            prop_assert!(falls, "{}: gains rise", instance.name);
        }
    }

    #[test]
    fn initial_items_and_candidates_are_kept_to(n in 2_usize..14, k in 1_usize..4, seed: u64) {
        let mut numbers = Numbers(seed);
        for instance in monotone(n, 20, seed) {
            let size = numbers.below(3);
            let initial = numbers.subset(n, size);
            let candidates = numbers.subset(n, n / 2 + 1);
            for method in MONOTONE {
                let options = Options {
                    initial: initial.clone(), candidates: Some(candidates.clone()), seed, ..Options::default()
                };
                let found = solve(&instance.objective, k, method, &options);
                prop_assert!(found.ranking.iter().all(|e| candidates.contains(e) && !initial.contains(e)));
                let all = [&initial[..], &found.ranking].concat();
                let tolerance = if instance.name.contains("vectors") { 1e-6 } else { 1e-7 };
                prop_assert!(close(found.value, (instance.naive)(&all), tolerance), "{} {}", instance.name, method.name());
                let best = solve(&instance.objective, k, Method::BruteForce, &options).value;
                prop_assert!(found.upper_bound >= best * (1.0 - 1e-9));
            }
        }
    }

    #[test]
    fn budgets_are_kept_and_half_of_greedy_is_reached(n in 1_usize..9, seed: u64) {
        let mut numbers = Numbers(seed);
        let costs: Vec<f64> = (0..n).map(|_| 0.1 + numbers.unit()).collect();
        let limit = 2.0 * numbers.unit();
        for instance in monotone(n, 15, seed) {
            let budget = Some(Budget { costs: costs.clone(), limit });
            let options = Options { budget, ..Options::default() };
            let best = solve(&instance.objective, n, Method::BruteForce, &options);
            let base = (instance.naive)(&[]);
            let lazy = solve(&instance.objective, n, Method::LazyGreedy, &options);
            let greedy = solve(&instance.objective, n, Method::Greedy, &options);
            prop_assert!(close(lazy.value, greedy.value, 1e-9), "{}", instance.name);
            for found in [&lazy, &greedy, &best] {
                let cost: f64 = found.ranking.iter().map(|&e| costs[e as usize]).sum();
                prop_assert!(cost <= limit * (1.0 + 1e-12));
                prop_assert!(found.upper_bound >= best.value * (1.0 - 1e-9));
            }
            let share = 0.5 * (1.0 - (-1.0_f64).exp());
            prop_assert!(lazy.value - base >= share * (best.value - base) - 1e-9 * best.value.abs(), "{}", instance.name);
        }
    }

    #[test]
    fn matroids_are_kept_and_half_of_the_optimum_is_reached(n in 1_usize..9, seed: u64) {
        let mut numbers = Numbers(seed);
        let groups: Vec<u32> = (0..n).map(|_| numbers.below(3) as u32).collect();
        let edges: Vec<[u32; 2]> = (0..n).map(|_| [numbers.below(4) as u32, numbers.below(4) as u32]).collect();
        let matroids = [
            Matroid::partition(groups.clone(), vec![1, 0, 2]).unwrap(),
            Matroid::laminar(groups, vec![3, 3, 2, 3], vec![1, 2, 2, 2]).unwrap(),
            Matroid::graphic(edges, 4).unwrap(),
        ];
        for matroid in matroids {
            for instance in monotone(n, 12, seed) {
                let options = Options { matroid: Some(matroid.clone()), ..Options::default() };
                let best = solve(&instance.objective, n, Method::BruteForce, &options);
                let base = (instance.naive)(&[]);
                for method in [Method::Greedy, Method::LazyGreedy] {
                    let found = solve(&instance.objective, n, method, &options);
                    prop_assert!(matroid.is_independent(&found.ranking));
                    prop_assert!(found.value - base >= 0.5 * (best.value - base) - 1e-9 * best.value.abs());
                    prop_assert!(found.upper_bound >= best.value * (1.0 - 1e-9));
                }
                prop_assert!(matroid.is_independent(&best.ranking));
            }
        }
    }

    #[test]
    fn independence_is_hereditary_and_exchanges(n in 1_usize..8, seed: u64) {
        let mut numbers = Numbers(seed);
        let groups: Vec<u32> = (0..n).map(|_| numbers.below(3) as u32).collect();
        let edges: Vec<[u32; 2]> = (0..n).map(|_| [numbers.below(5) as u32, numbers.below(5) as u32]).collect();
        let matroids = [
            Matroid::partition(groups.clone(), vec![1, 2, 0]).unwrap(),
            Matroid::laminar(groups, vec![1, 3, 3, 3], vec![1, 2, 1, 3]).unwrap(),
            Matroid::graphic(edges, 5).unwrap(),
        ];
        let subset = |mask: usize| -> Vec<Item> { (0..n as Item).filter(|&e| mask >> e & 1 == 1).collect() };
        for matroid in matroids {
            let independent: Vec<usize> = (0..1 << n).filter(|&mask| matroid.is_independent(&subset(mask))).collect();
            prop_assert!(independent.contains(&0));
            for &a in &independent {
                prop_assert!((0..n).all(|e| independent.contains(&(a & !(1 << e)))));
                for &b in &independent {
                    if a.count_ones() < b.count_ones() {
                        let exchange = (0..n).any(|e| (b & !a) >> e & 1 == 1 && independent.contains(&(a | 1 << e)));
                        prop_assert!(exchange, "no exchange between {a:b} and {b:b}");
                    }
                }
            }
        }
    }

    #[test]
    fn falling_objectives_get_exactly_k_and_bounds(n in 2_usize..9, seed: u64) {
        for instance in falling(n, seed) {
            for k in 1..=n {
                let options = Options::default();
                let best = solve(&instance.objective, k, Method::BruteForce, &options);
                prop_assert!(close(best.value, (instance.naive)(&best.ranking), 1e-9));
                let slack = 1e-9 * (n * n) as f64; // values may cancel down to 0
                if instance.name == "sum redundancy" {
                    let greedy = solve(&instance.objective, k, Method::LazyGreedy, &options);
                    prop_assert_eq!((greedy.ranking.len(), best.ranking.len()), (k, k));
                    prop_assert!(greedy.upper_bound >= best.value - slack);
                    prop_assert!(greedy.value <= best.value + slack);
                } else {
                    let random = solve(&instance.objective, k, Method::RandomGreedy, &Options { seed, ..options.clone() });
                    prop_assert!(random.upper_bound >= best.value - slack);
                }
            }
        }
    }
}

#[test]
fn random_solvers_reach_their_expectations() {
    let (objective, _) = random_coverage(40, 60, 4, 11);
    let k = 4;
    let best = solve(&objective, k, Method::BruteForce, &Options::default()).value;
    let mean = |method, epsilon| {
        let one = |seed| {
            solve(
                &objective,
                k,
                method,
                &Options {
                    seed,
                    epsilon,
                    ..Options::default()
                },
            )
            .value
        };
        (0..200).map(one).sum::<f64>() / 200.0
    };
    assert!(mean(Method::StochasticGreedy, 0.2) >= (1.0 - (-1.0_f64).exp() - 0.2) * best);
    assert!(mean(Method::RandomGreedy, 0.2) >= (1.0 - (-1.0_f64).exp()) * best * 0.95);
    // Unconstrained: cuts are the classic non-monotone functions.
    for seed in 0..5 {
        let [_, cut] = falling(9, seed).try_into().ok().unwrap();
        let best = solve(&cut.objective, 9, Method::BruteForce, &Options::default()).value;
        let one = |seed| {
            solve(
                &cut.objective,
                9,
                Method::DoubleGreedy,
                &Options {
                    seed,
                    ..Options::default()
                },
            )
            .value
        };
        let double = (0..200).map(one).sum::<f64>() / 200.0;
        assert!(double >= 0.5 * best * 0.95, "{double} {best}");
        let one = |seed| {
            solve(
                &cut.objective,
                3,
                Method::RandomGreedy,
                &Options {
                    seed,
                    ..Options::default()
                },
            )
            .value
        };
        let random = (0..200).map(one).sum::<f64>() / 200.0;
        let best = solve(&cut.objective, 3, Method::BruteForce, &Options::default()).value;
        assert!(random >= best * (-1.0_f64).exp() * 0.95, "{random} {best}");
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let mut numbers = Numbers(3);
    let values: Vec<f32> = (0..1195 * 1195).map(|_| numbers.unit() as f32).collect();
    let dense = facility_location_dense(Dense::new(values, 1195, 1195).unwrap(), &Monitor::new()).unwrap();
    let points: Vec<f32> = (0..3000 * 20).map(|_| numbers.unit() as f32).collect();
    let points = Dense::new(points, 3000, 20).unwrap();
    let vectors = facility_location_features(&points, None, Metric::Rbf { gamma: 0.5 }).unwrap();
    fn compare(objective: &impl Objective, methods: &[Method]) {
        for &method in methods {
            let one = solve(objective, 8, method, &Options::default());
            let three = solve(
                objective,
                8,
                method,
                &Options {
                    n_threads: 3,
                    ..Options::default()
                },
            );
            assert_eq!(one, three, "{}", method.name());
        }
    }
    compare(&dense, &[Method::LazyGreedy, Method::Greedy, Method::StochasticGreedy]);
    compare(&vectors, &[Method::LazyGreedy]);
}

#[test]
fn sketches_change_no_choice() {
    let mut numbers = Numbers(5);
    let (n, m) = (400, 333);
    // Every item serves all clients a little, so that the first choice makes nearly all gains fall.
    let values: Vec<f64> = (0..n * m).map(|_| 0.5 + numbers.unit() * numbers.unit()).collect();
    let objective = facility_location_dense(Dense::new(values, n, m).unwrap(), &Monitor::new()).unwrap();
    let budget = Budget {
        costs: (0..n).map(|_| 0.2 + numbers.unit()).collect(),
        limit: 9.0,
    };
    let groups: Vec<u32> = (0..n as u32).map(|item| item % 7).collect();
    let variants = [
        Options::default(),
        Options {
            initial: vec![17, 3],
            candidates: Some((0..n as Item).rev().filter(|item| item % 3 > 0).collect()),
            ..Options::default()
        },
        Options {
            budget: Some(budget),
            ..Options::default()
        },
        Options {
            matroid: Some(Matroid::partition(groups, vec![2; 7]).unwrap()),
            ..Options::default()
        },
    ];
    for options in variants {
        let lazy = solve(&objective, 40, Method::LazyGreedy, &options);
        let greedy = solve(&objective, 40, Method::Greedy, &options);
        assert_eq!((&lazy.ranking, &lazy.gains), (&greedy.ranking, &greedy.gains));
        assert!(lazy.queries < greedy.queries, "{} of {}", lazy.queries, greedy.queries);
        let best = lazy.value.max(greedy.value);
        assert!(lazy.upper_bound >= best && lazy.upper_bound < 1.5 * best);
        if options.budget.is_none() && options.matroid.is_none() {
            let two = solve(&objective, 40, Method::TwoStage, &options);
            assert!(two.value > 0.9 * greedy.value);
        }
    }
}

#[test]
fn ties_go_to_the_smallest_id() {
    let same = coverage_of(&[vec![0], vec![1], vec![2], vec![0, 1], vec![2, 3]], 4);
    for method in [Method::Greedy, Method::LazyGreedy] {
        assert_eq!(solve(&same, 4, method, &Options::default()).ranking, [3, 4, 0, 1]);
    }
    let backwards = Options {
        candidates: Some(vec![2, 1, 0]),
        ..Options::default()
    };
    assert_eq!(solve(&same, 2, Method::LazyGreedy, &backwards).ranking, [0, 1]);
}

#[test]
fn sieves_may_be_fed_one_by_one() {
    let (objective, _) = random_coverage(300, 400, 6, 5);
    for (kind, method) in [
        (SieveKind::Sieve, Method::SieveStreaming),
        (SieveKind::PlusPlus, Method::SieveStreamingPp),
    ] {
        let options = Options {
            initial: vec![7, 9],
            epsilon: 0.1,
            ..Options::default()
        };
        let whole = solve(&objective, 10, method, &options);
        let mut sieve = Sieve::new(objective.clone(), 10, 0.1, kind, &[7, 9]).unwrap();
        for item in 0..300 {
            sieve.push(item, &Monitor::new()).unwrap();
            if item % 50 == 0 {
                sieve.push(item, &Monitor::new()).unwrap(); // seen twice, chosen once
            }
        }
        let (ranking, gains, value) = sieve.solution();
        assert_eq!((&ranking, value), (&whole.ranking, whole.value));
        assert!(gains.len() == ranking.len() && sieve.queries() > 0 && !ranking.contains(&7));
        if kind == SieveKind::PlusPlus {
            // O(k / epsilon), whatever the stream.
            assert!(sieve.memory() <= 2 * 10 * 12, "{}", sieve.memory());
        }
    }
}

#[test]
fn queries_are_the_calls_that_a_function_sees() {
    let (_, rows) = random_coverage(30, 40, 3, 2);
    for method in Method::ALL {
        let rows = rows.clone();
        let function = move |set: &[Item]| -> Result<f64, BoxError> {
            let union: HashSet<u32> = set.iter().flat_map(|&e| rows[e as usize].iter().copied()).collect();
            Ok(union.len() as f64)
        };
        let objective = user(function, 30).unwrap();
        let before = objective.calls();
        let k = if method == Method::DoubleGreedy { 30 } else { 3 };
        let found = solve(
            &objective,
            k,
            method,
            &Options {
                bound: Bound::Tight,
                ..Options::default()
            },
        );
        assert_eq!(objective.calls() - before, found.queries, "{}", method.name());
    }
}

#[test]
fn scale_does_not_matter() {
    let (_, rows) = random_coverage(60, 80, 5, 8);
    for method in MONOTONE {
        let mut rankings = Vec::new();
        // Powers of two round nothing, so that ties stay ties.
        for scale in [2.0_f64.powi(-900), 1.0, 2.0_f64.powi(900)] {
            let table: Vec<f64> = (0..60 * 80)
                .map(|i| {
                    if rows[i / 80].contains(&((i % 80) as u32)) {
                        scale
                    } else {
                        0.0
                    }
                })
                .collect();
            let objective = facility_location_dense(Dense::new(table, 60, 80).unwrap(), &Monitor::new()).unwrap();
            let found = solve(&objective, 6, method, &Options::default());
            assert!(
                found.value > 0.0 && found.upper_bound.is_finite(),
                "{} at {scale}",
                method.name()
            );
            rankings.push(found.value / scale);
        }
        if method != Method::SieveStreaming && method != Method::SieveStreamingPp {
            assert!(
                rankings.windows(2).all(|pair| close(pair[0], pair[1], 1e-6)),
                "{}: {rankings:?}",
                method.name()
            );
        }
    }
}

#[test]
fn impossible_calls_are_refused() {
    let objective = modular(vec![1.0; 50]).unwrap();
    let call = |k, method, options: Options| select(&objective, k, method, &options, &Monitor::new());
    let plain = Options::default;
    assert!(matches!(
        call(0, Method::Greedy, plain()),
        Err(Error::InvalidParameter { name: "k", .. })
    ));
    for epsilon in [0.0, 1.0, -1.0, f64::NAN] {
        let refused = call(3, Method::StochasticGreedy, Options { epsilon, ..plain() });
        assert!(matches!(refused, Err(Error::InvalidParameter { name: "epsilon", .. })));
    }
    assert!(
        call(
            3,
            Method::SieveStreaming,
            Options {
                epsilon: 1e-9,
                ..plain()
            }
        )
        .is_err()
    );
    assert!(matches!(
        call(25, Method::BruteForce, plain()),
        Err(Error::TooManySubsets { .. })
    ));
    assert!(matches!(
        call(3, Method::DoubleGreedy, plain()),
        Err(Error::Unsupported { .. })
    ));
    let budget = |costs: Vec<f64>, limit| Options {
        budget: Some(Budget { costs, limit }),
        ..plain()
    };
    assert!(matches!(
        call(3, Method::Random, budget(vec![1.0; 50], 1.0)),
        Err(Error::Unsupported { .. })
    ));
    assert!(matches!(
        call(3, Method::Greedy, budget(vec![1.0; 49], 1.0)),
        Err(Error::Shape { .. })
    ));
    assert!(matches!(
        call(3, Method::Greedy, budget(vec![0.0; 50], 1.0)),
        Err(Error::InvalidObjective { .. })
    ));
    assert!(call(3, Method::Greedy, budget(vec![1.0; 50], f64::NAN)).is_err());
    let matroid = Some(Matroid::partition(vec![0; 3], vec![1]).unwrap());
    assert!(matches!(
        call(3, Method::Greedy, Options { matroid, ..plain() }),
        Err(Error::Shape { .. })
    ));
    assert!(Matroid::partition(vec![2], vec![1]).is_err());
    assert!(Matroid::laminar(vec![0], vec![1, 0], vec![1, 1]).is_err());
    assert!(Matroid::graphic(vec![[0, 4]], 4).is_err());
    let initial = Options {
        initial: vec![50],
        ..plain()
    };
    assert!(matches!(
        call(3, Method::Greedy, initial),
        Err(Error::OutOfRange { item: 50, .. })
    ));
    let twice = Options {
        candidates: Some(vec![1, 1]),
        ..plain()
    };
    assert!(matches!(
        call(3, Method::Greedy, twice),
        Err(Error::DuplicateItem { item: 1 })
    ));
    let [_, cut] = falling(5, 0).try_into().ok().unwrap();
    let refused = select(&cut.objective, 2, Method::LazyGreedy, &plain(), &Monitor::new());
    assert!(matches!(refused, Err(Error::NotMonotone { .. })));
    let stopped = Monitor::new();
    stopped.stop();
    for method in [
        Method::Greedy,
        Method::LazyGreedy,
        Method::SieveStreaming,
        Method::Random,
    ] {
        assert!(matches!(
            select(&objective, 2, method, &plain(), &stopped),
            Err(Error::Interrupted(_))
        ));
    }
}

#[test]
fn nothing_to_choose_from_is_no_error() {
    let objective = modular(vec![]).unwrap();
    for method in Method::ALL {
        let found = solve(&objective, 3, method, &Options::default());
        assert!(
            found.ranking.is_empty() && found.value == 0.0 && found.certified_ratio() == 1.0,
            "{}",
            method.name()
        );
    }
    let zeros = modular(vec![0.0; 4]).unwrap();
    for method in MONOTONE {
        assert_eq!(solve(&zeros, 2, method, &Options::default()).value, 0.0);
    }
    for method in Method::ALL {
        assert_eq!(Method::from_name(method.name()), Some(method));
    }
}
