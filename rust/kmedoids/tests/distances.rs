//! Every metric against its definition.

use porism_kmedoids::*;
use porism_runtime::{Isa, Monitor};

fn noise(length: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 30) - 1.0
    };
    (0..length).map(|_| next()).collect()
}

fn ratio(part: f64, whole: f64, empty: f64) -> f64 {
    if whole == 0.0 { empty } else { part / whole }
}

fn between(metric: Metric, x: &[f64], y: &[f64]) -> f64 {
    let pairs = || x.iter().copied().zip(y.iter().copied());
    let sum = |term: &dyn Fn(f64, f64) -> f64| pairs().map(|(x, y)| term(x, y)).sum::<f64>();
    let squared = sum(&|x, y| (x - y).powi(2));
    let yes = |yes: bool| f64::from(u8::from(yes));
    match metric {
        Metric::Euclidean => squared.sqrt(),
        Metric::SqEuclidean => squared,
        Metric::Manhattan => sum(&|x, y| (x - y).abs()),
        Metric::Chebyshev => pairs().map(|(x, y)| (x - y).abs()).fold(0.0, f64::max),
        Metric::Minkowski(p) => sum(&|x, y| (x - y).abs().powf(p)).powf(1.0 / p),
        Metric::Cosine => {
            let norms = sum(&|x, _| x * x).sqrt() * sum(&|_, y| y * y).sqrt();
            if norms == 0.0 {
                1.0
            } else {
                1.0 - sum(&|x, y| x * y) / norms
            }
        }
        Metric::Hamming => sum(&|x, y| yes(x != y)) / x.len() as f64,
        Metric::Jaccard => {
            let either = sum(&|x, y| yes(x != 0.0 || y != 0.0));
            ratio(sum(&|x, y| yes((x != 0.0) != (y != 0.0))), either, 0.0)
        }
        Metric::Canberra => sum(&|x, y| ratio((x - y).abs(), x.abs() + y.abs(), 0.0)),
        Metric::BrayCurtis => ratio(sum(&|x, y| (x - y).abs()), sum(&|x, y| (x + y).abs()), 0.0),
        Metric::Gower(n_numeric) => {
            let known: Vec<_> = pairs()
                .enumerate()
                .filter(|(_, (x, y))| !x.is_nan() && !y.is_nan())
                .collect();
            let apart = known
                .iter()
                .map(|&(i, (x, y))| if i < n_numeric { (x - y).abs() } else { yes(x != y) });
            ratio(apart.sum(), known.len() as f64, 1.0)
        }
        _ => unreachable!(),
    }
}

const METRICS: [Metric; 12] = [
    Metric::Euclidean,
    Metric::SqEuclidean,
    Metric::Manhattan,
    Metric::Chebyshev,
    Metric::Minkowski(1.5),
    Metric::Minkowski(3.0),
    Metric::Cosine,
    Metric::Hamming,
    Metric::Jaccard,
    Metric::Canberra,
    Metric::BrayCurtis,
    Metric::Gower(3),
];

/// Data that suits a metric, with duplicates, zero rows and ties.
fn data(metric: Metric, n: usize, d: usize) -> Vec<f64> {
    let mut x = noise(n * d, 7 + n as u64);
    match metric {
        Metric::Hamming | Metric::Jaccard => x.iter_mut().for_each(|x| *x = (*x * 1.5).round()),
        Metric::Gower(_) => x.iter_mut().enumerate().for_each(|(i, x)| {
            if i % d >= 3 {
                *x = (*x * 1.5).round();
            }
            if i % 7 == 0 {
                *x = f64::NAN;
            }
        }),
        _ => {}
    }
    if n > 4 {
        x.copy_within(0..d, 3 * d);
        x[2 * d..3 * d].fill(0.0);
        x[4 * d..5 * d].fill(0.0);
    }
    x
}

