//! Time the construction of a matrix of dissimilarities: `distances N D THREADS [METRIC]`, from pseudo-random data.

use std::time::Instant;

use porism_kmedoids::*;
use porism_runtime::{Isa, Monitor};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default: usize| args.get(i).and_then(|arg| arg.parse().ok()).unwrap_or(default);
    let (n, d, n_threads) = (number(0, 5000), number(1, 32), number(2, 1));
    let metrics = [
        ("euclidean", Metric::Euclidean),
        ("manhattan", Metric::Manhattan),
        ("cosine", Metric::Cosine),
    ];
    let mut state = 1_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 40) as f32 / (1 << 24) as f32
    };
    let x: Vec<f32> = (0..n * d).map(|_| noise()).collect();
    for isa in Isa::available() {
        for (name, metric) in metrics {
            let options = Options {
                n_threads,
                isa: Some(isa),
                ..Options::default()
            };
            let start = Instant::now();
            let values = pairwise(&x, n, metric, &options, &Monitor::new()).expect("dissimilarities");
            println!(
                "{} {name} {:.3} s, last {}",
                isa.name(),
                start.elapsed().as_secs_f64(),
                values[n * n - 2]
            );
        }
    }
}
