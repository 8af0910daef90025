//! Everything against the definition, at every length, with real rounding errors held against the bound.

use porism_convolution::ntt::{Field, Goldilocks, Ntt, Prime56, Prime57, multiply_mod};
use porism_convolution::*;
use porism_runtime::{Monitor, Pool};
use proptest::prelude::*;

fn naive(a: &[u64], b: &[u64]) -> Vec<u128> {
    let mut product = vec![0; (a.len() + b.len()).saturating_sub(1)];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            product[i + j] += u128::from(*x) * u128::from(*y);
        }
    }
    if a.is_empty() || b.is_empty() {
        Vec::new()
    } else {
        product
    }
}

fn pool() -> Pool {
    Pool::new(1).unwrap()
}

fn polynomial(max: u64) -> impl Strategy<Value = Vec<u64>> {
    prop_oneof![
        prop::collection::vec(0..=max, 0..130),
        prop::collection::vec(prop_oneof![Just(0), Just(1), Just(max)], 0..130),
    ]
}

proptest! {
    #[test]
    fn products_are_exact((a, b) in prop_oneof![Just(1), Just(300), Just(1 << 20)].prop_flat_map(|max| (polynomial(max), polynomial(max)))) {
        let expected: Vec<u64> = naive(&a, &b).into_iter().map(|c| c as u64).collect();
        let (product, _) = multiply(&a, &b, &pool(), &Monitor::new()).unwrap();
        prop_assert_eq!(&product, &expected);
        let two = Pool::new(2).unwrap();
        for arithmetic in [Arithmetic::Ntt, Arithmetic::NttPair] {
            prop_assert_eq!(&multiply_with(&a, &b, arithmetic, &two, &Monitor::new()).unwrap(), &expected);
        }
        for precision in [Precision::F32, Precision::F64] {
            match multiply_with(&a, &b, Arithmetic::Fft(precision), &two, &Monitor::new()) {
                Ok(product) => prop_assert_eq!(&product, &expected),
                Err(error) => prop_assert!(matches!(error, Error::Uncertified { .. }), "{}", error),
            }
        }
    }

    #[test]
    fn wide_products_are_exact(a in polynomial(u64::MAX), b in polynomial(1 << 52)) {
        prop_assert_eq!(multiply_u128(&a, &b, &pool(), &Monitor::new()).unwrap(), naive(&a, &b));
    }

    #[test]
    fn products_modulo_primes(a in polynomial(u64::MAX), b in polynomial(u64::MAX)) {
        fn check<F: Field>(a: &[u64], b: &[u64]) -> Result<(), TestCaseError> {
            let classes = |v: &[u64]| v.iter().map(|x| F::new(*x)).collect::<Vec<_>>();
            let product = multiply_mod::<F>(&classes(a), &classes(b), &pool(), &Monitor::new()).unwrap();
            let modulus = u128::from(F::MODULUS);
            let reduced: Vec<u64> = a.iter().map(|x| (u128::from(*x) % modulus) as u64).collect();
            let mut expected = vec![0_u128; (a.len() + b.len()).saturating_sub(1)];
            for (i, x) in reduced.iter().enumerate() {
                for (j, y) in b.iter().enumerate() {
                    let term = u128::from(*x) * (u128::from(*y) % modulus) % modulus;
                    expected[i + j] = (expected[i + j] + term) % modulus;
                }
            }
            if a.is_empty() || b.is_empty() {
                expected.clear();
            }
            let got: Vec<u128> = product.into_iter().map(|x| u128::from(x.get())).collect();
            prop_assert_eq!(got, expected);
            Ok(())
        }
        check::<Goldilocks>(&a, &b)?;
        check::<Prime57>(&a, &b)?;
        check::<Prime56>(&a, &b)?;
    }

    #[test]
    fn correlations_are_exact(
        text in prop::collection::vec(0_u8..4, 1..400),
        pattern in prop::collection::vec(0_u8..4, 1..40),
        log2 in 0_u32..8,
    ) {
        let block = (1 << log2) * pattern.len().next_power_of_two();
        both_precisions(&text, &pattern, block)?;
    }

    #[test]
    fn packed_fields_count(
        a in prop::collection::btree_set(0_usize..300, 0..100),
        b in prop::collection::btree_set(0_usize..300, 0..250),
        (positions, bits) in prop_oneof![Just((1, 20)), Just((2, 12)), Just((3, 8))],
    ) {
        let fields = Fields { positions, bits };
        assert!(fields.fit_double());
        let (pool, monitor) = (pool(), Monitor::new());
        let coefficients = 2 * fields.coefficients(300);
        let product = Product::<f64>::new(coefficients).unwrap();
        let mut scratch = Scratch::default();
        let x = product.factor(a.iter().map(|p| fields.of(*p)), &mut scratch, &pool, &monitor).unwrap();
        let y = product.factor(b.iter().map(|p| fields.of(*p)), &mut scratch, &pool, &monitor).unwrap();
        let mut sum = Accumulator::new(product.transform()).unwrap();
        sum.add(&x, &y);
        let values = product.finish(&mut sum, &mut scratch, &pool, &monitor).unwrap();
        let mut counts = vec![0; 600];
        for index in 0..coefficients {
            fields.unpack(index, values.get(index), &mut counts);
        }
        let mut expected = vec![0; 600];
        for x in &a {
            for y in &b {
                expected[x + y] += 1;
            }
        }
        prop_assert_eq!(counts, expected);
    }
}