fn check<T: Float>(tolerance: f64) {
    for (n, d) in [(1, 1), (2, 3), (7, 5), (17, 33), (130, 4), (300, 8), (140, 70)] {
        for metric in METRICS {
            let exact = data(metric, n, d);
            let x: Vec<T> = exact.iter().map(|&x| T::round(x)).collect();
            let exact: Vec<f64> = x.iter().map(|x| x.to_f64()).collect();
            for isa in Isa::available() {
                let options = Options {
                    isa: Some(isa),
                    ..Options::default()
                };
                let values = pairwise(&x, n, metric, &options, &Monitor::new()).unwrap();
                let threaded = Options {
                    n_threads: 3,
                    ..options.clone()
                };
                assert!(pairwise(&x, n, metric, &threaded, &Monitor::new()).unwrap() == values);
                let crossed = cross(&x, n, &x, n, metric, &threaded, &Monitor::new()).unwrap();
                for i in 0..n {
                    for j in 0..n {
                        let (x, y) = (&exact[i * d..][..d], &exact[j * d..][..d]);
                        let expected = if i == j { 0.0 } else { between(metric, x, y) };
                        let scale = if matches!(metric, Metric::Cosine) {
                            1.0
                        } else {
                            expected
                        };
                        let off = (values[i * n + j].to_f64() - expected).abs();
                        assert!(
                            off <= tolerance * scale,
                            "{metric:?} {isa:?} {n}x{d} [{i}, {j}]: {off} of {expected}"
                        );
                        assert!(values[i * n + j] == values[j * n + i]);
                        if i != j {
                            let off = (crossed[i * n + j].to_f64() - expected).abs();
                            assert!(
                                off <= tolerance * scale,
                                "cross {metric:?} [{i}, {j}]: {off} of {expected}"
                            );
                        }
                    }
                }
                assert!((0..n).all(|i| values[i * n + i] == T::ZERO));
            }
        }
    }
}

#[test]
fn every_metric_is_as_defined_in_f32() {
    check::<f32>(2e-5);
}

#[test]
fn every_metric_is_as_defined_in_f64() {
    check::<f64>(1e-11);
}

#[test]
fn nothing_cancels_far_from_the_origin() {
    for d in [3, 100] {
        let n = 200;
        let x: Vec<f64> = noise(n * d, 5)
            .iter()
            .enumerate()
            .map(|(i, x)| 1e6 * ((i / d) % 2) as f64 + x)
            .collect();
        for metric in [Metric::Euclidean, Metric::SqEuclidean] {
            let values = pairwise(&x, n, metric, &Options::default(), &Monitor::new()).unwrap();
            for i in 0..n {
                for j in 0..i {
                    let expected = between(metric, &x[i * d..][..d], &x[j * d..][..d]);
                    assert!((values[i * n + j] - expected).abs() <= 1e-10 * expected);
                }
            }
        }
    }
}

#[test]
fn bad_data_is_refused() {
    let refused = |x: &[f64], n, metric| pairwise(x, n, metric, &Options::default(), &Monitor::new()).unwrap_err();
    assert!(matches!(refused(&[], 0, Metric::Euclidean), Error::Empty));
    assert!(matches!(
        refused(&[1.0, 2.0, 3.0], 2, Metric::Euclidean),
        Error::Shape { .. }
    ));
    let x = [0.0, 1.0, 2.0, f64::NAN];
    assert!(matches!(
        refused(&x, 2, Metric::Euclidean),
        Error::NotFinite { row: 1, col: 1, .. }
    ));
    let x = [0.0, f64::INFINITY];
    assert!(matches!(
        refused(&x, 2, Metric::Manhattan),
        Error::NotFinite { row: 1, col: 0, .. }
    ));
    assert!(matches!(
        refused(&[0.0, 1.0], 2, Metric::Minkowski(0.5)),
        Error::Option { .. }
    ));
}

