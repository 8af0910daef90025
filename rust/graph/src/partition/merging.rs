//! Tree covers whose number of trees does not depend on how many scales of distances there are.
//!
//! Scales that are a factor of 2^t apart share their trees. At each such scale the trees so far are points; a star of the scale's partition joins all
//! points that it touches into a larger tree, and has a colour in which no other star of the scale touches any of them. The scales are so far apart that
//! the points are small beside what is joined: with r the largest distance of a vertex from its root before, two vertices of a star whose distances from
//! its centre add up to d are d + 6 r apart in the tree at most, and afterwards no vertex is farther from its root than the star reaches, and 3 r.
//!
//! Trees are not part of the graph: an edge stands for a way that is as long.

use porism_runtime::{Monitor, Pool};

use super::check::check_lengths;
use super::labels::{ROUNDING, check_eps, components, scale_stars, scales};
use super::nearby::Nearby;
use super::search::NONE;
use super::stars::{Limit, Stars};
use crate::{Csr, Error};

/// How much of the error that is allowed trees of smaller scales may take.
const POINTS: f64 = 0.15;

/// Trees, each its root first and every parent before its children.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trees {
    /// The forest of each tree; trees of one have no vertex in common.
    pub forests: Vec<u32>,
    /// Where each tree begins in the others, and after them all their length.
    pub indptr: Vec<usize>,
    /// Vertices of the graph.
    pub vertices: Vec<u32>,
    /// The vertex above each one, [`NONE`] for roots.
    pub parents: Vec<u32>,
    /// The length of the edge to it, 0 for roots.
    pub lengths: Vec<f64>,
    /// The distance from the root along the tree.
    pub distances: Vec<f64>,
}

