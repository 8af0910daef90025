//! Planned convolution against sums of products, on every instruction set that the machine has.

use porism_runtime::{Isa, Monitor, Pool};
use porism_transform::convolution::Job;
use porism_transform::{Plan, Real, Sample};
use proptest::prelude::*;

const LAYOUTS: [&[usize]; 9] = [
    &[16, 16],
    &[2, 16, 16],
    &[3, 16, 16],
    &[4, 16, 16],
    &[5, 16, 16],
    &[8, 16, 16],
    &[16, 16, 16],
    &[3, 5, 16, 16],
    &[2, 16, 16, 16],
];

fn numbers(seed: u64, n: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..n)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        })
        .collect()
}

fn full(u: &[f64], k: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; u.len() + k.len() - 1];
    for (i, a) in u.iter().enumerate() {
        for (j, b) in k.iter().enumerate() {
            y[i + j] += a * b;
        }
    }
    y
}

fn cast<T: Real>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&value| T::rounded(value)).collect()
}

fn job<T>(values: &[T], length: usize, wanted: usize) -> Job<'_, T> {
    Job {
        values,
        length,
        gate_in: None,
        gate_out: None,
        skip: None,
        before: &[],
        overlap: 0,
        place: 0,
        start: 0,
        wanted,
        piece: wanted,
        repeat: 0,
        fold: 0,
        adjoint: false,
    }
}

fn close<T: Real>(found: &[T], expected: &[f64], bound: f64) {
    assert_eq!(found.len(), expected.len());
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a.wide() - b).abs() <= bound, "{i}: {a:?}, by sums {b}");
    }
}