#[test]
fn matrices_are_checked() {
    let monitor = Monitor::new();
    for n in [1, 5, 130, 300] {
        let x = noise(n * 3, 1);
        let good = pairwise(&x, n, Metric::Manhattan, &Options::default(), &monitor).unwrap();
        let largest = good.iter().copied().fold(0.0, f64::max);
        for isa in Isa::available() {
            let options = Options {
                isa: Some(isa),
                n_threads: 2,
                ..Options::default()
            };
            for symmetric in [false, true] {
                let info = check_square(&good, n, symmetric, &options, &monitor).unwrap();
                let expected = MatrixInfo {
                    max: largest,
                    has_infinity: false,
                    diagonal: 0.0,
                    asymmetry: 0.0,
                };
                assert_eq!(info, expected);
            }
            if n < 5 {
                continue;
            }
            for (row, col) in [(0, 1), (n - 1, 0), (n / 2, n - 1), (n - 1, n - 2)] {
                let with = |value: f64, mirrored: f64| {
                    let mut bad = good.clone();
                    bad[row * n + col] = value;
                    bad[col * n + row] = mirrored;
                    bad
                };
                let check = |values: &[f64], symmetric| check_square(values, n, symmetric, &options, &monitor);
                let nan = check(&with(f64::NAN, f64::NAN), true).unwrap_err();
                assert!(
                    matches!(nan, Error::NotFinite { row: r, col: c, .. } if (r, c) == (row.min(col), row.max(col)))
                );
                let negative = check(&with(-1.0, 1.0), false).unwrap_err();
                assert_eq!(negative, Error::Negative { row, col, value: -1.0 });
                let uneven = check(&with(1.0, 1.5), true).unwrap_err();
                assert!(
                    matches!(uneven, Error::Asymmetric { row: r, col: c, .. } if (r, c) == (row.min(col), row.max(col)))
                );
                assert!(check(&with(1.0, 1.5), false).is_ok());
                assert!(check(&with(1.0, 1.0 + 1e-7), true).unwrap().asymmetry > 0.0);
                let far = check(&with(f64::INFINITY, f64::INFINITY), true).unwrap();
                assert!(far.has_infinity && far.asymmetry == 0.0 && far.max.is_finite());
                assert!(matches!(
                    check(&with(f64::INFINITY, 1.0), true),
                    Err(Error::Asymmetric { .. })
                ));
            }
            let mut bad = good.clone();
            bad[n + 1] = 0.5;
            let diagonal = check_square(&bad, n, true, &options, &monitor).unwrap_err();
            assert_eq!(diagonal, Error::Diagonal { index: 1, value: 0.5 });
            bad[n + 1] = f64::NAN;
            for symmetric in [true, false] {
                let nan = check_square(&bad, n, symmetric, &options, &monitor).unwrap_err();
                assert!(matches!(nan, Error::NotFinite { row: 1, col: 1, .. }), "{nan:?}");
            }
        }
    }
    assert!(check_square::<f32>(&[0.0; 6], 3, true, &Options::default(), &monitor).is_err());
    let integers = [0_i32, 2, 2, 0];
    let info = check_square(&integers, 2, true, &Options::default(), &monitor).unwrap();
    assert_eq!(info.max, 2.0);
    assert!(check_overflow::<i64>(&MatrixInfo { max: 1e18, ..info }, 100, 1.0).is_err());
    assert!(check_overflow::<i64>(&info, 100, 1.0).is_ok());
}

#[test]
fn transposing_moves_every_element_on_all_paths() {
    fn look<T: Element + From<u16>>() {
        for (n, m) in [
            (1, 1),
            (3, 70),
            (65, 33),
            (16, 64),
            (128, 16),
            (129, 80),
            (300, 7),
            (1, 200),
        ] {
            let x: Vec<T> = (0..n * m).map(|i| T::from(i as u16)).collect();
            for isa in Isa::available() {
                for n_threads in [1, 3] {
                    let options = Options {
                        isa: Some(isa),
                        n_threads,
                        ..Options::default()
                    };
                    let once = transposed(&x, n, m, &options, &Monitor::new()).unwrap();
                    let expected: Vec<T> = (0..n * m).map(|at| x[at % n * m + at / n]).collect();
                    assert!(once == expected, "{n} x {m}, {isa:?}, {n_threads} threads");
                }
            }
        }
    }
    look::<f32>();
    look::<f64>();
    look::<i32>();
    look::<i64>();
    let options = Options::default();
    assert_eq!(transposed::<f32>(&[], 0, 5, &options, &Monitor::new()).unwrap(), []);
    assert!(transposed(&[1.0_f32; 6], 2, 2, &options, &Monitor::new()).is_err());
    let stopped = Monitor::new();
    stopped.stop();
    assert!(transposed(&[1.0_f32; 6], 2, 3, &options, &stopped).is_err());
}
