//! Steiner point removal: every vertex joins a terminal, connectedly, and what joined one terminal is contracted to it.

use std::sync::Mutex;

use porism_runtime::{Interrupted, Monitor, Pool};

use super::check::{check_length, check_vertices};
use super::distances::{Spare, lock};
use super::search::{NONE, Search};
use super::shortcut::Members;
use super::{Cut, buffered_cop, clusters};
use crate::{Csr, Error};

/// The graph of terminals that contracting the classes leaves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Minor {
    /// Pairs of classes with an edge between them, the smaller one first, rising.
    pub edges: Vec<(u32, u32)>,
    /// The distances of their terminals in the graph.
    pub lengths: Vec<f64>,
}

/// Distance of every vertex to its nearest terminal.
fn nearness(graph: &Csr, terminals: &[u32], monitor: &Monitor) -> Result<Search, Error> {
    check_vertices("terminals", terminals, graph.n_rows())?;
    let mut search = Search::new(graph.n_rows());
    search.begin();
    for &terminal in terminals {
        search.seed(terminal, 0.0, NONE);
    }
    search.run(graph, f64::INFINITY, monitor, |_, _| true, |_, _, _| false)?;
    if search.settled().len() < graph.n_rows() {
        let got = format!(
            "none within reach of {} vertices",
            graph.n_rows() - search.settled().len()
        );
        return Err(Error::parameter("terminals", "one or more in every component", got));
    }
    Ok(search)
}

/// Classes driven by shortcut partitions, one scale of distances after the other: the framework of Filtser's scattering partitions.
///
/// At scale s the vertices without class that are within s (1 + 4 tau) of a terminal are partitioned with `delta = tau s`. Clusters that hold a vertex
/// within s of a terminal join, in rounds from where classes are, the class of an adjacent vertex over which a terminal is within s: of the one
/// nearest to a terminal, then of the lowest number. (Whatever the edge's length would not do: a vertex that is near one terminal would go over a
/// long edge to another.) No round is idle: the way from such a vertex to its terminal runs through vertices within s, which are in such clusters
/// or have their class. No more is partitioned, because a cluster that holds a vertex within s reaches no farther than 4 `delta` beyond.
///
/// # Errors
/// `InvalidParameter` for a bad terminal, a component without one, `r`, `tau` or `ratio`; `Interrupted`.
pub fn shortcut_classes(
    graph: &Csr,
    terminals: &[u32],
    r: u32,
    tau: f64,
    ratio: f64,
    monitor: &Monitor,
) -> Result<Vec<u32>, Error> {
    if !(tau > 0.0 && tau < f64::INFINITY) {
        return Err(Error::parameter("tau", "a positive finite number", tau));
    }
    if !(ratio > 1.0 && ratio < f64::INFINITY) {
        return Err(Error::parameter("scale", "a finite number above 1", ratio));
    }
    let n = graph.n_rows();
    let near = nearness(graph, terminals, monitor)?;
    let mut classes = vec![NONE; n];
    for (class, &terminal) in terminals.iter().enumerate() {
        classes[terminal as usize] = class as u32;
    }
    let mut scale = graph.data().iter().copied().fold(f64::INFINITY, f64::min);
    let mut waiting: Vec<u32> = near.settled().to_vec();
    let mut inside = vec![false; n];
    loop {
        waiting.retain(|&vertex| classes[vertex as usize] == NONE);
        let Some(&first) = waiting.first() else {
            return Ok(classes);
        }; // the nearest to a terminal
        monitor.report((n - waiting.len()) as u64, n as u64, 0.0);
        while scale < near.distance(first) {
            scale *= ratio;
        }
        let delta = (tau * scale).min(f64::MAX / 8.0); // more than any distance, and finite
        let farthest = scale + 4.0 * delta;
        inside.fill(false);
        for &vertex in waiting.iter().take_while(|&&vertex| near.distance(vertex) <= farthest) {
            inside[vertex as usize] = true;
        }
        let cop = buffered_cop(graph, delta, r, Some(&inside), monitor)?;
        let (parts, _) = clusters(graph, &cop, Cut::Within(delta), monitor)?;
        let mut due = vec![false; parts.centers.len()];
        for &vertex in waiting.iter().take_while(|&&vertex| near.distance(vertex) <= scale) {
            due[parts.labels[vertex as usize] as usize] = true;
        }
        join(graph, &parts.labels, &mut due, scale, &near, &mut classes, monitor)?;
    }
}

/// Give the clusters that are `due` a class, in rounds, along edges over which a terminal is within `scale`.
fn join(
    graph: &Csr,
    labels: &[u32],
    due: &mut [bool],
    scale: f64,
    near: &Search,
    classes: &mut [u32],
    monitor: &Monitor,
) -> Result<(), Interrupted> {
    let members = Members::new(labels);
    let mut offers = vec![(f64::INFINITY, NONE); due.len()];
    let mut round = Vec::new();
    for cluster in (0..due.len()).filter(|&cluster| due[cluster]) {
        for &vertex in members.of(cluster) {
            let (neighbours, lengths) = graph.row(vertex as usize);
            for (&neighbour, &length) in neighbours.iter().zip(lengths) {
                if classes[neighbour as usize] != NONE && near.distance(neighbour) + length <= scale {
                    offer(&mut offers, &mut round, cluster, near, neighbour);
                }
            }
        }
    }
    while !round.is_empty() {
        monitor.check()?;
        // All of a round choose among those that had a class before it.
        for &cluster in &round {
            due[cluster] = false;
            for &vertex in members.of(cluster) {
                classes[vertex as usize] = classes[offers[cluster].1 as usize];
            }
        }
        let mut next = Vec::new();
        for &cluster in &round {
            for &vertex in members.of(cluster) {
                let (neighbours, lengths) = graph.row(vertex as usize);
                for (&neighbour, &length) in neighbours.iter().zip(lengths) {
                    let label = labels[neighbour as usize];
                    if label != NONE && due[label as usize] && near.distance(vertex) + length <= scale {
                        offer(&mut offers, &mut next, label as usize, near, vertex);
                    }
                }
            }
        }
        round = next;
    }
    Ok(())
}

