//! The dynamic algorithm and its baselines along streams.

mod common;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::{Numbers, close, coverage_of, falling, monotone, random_coverage, solve};
use porism_runtime::Monitor;
use porism_submodular::baselines::{self, DynamicLmntz, RebuildGreedyOnHit, RecomputeLazyGreedy, SwapOnInsert};
use porism_submodular::dynamic::{Dynamic, DynamicOptions};
use porism_submodular::objectives::{facility_location_dense, modular, user};
use porism_submodular::select::{Method, Options};
use porism_submodular::{AnyObjective, AnySelector, BoxError, Dense, Error, Item, Objective, Selector, Window};
use proptest::prelude::*;

fn options(epsilon: f64, seed: u64) -> DynamicOptions {
    DynamicOptions {
        epsilon,
        seed,
        ..DynamicOptions::default()
    }
}

fn all(objective: &AnyObjective, k: usize, epsilon: f64, seed: u64) -> Vec<AnySelector> {
    let any = || objective.clone();
    vec![
        Box::new(Dynamic::new(any(), k, options(epsilon, seed)).unwrap()),
        Box::new(RecomputeLazyGreedy::new(any(), k).unwrap()),
        Box::new(RebuildGreedyOnHit::new(any(), k).unwrap()),
        Box::new(SwapOnInsert::new(any(), k).unwrap()),
        Box::new(DynamicLmntz::new(any(), k, epsilon, seed).unwrap()),
    ]
}

