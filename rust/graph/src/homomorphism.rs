//! Counting homomorphisms of a small graph into a sparse one, exactly, for every image of one vertex.
//!
//! A homomorphism maps vertices to vertices of the same colour and edges to edges of the same label. With the image of a root fixed, the rest falls apart at cut vertices, so that a
//! pattern is a tree of blocks: what hangs at a vertex is a vector of counts by its image, and a bridge is one pass over the edges. In a block of more than two vertices
//! the root runs over the graph, and the others are eliminated one after the other along a tree decomposition: eliminating x makes a table over the (at most treewidth many) neighbours that it then
//! has, in which only entries above 0 are stored. Most steps make a vector over the neighbourhood of the neighbourhood; the others are joins, which run through the assignments that every edge, table and
//! vector allows, shortest list first. A table is consumed by one step, and sorted for it.
//!
//! Fixing the root takes one vertex from every bag if it is in all that are largest: `O(n^(t+1))` for treewidth t then, and far less in sparse graphs, without a table that is larger than a
//! neighbourhood. Where no such root exists, tables are made once for the whole graph, which is the textbook's algorithm (Diaz, Serna and Thilikos 2002).
//!
//! Counts are exact: the caller chooses an [`Arithmetic`] that is wide enough (no value exceeds the largest degree to the power of the number of other vertices), or primes for Chinese remainders.

use porism_runtime::{Monitor, Pool};

use crate::pattern::{ANY, Small, treewidth};
use crate::{Csr, Error};

/// The widest table, in columns.
const COLUMNS: usize = 6;

/// Roots that one task takes.
const CHUNK: usize = 64;

/// Integers in which homomorphisms are counted.
pub trait Arithmetic: Sync {
    /// A count.
    type T: Copy + Default + PartialEq + Send + Sync;
    /// The count 1.
    fn one(&self) -> Self::T;
    /// A small number as a count.
    fn of(&self, x: usize) -> Self::T;
    /// a + b
    fn add(&self, a: Self::T, b: Self::T) -> Self::T;
    /// a b
    fn mul(&self, a: Self::T, b: Self::T) -> Self::T;
}

/// Counts below 2^64. The caller knows that they are.
pub struct Narrow;

impl Arithmetic for Narrow {
    type T = u64;
    fn one(&self) -> u64 {
        1
    }
    fn of(&self, x: usize) -> u64 {
        x as u64
    }
    #[inline]
    fn add(&self, a: u64, b: u64) -> u64 {
        a.wrapping_add(b)
    }
    #[inline]
    fn mul(&self, a: u64, b: u64) -> u64 {
        a.wrapping_mul(b)
    }
}

/// Counts below 2^128. The caller knows that they are.
pub struct Wide;

impl Arithmetic for Wide {
    type T = u128;
    fn one(&self) -> u128 {
        1
    }
    fn of(&self, x: usize) -> u128 {
        x as u128
    }
    #[inline]
    fn add(&self, a: u128, b: u128) -> u128 {
        a.wrapping_add(b)
    }
    #[inline]
    fn mul(&self, a: u128, b: u128) -> u128 {
        a.wrapping_mul(b)
    }
}

/// Counts modulo a number from 2 to 2^62.
pub struct Modulo(u64);

impl Modulo {
    /// Counts modulo `modulus`.
    ///
    /// # Errors
    /// `InvalidParameter` outside of 2..=2^62.
    pub fn new(modulus: u64) -> Result<Self, Error> {
        if (2..=1 << 62).contains(&modulus) {
            Ok(Self(modulus))
        } else {
            Err(Error::parameter("modulus", "in 2..=2^62", modulus))
        }
    }
}

impl Arithmetic for Modulo {
    type T = u64;
    fn one(&self) -> u64 {
        1
    }
    fn of(&self, x: usize) -> u64 {
        x as u64 % self.0
    }
    #[inline]
    fn add(&self, a: u64, b: u64) -> u64 {
        let sum = a + b;
        if sum >= self.0 { sum - self.0 } else { sum }
    }
    #[inline]
    fn mul(&self, a: u64, b: u64) -> u64 {
        (u128::from(a) * u128::from(b) % u128::from(self.0)) as u64
    }
}

/// Neighbours by an edge label, sorted.
struct Lists {
    indptr: Vec<usize>,
    indices: Vec<u32>,
}

impl Lists {
    #[inline]
    fn of(&self, v: u32) -> &[u32] {
        &self.indices[self.indptr[v as usize]..self.indptr[v as usize + 1]]
    }
}

/// The graph that patterns are mapped into: simple and undirected, with a colour for each vertex and a label for each edge.
pub struct Target {
    colours: Vec<u32>,
    labels: u32,
    /// Those of any label, then those of each.
    lists: Vec<Lists>,
}

