//! Measurements of the crate, one per argument: `cargo run --release -p porism-submodular --example measure -- dynamic`.
//!
//! - `dynamic [window k epsilon updates]`: updates per second, queries per update and value against lazy greedy along a sliding window
//! - `growth`: queries per update over window sizes, with the slope of their logarithms, beside recomputing
//! - `streams`: value against lazy greedy along three kinds of stream, all selectors
//! - `dense [n k file]`: lazy greedy on a dense facility location; `file` holds n × n little-endian f64
//! - `sparse [n k]`: facility location over a random neighbour graph with 32 entries per item
//! - `features [n k d]`: facility location straight from vectors
//! - `concave [n k d file]`: a feature-based function, square roots
#![allow(missing_docs)]

use std::time::Instant;

use porism_runtime::Monitor;
use porism_submodular::baselines::{DynamicLmntz, RebuildGreedyOnHit, RecomputeLazyGreedy, SwapOnInsert};
use porism_submodular::dynamic::{Dynamic, DynamicOptions};
use porism_submodular::objectives::{
    Concave, Coverage, Metric, coverage, facility_location_by_clients, facility_location_features,
    facility_location_sparse, feature_based_dense,
};
use porism_submodular::select::{Bound, Method, Options, select};
use porism_submodular::{AnyObjective, AnySelector, Csr, Dense, Item, Objective, Selector};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: f64| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    let count = |at: usize, default: usize| number(at, default as f64) as usize;
    let file = |at: usize| arguments.get(at).cloned();
    match arguments.first().map(String::as_str) {
        Some("dynamic") => dynamic(count(1, 100_000), count(2, 50), number(3, 0.5), count(4, 100_000))?,
        Some("growth") => growth(count(1, 20), number(2, 0.5))?,
        Some("streams") => streams(count(1, 2000), count(2, 20), number(3, 0.5))?,
        Some("dense") => dense(count(1, 5000), count(2, 100), file(3))?,
        Some("sparse") => sparse(count(1, 1_000_000), count(2, 100))?,
        Some("features") => features(count(1, 100_000), count(2, 100), count(3, 64))?,
        Some("concave") => concave(count(1, 5000), count(2, 100), count(3, 500), file(4))?,
        _ => println!("one of: dynamic growth streams dense sparse features concave"),
    }
    println!("peak memory {:.0} MB", peak_memory());
    Ok(())
}

/// Megabytes, where the system tells.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1024.0
}

/// SplitMix64: data needs no better.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Items that cover 1 to 2·degree elements each, squares of uniform numbers so that some elements are common.
fn random_coverage(n: usize, universe: usize, degree: usize, seed: u64) -> Result<Coverage, porism_submodular::Error> {
    let mut numbers = Numbers(seed);
    let (mut indptr, mut indices) = (vec![0_usize], Vec::new());
    for _ in 0..n {
        for _ in 0..=numbers.below(2 * degree - 1) {
            let u = numbers.unit();
            indices.push((u * u * universe as f64) as u32);
        }
        indptr.push(indices.len());
    }
    let values = vec![(); indices.len()];
    Ok(coverage(Csr::new(&indptr, &indices, values, universe)?))
}

