//! Every kernel against the definition, on random strings of any length, alphabet and alignment.

use std::sync::Arc;

use porism_runtime::{Isa, Monitor};
use proptest::prelude::*;

use crate::arch::Write;
use crate::bit_sliced::BitSliced;
use crate::byte_simd::ByteSimd;
use crate::letters::Letters;
use crate::relation::Relation;
use crate::scatter::Scatter;
use crate::symbol::Symbol;
use crate::{bit_sliced, byte_simd, naive};

/// Distances at all shifts by the definition.
fn expected<S: Symbol>(text: &[S], pattern: &[S], relation: Relation, skip: Option<S>) -> Vec<i32> {
    let mut matches = vec![0; text.len() + 1 - pattern.len()];
    naive::matches(text, pattern, relation, skip, &mut matches, &Monitor::new()).unwrap();
    matches.iter().map(|count| 1000 - count).collect()
}

fn every_kernel<S: Symbol>(text: &[S], pattern: &[S], sigma: usize, relation: Relation, skip: Option<S>, block: usize) {
    let monitor = Monitor::new();
    let expected = expected(text, pattern, relation, skip);
    let letters = Arc::new(Letters::new(pattern, sigma, skip, relation));
    let chosen: Vec<_> = (0..letters.len()).collect();
    for isa in Isa::available() {
        let what = format!(
            "{isa:?}, n = {}, m = {}, sigma = {sigma}, block = {block}",
            text.len(),
            pattern.len()
        );
        for write in [Write::From(1000), Write::Take] {
            let fresh = vec![if write == Write::Take { 1000 } else { -7 }; expected.len()];
            let mut out = fresh.clone();
            let plan = BitSliced::new(&letters, &chosen, block, isa);
            plan.run(text, &mut out, write, &mut bit_sliced::Scratch::default(), &monitor)
                .unwrap();
            assert_eq!(out, expected, "bit-sliced, {what}");
            out.clone_from(&fresh);
            let plan = ByteSimd::new(&letters, &chosen, isa);
            plan.run(text, &mut out, write, &mut byte_simd::Scratch::default(), &monitor)
                .unwrap();
            assert_eq!(out, expected, "byte-simd, {what}");
        }
    }
    let mut out = vec![1000; expected.len()];
    let pairs = Scatter::new(&letters, &chosen).run(text, &mut out, &monitor).unwrap();
    assert_eq!(out, expected, "scatter");
    assert_eq!(pairs, out.iter().map(|&d| (1000 - d) as u64).sum::<u64>());
}

#[derive(Debug, Clone)]
struct Case {
    text: Vec<u32>,
    pattern: Vec<u32>,
    sigma: u32,
    skip: Option<u32>,
    block: usize,
}

prop_compose! {
    fn case()(
        sigma in prop::sample::select(vec![1_u32, 2, 3, 4, 20, 60, 256]),
        m in prop_oneof![1_usize..70, Just(255), Just(256), Just(257), 500_usize..530, 1000_usize..3000],
        more in prop_oneof![0_usize..20, 500_usize..530, 1000_usize..1100, 3000_usize..9000],
        offset in 0_usize..64,
        seed in any::<u64>(),
        wild in any::<bool>(),
        planted in any::<bool>(),
        block in prop::sample::select(vec![0_usize, 512, 1024, 3000]),
    ) -> Case {
        let mut state = seed | 1;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) as u32 % sigma
        };
        let pattern: Vec<u32> = (0..m).map(|_| next()).collect();
        let text: Vec<u32> = (0..offset + m + more).map(|i| if planted { pattern[i % m] } else { next() }).collect();
        Case { text: text[offset..].to_vec(), pattern, sigma, skip: wild.then_some(0), block }
    }
}

pub(crate) fn cases() -> u32 {
    std::env::var("PORISM_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn bytes_are_counted_as_defined(case in case(), offset in 0_usize..64) {
        let narrow = |symbols: &[u32]| -> Vec<u8> { symbols.iter().map(|&symbol| symbol as u8).collect() };
        let mut shifted = vec![0; offset];
        shifted.extend(narrow(&case.text));
        let skip = case.skip.map(|skip| skip as u8);
        every_kernel(&shifted[offset..], &narrow(&case.pattern), 256, Relation::Equal, skip, case.block);
    }

    #[test]
    fn wide_symbols_are_counted_as_defined(case in case()) {
        let narrow = |symbols: &[u32]| -> Vec<u16> { symbols.iter().map(|&symbol| symbol as u16).collect() };
        let skip = case.skip.map(|skip| skip as u16);
        every_kernel(&narrow(&case.text), &narrow(&case.pattern), case.sigma as usize, Relation::Equal, skip, case.block);
        every_kernel(&case.text, &case.pattern, case.sigma as usize, Relation::Equal, case.skip, case.block);
    }

    #[test]
    fn sets_are_counted_as_defined(case in case(), within in any::<bool>()) {
        let sets = |symbols: &[u32]| -> Vec<u8> { symbols.iter().map(|&symbol| symbol as u8 & 15).collect() };
        let relation = if within { Relation::Within } else { Relation::Overlap };
        every_kernel(&sets(&case.text), &sets(&case.pattern), 256, relation, None, case.block);
    }
}

#[test]
fn equal_rows_do_not_overflow_a_counter() {
    for m in [255, 256, 257, 32_768, 33_000, 70_000] {
        let text = vec![7_u8; m + 1030];
        let pattern = &text[..m];
        let letters = Arc::new(Letters::new(pattern, 256, None, Relation::Equal));
        for isa in Isa::available() {
            let mut out = vec![0; 1031];
            let plan = BitSliced::new(&letters, &[0], 0, isa);
            plan.run(
                &text,
                &mut out,
                Write::From(m as i32),
                &mut bit_sliced::Scratch::default(),
                &Monitor::new(),
            )
            .unwrap();
            assert!(out.iter().all(|&d| d == 0), "bit-sliced, {isa:?}, m = {m}: {out:?}");
            let plan = ByteSimd::new(&letters, &[0], isa);
            plan.run(
                &text,
                &mut out,
                Write::From(m as i32),
                &mut byte_simd::Scratch::default(),
                &Monitor::new(),
            )
            .unwrap();
            assert!(out.iter().all(|&d| d == 0), "byte-simd, {isa:?}, m = {m}");
        }
    }
}
