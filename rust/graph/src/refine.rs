//! The Weisfeiler-Leman algorithm: colours of vertices or of k-tuples, refined round by round until nothing changes, exactly and in an order that does not depend on how vertices are numbered.
//!
//! One dimension is colour refinement. Rounds are synchronous, so that their number means something, and yet a round looks only at the edges into classes that are new: of a class that was split all
//! parts but the largest, whose counts follow from the others. Every edge is looked at `O(log n)` times (Hopcroft 1971; Cardon and Crochemore 1982).
//!
//! In k ≥ 2 dimensions a tuple's new colour is its old one with a multiset of colours. Equal multisets have equal sums of hashes, so that tuples are sorted by these; then each is compared with one that has the same sum,
//! entry by entry. Where the sums were equal by accident the multisets themselves are sorted. Colours are never told apart or taken for equal by a hash.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};

use porism_runtime::{Monitor, Pool};

use crate::random::{GOLDEN, mix};
use crate::{Csr, Error};

/// The most positions of a tuple.
pub const MOST_POSITIONS: usize = 4;

/// Colours 0, 1, … that nothing refines any further, or those after the last round that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refined {
    /// A colour for each vertex or tuple. Isomorphisms keep them.
    pub colours: Vec<u32>,
    /// How many colours there are.
    pub n_colours: usize,
    /// Rounds in which some class was split.
    pub rounds: usize,
    /// Whether another round would change nothing.
    pub stable: bool,
}

/// Colour refinement of the vertices of a graph, whose entries are the labels of edges, small integers.
///
/// # Errors
/// `InvalidParameter` if the graph is not square, there are not as many colours as vertices, or a label is not among 0, 1, … 65 535; where somebody stopped the monitor.
pub fn vertices(graph: &Csr, initial: &[u32], most_rounds: usize, monitor: &Monitor) -> Result<Refined, Error> {
    let n = graph.n_rows();
    check(graph, initial)?;
    let one_label = graph.data().windows(2).all(|pair| pair[0] == pair[1]);
    let mut partition = Partition::new(initial);
    let mut splitters: Vec<u32> = (0..partition.starts.len() as u32).collect();
    let mut rounds = 0;
    let mut counts = vec![0_u32; n];
    let mut signatures: Vec<Vec<(u32, u32, u32)>> = vec![Vec::new(); n];
    let mut work = 0_usize;
    while !splitters.is_empty() {
        // One round more than asked for, which only says whether there is something left to do.
        let last = (rounds == most_rounds).then(|| (partition.classes.clone(), partition.starts.len()));
        let mut touched: Vec<u32> = Vec::new();
        for &splitter in &splitters {
            let mut hit: Vec<(u32, u32)> = Vec::new();
            for &v in partition.members(splitter) {
                work += graph.neighbours(v as usize).len() + 1;
                if work >= 1 << 16 {
                    work = 0;
                    monitor.check()?;
                }
                let (columns, labels) = graph.row(v as usize);
                if one_label {
                    for &u in columns {
                        if counts[u as usize] == 0 {
                            hit.push((u, 0));
                        }
                        counts[u as usize] += 1;
                    }
                } else {
                    hit.extend(columns.iter().zip(labels).map(|(&u, &label)| (u, label as u32)));
                }
            }
            let mut note = |u: u32, label: u32, count: u32| {
                let signature = &mut signatures[u as usize];
                if signature.is_empty() {
                    touched.push(u);
                }
                signature.push((splitter, label, count));
            };
            if one_label {
                for (u, label) in hit {
                    note(u, label, std::mem::take(&mut counts[u as usize]));
                }
            } else {
                hit.sort_unstable();
                for same in hit.chunk_by(|a, b| a == b) {
                    note(same[0].0, same[0].1, same.len() as u32);
                }
            }
        }
        let key = |&u: &u32| (partition.classes[u as usize], &signatures[u as usize]);
        touched.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        splitters = partition.split(&touched, &signatures);
        for u in touched {
            signatures[u as usize].clear();
        }
        monitor.check()?;
        if let Some((colours, n_colours)) = last {
            return Ok(Refined {
                colours,
                n_colours,
                rounds,
                stable: splitters.is_empty(),
            });
        }
        rounds += usize::from(!splitters.is_empty());
    }
    Ok(Refined {
        n_colours: partition.starts.len(),
        colours: partition.classes,
        rounds,
        stable: true,
    })
}