/// A stream over n items: mostly insertions at first, then back and forth, items coming back too.
fn stream(n: usize, length: usize, seed: u64) -> (Vec<i8>, Vec<Item>) {
    let mut numbers = Numbers(seed);
    let (mut live, mut gone): (Vec<Item>, Vec<Item>) = (Vec::new(), (0..n as Item).collect());
    let (mut ops, mut items) = (Vec::new(), Vec::new());
    for step in 0..length {
        let more = if step < length / 2 { 3 } else { 2 };
        let inserts = live.is_empty() || (!gone.is_empty() && numbers.below(4) < more);
        let (from, to) = if inserts {
            (&mut gone, &mut live)
        } else {
            (&mut live, &mut gone)
        };
        let item = from.swap_remove(numbers.below(from.len()));
        to.push(item);
        ops.push(if inserts { 1 } else { -1 });
        items.push(item);
    }
    (ops, items)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_invariant_holds_after_every_update(n in 1_usize..40, k in 1_usize..8, wide: bool, seed: u64) {
        let epsilon = if wide { 0.5 } else { 0.2 };
        for instance in monotone(n, 20, seed) {
            // Single precision blurs the thresholds that `check` compares exactly.
            if instance.name.contains("vectors") {
                continue;
            }
            let mut selector = Dynamic::new(instance.objective.clone(), k, options(epsilon, seed)).unwrap();
            let (ops, items) = stream(n, 60, seed);
            let mut live = HashSet::new();
            for (at, (&op, &item)) in ops.iter().zip(&items).enumerate() {
                selector.apply(&[op], &[item], &Monitor::new()).unwrap();
                if op > 0 { live.insert(item) } else { live.remove(&item) };
                let held = selector.check();
                prop_assert!(held.is_ok(), "{} after {at}: {}", instance.name, held.unwrap_err());
                prop_assert_eq!(selector.live().iter().copied().collect::<HashSet<_>>(), live.clone());
                if at % 5 == 0 {
                    let (solution, value) = selector.solution(&Monitor::new()).unwrap();
                    let distinct: HashSet<_> = solution.iter().copied().collect();
                    prop_assert!(solution.len() <= k && distinct.len() == solution.len());
                    prop_assert!(distinct.is_subset(&live), "{}: a deleted item is chosen", instance.name);
                    let expected = (instance.naive)(solution);
                    prop_assert!(close(value, expected, 1e-7), "{}: {value} {expected}", instance.name);
                }
            }
        }
    }

    #[test]
    fn certificates_are_never_below_the_optimum(n in 1_usize..13, k in 1_usize..5, seed: u64) {
        for instance in monotone(n, 15, seed) {
            for mut selector in all(&instance.objective, k, 0.3, seed) {
                let (ops, items) = stream(n, 30, seed ^ 9);
                for (at, (&op, &item)) in ops.iter().zip(&items).enumerate() {
                    selector.apply(&[op], &[item], &Monitor::new()).unwrap();
                    if at % 3 != 0 {
                        continue;
                    }
                    let candidates = Some(selector.live().to_vec());
                    let search = Options { candidates, ..Options::default() };
                    let best = solve(&instance.objective, k, Method::BruteForce, &search).value;
                    let bound = selector.upper_bound(&Monitor::new()).unwrap();
                    let (solution, value) = selector.solution(&Monitor::new()).unwrap();
                    prop_assert!(close(value, (instance.naive)(solution), 1e-6), "value");
                    let (solution, live) = (solution.to_vec(), selector.live());
                    prop_assert!(solution.iter().all(|item| live.contains(item)) && solution.len() <= k);
                    let name = format!("{} on {}", selector.name(), instance.name);
                    prop_assert!(bound >= best - 1e-9 * best.abs(), "{}: {bound} < {best}", name);
                    prop_assert!(value <= best + 1e-9 * best.abs(), "{}: {value} > {best}", name);
                    if selector.name() == "recompute-lazy-greedy" {
                        let base = (instance.naive)(&[]);
                        prop_assert!(value - base >= 0.632 * (best - base) - 1e-9 * best.abs(), "{}", name);
                    }
                }
            }
        }
    }

    #[test]
    fn snapshots_go_on_bit_for_bit(n in 2_usize..60, k in 1_usize..8, cut in 0_usize..120, seed: u64) {
        for instance in monotone(n, 25, seed) {
            // A swap's or a user's value is put together from gains, whose last bit a restored state need not share.
            for mut selector in all(&instance.objective, k, 0.4, seed) {
                let (ops, items) = stream(n, 120, seed);
                let (head, tail) = ops.split_at(cut);
                selector.apply(head, &items[..cut], &Monitor::new()).unwrap();
                if cut % 2 == 0 {
                    selector.solution(&Monitor::new()).unwrap();
                }
                let bytes = selector.snapshot();
                let mut other = baselines::restore(&instance.objective, &bytes).unwrap();
                prop_assert_eq!(&other.snapshot(), &bytes, "{} on {}", selector.name(), instance.name);
                for (&op, &item) in tail.iter().zip(&items[cut..]) {
                    selector.apply(&[op], &[item], &Monitor::new()).unwrap();
                    other.apply(&[op], &[item], &Monitor::new()).unwrap();
                }
                let name = format!("{} on {}", selector.name(), instance.name);
                let (a, value) = selector.solution(&Monitor::new()).unwrap();
                let (b, other_value) = other.solution(&Monitor::new()).unwrap();
                prop_assert_eq!(a, b, "{}", name);
                if instance.name != "user" {
                    prop_assert_eq!(value, other_value, "{}", name);
                }
                if selector.name() == "dynamic-submodular" {
                    prop_assert_eq!(selector.stats().queries, other.stats().queries, "{}", name);
                    prop_assert_eq!(selector.snapshot(), other.snapshot(), "{}", name);
                }
            }
        }
    }

    #[test]
    fn damaged_snapshots_are_refused_without_panic(seed: u64, at in 0_usize..4000, cut in 0_usize..4000) {
        let (objective, _) = random_coverage(40, 50, 4, 1);
        let objective = AnyObjective::new(objective);
        for mut selector in all(&objective, 5, 0.4, seed) {
            let (ops, items) = stream(40, 60, seed);
            selector.apply(&ops, &items, &Monitor::new()).unwrap();
            let bytes = selector.snapshot();
            let mut damaged = bytes.clone();
            let place = at % damaged.len();
            damaged[place] ^= 1 << (seed % 8);
            prop_assert!(baselines::restore(&objective, &damaged).is_err());
            prop_assert!(baselines::restore(&objective, &bytes[..cut % bytes.len()]).is_err());
            let other = AnyObjective::new(modular(vec![1.0; 40]).unwrap());
            prop_assert!(baselines::restore(&other, &bytes).is_err());
        }
    }

    #[test]
    fn batches_are_loops_and_threads_change_nothing(n in 1_usize..50, k in 1_usize..6, seed: u64) {
        let (objective, _) = random_coverage(n, 60, 5, seed);
        let (ops, items) = stream(n, 150, seed);
        let mut batch = Dynamic::new(objective.clone(), k, options(0.4, seed)).unwrap();
        batch.apply(&ops, &items, &Monitor::new()).unwrap();
        let with_threads = DynamicOptions { n_threads: 3, ..options(0.4, seed) };
        let mut single = Dynamic::new(objective, k, with_threads).unwrap();
        for (&op, &item) in ops.iter().zip(&items) {
            if op > 0 {
                single.insert(item, &Monitor::new()).unwrap();
            } else {
                single.delete(item, &Monitor::new()).unwrap();
            }
        }
        let (a, value) = batch.solution(&Monitor::new()).unwrap();
        let (b, other) = single.solution(&Monitor::new()).unwrap();
        prop_assert_eq!((a, value), (b, other));
        prop_assert_eq!(batch.stats(), single.stats());
    }

    #[test]
    fn names_do_not_matter(n in 2_usize..40, k in 1_usize..6, seed: u64) {
        let (objective, rows) = random_coverage(n, 50, 4, seed);
        let to = Numbers(seed ^ 5).subset(n, n);
        let mut renamed = vec![Vec::new(); n];
        for (item, row) in rows.into_iter().enumerate() {
            renamed[to[item] as usize] = row;
        }
        let other = coverage_of(&renamed, 50);
        let (ops, items) = stream(n, 100, seed);
        let renamed_items: Vec<Item> = items.iter().map(|&item| to[item as usize]).collect();
        let mut a = Dynamic::new(objective, k, options(0.4, seed)).unwrap();
        let mut b = Dynamic::new(other, k, options(0.4, seed)).unwrap();
        a.apply(&ops, &items, &Monitor::new()).unwrap();
        b.apply(&ops, &renamed_items, &Monitor::new()).unwrap();
        let expected: Vec<Item> = a.solution(&Monitor::new()).unwrap().0.iter().map(|&item| to[item as usize]).collect();
        prop_assert_eq!(b.solution(&Monitor::new()).unwrap().0, &expected);
    }
}

