//! Listing the maps of a small graph into a sparse one by backtracking: homomorphisms, embeddings, and induced embeddings.
//!
//! Vertices are mapped in an order in which each has a neighbour before it, if its component has; the images are the neighbours of that one's image, one by one. Time is
//! proportional to what is found and tried, so that counting takes longer the more there is to count: what counting by homomorphisms avoids.

use porism_runtime::Monitor;

use crate::Error;
use crate::homomorphism::Target;
use crate::pattern::Small;

/// Which maps are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maps {
    /// Those that keep edges.
    Homomorphisms,
    /// Those that keep edges and are injective.
    Embeddings,
    /// Those that keep edges and non-edges and are injective.
    Induced,
}

/// How many maps there are, and for each vertex of the target how many pairs of a map and a vertex of the pattern that is mapped there.
///
/// # Errors
/// Where somebody stopped the monitor.
pub fn count(pattern: &Small, target: &Target, maps: Maps, monitor: &Monitor) -> Result<(u64, Vec<u64>), Error> {
    let n = pattern.n();
    let sets = pattern.neighbours();
    let mut order: Vec<usize> = Vec::with_capacity(n);
    while order.len() < n {
        let chosen = order.iter().fold(0_u32, |set, &v| set | 1 << v);
        let score = |v: usize| ((sets[v] & chosen).count_ones(), sets[v].count_ones());
        let best = (0..n)
            .filter(|&v| chosen >> v & 1 == 0)
            .max_by_key(|&v| (score(v), n - v));
        order.push(best.unwrap_or(0));
    }
    let mut search = Search {
        pattern,
        target,
        maps,
        monitor,
        order,
        image: vec![0; n],
        used: vec![false; target.n()],
        total: 0,
        visits: vec![0; target.n()],
        steps: 0,
    };
    search.extend(0)?;
    Ok((search.total, search.visits))
}

struct Search<'a> {
    pattern: &'a Small,
    target: &'a Target,
    maps: Maps,
    monitor: &'a Monitor,
    order: Vec<usize>,
    image: Vec<u32>,
    used: Vec<bool>,
    total: u64,
    visits: Vec<u64>,
    steps: u32,
}

impl Search<'_> {
    fn extend(&mut self, depth: usize) -> Result<(), Error> {
        if depth == self.order.len() {
            self.total += 1;
            for &a in &self.image {
                self.visits[a as usize] += 1;
            }
            return Ok(());
        }
        let target = self.target;
        let v = self.order[depth];
        let known = self.order[..depth].iter().find(|&&u| self.pattern.code(u, v) != 0);
        match known {
            Some(&u) => {
                for &a in target.neighbours(self.image[u], self.pattern.code(u, v)) {
                    self.place(depth, v, a)?;
                }
            }
            None => {
                for a in 0..target.n() as u32 {
                    self.place(depth, v, a)?;
                }
            }
        }
        Ok(())
    }

    fn place(&mut self, depth: usize, v: usize, a: u32) -> Result<(), Error> {
        self.steps = self.steps.wrapping_add(1);
        if self.steps & 0x3fff == 0 {
            self.monitor.check()?;
        }
        let injective = self.maps != Maps::Homomorphisms;
        if self.target.colour(a) != self.pattern.colours()[v] || (injective && self.used[a as usize]) {
            return Ok(());
        }
        for &u in &self.order[..depth] {
            let code = self.pattern.code(u, v);
            let fits = if code != 0 {
                self.target.neighbours(self.image[u], code).binary_search(&a).is_ok()
            } else {
                self.maps != Maps::Induced || !self.target.adjacent(self.image[u], a)
            };
            if !fits {
                return Ok(());
            }
        }
        self.image[v] = a;
        self.used[a as usize] = true;
        self.extend(depth + 1)?;
        self.used[a as usize] = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Csr;
    use crate::pattern::ANY;

    #[test]
    fn paths_in_a_square() {
        let graph = Csr::new(4, vec![0, 2, 4, 6, 8], vec![1, 3, 0, 2, 1, 3, 2, 0], vec![0.0; 8]).unwrap();
        let target = Target::new(&graph, vec![0; 4]).unwrap();
        let codes = vec![0, ANY, 0, ANY, 0, ANY, 0, ANY, 0];
        let path = Small::new(vec![0; 3], codes).unwrap();
        for (maps, expected) in [(Maps::Homomorphisms, 16), (Maps::Embeddings, 8), (Maps::Induced, 8)] {
            let (total, visits) = count(&path, &target, maps, &Monitor::new()).unwrap();
            assert_eq!((total, visits), (expected, vec![expected * 3 / 4; 4]));
        }
        let apart = Small::new(vec![0; 2], vec![0; 4]).unwrap();
        for (maps, expected) in [(Maps::Homomorphisms, 16), (Maps::Embeddings, 12), (Maps::Induced, 4)] {
            assert_eq!(count(&apart, &target, maps, &Monitor::new()).unwrap().0, expected);
        }
    }
}
