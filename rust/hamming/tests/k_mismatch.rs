//! Every search against the definition.

use porism_hamming::k_mismatch::{
    Counters, Found, Options, Query, Rule, amir_lewenstein_porat, chan_jin_williams_xu, early_abandon,
    gawrychowski_uznanski, kangaroo, pigeonhole, search,
};
use porism_hamming::{Error, Raw, Relation};
use porism_runtime::{Isa, Monitor};
use proptest::prelude::*;

fn naive(text: &[u8], pattern: &[u8], k: usize, rule: Rule) -> (Vec<i64>, Vec<i32>) {
    let mut hits = (Vec::new(), Vec::new());
    for (shift, window) in text.windows(pattern.len()).enumerate() {
        let distance = window
            .iter()
            .zip(pattern)
            .filter(|&(&t, &p)| !rule.matches(t, p))
            .count();
        if distance <= k {
            hits.0.push(shift as i64);
            hits.1.push(distance as i32);
        }
    }
    hits
}

fn all_options() -> impl Iterator<Item = Options> {
    Isa::available().flat_map(|isa| [1, 2].map(|n_threads| Options { n_threads, isa }))
}

fn same(found: Result<Found, Error>, expected: &(Vec<i64>, Vec<i32>), what: &str) {
    let found = found.unwrap();
    assert_eq!(
        (&found.positions, &found.distances),
        (&expected.0, &expected.1),
        "{what}"
    );
}

/// A text with copies of the pattern planted in it, each with some symbols changed.
fn instance() -> impl Strategy<Value = (Vec<u8>, Vec<u8>, usize)> {
    let sizes = prop_oneof![1_usize..40, 60_usize..70, 240_usize..260, 490_usize..520];
    (sizes, 1_u8..6, 0_usize..700, any::<u64>(), 0_usize..12, any::<bool>()).prop_map(
        |(m, sigma, more, seed, k, periodic)| {
            let mut state = seed | 1;
            let mut next = move |below: usize| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 33) as usize % below
            };
            let period = 1 + next(5);
            let base: Vec<u8> = (0..period).map(|_| b'a' + next(usize::from(sigma)) as u8).collect();
            let mut draw = |length: usize, noise: usize| -> Vec<u8> {
                (0..length)
                    .map(|i| {
                        if periodic && next(noise) != 0 {
                            base[i % period]
                        } else {
                            b'a' + next(usize::from(sigma)) as u8
                        }
                    })
                    .collect()
            };
            let pattern = draw(m, 30);
            let mut text = draw(m + more, 10);
            if !periodic && more > m {
                text[more - m..more].copy_from_slice(&pattern);
            }
            (text, pattern, k)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn byte_searches_agree_with_the_definition((text, pattern, k) in instance()) {
        let monitor = Monitor::new();
        for rule in [Rule::Equal, Rule::Wildcard(b'b'), Rule::Overlap, Rule::Within] {
            let expected = naive(&text, &pattern, k, rule);
            for options in all_options() {
                same(early_abandon(&text, &pattern, k, rule, &options, &monitor), &expected, "early_abandon");
            }
        }
        let expected = naive(&text, &pattern, k, Rule::Equal);
        for options in all_options() {
            same(pigeonhole(&text, &pattern, k, &options, &monitor), &expected, "pigeonhole");
        }
    }

    #[test]
    fn searches_with_a_bound_agree_with_the_definition((text, pattern, k) in instance(), seed in any::<u64>()) {
        let monitor = Monitor::new();
        let expected = naive(&text, &pattern, k, Rule::Equal);
        let wide: (Vec<u32>, Vec<u32>) = (text.iter().map(|&c| u32::from(c)).collect(), pattern.iter().map(|&c| u32::from(c)).collect());
        for options in all_options().take(2) {
            same(kangaroo(&text, &pattern, k, &options, &monitor), &expected, "kangaroo");
            same(kangaroo(&wide.0, &wide.1, k, &options, &monitor), &expected, "kangaroo on ranks");
            same(amir_lewenstein_porat(&text, &pattern, 256, k, &options, &monitor), &expected, "amir_lewenstein_porat");
            same(gawrychowski_uznanski(&text, &pattern, 256, k, seed, &options, &monitor), &expected, "gawrychowski_uznanski");
            same(chan_jin_williams_xu(&wide.0, &wide.1, 256, k, seed, &options, &monitor), &expected, "chan_jin_williams_xu");
        }
    }
}