fn check(graph: &Csr, initial: &[u32]) -> Result<(), Error> {
    let n = graph.n_rows();
    if graph.n_columns() != n {
        return Err(Error::parameter(
            "graph",
            "square",
            format!("{n} by {}", graph.n_columns()),
        ));
    }
    if initial.len() != n {
        return Err(Error::parameter(
            "colours",
            format!("{n}, one for each vertex"),
            initial.len(),
        ));
    }
    match graph
        .data()
        .iter()
        .find(|&&label| !(0.0..65_536.0).contains(&label) || label.fract() != 0.0)
    {
        Some(label) => Err(Error::parameter("labels", "among 0, 1, … 65535", label)),
        None => Ok(()),
    }
}

/// Classes of vertices, each a range of `order`.
struct Partition {
    order: Vec<u32>,
    place: Vec<u32>,
    classes: Vec<u32>,
    starts: Vec<usize>,
    sizes: Vec<usize>,
}

impl Partition {
    fn new(initial: &[u32]) -> Self {
        let n = initial.len();
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_by_key(|&v| initial[v as usize]);
        let mut made = Self {
            place: vec![0; n],
            classes: vec![0; n],
            starts: Vec::new(),
            sizes: Vec::new(),
            order,
        };
        for i in 0..n {
            let v = made.order[i] as usize;
            if i == 0 || initial[v] != initial[made.order[i - 1] as usize] {
                made.starts.push(i);
                made.sizes.push(0);
            }
            made.place[v] = i as u32;
            made.classes[v] = made.starts.len() as u32 - 1;
            made.sizes[made.starts.len() - 1] += 1;
        }
        made
    }

    fn members(&self, class: u32) -> &[u32] {
        let start = self.starts[class as usize];
        &self.order[start..start + self.sizes[class as usize]]
    }

    /// Split classes by the signatures of `touched`, which are sorted by class and signature; the others have none. The new classes: all parts but the largest, which keeps the name.
    fn split(&mut self, touched: &[u32], signatures: &[Vec<(u32, u32, u32)>]) -> Vec<u32> {
        let mut fresh = Vec::new();
        let mut rest = touched;
        while let Some(&first) = rest.first() {
            let class = self.classes[first as usize] as usize;
            let end = rest
                .iter()
                .position(|&u| self.classes[u as usize] as usize != class)
                .unwrap_or(rest.len());
            let (members, later) = rest.split_at(end);
            rest = later;
            let (start, size) = (self.starts[class], self.sizes[class]);
            let untouched = size - members.len();
            let mut parts: Vec<usize> = Vec::new(); // their sizes, those without a signature first
            if untouched > 0 {
                parts.push(untouched);
            }
            parts.extend(
                members
                    .chunk_by(|a, b| signatures[*a as usize] == signatures[*b as usize])
                    .map(<[u32]>::len),
            );
            if parts.len() == 1 {
                continue;
            }
            for (i, &u) in members.iter().enumerate().rev() {
                self.swap(self.place[u as usize] as usize, start + untouched + i);
            }
            let mut largest = 0;
            for (i, &part) in parts.iter().enumerate() {
                if part > parts[largest] {
                    largest = i;
                }
            }
            let mut begin = start;
            for (i, &part) in parts.iter().enumerate() {
                if i == largest {
                    (self.starts[class], self.sizes[class]) = (begin, part);
                } else {
                    let name = self.starts.len() as u32;
                    self.starts.push(begin);
                    self.sizes.push(part);
                    for place in begin..begin + part {
                        self.classes[self.order[place] as usize] = name;
                    }
                    fresh.push(name);
                }
                begin += part;
            }
        }
        fresh
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.order.swap(a, b);
        self.place[self.order[a] as usize] = a as u32;
        self.place[self.order[b] as usize] = b as u32;
    }
}

/// What refines the colour of a tuple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// The multiset, over all vertices w, of the colours of the k tuples with w in one position. As strong as the oblivious variant in one dimension more.
    Folklore,
    /// For each position the multiset, over all vertices w, of the colours of the tuple with w there.
    Oblivious,
}

