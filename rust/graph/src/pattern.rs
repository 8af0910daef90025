//! Small graphs with coloured vertices and edges: canonical forms, quotients, treewidth.
//!
//! A canonical form is found by refining the colours and, where that is not enough, trying every vertex of the first smallest class, twins once. The sums
//! that refinement compares are hashes, which can only fail to tell vertices apart: the search then looks at more orders, and the form that it
//! ends with compares the codes themselves. It is exact.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use porism_runtime::Monitor;

use crate::Error;
use crate::random::{GOLDEN, mix};

/// The most vertices that a small graph has.
pub const MOST: usize = 32;

/// The most vertices of a graph whose quotients are listed: there are 10^10 partitions of so many.
pub const QUOTIENT: usize = 16;

/// The most vertices whose treewidth is computed.
pub const MOST_TREEWIDTH: usize = 20;

/// The code of an edge that any label fits, in [`spasm`] and in [`homomorphism`](crate::homomorphism).
pub const ANY: u32 = 1;

/// A graph of at most [`MOST`] vertices with a colour for each vertex and a code for each ordered pair, 0 for no edge. Directed edges, multiplicities, labels and loops
/// are all codes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Small {
    colours: Vec<u32>,
    codes: Vec<u32>,
}

impl Small {
    /// Check and take a graph.
    ///
    /// # Errors
    /// `InvalidParameter` for more than [`MOST`] vertices, or codes that are not the square of the number of colours.
    pub fn new(colours: Vec<u32>, codes: Vec<u32>) -> Result<Self, Error> {
        let n = colours.len();
        if n > MOST {
            return Err(Error::parameter("colours", format!("at most {MOST}"), n));
        }
        if codes.len() != n * n {
            return Err(Error::parameter("codes", format!("{n} times {n}"), codes.len()));
        }
        Ok(Self { colours, codes })
    }

    /// Number of vertices.
    pub fn n(&self) -> usize {
        self.colours.len()
    }

    /// The vertices' colours.
    pub fn colours(&self) -> &[u32] {
        &self.colours
    }

    /// The codes, row by row.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The code of the pair (u, v).
    pub fn code(&self, u: usize, v: usize) -> u32 {
        self.codes[u * self.n() + v]
    }

    /// For each vertex the set of the others that it has an edge with, in either direction.
    pub fn neighbours(&self) -> Vec<u32> {
        let n = self.n();
        let mut sets = vec![0_u32; n];
        for u in 0..n {
            for v in 0..n {
                if u != v && self.code(u, v) != 0 {
                    sets[u] |= 1 << v;
                    sets[v] |= 1 << u;
                }
            }
        }
        sets
    }

    /// The same graph with vertex `order[i]` in place i.
    fn arranged(&self, order: &[usize]) -> Self {
        let colours = order.iter().map(|&v| self.colours[v]).collect();
        let mut codes = Vec::with_capacity(self.codes.len());
        for &u in order {
            codes.extend(order.iter().map(|&v| self.code(u, v)));
        }
        Self { colours, codes }
    }
}

/// What [`canonical`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// The form, equal for two graphs if and only if they are isomorphic.
    pub form: Small,
    /// The vertex in each place of the form.
    pub order: Vec<usize>,
    /// The number of automorphisms.
    pub automorphisms: u128,
}

/// The canonical form of a graph, and how many automorphisms it has.
///
/// # Errors
/// Where somebody stopped the monitor.
pub fn canonical(graph: &Small, monitor: &Monitor) -> Result<Canonical, Error> {
    let n = graph.n();
    let mut ranks = graph.colours.clone();
    ranks.sort_unstable();
    let classes: Vec<u32> = graph
        .colours
        .iter()
        .map(|colour| ranks.partition_point(|other| other < colour) as u32)
        .collect();
    let mut search = Search {
        graph,
        monitor,
        best: None,
        order: (0..n).collect(),
        count: 0,
    };
    search.visit(classes, 1)?;
    let form = match search.best {
        Some(form) => form,
        None => graph.clone(), // not reached: there is always a first leaf
    };
    Ok(Canonical {
        form,
        order: search.order,
        automorphisms: search.count,
    })
}

