//! Sumsets A + B = {a + b}: which sums there are, how often each occurs, k-fold sumsets, subset sums, and counting 3SUM.
//!
//! An [`Instance`] is two [`Set`]s in their simplest form: shifted to 0 and divided by the common divisor of all differences. [`sumset`] finds which sums there are, [`sumset_counts`] how often each
//! occurs, with a kernel that is given or the one that [`costs`] expects to be the cheapest. Results are equal, bit by bit, whatever the kernel, the seed and the number of threads.
//!
//! | kernel | finds | counts | good for |
//! |---|---|---|---|
//! | [`Kernel::PairsSort`] | yes | yes | huge universes; the reference |
//! | [`Kernel::Scatter`] | yes | yes, weights too | few pairs |
//! | [`Kernel::Rows`] | `shift-or` | `bit-sliced` | most dense sets |
//! | [`Kernel::Fft`], [`Kernel::Ntt`] | yes | yes, weights too | very dense structured sets |
//! | [`Kernel::Sparse`] | yes | yes, weights too | few distinct sums in a huge universe |
//! | [`Kernel::Packed`] | yes | yes | the theory of Chan, Jin, Vassilevska Williams and Xu |
//!
//! - T. M. Chan, C. Jin, V. Vassilevska Williams, Y. Xu: *Faster Algorithms for Text-to-Pattern Hamming Distances*, FOCS 2023, arXiv 2310.13174.

mod arch;
mod bits;
mod error;
mod instance;
mod k_fold;
mod k_fold_modular;
mod kernels;
mod plan;
mod radix;
mod random;
mod subset;
mod sums;
mod three_sum;

pub use bits::{Bits, values_of};
pub use error::{Error, TABLE_LIMIT};
pub use instance::{Duplicates, Instance, Normal, Run, Set, Window};
pub use k_fold::{KFold, k_fold};
pub use k_fold_modular::k_fold_modular;
pub use plan::{Kernel, costs};
pub use porism_convolution::{Fields, Precision};
pub use subset::{Reached, bitset_dp, bringmann, jin_wu};
pub use sums::{Counts, Found, Options, Stats, Sums, occurring, sumset, sumset_counts};
pub use three_sum::{
    EMPTY_IN_PATTERN, EMPTY_IN_TEXT, Layers, blocked, from_hamming, pairs_window, to_hamming, via_hamming,
};