/// Every item of a bucket, deleted ones included, is in the sample with the same frequency. Rebuilding when a *chosen* item is deleted gives deleted items
/// frequency 0: the bug that this law is for.
#[test]
fn samples_stay_uniform_under_deletions() {
    let n = 40;
    let rows: Vec<Vec<u32>> = (0..n as u32).map(|i| (0..5).map(|j| 5 * i + j).collect()).collect();
    let objective = coverage_of(&rows, 5 * n);
    // One item of the same size apart: 40 equal items, k = 8. At epsilon 0.5, ε' = 0.225, nine of 40 may go unnoticed.
    let runs = 3000;
    let mut counts = vec![0_u32; n];
    let (mut total, mut levels) = (0, 0);
    for seed in 0..runs {
        // A fixed number of trials that is tiny makes the count cheap enough to be used on 40 items.
        let options = DynamicOptions {
            trials: Some(1),
            ..options(0.5, seed)
        };
        let mut selector = Dynamic::new(objective.clone(), 8, options).unwrap();
        selector
            .apply(&[1; 40], &(0..40).collect::<Vec<Item>>(), &Monitor::new())
            .unwrap();
        selector.rebuild_all(&Monitor::new()).unwrap();
        selector.apply(&[-1; 5], &[3, 11, 17, 29, 38], &Monitor::new()).unwrap();
        selector.check().unwrap();
        // The guess whose threshold is lowest has everything in its first level.
        let (_, _, bucket, sample) = selector.levels().find(|level| level.1 == 0).unwrap();
        assert_eq!(bucket.len(), 40, "all items are equal, and none was rebuilt away");
        for &item in sample {
            counts[item as usize] += 1;
        }
        total += sample.len();
        levels += 1;
    }
    let share = total as f64 / (levels * n) as f64;
    assert!((share - 0.2).abs() < 1e-9, "the sample takes all of k = 8: {share}");
    let expected = share * runs as f64;
    // Each count is binomial; the sum of squares over the variance is chi-square with 39 degrees of freedom, which exceeds 110 with probability 1e-8.
    let variance = runs as f64 * share * (1.0 - share);
    let chi: f64 = counts
        .iter()
        .map(|&c| (f64::from(c) - expected).powi(2) / variance)
        .sum();
    assert!(chi < 110.0, "chi-square {chi}: {counts:?}");
}

