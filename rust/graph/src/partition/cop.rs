//! The buffered cop decomposition: supernodes around shortest-path skeletons, each kept away from what it is no longer adjacent to.
//!
//! The recursion is a reconstruction from the properties that the paper proves of it. A connected piece H of what has no supernode yet is
//! *built*: a shortest-path tree in H that touches every earlier supernode adjacent to H becomes a supernode. What is left falls into
//! components, and where a component has lost contact with a supernode X it is *grown* first: everything within delta / r of the boundary
//! that lies in the domain of X joins the supernode that it is nearest to, so that X and what comes later are that far apart.

use porism_runtime::Monitor;

use super::check::{check_delta, check_length};
use super::search::{NONE, Search};
use crate::{Csr, Error};

/// The owner of vertices that are no part of the graph. What is less is a supernode; what is more has none yet, and says in which look around it was
/// last seen, so that one array answers both questions.
const OUTSIDE: u32 = 1 << 31;

/// The owner of a vertex that has none and was not seen.
const FREE: u32 = OUTSIDE + 1;

/// Trees, one after the other: each a root and then its other vertices by distance from it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Skeletons {
    /// Where each tree begins in the other three, and after them all their length.
    pub indptr: Vec<usize>,
    /// Vertices of the graph.
    pub vertices: Vec<u32>,
    /// The vertex before each one on the way from the root, [`NONE`] for the root.
    pub parents: Vec<u32>,
    /// Distance from the root.
    pub distances: Vec<f64>,
}

/// A buffered cop decomposition. Supernodes are numbered in order of their creation, so that ancestors come before descendants.
#[derive(Debug, Clone, PartialEq)]
pub struct Cop {
    /// The supernode of each vertex, [`NONE`] for those outside.
    pub supernode: Vec<u32>,
    /// The parent of each supernode, [`NONE`] for the first one of a component.
    pub parents: Vec<u32>,
    /// The shortest-path tree that each supernode was made of.
    pub skeletons: Skeletons,
    /// Where each supernode's part of `bags` begins, and after them all the length of that.
    pub bag_indptr: Vec<usize>,
    /// The earlier supernodes that were adjacent to each one's domain when it was made, rising.
    pub bags: Vec<u32>,
}

/// A connected piece of what has no supernode yet.
struct Piece {
    /// Its vertices: a range of the one array that they are sorted in.
    start: usize,
    end: usize,
    /// Those that are adjacent to a supernode.
    boundary: Vec<u32>,
    /// Supernodes that are adjacent to it, rising.
    adjacent: Vec<u32>,
    /// Supernodes that it has lost contact with, rising, and is not yet buffered against.
    cut: Vec<u32>,
    /// The supernode whose domain it lies in.
    parent: u32,
}

struct Builder<'a> {
    graph: &'a Csr,
    monitor: &'a Monitor,
    width: f64,
    owner: Vec<u32>,
    order: Vec<u32>,
    search: Search,
    /// The owner of free vertices that the look around that runs has seen.
    stamp: u32,
    /// Room for a piece's vertices, component by component.
    sorted: Vec<u32>,
    made: Cop,
}

/// Decompose the vertices that `inside` admits (all if None) with buffers of `delta / r`.
///
/// # Errors
/// `InvalidParameter` for a bad `delta` or `r`; `Interrupted`.
pub fn buffered_cop(graph: &Csr, delta: f64, r: u32, inside: Option<&[bool]>, monitor: &Monitor) -> Result<Cop, Error> {
    check_delta(delta)?;
    if r < 3 {
        return Err(Error::parameter("r", "an integer of 3 or more", r));
    }
    let n = graph.n_rows();
    if let Some(inside) = inside {
        check_length("inside", inside.len(), n)?;
    }
    if n >= OUTSIDE as usize {
        return Err(Error::parameter("graph", "a graph of fewer than 2^31 vertices", n));
    }
    let admits = |v: usize| inside.is_none_or(|inside| inside[v]);
    let owner: Vec<u32> = (0..n).map(|v| if admits(v) { FREE } else { OUTSIDE }).collect();
    let order: Vec<u32> = (0..n as u32).filter(|&v| admits(v as usize)).collect();
    let mut builder = Builder {
        graph,
        monitor,
        width: delta / f64::from(r),
        owner,
        order,
        search: Search::new(n),
        stamp: FREE,
        sorted: Vec::new(),
        made: Cop {
            supernode: Vec::new(),
            parents: Vec::new(),
            skeletons: Skeletons {
                indptr: vec![0],
                ..Skeletons::default()
            },
            bag_indptr: vec![0],
            bags: Vec::new(),
        },
    };
    builder.run()?;
    let mut made = builder.made;
    made.supernode = builder.owner;
    made.supernode
        .iter_mut()
        .filter(|owner| **owner >= OUTSIDE)
        .for_each(|owner| *owner = NONE);
    Ok(made)
}