/// Cover the graph with trees that keep every distance up to a factor of `1 + eps`, in forests whose number does not grow with that of the scales.
///
/// # Errors
/// `InvalidParameter` for values that are no lengths, or a bad `eps` or `r`; `BeyondLimit` beyond `memory_limit` bytes; `Interrupted`.
pub fn merged_trees(
    graph: &Csr,
    eps: f64,
    r: u32,
    memory_limit: u64,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Trees, Error> {
    check_lengths(graph)?;
    check_eps(eps)?;
    let (_, reach) = components(graph, monitor)?;
    let lengths = scales(graph, reach)?;
    let mut made = Trees {
        indptr: vec![0],
        ..Trees::default()
    };
    let near = Nearby::new(graph, monitor)?;
    let apart = steps(eps).min(lengths.len());
    let mut done = 0;
    for class in 0..apart {
        let first = made.forests.iter().max().map_or(0, |&last| last + 1);
        let mut forests = Forests::new(graph.n_rows());
        let mut points = 0.0;
        for &length in lengths.iter().skip(class).step_by(apart) {
            monitor.report(done, lengths.len() as u64, 0.0);
            done += 1;
            let radius = ((eps - ROUNDING) * length / 4.0 - 3.0 * points).max(f64::MIN_POSITIVE);
            let limit = Limit {
                what: "the tree cover",
                used: made.n_bytes() + forests.n_bytes(),
                limit: memory_limit,
            };
            let stars = scale_stars(&near, length, radius, r, limit, pool, monitor)?;
            for star in 0..stars.indptr.len() - 1 {
                monitor.check()?;
                forests.add(&stars, star);
                limit.check(made.n_bytes() + forests.n_bytes())?;
            }
            forests.next_scale();
            points = (length + radius) * (1.0 + 1e-6) + 3.0 * points;
        }
        forests.finish(first, &mut made);
    }
    Ok(made)
}

/// How many powers of two the scales of a class have to be apart.
///
/// With c L the largest distance from roots at scale L, c = (1 + eps / 4) / (1 - 3 / 2^t) at most: six times what it is a scale before is to be within a
/// share of eps L / 2.
fn steps(eps: f64) -> usize {
    let most = POINTS * eps / 2.0;
    (1..64)
        .find(|&t| {
            let apart = 2.0_f64.powi(t);
            apart > 3.0 && 6.0 * (1.0 + eps / 4.0) / (apart - 3.0) <= most
        })
        .map_or(64, |t| t as usize)
}

impl Trees {
    fn n_bytes(&self) -> u64 {
        24 * self.vertices.len() as u64
    }
}

/// Trees of one colour, over all vertices.
struct Forest {
    root: Vec<u32>,
    /// The members of each tree, as rings.
    next: Vec<u32>,
    parent: Vec<u32>,
    length: Vec<f64>,
    distance: Vec<f64>,
}

/// All colours.
struct Forests {
    n: usize,
    colours: Vec<Forest>,
    /// For each vertex the colours in which a star of this scale has its tree.
    taken: Vec<Vec<u64>>,
    union: Vec<u64>,
    /// Trees that a star touches, with the least distance from its centre to their roots.
    touched: Vec<u32>,
    away: Vec<f64>,
}

impl Forests {
    fn new(n: usize) -> Self {
        Self {
            n,
            colours: Vec::new(),
            taken: vec![Vec::new(); n],
            union: Vec::new(),
            touched: Vec::new(),
            away: vec![f64::INFINITY; n],
        }
    }

    fn n_bytes(&self) -> u64 {
        28 * (self.n * self.colours.len()) as u64
    }

    fn next_scale(&mut self) {
        self.taken.iter_mut().for_each(Vec::clear);
    }

    /// Join the trees of the first colour in which no other star of this scale touches one that `star` touches.
    fn add(&mut self, stars: &Stars, star: usize) {
        let range = stars.indptr[star]..stars.indptr[star + 1];
        let (vertices, distances) = (&stars.vertices[range.clone()], &stars.distances[range]);
        if vertices.len() < 2 {
            return;
        }
        self.union.clear();
        for &vertex in vertices {
            let words = &self.taken[vertex as usize];
            self.union.resize(self.union.len().max(words.len()), 0);
            self.union.iter_mut().zip(words).for_each(|(all, word)| *all |= word);
        }
        let free = self.union.iter().position(|&word| word != u64::MAX);
        let colour = free.map_or(64 * self.union.len(), |place| {
            64 * place + self.union[place].trailing_ones() as usize
        });
        if colour == self.colours.len() {
            self.colours.push(Forest {
                root: (0..self.n as u32).collect(),
                next: (0..self.n as u32).collect(),
                parent: vec![NONE; self.n],
                length: vec![0.0; self.n],
                distance: vec![0.0; self.n],
            });
        }
        let forest = &mut self.colours[colour];
        self.touched.clear();
        for (&vertex, &distance) in vertices.iter().zip(distances) {
            let root = forest.root[vertex as usize];
            let away = &mut self.away[root as usize];
            if *away == f64::INFINITY {
                self.touched.push(root);
            }
            *away = away.min(distance + forest.distance[vertex as usize]);
        }
        // The centre comes first.
        let (centre, base) = (forest.root[vertices[0] as usize], forest.distance[vertices[0] as usize]);
        for &root in &self.touched {
            let away = std::mem::replace(&mut self.away[root as usize], f64::INFINITY);
            if root != centre {
                forest.join(root, centre, away + base);
            }
        }
        let mut vertex = centre;
        loop {
            let words = &mut self.taken[vertex as usize];
            if words.len() <= colour / 64 {
                words.resize(colour / 64 + 1, 0);
            }
            words[colour / 64] |= 1 << (colour % 64);
            vertex = forest.next[vertex as usize];
            if vertex == centre {
                break;
            }
        }
    }

    /// Append what has become of them, with forests numbered from `first` on.
    fn finish(&self, first: u32, made: &mut Trees) {
        let mut level = vec![0_u32; self.n];
        for (colour, forest) in self.colours.iter().enumerate() {
            for root in 0..self.n {
                if forest.root[root] as usize != root || forest.next[root] as usize == root {
                    continue;
                }
                let mut members = vec![root as u32];
                let mut vertex = forest.next[root];
                while vertex as usize != root {
                    members.push(vertex);
                    vertex = forest.next[vertex as usize];
                }
                for &member in &members {
                    let (mut above, mut count) = (forest.parent[member as usize], 0);
                    while above != NONE {
                        above = forest.parent[above as usize];
                        count += 1;
                    }
                    level[member as usize] = count;
                }
                members.sort_unstable_by_key(|&member| (level[member as usize], member));
                made.forests.push(first + colour as u32);
                for &member in &members {
                    made.vertices.push(member);
                    made.parents.push(forest.parent[member as usize]);
                    made.lengths.push(forest.length[member as usize]);
                    made.distances.push(forest.distance[member as usize]);
                }
                made.indptr.push(made.vertices.len());
            }
        }
    }
}

impl Forest {
    /// Hang the tree of `root` on `above`, the root of another.
    fn join(&mut self, root: u32, above: u32, length: f64) {
        self.parent[root as usize] = above;
        self.length[root as usize] = length;
        let mut vertex = root;
        loop {
            self.root[vertex as usize] = above;
            self.distance[vertex as usize] += length;
            vertex = self.next[vertex as usize];
            if vertex == root {
                break;
            }
        }
        self.next.swap(root as usize, above as usize);
    }
}