/// Every hit of every pattern, one by one.
fn naive_many(text: &[u8], patterns: &[Vec<u8>], k: usize, rule: Rule) -> Vec<(i64, i64, i32)> {
    let mut hits = Vec::new();
    for (id, pattern) in patterns.iter().enumerate() {
        let (positions, distances) = naive(text, pattern, k, rule);
        hits.extend(
            positions
                .into_iter()
                .zip(distances)
                .map(|(position, distance)| (position, id as i64, distance)),
        );
    }
    hits.sort_unstable();
    hits
}

#[test]
fn many_patterns_by_their_pieces_and_by_rows() {
    let mut state = 3_u64;
    let mut draw = |length: usize, letters: &[u8]| -> Vec<u8> {
        (0..length)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                letters[(state >> 33) as usize % letters.len()]
            })
            .collect()
    };
    let monitor = Monitor::new();
    let mut plans = std::collections::BTreeSet::new();
    for (relation, wildcard, letters, odd) in [
        (Relation::Equal, None, &b"ACGT"[..], None),
        (Relation::Equal, Some(u64::from(b'N')), &b"ACGTN"[..], None),
        (Relation::Within, None, &[1_u8, 2, 4, 8][..], Some(15)),
        (Relation::Overlap, None, &[1_u8, 2, 4, 8, 5][..], None),
    ] {
        let text = draw(70_000, letters);
        for (lengths, k, count) in [(20..24, 3, 400), (33..70, 5, 300), (6..9, 2, 5), (3..5, 4, 3)] {
            let patterns: Vec<Vec<u8>> = (0..count)
                .map(|i| {
                    let m = lengths.start + i % (lengths.end - lengths.start);
                    let start = (i * 7919) % (text.len() - m);
                    let mut pattern = text[start..start + m].to_vec();
                    pattern[i % m] = odd.unwrap_or(letters[0]);
                    pattern
                })
                .chain([text[text.len() - lengths.start..].to_vec()])
                .collect();
            let rule = Rule::new(relation, wildcard.map(|letter| letter as u8));
            let expected = naive_many(&text, &patterns[patterns.len().saturating_sub(40)..], k, rule);
            let raw: Vec<Raw> = patterns.iter().map(|pattern| Raw::U8(pattern)).collect();
            let query = Query {
                relation,
                wildcard,
                ..Query::default()
            };
            for options in all_options() {
                let found = search(Raw::U8(&text), &raw, k, &query, &options, &monitor).unwrap();
                let first = patterns.len().saturating_sub(40) as i64;
                let hits = found
                    .found
                    .positions
                    .iter()
                    .zip(&found.patterns)
                    .zip(&found.found.distances);
                let hits: Vec<(i64, i64, i32)> = hits
                    .into_iter()
                    .map(|((&position, &id), &distance)| (position, id - first, distance))
                    .filter(|hit| hit.1 >= 0)
                    .collect();
                assert_eq!(hits, expected, "{relation:?} {wildcard:?} k={k}");
                plans.extend(found.plans.iter().map(|(name, _)| *name));
            }
        }
    }
    assert_eq!(plans.into_iter().collect::<Vec<_>>(), ["early-abandon", "pigeonhole"]);
}

/// A text and a pattern of one period, with some symbols changed in each, over `sigma` letters.
fn periodic(n: usize, m: usize, period: usize, changes: usize, sigma: u32) -> (Vec<u32>, Vec<u32>) {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize % below
    };
    let base: Vec<u32> = (0..period).map(|_| next(sigma as usize) as u32).collect();
    let mut string = |length: usize, changes: usize| {
        let mut string: Vec<u32> = (0..length).map(|i| base[i % period]).collect();
        for _ in 0..changes {
            let at = next(length);
            string[at] = next(sigma as usize) as u32;
        }
        string
    };
    (string(n, changes * n / m), string(m, changes))
}