#[test]
fn a_sum_that_was_read_is_as_good_as_new() {
    let (pool, monitor, mut scratch) = (pool(), Monitor::new(), Scratch::default());
    let product = Product::<f32>::new(1 << 10).unwrap();
    let x = product
        .factor((0..500).map(|i| (i, 1)), &mut scratch, &pool, &monitor)
        .unwrap();
    let mut sum = Accumulator::new(product.transform()).unwrap();
    let mut bounds = Vec::new();
    for _ in 0..3 {
        sum.add(&x, &x);
        bounds.push(product.finish(&mut sum, &mut scratch, &pool, &monitor).unwrap().bound());
    }
    assert!(bounds[0] > 0.0 && bounds == [bounds[0]; 3], "{bounds:?}");
}

fn both_precisions(text: &[u8], pattern: &[u8], block: usize) -> Result<(), TestCaseError> {
    let single = correlate::<f32>(text, pattern, block);
    let double = correlate::<f64>(text, pattern, block);
    let expected: Vec<i32> = (0..text.len())
        .map(|s| {
            pattern
                .iter()
                .enumerate()
                .filter(|(j, p)| text.get(s + j) == Some(*p))
                .count() as i32
        })
        .collect();
    prop_assert_eq!(&single, &expected);
    prop_assert_eq!(&double, &expected);
    Ok(())
}

/// How many symbols of the pattern agree with the text at each shift, the pattern hanging over its end too.
fn correlate<T: Real>(text: &[u8], pattern: &[u8], block_len: usize) -> Vec<i32> {
    let (pool, monitor) = (pool(), Monitor::new());
    let correlator = Correlator::<T>::new(block_len, pattern.len()).unwrap();
    let mut scratch = Scratch::default();
    let one = |yes: bool| T::rounded(f64::from(u8::from(yes)));
    let spectra: Vec<_> = (0..4)
        .map(|letter| {
            correlator
                .pattern(|j| one(pattern[j] == letter), &mut scratch, &pool, &monitor)
                .unwrap()
        })
        .collect();
    let mut block = Spectrum::new(correlator.transform()).unwrap();
    let mut sum = Accumulator::new(correlator.transform()).unwrap();
    let mut counts = vec![0; text.len()];
    let step = correlator.step();
    for (index, pair) in counts.chunks_mut(2 * step).enumerate() {
        let start = 2 * index * step;
        let part = |from: usize| &text[from.min(text.len())..(from + block_len).min(text.len())];
        for (letter, pattern) in (0..).zip(&spectra) {
            correlator.load(&mut block, part(start), part(start + step), |symbol| {
                one(*symbol == letter)
            });
            block
                .transform(correlator.transform(), &mut scratch, &pool, &monitor)
                .unwrap();
            sum.add_conjugate(&block, pattern);
        }
        let (first, second) = pair.split_at_mut(step.min(pair.len()));
        correlator
            .finish(&mut sum, &mut scratch, &pool, &monitor)
            .unwrap()
            .write(first, second);
    }
    counts
}

