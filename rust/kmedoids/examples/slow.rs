//! Time PAM and the silhouette searches on a matrix of `f32` in a file: `slow FILE N K [THREADS]`.

use std::time::Instant;

use porism_kmedoids::*;
use porism_runtime::Monitor;

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default: usize| args.get(i).and_then(|arg| arg.parse().ok()).unwrap_or(default);
    let (n, k, n_threads) = (number(1, 1000), number(2, 50), number(3, 1));
    let bytes = std::fs::read(args.first().map_or("matrix.f32", String::as_str))?;
    let values: Vec<f32> = bytes
        .as_chunks()
        .0
        .iter()
        .map(|&bytes| f32::from_ne_bytes(bytes))
        .collect();
    let options = Options {
        n_threads,
        order: Order::Input,
        ..Options::default()
    };
    let monitor = Monitor::new();
    let instance = Instance::square(&values, n).expect("a square matrix");
    let init: Vec<usize> = (0..k).map(|i| i * (n / k)).collect();
    for _ in 0..3 {
        let start = Instant::now();
        let found = fastermsc(&instance, &init, &options, &monitor).expect("a result");
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "fastermsc {seconds:.4} silhouette {} swaps {} passes {}",
            found.silhouette, found.n_swap, found.n_iter
        );
    }
    if n <= 2000 {
        for solver in [Solver::Pam, Solver::FastPam1, Solver::FasterPam] {
            let start = Instant::now();
            let found = solver.improve(&instance, &init, &options, &monitor).expect("a result");
            let seconds = start.elapsed().as_secs_f64();
            println!(
                "{solver:?} {seconds:.4} loss {} swaps {} evaluated {}",
                found.loss, found.n_swap, found.counters.n_eval
            );
        }
    }
    Ok(())
}