/// The expectation, over seeds, at every probed prefix of an oblivious stream.
#[test]
fn the_mean_value_is_at_least_half_less_epsilon() {
    for (epsilon, k) in [(0.2, 3), (0.5, 5)] {
        let (objective, _) = random_coverage(60, 80, 6, 77);
        let (ops, items) = stream(60, 140, 4);
        let runs = 60;
        let probes: Vec<usize> = (20..140).step_by(20).collect();
        let mut sums = vec![0.0; probes.len()];
        let mut best = vec![0.0; probes.len()];
        for seed in 0..runs {
            let plain = DynamicOptions {
                refill: false,
                ..options(epsilon, seed)
            };
            let mut selector = Dynamic::new(objective.clone(), k, plain).unwrap();
            let mut next = 0;
            for (at, (&op, &item)) in ops.iter().zip(&items).enumerate() {
                selector.apply(&[op], &[item], &Monitor::new()).unwrap();
                if probes.get(next) == Some(&at) {
                    sums[next] += selector.solution(&Monitor::new()).unwrap().1;
                    if seed == 0 {
                        let candidates = Some(selector.live().to_vec());
                        let search = Options {
                            candidates,
                            ..Options::default()
                        };
                        // Greedy's certificate bounds the optimum from above.
                        best[next] = solve(&objective, k, Method::Greedy, &search).upper_bound;
                    }
                    next += 1;
                }
            }
        }
        for (sum, best) in sums.iter().zip(&best) {
            assert!(
                sum / runs as f64 >= (0.5 - epsilon) * best,
                "{} of {best}",
                sum / runs as f64
            );
        }
    }
}

/// Small integers tie all the time: a candidate whose old gain equals the best fresh one must be asked before it is taken.
#[test]
fn topping_up_takes_no_old_gain() {
    for seed in 0..60 {
        let mut numbers = Numbers(seed);
        let n = 30;
        let rows: Vec<Vec<f64>> = (0..n)
            .map(|_| (0..9).map(|_| numbers.below(5) as f64).collect())
            .collect();
        let similarity = Dense::new(rows.concat(), n, 9).unwrap();
        let objective = facility_location_dense(similarity, &Monitor::new()).unwrap();
        let mut selector = Dynamic::new(objective, 6, options(0.5, seed)).unwrap();
        let (ops, items) = stream(n, 100, seed);
        for (&op, &item) in ops.iter().zip(&items) {
            selector.apply(&[op], &[item], &Monitor::new()).unwrap();
            let (solution, value) = selector.solution(&Monitor::new()).unwrap();
            let served = |u: usize| solution.iter().map(|&e| rows[e as usize][u]).fold(0.0, f64::max);
            let expected: f64 = (0..9).map(served).sum();
            assert_eq!(value, expected, "seed {seed}: {solution:?}");
        }
    }
}

#[test]
fn queries_are_the_calls_that_a_function_sees() {
    let (_, rows) = random_coverage(80, 60, 4, 3);
    let calls = Arc::new(AtomicU64::new(0));
    let (seen, table) = (calls.clone(), rows);
    let function = move |set: &[Item]| -> Result<f64, BoxError> {
        seen.fetch_add(1, Ordering::Relaxed);
        let union: HashSet<u32> = set.iter().flat_map(|&e| table[e as usize].iter().copied()).collect();
        Ok(union.len() as f64)
    };
    let objective = AnyObjective::new(user(function, 80).unwrap());
    for k in [3, 20] {
        for mut selector in all(&objective, k, 0.5, 1) {
            let before = calls.load(Ordering::Relaxed);
            let (ops, items) = stream(80, 200, 8);
            for (at, (&op, &item)) in ops.iter().zip(&items).enumerate() {
                selector.apply(&[op], &[item], &Monitor::new()).unwrap();
                if at % 10 == 0 {
                    selector.certified_ratio(&Monitor::new()).unwrap();
                }
            }
            assert_eq!(
                calls.load(Ordering::Relaxed) - before,
                selector.stats().queries,
                "{}",
                selector.name()
            );
        }
    }
}