struct Search<'a> {
    graph: &'a Small,
    monitor: &'a Monitor,
    best: Option<Small>,
    order: Vec<usize>,
    count: u128,
}

impl Search<'_> {
    /// Look at all orders that refine `classes`, each of which stands for `weight` orders that lead to the same forms.
    fn visit(&mut self, mut classes: Vec<u32>, weight: u128) -> Result<(), Error> {
        self.monitor.check()?;
        let n = self.graph.n();
        let order = refine(self.graph, &mut classes);
        let Some(cell) = smallest_cell(&order, &classes) else {
            let form = self.graph.arranged(&order);
            match self.best.as_ref().map(|best| form.cmp(best)) {
                Some(std::cmp::Ordering::Greater) => {}
                Some(std::cmp::Ordering::Equal) => self.count = self.count.saturating_add(weight),
                _ => {
                    self.best = Some(form);
                    self.order = order;
                    self.count = weight;
                }
            }
            return Ok(());
        };
        let cell: Vec<usize> = (0..n).filter(|&v| classes[v] == cell).collect();
        let mut done = vec![false; cell.len()];
        for i in 0..cell.len() {
            if done[i] {
                continue;
            }
            let mut twins = 0_u128;
            for j in i..cell.len() {
                if j == i || (!done[j] && self.twins(cell[i], cell[j])) {
                    done[j] = true;
                    twins += 1;
                }
            }
            let mut individual = classes.clone();
            for &v in &cell {
                individual[v] += u32::from(v != cell[i]);
            }
            self.visit(individual, weight.saturating_mul(twins))?;
        }
        Ok(())
    }

    /// Whether exchanging u and v, which are of one class, is an automorphism. That is an equivalence.
    fn twins(&self, u: usize, v: usize) -> bool {
        let g = self.graph;
        g.code(u, v) == g.code(v, u)
            && g.code(u, u) == g.code(v, v)
            && (0..g.n())
                .filter(|&x| x != u && x != v)
                .all(|x| g.code(u, x) == g.code(v, x) && g.code(x, u) == g.code(x, v))
    }
}

/// Refine `classes` until nothing changes: a class is named by the place of its first member in the order that is returned.
fn refine(graph: &Small, classes: &mut [u32]) -> Vec<usize> {
    let n = graph.n();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&v| classes[v]);
    let count = |order: &[usize], classes: &[u32]| {
        (0..n)
            .filter(|&i| i == 0 || classes[order[i]] != classes[order[i - 1]])
            .count()
    };
    let mut n_classes = count(&order, classes);
    let mut sums = [0_u64; MOST];
    while n_classes < n {
        for v in 0..n {
            sums[v] = (0..n)
                .map(|u| {
                    mixed(
                        (u64::from(classes[u]) << 48)
                            ^ (u64::from(graph.code(v, u)) << 24)
                            ^ u64::from(graph.code(u, v)),
                    )
                })
                .fold(0, u64::wrapping_add);
            sums[v] = sums[v].wrapping_add(mixed(!u64::from(graph.code(v, v))));
        }
        order.sort_by_key(|&v| (classes[v], sums[v]));
        let mut named = [0_u32; MOST];
        for i in 0..n {
            let same = i > 0 && {
                let (a, b) = (order[i - 1], order[i]);
                classes[a] == classes[b] && sums[a] == sums[b]
            };
            named[order[i]] = if same { named[order[i - 1]] } else { i as u32 };
        }
        classes.copy_from_slice(&named[..n]);
        let now = count(&order, classes);
        if now == n_classes {
            break;
        }
        n_classes = now;
    }
    order
}

fn smallest_cell(order: &[usize], classes: &[u32]) -> Option<u32> {
    let n = order.len();
    let mut best: Option<(usize, u32)> = None;
    let mut start = 0;
    while start < n {
        let class = classes[order[start]];
        let end = (start..n).find(|&i| classes[order[i]] != class).unwrap_or(n);
        if end - start > 1 && best.is_none_or(|(size, _)| end - start < size) {
            best = Some((end - start, class));
        }
        start = end;
    }
    best.map(|(_, class)| class)
}

