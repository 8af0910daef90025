//! Several small counts in one coefficient: Kronecker's substitution y = 2^b.
//!
//! A set S becomes the polynomial Σ 2^(b·(s mod g)) x^(s div g): g consecutive positions share a coefficient. In the product of two such polynomials
//! coefficient i holds 2g − 1 fields of b bits, and field f counts sums z = g·i + f. A sum z can be met in two coefficients (as
//! field f of one and field g + f of the one before), whose counts must be *added*. Fields are right as long as each is below 2^b, which holds if one
//! of the sets has fewer than 2^b members, or for those that a certificate covers: a field that overflows disturbs higher fields of its coefficient, never lower ones and never another coefficient.

/// How fields lie in a coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    /// Positions per coefficient.
    pub positions: usize,
    /// Bits per field.
    pub bits: u32,
}

impl Fields {
    /// Fields per coefficient of a product.
    pub fn in_product(self) -> usize {
        2 * self.positions - 1
    }

    /// Coefficients for positions below `len`.
    pub fn coefficients(self, len: usize) -> usize {
        len.div_ceil(self.positions)
    }

    /// The coefficient and the value that stand for `position`.
    #[inline(always)]
    pub fn of(self, position: usize) -> (usize, i64) {
        (
            position / self.positions,
            1 << (self.bits as usize * (position % self.positions)),
        )
    }

    /// Whether a product's coefficient fits 53 bits, so that double precision holds it, when each field stays below 2^bits.
    pub fn fit_double(self) -> bool {
        self.in_product() as u32 * self.bits <= 53
    }

    /// An upper bound of the norm of a packed set of `size` members whose positions are spread evenly over the fields: coefficients may meet in one, so that
    /// the certificate needs the norm that is measured; this is for planning.
    pub fn expected_norm(self, size: usize) -> f64 {
        let share = size as f64 / self.positions as f64;
        (0..self.positions)
            .map(|f| share * 4.0_f64.powi((self.bits as usize * f) as i32))
            .sum::<f64>()
            .sqrt()
    }

    /// Add the fields of coefficient `index` of a product to `counts`, as far as it reaches.
    #[inline(always)]
    pub fn unpack(self, index: usize, coefficient: i64, counts: &mut [u32]) {
        let mask = (1_u64 << self.bits) - 1;
        let mut rest = coefficient as u64;
        let start = index * self.positions;
        for count in counts.iter_mut().skip(start).take(self.in_product()) {
            *count = count.wrapping_add((rest & mask) as u32);
            rest >>= self.bits;
        }
    }
}
