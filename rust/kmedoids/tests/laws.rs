//! The laws of k-medoids, against oracles that are slow and obviously correct.

use porism_kmedoids::*;
use porism_runtime::{Isa, Monitor};
use proptest::prelude::*;

/// A symmetric matrix with many ties and duplicates, not metric.
fn integers(n: std::ops::Range<usize>) -> impl Strategy<Value = (usize, Vec<i64>)> {
    (n, prop_oneof![Just(3_i64), Just(10), Just(1_000_000)]).prop_flat_map(|(n, max)| {
        proptest::collection::vec(0..max, n * n).prop_map(move |values| (n, symmetric(n, values)))
    })
}

fn symmetric<T: Element>(n: usize, mut values: Vec<T>) -> Vec<T> {
    for i in 0..n {
        values[i * n + i] = T::ZERO;
        for j in 0..i {
            values[i * n + j] = values[j * n + i];
        }
    }
    values
}

/// Points in the plane under the city-block metric.
fn metric(n: std::ops::Range<usize>) -> impl Strategy<Value = (usize, Vec<i64>)> {
    n.prop_flat_map(|n| {
        proptest::collection::vec((0..20_i64, 0..20_i64), n).prop_map(move |points| {
            let distance = |(a, b): (i64, i64), (c, d): (i64, i64)| (a - c).abs() + (b - d).abs();
            let pairs = points.iter().flat_map(|&p| points.iter().map(move |&q| distance(p, q)));
            (n, pairs.collect())
        })
    })
}