fn wide_naive(text: &[u32], pattern: &[u32], k: usize) -> (Vec<i64>, Vec<i32>) {
    let distances = text
        .windows(pattern.len())
        .map(|window| window.iter().zip(pattern).filter(|(t, p)| t != p).count());
    distances
        .enumerate()
        .filter(|&(_, d)| d <= k)
        .map(|(s, d)| (s as i64, d as i32))
        .unzip()
}

#[test]
fn the_periodic_branch_counts_exactly() {
    let monitor = Monitor::new();
    let options = Options::default();
    let mut seen = Counters::default();
    for (n, m, period, changes, sigma, k) in [
        (5000, 1200, 3, 10, 4, 40),
        (5000, 1200, 7, 60, 3, 290),
        (9000, 4000, 1, 300, 2, 900),
        (20_000, 8000, 2, 1500, 2, 2000),
        (20_000, 8000, 5, 900, 90, 2000),
    ] {
        let (text, pattern) = periodic(n, m, period, changes, sigma);
        let expected = wide_naive(&text, &pattern, k);
        assert!(!expected.0.is_empty());
        for packed in [false, true] {
            let search = if packed {
                chan_jin_williams_xu::<u32>
            } else {
                gawrychowski_uznanski::<u32>
            };
            let found = search(&text, &pattern, 100, k, 1, &options, &monitor).unwrap();
            assert!(found.counters.periodic > 0, "{:?}", found.counters);
            assert!(packed || found.counters.packed == 0, "{:?}", found.counters);
            seen.add(&found.counters);
            same(Ok(found), &expected, "periodic");
        }
    }
    assert!(
        seen.packed > 0 && seen.butterflies > 0 && seen.increments > 0,
        "{seen:?}"
    );
}

#[test]
fn marks_of_each_kind_are_used() {
    let monitor = Monitor::new();
    let options = Options::default();
    let mut state = 1_u64;
    let mut draw = |length: usize, sigma: u64| -> Vec<u32> {
        (0..length)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                ((state >> 33) % sigma) as u32
            })
            .collect()
    };
    for (sigma, m, k, branch) in [(20, 400, 25, 0), (300, 400, 60, 1), (2, 400, 60, 2)] {
        let mut text = draw(3000, sigma);
        let pattern = text[500..500 + m].to_vec();
        for place in [600, 700, 710] {
            text[place] = 0;
        }
        let found = amir_lewenstein_porat(&text, &pattern, 300, k, &options, &monitor).unwrap();
        let counted = [
            found.counters.frequent_marks,
            found.counters.rare_marks,
            found.counters.exact,
        ];
        assert!(counted[branch] > 0, "{counted:?}");
        same(Ok(found), &wide_naive(&text, &pattern, k), "marks");
    }
}

#[test]
fn long_agreement_does_not_cost_jumps_of_its_length() {
    let (text, pattern) = (vec![7_u32; 60_000], vec![7_u32; 20_000]);
    let found = kangaroo(&text, &pattern, 3, &Options::default(), &Monitor::new()).unwrap();
    assert_eq!(found.positions.len(), 40_001);
    assert!(found.counters.jumps <= 4 * 40_001);
}

#[test]
fn a_pattern_that_does_not_fit_is_refused() {
    let (options, monitor) = (Options::default(), Monitor::new());
    assert!(matches!(
        early_abandon(b"ab", b"abc", 1, Rule::Equal, &options, &monitor),
        Err(Error::NoShift { .. })
    ));
    assert!(matches!(
        kangaroo::<u8>(b"ab", b"", 1, &options, &monitor),
        Err(Error::EmptyPattern)
    ));
}

#[test]
fn a_search_stops_when_asked() {
    let monitor = Monitor::new();
    monitor.stop();
    let text = vec![b'a'; 1 << 20];
    let refused = early_abandon(&text, &text[..100], 3, Rule::Equal, &Options::default(), &monitor);
    assert!(matches!(refused, Err(Error::Interrupted(_))));
}
