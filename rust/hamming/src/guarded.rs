//! Strings that end where memory ends: a kernel that reads a byte too far dies of it.

use std::sync::Arc;

use porism_guarded::{Bits, Guarded};
use porism_runtime::{Isa, Monitor};

use crate::arch::Write;
use crate::bit_sliced::{self, BitSliced};
use crate::byte_simd::{self, ByteSimd};
use crate::letters::Letters;
use crate::naive;
use crate::relation::Relation;
use crate::scatter::Scatter;
use crate::symbol::Symbol;

fn kernels_stay_inside<S: Symbol + Bits>(n: usize, m: usize, sigma: usize, relation: Relation) {
    let monitor = Monitor::new();
    let shifts = n - m + 1;
    let (mut text_pages, mut out_pages) = (Guarded::new(n * size_of::<S>()), Guarded::new(shifts * 4));
    let mut pattern_pages = Guarded::new(m * size_of::<S>());
    for at_end in [true, false] {
        let text = text_pages.values::<S>(n, at_end);
        let pattern = pattern_pages.values::<S>(m, at_end);
        for (i, symbol) in text.iter_mut().chain(pattern.iter_mut()).enumerate() {
            *symbol = S::from_id((i * i / 3 + i / 7) % sigma);
        }
        let (text, pattern) = (&*text, &*pattern);
        let mut expected = vec![0; shifts];
        naive::matches(text, pattern, relation, None, &mut expected, &monitor).unwrap();
        let expected: Vec<i32> = expected.iter().map(|count| m as i32 - count).collect();
        let of_all = if S::COUNT == 256 { 256 } else { sigma };
        let letters = Arc::new(Letters::new(pattern, of_all, None, relation));
        let chosen: Vec<_> = (0..letters.len()).collect();
        let write = Write::From(m as i32);
        for isa in Isa::available() {
            let what = format!("{isa:?}, n = {n}, m = {m}, sigma = {sigma}");
            for block in [0, 512] {
                let out = out_pages.values::<i32>(shifts, at_end);
                let plan = BitSliced::new(&letters, &chosen, block, isa);
                plan.run(text, out, write, &mut bit_sliced::Scratch::default(), &monitor)
                    .unwrap();
                assert_eq!(out, expected, "bit-sliced, {what}");
            }
            let out = out_pages.values::<i32>(shifts, at_end);
            let plan = ByteSimd::new(&letters, &chosen, isa);
            plan.run(text, out, write, &mut byte_simd::Scratch::default(), &monitor)
                .unwrap();
            assert_eq!(out, expected, "byte-simd, {what}");
        }
        let out = out_pages.values::<i32>(shifts, at_end);
        out.fill(m as i32);
        Scatter::new(&letters, &chosen).run(text, out, &monitor).unwrap();
        assert_eq!(out, expected, "scatter, n = {n}, m = {m}");
    }
}

#[test]
fn no_kernel_reads_or_writes_beyond_its_strings() {
    for m in [1, 2, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 255, 256, 300, 1000, 2500] {
        for more in [
            0, 1, 5, 7, 8, 31, 255, 256, 504, 505, 506, 511, 512, 513, 1017, 1025, 8185, 8192, 8193,
        ] {
            for sigma in [3, 250] {
                kernels_stay_inside::<u8>(m + more, m, sigma, Relation::Equal);
            }
        }
    }
    for (m, more) in [(5, 100), (64, 511), (257, 513), (900, 1030)] {
        kernels_stay_inside::<u16>(m + more, m, 300, Relation::Equal);
        kernels_stay_inside::<u32>(m + more, m, 700, Relation::Equal);
        kernels_stay_inside::<u8>(m + more, m, 16, Relation::Overlap);
        kernels_stay_inside::<u8>(m + more, m, 16, Relation::Within);
    }
}

/// The front doors, with transforms, many patterns at once and every search with mismatches.
#[test]
fn no_search_reads_or_writes_beyond_its_strings() {
    use crate::k_mismatch::{self, Query, search};
    use crate::{Method, Options, Raw, distances};

    const COUNT: usize = 3;
    let monitor = Monitor::new();
    for (m, more) in [(1, 40), (20, 0), (23, 700), (64, 511), (300, 1025), (1500, 2100)] {
        let n = m + more;
        let (mut text_pages, mut pattern_pages) = (Guarded::new(n), Guarded::new(m));
        let mut out_pages = Guarded::new(COUNT * (more + 1) * 4);
        for at_end in [true, false] {
            let text = text_pages.values::<u8>(n, at_end);
            let pattern = pattern_pages.values::<u8>(m, at_end);
            let own = text.iter_mut().chain(pattern.iter_mut());
            own.enumerate()
                .for_each(|(i, symbol)| *symbol = b"ACGT"[(i * i / 3 + i / 7) % 4]);
            let (text, pattern) = (&*text, &*pattern);
            let patterns = [&text[n - m..], &text[..m], pattern];
            let mut expected = vec![0; COUNT * (more + 1)];
            for (pattern, matches) in patterns.iter().zip(expected.chunks_exact_mut(more + 1)) {
                naive::matches(text, pattern, Relation::Equal, None, matches, &monitor).unwrap();
                matches.iter_mut().for_each(|count| *count = m as i32 - *count);
            }
            for method in [
                Method::Auto,
                Method::BitSliced,
                Method::Fft,
                Method::Packed { bits: Some(2), seed: 1 },
            ] {
                for isa in Isa::available() {
                    let options = Options {
                        method,
                        isa,
                        ..Options::default()
                    };
                    let out = out_pages.values::<i32>(expected.len(), at_end);
                    let patterns = patterns.map(Raw::U8);
                    distances(Raw::U8(text), &patterns, &options, out, None, &monitor).unwrap();
                    assert_eq!(out, expected, "{method:?}, {isa:?}, n = {n}, m = {m}");
                }
            }
            for (k, isa) in [0, 1, 3, m / 5]
                .into_iter()
                .flat_map(|k| Isa::available().map(move |isa| (k, isa)))
            {
                let options = k_mismatch::Options { n_threads: 1, isa };
                let hits = expected[2 * (more + 1)..].iter().filter(|&&d| d as usize <= k).count();
                let all = expected.iter().filter(|&&d| d as usize <= k).count();
                for method in [
                    k_mismatch::Method::Auto,
                    k_mismatch::Method::EarlyAbandon,
                    k_mismatch::Method::Pigeonhole,
                    k_mismatch::Method::Kangaroo,
                    k_mismatch::Method::ThresholdAll,
                ] {
                    let query = Query {
                        method,
                        ..Query::default()
                    };
                    let what = format!("{method:?}, {isa:?}, n = {n}, m = {m}, k = {k}");
                    let found = search(Raw::U8(text), &[Raw::U8(pattern)], k, &query, &options, &monitor).unwrap();
                    assert_eq!(found.found.positions.len(), hits, "{what}");
                    let found = search(Raw::U8(text), &patterns.map(Raw::U8), k, &query, &options, &monitor).unwrap();
                    assert_eq!(found.found.positions.len(), all, "three patterns, {what}");
                }
            }
        }
    }
}