fn compare<T: Sample>(factors: &[usize], length: usize, taps: usize, seed: u64, eps: f64) {
    let (u, k) = (numbers(seed, 4 * length), numbers(seed + 1, 2 * taps));
    let (gate, skip) = (numbers(seed + 2, 4 * length), numbers(seed + 3, 2));
    let (values, kernels) = (cast::<T>(&u), cast::<T>(&k));
    let (gates, skips) = (cast::<T>(&gate), cast::<T>(&skip));
    let monitor = Monitor::new();
    for isa in Isa::available() {
        for n_threads in [1, 2] {
            let pool = Pool::new(n_threads).unwrap();
            let plan = Plan::<T>::new(factors, true, &[], isa).unwrap();
            let spectra = plan.spectra(&kernels, taps, &pool, &monitor).unwrap();
            let whole = Job {
                gate_in: Some(&gates),
                ..job(&values, length, length + taps - 1)
            };
            let mut out = vec![T::ZERO; 4 * whole.wanted];
            plan.convolve(&spectra, &whole, &mut out, &pool, &monitor).unwrap();
            let bound = eps * 40.0 * ((length * taps) as f64).sqrt();
            for row in 0..4 {
                let gated: Vec<f64> = (row * length..(row + 1) * length).map(|i| u[i] * gate[i]).collect();
                let kernel = &k[(row % 2) * taps..(row % 2 + 1) * taps];
                close(
                    &out[row * whole.wanted..(row + 1) * whole.wanted],
                    &full(&gated, kernel),
                    bound,
                );
            }
            // overlap-save with skip and gate of the output
            let pieces = Job {
                gate_out: Some(&gates),
                skip: Some(&skips),
                overlap: taps - 1,
                start: taps - 1,
                piece: (plan.length() - (taps - 1)).min(length.div_ceil(3)).max(1),
                ..job(&values, length, length)
            };
            let mut out = vec![T::ZERO; 4 * length];
            plan.convolve(&spectra, &pieces, &mut out, &pool, &monitor).unwrap();
            for row in 0..4 {
                let kernel = &k[(row % 2) * taps..(row % 2 + 1) * taps];
                let y = full(&u[row * length..(row + 1) * length], kernel);
                let expected: Vec<f64> = (0..length)
                    .map(|n| y[n] * gate[row * length + n] + skip[row % 2] * u[row * length + n])
                    .collect();
                close(&out[row * length..(row + 1) * length], &expected, bound);
            }
            // the second half alone, with the first as what came before
            let half = length / 2;
            if half >= taps - 1 && taps > 1 && length + taps - 1 <= plan.length() {
                let rows: Vec<usize> = (0..4).collect();
                let cut = |from: usize, to: usize| -> Vec<T> {
                    rows.iter()
                        .flat_map(|row| values[row * length + from..row * length + to].to_vec())
                        .collect()
                };
                let (before, now) = (cut(half - (taps - 1), half), cut(half, length));
                let rest = length - half;
                let late = Job {
                    before: &before,
                    overlap: taps - 1,
                    start: taps - 1,
                    ..job(&now, rest, rest)
                };
                let mut out = vec![T::ZERO; 4 * rest];
                plan.convolve(&spectra, &late, &mut out, &pool, &monitor).unwrap();
                for row in 0..4 {
                    let kernel = &k[(row % 2) * taps..(row % 2 + 1) * taps];
                    let y = full(&u[row * length..(row + 1) * length], kernel);
                    close(&out[row * rest..(row + 1) * rest], &y[half..length], bound);
                }
            }
            // the gradient of the kernel is the correlation
            let output = job(&gates, length, length);
            let gradient = plan
                .kernel_gradient(&job(&values, length, length), &output, 2, taps, &pool, &monitor)
                .unwrap();
            let expected: Vec<f64> = (0..2 * taps)
                .map(|at| {
                    let (kernel, lag) = (at / taps, at % taps);
                    let rows = [kernel, kernel + 2];
                    let pairs = rows
                        .into_iter()
                        .flat_map(|row| (lag..length).map(move |n| (row * length + n, row * length + n - lag)));
                    pairs.map(|(n, i)| gate[n] * u[i]).sum()
                })
                .collect();
            close(&gradient, &expected, bound + eps * 100.0 * (length as f64).sqrt());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn equals_sums_of_products(layout in 0..LAYOUTS.len(), a in 0.0..1.0f64, b in 0.0..1.0f64, seed in 1..1000u64) {
        let factors = LAYOUTS[layout];
        let ring = 2 * factors.iter().product::<usize>();
        let taps = 1 + (a * a * (ring.min(3000) - 2) as f64) as usize;
        let length = 1 + (b * (ring.min(3000) - taps) as f64) as usize;
        compare::<f64>(factors, length, taps, seed, f64::EPSILON);
        compare::<f32>(factors, length, taps, seed, f64::from(f32::EPSILON));
    }
}

#[test]
fn spectra_in_natural_order_are_those_of_the_definition() {
    let (monitor, pool) = (Monitor::new(), Pool::serial());
    for (factors, kept) in [
        (&[2, 16, 16][..], [1, 0xFFFF, 3]),
        (&[5, 16, 16], [0b10011, 0xFFFF, 0xFFFF]),
    ] {
        for isa in Isa::available() {
            let plan = Plan::<f64>::new(factors, false, &kept, isa).unwrap();
            let k = numbers(7, 100);
            let (re, im) = plan
                .natural(&plan.spectra(&k, 100, &pool, &monitor).unwrap(), 0)
                .unwrap();
            let n = plan.points();
            for f in 0..n {
                let keeps = kept[0] >> (f % factors[0]) & 1 == 1 && kept[2] >> (f / (16 * factors[0])) & 1 == 1;
                assert_eq!(plan.kept()[f], keeps);
                let sum = |part: fn(f64) -> f64| -> f64 {
                    let angle = |i: usize| -2.0 * std::f64::consts::PI * (f * i % n) as f64 / n as f64;
                    k.iter().enumerate().map(|(i, value)| value * part(angle(i))).sum()
                };
                let expected = if keeps {
                    (sum(f64::cos), sum(f64::sin))
                } else {
                    (0.0, 0.0)
                };
                assert!(
                    (re[f] - expected.0).abs() < 1e-12 && (im[f] - expected.1).abs() < 1e-12,
                    "{f}"
                );
            }
        }
    }
}

#[test]
fn products_are_counted_where_they_are_made() {
    let (monitor, pool) = (Monitor::new(), Pool::serial());
    let count = |twisted, kept: &[u32], length: usize| {
        let plan = Plan::<f32>::new(&[16, 16, 16], twisted, kept, Isa::detect()).unwrap();
        let kernel = vec![1.0; length];
        let spectra = plan.spectra(&kernel, length, &pool, &monitor).unwrap();
        let values = vec![1.0; length];
        let mut out = vec![0.0; length];
        plan.convolve(&spectra, &job(&values, length, length), &mut out, &pool, &monitor)
            .unwrap()
    };
    let n = 4096;
    let pass = 4 * 16 * n;
    assert_eq!(count(true, &[], 4096), 2 * (pass / 2 + 2 * pass)); // real parts only at both ends
    assert_eq!(count(false, &[], 2048), 2 * (pass / 4 + 2 * pass)); // and half of the rows there
    let kept = [0xF, 0xFFFF, 0xFFFF];
    assert_eq!(count(false, &kept, 2048), 2 * (pass / 4 + 2 * pass) / 4);
}

#[test]
fn what_contradicts_itself_is_refused() {
    for factors in [&[][..], &[16], &[16, 8], &[7, 16, 16], &[16, 2], &[2, 16]] {
        assert!(
            Plan::<f32>::new(factors, true, &[], Isa::Portable).is_err(),
            "{factors:?}"
        );
    }
    for kept in [&[1u32][..], &[0, 0xFFFF], &[0xFFFF, 5], &[1, 0xFFFF], &[0x1FFFF, 1]] {
        assert!(
            Plan::<f32>::new(&[16, 16], true, kept, Isa::Portable).is_err(),
            "{kept:?}"
        );
    }
    let (monitor, pool) = (Monitor::new(), Pool::serial());
    let plan = Plan::<f32>::new(&[16, 16], true, &[], Isa::detect()).unwrap();
    let spectra = plan.spectra(&[1.0; 300], 300, &pool, &monitor).unwrap();
    let values = [1.0f32; 300];
    let good = job(&values, 300, 300);
    let mut out = [0.0; 300];
    for bad in [
        Job { length: 0, ..good },
        Job { length: 7, ..good },
        Job { start: 300, ..good },
        Job { place: 300, ..good },
        Job { piece: 0, ..good },
        Job {
            wanted: 301,
            piece: 301,
            ..good
        },
        Job {
            skip: Some(&[1.0, 2.0]),
            ..good
        },
        Job {
            gate_in: Some(&values[1..]),
            ..good
        },
        Job { before: &[1.0], ..good },
        Job { fold: 600, ..good },
        Job { repeat: 600, ..good },
    ] {
        assert!(plan.convolve(&spectra, &bad, &mut out, &pool, &monitor).is_err());
    }
    monitor.stop();
    assert!(plan.convolve(&spectra, &good, &mut out, &pool, &monitor).is_err());
}
