//! What every function here relies on.

use crate::{Csr, Error};

/// Whether the values of `graph` are lengths: a square matrix, each value positive and finite.
///
/// Symmetry is the caller's business: without it results mean nothing, but nothing breaks.
///
/// # Errors
/// `InvalidParameter` otherwise, and from 2^32 - 2 vertices on.
pub fn check_lengths(graph: &Csr) -> Result<(), Error> {
    let n = graph.n_rows();
    if n != graph.n_columns() {
        let got = format!("{n} rows and {} columns", graph.n_columns());
        return Err(Error::parameter("graph", "a square matrix", got));
    }
    if n >= (u32::MAX - 1) as usize {
        return Err(Error::parameter("graph", "a graph of fewer than 2^32 - 2 vertices", n));
    }
    match graph
        .data()
        .iter()
        .find(|&&length| !(length > 0.0 && length < f64::INFINITY))
    {
        Some(length) => Err(Error::parameter("graph", "a graph of positive finite lengths", length)),
        None => Ok(()),
    }
}

/// Whether `delta` can bound a distance.
///
/// # Errors
/// `InvalidParameter` if it is not positive and finite.
pub(super) fn check_delta(delta: f64) -> Result<(), Error> {
    if delta > 0.0 && delta < f64::INFINITY {
        return Ok(());
    }
    Err(Error::parameter("delta", "a positive finite number", delta))
}

/// Whether `vertices` are vertices of a graph of `n`.
///
/// # Errors
/// `InvalidParameter` for one that is not.
pub(super) fn check_vertices(name: &'static str, vertices: &[u32], n: usize) -> Result<(), Error> {
    match vertices.iter().find(|&&vertex| vertex as usize >= n) {
        Some(vertex) => Err(Error::parameter(name, format!("vertices below {n}"), vertex)),
        None => Ok(()),
    }
}

/// Whether there is one element for each of `n` vertices.
///
/// # Errors
/// `InvalidParameter` if there is not.
pub(super) fn check_length(name: &'static str, length: usize, n: usize) -> Result<(), Error> {
    if length == n {
        return Ok(());
    }
    Err(Error::parameter(name, format!("{n} elements"), length))
}
