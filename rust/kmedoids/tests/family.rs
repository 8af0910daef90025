//! Laws of the searches that sample, iterate, go without a matrix, or look at silhouettes.

use porism_kmedoids::*;
use porism_runtime::Monitor;
use proptest::prelude::*;

fn monitor() -> Monitor {
    Monitor::new()
}

fn noise(length: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    (0..length).map(|_| next()).collect()
}

/// Points around `groups` centres.
fn blobs(n: usize, d: usize, groups: usize, seed: u64) -> Vec<f64> {
    let centres = noise(groups * d, seed + 1000);
    let spread = noise(n * d, seed);
    (0..n * d)
        .map(|at| 20.0 * centres[(at / d % groups) * d + at % d] + spread[at])
        .collect()
}

fn matrix(x: &[f64], n: usize) -> Vec<f64> {
    pairwise(x, n, Metric::Euclidean, &Options::default(), &monitor()).unwrap()
}

fn loss(values: &[f64], n: usize, medoids: &[usize]) -> f64 {
    (0..n)
        .map(|o| medoids.iter().map(|&j| values[j * n + o]).fold(f64::INFINITY, f64::min))
        .sum()
}

fn naive_ams(values: &[f64], n: usize, medoids: &[usize]) -> f64 {
    let ratio = |o: usize| {
        let mut distances: Vec<f64> = medoids.iter().map(|&j| values[j * n + o]).collect();
        distances.sort_by(f64::total_cmp);
        if distances[0] == 0.0 {
            0.0
        } else {
            distances[0] / distances[1]
        }
    };
    if medoids.len() == 1 {
        0.0
    } else {
        1.0 - (0..n).map(ratio).sum::<f64>() / n as f64
    }
}

