//! Matroids: which sets may be chosen, where a bound on their number does not say it.

use crate::error::Error;
use crate::objective::Item;

/// A matroid over the ground set, one entry per item.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Matroid {
    /// At most `capacities[g]` items of group g.
    Partition {
        /// The group of every item.
        groups: Vec<u32>,
        /// How many items a group may give.
        capacities: Vec<u32>,
    },
    /// Nested groups: at most `capacities[g]` items of group g and the groups inside it.
    Laminar {
        /// The innermost group of every item.
        groups: Vec<u32>,
        /// The group around every group, or itself where there is none.
        parents: Vec<u32>,
        /// How many items a group may give.
        capacities: Vec<u32>,
    },
    /// Items are edges of a graph, and chosen edges must not close a cycle.
    Graphic {
        /// The ends of every item's edge.
        edges: Vec<[u32; 2]>,
        /// Nodes of the graph.
        n_nodes: usize,
    },
}

impl Matroid {
    /// A partition matroid.
    ///
    /// # Errors
    /// `OutOfRange` for an item whose group has no capacity.
    pub fn partition(groups: Vec<u32>, capacities: Vec<u32>) -> Result<Self, Error> {
        require_groups(&groups, capacities.len())?;
        Ok(Self::Partition { groups, capacities })
    }

    /// A laminar matroid.
    ///
    /// # Errors
    /// `OutOfRange` for a group that is not there, `Shape` unless every group has a parent, `InvalidParameter` where parents go round.
    pub fn laminar(groups: Vec<u32>, parents: Vec<u32>, capacities: Vec<u32>) -> Result<Self, Error> {
        require_groups(&groups, capacities.len())?;
        if parents.len() != capacities.len() {
            return Err(Error::Shape {
                name: "parents",
                expected: capacities.len(),
                got: parents.len(),
            });
        }
        require_groups(&parents, capacities.len())?;
        // Every chain of parents must end within as many steps as there are groups; what was seen to end is not walked again.
        let mut ends = vec![false; parents.len()];
        for start in 0..parents.len() {
            let mut path = Vec::new();
            let mut group = start;
            while !ends[group] && parents[group] as usize != group {
                if path.len() > parents.len() {
                    return Err(Error::parameter(
                        "parents",
                        "a forest",
                        format_args!("a circle through {start}"),
                    ));
                }
                path.push(group);
                group = parents[group] as usize;
            }
            ends[group] = true;
            path.into_iter().for_each(|group| ends[group] = true);
        }
        Ok(Self::Laminar {
            groups,
            parents,
            capacities,
        })
    }

    /// A graphic matroid.
    ///
    /// # Errors
    /// `OutOfRange` for an edge to a node that is not there.
    pub fn graphic(edges: Vec<[u32; 2]>, n_nodes: usize) -> Result<Self, Error> {
        match edges.iter().flatten().find(|&&node| node as usize >= n_nodes) {
            Some(&node) => Err(Error::OutOfRange {
                item: u64::from(node),
                n_items: n_nodes,
            }),
            None => Ok(Self::Graphic { edges, n_nodes }),
        }
    }

    /// Items it speaks of.
    pub fn n_items(&self) -> usize {
        match self {
            Self::Partition { groups, .. } | Self::Laminar { groups, .. } => groups.len(),
            Self::Graphic { edges, .. } => edges.len(),
        }
    }

    /// Whether a set of distinct items may be chosen. An item outside the matroid may not.
    pub fn is_independent(&self, set: &[Item]) -> bool {
        let mut chosen = Independent::new(self);
        set.iter().all(|&item| {
            let admitted = (item as usize) < self.n_items() && chosen.admits(item);
            if admitted {
                chosen.add(item);
            }
            admitted
        })
    }
}

fn require_groups(groups: &[u32], n_items: usize) -> Result<(), Error> {
    match groups.iter().find(|&&group| group as usize >= n_items) {
        Some(&group) => Err(Error::OutOfRange {
            item: u64::from(group),
            n_items,
        }),
        None => Ok(()),
    }
}

/// An independent set that grows.
#[derive(Debug, Clone)]
pub(crate) struct Independent<'a> {
    matroid: &'a Matroid,
    /// Items chosen per group, or the representative of every node's tree.
    marks: Vec<u32>,
}

impl<'a> Independent<'a> {
    pub(crate) fn new(matroid: &'a Matroid) -> Self {
        let marks = match matroid {
            Matroid::Partition { capacities, .. } | Matroid::Laminar { capacities, .. } => vec![0; capacities.len()],
            Matroid::Graphic { n_nodes, .. } => (0..*n_nodes as u32).collect(),
        };
        Self { matroid, marks }
    }

    /// Whether the set stays independent with this item.
    pub(crate) fn admits(&self, item: Item) -> bool {
        match self.matroid {
            Matroid::Partition { groups, capacities } => {
                let group = groups[item as usize] as usize;
                self.marks[group] < capacities[group]
            }
            Matroid::Laminar {
                groups,
                parents,
                capacities,
            } => around(groups[item as usize], parents).all(|group| self.marks[group] < capacities[group]),
            Matroid::Graphic { edges, .. } => {
                let [a, b] = edges[item as usize];
                self.root(a) != self.root(b)
            }
        }
    }

    pub(crate) fn add(&mut self, item: Item) {
        match self.matroid {
            Matroid::Partition { groups, .. } => self.marks[groups[item as usize] as usize] += 1,
            Matroid::Laminar { groups, parents, .. } => {
                around(groups[item as usize], parents).for_each(|group| self.marks[group] += 1);
            }
            Matroid::Graphic { edges, .. } => {
                let [a, b] = edges[item as usize].map(|node| self.root(node));
                self.marks[b as usize] = a;
                // Flatten, so that roots stay one step away: sets are small beside the questions asked of them.
                for node in 0..self.marks.len() as u32 {
                    self.marks[node as usize] = self.root(node);
                }
            }
        }
    }

    fn root(&self, mut node: u32) -> u32 {
        while self.marks[node as usize] != node {
            node = self.marks[node as usize];
        }
        node
    }
}

/// A group and those around it, innermost first.
fn around(group: u32, parents: &[u32]) -> impl Iterator<Item = usize> + '_ {
    let mut next = Some(group as usize);
    std::iter::from_fn(move || {
        let group = next?;
        let parent = parents[group] as usize;
        next = (parent != group).then_some(parent);
        Some(group)
    })
}