/// A function that fails after a number of calls; whatever update it interrupts, the structure is sound again once the function works.
#[test]
fn failures_leave_a_structure_that_goes_on() {
    let (_, rows) = random_coverage(60, 60, 4, 3);
    for patience in [5, 50, 333, 1000, 4000, 20_000] {
        let left = Arc::new(AtomicU64::new(patience));
        let works = Arc::new(AtomicBool::new(false));
        let (countdown, well, table) = (left.clone(), works.clone(), rows.clone());
        let function = move |set: &[Item]| -> Result<f64, BoxError> {
            if !well.load(Ordering::Relaxed) && countdown.fetch_sub(1, Ordering::Relaxed) == 0 {
                countdown.store(97, Ordering::Relaxed);
                return Err("out of patience".into());
            }
            let union: HashSet<u32> = set.iter().flat_map(|&e| table[e as usize].iter().copied()).collect();
            Ok(union.len() as f64)
        };
        let objective = AnyObjective::new(user(function, 60).unwrap());
        for mut selector in all(&objective, 5, 0.5, 1) {
            let (ops, items) = stream(60, 120, 8);
            for (&op, &item) in ops.iter().zip(&items) {
                // Either the update happened or it did not; if not, try again until it does.
                while selector.contains(item) != (op > 0) {
                    let done = if op > 0 {
                        selector.insert(item, &Monitor::new())
                    } else {
                        selector.delete(item, &Monitor::new())
                    };
                    if let Err(error) = done {
                        assert!(error.to_string().contains("out of patience"), "{error}");
                        works.store(true, Ordering::Relaxed);
                    }
                }
                works.store(false, Ordering::Relaxed);
            }
            works.store(true, Ordering::Relaxed);
            let solution = selector.solution(&Monitor::new()).unwrap().0.to_vec();
            assert!(solution.len() <= 5 && solution.iter().all(|&item| selector.contains(item)));
            works.store(false, Ordering::Relaxed);
        }
    }
}

#[test]
fn a_stopped_monitor_stops_and_nothing_is_lost() {
    let (objective, _) = random_coverage(50, 60, 4, 3);
    let mut selector = Dynamic::new(objective, 4, options(0.5, 0)).unwrap();
    let stopped = Monitor::new();
    stopped.stop();
    assert!(matches!(selector.insert(1, &stopped), Err(Error::Interrupted(_))));
    assert!(!selector.contains(1));
    let error = selector.apply(&[1, 1], &[1, 2], &stopped).unwrap_err();
    assert!(matches!(error, Error::Update { position: 0, .. }));
    selector.apply(&[1, 1], &[1, 2], &Monitor::new()).unwrap();
    selector.check().unwrap();
}