impl Target {
    /// Take a symmetric graph, whose entries are the edges' labels.
    ///
    /// # Errors
    /// `InvalidParameter` if it is not square, a label is not among 0, 1, … 65 535, or there are not as many colours as vertices.
    pub fn new(graph: &Csr, colours: Vec<u32>) -> Result<Self, Error> {
        let n = graph.n_rows();
        if graph.n_columns() != n {
            return Err(Error::parameter(
                "graph",
                "square",
                format!("{n} by {}", graph.n_columns()),
            ));
        }
        if colours.len() != n {
            return Err(Error::parameter(
                "colours",
                format!("{n}, one for each vertex"),
                colours.len(),
            ));
        }
        let mut labels = 0;
        for &label in graph.data() {
            if !(0.0..65_536.0).contains(&label) || label.fract() != 0.0 {
                return Err(Error::parameter("labels", "among 0, 1, … 65535", label));
            }
            labels = labels.max(label as u32 + 1);
        }
        let sorted = |wanted: Option<u32>| {
            let mut made = Lists {
                indptr: vec![0],
                indices: Vec::new(),
            };
            for u in 0..n {
                let (columns, values) = graph.row(u);
                let start = made.indices.len();
                let fits = |label: f64| wanted.is_none_or(|wanted| label as u32 == wanted);
                made.indices
                    .extend(columns.iter().zip(values).filter(|&(_, &l)| fits(l)).map(|(&v, _)| v));
                made.indices[start..].sort_unstable();
                made.indptr.push(made.indices.len());
            }
            made
        };
        let mut lists = vec![sorted(None)];
        if labels > 1 {
            lists.extend((0..labels).map(|label| sorted(Some(label))));
        }
        Ok(Self { colours, labels, lists })
    }

    /// Number of vertices.
    pub fn n(&self) -> usize {
        self.colours.len()
    }

    /// The largest number of neighbours of a vertex.
    pub fn largest_degree(&self) -> usize {
        (0..self.n() as u32)
            .map(|v| self.lists[0].of(v).len())
            .max()
            .unwrap_or(0)
    }

    /// The colour of a vertex.
    pub fn colour(&self, v: u32) -> u32 {
        self.colours[v as usize]
    }

    /// The neighbours of a vertex along edges that a code of a pattern fits, sorted.
    pub fn neighbours(&self, v: u32, code: u32) -> &[u32] {
        self.along(code).map_or(&[], |lists| lists.of(v))
    }

    /// Whether there is an edge between two vertices.
    pub fn adjacent(&self, u: u32, v: u32) -> bool {
        self.lists[0].of(u).binary_search(&v).is_ok()
    }

    /// The neighbours along edges that a code of a pattern fits; None if there are none with that label.
    fn along(&self, code: u32) -> Option<&Lists> {
        if code == ANY || (self.labels == 1 && code == ANY + 1) {
            return self.lists.first();
        }
        self.lists.get((code - ANY) as usize).filter(|_| self.labels > 1)
    }
}

/// A vector of counts by vertex; None is 1 everywhere.
type Weights<T> = Option<Vec<T>>;

/// The number of homomorphisms of a connected pattern by the image of `root`.
///
/// The pattern's colours are those of the target; its codes are [`ANY`], or the label plus 2, and symmetric. `limit` bounds the bytes of a table.
///
/// # Errors
/// `InvalidParameter` for a pattern that is not connected or has no such root, or whose blocks are too large; `TooLarge` for a table above the limit; where somebody stopped the monitor.
pub fn rooted<A: Arithmetic>(
    pattern: &Small,
    root: usize,
    target: &Target,
    arithmetic: &A,
    limit: usize,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Vec<A::T>, Error> {
    let n = pattern.n();
    if root >= n {
        return Err(Error::parameter("root", format!("below {n}"), root));
    }
    let sets = pattern.neighbours();
    let all = everybody(n);
    if connected_to(&sets, root, all) != all {
        return Err(Error::parameter("pattern", "connected", "several components"));
    }
    for u in 0..n {
        for v in 0..n {
            if pattern.code(u, v) != pattern.code(v, u) || (u == v && pattern.code(u, v) != 0) {
                return Err(Error::parameter(
                    "pattern",
                    "symmetric and without loops",
                    "another matrix",
                ));
            }
        }
    }
    let count = Count {
        pattern,
        sets: &sets,
        target,
        arithmetic,
        limit,
        pool,
        monitor,
    };
    let found = count.vector(all, root)?;
    Ok(found.unwrap_or_else(|| vec![arithmetic.one(); target.n()]))
}

/// The root from which a connected pattern is counted fastest in a sparse graph, by exponents of the degree.
///
/// # Errors
/// Where somebody stopped the monitor.
pub fn best_root(pattern: &Small, monitor: &Monitor) -> Result<usize, Error> {
    let sets = pattern.neighbours();
    let n = pattern.n();
    let mut best = (usize::MAX, 0);
    for root in 0..n {
        let mut cost = 0;
        let all = everybody(n);
        for part in parts(&sets, all & !(1 << root)) {
            cost = cost.max(block_cost(&sets, part | 1 << root, root, monitor)?);
        }
        best = best.min((cost, root));
    }
    Ok(best.1)
}

/// The largest exponent of a block of the pattern, seen from `root`.
fn block_cost(sets: &[u32], set: u32, root: usize, monitor: &Monitor) -> Result<usize, Error> {
    let (block, hanging) = block_of(sets, set, root);
    let mut cost = 1;
    if block.count_ones() > 2 {
        let plan = Plan::new(sets, block, root, monitor)?;
        cost = plan.exponent + if plan.global { 100 } else { 0 };
    }
    for v in members(block) {
        for part in parts(sets, hanging[v]) {
            cost = cost.max(block_cost(sets, part | 1 << v, v, monitor)?);
        }
    }
    Ok(cost)
}

const fn everybody(n: usize) -> u32 {
    if n >= 32 { u32::MAX } else { (1 << n) - 1 }
}

fn members(set: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |v| set >> v & 1 == 1)
}

/// What is connected to `start` inside of `within`.
fn connected_to(sets: &[u32], start: usize, within: u32) -> u32 {
    let mut seen = 1_u32 << start;
    let mut front = seen;
    while front != 0 {
        let u = front.trailing_zeros() as usize;
        front &= front - 1;
        let fresh = sets[u] & within & !seen;
        seen |= fresh;
        front |= fresh;
    }
    seen & within | 1 << start
}

