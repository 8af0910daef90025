//! Time clustering without a matrix: `lean N D K THREADS [fasterpam|onebatch|fasterclara]`, on points around 50 centres.

use std::time::Instant;

use porism_kmedoids::*;
use porism_runtime::Monitor;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default: usize| args.get(i).and_then(|arg| arg.parse().ok()).unwrap_or(default);
    let (n, d, k, n_threads) = (number(0, 20_000), number(1, 32), number(2, 50), number(3, 2));
    let method = args.get(4).map_or("fasterpam", String::as_str);
    let mut state = 1_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 40) as f32 / (1 << 24) as f32
    };
    let centres: Vec<f32> = (0..50 * d).map(|_| 20.0 * noise()).collect();
    let x: Vec<f32> = (0..n * d)
        .map(|at| centres[at / d % 50 * d + at % d] + (0..4).map(|_| noise()).sum::<f32>() * 1.7)
        .collect();
    let options = Options {
        n_threads,
        ..Options::default()
    };
    let monitor = Monitor::new();
    let start = Instant::now();
    let data = Data::new(&x, n, Metric::Euclidean).expect("data");
    let found = match method {
        "onebatch" => onebatchpam(&data, k, Some(500), Batch::default(), &options, &monitor),
        "fasterclara" => clara(&data, k, Samples::fasterclara(k), &options, &monitor),
        _ => {
            let init: Vec<usize> = (0..k).map(|i| i * (n / k) + i % 50).collect();
            fasterpam_data(&data, Wishes::default(), &init, &options, &monitor)
        }
    }
    .expect("a result");
    println!(
        "{method} n={n} k={k} threads {n_threads}: {:.2} s, loss {}, passes {}, swaps {}, evaluated {:.2} n, skipped {:.2} n",
        start.elapsed().as_secs_f64(),
        found.loss,
        found.n_iter,
        found.n_swap,
        found.counters.n_eval as f64 / n as f64,
        found.counters.n_skipped as f64 / n as f64,
    );
}
