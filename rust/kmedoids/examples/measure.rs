//! Time the steps of one run on a matrix in a file: `measure FILE N f32|f64 K SEED THREADS [REPEATS]`.
//!
//! The file holds the matrix's elements as they are in memory (NumPy's `tofile`), and nothing else. Medoids start at random by `SEED`; they are printed, so that
//! a peer can be given the same ones.

use porism_kmedoids::*;
use porism_runtime::{Isa, Monitor};

/// Seconds of processor time where there is one thread and the system tells, which others on the machine disturb less; else of the clock.
fn now() -> f64 {
    let clock = || {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0.0, |time| time.as_secs_f64())
    };
    let wanted = std::env::var_os("CPU").is_some();
    let text = wanted
        .then(|| std::fs::read_to_string("/proc/thread-self/schedstat").ok())
        .flatten();
    let nanoseconds = text.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(clock, |nanoseconds| nanoseconds * 1e-9)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.len() < 6 {
        eprintln!("usage: measure FILE N f32|f64 K SEED THREADS [REPEATS]");
        std::process::exit(2);
    }
    match args[2].as_str() {
        "f64" => measure::<f64>(&args, |bytes| f64::from_ne_bytes(bytes.try_into().unwrap_or_default())),
        _ => measure::<f32>(&args, |bytes| f32::from_ne_bytes(bytes.try_into().unwrap_or_default())),
    }
}

fn measure<T: Float>(args: &[String], from: impl Fn(&[u8]) -> T) {
    let number = |i: usize| args.get(i).and_then(|arg| arg.parse().ok());
    let (n, k, seed): (usize, usize, u64) = (
        number(1).unwrap_or(0),
        number(3).unwrap_or(1),
        number(4).unwrap_or(0) as u64,
    );
    let (n_threads, repeats) = (number(5).unwrap_or(1), number(6).unwrap_or(3));
    let bytes = std::fs::read(&args[0]).expect("a readable file");
    let values: Vec<T> = bytes.chunks_exact(size_of::<T>()).map(from).collect();
    drop(bytes);
    let options = Options {
        n_threads,
        seed,
        order: Order::Input,
        ..Options::default()
    };
    let monitor = Monitor::new();
    let instance = Instance::square(&values, n).expect("a square matrix");
    let init = initialise(&instance, k, Init::Random, &[], &options, &monitor).expect("medoids");
    println!(
        "init {}",
        init.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    );
    for _ in 0..repeats {
        let start = now();
        let info = check_square(&values, n, true, &options, &monitor);
        let checked = now() - start;
        info.expect("valid");
        let start = now();
        let found = fasterpam(&instance, &init, &options, &monitor).expect("a result");
        let solved = now() - start;
        let counters = found.counters;
        let stream = counters.n_dist as f64 * size_of::<T>() as f64 / solved / 1e9;
        println!(
            "check {checked:.4} fasterpam {solved:.4} loss {} swaps {} passes {} eval {} skipped {} read {:.2} n^2 at {stream:.1} GB/s",
            found.loss,
            found.n_swap,
            found.n_iter,
            counters.n_eval,
            counters.n_skipped,
            counters.n_dist as f64 / (n * n) as f64,
        );
    }
    if std::env::var_os("BUILD").is_some() {
        let start = now();
        let init = initialise(&instance, k, Init::Build, &[], &options, &monitor).expect("medoids");
        println!("build {:.4} first {:?}", (now() - start), &init[..init.len().min(5)]);
    }
    if std::env::var_os("EAGER").is_some() {
        for isa in Isa::available() {
            let options = Options {
                lazy: false,
                isa: Some(isa),
                ..options.clone()
            };
            let start = now();
            let found = fasterpam(&instance, &init, &options, &monitor).expect("a result");
            println!(
                "{} without skipping {:.4} loss {}",
                isa.name(),
                (now() - start),
                found.loss
            );
        }
    }
}
