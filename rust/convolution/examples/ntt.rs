//! How long products modulo primes take: `cargo run --release -p porism-convolution --example ntt`.

use std::time::Instant;

use porism_convolution::ntt::{Field, Goldilocks, Prime31, Prime57, multiply_mod};
use porism_runtime::{Monitor, Pool};

fn measure<F: Field>(name: &str) {
    let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
    for log2 in [12, 16, 20] {
        let factor = |by: u64| (0..1_u64 << log2).map(|i| F::new(i * by % 5)).collect::<Vec<_>>();
        let (a, b) = (factor(3), factor(7));
        let best = (0..5)
            .map(|_| {
                let started = Instant::now();
                let product = multiply_mod(&a, &b, &pool, &monitor).unwrap();
                assert_eq!(product.len(), 2 * a.len() - 1);
                started.elapsed()
            })
            .min();
        println!("{name}, 2^{log2} coefficients each: {:?}", best.unwrap_or_default());
    }
}

fn main() {
    measure::<Prime31>("31 bits");
    measure::<Goldilocks>("64 bits");
    measure::<Prime57>("62 bits, Montgomery");
}