/// Well mixed bits.
#[inline]
fn mixed(x: u64) -> u64 {
    mix(x.wrapping_add(GOLDEN))
}

/// A quotient and its coefficient.
pub type Term = (Small, i128);

/// All quotients of `graph` up to isomorphism, each with the coefficient of its homomorphisms in the number of injective homomorphisms of `graph`: the sum of
/// the product of `(-1)^(|B|-1) (|B|-1)!` over the blocks B, over all partitions that lead to it. Sorted.
///
/// Blocks are independent and of one colour. Parallel edges become one, [`ANY`] and a code become the code; a quotient with two codes on one edge has no homomorphism
/// into a simple graph and is left out. Codes must be symmetric and 0 on the diagonal.
///
/// With `rooted`, every block in turn is the root, told apart by the lowest bit of the colours, which move up by one bit; its coefficient is multiplied by its size. Then
/// the coefficients are those of the number of pairs of an injective homomorphism and a vertex, by the vertex's image.
///
/// # Errors
/// `InvalidParameter` for more than [`QUOTIENT`] vertices; where somebody stopped the monitor.
pub fn spasm(graph: &Small, rooted: bool, monitor: &Monitor) -> Result<Vec<Term>, Error> {
    if graph.n() > QUOTIENT {
        return Err(Error::parameter(
            "pattern",
            format!("of at most {QUOTIENT} vertices"),
            graph.n(),
        ));
    }
    let mut quotients = Quotients {
        graph,
        rooted,
        monitor,
        seen: HashMap::new(),
        sizes: Vec::new(),
        members: Vec::new(),
    };
    quotients.place(0, &[0; QUOTIENT * QUOTIENT], 1)?;
    let mut canonical_forms: HashMap<Small, i128> = HashMap::new();
    for (raw, coefficient) in quotients.seen {
        *canonical_forms.entry(canonical(&raw, monitor)?.form).or_default() += coefficient;
    }
    let mut terms: Vec<Term> = canonical_forms.into_iter().filter(|&(_, c)| c != 0).collect();
    terms.sort_unstable();
    Ok(terms)
}

struct Quotients<'a> {
    graph: &'a Small,
    rooted: bool,
    monitor: &'a Monitor,
    /// Quotients in some cheap order of their vertices, so that few reach the search for a canonical form.
    seen: HashMap<Small, i128>,
    sizes: Vec<i128>,
    members: Vec<u32>,
}

impl Quotients<'_> {
    /// Put vertex v into each block that may have it, or into its own. `codes` are those between blocks.
    fn place(&mut self, v: usize, codes: &[u32; QUOTIENT * QUOTIENT], coefficient: i128) -> Result<(), Error> {
        let n = self.graph.n();
        if v == n {
            self.add(codes, coefficient);
            return Ok(());
        }
        self.monitor.check()?;
        for block in 0..=self.sizes.len() {
            let fresh = block == self.sizes.len();
            if !fresh && self.graph.colours[self.members[block].trailing_zeros() as usize] != self.graph.colours[v] {
                continue;
            }
            let mut merged = *codes;
            if !self.connect(v, block, &mut merged) {
                continue;
            }
            if fresh {
                self.sizes.push(1);
                self.members.push(1 << v);
                self.place(v + 1, &merged, coefficient)?;
                self.sizes.pop();
                self.members.pop();
            } else {
                let weight = coefficient * -self.sizes[block];
                self.sizes[block] += 1;
                self.members[block] |= 1 << v;
                self.place(v + 1, &merged, weight)?;
                self.sizes[block] -= 1;
                self.members[block] &= !(1 << v);
            }
        }
        Ok(())
    }

    /// Add the edges from v to earlier vertices to those of `block`; false where that makes a loop or contradicts a code.
    fn connect(&self, v: usize, block: usize, codes: &mut [u32; QUOTIENT * QUOTIENT]) -> bool {
        for (other, &members) in self.members.iter().enumerate() {
            for u in (0..v).filter(|u| members >> u & 1 == 1) {
                let code = self.graph.code(u, v);
                if code == 0 {
                    continue;
                }
                if other == block {
                    return false;
                }
                let there = codes[other * QUOTIENT + block];
                let both = if there == 0 || there == ANY || there == code {
                    code
                } else if code == ANY {
                    there
                } else {
                    return false;
                };
                codes[other * QUOTIENT + block] = both;
                codes[block * QUOTIENT + other] = both;
            }
        }
        true
    }

    fn add(&mut self, codes: &[u32; QUOTIENT * QUOTIENT], coefficient: i128) {
        let m = self.sizes.len();
        let colour = |block: usize| self.graph.colours[self.members[block].trailing_zeros() as usize];
        for root in 0..if self.rooted { m } else { 1 } {
            let (colours, weight): (Vec<u32>, i128) = if self.rooted {
                let of = |block| colour(block) << 1 | u32::from(block == root);
                ((0..m).map(of).collect(), coefficient * self.sizes[root])
            } else {
                ((0..m).map(colour).collect(), coefficient)
            };
            let mut raw = Vec::with_capacity(m * m);
            for u in 0..m {
                raw.extend_from_slice(&codes[u * QUOTIENT..u * QUOTIENT + m]);
            }
            let graph = Small { colours, codes: raw };
            let mut classes: Vec<u32> = graph.colours.clone();
            let order = refine(&graph, &mut classes);
            let arranged = graph.arranged(&order);
            match self.seen.entry(arranged) {
                Entry::Occupied(mut entry) => *entry.get_mut() += weight,
                Entry::Vacant(entry) => {
                    entry.insert(weight);
                }
            }
        }
    }
}