fn is_valid(result: &Clustering<f64>, values: &[f64], n: usize, k: usize) {
    let mut distinct = result.medoids.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), k);
    assert!(
        result
            .medoids
            .iter()
            .enumerate()
            .all(|(slot, &j)| result.labels[j] == slot)
    );
    let expected = loss(values, n, &result.medoids);
    assert!(
        (result.loss - expected).abs() <= 1e-9 * expected,
        "{} is not {expected}",
        result.loss
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn samples_give_valid_clusterings(n in 2..120_usize, d in 1..5_usize, k in 1..8_usize, seed in 0..100_u64) {
        let k = k.min(n);
        let x = blobs(n, d, 4, seed);
        let values = matrix(&x, n);
        let options = Options { seed, ..Options::default() };
        let data = Data::new(&x, n, Metric::Euclidean).unwrap();
        let instance = Instance::square(&values, n).unwrap();
        for samples in [Samples::clara(k), Samples::fasterclara(k), Samples { size: k, ..Samples::clara(k) }] {
            let found = clara(&data, k, samples, &options, &monitor()).unwrap();
            is_valid(&found, &values, n, k);
            let same = clara(&instance, k, samples, &options, &monitor()).unwrap();
            prop_assert_eq!(&found.medoids, &same.medoids);
            let threads = Options { n_threads: 3, ..options.clone() };
            prop_assert_eq!(found, clara(&data, k, samples, &threads, &monitor()).unwrap());
        }
        for batch in [Batch::Uniform, Batch::Debias, Batch::NearestNeighbor] {
            for size in [None, Some(1), Some(10)] {
                let found = onebatchpam(&data, k, size, batch, &options, &monitor()).unwrap();
                is_valid(&found, &values, n, k);
                let threads = Options { n_threads: 2, ..options.clone() };
                prop_assert_eq!(found, onebatchpam(&data, k, size, batch, &threads, &monitor()).unwrap());
            }
        }
    }

    #[test]
    fn without_a_matrix_the_same_happens(n in 2..200_usize, d in 1..5_usize, k in 1..30_usize, seed in 0..100_u64) {
        let k = k.min(n);
        let x = blobs(n, d, 4, seed);
        let values = matrix(&x, n);
        let instance = Instance::square(&values, n).unwrap();
        let data = Data::new(&x, n, Metric::Euclidean).unwrap();
        for lazy in [true, false] {
            let options = Options { seed, trace: true, lazy, ..Options::default() };
            let init = initialise(&instance, k, Init::Random, &[], &options, &monitor()).unwrap();
            let whole = fasterpam(&instance, &init, &options, &monitor()).unwrap();
            for n_threads in [1, 2] {
                let options = Options { n_threads, ..options.clone() };
                let lean = fasterpam_data(&data, Wishes::default(), &init, &options, &monitor()).unwrap();
                is_valid(&lean, &values, n, k);
                prop_assert_eq!(&lean.swaps, &whole.swaps);
                prop_assert_eq!(&lean.medoids, &whole.medoids);
                prop_assert_eq!(lean.n_iter, whole.n_iter);
                prop_assert_eq!(lean.counters.n_eval, whole.counters.n_eval);
                prop_assert_eq!(lean.counters.n_skipped, whole.counters.n_skipped);
            }
        }
    }

    #[test]
    fn without_a_matrix_wishes_and_starts_are_the_same(
        n in 4..80_usize, k in 1..9_usize, seed in 0..100_u64, start in 0..3_usize, weighted in any::<bool>(),
    ) {
        let x: Vec<f64> = blobs(n, 2, 4, seed).iter().map(|x| x.round()).collect();
        let values = matrix(&x, n);
        let weights: Vec<f64> = (0..n).map(|o| ((o * 7 + seed as usize) % 4) as f64).collect();
        let mut forbidden: Vec<bool> = (0..n).map(|o| o % 3 == 1).collect();
        forbidden[0] = false;
        let k = k.min(n / 2);
        let fixed: Vec<usize> = [0, 3].into_iter().take(seed as usize % 3).take(k).collect();
        let init = [Init::Random, Init::First, Init::PlusPlus(1.0)][start];
        let options = Options { seed, n_fixed: fixed.len(), ..Options::default() };
        let mut instance = Instance::square(&values, n).unwrap().with_forbidden(&forbidden).unwrap();
        let mut wishes = Wishes { forbidden: Some(&forbidden), ..Wishes::default() };
        if weighted {
            instance = instance.with_weights(&weights).unwrap();
            wishes.weights = Some(&weights);
        }
        let data = Data::new(&x, n, Metric::Euclidean).unwrap();
        let begin = initialise(&instance, k, init, &fixed, &options, &monitor()).unwrap();
        prop_assert_eq!(&begin, &initialise_data(&data, wishes, k, init, &fixed, &options, &monitor()).unwrap());
        for max_iter in [0, 1, 100] {
            let options = Options { max_iter, ..options.clone() };
            let whole = fasterpam(&instance, &begin, &options, &monitor()).unwrap();
            let lean = fasterpam_data(&data, wishes, &begin, &options, &monitor()).unwrap();
            prop_assert_eq!(&lean.medoids, &whole.medoids);
            prop_assert_eq!(&lean.labels, &whole.labels);
            prop_assert_eq!(lean.loss, whole.loss);
            prop_assert_eq!((lean.n_iter, lean.n_swap, lean.converged), (whole.n_iter, whole.n_swap, whole.converged));
        }
        for init in [Init::Build, Init::Lab, Init::ParkJun] {
            let refused = initialise_data(&data, wishes, k, init, &fixed, &options, &monitor());
            prop_assert_eq!(refused.unwrap_err(), Error::NeedsMatrix);
        }
    }

    #[test]
    fn more_work_is_never_worse(n in 4..60_usize, k in 1..6_usize, seed in 0..100_u64) {
        let values = matrix(&noise(n * 2, seed), n);
        let instance = Instance::square(&values, n).unwrap();
        let options = Options { seed, ..Options::default() };
        let init = initialise(&instance, k.min(n), Init::Random, &[], &options, &monitor()).unwrap();
        let plain = fasterpam(&instance, &init, &options, &monitor()).unwrap();
        let k = k.min(n);
        for n_perturb in [0, 1, 10] {
            let better = iterated(&instance, &init, n_perturb, &options, &monitor()).unwrap();
            is_valid(&better, &values, n, k);
            prop_assert!(better.loss <= plain.loss);
        }
        let one = restarts(Solver::FasterPam, &instance, k, Init::Random, &[], 1, &options, &monitor()).unwrap();
        prop_assert_eq!(&one, &plain);
        let best = restarts(Solver::FasterPam, &instance, k, Init::Random, &[], 5, &options, &monitor()).unwrap();
        prop_assert!(best.loss <= one.loss);
        let mut last = f64::INFINITY;
        for max_iter in 0..5 {
            let options = Options { max_iter, ..options.clone() };
            let found = fasterpam(&instance, &init, &options, &monitor()).unwrap();
            prop_assert!(found.loss <= last);
            last = found.loss;
        }
    }

    #[test]
    fn silhouettes_are_as_defined_and_searches_end_in_their_optima(n in 3..40_usize, k in 1..7_usize, seed in 0..200_u64) {
        let k = k.min(n);
        let mut x = noise(n * 2, seed);
        if n > 5 {
            x.copy_within(0..2, 2); // a duplicate
        }
        let values = matrix(&x, n);
        let instance = Instance::square(&values, n).unwrap();
        let options = Options { seed, ..Options::default() };
        let init = initialise(&instance, k, Init::Random, &[], &options, &monitor()).unwrap();
        let slow = pammedsil(&instance, &init, &options, &monitor()).unwrap();
        let fast = fastmsc(&instance, &init, &options, &monitor()).unwrap();
        let eager = fastermsc(&instance, &init, &options, &monitor()).unwrap();
        prop_assert_eq!(&slow.medoids, &fast.medoids);
        prop_assert_eq!(slow.n_swap, fast.n_swap);
        let threads = Options { n_threads: 2, ..options.clone() };
        prop_assert_eq!(&fast, &fastmsc(&instance, &init, &threads, &monitor()).unwrap());
        for found in [&slow, &fast, &eager] {
            let exact = naive_ams(&values, n, &found.medoids);
            prop_assert!((found.silhouette - exact).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&found.silhouette));
            prop_assert!(found.converged);
            prop_assert!((medoid_silhouette(&instance, &found.medoids).unwrap() - exact).abs() < 1e-9);
            for slot in 0..k {
                for j in (0..n).filter(|j| !found.medoids.contains(j)) {
                    let mut medoids = found.medoids.clone();
                    medoids[slot] = j;
                    prop_assert!(naive_ams(&values, n, &medoids) <= exact + 1e-9);
                }
            }
        }
        let curve = dynmsc(&instance, &init, 1, &options, &monitor()).unwrap();
        prop_assert_eq!(curve.by_k.len(), k);
        for (i, (size, silhouette, medoids)) in curve.by_k.iter().enumerate() {
            prop_assert_eq!((*size, medoids.len()), (i + 1, i + 1));
            prop_assert!((naive_ams(&values, n, medoids) - silhouette).abs() < 1e-9);
            prop_assert!(curve.best.silhouette >= *silhouette);
        }
        // Without optimisation, every deletion is the best one.
        let still = Options { max_iter: 0, ..options.clone() };
        let curve = dynmsc(&instance, &init, 1, &still, &monitor()).unwrap();
        for pair in curve.by_k.windows(2) {
            let of = |medoids: &[usize]| naive_ams(&values, n, medoids);
            let best = (0..pair[1].0).map(|slot| {
                let mut medoids = pair[1].2.clone();
                medoids.remove(slot);
                of(&medoids)
            });
            if pair[0].0 > 1 {
                prop_assert!(of(&pair[0].2) >= best.fold(0.0, f64::max) - 1e-9);
            }
        }
    }

    #[test]
    fn average_silhouettes_are_as_defined(n in 3..20_usize, k in 2..4_usize, seed in 0..100_u64) {
        let values = matrix(&noise(n * 2, seed), n);
        let instance = Instance::square(&values, n).unwrap();
        let labels: Vec<usize> = (0..n).map(|o| o % k).collect();
        let found = silhouette(&instance, &labels, k, &monitor()).unwrap();
        for o in 0..n {
            let mean = |cluster: usize| {
                let members: Vec<usize> = (0..n).filter(|&other| labels[other] == cluster && other != o).collect();
                members.iter().map(|&other| values[o * n + other]).sum::<f64>() / members.len() as f64
            };
            let a = mean(labels[o]);
            let b = (0..k).filter(|&cluster| cluster != labels[o]).map(mean).fold(f64::INFINITY, f64::min);
            let alone = labels.iter().filter(|&&label| label == labels[o]).count() == 1;
            let expected = if alone { 0.0 } else { (b - a) / a.max(b) };
            prop_assert!((found[o] - expected).abs() < 1e-9);
        }
        let options = Options { seed, ..Options::default() };
        let init = initialise(&instance, k, Init::Random, &[], &options, &monitor()).unwrap();
        let best = pamsil(&instance, &init, &options, &monitor()).unwrap();
        prop_assert!(best.silhouettes.is_sorted());
        let widths = silhouette(&instance, &best.labels, k, &monitor()).unwrap();
        prop_assert!((widths.iter().sum::<f64>() / n as f64 - best.silhouette).abs() < 1e-12);
    }

    #[test]
    fn condensed_matrices_expand(n in 1..90_usize) {
        let values: Vec<i64> = (0..n * (n - 1) / 2).map(|i| i as i64).collect();
        prop_assert_eq!(condensed_size(values.len()), Some(if n == 1 { 1 } else { n }));
        let square = from_condensed(&values, &monitor()).unwrap();
        let mut at = 0;
        for i in 0..n {
            prop_assert_eq!(square[i * n + i], 0);
            for j in i + 1..n {
                prop_assert_eq!((square[i * n + j], square[j * n + i]), (values[at], values[at]));
                at += 1;
            }
        }
    }
}

