//! What the kernels do in a second: `cargo run --release -p porism-hamming --example measure -- [sigma m method]…`
use std::time::Instant;

use porism_hamming::{Method, Options, Raw, distances};
use porism_runtime::Monitor;

fn main() {
    let n = 1 << 20;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    for job in arguments.chunks_exact(3) {
        let (sigma, m): (u64, usize) = (job[0].parse().expect("sigma"), job[1].parse().expect("m"));
        let method = match job[2].as_str() {
            "byte-simd" => Method::ByteSimd,
            "bit-sliced" => Method::BitSliced,
            "scatter" => Method::Scatter,
            "fft" => Method::Fft,
            "abrahamson" => Method::Abrahamson(None),
            _ => Method::Auto,
        };
        let mut state = 88_172_645_463_325_252_u64;
        let mut draw = |count: usize| -> Vec<u16> {
            let next = |_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                ((state >> 33) % sigma) as u16
            };
            (0..count).map(next).collect()
        };
        let (text, pattern) = (draw(n), draw(m));
        let narrow = |symbols: &[u16]| -> Vec<u8> { symbols.iter().map(|&x| x as u8).collect() };
        let (bytes, byte_pattern) = (narrow(&text), narrow(&pattern));
        let (text, pattern) = if sigma <= 256 {
            (Raw::U8(&bytes), Raw::U8(&byte_pattern))
        } else {
            (Raw::U16(&text), Raw::U16(&pattern))
        };
        let shifts = n - m + 1;
        let mut out = vec![0; shifts];
        for block in [0, 2048, 4096, 16384, 32768] {
            if block > 0 && job[2] != "bit-sliced" {
                continue;
            }
            let options = Options {
                method,
                block,
                ..Options::default()
            };
            let mut best = f64::INFINITY;
            let mut steps = String::new();
            let started = Instant::now();
            for _ in 0..9 {
                let start = Instant::now();
                let report = distances(text, &[pattern], &options, &mut out, None, &Monitor::new()).expect("valid");
                best = best.min(start.elapsed().as_secs_f64());
                steps = format!(
                    "{:?}",
                    report
                        .steps
                        .iter()
                        .map(|s| (s.kernel, s.n_letters, s.cost / 1e6))
                        .collect::<Vec<_>>()
                );
                if started.elapsed().as_secs_f64() > 1.5 {
                    break;
                }
            }
            println!(
                "sigma {sigma:5} m {m:6} {:10} block {block:5}: {:8.3} ms, {:7.1} G/s  {steps}",
                job[2],
                best * 1e3,
                (shifts as f64 * m as f64) / best / 1e9
            );
        }
    }
}
