//! How long a grid takes: `cargo run --release -p porism-graph --example partition -- SIDE DELTA`.

use std::time::Instant;

use porism_graph::Csr;
use porism_graph::partition::{Cut, buffered_cop, clusters};
use porism_runtime::Monitor;

fn grid(side: usize) -> Csr {
    let (mut indptr, mut indices) = (vec![0], Vec::new());
    for i in 0..side {
        for j in 0..side {
            for (a, b) in [(i.wrapping_sub(1), j), (i, j.wrapping_sub(1)), (i, j + 1), (i + 1, j)] {
                if a < side && b < side {
                    indices.push((a * side + b) as u32);
                }
            }
            indptr.push(indices.len());
        }
    }
    let data = vec![1.0; indices.len()];
    Csr::new(side * side, indptr, indices, data).unwrap()
}

fn main() {
    let mut args = std::env::args().skip(1).map(|text| text.parse::<f64>().unwrap());
    let (side, delta) = (args.next().unwrap_or(1000.0) as usize, args.next().unwrap_or(20.0));
    let graph = grid(side);
    let monitor = Monitor::new();
    let start = Instant::now();
    let cop = buffered_cop(&graph, delta, 5, None, &monitor).unwrap();
    let halfway = start.elapsed();
    let (made, radii) = clusters(&graph, &cop, Cut::Within(delta), &monitor).unwrap();
    let widest = cop.bag_indptr.windows(2).map(|pair| pair[1] - pair[0]).max();
    println!(
        "{side}² vertices: {halfway:?} + {:?}; {} supernodes, width {widest:?}, radius {:?}; {} clusters, radius {:?}",
        start.elapsed() - halfway,
        radii.len(),
        radii.iter().copied().fold(0.0, f64::max),
        made.centers.len(),
        made.radii.iter().copied().fold(0.0, f64::max),
    );
}