fn dynamic(window: usize, k: usize, epsilon: f64, updates: usize) -> Result<(), porism_submodular::Error> {
    let monitor = Monitor::new();
    let n = window + updates;
    let objective = AnyObjective::new(random_coverage(n, 100_000, 20, 1)?);
    let options = DynamicOptions {
        epsilon,
        ..DynamicOptions::default()
    };
    let mut selector = Dynamic::new(objective.clone(), k, options)?;
    let start = Instant::now();
    for item in 0..window as Item {
        selector.insert(item, &monitor)?;
    }
    let filled = start.elapsed().as_secs_f64();
    println!(
        "filling {window}: {filled:.2} s, {:.0} updates/s, {:?}",
        window as f64 / filled,
        selector.stats()
    );
    let before = selector.stats();
    let (mut worst, mut mean, mut probes) = (f64::INFINITY, 0.0, 0.0);
    let mut seconds = 0.0;
    let mut longest = 0.0_f64;
    for step in 0..updates / 2 {
        let start = Instant::now();
        selector.insert((window + step) as Item, &monitor)?;
        selector.delete(step as Item, &monitor)?;
        let took = start.elapsed().as_secs_f64();
        seconds += took;
        longest = longest.max(took);
        if step % (updates / 20).max(1) == 0 {
            let value = selector.solution(&monitor)?.1;
            let live = selector.live().to_vec();
            let options = Options {
                candidates: Some(live),
                ..Options::default()
            };
            let greedy = select(&objective, k, Method::LazyGreedy, &options, &monitor)?.value;
            worst = worst.min(value / greedy);
            mean += value / greedy;
            probes += 1.0;
        }
    }
    let after = selector.stats();
    let done = (after.updates - before.updates) as f64;
    println!(
        "sliding: {:.0} updates/s, longest pair {:.1} ms",
        done / seconds,
        longest * 1e3
    );
    println!("queries/update {:.0}", (after.queries - before.queries) as f64 / done);
    println!(
        "rebuilds/update {:.3}",
        (after.rebuilds - before.rebuilds) as f64 / done
    );
    println!(
        "levels {} in {} guesses, {} MB",
        after.levels,
        after.active_guesses,
        after.memory_bytes >> 20
    );
    println!("value/greedy: worst {worst:.3}, mean {:.3}", mean / probes);
    println!("certified ratio {:.3}", selector.certified_ratio(&monitor)?);
    let start = Instant::now();
    let bytes = selector.snapshot();
    let written = start.elapsed();
    Dynamic::restore(objective, &bytes)?;
    println!(
        "snapshot {} kB in {written:?}, both ways {:?}",
        bytes.len() >> 10,
        start.elapsed()
    );
    Ok(())
}

fn growth(k: usize, epsilon: f64) -> Result<(), porism_submodular::Error> {
    let monitor = Monitor::new();
    let mut points = Vec::new();
    for power in 8..=16 {
        let window = 1_usize << power;
        let objective = AnyObjective::new(random_coverage(3 * window, 20_000, 20, power as u64)?);
        let options = DynamicOptions {
            epsilon,
            ..DynamicOptions::default()
        };
        let mut selector = Dynamic::new(objective.clone(), k, options)?;
        for item in 0..window as Item {
            selector.insert(item, &monitor)?;
        }
        let before = selector.stats();
        let start = Instant::now();
        for item in 0..2 * window as Item {
            selector.insert(window as Item + item, &monitor)?;
            selector.delete(item, &monitor)?;
        }
        let seconds = start.elapsed().as_secs_f64();
        let after = selector.stats();
        let updates = (after.updates - before.updates) as f64;
        let queries = (after.queries - before.queries) as f64 / updates;
        let live = selector.live().to_vec();
        let value = selector.solution(&monitor)?.1;
        let start = Instant::now();
        let options = Options {
            candidates: Some(live),
            bound: Bound::Free,
            ..Options::default()
        };
        let greedy = select(&objective, k, Method::LazyGreedy, &options, &monitor)?;
        let recompute = start.elapsed().as_secs_f64();
        println!(
            "window {window:6}: {queries:7.0} queries/update, {:.1} us/update, rebuilds {:.2}; recompute {} queries, {:.0} us; value/greedy {:.3}",
            seconds / updates * 1e6,
            (after.rebuilds - before.rebuilds) as f64 / updates,
            greedy.queries,
            recompute * 1e6,
            value / greedy.value
        );
        points.push(((window as f64).ln(), queries.ln()));
    }
    let n = points.len() as f64;
    let mean = |f: fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n;
    let (mx, my) = (mean(|p| p.0), mean(|p| p.1));
    let slope = points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum::<f64>()
        / points.iter().map(|p| (p.0 - mx) * (p.0 - mx)).sum::<f64>();
    println!("slope of log(queries/update) against log(window): {slope:.2}");
    Ok(())
}

