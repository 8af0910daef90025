//! What every kernel takes on a few kinds of sets, beside what the planner expects: `cargo run --release --example kernels`.

use std::time::Instant;

use porism_runtime::{Monitor, Pool};
use porism_sumset::{Duplicates, Instance, Options, Run, Set, Window, costs, sumset, sumset_counts};

fn sets(n: i64) -> Vec<(&'static str, [Vec<i64>; 2])> {
    let mut state = 7_u64;
    let mut noise = move |below: i64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((u128::from(state) * below as u128) >> 64) as i64
    };
    let top = (1 << 20) - 1;
    let far = |step: i64, last: i64| (0..n - 1).map(|i| i * step).chain([last]).collect::<Vec<_>>();
    let side = (n as f64).sqrt() as i64;
    let grid = |step: i64| (0..side * side).map(|i| i / side * step + i % side).collect::<Vec<_>>();
    let mut random = |n: i64, below: i64| (0..n).map(|_| noise(below)).collect::<Vec<_>>();
    vec![
        ("random, below 2^16", [random(n, 1 << 16), random(n, 1 << 16)]),
        ("random, below 2^20", [random(n, 1 << 20), random(n, 1 << 20)]),
        ("random, below 2^24", [random(n, 1 << 24), random(n, 1 << 24)]),
        ("few rows", [random(16, 1 << 20), random(8 * n, 1 << 20)]),
        ("interval", [far(1, n), far(1, n)]),
        ("interval and one far", [far(1, top), far(1, top - 1)]),
        ("even numbers and one far", [far(2, top), far(2, top - 2)]),
        (
            "even and one odd",
            [(); 2].map(|()| random(n, 1 << 19).into_iter().map(|x| 2 * x).chain([1]).collect()),
        ),
        ("grid", [grid(top / side), grid(top / side - 1)]),
        (
            "squares",
            [(0..n).map(|i| i * i).collect(), (0..n).map(|i| i * i).collect()],
        ),
    ]
}

fn main() {
    let sizes: Vec<i64> = std::env::args().skip(1).filter_map(|n| n.parse().ok()).collect();
    let (pool, monitor) = (Pool::serial(), Monitor::new());
    let run = Run {
        pool: &pool,
        monitor: &monitor,
        seed: 0,
    };
    for n in if sizes.is_empty() {
        vec![100, 1000, 10_000]
    } else {
        sizes
    } {
        for (name, values) in sets(n) {
            let [a, b] = values.map(|values| Set::new("a", &values, None, Duplicates::Merge).expect("a set"));
            let window = Window { low: None, high: None };
            let Ok(Some(instance)) = Instance::new(&a, &b, false, window) else {
                continue;
            };
            for counted in [false, true] {
                let expected = costs(&instance, counted);
                let cheapest = expected[0].1;
                let mut line = String::new();
                let (mut least, mut chosen) = (f64::INFINITY, 0.0);
                for (i, (kernel, cost)) in expected.into_iter().enumerate() {
                    if cost > 8.0 * cheapest + 20_000.0 {
                        continue;
                    }
                    let mut best = f64::INFINITY;
                    let began = Instant::now();
                    while began.elapsed().as_secs_f64() < 0.03 || best.is_infinite() {
                        let start = Instant::now();
                        let options = Options::default();
                        if counted {
                            std::hint::black_box(sumset_counts(&instance, Some(kernel), &options, &run))
                                .expect("counts");
                        } else {
                            std::hint::black_box(sumset(&instance, Some(kernel), &options, &run)).expect("sums");
                        }
                        best = best.min(start.elapsed().as_secs_f64() * 1e9);
                    }
                    if i == 0 {
                        chosen = best;
                    }
                    least = least.min(best);
                    let name = if counted { kernel.counting() } else { kernel.deciding() };
                    line += &format!("  {name} {:.1} ({:.1})", best / 1e3, cost / 1e3);
                }
                println!("{:5.2} {name}, n = {n}:{line}", chosen / least);
            }
        }
    }
}
