//! Roots of unity, never by recurrence.

use rustfft::num_complex::Complex;

/// How many roots share a block of a [`Roots`] table.
pub(crate) const BLOCK: usize = 1024;

/// exp(−2πi·k/n), wrong by at most three units of roundoff: the angle is reduced to an eighth of the circle in integers.
pub(crate) fn root(k: u64, n: u64) -> Complex<f64> {
    let k = k % n;
    // In eighths of the circle: position within the octant, and which one.
    let octant = (u128::from(k) * 8 / u128::from(n)) as u64;
    let rest = u128::from(k) * 8 - u128::from(octant) * u128::from(n);
    let angle = |eighths: u128| (eighths as f64 / n as f64 * std::f64::consts::FRAC_PI_4).sin_cos();
    let (sin, cos) = match octant {
        0 => angle(rest),
        1 => swap(angle(u128::from(n) - rest)),
        2 => {
            let (s, c) = angle(rest);
            (c, -s)
        }
        3 => {
            let (s, c) = angle(u128::from(n) - rest);
            (s, -c)
        }
        4 => {
            let (s, c) = angle(rest);
            (-s, -c)
        }
        5 => {
            let (s, c) = angle(u128::from(n) - rest);
            (-c, -s)
        }
        6 => {
            let (s, c) = angle(rest);
            (-c, s)
        }
        _ => {
            let (s, c) = angle(u128::from(n) - rest);
            (-s, c)
        }
    };
    Complex::new(cos, -sin)
}

fn swap((s, c): (f64, f64)) -> (f64, f64) {
    (c, s)
}

/// The powers w^(e·j) of w = exp(−2πi/n) for consecutive j: a table of [`BLOCK`] roots, turned by one more root per block.
#[derive(Debug, Clone)]
pub(crate) struct Roots {
    n: u64,
    exponent: u64,
    low: Vec<Complex<f64>>,
}

impl Roots {
    pub(crate) fn new(n: u64, exponent: u64) -> Self {
        let low = (0..BLOCK as u64).map(|j| root(exponent * j, n)).collect();
        Self { n, exponent, low }
    }

    /// The root that block `block` is turned by, and the table.
    pub(crate) fn block(&self, block: usize) -> (Complex<f64>, &[Complex<f64>]) {
        (root(self.exponent * (block * BLOCK) as u64, self.n), &self.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_right_all_round_the_circle() {
        for n in [1, 2, 4, 8, 16, 1024, 1 << 20] {
            for k in (0..3 * n).step_by((n as usize / 64).max(1)) {
                let angle = -2.0 * std::f64::consts::PI * (k % n) as f64 / n as f64;
                let got = root(k, n);
                assert!(
                    (got.re - angle.cos()).abs() < 2e-15 && (got.im - angle.sin()).abs() < 2e-15,
                    "{k}/{n}"
                );
            }
        }
        assert_eq!(root(1 << 18, 1 << 20), Complex::new(0.0, -1.0));
    }
}
