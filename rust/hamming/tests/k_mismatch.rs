//! Every search against the definition.

use porism_hamming::k_mismatch::{Error, Found, Options, Relation, early_abandon, pigeonhole};
use porism_runtime::{Isa, Monitor};
use proptest::prelude::*;

fn naive(text: &[u8], pattern: &[u8], k: usize, relation: Relation) -> (Vec<i64>, Vec<i32>) {
    let mut hits = (Vec::new(), Vec::new());
    for (shift, window) in text.windows(pattern.len()).enumerate() {
        let distance = window
            .iter()
            .zip(pattern)
            .filter(|&(&t, &p)| !relation.matches(t, p))
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
        for relation in [Relation::Equal, Relation::Wildcard(b'b'), Relation::Sets] {
            let expected = naive(&text, &pattern, k, relation);
            for options in all_options() {
                same(early_abandon(&text, &pattern, k, relation, &options, &monitor), &expected, "early_abandon");
            }
        }
        let expected = naive(&text, &pattern, k, Relation::Equal);
        for options in all_options() {
            same(pigeonhole(&text, &pattern, k, &options, &monitor), &expected, "pigeonhole");
        }
    }
}