/// The worst that sets can be, all ones, through transforms long enough for every kind of pass; the error that is seen must keep the bound, and the bound not be absurd.
#[test]
fn the_bound_holds_on_long_transforms() {
    let monitor = Monitor::new();
    let mut rng = 1_u64;
    let mut noise = || {
        rng = rng
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        rng >> 33
    };
    for (log2, n_threads) in [(10, 1), (17, 1), (18, 2), (20, 2)] {
        let len = 1_usize << log2;
        let pool = Pool::new(n_threads).unwrap();
        let product = Product::<f64>::new(len).unwrap();
        let mut scratch = Scratch::default();
        for dense in [true, false] {
            let mut set = || -> Vec<(usize, i64)> {
                (0..len / 2)
                    .filter(|_| dense || noise() % 3 == 0)
                    .map(|i| (i, 1))
                    .collect()
            };
            let (a, b) = (set(), set());
            let x = product
                .factor(a.iter().copied(), &mut scratch, &pool, &monitor)
                .unwrap();
            let y = product
                .factor(b.iter().copied(), &mut scratch, &pool, &monitor)
                .unwrap();
            let mut sum = Accumulator::new(product.transform()).unwrap();
            sum.add(&x, &y);
            let values = product.finish(&mut sum, &mut scratch, &pool, &monitor).unwrap();
            let worst = values
                .folded()
                .iter()
                .flat_map(|z| [z.re, z.im])
                .map(|v| (v - v.round()).abs())
                .fold(0.0, f64::max);
            assert!(
                worst <= values.bound() && values.bound() < 1e-3,
                "{worst} {}",
                values.bound()
            );
            let mass: i64 = (0..len).map(|k| values.get(k)).sum();
            assert_eq!(mass, a.len() as i64 * b.len() as i64);
            if dense {
                for k in 0..len - 1 {
                    assert_eq!(values.get(k), (k + 1).min(len - 1 - k) as i64);
                }
            }
        }
    }
}

#[test]
fn single_precision_is_refused_where_it_could_be_wrong() {
    let (pool, monitor) = (pool(), Monitor::new());
    let ones = vec![1_u64; 1 << 17];
    let refused = multiply_with(&ones, &ones, Arithmetic::Fft(Precision::F32), &pool, &monitor);
    assert!(matches!(refused, Err(Error::Uncertified { precision: Precision::F32, bound, .. }) if bound >= 0.5));
    let (product, arithmetic) = multiply(&ones, &ones, &pool, &monitor).unwrap();
    assert_eq!(arithmetic, Arithmetic::Fft(Precision::F64));
    assert_eq!(product[(1 << 17) - 1], 1 << 17);
    // Correlation of constant strings, a quarter of the block.
    let correlator = Correlator::<f32>::new(1 << 17, 1 << 15).unwrap();
    assert!(!correlator.is_certified(1, ((1_u64 << 18) as f64).sqrt() * ((1_u64 << 15) as f64).sqrt()));
}

#[test]
fn overflow_is_refused() {
    let (pool, monitor) = (pool(), Monitor::new());
    let big = vec![1 << 32; 4];
    assert!(matches!(
        multiply(&big, &big, &pool, &monitor),
        Err(Error::Overflow { .. })
    ));
    assert_eq!(
        multiply(&big[..1], &[(1 << 32) - 1], &pool, &monitor).unwrap().0,
        [(1 << 32) * ((1 << 32) - 1)]
    );
    let bigger = vec![u64::MAX; 4];
    assert!(matches!(
        multiply_u128(&bigger, &bigger, &pool, &monitor),
        Err(Error::Overflow { .. })
    ));
}