/// The connected components of a set of vertices.
fn parts(sets: &[u32], mut set: u32) -> Vec<u32> {
    let mut found = Vec::new();
    while set != 0 {
        let part = connected_to(sets, set.trailing_zeros() as usize, set);
        found.push(part);
        set &= !part;
    }
    found
}

/// The block of `root` in the graph on `set`, which has one only, and for each vertex what hangs at it: what it cuts from the root.
fn block_of(sets: &[u32], set: u32, root: usize) -> (u32, Vec<u32>) {
    let mut hanging = vec![0; sets.len()];
    let mut cut = 0;
    for v in members(set & !(1 << root)) {
        let rest = set & !(1 << v);
        hanging[v] = rest & !connected_to(sets, root, rest);
        cut |= hanging[v];
    }
    (set & !cut, hanging)
}

struct Count<'a, A: Arithmetic> {
    pattern: &'a Small,
    sets: &'a [u32],
    target: &'a Target,
    arithmetic: &'a A,
    limit: usize,
    pool: &'a Pool,
    monitor: &'a Monitor,
}

impl<A: Arithmetic> Count<'_, A> {
    /// Which vertices have the colour of pattern vertex v.
    fn indicator(&self, v: usize) -> Weights<A::T> {
        let colour = self.pattern.colours()[v];
        if self.target.colours.iter().all(|&other| other == colour) {
            return None;
        }
        let one = |&other: &u32| {
            if other == colour {
                self.arithmetic.one()
            } else {
                A::T::default()
            }
        };
        Some(self.target.colours.iter().map(one).collect())
    }

    /// Homomorphisms of the pattern's subgraph on `set`, which is connected, by the image of `root`.
    fn vector(&self, set: u32, root: usize) -> Result<Weights<A::T>, Error> {
        let mut total = self.indicator(root);
        for part in parts(self.sets, set & !(1 << root)) {
            let (block, hanging) = block_of(self.sets, part | 1 << root, root);
            let mut weights: Vec<Weights<A::T>> = vec![None; self.pattern.n()];
            for v in members(block & !(1 << root)) {
                weights[v] = self.vector(hanging[v] | 1 << v, v)?;
            }
            let found = if block.count_ones() == 2 {
                let v = (block & !(1 << root)).trailing_zeros() as usize;
                self.across(self.pattern.code(root, v), &weights[v])?
            } else {
                self.block(block, root, &weights)?
            };
            total = Some(match total {
                None => found,
                Some(mut total) => {
                    for (a, b) in total.iter_mut().zip(found) {
                        *a = self.arithmetic.mul(*a, b);
                    }
                    total
                }
            });
        }
        Ok(total)
    }

    /// For each vertex the sum of the weights of its neighbours along a code.
    fn across(&self, code: u32, weights: &Weights<A::T>) -> Result<Vec<A::T>, Error> {
        let n = self.target.n();
        let mut sums = vec![A::T::default(); n];
        let Some(lists) = self.target.along(code) else {
            return Ok(sums);
        };
        let parts: Vec<(usize, &mut [A::T])> = sums.chunks_mut(1 << 14).enumerate().collect();
        self.pool.for_each_of(parts, |(chunk, sums)| {
            if self.monitor.check().is_err() {
                return;
            }
            for (i, sum) in sums.iter_mut().enumerate() {
                let neighbours = lists.of(((chunk << 14) + i) as u32);
                *sum = match weights {
                    None => self.arithmetic.of(neighbours.len()),
                    Some(weights) => neighbours
                        .iter()
                        .fold(A::T::default(), |sum, &v| self.arithmetic.add(sum, weights[v as usize])),
                };
            }
        });
        self.monitor.check()?;
        Ok(sums)
    }

    /// Homomorphisms of a block of three vertices or more by the image of its root.
    fn block(&self, block: u32, root: usize, weights: &[Weights<A::T>]) -> Result<Vec<A::T>, Error> {
        let plan = Plan::new(self.sets, block, root, self.monitor)?;
        let n = self.target.n();
        if members(block)
            .any(|u| members(block & self.sets[u]).any(|v| self.target.along(self.pattern.code(u, v)).is_none()))
        {
            return Ok(vec![A::T::default(); n]); // a label that no edge has
        }
        if plan.global {
            let mut worker = Worker::new(self, &plan, weights);
            return worker.once(root);
        }
        let mut sums = vec![A::T::default(); n];
        let n_chunks = n.div_ceil(CHUNK);
        let failed = std::sync::Mutex::new(None);
        let next = std::sync::atomic::AtomicUsize::new(0);
        let done = std::sync::atomic::AtomicUsize::new(0);
        let results = std::sync::Mutex::new(&mut sums);
        self.pool.for_each(self.pool.n_threads(), |_| {
            let mut worker = Worker::new(self, &plan, weights);
            loop {
                let chunk = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if chunk >= n_chunks {
                    return;
                }
                let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(n);
                let mut found = [A::T::default(); CHUNK];
                for a in range.clone() {
                    match worker.fixed(root, a as u32) {
                        Ok(count) => found[a - range.start] = count,
                        Err(error) => {
                            next.store(n_chunks, std::sync::atomic::Ordering::Relaxed);
                            if let Ok(mut failed) = failed.lock() {
                                *failed = Some(error);
                            }
                            return;
                        }
                    }
                }
                if let Ok(mut sums) = results.lock() {
                    sums[range.clone()].copy_from_slice(&found[..range.len()]);
                }
                let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                self.monitor.report(done as u64, n_chunks as u64, 0.0);
            }
        });
        match failed.into_inner() {
            Ok(None) => Ok(sums),
            Ok(Some(error)) => Err(error),
            Err(_) => Err(Error::Interrupted(porism_runtime::Interrupted)),
        }
    }
}

