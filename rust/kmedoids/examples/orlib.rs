//! How often proven optima of the OR-Library's p-median instances are found: `orlib FOLDER [N_PERTURB] [SEEDS]`, with `pmed1.txt` … in the folder.

use std::path::Path;
use std::time::Instant;

use porism_kmedoids::*;
use porism_runtime::Monitor;

const OPTIMA: [i64; 20] = [
    5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255, 7696, 6634, 4374, 2968, 1729, 8162, 6999, 4809, 2845,
    1789,
];

/// All-pairs shortest paths of the network in a file, and the number of medoids asked for.
fn read(path: &Path) -> std::io::Result<(Vec<i64>, usize, usize)> {
    let text = std::fs::read_to_string(path)?;
    let mut numbers = text
        .split_ascii_whitespace()
        .filter_map(|word| word.parse::<i64>().ok());
    let mut next = || numbers.next().unwrap_or(0) as usize;
    let (n, n_edges, k) = (next(), next(), next());
    let mut values = vec![i64::MAX / 4; n * n];
    (0..n).for_each(|i| values[i * n + i] = 0);
    for _ in 0..n_edges {
        let (i, j, cost) = (next() - 1, next() - 1, next() as i64);
        values[i * n + j] = cost;
        values[j * n + i] = cost;
    }
    for via in 0..n {
        for i in 0..n {
            for j in 0..n {
                values[i * n + j] = values[i * n + j].min(values[i * n + via] + values[via * n + j]);
            }
        }
    }
    Ok((values, n, k))
}

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default: usize| args.get(i).and_then(|arg| arg.parse().ok()).unwrap_or(default);
    let folder = args.first().map_or(".", String::as_str);
    let (n_perturb, seeds) = (number(1, 300), number(2, 1));
    let monitor = Monitor::new();
    let (mut plain_found, mut iterated_found) = (0, 0);
    for (i, optimum) in OPTIMA.into_iter().enumerate() {
        let (values, n, k) = read(&Path::new(folder).join(format!("pmed{}.txt", i + 1)))?;
        let instance = Instance::square(&values, n).expect("a square matrix");
        let options = Options::default();
        let start = Instant::now();
        let plain = restarts(
            Solver::FasterPam,
            &instance,
            k,
            Init::Random,
            &[],
            10,
            &options,
            &monitor,
        );
        let (plain, plain_time) = (plain.expect("a result").loss, start.elapsed().as_secs_f64());
        let start = Instant::now();
        let found = (0..seeds as u64).map(|seed| {
            let options = Options {
                seed,
                ..Options::default()
            };
            let init = initialise(&instance, k, Init::Random, &[], &options, &monitor).expect("medoids");
            iterated(&instance, &init, n_perturb, &options, &monitor)
                .expect("a result")
                .loss
        });
        let found: Vec<i64> = found.collect();
        let time = start.elapsed().as_secs_f64() / seeds as f64;
        let hits = found.iter().filter(|&&loss| loss == optimum).count();
        plain_found += usize::from(plain == optimum);
        iterated_found += usize::from(hits > 0);
        println!(
            "pmed{:<2} n={n} k={k:<3} optimum {optimum} best of 10 {plain} ({plain_time:.3} s) iterated {:?} {hits}/{seeds} ({time:.3} s each)",
            i + 1,
            found.iter().min(),
        );
    }
    println!("optima found: best of 10 restarts {plain_found}, iterated {iterated_found} of 20");
    Ok(())
}
