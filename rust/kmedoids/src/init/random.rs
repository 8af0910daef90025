//! Distinct candidates at random.

use crate::element::Element;
use crate::matrix::Instance;
use crate::options::generator;
use crate::random::partial_shuffle;

pub(super) fn random<T: Element>(instance: &Instance<'_, T>, k: usize, fixed: &[usize], seed: u64) -> Vec<usize> {
    let mut used = vec![false; instance.n_candidates()];
    fixed.iter().for_each(|&medoid| used[medoid] = true);
    let mut pool: Vec<usize> = (0..instance.n_candidates())
        .filter(|&j| !used[j] && instance.is_allowed(j))
        .collect();
    let free = k - fixed.len();
    partial_shuffle(&mut generator(seed, 0), &mut pool, free);
    fixed.iter().chain(&pool[..free]).copied().collect()
}