/// The elimination of one vertex of a block.
struct Step {
    variable: usize,
    /// Those that it has as neighbours when it goes.
    left: Vec<usize>,
    /// The order of a join over `left` and `variable`; empty where a vector does.
    order: Vec<usize>,
    /// For each place in `order`, the earlier places that an edge leads to.
    edges: Vec<Vec<usize>>,
    /// Tables that are consumed: the step that made them, and the places in `order` of their columns, which rise.
    tables: Vec<(usize, Vec<usize>)>,
    /// The columns of the table that is made: places in `order`, as its consumer wants them; empty for a vector or a number.
    columns: Vec<usize>,
}

/// In which order the vertices of a block are eliminated, and how.
struct Plan {
    steps: Vec<Step>,
    /// Whether tables are made for the whole graph, not for each image of the root.
    global: bool,
    /// How many edges are followed one after another at most, seen from the root's image.
    exponent: usize,
}

impl Plan {
    fn new(sets: &[u32], block: u32, root: usize, monitor: &Monitor) -> Result<Self, Error> {
        let width = width_of(sets, block, None, monitor)?;
        let inner = width_of(sets, block & !(1 << root), None, monitor)?;
        let global = inner >= width;
        let (mut rest, width) = if global {
            (block, width)
        } else {
            (block & !(1 << root), inner)
        };
        let mut graph: Vec<u32> = (0..sets.len())
            .map(|v| if rest >> v & 1 == 1 { sets[v] & rest } else { 0 })
            .collect();
        // How far the values of a vertex are from the root's image, as far as is known when it goes.
        let mut distance: Vec<usize> = (0..sets.len())
            .map(|v| if !global && sets[root] >> v & 1 == 1 { 1 } else { 9 })
            .collect();
        let (mut steps, mut exponent) = (Vec::new(), 1);
        while rest != 0 {
            let mut candidates: Vec<(usize, usize, usize)> = members(rest)
                .filter(|&v| graph[v].count_ones() as usize <= width && (!global || v != root || rest == 1 << root))
                .map(|v| (graph[v].count_ones().max(1) as usize, distance[v], v))
                .collect();
            candidates.sort_unstable();
            let mut chosen = None;
            for &(_, _, v) in &candidates {
                let last = if global && v != root { Some(root) } else { None };
                if width_of(&without(&graph, v), rest & !(1 << v), last, monitor)? <= width {
                    chosen = Some(v);
                    break;
                }
            }
            let v = chosen.ok_or_else(|| Error::parameter("pattern", "of known treewidth", "another"))?;
            let left: Vec<usize> = members(graph[v]).collect();
            if left.len() > COLUMNS {
                return Err(Error::parameter(
                    "pattern",
                    format!("of treewidth at most {COLUMNS} without its root"),
                    left.len(),
                ));
            }
            let cost = match left.as_slice() {
                [] => distance[v],
                [y] => {
                    // along the edges from either end, whichever are fewer
                    let cost = (distance[v] + 1).min(distance[*y] + 1);
                    distance[*y] = distance[*y].min(distance[v] + 1);
                    cost
                }
                _ => {
                    let start = left.iter().chain([&v]).map(|&u| distance[u]).min().unwrap_or(9);
                    for &y in &left {
                        distance[y] = distance[y].min(start + 2);
                    }
                    start + left.len()
                }
            };
            exponent = exponent.max(cost);
            graph = without(&graph, v);
            rest &= !(1 << v);
            steps.push(Step {
                variable: v,
                left,
                order: Vec::new(),
                edges: Vec::new(),
                tables: Vec::new(),
                columns: Vec::new(),
            });
        }
        Self::lay_out(&mut steps, sets, root, global);
        Ok(Self {
            steps,
            global,
            exponent,
        })
    }