#[test]
fn wrong_updates_are_refused() {
    let objective = AnyObjective::new(modular(vec![1.0; 10]).unwrap());
    for mut selector in all(&objective, 3, 0.5, 0) {
        let monitor = Monitor::new();
        assert!(matches!(
            selector.insert(10, &monitor),
            Err(Error::OutOfRange { item: 10, n_items: 10 })
        ));
        assert!(matches!(
            selector.delete(1, &monitor),
            Err(Error::UnknownItem { item: 1 })
        ));
        selector.insert(1, &monitor).unwrap();
        assert!(matches!(
            selector.insert(1, &monitor),
            Err(Error::DuplicateItem { item: 1 })
        ));
        assert!(matches!(selector.apply(&[1], &[], &monitor), Err(Error::Shape { .. })));
        assert!(matches!(
            selector.apply(&[2], &[3], &monitor),
            Err(Error::InvalidParameter { name: "ops", .. })
        ));
        let error = selector.apply(&[1, 1, 1], &[2, 1, 3], &monitor).unwrap_err();
        let Error::Update { position: 1, source } = error else {
            panic!("{error}")
        };
        assert!(matches!(*source, Error::DuplicateItem { item: 1 }));
        assert_eq!(selector.live().len(), 2);
        assert_eq!(selector.stats().updates, 2);
    }
    for (k, epsilon) in [(0, 0.5), (3, 0.0), (3, 0.51), (3, f64::NAN)] {
        assert!(Dynamic::new(objective.clone(), k, options(epsilon, 0)).is_err());
    }
    assert!(
        Dynamic::new(
            objective.clone(),
            3,
            DynamicOptions {
                trials: Some(0),
                ..options(0.5, 0)
            }
        )
        .is_err()
    );
    assert!(
        Dynamic::new(
            objective,
            3,
            DynamicOptions {
                max_failure: Some(1.0),
                ..options(0.5, 0)
            }
        )
        .is_err()
    );
    let [redundancy, cut] = falling(5, 0).try_into().ok().unwrap();
    for instance in [redundancy, cut] {
        let refused = Dynamic::new(instance.objective.clone(), 2, options(0.5, 0));
        assert!(matches!(refused.err(), Some(Error::NotMonotone { .. })));
    }
}

#[test]
fn emptied_is_empty_and_worthless_items_change_nothing() {
    let mut weights = vec![1.0; 30];
    weights[20..].fill(0.0);
    let objective = AnyObjective::new(modular(weights).unwrap());
    for mut selector in all(&objective, 4, 0.5, 0) {
        let monitor = Monitor::new();
        assert_eq!(selector.solution(&monitor).unwrap(), (&[][..], 0.0));
        assert_eq!(selector.certified_ratio(&monitor).unwrap(), 1.0);
        selector
            .apply(&[1; 20], &(0..20).collect::<Vec<Item>>(), &monitor)
            .unwrap();
        let before = selector.solution(&monitor).unwrap().0.to_vec();
        assert_eq!(before.len(), 4);
        selector.apply(&[1, -1], &[25, 25], &monitor).unwrap();
        assert_eq!(selector.solution(&monitor).unwrap().0, &before);
        selector
            .apply(&[-1; 20], &(0..20).collect::<Vec<Item>>(), &monitor)
            .unwrap();
        assert_eq!(selector.solution(&monitor).unwrap(), (&[][..], 0.0));
        assert_eq!(selector.upper_bound(&monitor).unwrap(), 0.0);
    }
}

/// Scaling f by a power of 1 + ε' shifts the guesses and changes nothing else.
#[test]
fn scale_does_not_matter() {
    let mut numbers = Numbers(4);
    // Off the edges of buckets, where rounding could decide.
    let weights: Vec<f64> = (0..200).map(|_| 0.1 + numbers.unit()).collect();
    let (ops, items) = stream(200, 400, 3);
    let mut solutions = Vec::new();
    for power in [0_i32, 40, -300] {
        let scale = 1.225_f64.powi(power);
        let scaled: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        let mut selector = Dynamic::new(modular(scaled).unwrap(), 12, options(0.5, 1)).unwrap();
        selector.apply(&ops, &items, &Monitor::new()).unwrap();
        selector.check().unwrap();
        solutions.push(selector.solution(&Monitor::new()).unwrap().0.to_vec());
    }
    assert_eq!(solutions[0], solutions[1]);
    assert_eq!(solutions[0], solutions[2]);
    // Values of any size at once.
    let weights: Vec<f64> = (0..60).map(|i| 10.0_f64.powi(10 * i - 300)).collect();
    let mut selector = Dynamic::new(modular(weights).unwrap(), 3, options(0.5, 1)).unwrap();
    selector
        .apply(&[1; 60], &(0..60).collect::<Vec<Item>>(), &Monitor::new())
        .unwrap();
    selector.check().unwrap();
    let value = selector.solution(&Monitor::new()).unwrap().1;
    assert!(close(value, 1e290, 1e-9), "{value}");
    selector
        .apply(&[-1; 30], &(30..60).collect::<Vec<Item>>(), &Monitor::new())
        .unwrap();
    selector.check().unwrap();
    assert!(selector.solution(&Monitor::new()).unwrap().1 >= 0.5 * 1e-10);
}

