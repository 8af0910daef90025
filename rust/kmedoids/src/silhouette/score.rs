//! Silhouettes of clusterings that are given.

use porism_runtime::Monitor;

use crate::element::Element;
use crate::error::Error;
use crate::matrix::Instance;

/// The silhouette width of every object (Rousseeuw 1987): `(b - a) / max(a, b)` with `a` the mean dissimilarity to the rest of its own cluster and `b` the least
/// mean dissimilarity to another one. 0 for objects that are alone in their cluster, and where 0 would be divided by 0.
///
/// `labels[o]` is the cluster of object `o`, any number below `k`. There must be at least two clusters in use.
pub fn silhouette<T: Element>(
    instance: &Instance<'_, T>,
    labels: &[usize],
    k: usize,
    monitor: &Monitor,
) -> Result<Vec<f64>, Error> {
    let n = instance.n_references();
    if labels.len() != n || instance.n_candidates() != n {
        return Err(Error::Shape {
            what: "the labels",
            expected: n,
            got: labels.len(),
        });
    }
    let mut sizes = vec![0_usize; k];
    for (position, &value) in labels.iter().enumerate() {
        let Some(size) = sizes.get_mut(value) else {
            return Err(Error::Index {
                what: "labels",
                position,
                value,
                n: k,
            });
        };
        *size += 1;
    }
    if sizes.iter().filter(|&&size| size > 0).count() < 2 {
        return Err(Error::Option {
            what: "the number of clusters",
            expected: "at least 2",
            value: 1.0,
        });
    }
    // Rows are columns here: what others pay for `j` is summed up into their own totals.
    let mut totals = crate::error::try_filled("the sums by cluster", n.saturating_mul(k), 0.0)?;
    for j in 0..n {
        monitor.check()?;
        for (o, (&x, totals)) in instance.row(j).iter().zip(totals.chunks_exact_mut(k)).enumerate() {
            if o != j {
                totals[labels[j]] += x.to_f64();
            }
        }
    }
    let widths = totals.chunks_exact(k).zip(labels).map(|(totals, &own)| {
        if sizes[own] == 1 {
            return 0.0;
        }
        let a = totals[own] / (sizes[own] - 1) as f64;
        let others = (0..k).filter(|&cluster| cluster != own && sizes[cluster] > 0);
        let b = others
            .map(|cluster| totals[cluster] / sizes[cluster] as f64)
            .fold(f64::INFINITY, f64::min);
        let width = (b - a) / a.max(b);
        if width.is_nan() { 0.0 } else { width }
    });
    Ok(widths.collect())
}

/// The average medoid silhouette of `medoids`.
pub fn medoid_silhouette<T: Element>(instance: &Instance<'_, T>, medoids: &[usize]) -> Result<f64, Error> {
    let medoids = instance.checked_medoids(medoids)?;
    let three = super::three::Three::assign(instance, medoids, porism_runtime::Isa::detect());
    Ok(three.silhouette())
}