    /// Decide which steps are joins, in which order they run, and which step consumes which table.
    fn lay_out(steps: &mut [Step], sets: &[u32], root: usize, global: bool) {
        let place_of: Vec<usize> = {
            let mut places = vec![usize::MAX; sets.len()];
            for (i, step) in steps.iter().enumerate() {
                places[step.variable] = i;
            }
            places
        };
        let consumer: Vec<Option<usize>> = steps
            .iter()
            .map(|step| {
                (step.left.len() > 1)
                    .then(|| step.left.iter().map(|&y| place_of[y]).min())
                    .flatten()
            })
            .collect();
        for i in 0..steps.len() {
            let consumed: Vec<usize> = (0..i).filter(|&j| consumer[j] == Some(i)).collect();
            if steps[i].left.len() < 2 && consumed.is_empty() {
                continue;
            }
            let x = steps[i].variable;
            let mut waiting: Vec<usize> = steps[i].left.clone();
            waiting.push(x);
            let near = |v: usize| !global && sets[root] >> v & 1 == 1;
            let linked = |u: usize, v: usize| {
                sets[u] >> v & 1 == 1
                    || consumed
                        .iter()
                        .any(|&j| steps[j].left.contains(&u) && steps[j].left.contains(&v))
            };
            let mut order: Vec<usize> = Vec::new();
            while !waiting.is_empty() {
                let score = |v: usize| (order.iter().filter(|&&u| linked(u, v)).count(), near(v), v != x);
                let best = (0..waiting.len()).max_by_key(|&w| score(waiting[w])).unwrap_or(0);
                order.push(waiting.remove(best));
            }
            let place = |v: usize| order.iter().position(|&u| u == v).unwrap_or(0);
            let edges = (0..order.len())
                .map(|p| (0..p).filter(|&q| sets[order[p]] >> order[q] & 1 == 1).collect())
                .collect();
            let tables: Vec<(usize, Vec<usize>)> = consumed
                .iter()
                .map(|&j| {
                    let mut places: Vec<usize> = steps[j].left.iter().map(|&v| place(v)).collect();
                    places.sort_unstable();
                    (j, places)
                })
                .collect();
            for (j, places) in &tables {
                let wanted: Vec<usize> = places.iter().map(|&p| order[p]).collect();
                let made = &mut steps[*j];
                made.columns = wanted
                    .iter()
                    .map(|v| made.order.iter().position(|u| u == v).unwrap_or(0))
                    .collect();
            }
            let step = &mut steps[i];
            (step.order, step.edges, step.tables) = (order, edges, tables);
            if step.left.len() == 1 {
                step.columns = vec![step.order.iter().position(|&v| v == step.left[0]).unwrap_or(0)];
            }
        }
    }
}

/// The graph after v is eliminated: its neighbours are joined.
fn without(graph: &[u32], v: usize) -> Vec<u32> {
    let mut next = graph.to_vec();
    next[v] = 0;
    for y in members(graph[v]) {
        next[y] = (graph[y] | graph[v]) & !(1 << v) & !(1 << y);
    }
    next
}

/// The treewidth of the subgraph on a set.
fn width_of(sets: &[u32], set: u32, last: Option<usize>, monitor: &Monitor) -> Result<usize, Error> {
    let vertices: Vec<usize> = members(set).collect();
    let small: Vec<u32> = vertices
        .iter()
        .map(|&u| {
            let bits = vertices.iter().enumerate();
            bits.map(|(j, &v)| (sets[u] >> v & 1) << j).fold(0, |a, b| a | b)
        })
        .collect();
    let last = last.and_then(|last| vertices.iter().position(|&v| v == last));
    Ok(treewidth(&small, last, monitor)?.0)
}

type Key = [u32; COLUMNS];

/// Counts above 0 by the images of some vertices, sorted.
type Table<T> = Vec<(Key, T)>;

/// What one thread needs to count a block.
struct Worker<'a, A: Arithmetic> {
    count: &'a Count<'a, A>,
    plan: &'a Plan,
    weights: &'a [Weights<A::T>],
    /// For each pattern vertex the vertices that it may be mapped to, where those are known, and how many ways each stands for; 0 elsewhere.
    support: Vec<Option<Vec<u32>>>,
    value: Vec<Vec<A::T>>,
    sums: Vec<A::T>,
    tables: Vec<Table<A::T>>,
    steps: u32,
}

impl<'a, A: Arithmetic> Worker<'a, A> {
    fn new(count: &'a Count<'a, A>, plan: &'a Plan, weights: &'a [Weights<A::T>]) -> Self {
        let n = count.target.n();
        let used = |v: usize| plan.steps.iter().any(|step| step.variable == v);
        Self {
            count,
            plan,
            weights,
            support: vec![None; count.pattern.n()],
            value: (0..count.pattern.n())
                .map(|v| vec![A::T::default(); if used(v) { n } else { 0 }])
                .collect(),
            sums: vec![A::T::default(); n],
            tables: plan.steps.iter().map(|_| Vec::new()).collect(),
            steps: 0,
        }
    }

    fn weight(&self, v: usize, a: u32) -> A::T {
        self.weights[v]
            .as_ref()
            .map_or(self.count.arithmetic.one(), |weights| weights[a as usize])
    }

