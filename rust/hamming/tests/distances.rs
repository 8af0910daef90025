//! Every method against the definition, through the front door: ranking, wildcards, overlapping ends, sets, threads.

use porism_hamming::{Method, Mode, Options, Raw, Relation, distances, n_shifts};
use porism_runtime::{Isa, Monitor};
use proptest::prelude::*;

const METHODS: [Method; 9] = [
    Method::Naive,
    Method::ByteSimd,
    Method::BitSliced,
    Method::Scatter,
    Method::Fft,
    Method::Abrahamson(None),
    Method::Packed { bits: None, seed: 1 },
    Method::Packed { bits: Some(2), seed: 7 },
    Method::Auto,
];

/// Distances and positions compared, pair by pair.
fn definition(text: &[u64], pattern: &[u64], mode: Mode, wildcard: Option<u64>) -> (Vec<i32>, Vec<i32>) {
    let (n, m) = (text.len() as i64, pattern.len() as i64);
    let shifts = if mode == Mode::Valid { 0..n - m + 1 } else { 1 - m..n };
    let solid = |symbol: u64| Some(symbol) != wildcard;
    shifts
        .map(|shift| {
            let pairs = (0..m).filter(|j| (0..n).contains(&(shift + j)));
            let pairs = pairs.map(|j| (text[(shift + j) as usize], pattern[j as usize]));
            let compared: Vec<_> = pairs.filter(|&(t, p)| solid(t) && solid(p)).collect();
            let differ = compared.iter().filter(|(t, p)| t != p).count();
            (differ as i32, compared.len() as i32)
        })
        .unzip()
}

fn cases() -> u32 {
    std::env::var("PORISM_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn every_method_agrees_with_the_definition(
        sigma in prop::sample::select(vec![1_u64, 2, 4, 30, 400]),
        m in prop_oneof![1_usize..40, 200_usize..300],
        more in prop_oneof![0_usize..30, 400_usize..600],
        scale in prop::sample::select(vec![1_u64, 7_919, 1 << 50]),
        seed in any::<u64>(),
        wild in prop::option::of(0_u64..3),
        full in any::<bool>(),
        periodic in any::<bool>(),
        n_threads in 1_usize..3,
    ) {
        let mut state = seed | 1;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) % sigma * scale
        };
        let pattern: Vec<u64> = (0..m).map(|_| next()).collect();
        let text: Vec<u64> = (0..m + more).map(|i| if periodic { pattern[i % m.min(7)] } else { next() }).collect();
        let mode = if full { Mode::Full } else { Mode::Valid };
        let wildcard = wild.map(|wild| wild * scale);
        let (right, right_compared) = definition(&text, &pattern, mode, wildcard);
        prop_assert_eq!(right.len(), n_shifts(text.len(), m, mode));
        let bytes: Option<(Vec<u8>, Vec<u8>)> = (scale == 1 && sigma <= 256).then(|| {
            let narrow = |symbols: &[u64]| symbols.iter().map(|&symbol| symbol as u8).collect();
            (narrow(&text), narrow(&pattern))
        });
        for method in METHODS {
            for isa in Isa::available() {
                let options = Options { method, mode, wildcard, n_threads, isa, ..Options::default() };
                let (mut out, mut compared) = (vec![-1; right.len()], vec![-1; right.len()]);
                let monitor = Monitor::new();
                distances(Raw::U64(&text), &[Raw::U64(&pattern)], &options, &mut out, Some(&mut compared), &monitor).unwrap();
                prop_assert_eq!(&out, &right, "{:?}, {:?}", method, isa);
                prop_assert_eq!(&compared, &right_compared, "{:?}, {:?}", method, isa);
                if let Some((text, pattern)) = &bytes {
                    out.fill(-1);
                    distances(Raw::U8(text), &[Raw::U8(pattern)], &options, &mut out, Some(&mut compared), &monitor).unwrap();
                    prop_assert_eq!(&out, &right, "bytes, {:?}, {:?}", method, isa);
                    prop_assert_eq!(&compared, &right_compared, "bytes, {:?}, {:?}", method, isa);
                }
            }
        }
    }

    #[test]
    fn sets_are_compared_as_sets(
        text in prop::collection::vec(0_u8..16, 60..200),
        pattern in prop::collection::vec(0_u8..16, 1..60),
        within in any::<bool>(),
        full in any::<bool>(),
    ) {
        let relation = if within { Relation::Within } else { Relation::Overlap };
        let mode = if full { Mode::Full } else { Mode::Valid };
        let (n, m) = (text.len() as i64, pattern.len() as i64);
        let shifts = if full { 1 - m..n } else { 0..n - m + 1 };
        let differ = |shift: i64| {
            let pairs = (0..m).filter(|j| (0..n).contains(&(shift + j)));
            pairs.filter(|j| !relation.matches(text[(shift + j) as usize], pattern[*j as usize])).count() as i32
        };
        let right: Vec<i32> = shifts.map(differ).collect();
        for method in METHODS {
            let options = Options { method, mode, relation, ..Options::default() };
            let mut out = vec![-1; right.len()];
            distances(Raw::U8(&text), &[Raw::U8(&pattern)], &options, &mut out, None, &Monitor::new()).unwrap();
            prop_assert_eq!(&out, &right, "{:?}", method);
        }
    }
}

#[test]
fn calls_that_make_no_sense_are_refused() {
    let options = Options::default();
    let (text, mut out) = ([1_u8, 2, 3], [0; 8]);
    let call = |pattern: &[u8], out: &mut [i32]| {
        distances(
            Raw::U8(&text),
            &[Raw::U8(pattern)],
            &options,
            out,
            None,
            &Monitor::new(),
        )
        .map_err(|e| e.to_string())
    };
    assert!(call(&[], &mut out).unwrap_err().contains("empty"));
    assert!(
        call(&[1; 4], &mut out)
            .unwrap_err()
            .contains("4 symbols, the text only 3")
    );
    assert!(
        call(&[1; 2], &mut out)
            .unwrap_err()
            .contains("out has 8 elements where 2")
    );
    assert!(call(&[1; 2], &mut out[..2]).is_ok());
    let sets = Options {
        relation: Relation::Overlap,
        ..options
    };
    let wide = distances(
        Raw::U16(&[1]),
        &[Raw::U16(&[1])],
        &sets,
        &mut out[..1],
        None,
        &Monitor::new(),
    );
    assert!(wide.unwrap_err().to_string().contains("bytes"));
}

#[test]
fn a_stopped_call_says_so() {
    let (text, pattern) = (vec![0_u8; 300_000], vec![0_u8; 100_000]);
    let mut out = vec![0; 200_001];
    for method in METHODS {
        let monitor = Monitor::new();
        monitor.stop();
        let options = Options {
            method,
            ..Options::default()
        };
        let stopped = distances(Raw::U8(&text), &[Raw::U8(&pattern)], &options, &mut out, None, &monitor);
        assert!(stopped.unwrap_err().to_string().contains("stopped"), "{method:?}");
    }
}