/// The treewidth of a graph, and an order of elimination that shows it: every vertex has at most so many neighbours when it is eliminated. `last` comes last, where given; the width is then the
/// least of such orders, which is the same.
///
/// By dynamic programming over the sets of eliminated vertices (Bodlaender, Fomin, Koster, Kratsch and Thilikos 2006): `O(2^n n^2)`.
///
/// # Errors
/// `InvalidParameter` for more than [`MOST_TREEWIDTH`] vertices; where somebody stopped the monitor.
pub fn treewidth(sets: &[u32], last: Option<usize>, monitor: &Monitor) -> Result<(usize, Vec<usize>), Error> {
    let n = sets.len();
    if n > MOST_TREEWIDTH {
        return Err(Error::parameter(
            "pattern",
            format!("of at most {MOST_TREEWIDTH} vertices"),
            n,
        ));
    }
    let full = (1_usize << n) - 1;
    let mut width = vec![u8::MAX; full + 1];
    let mut choice = vec![0_u8; full + 1];
    width[0] = 0;
    for set in 1..=full {
        if set & 0xfff == 0 {
            monitor.check()?;
        }
        for v in (0..n).filter(|v| set >> v & 1 == 1) {
            if last == Some(v) && set != full {
                continue;
            }
            let before = set & !(1 << v);
            if width[before] == u8::MAX {
                continue;
            }
            let degree = (reached(sets, v, before as u32).count_ones()) as u8;
            let candidate = width[before].max(degree);
            if candidate < width[set] {
                width[set] = candidate;
                choice[set] = v as u8;
            }
        }
    }
    let mut order = Vec::with_capacity(n);
    let mut set = full;
    while set != 0 {
        let v = choice[set] as usize;
        order.push(v);
        set &= !(1 << v);
    }
    order.reverse();
    Ok((if n == 0 { 0 } else { width[full] as usize }, order))
}