    fn lists(&self, u: usize, v: usize) -> &'a Lists {
        let target = self.count.target;
        target.along(self.count.pattern.code(u, v)).unwrap_or(&target.lists[0])
    }

    /// Now and then look whether somebody stopped the monitor.
    fn tick(&mut self) -> Result<(), Error> {
        self.steps = self.steps.wrapping_add(1);
        if self.steps & 0x3ff == 0 {
            self.count.monitor.check()?;
        }
        Ok(())
    }

    /// Homomorphisms that map the root to a.
    fn fixed(&mut self, root: usize, a: u32) -> Result<A::T, Error> {
        self.tick()?;
        let mut empty = false;
        for i in 0..self.plan.steps.len() {
            let v = self.plan.steps[i].variable;
            if self.count.sets[root] >> v & 1 == 0 {
                continue;
            }
            let mut support = Vec::new();
            for &b in self.lists(root, v).of(a) {
                let weight = self.weight(v, b);
                if weight != A::T::default() {
                    support.push(b);
                    self.value[v][b as usize] = weight;
                }
            }
            empty |= support.is_empty();
            self.support[v] = Some(support);
        }
        let mut total = if empty {
            A::T::default()
        } else {
            self.count.arithmetic.one()
        };
        for i in 0..self.plan.steps.len() {
            if total == A::T::default() {
                break;
            }
            if let Some(factor) = self.eliminate(i)? {
                total = self.count.arithmetic.mul(total, factor);
            }
        }
        for v in 0..self.support.len() {
            self.clear(v);
        }
        for table in &mut self.tables {
            table.clear();
        }
        Ok(total)
    }

    /// Homomorphisms of the block by the image of the root, which is eliminated last.
    fn once(&mut self, root: usize) -> Result<Vec<A::T>, Error> {
        let n = self.count.target.n();
        let last = self.plan.steps.len() - 1;
        for i in 0..last {
            self.eliminate(i)?;
            self.count.monitor.report(i as u64 + 1, last as u64, 0.0);
        }
        debug_assert_eq!(self.plan.steps[last].variable, root);
        // A block is connected, so that something has reached the root.
        Ok(match &self.support[root] {
            Some(_) => std::mem::take(&mut self.value[root]),
            None => vec![A::T::default(); n],
        })
    }

    fn clear(&mut self, v: usize) {
        if let Some(support) = self.support[v].take() {
            for a in support {
                self.value[v][a as usize] = A::T::default();
            }
        }
    }

    /// Eliminate a vertex; the number of ways to map it where it has no neighbours left.
    fn eliminate(&mut self, i: usize) -> Result<Option<A::T>, Error> {
        let plan = self.plan;
        let step = &plan.steps[i];
        if !step.order.is_empty() {
            self.join(i)?;
            self.clear(step.variable);
            return Ok(None);
        }
        let x = step.variable;
        let Some(&y) = step.left.first() else {
            let arithmetic = self.count.arithmetic;
            let sum = match &self.support[x] {
                Some(support) => support.iter().fold(A::T::default(), |sum, &a| {
                    arithmetic.add(sum, self.value[x][a as usize])
                }),
                None => (0..self.count.target.n() as u32)
                    .fold(A::T::default(), |sum, a| arithmetic.add(sum, self.weight(x, a))),
            };
            return Ok(Some(sum));
        };
        self.pass(x, y)?;
        self.clear(x);
        Ok(None)
    }

    /// Multiply the counts of y by the sums of those of x over the edges between them.
    fn pass(&mut self, x: usize, y: usize) -> Result<(), Error> {
        if self.support[x].is_none() {
            self.everywhere(x);
        }
        let arithmetic = self.count.arithmetic;
        let lists = self.lists(x, y);
        let Some(from) = self.support[x].take() else {
            return Ok(());
        };
        let degrees = |support: &[u32]| support.iter().map(|&a| lists.of(a).len()).sum::<usize>();
        let mut reached = match self.support[y].take() {
            Some(to) => {
                if degrees(&to) <= degrees(&from) {
                    for &b in &to {
                        let values = &self.value[x];
                        let sum = lists
                            .of(b)
                            .iter()
                            .fold(A::T::default(), |sum, &a| arithmetic.add(sum, values[a as usize]));
                        let there = &mut self.value[y][b as usize];
                        *there = arithmetic.mul(*there, sum);
                        self.steps = self.steps.wrapping_add(1);
                        if self.steps & 0x3ff == 0 {
                            self.count.monitor.check()?;
                        }
                    }
                } else {
                    self.push(&from, x, lists, None)?;
                    for &b in &to {
                        let sum = std::mem::take(&mut self.sums[b as usize]);
                        let there = &mut self.value[y][b as usize];
                        *there = arithmetic.mul(*there, sum);
                    }
                    for &a in &from {
                        for &b in lists.of(a) {
                            self.sums[b as usize] = A::T::default();
                        }
                    }
                }
                to
            }
            None => {
                let mut touched = Vec::new();
                self.push(&from, x, lists, Some(&mut touched))?;
                for &b in &touched {
                    let sum = std::mem::take(&mut self.sums[b as usize]);
                    if sum != A::T::default() {
                        self.value[y][b as usize] = arithmetic.mul(sum, self.weight(y, b));
                    }
                }
                touched
            }
        };
        // A sum may have been 0 on the way, and its vertex touched twice.
        reached.retain(|&b| self.value[y][b as usize] != A::T::default());
        self.support[x] = Some(from);
        self.support[y] = Some(reached);
        Ok(())
    }

    fn push(&mut self, from: &[u32], x: usize, lists: &Lists, mut touched: Option<&mut Vec<u32>>) -> Result<(), Error> {
        let arithmetic = self.count.arithmetic;
        for &a in from {
            let value = self.value[x][a as usize];
            for &b in lists.of(a) {
                let sum = &mut self.sums[b as usize];
                if let Some(touched) = touched.as_mut()
                    && *sum == A::T::default()
                {
                    touched.push(b);
                }
                *sum = arithmetic.add(*sum, value);
            }
            self.tick()?;
        }
        Ok(())
    }

    /// Let v be mapped to any vertex.
    fn everywhere(&mut self, v: usize) {
        let mut support = Vec::new();
        for a in 0..self.count.target.n() as u32 {
            let weight = self.weight(v, a);
            if weight != A::T::default() {
                support.push(a);
                self.value[v][a as usize] = weight;
            }
        }
        self.support[v] = Some(support);
    }

    /// Eliminate a vertex by a join over it and its neighbours.
    fn join(&mut self, i: usize) -> Result<(), Error> {
        let plan = self.plan;
        let step = &plan.steps[i];
        let inputs: Vec<Table<A::T>> = step
            .tables
            .iter()
            .map(|&(j, _)| std::mem::take(&mut self.tables[j]))
            .collect();
        let mut made = Vec::new();
        let ranges = inputs.iter().map(|table| (0, table.len())).collect();
        let mut join = Join {
            inputs: &inputs,
            image: [0; 32],
            made: &mut made,
        };
        self.extend(step, 0, ranges, &mut join)?;
        made.sort_unstable_by_key(|&(key, _)| key);
        let arithmetic = self.count.arithmetic;
        made.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 = arithmetic.add(kept.1, later.1);
            }
            same
        });
        made.retain(|&(_, count)| count != A::T::default());
        if let [y] = step.left[..] {
            let had = self.support[y].take();
            let mut support = Vec::with_capacity(made.len());
            for &(key, count) in &made {
                let b = key[0];
                let before = if had.is_some() {
                    self.value[y][b as usize]
                } else {
                    self.weight(y, b)
                };
                let product = arithmetic.mul(before, count);
                self.sums[b as usize] = product;
                support.push(b);
            }
            for b in had.into_iter().flatten() {
                self.value[y][b as usize] = A::T::default();
            }
            for &b in &support {
                self.value[y][b as usize] = std::mem::take(&mut self.sums[b as usize]);
            }
            support.retain(|&b| self.value[y][b as usize] != A::T::default());
            self.support[y] = Some(support);
        } else {
            self.tables[i] = made;
        }
        for (&(j, _), mut table) in step.tables.iter().zip(inputs) {
            table.clear();
            self.tables[j] = table;
        }
        Ok(())
    }

    /// Run through the images of the vertices from `depth` on that fit those chosen before. `ranges` are the rows of each input that still fit.
    fn extend(
        &mut self,
        step: &Step,
        depth: usize,
        ranges: Vec<(usize, usize)>,
        join: &mut Join<'_, A::T>,
    ) -> Result<(), Error> {
        let arithmetic = self.count.arithmetic;
        if depth == step.order.len() {
            let x = step.variable;
            let place = step.order.iter().position(|&v| v == x).unwrap_or(0);
            let a = join.image[place];
            let mut count = if self.support[x].is_some() {
                self.value[x][a as usize]
            } else {
                self.weight(x, a)
            };
            for (input, &(start, _)) in join.inputs.iter().zip(&ranges) {
                count = arithmetic.mul(count, input[start].1);
            }
            if count != A::T::default() {
                let mut key = [0; COLUMNS];
                for (slot, &column) in key.iter_mut().zip(&step.columns) {
                    *slot = join.image[column];
                }
                match join.made.last_mut() {
                    Some((last, sum)) if *last == key => *sum = arithmetic.add(*sum, count),
                    _ => {
                        if join.made.len() == join.made.capacity() {
                            self.make_room(join.made)?;
                        }
                        join.made.push((key, count));
                    }
                }
            }
            return Ok(());
        }
        self.tick()?;
        let v = step.order[depth];
        let plan_edges = &step.edges[depth];
        let mut lists: Vec<&[u32]> = Vec::with_capacity(plan_edges.len() + 1);
        for &q in plan_edges {
            lists.push(self.lists(step.order[q], v).of(join.image[q]));
        }
        let involved: Vec<(usize, usize)> = step
            .tables
            .iter()
            .enumerate()
            .filter_map(|(t, (_, places))| places.iter().position(|&p| p == depth).map(|column| (t, column)))
            .collect();
        let shortest = lists.iter().map(|list| list.len()).min();
        let rows = involved.iter().map(|&(t, _)| ranges[t].1 - ranges[t].0).min();
        let known = self.support[v].as_ref().map(Vec::len);
        let least = [shortest, rows, known].into_iter().flatten().min();
        let candidates: Vec<u32> = if least.is_some() && least == shortest {
            lists
                .iter()
                .min_by_key(|list| list.len())
                .map(|list| list.to_vec())
                .unwrap_or_default()
        } else if least.is_some() && least == known {
            self.support[v].clone().unwrap_or_default()
        } else if let Some(&(t, column)) = involved.iter().min_by_key(|&&(t, _)| ranges[t].1 - ranges[t].0) {
            let mut found: Vec<u32> = join.inputs[t][ranges[t].0..ranges[t].1]
                .iter()
                .map(|(key, _)| key[column])
                .collect();
            found.dedup();
            found
        } else {
            (0..self.count.target.n() as u32).collect()
        };
        for a in candidates {
            if self.support[v].is_some() && self.value[v][a as usize] == A::T::default() {
                continue;
            }
            if !lists.iter().all(|list| list.binary_search(&a).is_ok()) {
                continue;
            }
            let mut narrowed = ranges.clone();
            let mut fits = true;
            for &(t, column) in &involved {
                let (start, end) = ranges[t];
                let rows = &join.inputs[t][start..end];
                let low = rows.partition_point(|(key, _)| key[column] < a);
                let high = low + rows[low..].partition_point(|(key, _)| key[column] == a);
                narrowed[t] = (start + low, start + high);
                fits &= low < high;
            }
            if fits {
                join.image[depth] = a;
                self.extend(step, depth + 1, narrowed, join)?;
            }
        }
        Ok(())
    }

    /// Before a table grows: merge what is equal, and see that it stays within the limit.
    fn make_room(&self, made: &mut Table<A::T>) -> Result<(), Error> {
        let arithmetic = self.count.arithmetic;
        if made.len() >= 1 << 16 {
            made.sort_unstable_by_key(|&(key, _)| key);
            made.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    kept.1 = arithmetic.add(kept.1, later.1);
                }
                same
            });
            if made.len() * 2 <= made.capacity() {
                return Ok(());
            }
        }
        let rows = made.capacity().max(16) * 2;
        let bytes = rows * size_of::<(Key, A::T)>();
        let too_large = || Error::TooLarge {
            what: "a table of partial homomorphisms",
            bytes: bytes as u128,
        };
        if bytes > self.count.limit {
            return Err(too_large());
        }
        made.try_reserve_exact(rows - made.len()).map_err(|_| too_large())
    }
}