/// Tell `cluster` of its neighbour `vertex`, which has a class.
fn offer(offers: &mut [(f64, u32)], round: &mut Vec<usize>, cluster: usize, near: &Search, vertex: u32) {
    if offers[cluster].1 == NONE {
        round.push(cluster);
    }
    let offered = (near.distance(vertex), vertex);
    if offered < offers[cluster] {
        offers[cluster] = offered;
    }
}

/// The noisy Voronoi algorithm: terminal after terminal claims, by Dijkstra's algorithm among what is not yet claimed, each vertex that it is within
/// `factors` times the distance to its nearest terminal of, and goes on from those only.
///
/// # Errors
/// `InvalidParameter` for a bad terminal, a component without one, or factors below 1; `Interrupted`.
pub fn noisy_classes(graph: &Csr, terminals: &[u32], factors: &[f64], monitor: &Monitor) -> Result<Vec<u32>, Error> {
    check_length("factors", factors.len(), terminals.len())?;
    if let Some(factor) = factors.iter().find(|&&factor| !(1.0..f64::INFINITY).contains(&factor)) {
        return Err(Error::parameter("factors", "finite numbers of 1 or more", factor));
    }
    let near = nearness(graph, terminals, monitor)?;
    let mut classes = vec![NONE; graph.n_rows()];
    for (class, &terminal) in terminals.iter().enumerate() {
        classes[terminal as usize] = class as u32;
    }
    let mut search = Search::new(graph.n_rows());
    for (class, (&terminal, &factor)) in terminals.iter().zip(factors).enumerate() {
        monitor.check()?;
        search.begin();
        search.seed(terminal, 0.0, NONE);
        // A vertex that is too far is not walked on to, which is to deny it and everything behind it.
        let slack = factor * (1.0 + 1e-12);
        let claimed = &classes;
        search.run_within(graph, monitor, |_, w, there| {
            claimed[w as usize] == NONE && there <= slack * near.distance(w)
        })?;
        for &vertex in &search.settled()[1..] {
            classes[vertex as usize] = class as u32;
        }
    }
    // Nothing is left but for rounding: whoever is goes with the vertex before it on the way to its nearest terminal.
    for &vertex in near.settled() {
        if classes[vertex as usize] == NONE {
            classes[vertex as usize] = classes[near.from(vertex) as usize];
        }
    }
    Ok(classes)
}

/// Contract every class to its terminal; lengths of what is left are distances in the graph.
///
/// # Errors
/// `InvalidParameter` for bad classes or terminals; `Interrupted`.
pub fn contract(
    graph: &Csr,
    classes: &[u32],
    terminals: &[u32],
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Minor, Error> {
    check_length("classes", classes.len(), graph.n_rows())?;
    check_vertices("terminals", terminals, graph.n_rows())?;
    check_vertices("classes", classes, terminals.len())?;
    let mut edges = Vec::new();
    for (vertex, &class) in classes.iter().enumerate() {
        for &neighbour in graph.neighbours(vertex) {
            let other = classes[neighbour as usize];
            if class < other && edges.last() != Some(&(class, other)) {
                edges.push((class, other));
            }
        }
    }
    edges.sort_unstable();
    edges.dedup();
    let spare = Spare::new(graph.n_rows());
    let failed: Mutex<Result<(), Interrupted>> = Mutex::new(Ok(()));
    let mut lengths = vec![f64::INFINITY; edges.len()];
    let mut parts = Vec::new();
    let mut rest = lengths.as_mut_slice();
    for group in edges.chunk_by(|a, b| a.0 == b.0) {
        let (part, others) = rest.split_at_mut(group.len());
        parts.push((group, part));
        rest = others;
    }
    pool.for_each_of(parts, |(group, lengths)| {
        let mut wanted: Vec<u32> = group.iter().map(|&(_, other)| terminals[other as usize]).collect();
        wanted.sort_unstable();
        let mut left = wanted.len();
        let mut search = spare.take();
        search.begin();
        search.seed(terminals[group[0].0 as usize], 0.0, NONE);
        let done = monitor.check().and_then(|()| {
            search.run(
                graph,
                f64::INFINITY,
                monitor,
                |_, _| true,
                |vertex, _, _| {
                    left -= usize::from(wanted.binary_search(&vertex).is_ok());
                    left == 0
                },
            )
        });
        for (length, &(_, other)) in lengths.iter_mut().zip(group) {
            *length = search.distance(terminals[other as usize]);
        }
        spare.give(search);
        if let Err(interrupted) = done {
            *lock(&failed) = Err(interrupted);
        }
    });
    let outcome = *lock(&failed);
    outcome?;
    Ok(Minor { edges, lengths })
}
