//! The initialisation of Park & Jun (2009): the k objects that are most central to everybody. They tend to lie close together.

use crate::element::Element;
use crate::error::Error;
use crate::matrix::Instance;

use porism_runtime::Monitor;

/// The `k` candidates `j` with the least `sum_o D[o, j] / sum_l D[o, l]`. Pairs that are infinitely far apart do not count.
pub(super) fn park_jun<T: Element>(
    instance: &Instance<'_, T>,
    k: usize,
    fixed: &[usize],
    monitor: &Monitor,
) -> Result<Vec<usize>, Error> {
    let finite = |x: T| if x.is_infinite() { 0.0 } else { x.to_f64() };
    let mut totals = vec![0.0; instance.n_references()];
    for candidate in 0..instance.n_candidates() {
        monitor.check()?;
        for (total, &x) in totals.iter_mut().zip(instance.row(candidate)) {
            *total += finite(x);
        }
    }
    let mut scores = Vec::with_capacity(instance.n_candidates());
    for candidate in (0..instance.n_candidates()).filter(|&j| instance.is_allowed(j) && !fixed.contains(&j)) {
        monitor.check()?;
        let shares = totals.iter().zip(instance.row(candidate));
        let share = |(&total, &x): (&f64, &T)| if total > 0.0 { finite(x) / total } else { 0.0 };
        scores.push((shares.map(share).sum::<f64>(), candidate));
    }
    scores.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let chosen = scores.iter().map(|&(_, candidate)| candidate);
    Ok(fixed.iter().copied().chain(chosen).take(k).collect())
}
