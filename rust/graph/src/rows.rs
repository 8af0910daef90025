//! Work on many rows that know nothing of each other, and the sparse matrix that comes of it.

use std::sync::atomic::{AtomicU64, Ordering};

use porism_runtime::{Monitor, Pool};
use rayon::prelude::*;

use crate::{Csr, Error};

/// The entries of a row, columns rising.
pub(crate) type Row = (Vec<u32>, Vec<f64>);

/// `work` on each of `n` rows, with what `init` makes for a thread; in order.
pub(crate) fn for_rows<W, T: Send>(
    n: usize,
    pool: &Pool,
    monitor: &Monitor,
    init: impl Fn() -> W + Sync + Send,
    work: impl Fn(&mut W, usize) -> Result<T, Error> + Sync + Send,
) -> Result<Vec<T>, Error> {
    let finished = AtomicU64::new(0);
    let one = |workspace: &mut W, row: usize| {
        monitor.check()?;
        let made = work(workspace, row);
        monitor.report(finished.fetch_add(1, Ordering::Relaxed) + 1, n as u64, 0.0);
        made
    };
    if pool.is_parallel() {
        let least = (n / (8 * pool.n_threads())).max(1); // a workspace is as long as the graph has vertices
        pool.run(|| (0..n).into_par_iter().with_min_len(least).map_init(init, one).collect())
    } else {
        let mut workspace = init();
        (0..n).map(|row| one(&mut workspace, row)).collect()
    }
}

/// The matrix of those rows.
pub(crate) fn stacked(n_columns: usize, rows: Vec<Row>) -> Result<Csr, Error> {
    let total: usize = rows.iter().map(|row| row.0.len()).sum();
    let small = |_| Error::TooLarge {
        what: "a sparse matrix",
        bytes: 12 * total as u128,
    };
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    indptr.reserve_exact(rows.len());
    indices.try_reserve_exact(total).map_err(small)?;
    data.try_reserve_exact(total).map_err(small)?;
    for (columns, values) in rows {
        indices.extend(columns);
        data.extend(values);
        indptr.push(indices.len());
    }
    Csr::new(n_columns, indptr, indices, data)
}