struct Join<'a, T> {
    inputs: &'a [Table<T>],
    image: [u32; 32],
    made: &'a mut Table<T>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Homomorphisms by the image of the root, by looking at all maps.
    fn obvious(pattern: &Small, root: usize, n: usize, matrix: &[Option<u32>], colours: &[u32]) -> Vec<u64> {
        let p = pattern.n();
        let mut counts = vec![0; n];
        for code in 0..n.pow(p as u32) {
            let image: Vec<usize> = (0..p).map(|i| code / n.pow(i as u32) % n).collect();
            let fits = (0..p).all(|u| {
                pattern.colours()[u] == colours[image[u]]
                    && (0..u).all(|v| match (pattern.code(u, v), matrix[image[u] * n + image[v]]) {
                        (0, _) => true,
                        (_, None) => false,
                        (code, Some(label)) => code == ANY || code == label + 2,
                    })
            });
            counts[image[root]] += u64::from(fits);
        }
        counts
    }

    fn csr(n: usize, matrix: &[Option<u32>]) -> Csr {
        let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
        for u in 0..n {
            for v in (0..n).rev() {
                if let Some(label) = matrix[u * n + v] {
                    indices.push(v as u32);
                    data.push(f64::from(label));
                }
            }
            indptr.push(indices.len());
        }
        Csr::new(n, indptr, indices, data).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(192))]

        #[test]
        fn every_arithmetic_counts_all_maps(
            p in 1_usize..7,
            n in 1_usize..5,
            tree in prop::collection::vec(0_usize..6, 6),
            chords in prop::collection::vec((0_usize..6, 0_usize..6), 0..9),
            codes in prop::collection::vec(prop::sample::select(vec![1_u32, 1, 1, 2, 3]), 36),
            edges in prop::collection::vec(prop::option::weighted(0.7, 0_u32..2), 25),
            palette in prop::collection::vec(prop::sample::select(vec![0_u32, 0, 0, 1]), 16),
            coloured: bool,
            labelled: bool,
        ) {
            let mut matrix = vec![None; n * n];
            for u in 0..n {
                for v in 0..u {
                    let found = edges[u * 5 + v].map(|label| if labelled { label } else { 0 });
                    matrix[u * n + v] = found;
                    matrix[v * n + u] = found;
                }
            }
            let mut adjacency = vec![0; p * p];
            let tree = (1..p).map(|i| (i, tree[i - 1] % i));
            for (u, v) in tree.chain(chords.into_iter().filter(|&(u, v)| u < p && v < p && u != v)) {
                let code = if labelled { codes[u.max(v) * 6 + u.min(v)] } else { ANY };
                adjacency[u * p + v] = code;
                adjacency[v * p + u] = code;
            }
            let colour = |i: usize| if coloured { palette[i] } else { 0 };
            let pattern = Small::new((0..p).map(colour).collect(), adjacency).unwrap();
            let colours: Vec<u32> = (0..n).map(|i| colour(8 + i)).collect();
            let target = Target::new(&csr(n, &matrix), colours.clone()).unwrap();
            let monitor = Monitor::new();
            let (serial, pool) = (Pool::serial(), Pool::new(2).unwrap());
            for root in 0..p {
                let expected = obvious(&pattern, root, n, &matrix, &colours);
                let narrow = rooted(&pattern, root, &target, &Narrow, 1 << 30, &serial, &monitor).unwrap();
                prop_assert_eq!(&narrow, &expected, "root {}", root);
                let wide = rooted(&pattern, root, &target, &Wide, 1 << 30, &pool, &monitor).unwrap();
                prop_assert!(wide.iter().zip(&expected).all(|(&a, &b)| a == u128::from(b)));
                let seven = Modulo::new(7).unwrap();
                let modular = rooted(&pattern, root, &target, &seven, 1 << 30, &serial, &monitor).unwrap();
                prop_assert!(modular.iter().zip(&expected).all(|(&a, &b)| a == b % 7));
            }
        }
    }

    #[test]
    fn blocks_whose_bags_no_vertex_meets_are_counted_by_tables() {
        // Two triangles joined by two edges: without any vertex the treewidth is still 2.
        let (p, n) = (6, 5);
        let mut adjacency = vec![0; p * p];
        for (u, v) in [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3), (1, 4)] {
            adjacency[u * p + v] = ANY;
            adjacency[v * p + u] = ANY;
        }
        let pattern = Small::new(vec![0; p], adjacency).unwrap();
        let monitor = Monitor::new();
        assert!(
            Plan::new(&pattern.neighbours(), everybody(p), 2, &monitor)
                .unwrap()
                .global
        );
        let matrix: Vec<Option<u32>> = (0..n * n)
            .map(|i| (i / n != i % n && (i / n + i % n) % 4 != 3).then_some(0))
            .collect();
        let target = Target::new(&csr(n, &matrix), vec![0; n]).unwrap();
        for root in 0..p {
            let found = rooted(&pattern, root, &target, &Narrow, 1 << 30, &Pool::serial(), &monitor).unwrap();
            assert_eq!(found, obvious(&pattern, root, n, &matrix, &vec![0; n]));
        }
        let refused = rooted(&pattern, 0, &target, &Narrow, 64, &Pool::serial(), &monitor);
        assert!(matches!(refused, Err(Error::TooLarge { .. })));
    }
}