#[test]
fn items_that_come_back_are_themselves() {
    let objective = AnyObjective::new(modular((1..=30).map(f64::from).collect()).unwrap());
    let mut selector = Dynamic::new(objective, 5, options(0.5, 2)).unwrap();
    let monitor = Monitor::new();
    selector
        .apply(&[1; 30], &(0..30).collect::<Vec<Item>>(), &monitor)
        .unwrap();
    for round in 0..20 {
        for item in 0..30 {
            selector.delete(item, &monitor).unwrap();
            selector.check().unwrap();
            assert!(!selector.solution(&monitor).unwrap().0.contains(&item));
            selector.insert(item, &monitor).unwrap();
            selector
                .check()
                .unwrap_or_else(|what| panic!("round {round}, item {item}: {what}"));
        }
    }
    let (solution, value) = selector.solution(&monitor).unwrap();
    let exact: f64 = solution.iter().map(|&item| f64::from(item + 1)).sum();
    assert_eq!(value, exact);
}

#[test]
fn windows_let_the_oldest_go() {
    let (objective, _) = random_coverage(100, 60, 4, 3);
    let mut window = Window::new(Dynamic::new(objective, 4, options(0.5, 0)).unwrap(), 10).unwrap();
    let monitor = Monitor::new();
    window.push_many(&(0..10).collect::<Vec<Item>>(), &monitor).unwrap();
    assert!(matches!(
        window.push(9, &monitor),
        Err(Error::DuplicateItem { item: 9 })
    ));
    assert_eq!(window.push(50, &monitor).unwrap(), Some(0));
    assert_eq!(window.items().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 50]);
    assert_eq!(window.push(0, &monitor).unwrap(), Some(1));
    let live: HashSet<Item> = window.selector().live().iter().copied().collect();
    assert_eq!(live, window.items().collect());
    let error = window.push_many(&[60, 60], &monitor).unwrap_err();
    assert!(matches!(error, Error::Update { position: 1, .. }));
    let modular = modular(vec![1.0]).unwrap();
    assert!(Window::new(Dynamic::new(modular, 1, options(0.5, 0)).unwrap(), 0).is_err());
}

#[test]
fn queries_per_update_grow_slower_than_the_window() {
    let mut points = Vec::new();
    for power in [9, 10, 11, 12] {
        let window = 1_usize << power;
        let (objective, _) = random_coverage(2 * window, 3000, 10, 1);
        let mut selector = Dynamic::new(objective, 10, options(0.5, 0)).unwrap();
        let monitor = Monitor::new();
        selector
            .apply(&vec![1; window], &(0..window as Item).collect::<Vec<_>>(), &monitor)
            .unwrap();
        let before = selector.stats();
        for item in 0..window as Item {
            selector.insert(window as Item + item, &monitor).unwrap();
            selector.delete(item, &monitor).unwrap();
        }
        let after = selector.stats();
        let queries = (after.queries - before.queries) as f64 / (after.updates - before.updates) as f64;
        points.push(((window as f64).ln(), queries.ln()));
    }
    let n = points.len() as f64;
    let (mx, my) = (
        points.iter().map(|p| p.0).sum::<f64>() / n,
        points.iter().map(|p| p.1).sum::<f64>() / n,
    );
    let slope = points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum::<f64>()
        / points.iter().map(|p| (p.0 - mx).powi(2)).sum::<f64>();
    assert!(slope < 0.5, "slope {slope}: {points:?}");
}

#[test]
fn selectors_can_be_held_by_other_threads() {
    fn is_shareable<T: Send + Sync>(_: &T) {}
    let objective = AnyObjective::new(modular(vec![1.0]).unwrap());
    is_shareable(&objective);
    is_shareable(&all(&objective, 1, 0.5, 0));
    assert_eq!(objective.n_items(), 1);
}