/// Which vertices outside of `through` and other than v can be reached from v by way of `through`.
pub fn reached(sets: &[u32], v: usize, through: u32) -> u32 {
    let mut seen = 1_u32 << v;
    let mut front = seen;
    let mut found = 0_u32;
    while front != 0 {
        let u = front.trailing_zeros() as usize;
        front &= front - 1;
        let fresh = sets[u] & !seen;
        seen |= fresh;
        front |= fresh & through;
        found |= fresh & !through;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn graph(n: usize, edges: &[(usize, usize)]) -> Small {
        let mut codes = vec![0; n * n];
        for &(u, v) in edges {
            codes[u * n + v] = ANY;
            codes[v * n + u] = ANY;
        }
        Small::new(vec![0; n], codes).unwrap()
    }

    fn cycle(n: usize) -> Small {
        graph(n, &(0..n).map(|i| (i, (i + 1) % n)).collect::<Vec<_>>())
    }

    fn width(g: &Small) -> usize {
        treewidth(&g.neighbours(), None, &Monitor::new()).unwrap().0
    }

    #[test]
    fn automorphisms_of_the_usual_suspects() {
        let count = |g: &Small| canonical(g, &Monitor::new()).unwrap().automorphisms;
        assert_eq!(count(&graph(0, &[])), 1);
        assert_eq!(count(&graph(9, &[])), 362_880);
        assert_eq!(count(&cycle(9)), 18);
        let pairs: Vec<(usize, usize)> = (0..5).map(|i| (2 * i, 2 * i + 1)).collect();
        assert_eq!(count(&graph(10, &pairs)), 3840);
        let mut petersen = Vec::new();
        for i in 0..5 {
            petersen.extend([(i, (i + 1) % 5), (i, i + 5), (i + 5, (i + 2) % 5 + 5)]);
        }
        assert_eq!(count(&graph(10, &petersen)), 120);
    }

    #[test]
    fn sizes_of_spasms_and_their_widths() {
        let spasm_of = |g: &Small| spasm(g, false, &Monitor::new()).unwrap();
        let sizes: Vec<usize> = (4..9).map(|n| spasm_of(&cycle(n)).len()).collect();
        assert_eq!(sizes, [3, 3, 10, 12, 35]);
        let widths: Vec<usize> = (3..9)
            .map(|n| spasm_of(&cycle(n)).iter().map(|(g, _)| width(g)).max().unwrap())
            .collect();
        assert_eq!(widths, [2, 2, 2, 2, 2, 3]);
    }

    #[test]
    fn an_order_of_elimination_has_its_width() {
        let monitor = Monitor::new();
        for (g, expected) in [(graph(1, &[]), 0), (cycle(7), 2), (graph(5, &[(0, 1), (2, 3)]), 1)] {
            for last in (0..g.n()).map(Some).chain([None]) {
                let (found, order) = treewidth(&g.neighbours(), last, &monitor).unwrap();
                let mut gone = 0;
                let mut most = 0;
                for &v in &order {
                    most = most.max(reached(&g.neighbours(), v, gone).count_ones() as usize);
                    gone |= 1 << v;
                }
                assert_eq!((found, most), (expected, expected));
                assert!(last.is_none_or(|last| order.last() == Some(&last)));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn isomorphic_graphs_have_one_form_and_others_have_not(
            codes in prop::collection::vec(0_u32..3, 36),
            other in prop::collection::vec(0_u32..3, 36),
            colours in prop::collection::vec(0_u32..2, 6),
            keys in prop::collection::vec(0_u32..1000, 6),
        ) {
            let g = Small::new(colours.clone(), codes).unwrap();
            let h = Small::new(colours, other).unwrap();
            let mut order: Vec<usize> = (0..6).collect();
            order.sort_by_key(|&v| keys[v]);
            let monitor = Monitor::new();
            let one = canonical(&g, &monitor).unwrap();
            prop_assert_eq!(&one.form, &canonical(&g.arranged(&order), &monitor).unwrap().form);
            prop_assert_eq!(&one.form, &g.arranged(&one.order));
            let mut isomorphic = false;
            let mut automorphisms = 0;
            permutations(6, &mut |p| {
                isomorphic |= g.arranged(p) == h;
                automorphisms += u128::from(g.arranged(p) == g);
            });
            prop_assert_eq!(one.form == canonical(&h, &monitor).unwrap().form, isomorphic);
            prop_assert_eq!(one.automorphisms, automorphisms);
        }
    }

    fn permutations(n: usize, visit: &mut impl FnMut(&[usize])) {
        fn rest(p: &mut Vec<usize>, from: usize, visit: &mut impl FnMut(&[usize])) {
            if from == p.len() {
                visit(p);
            }
            for i in from..p.len() {
                p.swap(from, i);
                rest(p, from + 1, visit);
                p.swap(from, i);
            }
        }
        rest(&mut (0..n).collect(), 0, visit);
    }
}