/// The refinement of all k-tuples of vertices of the same component of a disjoint union, in which graph i has `sizes[i]` vertices.
///
/// Tuples of a graph follow those of the graph before, the last position running fastest.
///
/// # Errors
/// As [`vertices`]; `InvalidParameter` for k outside of 2..=4 or sizes that do not add up; `TooLarge` for more than 2^32 tuples.
#[allow(clippy::too_many_arguments)] // the caller's arguments, each by its name
pub fn tuples(
    graph: &Csr,
    sizes: &[usize],
    initial: &[u32],
    k: usize,
    variant: Variant,
    most_rounds: usize,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Refined, Error> {
    check(graph, initial)?;
    if !(2..=MOST_POSITIONS).contains(&k) {
        return Err(Error::parameter("k", format!("in 2..={MOST_POSITIONS}"), k));
    }
    if sizes.iter().sum::<usize>() != graph.n_rows() {
        return Err(Error::parameter(
            "sizes",
            "those of graphs with all vertices",
            sizes.iter().sum::<usize>(),
        ));
    }
    let total: u128 = sizes.iter().map(|&n| (n as u128).pow(k as u32)).sum();
    if total >= 1 << 32 {
        return Err(Error::TooLarge {
            what: "the colours of all tuples",
            bytes: total * 16,
        });
    }
    let mut parts = Vec::with_capacity(sizes.len());
    let (mut first, mut start) = (0, 0);
    for &n in sizes {
        let mut strides = [1; MOST_POSITIONS];
        for i in (0..k - 1).rev() {
            strides[i] = strides[i + 1] * n;
        }
        parts.push(Part {
            n,
            first,
            start,
            strides,
        });
        first += n;
        start += n.pow(k as u32);
    }
    let frame = Frame { parts, k, variant };
    let mut colours = frame.types(graph, initial, monitor)?;
    let mut n_colours = colours.iter().max().map_or(0, |&c| c as usize + 1);
    let (mut rounds, mut stable) = (0, colours.is_empty());
    while !stable {
        let next = if k == 2 || variant == Variant::Oblivious {
            round::<u64>(&frame, &colours, u64::MAX, pool, monitor)?
        } else {
            round::<u128>(&frame, &colours, u64::MAX, pool, monitor)?
        };
        if next.1 == n_colours {
            stable = true;
        } else if rounds == most_rounds {
            break; // there would be more to do
        } else {
            (colours, n_colours) = next;
            rounds += 1;
            stable = n_colours == colours.len();
            monitor.report(rounds as u64, 0, n_colours as f64);
        }
    }
    Ok(Refined {
        colours,
        n_colours,
        rounds,
        stable,
    })
}

/// One graph's tuples.
struct Part {
    n: usize,
    first: usize,
    start: usize,
    strides: [usize; MOST_POSITIONS],
}

struct Frame {
    parts: Vec<Part>,
    k: usize,
    variant: Variant,
}

/// The colours at the positions of a tuple, side by side.
trait Key: Copy + Eq + Ord + Hash + Default + Send + Sync {
    fn beside(self, colour: u32) -> Self;
    fn mixed(self) -> u64;
}

impl Key for u64 {
    #[inline]
    fn beside(self, colour: u32) -> Self {
        self << 32 | Self::from(colour)
    }
    #[inline]
    fn mixed(self) -> u64 {
        mixed(self)
    }
}

impl Key for u128 {
    #[inline]
    fn beside(self, colour: u32) -> Self {
        self << 32 | Self::from(colour)
    }
    #[inline]
    fn mixed(self) -> u64 {
        mixed(self as u64).wrapping_mul(0x2545_f491_4f6c_dd1d) ^ mixed((self >> 64) as u64 ^ 0x5851_f42d_4c95_7f2d)
    }
}

/// Well mixed bits.
#[inline]
fn mixed(x: u64) -> u64 {
    mix(x.wrapping_add(GOLDEN))
}

impl Frame {
    /// Which graph a tuple is of.
    fn part(&self, tuple: usize) -> &Part {
        let i = self.parts.partition_point(|part| part.start <= tuple).max(1) - 1;
        &self.parts[i]
    }

    /// Ordered isomorphism types: the vertices' colours, which positions are equal, and which are adjacent by which label. Numbered in the order of what they are.
    fn types(&self, graph: &Csr, initial: &[u32], monitor: &Monitor) -> Result<Vec<u32>, Error> {
        type Type = [u32; MOST_POSITIONS + MOST_POSITIONS * (MOST_POSITIONS - 1) / 2];
        let k = self.k;
        let mut names: HashMap<Type, u32> = HashMap::new();
        let mut kinds: Vec<Type> = Vec::new();
        let mut found = Vec::new();
        let mut codes = Vec::new();
        for part in &self.parts {
            let n = part.n;
            codes.clear();
            codes.resize(n * n, 0_u32);
            for u in 0..n {
                let (columns, labels) = graph.row(part.first + u);
                for (&v, &label) in columns.iter().zip(labels) {
                    let v = (v as usize).wrapping_sub(part.first);
                    if v >= n {
                        return Err(Error::parameter(
                            "graph",
                            "a union of graphs of these sizes",
                            "an edge between two",
                        ));
                    }
                    codes[u * n + v] = 2 + label as u32;
                }
                codes[u * n + u] = 1;
            }
            let mut tuple = [0_usize; MOST_POSITIONS];
            for index in 0..n.pow(k as u32) {
                if index & 0xffff == 0 {
                    monitor.check()?;
                }
                let mut kind = Type::default();
                let mut slot = MOST_POSITIONS;
                for i in 0..k {
                    kind[i] = initial[part.first + tuple[i]];
                    for j in 0..i {
                        kind[slot] = codes[tuple[j] * n + tuple[i]];
                        slot += 1;
                    }
                }
                let fresh = kinds.len() as u32;
                let name = *names.entry(kind).or_insert(fresh);
                if name == fresh {
                    kinds.push(kind);
                }
                found.push(name);
                for i in (0..k).rev() {
                    tuple[i] += 1;
                    if tuple[i] < n {
                        break;
                    }
                    tuple[i] = 0;
                }
            }
        }
        let mut order: Vec<usize> = (0..kinds.len()).collect();
        order.sort_unstable_by_key(|&i| kinds[i]);
        let mut rank = vec![0; kinds.len()];
        for (place, &i) in order.iter().enumerate() {
            rank[i] = place as u32;
        }
        for name in &mut found {
            *name = rank[*name as usize];
        }
        Ok(found)
    }

    /// Call `take` with every element of the multiset that refines a tuple.
    #[inline]
    fn each<K: Key>(&self, colours: &[u32], tuple: usize, mut take: impl FnMut(K)) {
        let part = self.part(tuple);
        let inside = tuple - part.start;
        let (n, k) = (part.n, self.k);
        let base: [usize; MOST_POSITIONS] = std::array::from_fn(|i| {
            let stride = part.strides[i];
            if i < k { tuple - inside / stride % n * stride } else { 0 }
        });
        match self.variant {
            Variant::Folklore => {
                for w in 0..n {
                    let mut key = K::default();
                    for i in 0..k {
                        key = key.beside(colours[base[i] + w * part.strides[i]]);
                    }
                    take(key);
                }
            }
            Variant::Oblivious => {
                for i in 0..k {
                    for w in 0..n {
                        take(
                            K::default()
                                .beside(i as u32)
                                .beside(colours[base[i] + w * part.strides[i]]),
                        );
                    }
                }
            }
        }
    }
}

/// The next colours, and how many. `mask` takes bits from the hashes: tests let them collide.
fn round<K: Key>(
    frame: &Frame,
    colours: &[u32],
    mask: u64,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<(Vec<u32>, usize), Error> {
    const CHUNK: usize = 256;
    let n = colours.len();
    let mut sums = vec![0_u64; n];
    pool.for_each_of(sums.chunks_mut(CHUNK).enumerate().collect(), |(chunk, sums)| {
        if monitor.check().is_err() {
            return;
        }
        for (i, sum) in sums.iter_mut().enumerate() {
            let mut total = 0_u64;
            frame.each::<K>(colours, chunk * CHUNK + i, |key| {
                total = total.wrapping_add(key.mixed())
            });
            *sum = total & mask;
        }
    });
    monitor.check()?;
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.sort_unstable_by_key(|&t| (colours[t as usize], sums[t as usize], t));
    monitor.check()?;
    // Tuples of one old colour and one sum, and whether the first of them is like all the others.
    let groups: Vec<&[u32]> = order
        .chunk_by(|&a, &b| {
            let (a, b) = (a as usize, b as usize);
            colours[a] == colours[b] && sums[a] == sums[b]
        })
        .collect();
    let alike: Vec<AtomicBool> = groups.iter().map(|_| AtomicBool::new(true)).collect();
    let mut pieces: Vec<(usize, &[u32])> = Vec::new();
    for (i, group) in groups.iter().enumerate() {
        if group.len() > 1 {
            pieces.extend(group[1..].chunks(CHUNK).map(|piece| (i, piece)));
        }
    }
    pool.for_each_of(pieces, |(i, piece)| {
        if monitor.check().is_ok() && !same_multisets::<K>(frame, colours, groups[i][0], piece) {
            alike[i].store(false, Ordering::Relaxed);
        }
    });
    monitor.check()?;
    let mut next = vec![0_u32; n];
    let mut n_colours = 0;
    for (group, alike) in groups.iter().zip(alike) {
        if alike.into_inner() {
            for &t in *group {
                next[t as usize] = n_colours;
            }
            n_colours += 1;
            continue;
        }
        let mut rows: Vec<(Vec<K>, u32)> = group
            .iter()
            .map(|&t| {
                let mut row = Vec::new();
                frame.each::<K>(colours, t as usize, |key| row.push(key));
                row.sort_unstable();
                (row, t)
            })
            .collect();
        rows.sort_unstable();
        for same in rows.chunk_by(|a, b| a.0 == b.0) {
            for &(_, t) in same {
                next[t as usize] = n_colours;
            }
            n_colours += 1;
        }
    }
    Ok((next, n_colours as usize))
}

/// Whether the multisets of `others` are that of `first`.
fn same_multisets<K: Key>(frame: &Frame, colours: &[u32], first: u32, others: &[u32]) -> bool {
    let mut items = Vec::new();
    frame.each::<K>(colours, first as usize, |key| items.push(key));
    let bits = (items.len() * 2).next_power_of_two().trailing_zeros().max(1);
    let size = 1_usize << bits;
    // Open addressing: a key with how often the first one has it, and how often the other one had it so far.
    let mut keys = vec![K::default(); size];
    let mut wanted = vec![0_u32; size];
    let place = |key: K| (key.mixed() >> (64 - bits)) as usize;
    for &key in &items {
        let mut at = place(key);
        while wanted[at] > 0 && keys[at] != key {
            at = (at + 1) & (size - 1);
        }
        keys[at] = key;
        wanted[at] += 1;
    }
    let mut had = vec![0_u32; size];
    for &other in others {
        had.fill(0);
        let (mut same, mut n) = (true, 0);
        frame.each::<K>(colours, other as usize, |key| {
            let mut at = place(key);
            while wanted[at] > 0 && keys[at] != key {
                at = (at + 1) & (size - 1);
            }
            had[at] += 1;
            n += 1;
            same &= had[at] <= wanted[at]; // an empty place wants none
        });
        if !same || n != items.len() {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A random symmetric graph with labelled edges, and colours of its vertices.
    fn random(n: usize, edges: &[(usize, usize, u32)]) -> Csr {
        let mut matrix = vec![None; n * n];
        for &(u, v, label) in edges {
            let (u, v) = (u % n, v % n);
            if u != v {
                matrix[u * n + v] = Some(label);
                matrix[v * n + u] = Some(label);
            }
        }
        let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
        for u in 0..n {
            for v in 0..n {
                if let Some(label) = matrix[u * n + v] {
                    indices.push(v as u32);
                    data.push(f64::from(label));
                }
            }
            indptr.push(indices.len());
        }
        Csr::new(n, indptr, indices, data).unwrap()
    }

    /// The classes after each round, by sorting what the definition says.
    fn obvious(graph: &Csr, initial: &[u32], rounds: usize) -> Vec<u32> {
        let mut colours = initial.to_vec();
        for _ in 0..rounds {
            let rows: Vec<_> = (0..graph.n_rows())
                .map(|v| {
                    let (columns, labels) = graph.row(v);
                    let mut row: Vec<_> = columns
                        .iter()
                        .zip(labels)
                        .map(|(&u, &l)| (l as u32, colours[u as usize]))
                        .collect();
                    row.sort_unstable();
                    (colours[v], row)
                })
                .collect();
            let mut kinds = rows.clone();
            kinds.sort_unstable();
            kinds.dedup();
            colours = rows
                .iter()
                .map(|row| kinds.binary_search(row).unwrap() as u32)
                .collect();
        }
        colours
    }

    fn same_partition(a: &[u32], b: &[u32]) -> bool {
        (0..a.len()).all(|i| (0..a.len()).all(|j| (a[i] == a[j]) == (b[i] == b[j])))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn rounds_are_those_of_the_definition(
            n in 1_usize..14,
            edges in prop::collection::vec((0_usize..14, 0_usize..14, 0_u32..2), 0..20),
            palette in prop::collection::vec(0_u32..2, 14),
            most in 0_usize..5,
        ) {
            let graph = random(n, &edges);
            let found = vertices(&graph, &palette[..n], most, &Monitor::new()).unwrap();
            prop_assert!(same_partition(&found.colours, &obvious(&graph, &palette[..n], most)));
            let stable = vertices(&graph, &palette[..n], usize::MAX, &Monitor::new()).unwrap();
            prop_assert!(stable.stable && same_partition(&stable.colours, &obvious(&graph, &palette[..n], n)));
        }

        #[test]
        fn collisions_of_hashes_change_no_class(
            n in 2_usize..7,
            edges in prop::collection::vec((0_usize..7, 0_usize..7, 0_u32..2), 0..12),
            k in 2_usize..4,
            oblivious: bool,
        ) {
            let graph = random(n, &edges);
            let variant = if oblivious { Variant::Oblivious } else { Variant::Folklore };
            let strides = std::array::from_fn(|i| if i < k { n.pow((k - 1 - i) as u32) } else { 1 });
            let frame = Frame { parts: vec![Part { n, first: 0, start: 0, strides }], k, variant };
            let monitor = Monitor::new();
            let mut colours = frame.types(&graph, &vec![0; n], &monitor).unwrap();
            for _ in 0..3 {
                let exact = round::<u128>(&frame, &colours, u64::MAX, &Pool::serial(), &monitor).unwrap();
                for mask in [0, 1, 3] {
                    let colliding = round::<u128>(&frame, &colours, mask, &Pool::serial(), &monitor).unwrap();
                    prop_assert_eq!(exact.1, colliding.1);
                    prop_assert!(same_partition(&exact.0, &colliding.0));
                }
                colours = exact.0;
            }
        }
    }

    #[test]
    fn a_path_takes_half_as_many_rounds_as_it_has_vertices() {
        let n = 4001;
        let edges: Vec<(u32, u32)> = (0..n as u32 - 1).map(|i| (i, i + 1)).collect();
        let (mut indptr, mut indices) = (vec![0], Vec::new());
        for v in 0..n as u32 {
            indices.extend([v.wrapping_sub(1), v + 1].into_iter().filter(|&u| (u as usize) < n));
            indptr.push(indices.len());
        }
        assert_eq!(indices.len(), 2 * edges.len());
        let data = vec![0.0; indices.len()];
        let graph = Csr::new(n, indptr, indices, data).unwrap();
        let found = vertices(&graph, &vec![0; n], usize::MAX, &Monitor::new()).unwrap();
        assert_eq!((found.n_colours, found.rounds), (2001, 1999 + 1));
    }

    #[test]
    fn two_dimensions_tell_two_triangles_from_a_hexagon_and_one_does_not() {
        let hexagon: Vec<(usize, usize, u32)> = (0..6).map(|i| (i, (i + 1) % 6, 0)).collect();
        let mut both = hexagon;
        both.extend([(6, 7, 0), (7, 8, 0), (8, 6, 0), (9, 10, 0), (10, 11, 0), (11, 9, 0)]);
        let graph = random(12, &both);
        let monitor = Monitor::new();
        assert_eq!(vertices(&graph, &[0; 12], usize::MAX, &monitor).unwrap().n_colours, 1);
        let two = tuples(
            &graph,
            &[6, 6],
            &[0; 12],
            2,
            Variant::Folklore,
            usize::MAX,
            &Pool::serial(),
            &monitor,
        )
        .unwrap();
        assert!(two.colours[..36].iter().all(|c| !two.colours[36..].contains(c)));
        let weak = tuples(
            &graph,
            &[6, 6],
            &[0; 12],
            2,
            Variant::Oblivious,
            usize::MAX,
            &Pool::serial(),
            &monitor,
        )
        .unwrap();
        let histogram = |part: &[u32]| {
            (0..weak.n_colours as u32)
                .map(|c| part.iter().filter(|&&d| d == c).count())
                .collect::<Vec<_>>()
        };
        assert_eq!(histogram(&weak.colours[..36]), histogram(&weak.colours[36..]));
    }
}