fn floats(values: &[i64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}

fn loss<T: Element>(values: &[T], n: usize, medoids: &[usize]) -> T::Acc {
    (0..n)
        .map(|o| {
            let distances = medoids.iter().map(|&j| values[j * n + o].widen());
            distances.reduce(|a, b| if b < a { b } else { a }).unwrap()
        })
        .sum()
}

fn subsets(n: usize, k: usize) -> Vec<Vec<usize>> {
    (0..1_usize << n)
        .filter(|set| set.count_ones() as usize == k)
        .map(|set| (0..n).filter(|i| set >> i & 1 == 1).collect())
        .collect()
}

fn naive_build(values: &[i64], n: usize, k: usize) -> Vec<usize> {
    let mut medoids: Vec<usize> = Vec::new();
    while medoids.len() < k {
        let free = (0..n).filter(|j| !medoids.contains(j));
        let with = |j: usize| loss(values, n, &[&medoids[..], &[j]].concat());
        medoids.push(free.min_by_key(|&j| with(j)).unwrap());
    }
    medoids
}

fn options() -> Options {
    Options {
        trace: true,
        ..Options::default()
    }
}

type Solver<T> = fn(&Instance<'_, T>, &[usize], &Options, &Monitor) -> Result<Clustering<T>, Error>;

fn solvers<T: Element>() -> [(&'static str, Solver<T>); 4] {
    [
        ("fasterpam", fasterpam),
        ("fastpam1", fastpam1),
        ("pam", pam),
        ("alternating", alternating),
    ]
}

fn solve<T: Element>(solver: Solver<T>, values: &[T], n: usize, init: &[usize], options: &Options) -> Clustering<T> {
    let instance = Instance::square(values, n).unwrap();
    solver(&instance, init, options, &Monitor::new()).unwrap()
}

fn start(n: usize, k: usize, seed: u64) -> Vec<usize> {
    let values = vec![0_i64; n * n];
    let instance = Instance::square(&values, n).unwrap();
    let options = Options { seed, ..options() };
    initialise(&instance, k, Init::Random, &[], &options, &Monitor::new()).unwrap()
}

fn is_valid<T: Element>(result: &Clustering<T>, values: &[T], n: usize, k: usize) {
    let mut distinct = result.medoids.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), k);
    for (slot, &medoid) in result.medoids.iter().enumerate() {
        assert_eq!(result.labels[medoid], slot);
    }
    for o in 0..n {
        let distances: Vec<T> = result.medoids.iter().map(|&j| values[j * n + o]).collect();
        let label = result.labels[o];
        assert!(distances.iter().all(|&other| other >= distances[label]));
        assert_eq!(result.distances[o], distances[label]);
        if !result.medoids.contains(&o) {
            assert!(distances[..label].iter().all(|&other| other > distances[label]));
        }
        let others = distances
            .iter()
            .enumerate()
            .filter(|&(slot, _)| slot != label)
            .map(|(_, &d)| d);
        let second = others.reduce(|a, b| if b < a { b } else { a }).unwrap_or(T::FAR);
        assert_eq!(result.second_distances[o], second);
    }
    assert_eq!(result.loss, loss(values, n, &result.medoids));
    assert_eq!(*result.losses.last().unwrap(), result.loss);
    assert!(result.losses.is_sorted_by(|a, b| a >= b));
}

fn is_local_optimum(result: &Clustering<i64>, values: &[i64], n: usize) {
    for slot in 0..result.medoids.len() {
        for j in (0..n).filter(|j| !result.medoids.contains(j)) {
            let mut medoids = result.medoids.clone();
            medoids[slot] = j;
            assert!(loss(values, n, &medoids) >= result.loss);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_result_is_valid_and_swapping_ends_in_a_local_optimum(
        (n, values) in integers(1..30), k in 1..30_usize, seed in 0..100_u64,
    ) {
        let k = k.min(n);
        for (name, solver) in solvers::<i64>() {
            let result = solve(solver, &values, n, &start(n, k, seed), &Options { seed, ..options() });
            is_valid(&result, &values, n, k);
            prop_assert!(result.converged);
            if name != "alternating" {
                is_local_optimum(&result, &values, n);
            }
            if name != "alternating" && k > 1 {
                for swap in &result.swaps {
                    prop_assert!(swap.slot < k && swap.candidate < n);
                }
                prop_assert_eq!(result.swaps.len(), result.n_swap);
                prop_assert!(result.swaps.is_sorted_by(|a, b| a.loss > b.loss));
            }
        }
        for (_, solver) in solvers::<f32>() {
            let values = floats(&values);
            let result = solve(solver, &values, n, &start(n, k, seed), &Options { seed, ..options() });
            is_valid(&result, &values, n, k);
        }
    }

    #[test]
    fn fastpam1_makes_the_swaps_of_pam((n, values) in integers(2..40), k in 2..20_usize, seed in 0..100_u64) {
        let k = k.min(n);
        let init = start(n, k, seed);
        let slow = solve(pam, &values, n, &init, &options());
        for lazy in [false, true] {
            let fast = solve(fastpam1, &values, n, &init, &Options { lazy, ..options() });
            prop_assert_eq!(&slow.swaps, &fast.swaps);
            prop_assert_eq!(&slow.medoids, &fast.medoids);
            prop_assert_eq!(slow.n_iter, fast.n_iter);
        }
    }

    #[test]
    fn threads_instruction_sets_and_skipping_change_nothing(
        (n, values) in integers(2..60), k in 1..20_usize, seed in 0..100_u64,
    ) {
        let k = k.min(n);
        let init = start(n, k, seed);
        let values: Vec<f32> = values.iter().map(|&value| (value as f32).sqrt()).collect();
        for (_, solver) in solvers::<f32>() {
            let reference = solve(solver, &values, n, &init, &Options { seed, ..options() });
            for n_threads in [1, 2, 4] {
                for isa in Isa::available() {
                    let options = Options { seed, n_threads, isa: Some(isa), ..options() };
                    prop_assert_eq!(&reference, &solve(solver, &values, n, &init, &options));
                }
            }
            let eager = solve(solver, &values, n, &init, &Options { seed, lazy: false, ..options() });
            prop_assert_eq!(&reference.swaps, &eager.swaps);
            prop_assert_eq!(eager.counters.n_skipped, 0);
            prop_assert!(reference.counters.n_eval <= eager.counters.n_eval);
        }
    }

    #[test]
    fn build_picks_what_naive_build_picks((n, values) in integers(1..40), k in 1..40_usize) {
        let k = k.min(n);
        let naive = naive_build(&values, n, k);
        for n_threads in [1, 3] {
            let options = Options { n_threads, ..options() };
            let instance = Instance::square(&values, n).unwrap();
            prop_assert_eq!(&initialise(&instance, k, Init::Build, &[], &options, &Monitor::new()).unwrap(), &naive);
            let values = floats(&values);
            let instance = Instance::square(&values, n).unwrap();
            prop_assert_eq!(&initialise(&instance, k, Init::Build, &[], &options, &Monitor::new()).unwrap(), &naive);
        }
    }

    #[test]
    fn a_local_optimum_of_a_metric_is_at_most_five_times_the_optimum(
        (n, values) in metric(1..9), k in 1..4_usize, seed in 0..100_u64,
    ) {
        let k = k.min(n);
        let optimum = subsets(n, k).iter().map(|medoids| loss(&values, n, medoids)).min().unwrap();
        for (_, solver) in &solvers::<i64>()[..3] {
            let result = solve(*solver, &values, n, &start(n, k, seed), &options());
            prop_assert!(result.loss <= 5 * optimum);
        }
    }

    #[test]
    fn scaling_by_a_power_of_two_scales_the_loss((n, values) in integers(2..30), k in 1..10_usize, seed in 0..9_u64) {
        let k = k.min(n);
        let init = start(n, k, seed);
        let values: Vec<f64> = values.iter().map(|&value| (value as f64).sqrt()).collect();
        let scaled: Vec<f64> = values.iter().map(|value| value * 1024.0).collect();
        for (_, solver) in solvers::<f64>() {
            let result = solve(solver, &values, n, &init, &options());
            let other = solve(solver, &scaled, n, &init, &options());
            prop_assert_eq!(result.medoids, other.medoids);
            prop_assert_eq!(result.loss * 1024.0, other.loss);
        }
    }

    #[test]
    fn weights_are_physical_duplicates((n, values) in integers(2..12), k in 1..6_usize, seed in 0..9_u64, weights in proptest::collection::vec(0..4_i64, 12)) {
        let k = k.min(n);
        let weights = &weights[..n];
        prop_assume!(weights.iter().any(|&weight| weight > 0));
        let init = start(n, k, seed);
        let instance = Instance::square(&values, n).unwrap().with_weights(weights).unwrap();
        for (name, solver) in solvers::<i64>() {
            let result = solver(&instance, &init, &options(), &Monitor::new()).unwrap();
            let expanded: i64 = (0..n).map(|o| result.distances[o] * weights[o]).sum();
            prop_assert_eq!(result.loss, expanded);
            if name == "alternating" { continue; }
            // The candidates against the references, each as often as it weighs.
            let wide: Vec<i64> = (0..n).flat_map(|j| {
                let row = &values[j * n..][..n];
                row.iter().zip(weights).flat_map(|(&x, &weight)| std::iter::repeat_n(x, weight as usize)).collect::<Vec<_>>()
            }).collect();
            let n_wide = wide.len() / n;
            let own: Vec<u32> = vec![u32::MAX; n];
            let wide = Instance::rectangular(&wide, n, n_wide, Own::Map(&own)).unwrap();
            let other = solver(&wide, &init, &options(), &Monitor::new()).unwrap();
            prop_assert_eq!(&result.swaps, &other.swaps);
            prop_assert_eq!(result.loss, other.loss);
        }
    }

    #[test]
    fn forbidden_and_fixed_medoids_are_obeyed((n, values) in integers(4..20), seed in 0..50_u64) {
        let k = 3;
        let forbidden: Vec<bool> = (0..n).map(|j| j % 4 == 1).collect();
        prop_assume!(forbidden.iter().filter(|&&f| !f).count() >= k);
        let instance = Instance::square(&values, n).unwrap().with_forbidden(&forbidden).unwrap();
        for init in [Init::Random, Init::Build, Init::First] {
            let options = Options { seed, n_fixed: 1, ..options() };
            let init = initialise(&instance, k, init, &[2], &options, &Monitor::new()).unwrap();
            prop_assert_eq!(init[0], 2);
            for (_, solver) in solvers::<i64>() {
                let result = solver(&instance, &init, &options, &Monitor::new()).unwrap();
                prop_assert_eq!(result.medoids[0], 2);
                prop_assert!(result.medoids.iter().all(|&j| !forbidden[j]));
            }
        }
    }

    #[test]
    fn forbidden_pairs_are_avoided_where_possible(n in 4..16_usize, seed in 0..1000_u64) {
        // A ring: everyone reaches itself and its two neighbours.
        let far = |i: usize, j: usize| { let d = i.abs_diff(j); d.min(n - d) };
        let values: Vec<f64> = (0..n * n).map(|at| match far(at / n, at % n) {
            0 => 0.0, 1 => 1.0 + ((at / n + at % n) % 3) as f64, _ => f64::INFINITY,
        }).collect();
        let k = n / 2 + 1;
        let instance = Instance::square(&values, n).unwrap();
        let init = start(n, k, seed);
        let mut losses = Vec::new();
        for (name, solver) in &solvers::<f64>()[..3] {
            let result = solver(&instance, &init, &options(), &Monitor::new());
            if let Ok(result) = result {
                is_valid(&result, &values, n, k);
                prop_assert!(result.loss.is_finite());
                for lazy in [false, true] {
                    let again = solver(&instance, &init, &Options { lazy, ..options() }, &Monitor::new()).unwrap();
                    prop_assert_eq!(&again.swaps, &result.swaps);
                }
                losses.push((name, result.loss));
            }
        }
        for isa in Isa::available() {
            for n_threads in [1, 2] {
                let options = Options { isa: Some(isa), n_threads, ..options() };
                let a = fasterpam(&instance, &init, &options, &Monitor::new());
                let b = fasterpam(&instance, &init, &self::options(), &Monitor::new());
                prop_assert_eq!(a, b);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn other_searches_end_where_they_should((n, values) in integers(2..30), k in 1..10_usize, seed in 0..50_u64) {
        let k = k.min(n);
        let monitor = Monitor::new();
        let options = Options { seed, ..options() };
        let instance = Instance::square(&values, n).unwrap();
        let thorough = Neighbors { n_local: 2, max_neighbor: Some((n - k).max(1)) };
        let mut found = vec![
            ("clarans", clarans(&instance, k, &[], Neighbors::default(), &options, &monitor).unwrap()),
            ("fastclarans", fastclarans(&instance, k, &[], thorough, &options, &monitor).unwrap()),
        ];
        for tolerance in [0.0, 0.5, 1.0] {
            let init = start(n, k, seed);
            let result = fastpam2(&instance, &init, tolerance, &options, &monitor).unwrap();
            let threads = Options { n_threads: 3, ..options.clone() };
            prop_assert_eq!(&result, &fastpam2(&instance, &init, tolerance, &threads, &monitor).unwrap());
            found.push(("fastpam2", result));
        }
        for (name, result) in found {
            is_valid(&result, &values, n, k);
            if name != "clarans" {
                is_local_optimum(&result, &values, n);
            }
        }
    }

    #[test]
    fn every_start_is_k_distinct_candidates((n, values) in integers(1..40), k in 1..40_usize, seed in 0..50_u64) {
        let k = k.min(n);
        let instance = Instance::square(&values, n).unwrap();
        let inits = [Init::Random, Init::Build, Init::First, Init::Lab, Init::PlusPlus(1.0), Init::PlusPlus(2.0), Init::ParkJun];
        for init in inits {
            for fixed in [vec![], vec![n - 1]] {
                let options = Options { seed, ..options() };
                let chosen = initialise(&instance, k, init, &fixed, &options, &Monitor::new()).unwrap();
                let mut distinct = chosen.clone();
                distinct.sort_unstable();
                distinct.dedup();
                prop_assert_eq!((distinct.len(), chosen.len()), (k, k), "{:?}", init);
                prop_assert!(chosen.iter().all(|&j| j < n));
                prop_assert_eq!(&chosen[..fixed.len()], &fixed[..]);
            }
        }
    }
}

#[test]
fn plus_plus_is_within_its_bound() {
    // Two groups on a line: the expected loss is at most 4 (ln k + 2) times the optimum.
    let points: Vec<f64> = (0..12).map(|i| f64::from(i % 6) + 1000.0 * f64::from(i / 6)).collect();
    let n = points.len();
    let values: Vec<f64> = points
        .iter()
        .flat_map(|p| points.iter().map(move |q| (p - q).abs()))
        .collect();
    let instance = Instance::square(&values, n).unwrap();
    let optimum = subsets(n, 2)
        .iter()
        .map(|medoids| loss(&values, n, medoids))
        .fold(f64::INFINITY, f64::min);
    let total: f64 = (0..200)
        .map(|seed| {
            let options = Options { seed, ..options() };
            let medoids = initialise(&instance, 2, Init::PlusPlus(1.0), &[], &options, &Monitor::new());
            loss(&values, n, &medoids.unwrap())
        })
        .sum();
    assert!(total / 200.0 <= 4.0 * (2_f64.ln() + 2.0) * optimum);
}

#[test]
fn one_medoid_is_the_median() {
    let values = [0, 1, 2, 3, 1, 0, 4, 5, 2, 4, 0, 6, 3, 5, 6, 0].map(f64::from);
    for (_, solver) in solvers::<f64>() {
        let result = solve(solver, &values, 4, &[3], &options());
        assert_eq!((result.medoids[0], result.loss, result.n_swap), (0, 6.0, 1));
        let result = solve(solver, &values, 4, &[0], &options());
        assert_eq!((result.medoids[0], result.n_swap), (0, 0));
    }
}

#[test]
fn zero_passes_only_assign() {
    let values = [0, 1, 2, 1, 0, 3, 2, 3, 0].map(f64::from);
    for (_, solver) in solvers::<f64>() {
        let result = solve(
            solver,
            &values,
            3,
            &[1],
            &Options {
                max_iter: 0,
                ..options()
            },
        );
        assert_eq!(
            (result.medoids, result.loss, result.n_iter, result.converged),
            (vec![1], 4.0, 0, false)
        );
    }
}

#[test]
fn bad_medoids_are_refused() {
    let values = vec![0.0_f32; 9];
    let instance = Instance::square(&values, 3).unwrap();
    let monitor = Monitor::new();
    for (_, solver) in solvers::<f32>() {
        let failure = |init: &[usize]| solver(&instance, init, &options(), &monitor).unwrap_err();
        assert!(matches!(failure(&[]), Error::Medoids { k: 0, n: 3 }));
        assert!(matches!(failure(&[0, 1, 2, 0]), Error::Medoids { k: 4, n: 3 }));
        assert!(matches!(
            failure(&[0, 3]),
            Error::Index {
                position: 1,
                value: 3,
                n: 3,
                ..
            }
        ));
        assert!(matches!(failure(&[1, 1]), Error::Duplicate { value: 1, .. }));
    }
}

#[test]
fn a_stopped_monitor_stops_everything() {
    let values = vec![1.0_f32; 64 * 64];
    let monitor = Monitor::new();
    monitor.stop();
    let instance = Instance::square(&values, 64).unwrap();
    for (_, solver) in solvers::<f32>() {
        for k in [1, 2] {
            let init: Vec<usize> = (0..k).collect();
            assert!(matches!(
                solver(&instance, &init, &options(), &monitor),
                Err(Error::Interrupted(_))
            ));
        }
    }
    assert!(initialise(&instance, 3, Init::Build, &[], &options(), &monitor).is_err());
    assert!(check_square(&values, 64, true, &options(), &monitor).is_err());
    assert!(pairwise(&values, 64, Metric::Euclidean, &options(), &monitor).is_err());
}

#[test]
fn unreachable_objects_are_reported() {
    let far = f32::INFINITY;
    let values = [0.0, far, far, far, 0.0, 1.0, far, 1.0, 0.0];
    let instance = Instance::square(&values, 3).unwrap();
    for (_, solver) in solvers::<f32>() {
        let failed = solver(&instance, &[1], &options(), &Monitor::new());
        assert!(matches!(failed, Err(Error::Unreachable { .. })), "{failed:?}");
    }
    let result = solve(fasterpam, &values, 3, &[1, 2], &options());
    assert_eq!((result.loss, result.n_swap), (1.0, 1));
}