#[test]
fn what_is_no_triangle_is_no_condensed_matrix() {
    assert_eq!(condensed_size(4), None);
    assert!(from_condensed(&[1.0_f32; 4], &monitor()).is_err());
}

#[test]
fn sites_and_clients_need_not_be_the_same() {
    // Three sites, five clients; two sites must serve everyone.
    let costs = [
        1.0, 1.0, 9.0, 9.0, 9.0, 9.0, 9.0, 1.0, 1.0, 9.0, 6.0, 6.0, 6.0, 6.0, 1.0,
    ];
    let instance = Instance::rectangular(&costs, 3, 5, Own::Nothing).unwrap();
    for solver in [Solver::FasterPam, Solver::FastPam1, Solver::Pam, Solver::FastPam2(1.0)] {
        let found = solver
            .improve(&instance, &[1, 2], &Options::default(), &monitor())
            .unwrap();
        let mut medoids = found.medoids.clone();
        medoids.sort_unstable();
        assert_eq!((medoids, found.loss), (vec![0, 1], 13.0), "{solver:?}");
    }
}

#[test]
fn a_large_share_of_a_sample_is_as_good_as_all() {
    let (n, k) = (2000, 10);
    let x = blobs(n, 8, 10, 3);
    let values = matrix(&x, n);
    let data = Data::new(&x, n, Metric::Euclidean).unwrap();
    let options = Options::default();
    let instance = Instance::square(&values, n).unwrap();
    let whole = restarts(
        Solver::FasterPam,
        &instance,
        k,
        Init::Random,
        &[],
        3,
        &options,
        &monitor(),
    )
    .unwrap();
    let batch = onebatchpam(&data, k, None, Batch::NearestNeighbor, &options, &monitor()).unwrap();
    assert!(batch.loss <= 1.03 * whole.loss, "{} against {}", batch.loss, whole.loss);
}