impl Builder<'_> {
    fn run(&mut self) -> Result<(), Error> {
        let whole = Piece {
            start: 0,
            end: self.order.len(),
            boundary: Vec::new(),
            adjacent: Vec::new(),
            cut: Vec::new(),
            parent: NONE,
        };
        let mut stack = Vec::new();
        self.split(&whole, NONE, &mut stack)?;
        while let Some(mut piece) = stack.pop() {
            self.monitor.check()?;
            // One after the other, without a look at what the piece falls into: what grows into one component does not depend on the others.
            let mut grown = false;
            for cut in std::mem::take(&mut piece.cut) {
                grown |= self.grow(&mut piece.boundary, cut)?;
            }
            let parent = if grown { piece.parent } else { self.build(&piece)? };
            self.split(&piece, parent, &mut stack)?;
        }
        Ok(())
    }

    /// Make a supernode of a shortest-path tree in `piece` that touches everything that is adjacent to it.
    fn build(&mut self, piece: &Piece) -> Result<u32, Error> {
        let id = self.made.parents.len() as u32;
        let contacts = self.contacts(piece, u64::from(id));
        let root = contacts.first().copied().unwrap_or(self.order[piece.start]);
        let owner = &self.owner;
        let search = &mut self.search;
        let mut missing = contacts.clone();
        missing.sort_unstable();
        missing.dedup();
        let mut left = missing.len();
        // With contacts enough for one branch only, the farthest vertex makes another: the paper allows r - 2 leaves. It keeps pieces
        // balanced, where a tree of one vertex would peel them layer by layer.
        let stretched = left < 2;
        search.begin();
        search.seed(root, 0.0, NONE);
        search.run(
            self.graph,
            f64::INFINITY,
            self.monitor,
            |_, w| owner[w as usize] > OUTSIDE,
            |v, _, _| {
                if !stretched && missing.binary_search(&v).is_ok() {
                    left -= 1;
                }
                left == 0 && !stretched
            },
        )?;
        let mut leaves = contacts;
        if stretched {
            leaves.extend(search.settled().last());
        }
        let mut tree: Vec<(f64, u32)> = Vec::new();
        for leaf in leaves {
            let (mut vertex, start) = (leaf, tree.len());
            while vertex != NONE && self.owner[vertex as usize] > OUTSIDE {
                self.owner[vertex as usize] = id;
                tree.push((search.distance(vertex), vertex));
                vertex = search.from(vertex);
            }
            tree[start..].reverse();
        }
        // Parents stay before their children where an edge is too short to change the distance.
        tree.sort_by(|a, b| a.0.total_cmp(&b.0));
        let skeletons = &mut self.made.skeletons;
        for (distance, vertex) in tree {
            skeletons.vertices.push(vertex);
            skeletons.parents.push(search.from(vertex));
            skeletons.distances.push(distance);
        }
        skeletons.indptr.push(skeletons.vertices.len());
        self.made.parents.push(piece.parent);
        self.made.bags.extend_from_slice(&piece.adjacent);
        self.made.bag_indptr.push(self.made.bags.len());
        Ok(id)
    }

    /// For each supernode adjacent to `piece` a vertex of the piece that is adjacent to it, in no order that a shape of the graph could follow:
    /// contacts side by side would cut off next to nothing.
    fn contacts(&self, piece: &Piece, salt: u64) -> Vec<u32> {
        let adjacent = &piece.adjacent;
        let mut counts = vec![0_u64; adjacent.len()];
        self.each_contact(piece, |place, _| counts[place] += 1);
        let mut wanted: Vec<u64> = counts
            .iter()
            .enumerate()
            .map(|(place, &count)| mixed(salt.wrapping_mul(0x1_0001).wrapping_add(place as u64)) % count.max(1))
            .collect();
        let mut found = vec![NONE; adjacent.len()];
        self.each_contact(piece, |place, vertex| {
            if wanted[place] == 0 {
                found[place] = vertex;
            }
            wanted[place] = wanted[place].wrapping_sub(1);
        });
        found
    }

    fn each_contact(&self, piece: &Piece, mut tell: impl FnMut(usize, u32)) {
        for &vertex in &piece.boundary {
            for &neighbour in self.graph.neighbours(vertex as usize) {
                let owner = self.owner[neighbour as usize];
                if owner < OUTSIDE
                    && let Ok(place) = piece.adjacent.binary_search(&owner)
                {
                    tell(place, vertex);
                }
            }
        }
    }

    /// Let everything of a piece within the buffer's width of the domain of `oldest`, which is cut off, join its nearest supernode, and make its
    /// boundary what is that then. False if there is no such thing.
    fn grow(&mut self, boundary: &mut Vec<u32>, oldest: u32) -> Result<bool, Error> {
        self.search.begin();
        for &vertex in boundary.iter() {
            let (neighbours, lengths) = self.graph.row(vertex as usize);
            for (&neighbour, &length) in neighbours.iter().zip(lengths) {
                let owner = self.owner[neighbour as usize];
                // Whatever is adjacent to the piece is an ancestor or a descendant of the other, so that the later ones are in the domain.
                if owner < OUTSIDE && owner > oldest && length < self.width {
                    self.search.seed(vertex, length, neighbour);
                }
            }
        }
        let owner = &self.owner;
        let nearer = self.width.next_down();
        let unowned = |_: u32, w: u32| owner[w as usize] > OUTSIDE;
        self.search
            .run(self.graph, nearer, self.monitor, unowned, |_, _, _| false)?;
        if self.search.settled().is_empty() {
            return Ok(false);
        }
        for &vertex in self.search.settled() {
            // The vertex that it was come to from has its owner by now: it is outside of the piece, or nearer.
            self.owner[vertex as usize] = self.owner[self.search.from(vertex) as usize];
        }
        self.look();
        boundary.retain(|&vertex| {
            let free = self.owner[vertex as usize] > OUTSIDE;
            if free {
                self.owner[vertex as usize] = self.stamp;
            }
            free
        });
        for &vertex in self.search.settled() {
            for &neighbour in self.graph.neighbours(vertex as usize) {
                let owner = &mut self.owner[neighbour as usize];
                if *owner > OUTSIDE && *owner != self.stamp {
                    *owner = self.stamp;
                    boundary.push(neighbour);
                }
            }
        }
        Ok(true)
    }

    /// Begin to look around: no free vertex was seen.
    fn look(&mut self) {
        if self.stamp == u32::MAX {
            self.owner
                .iter_mut()
                .filter(|owner| **owner > OUTSIDE)
                .for_each(|owner| *owner = FREE);
            self.stamp = FREE;
        }
        self.stamp += 1;
    }

    /// Push the components of what is left of `piece`, which lie in the domain of `parent`, each with the supernodes that it has lost contact with.
    fn split(&mut self, piece: &Piece, parent: u32, stack: &mut Vec<Piece>) -> Result<(), Error> {
        self.look();
        let mut sorted = std::mem::take(&mut self.sorted);
        sorted.clear();
        for place in piece.start..piece.end {
            let first = self.order[place];
            let owner = self.owner[first as usize];
            if owner > OUTSIDE && owner != self.stamp {
                let start = sorted.len();
                let (boundary, adjacent) = self.component(first, &mut sorted)?;
                let lost = piece
                    .adjacent
                    .iter()
                    .filter(|&old| adjacent.binary_search(old).is_err());
                let cut = lost.copied().collect();
                stack.push(Piece {
                    start: piece.start + start,
                    end: piece.start + sorted.len(),
                    boundary,
                    adjacent,
                    cut,
                    parent,
                });
            }
        }
        self.order[piece.start..piece.start + sorted.len()].copy_from_slice(&sorted);
        self.sorted = sorted;
        Ok(())
    }

    /// Append the component of `first` among vertices without supernode; the vertices of it that are adjacent to some, and to which ones.
    fn component(&mut self, first: u32, sorted: &mut Vec<u32>) -> Result<(Vec<u32>, Vec<u32>), Error> {
        let (mut boundary, mut adjacent) = (Vec::new(), Vec::new());
        let mut head = sorted.len();
        self.owner[first as usize] = self.stamp;
        sorted.push(first);
        while head < sorted.len() {
            let vertex = sorted[head];
            head += 1;
            if head.is_multiple_of(1 << 14) {
                self.monitor.check()?;
            }
            let mut touches = false;
            for &neighbour in self.graph.neighbours(vertex as usize) {
                let owner = self.owner[neighbour as usize];
                if owner > OUTSIDE {
                    if owner != self.stamp {
                        self.owner[neighbour as usize] = self.stamp;
                        sorted.push(neighbour);
                    }
                } else if owner != OUTSIDE {
                    touches = true;
                    if adjacent.last() != Some(&owner) {
                        adjacent.push(owner);
                    }
                }
            }
            if touches {
                boundary.push(vertex);
            }
        }
        adjacent.sort_unstable();
        adjacent.dedup();
        Ok((boundary, adjacent))
    }
}

/// A number that looks random (the finaliser of `SplitMix64`).
fn mixed(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
