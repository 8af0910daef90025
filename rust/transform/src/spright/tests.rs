//! Spectra that are known, and functions made of them.

use super::*;

struct Words(u64);

impl Words {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    fn below(&mut self, n: usize) -> u64 {
        self.next() & ((1 << n) - 1)
    }

    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Twelve uniform numbers, nearly normal.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

fn matrix(n: usize, b: usize, words: &mut Words) -> Vec<u64> {
    loop {
        let columns: Vec<u64> = (0..b).map(|_| words.below(n)).collect();
        if rank(&columns) == b {
            return columns;
        }
    }
}

fn plan(n: usize, b: usize, n_bases: usize, search: Search, seed: u64) -> Plan {
    let mut words = Words(seed);
    let masks = (0..3).map(|_| matrix(n, b, &mut words)).collect();
    let bases = (0..n_bases).map(|_| words.below(n)).collect();
    Plan::new(n, masks, bases, search).unwrap()
}

fn taps(n: usize, seed: u64) -> Vec<u64> {
    let mut words = Words(seed);
    (0..2 * n)
        .map(|j| 1 << (j % n) | 1 << (words.next() as usize % n))
        .collect()
}

fn spectrum(n: usize, k: usize, ones: u32, words: &mut Words) -> BTreeMap<u64, f64> {
    let mut found = BTreeMap::new();
    while found.len() < k {
        let index = words.below(n);
        if index.count_ones() <= ones {
            let size = 1.0 + words.uniform();
            found.insert(index, if words.next().is_multiple_of(2) { size } else { -size });
        }
    }
    found
}

fn samples(plan: &Plan, spectrum: &BTreeMap<u64, f64>, sigma: f64, words: &mut Words) -> Vec<f64> {
    let at = |x: u64| spectrum.iter().map(|(k, value)| value * sign(*k, x)).sum::<f64>();
    plan.points()
        .unwrap()
        .into_iter()
        .map(|x| at(x) + sigma * words.normal())
        .collect()
}

#[test]
fn bins_are_what_the_theorem_says() {
    let plan = plan(9, 3, 2, Search::Majority, 5);
    let mut words = Words(1);
    let spectrum = spectrum(9, 30, 9, &mut words);
    let mut seen = samples(&plan, &spectrum, 0.0, &mut words);
    hadamard::transform(&mut seen, 8, &Pool::serial(), &Monitor::new()).unwrap();
    let bins = plan.by_bin(&seen, &Monitor::new()).unwrap();
    let offsets = plan.offsets();
    for stage in 0..3 {
        for bin in 0..8 {
            for (p, offset) in offsets.iter().enumerate() {
                let inside = spectrum.iter().filter(|(k, _)| plan.bin_of(stage, **k) == bin);
                let sum: f64 = inside.map(|(k, value)| value * sign(*k, *offset)).sum();
                assert!((bins[(stage * 8 + bin) * offsets.len() + p] - sum).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn every_search_finds_the_spectrum() {
    for seed in 0..12 {
        let searches = [
            (Search::Majority, 1, 0.0, 16),
            (Search::Majority, 6, 0.6, 16),
            (Search::Degree(3), 2, 0.0, 3),
            (Search::Degree(3), 8, 0.3, 3),
            (Search::Coded(taps(16, seed)), 12, 0.6, 16),
            (Search::Exhaustive, 40, 0.6, 16),
        ];
        for (search, n_bases, sigma, ones) in searches {
            let mut words = Words(seed + 100);
            let plan = plan(16, 5, n_bases, search.clone(), seed);
            let spectrum = spectrum(16, 14, ones, &mut words);
            let seen = samples(&plan, &spectrum, sigma, &mut words);
            let found = plan
                .decode(seen, Some(sigma * sigma), &Pool::serial(), &Monitor::new())
                .unwrap();
            let what = format!("{search:?}, seed {seed}: {found:?}");
            assert_eq!(found.unresolved, 0, "{what}");
            assert!(found.support.iter().eq(spectrum.keys()), "{what}");
            let off = found
                .coefficients
                .iter()
                .zip(spectrum.values())
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f64::max);
            assert!(off <= 1e-12 + 0.2 * sigma, "{off}, {what}");
        }
    }
}

#[test]
fn the_noise_is_estimated() {
    let mut words = Words(77);
    let plan = plan(16, 6, 5, Search::Majority, 3);
    let spectrum = spectrum(16, 20, 16, &mut words);
    let seen = samples(&plan, &spectrum, 0.5, &mut words);
    let found = plan.decode(seen, None, &Pool::serial(), &Monitor::new()).unwrap();
    assert!((found.variance.sqrt() - 0.5).abs() < 0.06, "{}", found.variance.sqrt());
    assert!(found.support.iter().eq(spectrum.keys()));
}

#[test]
fn too_many_coefficients_are_not_made_up() {
    let mut words = Words(5);
    let plan = plan(12, 3, 1, Search::Majority, 3);
    let spectrum = spectrum(12, 400, 12, &mut words);
    let seen = samples(&plan, &spectrum, 0.0, &mut words);
    let found = plan.decode(seen, Some(0.0), &Pool::serial(), &Monitor::new()).unwrap();
    assert!(found.unresolved > 0);
    assert_eq!(found.support, []);
}

#[test]
fn nothing_is_found_in_nothing() {
    let plan = plan(10, 3, 1, Search::Majority, 3);
    let zeros = vec![0.0; plan.n_samples().unwrap()];
    let found = plan.decode(zeros, None, &Pool::serial(), &Monitor::new()).unwrap();
    assert_eq!((found.support.len(), found.unresolved, found.empty), (0, 0, 8));
}

#[test]
fn bad_plans_and_samples_are_refused() {
    let plan_of = |n, masks: &[&[u64]], bases: &[u64], search| {
        Plan::new(
            n,
            masks.iter().map(|stage| stage.to_vec()).collect(),
            bases.to_vec(),
            search,
        )
    };
    let good: &[&[u64]] = &[&[1, 2], &[3, 4]];
    assert!(plan_of(3, good, &[0], Search::Majority).is_ok());
    assert!(plan_of(0, good, &[0], Search::Majority).is_err());
    assert!(plan_of(64, good, &[0], Search::Majority).is_err());
    assert!(plan_of(2, good, &[0], Search::Majority).is_err());
    assert!(plan_of(3, &[], &[0], Search::Majority).is_err());
    assert!(plan_of(3, &[&[1], &[1, 2]], &[0], Search::Majority).is_err());
    assert!(plan_of(3, &[&[3, 5, 6]], &[0], Search::Majority).is_err());
    assert!(plan_of(3, good, &[], Search::Majority).is_err());
    assert!(plan_of(3, good, &[8], Search::Majority).is_err());
    assert!(plan_of(3, good, &[0], Search::Degree(0)).is_err());
    assert!(plan_of(3, good, &[0], Search::Coded(vec![8])).is_err());
    assert!(plan_of(40, good, &[0], Search::Exhaustive).is_err());
    let plan = plan_of(3, good, &[0], Search::Majority).unwrap();
    let (pool, monitor) = (Pool::serial(), Monitor::new());
    assert!(plan.decode(vec![0.0; 3], None, &pool, &monitor).is_err());
    assert!(plan.decode(vec![f64::NAN; 32], None, &pool, &monitor).is_err());
    assert!(plan.decode(vec![0.0; 32], Some(-1.0), &pool, &monitor).is_err());
}

#[test]
fn a_plan_grows_without_asking_twice() {
    let searches = |n| {
        [
            Search::Majority,
            Search::Degree(2),
            Search::Coded(taps(n, 3)),
            Search::Exhaustive,
        ]
    };
    for search in searches(10) {
        let of = |stages: usize, b: usize, n_bases: usize| {
            let large = plan(10, 5, 6, search.clone(), 11);
            let masks = large.masks[..stages].iter().map(|stage| stage[..b].to_vec()).collect();
            Plan::new(10, masks, large.bases[..n_bases].to_vec(), search.clone()).unwrap()
        };
        let value = |&x: &u64| (x as f64).sin();
        for (few, more) in [
            ((2, 3, 2), (3, 5, 6)),
            ((3, 3, 2), (3, 4, 2)),
            ((3, 4, 1), (3, 4, 3)),
            ((1, 4, 3), (3, 4, 3)),
            ((3, 4, 3), (3, 4, 3)),
        ] {
            let (small, large) = (of(few.0, few.1, few.2), of(more.0, more.1, more.2));
            let seen: Vec<f64> = small.points().unwrap().iter().map(value).collect();
            let points = large.further_points(&small).unwrap();
            assert_eq!(points.len(), large.n_samples().unwrap() - small.n_samples().unwrap());
            let further: Vec<f64> = points.iter().map(value).collect();
            let joined = large.joined(&small, &seen, &further).unwrap();
            assert!(
                joined
                    .iter()
                    .eq(&large.points().unwrap().iter().map(value).collect::<Vec<_>>()),
                "{search:?}"
            );
            assert!(large.joined(&small, &seen[1..], &further).is_err());
            assert!(large.joined(&small, &seen, &[&further[..], &[0.0]].concat()).is_err());
            if few != more {
                assert!(small.further_points(&large).is_err());
            }
        }
        let other = plan(10, 5, 6, search.clone(), 12);
        assert!(other.further_points(&of(2, 3, 2)).is_err());
    }
}

#[test]
fn a_search_by_trial_counts_its_trials() {
    // by which a call is put where signals are seen
    assert!(plan(20, 3, 1, Search::Exhaustive, 1).n_steps() >= 24 << 17);
    assert!(plan(20, 3, 1, Search::Majority, 1).n_steps() >= 24 * 21);
}