#[test]
fn long_number_theoretic_transforms() {
    for n_threads in [1, 2] {
        let pool = Pool::new(n_threads).unwrap();
        let monitor = Monitor::new();
        let len = 1 << 17;
        let ones = vec![Goldilocks::new(1); len / 2];
        let product = multiply_mod(&ones, &ones, &pool, &monitor).unwrap();
        assert!(
            product
                .iter()
                .enumerate()
                .all(|(k, c)| c.get() == (k + 1).min(len - 1 - k) as u64)
        );
        let ntt = Ntt::<Prime57>::new(len).unwrap();
        let original: Vec<_> = (0..len as u64).map(|i| Prime57::new(i * i)).collect();
        let mut data = original.clone();
        ntt.forward(&mut data, &pool, &monitor).unwrap();
        ntt.inverse(&mut data, &pool, &monitor).unwrap();
        assert_eq!(data, original);
    }
}

/// Signs of four letters in four blocks at once: counts read from digits are those of the definition, and a digit that is too small is refused before anything is read.
#[test]
fn counts_share_values() {
    let (pool, monitor) = (pool(), Monitor::new());
    let (block_len, m) = (256, 60);
    let text: Vec<u8> = (0..2000_u64).map(|i| (i * i * i % 11 % 4) as u8).collect();
    let pattern: Vec<u8> = text[333..333 + m].to_vec();
    let correlator = Correlator::<f64>::new(block_len, m).unwrap();
    let step = correlator.step();
    let reading = Reading {
        divisor: 4,
        digit: Some(6),
    };
    assert!(reading.is_certified::<f64>(8, 3, 65.0 * 3.0 * (512.0 * 60.0_f64).sqrt()));
    assert!(!reading.is_certified::<f32>(8, 3, 65.0 * 3.0 * (512.0 * 60.0_f64).sqrt() * 1e3));
    let signs = [[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0], [1.0, -1.0, -1.0, 1.0]];
    let mut scratch = Scratch::default();
    let mut block = Spectrum::new(correlator.transform()).unwrap();
    let mut sum = Accumulator::new(correlator.transform()).unwrap();
    let starts: [usize; 4] = std::array::from_fn(|part| part * step);
    for sign in signs {
        let own = correlator
            .pattern(|j| sign[pattern[j] as usize], &mut scratch, &pool, &monitor)
            .unwrap();
        let parts = starts.map(|start| &text[start..start + block_len]);
        correlator.load_digits(&mut block, parts, 6, |&t| sign[t as usize]);
        block
            .transform(correlator.transform(), &mut scratch, &pool, &monitor)
            .unwrap();
        sum.add_conjugate(&block, &own);
    }
    let values = correlator
        .finish_for(reading, &mut sum, &mut scratch, &pool, &monitor)
        .unwrap();
    let mut counts = vec![vec![0; step]; 4];
    let [a, b, c, d] = &mut counts[..] else { unreachable!() };
    let all = m as f64 * 65.0;
    values.digits(false, Offsets::Same(all), a, c, |to, count| *to = count);
    values.digits(true, Offsets::Each(&vec![all; step]), b, d, |to, count| *to = count);
    for (start, counts) in starts.iter().zip(&counts) {
        for (s, &count) in counts.iter().enumerate() {
            let here = &text[start + s..][..m];
            assert_eq!(count, here.iter().zip(&pattern).filter(|(t, p)| t == p).count() as i32);
        }
    }
    assert_eq!(counts[333 / step][333 % step], m as i32);
    // Digits so far apart that double precision loses the low ones.
    correlator.load_digits(&mut block, [&text[..block_len]; 4], 50, |&t| f64::from(t));
    block
        .transform(correlator.transform(), &mut scratch, &pool, &monitor)
        .unwrap();
    let own = correlator.pattern(|_| 1.0, &mut scratch, &pool, &monitor).unwrap();
    sum.add_conjugate(&block, &own);
    assert!(matches!(
        correlator.finish_for(reading, &mut sum, &mut scratch, &pool, &monitor),
        Err(Error::Uncertified { .. })
    ));
}