fn streams(window: usize, k: usize, epsilon: f64) -> Result<(), porism_submodular::Error> {
    let monitor = Monitor::new();
    let n = 4 * window;
    let objective = AnyObjective::new(random_coverage(n, 10_000, 20, 5)?);
    let mut numbers = Numbers(9);
    let mut sliding = Vec::new();
    let mut random = Vec::new();
    let mut bursts = Vec::new();
    for item in 0..n as Item {
        sliding.push((1, item));
        if item as usize >= window {
            sliding.push((-1, item - window as Item));
        }
    }
    let mut order: Vec<Item> = (0..window as Item).collect();
    random.extend(order.iter().map(|&item| (1, item)));
    while let Some(last) = order.len().checked_sub(1) {
        order.swap(numbers.below(last + 1), last);
        random.extend(order.pop().map(|item| (-1, item)));
    }
    let mut live: Vec<Item> = Vec::new();
    let mut next = 0;
    while next < n {
        for _ in 0..window / 10 {
            if next < n {
                bursts.push((1, next as Item));
                live.push(next as Item);
                next += 1;
            }
        }
        if live.len() >= window {
            for _ in 0..window / 10 {
                let at = numbers.below(live.len());
                bursts.push((-1, live.swap_remove(at)));
            }
        }
    }
    for (name, stream) in [("sliding", sliding), ("random deletions", random), ("bursts", bursts)] {
        println!("{name}: {} updates", stream.len());
        let any = || objective.clone();
        let options = DynamicOptions {
            epsilon,
            ..DynamicOptions::default()
        };
        let selectors: Vec<AnySelector> = vec![
            Box::new(Dynamic::new(any(), k, options)?),
            Box::new(RecomputeLazyGreedy::new(any(), k)?),
            Box::new(RebuildGreedyOnHit::new(any(), k)?),
            Box::new(SwapOnInsert::new(any(), k)?),
            Box::new(DynamicLmntz::new(any(), k, epsilon, 0)?),
        ];
        for mut selector in selectors {
            let (mut worst, mut mean, mut probes) = (f64::INFINITY, 0.0, 0.0);
            let mut seconds = 0.0;
            for (at, &(op, item)) in stream.iter().enumerate() {
                let start = Instant::now();
                selector.apply(&[op], &[item], &monitor)?;
                let probe = at % 97 == 0;
                let value = if probe { selector.solution(&monitor)?.1 } else { 0.0 };
                seconds += start.elapsed().as_secs_f64();
                if probe {
                    let options = Options {
                        candidates: Some(selector.live().to_vec()),
                        ..Options::default()
                    };
                    let greedy = select(&objective, k, Method::LazyGreedy, &options, &monitor)?.value;
                    let ratio = if greedy > 0.0 { value / greedy } else { 1.0 };
                    worst = worst.min(ratio);
                    mean += ratio;
                    probes += 1.0;
                }
            }
            println!(
                "  {:22} value/greedy worst {worst:.3} mean {:.3}, {:.0} queries/update, {:.1} us/update",
                selector.name(),
                mean / probes,
                selector.stats().queries_per_update(),
                seconds / stream.len() as f64 * 1e6
            );
        }
    }
    Ok(())
}

fn timed<O: Objective>(objective: &O, k: usize, methods: &[Method]) -> Result<(), porism_submodular::Error> {
    let monitor = Monitor::new();
    for &method in methods {
        let options = Options {
            bound: Bound::Free,
            ..Options::default()
        };
        let mut best = f64::INFINITY;
        let mut total = 0.0;
        while total < 2.0 {
            let start = Instant::now();
            let selection = select(objective, k, method, &options, &monitor)?;
            let took = start.elapsed().as_secs_f64();
            if took < best && total == 0.0 {
                println!(
                    "{:18} value {:.6} queries {} bound {:.3} first {:?}",
                    method.name(),
                    selection.value,
                    selection.queries,
                    selection.certified_ratio(),
                    &selection.ranking[..selection.ranking.len().min(8)]
                );
            }
            best = best.min(took);
            total += took;
        }
        println!("{:18} {:.3} ms", method.name(), best * 1e3);
    }
    Ok(())
}

