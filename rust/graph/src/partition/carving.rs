//! Partitions that are made ball by ball, or by Voronoi cells: what a shortcut partition is compared to.

use porism_runtime::Monitor;

use super::check::{check_delta, check_length, check_vertices};
use super::clusters::Clusters;
use super::search::{NONE, Search};
use super::strong_radii;
use crate::{Csr, Error};

/// In the given order, each vertex that is not yet claimed claims everything within `delta` of it in what is not yet claimed.
///
/// # Errors
/// `InvalidParameter` for a bad `delta` or vertex; `Interrupted`.
pub fn ball_carving(graph: &Csr, delta: f64, order: &[u32], monitor: &Monitor) -> Result<Clusters, Error> {
    check_delta(delta)?;
    check_vertices("order", order, graph.n_rows())?;
    let mut made = Clusters {
        labels: vec![NONE; graph.n_rows()],
        ..Clusters::default()
    };
    let mut search = Search::new(graph.n_rows());
    for &center in order {
        if made.labels[center as usize] == NONE {
            monitor.check()?;
            let labels = &made.labels;
            search.begin();
            search.seed(center, 0.0, NONE);
            search.run(
                graph,
                delta,
                monitor,
                |_, w| labels[w as usize] == NONE,
                |_, _, _| false,
            )?;
            let mut radius = 0.0_f64;
            for &vertex in search.settled() {
                made.labels[vertex as usize] = made.centers.len() as u32;
                radius = radius.max(search.distance(vertex));
            }
            made.centers.push(center);
            made.radii.push(radius);
        }
    }
    Ok(made)
}

/// Vertices farther than `delta` from one another, in the given order as many as can be: each vertex of the order is within `delta` of one.
///
/// # Errors
/// `InvalidParameter` for a bad `delta` or vertex; `Interrupted`.
pub fn greedy_net(graph: &Csr, delta: f64, order: &[u32], monitor: &Monitor) -> Result<Vec<u32>, Error> {
    check_delta(delta)?;
    check_vertices("order", order, graph.n_rows())?;
    let mut covered = vec![false; graph.n_rows()];
    let mut net = Vec::new();
    let mut search = Search::new(graph.n_rows());
    for &point in order {
        if !covered[point as usize] {
            monitor.check()?;
            net.push(point);
            search.begin();
            search.seed(point, 0.0, NONE);
            search.run(
                graph,
                delta,
                monitor,
                |_, _| true,
                |vertex, _, _| {
                    covered[vertex as usize] = true;
                    false
                },
            )?;
        }
    }
    Ok(net)
}

/// Each vertex with the source that has the least offset plus distance; sources that lose themselves to others are dropped. Parts are
/// connected. Vertices that no source reaches have no label. Of equal sources, the one whose way is found first.
///
/// # Errors
/// `InvalidParameter` for a bad source or an offset that is negative, infinite or NaN; `Interrupted`.
pub fn nearest(graph: &Csr, sources: &[u32], offsets: &[f64], monitor: &Monitor) -> Result<Clusters, Error> {
    check_vertices("sources", sources, graph.n_rows())?;
    check_length("offsets", offsets.len(), sources.len())?;
    if let Some(offset) = offsets.iter().find(|&&offset| !(0.0..f64::INFINITY).contains(&offset)) {
        return Err(Error::parameter("offsets", "nonnegative finite numbers", offset));
    }
    let mut search = Search::new(graph.n_rows());
    search.begin();
    for (&source, &offset) in sources.iter().zip(offsets) {
        search.seed(source, offset, NONE);
    }
    search.run(graph, f64::INFINITY, monitor, |_, _| true, |_, _, _| false)?;
    let mut labels = vec![NONE; graph.n_rows()];
    let mut centers = Vec::new();
    for &vertex in search.settled() {
        let from = search.from(vertex);
        if from == NONE {
            labels[vertex as usize] = centers.len() as u32;
            centers.push(vertex);
        } else {
            labels[vertex as usize] = labels[from as usize];
        }
    }
    let radii = strong_radii(graph, &labels, &centers, monitor)?;
    Ok(Clusters { labels, centers, radii })
}
