//! Every kernel against all pairs, one by one.

use std::collections::{BTreeMap, BTreeSet};

use porism_hamming::Raw;
use porism_runtime::{Monitor, Pool};
use porism_sumset::*;
use proptest::prelude::*;

fn elements() -> impl Strategy<Value = Vec<i64>> {
    let any = prop::collection::btree_set(-300_i64..300, 0..60);
    let interval = (
        -1000_i64..1000,
        1_i64..400,
        prop_oneof![Just(1_i64), Just(3), Just(64), Just(1 << 40)],
    )
        .prop_map(|(start, n, step)| (0..n).map(|i| start + i * step).collect::<BTreeSet<i64>>());
    let clusters = prop::collection::btree_set(
        (0_i64..4, 0_i64..40).prop_map(|(c, x)| (c << 40) + x - (1 << 41)),
        0..50,
    );
    let far = prop::collection::btree_set(
        prop_oneof![Just(-(1_i64 << 61)), Just(0), Just(1 << 61), 0_i64..9],
        0..5,
    );
    let exact = prop_oneof![Just(511_i64), Just(512), Just(513), Just(8191), Just(8192), Just(8193)]
        .prop_map(|top| BTreeSet::from([0, 1, 7, top]));
    prop_oneof![any, interval, clusters, far, exact]
        .prop_map(|set| set.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![
        3 => Just(Window { low: None, high: None }),
        1 => (prop::option::of(-700_i64..700), prop::option::of(-700_i64..700)).prop_map(|(low, high)| Window { low, high }),
    ]
}

const KERNELS: [Kernel; 7] = [
    Kernel::PairsSort,
    Kernel::Scatter,
    Kernel::Rows,
    Kernel::Fft,
    Kernel::Ntt,
    Kernel::Sparse,
    Kernel::Packed,
];

/// Kernels that can do this in little memory.
fn able(instance: &Instance) -> Vec<Kernel> {
    let dense = instance.universe < 1 << 20;
    KERNELS
        .into_iter()
        .filter(|k| dense || matches!(k, Kernel::PairsSort | Kernel::Sparse))
        .collect()
}

fn values(found: &Sums, instance: &Instance) -> Vec<i64> {
    match found {
        Sums::Dense(bits) => values_of(bits.words(), instance.window_origin(), instance.step).unwrap(),
        Sums::Listed(values) => values.clone(),
    }
}

fn counted(found: Counts, instance: &Instance) -> Vec<(i64, u64)> {
    let (values, counts) = match found {
        Counts::Narrow(table) => occurring(&table, instance.window_origin(), instance.step).unwrap(),
        Counts::Wide(table) => occurring(&table, instance.window_origin(), instance.step).unwrap(),
        Counts::Listed(values, counts) => (values, counts),
    };
    values.into_iter().zip(counts).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_kernel_finds_all_sums_as_often_as_they_occur(
        a in elements(),
        b in elements(),
        difference in any::<bool>(),
        window in window(),
        n_threads in 1_usize..3,
        seed in 0_u64..10,
        weighted in any::<bool>(),
        buckets in prop_oneof![Just(None), Just(Some(2))],
        fields in prop_oneof![Just(None), Just(Some(Fields { positions: 3, bits: 2 })), Just(Some(Fields { positions: 2, bits: 3 }))],
    ) {
        let (pool, monitor) = (Pool::new(n_threads).unwrap(), Monitor::new());
        let run = Run { pool: &pool, monitor: &monitor, seed };
        let weights = |n: usize, by: u64| (0..n as u64).map(|i| (i * by) % 5).collect::<Vec<_>>();
        let (wa, wb) = (weights(a.len(), 3), weights(b.len(), 2));
        let mut expected: BTreeMap<i64, u64> = BTreeMap::new();
        for (x, u) in a.iter().zip(&wa) {
            for (y, v) in b.iter().zip(&wb) {
                let sum = if difference { x - y } else { x + y };
                if window.low.is_none_or(|low| sum >= low) && window.high.is_none_or(|high| sum < high) {
                    *expected.entry(sum).or_default() += if weighted { u * v } else { 1 };
                }
            }
        }
        expected.retain(|_, count| *count > 0);
        let set = |values: &[i64], weights: &[u64]| Set::new("a", values, weighted.then_some(weights), Duplicates::Reject).unwrap();
        let Some(instance) = Instance::new(&set(&a, &wa), &set(&b, &wb), difference, window).unwrap() else {
            prop_assert!(expected.is_empty());
            return Ok(());
        };
        let pairs: Vec<(i64, u64)> = expected.iter().map(|(z, c)| (*z, *c)).collect();
        let sums: Vec<i64> = expected.into_keys().collect();
        let options = Options { buckets, fields, ..Options::default() };
        for kernel in able(&instance).into_iter().map(Some).chain([None]) {
            if instance.is_weighted() && matches!(kernel, Some(Kernel::Rows | Kernel::Packed)) {
                prop_assert!(sumset_counts(&instance, kernel, &options, &run).is_err());
                continue;
            }
            let found = sumset_counts(&instance, kernel, &options, &run).unwrap();
            prop_assert_eq!(&counted(found.found, &instance), &pairs, "{}", found.kernel);
            let found = sumset(&instance, kernel, &options, &run).unwrap();
            prop_assert_eq!(&values(&found.found, &instance), &sums, "{}", found.kernel);
        }
    }

    #[test]
    fn k_fold_sumsets(
        base in prop::collection::btree_set(-20_i64..40, 0..7),
        k in 0_u64..40,
        high in prop::option::of(-500_i64..1500),
    ) {
        let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
        let run = Run { pool: &pool, monitor: &monitor, seed: 0 };
        let base: Vec<i64> = base.into_iter().collect();
        let mut expected = BTreeSet::from([0_i64]);
        for _ in 0..k {
            expected = expected.iter().flat_map(|x| base.iter().map(move |y| x + y)).collect();
        }
        let expected: Vec<i64> = expected.into_iter().filter(|z| high.is_none_or(|high| *z < high)).collect();
        let set = Set::new("a", &base, None, Duplicates::Reject).unwrap();
        let found = k_fold(&set, k, high, &run).unwrap();
        prop_assert_eq!(values_of(found.bits.words(), found.origin, found.step).unwrap(), expected);
    }

    #[test]
    fn k_fold_sumsets_of_residues(
        base in prop::collection::btree_set(prop_oneof![4 => -20_i64..90, 1 => Just(i64::MIN), 1 => Just(i64::MAX)], 0..6),
        multiple in 1_i64..4,
        k in prop_oneof![4 => 0_u64..30, 1 => Just(u64::MAX), 1 => Just(1_u64 << 40)],
        modulus in prop_oneof![3 => 1_u64..200, 1 => Just(64_u64), 1 => Just(128), 1 => Just(65)],
        high in prop::option::of(-5_i64..220),
    ) {
        let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
        let run = Run { pool: &pool, monitor: &monitor, seed: 0 };
        let base: BTreeSet<i64> = base.into_iter().map(|x| x.saturating_mul(multiple)).collect();
        let residue = |x: i128| x.rem_euclid(i128::from(modulus));
        let residues: Vec<i128> = base.iter().map(|x| residue(i128::from(*x))).collect();
        // Any set of residues comes back after some number of steps; from there on the steps repeat.
        let mut expected = BTreeSet::from([0_i128]);
        let mut seen: Vec<BTreeSet<i128>> = Vec::new();
        for _ in 0..k {
            if let Some(start) = seen.iter().position(|known| *known == expected) {
                let period = seen.len() - start;
                expected = seen[start + (k as usize - start) % period].clone();
                break;
            }
            seen.push(expected.clone());
            expected = expected.iter().flat_map(|x| residues.iter().map(move |y| residue(x + y))).collect();
        }
        let expected: Vec<i64> = expected.into_iter().map(|z| z as i64).filter(|z| high.is_none_or(|high| *z < high)).collect();
        let base: Vec<i64> = base.into_iter().collect();
        let set = Set::new("a", &base, None, Duplicates::Reject).unwrap();
        let found = k_fold_modular(&set, k, modulus, high, &run).unwrap();
        prop_assert_eq!(values_of(found.bits.words(), found.origin, found.step).unwrap(), expected);
    }

    #[test]
    fn subset_sums(items in prop::collection::vec(prop_oneof![1_i64..30, Just(5), 0_i64..400], 0..40), target in 0_u64..600, seed in 0_u64..5) {
        let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
        let run = Run { pool: &pool, monitor: &monitor, seed };
        let mut expected = vec![false; target as usize + 1];
        expected[0] = true;
        for item in &items {
            for total in (*item as usize..expected.len()).rev() {
                expected[total] |= expected[total - *item as usize];
            }
        }
        let bools = |bits: &Bits| (0..bits.len()).map(|i| bits.get(i)).collect::<Vec<_>>();
        let plain = bitset_dp(&items, target, false, &run).unwrap();
        prop_assert_eq!(&bools(&plain.bits), &expected);
        let witness = bitset_dp(&items, target, true, &run).unwrap();
        prop_assert_eq!(&witness.bits, &plain.bits);
        prop_assert_eq!(witness.best, expected.iter().rposition(|r| *r).unwrap() as u64);
        let chosen = witness.certificate.unwrap();
        prop_assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert_eq!(chosen.iter().map(|i| items[*i as usize] as u64).sum::<u64>(), witness.best);
        // With p near 2^64 a miss will not be seen in the lifetime of this test.
        prop_assert_eq!(&bools(&jin_wu(&items, target, &run).unwrap()), &expected);
        let colored = bringmann(&items, target, 0.1, &run).unwrap();
        prop_assert!(bools(&colored).iter().zip(&expected).all(|(found, there)| !found || *there));
    }

    /// Targets of several blocks of bits, which fill unless all items but a few are multiples of 3.
    #[test]
    fn subset_sums_of_many_blocks(
        items in prop::collection::vec(1_i64..500, 20..70),
        step in prop_oneof![Just(1_i64), Just(3), Just(7)],
        stray in prop::collection::vec(1_i64..40_000, 0..3),
        target in 0_u64..50_000,
    ) {
        let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
        let run = Run { pool: &pool, monitor: &monitor, seed: 0 };
        let items: Vec<i64> = items.into_iter().map(|x| x * step).chain(stray).collect();
        let mut expected = vec![false; target as usize + 1];
        expected[0] = true;
        for item in &items {
            for total in (*item as usize..expected.len()).rev() {
                expected[total] |= expected[total - *item as usize];
            }
        }
        let plain = bitset_dp(&items, target, false, &run).unwrap();
        prop_assert!((0..=target as usize).all(|total| plain.bits.get(total) == expected[total]));
        prop_assert_eq!(plain.bits.positions().last(), expected.iter().rposition(|r| *r));
        let witness = bitset_dp(&items, target, true, &run).unwrap();
        prop_assert_eq!(&witness.bits, &plain.bits);
        prop_assert_eq!(witness.best, plain.best);
        let chosen = witness.certificate.unwrap();
        prop_assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert_eq!(chosen.iter().map(|i| items[*i as usize] as u64).sum::<u64>(), witness.best);
    }

    #[test]
    fn counting_three_sums(
        a in prop::collection::vec(-200_i64..200, 0..60),
        b in prop::collection::vec(prop_oneof![-200_i64..200, Just(i64::MIN + 1), Just(i64::MIN), Just(i64::MAX)], 0..60),
        n in 0_usize..150,
        seed in 0_u64..5,
    ) {
        let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
        let run = Run { pool: &pool, monitor: &monitor, seed };
        let mut expected = vec![0_i64; n];
        for x in &a {
            for y in &b {
                let sum = i128::from(*x) + i128::from(*y);
                if (0..n as i128).contains(&sum) {
                    expected[sum as usize] += 1;
                }
            }
        }
        prop_assert_eq!(&pairs_window(&a, &b, n, &run).unwrap(), &expected);
        prop_assert_eq!(&blocked(&a, &b, n, &run).unwrap(), &expected);
        prop_assert_eq!(&via_hamming(&a, &b, n, &run).unwrap().0, &expected);
    }

    #[test]
    fn matching_strings(
        text in prop::collection::vec(prop_oneof![8 => -2_i64..3, 1 => Just(i64::MIN), 1 => Just(i64::MAX)], 1..300),
        pattern in prop::collection::vec(prop_oneof![8 => -2_i64..3, 1 => Just(i64::MIN), 1 => Just(i64::MAX)], 1..80),
    ) {
        let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
        let run = Run { pool: &pool, monitor: &monitor, seed: 0 };
        let n = (text.len() + 1).saturating_sub(pattern.len());
        let expected: Vec<i64> = (0..n).map(|s| pattern.iter().zip(&text[s..]).filter(|(x, y)| x == y).count() as i64).collect();
        let (a, b) = from_hamming(&text, &pattern).unwrap();
        prop_assert_eq!(&pairs_window(&a, &b, n, &run).unwrap(), &expected);
        if n > 0 {
            let letters = |string: &[i64]| string.iter().map(|letter| *letter as u64).collect::<Vec<_>>();
            let (text, pattern) = (letters(&text), letters(&pattern));
            let mut distances = vec![0; n];
            porism_hamming::distances(Raw::U64(&text), &[Raw::U64(&pattern)], &Default::default(), &mut distances, None, &monitor).unwrap();
            let matches: Vec<i64> = distances.iter().map(|d| pattern.len() as i64 - i64::from(*d)).collect();
            prop_assert_eq!(&matches, &expected);
        }
    }
}

/// All residues equal: without layers, or with shifts of the two sides that differ, this is wrong.
#[test]
fn equal_residues_go_to_layers() {
    let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
    let n = 37;
    for seed in 0..5 {
        let run = Run {
            pool: &pool,
            monitor: &monitor,
            seed,
        };
        let a: Vec<i64> = (-20..20).map(|i| n * i).collect();
        let b: Vec<i64> = (-20..20).map(|j| -n * j + 5).collect();
        let expected = pairs_window(&a, &b, n as usize, &run).unwrap();
        assert_eq!(expected[5], 40);
        assert_eq!(via_hamming(&a, &b, n as usize, &run).unwrap().0, expected);
    }
}

#[test]
fn small_fields_recurse() {
    let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
    let run = Run {
        pool: &pool,
        monitor: &monitor,
        seed: 0,
    };
    let interval: Vec<i64> = (0..300).collect();
    let set = Set::new("a", &interval, None, Duplicates::Reject).unwrap();
    let instance = Instance::new(&set, &set, false, Window { low: None, high: None })
        .unwrap()
        .unwrap();
    let options = Options {
        fields: Some(Fields { positions: 3, bits: 2 }),
        ..Options::default()
    };
    let found = sumset_counts(&instance, Some(Kernel::Packed), &options, &run).unwrap();
    let unresolved = &found.stats.iter().find(|(name, _)| *name == "unresolved").unwrap().1;
    assert!(unresolved[0] > 0 && unresolved.last() == Some(&0), "{unresolved:?}");
    let expected: Vec<(i64, u64)> = (0..599).map(|z| (z, (z + 1).min(599 - z) as u64)).collect();
    assert_eq!(counted(found.found, &instance), expected);
}

#[test]
fn far_apart_is_fast_and_small() {
    let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
    let run = Run {
        pool: &pool,
        monitor: &monitor,
        seed: 0,
    };
    let set = Set::new("a", &[0, 1 << 60], None, Duplicates::Reject).unwrap();
    let odd = Set::new("b", &[0, (1 << 60) + 1], None, Duplicates::Reject).unwrap();
    let instance = Instance::new(&set, &odd, false, Window { low: None, high: None })
        .unwrap()
        .unwrap();
    for kernel in [None, Some(Kernel::Sparse), Some(Kernel::PairsSort)] {
        let found = sumset(&instance, kernel, &Options::default(), &run).unwrap();
        assert_eq!(
            values(&found.found, &instance),
            [0, 1 << 60, (1 << 60) + 1, (1 << 61) + 1]
        );
    }
    assert!(matches!(
        sumset(&instance, Some(Kernel::Scatter), &Options::default(), &run),
        Err(Error::TooLarge { .. })
    ));
}

#[test]
fn what_does_not_fit_is_refused() {
    let window = Window { low: None, high: None };
    let set = |values: &[i64]| Set::new("a", values, None, Duplicates::Reject).unwrap();
    assert!(matches!(
        Instance::new(&set(&[i64::MAX]), &set(&[1]), false, window),
        Err(Error::Overflow { .. })
    ));
    assert!(matches!(
        Instance::new(&set(&[0]), &set(&[i64::MIN]), true, window),
        Err(Error::Overflow { .. })
    ));
    assert!(Instance::new(&set(&[i64::MIN]), &set(&[i64::MIN]), true, window).is_ok());
    assert!(matches!(
        Set::new("a", &[1, 2, 1], None, Duplicates::Reject),
        Err(Error::Duplicate { value: 1, .. })
    ));
    assert!(matches!(
        Set::new("a", &[1, 2], Some(&[1 << 62, 1 << 62]), Duplicates::Reject),
        Err(Error::Overflow { .. })
    ));
}