fn doubles(path: &str) -> Result<Vec<f64>, std::io::Error> {
    let bytes = std::fs::read(path)?;
    let (words, _) = bytes.as_chunks::<8>();
    Ok(words.iter().map(|word| f64::from_le_bytes(*word)).collect())
}

fn dense(n: usize, k: usize, file: Option<String>) -> Result<(), Box<dyn std::error::Error>> {
    let values = match file {
        Some(path) => doubles(&path)?,
        None => {
            let mut numbers = Numbers(3);
            let points: Vec<[f64; 4]> = (0..n).map(|_| std::array::from_fn(|_| numbers.unit())).collect();
            let similarity = |a: &[f64; 4], b: &[f64; 4]| {
                let square: f64 = a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum();
                (-4.0 * square).exp()
            };
            points
                .iter()
                .flat_map(|a| points.iter().map(move |b| similarity(a, b)))
                .collect()
        }
    };
    let similarity = Dense::new(values, n, n)?;
    let mut best = f64::INFINITY;
    for _ in 0..20 {
        let start = Instant::now();
        facility_location_by_clients(similarity.clone(), &Monitor::new())?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("checked in {:.3} ms", best * 1e3);
    let objective = facility_location_by_clients(similarity, &Monitor::new())?;
    timed(
        &objective,
        k,
        &[
            Method::LazyGreedy,
            Method::Greedy,
            Method::StochasticGreedy,
            Method::ThresholdGreedy,
        ],
    )?;
    timed(&AnyObjective::new(objective), k, &[Method::LazyGreedy])?;
    Ok(())
}

fn sparse(n: usize, k: usize) -> Result<(), porism_submodular::Error> {
    let mut numbers = Numbers(4);
    let mut indices: Vec<u32> = Vec::with_capacity(32 * n);
    let mut values: Vec<f32> = Vec::with_capacity(32 * n);
    // Points on a circle with noisy neighbours: local, as neighbour graphs are.
    for item in 0..n {
        for neighbour in 0..32 {
            let offset = numbers.below(2 * 400) + n - 400;
            indices.push(((item + if neighbour == 0 { 0 } else { offset }) % n) as u32);
            values.push(numbers.unit() as f32);
        }
    }
    let indptr: Vec<usize> = (0..=n).map(|item| 32 * item).collect();
    let start = Instant::now();
    let objective = facility_location_sparse(Csr::new(&indptr, &indices, values, n)?.transposed())?;
    println!("checked and transposed in {:?}", start.elapsed());
    timed(&objective, k, &[Method::LazyGreedy])?;
    Ok(())
}

fn features(n: usize, k: usize, dimension: usize) -> Result<(), porism_submodular::Error> {
    let mut numbers = Numbers(6);
    let centres: Vec<f32> = (0..50 * dimension).map(|_| numbers.unit() as f32).collect();
    let mut values: Vec<f32> = Vec::with_capacity(n * dimension);
    for _ in 0..n {
        let centre = numbers.below(50);
        for j in 0..dimension {
            values.push(centres[centre * dimension + j] + 0.3 * numbers.unit() as f32);
        }
    }
    let start = Instant::now();
    let metric = Metric::Rbf { gamma: 1.0 };
    let objective = facility_location_features(&Dense::new(values, n, dimension)?, None, metric)?;
    println!("prepared in {:?}", start.elapsed());
    timed(&objective, k, &[Method::LazyGreedy])?;
    Ok(())
}

fn concave(n: usize, k: usize, dimension: usize, file: Option<String>) -> Result<(), Box<dyn std::error::Error>> {
    let values = match file {
        Some(path) => doubles(&path)?,
        None => {
            let mut numbers = Numbers(8);
            (0..n * dimension).map(|_| numbers.unit()).collect()
        }
    };
    let objective = feature_based_dense(Dense::new(values, n, dimension)?, Concave::Sqrt, None)?;
    timed(&objective, k, &[Method::LazyGreedy, Method::Greedy])?;
    Ok(())
}
