//! Linear fixed points `x = A x + b` on graphs, many heads at once, each with coefficients of its own on the common edges.
//!
//! A head's matrix is never formed. An iteration gathers, multiplies and sums by receiver, `y[i,h] = b[i,h] + sum over edges (j → i) of c[e,h] x[j,h]`, and what it costs is the
//! memory of `c`: heads are therefore taken in blocks of one cache line (8 of float64, 16 of float32), so that every gather of `x` is one line, and the coefficients of a block are
//! packed once in the order in which all its iterations stream them. Lanes never mix, so that vector code of any width computes the same bits, and rows are summed in edge order
//! whatever the number of threads.
//!
//! Graphs of a batch are independent, and are iterated one by one: a small one stays in the cache for all of its iterations, and none waits for another to converge.

use std::ops::Range;

use porism_runtime::{Interrupted, Isa, Monitor, Pool};
use rayon::prelude::*;

use crate::Error;

/// Rows that are one piece of parallel work: fixed, since sums of norms are made piece by piece.
const PIECE: usize = 256;

/// Coefficients in one block of heads from which on a graph's rows are shared among threads; below, whole graphs are.
const LARGE: usize = 1 << 18;

/// Edges between the one whose gains are read and the one whose gains are asked for: rows in the caller's order are anywhere in memory.
const AHEAD: usize = 16;

/// What the tolerance is relative to where the right side is 0, whose fixed point a start of another size comes to.
const NOTHING: f64 = 1e-30;

/// A floating-point type that iterations run in.
pub trait Real:
    Copy + Send + Sync + PartialOrd + std::ops::Add<Output = Self> + std::ops::Mul<Output = Self> + 'static
{
    /// Zero.
    const ZERO: Self;
    /// Relative error of one rounding.
    const UNIT: f64;
    /// The least positive number: the absolute error of one rounding among the smallest.
    const LEAST: f64;
    /// The nearest value.
    fn of(value: f64) -> Self;
    /// Without loss.
    fn wide(self) -> f64;
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const UNIT: f64 = f64::EPSILON / 2.0;
    const LEAST: f64 = f64::from_bits(1);
    fn of(value: f64) -> Self {
        value
    }
    fn wide(self) -> f64 {
        self
    }
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const UNIT: f64 = f32::EPSILON as f64 / 2.0;
    const LEAST: f64 = f32::from_bits(1) as f64;
    fn of(value: f64) -> Self {
        value as Self
    }
    fn wide(self) -> f64 {
        f64::from(self)
    }
}

/// The norm in which a map contracts, and in which its changes are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    /// The largest entry: rows of `A` sum to less than 1.
    Infinity,
    /// The sum of all entries: columns of `A` do.
    One,
}

impl Norm {
    fn join(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Infinity if a.is_nan() || b.is_nan() => f64::NAN,
            Self::Infinity => a.max(b),
            Self::One => a + b,
        }
    }
}

/// Edges in the order of their receivers, and the graphs of a batch: checked once, as their indices are used unseen.
#[derive(Debug, Clone)]
pub struct Gather {
    /// Vertices before each graph, and all.
    graphs: Vec<usize>,
    /// Where each receiver's edges begin in `order`, and their number.
    starts: Vec<usize>,
    /// Number of the edge.
    order: Vec<u32>,
    /// Sender of the edge.
    from: Vec<u32>,
}

/// What [`Gather::picard`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct FixedPoint<T> {
    /// (n, heads), row by row.
    pub x: Vec<T>,
    /// (graphs, heads): iterations made.
    pub iterations: Vec<u32>,
    /// (graphs, heads): norm of the last change.
    pub change: Vec<f64>,
    /// (graphs, heads): what the distance from the exact fixed point, in the same norm, is at most; rounding included.
    pub bound: Vec<f64>,
}

/// When iterations end.
#[derive(Debug, Clone, Copy)]
pub struct Stop {
    /// The bound to reach, times the norm of the right side.
    pub tol: f64,
    /// Iterations at most.
    pub max_iter: u32,
}

/// The numbers of a system: `A[into, from] += scale[e] gains[e, head]`.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a, T> {
    /// Heads.
    pub heads: usize,
    /// (m, heads), edges in the caller's order.
    pub gains: &'a [T],
    /// (m,)
    pub scale: &'a [T],
}

impl Gather {
    /// Sort edges by receiver, of equals the first first. `graphs` holds the number of vertices before each graph, and at its end all of them.
    ///
    /// # Errors
    /// `InvalidParameter` if the lists differ in length, an end is out of range or in another graph than the other end, there are 2^32 edges or
    /// more, or `graphs` does not rise from 0.
    pub fn new(into: &[u32], from: &[u32], graphs: Vec<usize>) -> Result<Self, Error> {
        let sound = graphs.first() == Some(&0) && graphs.windows(2).all(|pair| pair[0] <= pair[1]);
        if !sound {
            return Err(Error::parameter(
                "graphs",
                "a list that rises from 0",
                format!("{graphs:?}"),
            ));
        }
        let n = graphs[graphs.len() - 1];
        if into.len() != from.len() || into.len() >= u32::MAX as usize {
            let got = format!("{} and {}", into.len(), from.len());
            return Err(Error::parameter(
                "edges",
                "as many receivers as senders, below 2^32",
                got,
            ));
        }
        if let Some(&end) = into.iter().chain(from).find(|&&end| end as usize >= n) {
            return Err(Error::parameter("edges", format!("between vertices below {n}"), end));
        }
        let graph_of = |vertex: u32| graphs.partition_point(|&start| start <= vertex as usize);
        let crosses = |&e: &usize| graph_of(into[e]) != graph_of(from[e]);
        if graphs.len() > 2
            && let Some(e) = (0..into.len()).find(crosses)
        {
            let got = format!("{} → {}", from[e], into[e]);
            return Err(Error::parameter("edges", "inside one graph each", got));
        }
        let mut starts = vec![0_usize; n + 1];
        for &receiver in into {
            starts[receiver as usize + 1] += 1;
        }
        for i in 0..n {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let (mut order, mut senders) = (vec![0_u32; into.len()], vec![0_u32; into.len()]);
        for (e, (&receiver, &sender)) in into.iter().zip(from).enumerate() {
            let place = &mut next[receiver as usize];
            order[*place] = e as u32;
            senders[*place] = sender;
            *place += 1;
        }
        Ok(Self {
            graphs,
            starts,
            order,
            from: senders,
        })
    }

    /// Vertices of all graphs.
    pub fn n(&self) -> usize {
        self.starts.len() - 1
    }

    /// Edges of all graphs.
    pub fn n_edges(&self) -> usize {
        self.order.len()
    }

    /// Graphs.
    pub fn n_graphs(&self) -> usize {
        self.graphs.len() - 1
    }

    fn check_values<T: Real>(&self, values: &Values<'_, T>) -> Result<(), Error> {
        check_length("gains", values.gains.len(), self.n_edges(), values.heads)?;
        check_length("scale", values.scale.len(), self.n_edges(), 1)
    }

    /// Iterate `x ← A x + b` from `start` (or 0), for each graph and head until its own bound is reached.
    ///
    /// With `q` the norm of a head's matrix on a graph and `d` the last change, the fixed point is at most `(q d + r) / (1 - q)` away, where `r` is what one iteration may
    /// have been rounded by (Banach). An iteration ends when `q d / (1 - q)` is below the tolerance, or below what rounding alone contributes.
    ///
    /// # Errors
    /// `InvalidParameter` for slices of wrong lengths, `Interrupted`.
    #[allow(clippy::too_many_arguments)]
    pub fn picard<T: Real, const W: usize>(
        &self,
        values: Values<'_, T>,
        bias: &[T],
        start: Option<&[T]>,
        norm: Norm,
        stop: Stop,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<FixedPoint<T>, Error> {
        let heads = values.heads;
        self.check_values(&values)?;
        for (name, slice) in [("bias", Some(bias)), ("start", start)] {
            if let Some(slice) = slice {
                check_length(name, slice.len(), self.n(), heads)?;
            }
        }
        let mut found = FixedPoint {
            x: vec![T::ZERO; self.n() * heads],
            iterations: vec![0; self.n_graphs() * heads],
            change: vec![0.0; self.n_graphs() * heads],
            bound: vec![0.0; self.n_graphs() * heads],
        };
        let system = System::<T, W> {
            gather: self,
            values,
            bias,
            start,
            norm,
            stop,
            isa: Isa::detect(),
            monitor,
        };
        let blocks: Vec<(usize, usize)> = (0..self.n_graphs())
            .flat_map(|graph| (0..heads).step_by(W).map(move |head| (graph, head)))
            .collect();
        let large = |graph: usize| {
            let rows = self.graphs[graph]..self.graphs[graph + 1];
            (self.starts[rows.end] - self.starts[rows.start] + rows.len()) * W >= LARGE
        };
        let (big, small): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|&(graph, _)| large(graph));
        let (mut done, total) = (0_u64, (big.len() + small.len()) as u64);
        for (graph, head) in big {
            let solved = pool.run_awake(|| system.solve(graph, head, pool.is_parallel()))?;
            system.store(graph, head, &solved, &mut found);
            done += 1;
            monitor.report(done, total, 0.0);
        }
        // A wave of graphs at a time, lest all of their blocks be held twice.
        for wave in small.chunks(1024) {
            let one = |&(graph, head): &(usize, usize)| system.solve(graph, head, false);
            let solved: Result<Vec<_>, Interrupted> = if pool.is_parallel() {
                pool.run(|| wave.par_iter().map(one).collect())
            } else {
                wave.iter().map(one).collect()
            };
            for (&(graph, head), block) in wave.iter().zip(solved?) {
                system.store(graph, head, &block, &mut found);
            }
            done += wave.len() as u64;
            monitor.report(done, total, 0.0);
        }
        Ok(found)
    }

    /// `A x`, or the sum of the coefficients themselves by receiver where there is no `x`: (n, heads).
    ///
    /// # Errors
    /// `InvalidParameter` for slices of wrong lengths, `Interrupted`.
    pub fn apply<T: Real>(
        &self,
        values: Values<'_, T>,
        x: Option<&[T]>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<Vec<T>, Error> {
        self.check_values(&values)?;
        if let Some(x) = x {
            check_length("x", x.len(), self.n(), values.heads)?;
        }
        let heads = values.heads;
        let mut y = vec![T::ZERO; self.n() * heads];
        let piece = |(number, rows): (usize, &mut [T])| -> Result<(), Interrupted> {
            monitor.check()?;
            for (i, row) in rows.chunks_exact_mut(heads).enumerate() {
                let i = number * PIECE + i;
                for place in self.starts[i]..self.starts[i + 1] {
                    let e = self.order[place] as usize;
                    if let Some(&next) = self.order.get(place + AHEAD) {
                        prefetch(values.gains, next as usize * heads);
                        prefetch(values.gains, (next as usize + 1) * heads - 1);
                    }
                    let gains = &values.gains[e * heads..][..heads];
                    let scale = values.scale[e];
                    if let Some(x) = x {
                        let sent = &x[self.from[place] as usize * heads..][..heads];
                        for ((y, &gain), &x) in row.iter_mut().zip(gains).zip(sent) {
                            *y = *y + scale * gain * x;
                        }
                    } else {
                        for (y, &gain) in row.iter_mut().zip(gains) {
                            *y = *y + scale * gain;
                        }
                    }
                }
            }
            Ok(())
        };
        if heads > 0 {
            if pool.is_parallel() {
                pool.run(|| y.par_chunks_mut(PIECE * heads).enumerate().try_for_each(piece))?;
            } else {
                y.chunks_mut(PIECE * heads).enumerate().try_for_each(piece)?;
            }
        }
        Ok(y)
    }

    /// The derivative of `⟨v, A x⟩` by the gains: `scale[e] v[into, h] x[from, h]`, (m, heads) in the caller's order of edges.
    ///
    /// # Errors
    /// `InvalidParameter` for slices of wrong lengths, `Interrupted`.
    pub fn products<T: Real>(
        &self,
        heads: usize,
        scale: &[T],
        v: &[T],
        x: &[T],
        monitor: &Monitor,
    ) -> Result<Vec<T>, Error> {
        check_length("scale", scale.len(), self.n_edges(), 1)?;
        check_length("v", v.len(), self.n(), heads)?;
        check_length("x", x.len(), self.n(), heads)?;
        let mut out = vec![T::ZERO; self.n_edges() * heads];
        for i in 0..self.n() {
            if i % PIECE == 0 {
                monitor.check()?;
            }
            let received = &v[i * heads..][..heads];
            for place in self.starts[i]..self.starts[i + 1] {
                let e = self.order[place] as usize;
                let sent = &x[self.from[place] as usize * heads..][..heads];
                let target = &mut out[e * heads..][..heads];
                for ((out, &v), &x) in target.iter_mut().zip(received).zip(sent) {
                    *out = scale[e] * v * x;
                }
            }
        }
        Ok(out)
    }
}

fn check_length(name: &'static str, got: usize, rows: usize, heads: usize) -> Result<(), Error> {
    if rows.checked_mul(heads) == Some(got) {
        Ok(())
    } else {
        Err(Error::parameter(name, format!("{rows} by {heads} numbers"), got))
    }
}

/// A call of [`Gather::picard`], in blocks of `W` heads.
struct System<'a, T, const W: usize> {
    gather: &'a Gather,
    values: Values<'a, T>,
    bias: &'a [T],
    start: Option<&'a [T]>,
    norm: Norm,
    stop: Stop,
    isa: Isa,
    monitor: &'a Monitor,
}

/// The heads of one block on one graph, solved.
struct Solved<T, const W: usize> {
    x: Vec<[T; W]>,
    iterations: [u32; W],
    change: [f64; W],
    bound: [f64; W],
}

/// Everything that iterations on one graph and one block of heads read, packed.
struct Block<'a, T, const W: usize> {
    /// Where the edges of each row begin in `c` and `from`.
    starts: &'a [usize],
    first_edge: usize,
    /// Senders, counted from the graph's first vertex.
    from: Vec<u32>,
    c: Vec<[T; W]>,
    b: Vec<[T; W]>,
}

/// Norms of a piece of rows, lane by lane: of the change, and of the new values.
type Norms<const W: usize> = [[f64; W]; 2];

impl<T: Real, const W: usize> System<'_, T, W> {
    fn rows(&self, graph: usize) -> Range<usize> {
        self.gather.graphs[graph]..self.gather.graphs[graph + 1]
    }

    /// The lanes of row `i` of a matrix with all heads, zero where there are fewer than `W`.
    fn lanes(&self, matrix: &[T], i: usize, head: usize) -> [T; W] {
        let heads = self.values.heads;
        let row = &matrix[i * heads..][..heads];
        if let Some(whole) = row[head..].first_chunk::<W>() {
            return *whole; // a copy of fixed size, where there is no call
        }
        let mut lanes = [T::ZERO; W];
        lanes[..heads - head].copy_from_slice(&row[head..]);
        lanes
    }

    fn pack(&self, rows: &Range<usize>, head: usize) -> Result<Block<'_, T, W>, Interrupted> {
        let gather = self.gather;
        let edges = gather.starts[rows.start]..gather.starts[rows.end];
        let mut c = Vec::with_capacity(edges.len());
        for part in gather.order[edges.clone()].chunks(1 << 14) {
            self.monitor.check()?;
            c.extend(part.iter().enumerate().map(|(place, &e)| {
                if let Some(&next) = part.get(place + AHEAD) {
                    prefetch(self.values.gains, next as usize * self.values.heads + head);
                }
                let mut lanes = self.lanes(self.values.gains, e as usize, head);
                for lane in &mut lanes {
                    *lane = *lane * self.values.scale[e as usize];
                }
                lanes
            }));
        }
        Ok(Block {
            starts: &gather.starts[rows.start..=rows.end],
            first_edge: edges.start,
            from: gather.from[edges].iter().map(|&j| j - rows.start as u32).collect(),
            c,
            b: rows.clone().map(|i| self.lanes(self.bias, i, head)).collect(),
        })
    }

    /// The norm of each head's matrix: its largest sum of a row, or of a column.
    fn rates(&self, block: &Block<'_, T, W>) -> [f64; W] {
        let n = block.b.len();
        let mut sums = vec![[0.0_f64; W]; n];
        for i in 0..n {
            for place in block.edges(i) {
                let target = match self.norm {
                    Norm::Infinity => i,
                    Norm::One => block.from[place] as usize,
                };
                for l in 0..W {
                    sums[target][l] += block.c[place][l].wide().abs();
                }
            }
        }
        let mut rates = [0.0_f64; W];
        for row in sums {
            for l in 0..W {
                rates[l] = rates[l].max(row[l]);
            }
        }
        // Sums of coefficients that have been rounded may be short of the exact ones by that much.
        let slack = 1.0 + 2.0 * block.widest() * f64::UNIT + 2.0 * T::UNIT;
        rates.map(|rate| rate * slack)
    }

    fn solve(&self, graph: usize, head: usize, parallel: bool) -> Result<Solved<T, W>, Interrupted> {
        let rows = self.rows(graph);
        let block = self.pack(&rows, head)?;
        let rates = self.rates(&block);
        let n = rows.len();
        let mut size = [0.0_f64; W];
        for row in &block.b {
            for l in 0..W {
                size[l] = self.norm.join(size[l], row[l].wide().abs());
            }
        }
        let mut x: Vec<[T; W]> = match self.start {
            Some(start) => rows.map(|i| self.lanes(start, i, head)).collect(),
            None => vec![[T::ZERO; W]; n],
        };
        let mut before = [0.0_f64; W];
        for row in &x {
            for l in 0..W {
                before[l] = self.norm.join(before[l], row[l].wide().abs());
            }
        }
        let mut y = vec![[T::ZERO; W]; n];
        let mut solved = Solved {
            x: vec![[T::ZERO; W]; n],
            iterations: [0; W],
            change: [0.0; W],
            bound: [0.0; W],
        };
        // A coefficient has two roundings, a row's sum one for each product and each addition.
        let rounding = (block.widest() + 4.0) * T::UNIT * (1.0 + 1e-6);
        let rows_counted = if self.norm == Norm::One { n as f64 } else { 1.0 };
        let underflow = (block.widest() + 4.0) * rows_counted * T::LEAST;
        let mut open = [true; W];
        open[W.min(self.values.heads - head)..].fill(false);
        for t in 1..=self.stop.max_iter {
            let [change, after] = self.sweep(&block, &x, &mut y, parallel)?;
            std::mem::swap(&mut x, &mut y);
            for l in 0..W {
                if !open[l] {
                    continue;
                }
                let q = rates[l];
                // Rounding of the coefficients alone may have made a map of it that is not known to contract: nothing is then certain.
                let contracts = q < 1.0;
                let magnitude = q * before[l] + size[l];
                let lost = if magnitude > 0.0 { underflow } else { 0.0 };
                let rounded = (rounding * magnitude + lost) / (1.0 - q);
                let away = q * change[l] * (1.0 + 1e-9) / (1.0 - q);
                let relative_to = if size[l] > 0.0 { size[l] } else { NOTHING };
                let wanted = (self.stop.tol * relative_to - rounded).max(rounded);
                let near = if contracts { away <= wanted } else { change[l] == 0.0 };
                // What overflows does so for good, and no bound is then to be had.
                if near || t == self.stop.max_iter || !change[l].is_finite() {
                    open[l] = false;
                    solved.iterations[l] = t;
                    solved.change[l] = change[l];
                    solved.bound[l] = if contracts && away.is_finite() {
                        away + rounded
                    } else {
                        f64::INFINITY
                    };
                    for (kept, row) in solved.x.iter_mut().zip(&x) {
                        kept[l] = row[l];
                    }
                }
            }
            if open == [false; W] {
                break;
            }
            before = after;
        }
        Ok(solved)
    }

    /// `y = A x + b`, and the norms of `y - x` and of `y`.
    fn sweep(
        &self,
        block: &Block<'_, T, W>,
        x: &[[T; W]],
        y: &mut [[T; W]],
        parallel: bool,
    ) -> Result<Norms<W>, Interrupted> {
        let piece = |(number, rows): (usize, &mut [[T; W]])| -> Result<Norms<W>, Interrupted> {
            self.monitor.check()?;
            Ok(rows_on(self.isa, block, x, number * PIECE, rows, self.norm))
        };
        let join = |a: Norms<W>, b: Norms<W>| {
            let mut joined = a;
            for (mine, other) in joined.iter_mut().zip(b) {
                for l in 0..W {
                    mine[l] = self.norm.join(mine[l], other[l]);
                }
            }
            joined
        };
        if parallel {
            let pieces: Result<Vec<_>, _> = y.par_chunks_mut(PIECE).enumerate().map(piece).collect();
            Ok(pieces?.into_iter().fold([[0.0; W]; 2], join))
        } else {
            let mut pieces = y.chunks_mut(PIECE).enumerate().map(piece);
            pieces.try_fold([[0.0; W]; 2], |sum, next| Ok(join(sum, next?)))
        }
    }

    fn store(&self, graph: usize, head: usize, solved: &Solved<T, W>, found: &mut FixedPoint<T>) {
        let heads = self.values.heads;
        let width = W.min(heads - head);
        for (i, row) in self.rows(graph).zip(&solved.x) {
            found.x[i * heads + head..][..width].copy_from_slice(&row[..width]);
        }
        let place = graph * heads + head;
        found.iterations[place..][..width].copy_from_slice(&solved.iterations[..width]);
        found.change[place..][..width].copy_from_slice(&solved.change[..width]);
        found.bound[place..][..width].copy_from_slice(&solved.bound[..width]);
    }
}

impl<T: Real, const W: usize> Block<'_, T, W> {
    fn edges(&self, i: usize) -> Range<usize> {
        self.starts[i] - self.first_edge..self.starts[i + 1] - self.first_edge
    }

    /// Edges of the row that has most.
    fn widest(&self) -> f64 {
        let most = self.starts.windows(2).map(|pair| pair[1] - pair[0]).max();
        most.unwrap_or(0) as f64
    }
}

/// Have a value brought into the cache, where there is such a value.
#[allow(unsafe_code)]
#[inline(always)]
fn prefetch<T>(values: &[T], place: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(value) = values.get(place) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 has the instruction, and it reads nothing that the program could see.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (values, place);
}

/// [`rows_generic`], compiled for the instruction set.
#[allow(unsafe_code)]
fn rows_on<T: Real, const W: usize>(
    isa: Isa,
    block: &Block<'_, T, W>,
    x: &[[T; W]],
    first: usize,
    y: &mut [[T; W]],
    norm: Norm,
) -> Norms<W> {
    #[cfg(target_arch = "x86_64")]
    match isa {
        // SAFETY: `isa` is what this machine was detected to have, or less.
        Isa::Avx512 => return unsafe { rows_avx512(block, x, first, y, norm) },
        // SAFETY: as above.
        Isa::Avx2 => return unsafe { rows_avx2(block, x, first, y, norm) },
        Isa::Portable => {}
    }
    let _ = isa;
    rows_generic(block, x, first, y, norm)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
fn rows_avx512<T: Real, const W: usize>(
    block: &Block<'_, T, W>,
    x: &[[T; W]],
    first: usize,
    y: &mut [[T; W]],
    norm: Norm,
) -> Norms<W> {
    rows_generic(block, x, first, y, norm)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn rows_avx2<T: Real, const W: usize>(
    block: &Block<'_, T, W>,
    x: &[[T; W]],
    first: usize,
    y: &mut [[T; W]],
    norm: Norm,
) -> Norms<W> {
    rows_generic(block, x, first, y, norm)
}

/// The rows from `first` on of `y = A x + b`. No fused multiply-add: instruction sets without one could not give the same bits.
#[inline(always)]
fn rows_generic<T: Real, const W: usize>(
    block: &Block<'_, T, W>,
    x: &[[T; W]],
    first: usize,
    y: &mut [[T; W]],
    norm: Norm,
) -> Norms<W> {
    let (mut change, mut size) = ([0.0_f64; W], [0.0_f64; W]);
    for (i, row) in y.iter_mut().enumerate() {
        let i = first + i;
        let edges = block.edges(i);
        let mut sum = block.b[i];
        for (c, &j) in block.c[edges.clone()].iter().zip(&block.from[edges]) {
            let sent = &x[j as usize];
            for l in 0..W {
                sum[l] = sum[l] + c[l] * sent[l];
            }
        }
        let old = &x[i];
        for l in 0..W {
            let (moved, value) = ((sum[l].wide() - old[l].wide()).abs(), sum[l].wide().abs());
            match norm {
                Norm::Infinity => {
                    change[l] = if moved > change[l] { moved } else { change[l] };
                    size[l] = if value > size[l] { value } else { size[l] };
                }
                Norm::One => {
                    change[l] += moved;
                    size[l] += value;
                }
            }
        }
        *row = sum;
    }
    [change, size]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A system and its parts: receivers, senders, gains, bias, vertices, heads.
    type Case = (Vec<u32>, Vec<u32>, Vec<f64>, Vec<f64>, usize, usize);

    fn cases() -> impl Strategy<Value = Case> {
        (1_usize..12, 1_usize..11).prop_flat_map(|(n, heads)| {
            let end = 0..n as u32;
            proptest::collection::vec((end.clone(), end, 0.0..=1.0), 0..40).prop_flat_map(move |edges| {
                let m = edges.len();
                (
                    Just(edges.iter().map(|edge| edge.0).collect::<Vec<_>>()),
                    Just(edges.iter().map(|edge| edge.1).collect::<Vec<_>>()),
                    proptest::collection::vec(0.0..=1.0, m * heads),
                    proptest::collection::vec(-3.0..3.0, n * heads),
                    Just(n),
                    Just(heads),
                )
            })
        })
    }

    /// gamma over the number of edges at the same end.
    fn scales(ends: &[u32], gamma: f64) -> Vec<f64> {
        let count = |end| ends.iter().filter(|&&other| other == end).count() as f64;
        ends.iter().map(|&end| gamma / count(end)).collect()
    }

    fn residual(case: &Case, scale: &[f64], x: &[f64]) -> Vec<f64> {
        let (into, from, gains, bias, _, heads) = case;
        let mut left: Vec<f64> = bias.iter().zip(x).map(|(b, x)| b - x).collect();
        for e in 0..into.len() {
            for h in 0..*heads {
                left[into[e] as usize * heads + h] += scale[e] * gains[e * heads + h] * x[from[e] as usize * heads + h];
            }
        }
        left
    }

    const STOP: Stop = Stop {
        tol: 1e-11,
        max_iter: 10_000,
    };

    proptest! {
        #[test]
        fn a_fixed_point_is_one(case in cases(), gamma in 0.01..0.95, one in any::<bool>()) {
            let (into, from, gains, bias, n, heads) = &case;
            let norm = if one { Norm::One } else { Norm::Infinity };
            let scale = scales(if one { from } else { into }, gamma);
            let gather = Gather::new(into, from, vec![0, *n]).unwrap();
            let values = Values { heads: *heads, gains, scale: &scale };
            let monitor = Monitor::new();
            let found = gather.picard::<f64, 8>(values, bias, None, norm, STOP, &Pool::serial(), &monitor).unwrap();
            let worst = residual(&case, &scale, &found.x).into_iter().fold(0.0, |a: f64, r| a.max(r.abs()));
            prop_assert!(worst < 1e-9, "{}", worst);
            let far = vec![1e6; n * heads];
            let other = gather.picard::<f64, 8>(values, bias, Some(&far), norm, STOP, &Pool::serial(), &monitor).unwrap();
            for (a, b) in found.x.iter().zip(&other.x) {
                prop_assert!((a - b).abs() < 1e-8);
            }
            let (small, large): (Vec<f32>, Vec<f32>) = (gains.iter().map(|&g| g as f32).collect(), scale.iter().map(|&s| s as f32).collect());
            let short: Vec<f32> = bias.iter().map(|&b| b as f32).collect();
            let values = Values { heads: *heads, gains: &small, scale: &large };
            let single = gather.picard::<f32, 16>(values, &short, None, norm, STOP, &Pool::serial(), &monitor).unwrap();
            for i in 0..*n {
                for h in 0..*heads {
                    let apart = (f64::from(single.x[i * heads + h]) - found.x[i * heads + h]).abs();
                    // what was rounded on the way in is amplified as the bound's own rounding is
                    prop_assert!(apart <= 3.0 * single.bound[h] + 1e-9, "{} of {}", apart, single.bound[h]);
                }
            }
        }

        #[test]
        fn products_and_sums_are_what_they_say(case in cases()) {
            let (into, from, gains, bias, n, heads) = &case;
            let gather = Gather::new(into, from, vec![0, *n]).unwrap();
            let scale = vec![0.5; into.len()];
            let monitor = Monitor::new();
            let values = Values { heads: *heads, gains, scale: &scale };
            let moved = gather.apply(values, Some(bias), &Pool::serial(), &monitor).unwrap();
            let expected = residual(&case, &scale, bias); // bias - x is 0
            for (a, b) in moved.iter().zip(&expected) {
                prop_assert!((a - b).abs() < 1e-12);
            }
            let products = gather.products(*heads, &scale, &moved, bias, &monitor).unwrap();
            for e in 0..into.len() {
                for h in 0..*heads {
                    let by_hand = 0.5 * moved[into[e] as usize * heads + h] * bias[from[e] as usize * heads + h];
                    prop_assert_eq!(products[e * heads + h], by_hand);
                }
            }
            let two = Pool::new(2).unwrap();
            prop_assert_eq!(&gather.apply(values, Some(bias), &two, &monitor).unwrap(), &moved);
            let ones = vec![1.0; bias.len()];
            prop_assert_eq!(gather.apply(values, None, &two, &monitor).unwrap(),
                            gather.apply(values, Some(&ones), &two, &monitor).unwrap());
        }
    }

    /// Random edges, of which a linear congruence decides.
    fn random(n: usize, m: usize, heads: usize) -> Case {
        let mut state = 7_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u32
        };
        let into = (0..m).map(|_| next() % n as u32).collect();
        let from = (0..m).map(|_| next() % n as u32).collect();
        let gains = (0..m * heads)
            .map(|_| f64::from(next()) / f64::from(1_u32 << 31))
            .collect();
        let bias = (0..n * heads)
            .map(|_| f64::from(next()) / f64::from(1_u32 << 30) - 1.0)
            .collect();
        (into, from, gains, bias, n, heads)
    }

    #[test]
    fn bits_depend_neither_on_threads_nor_on_instruction_sets_nor_on_batch_mates() {
        let (into, from, gains, bias, n, heads) = random(9000, 70_000, 11); // large enough to be shared
        let gather = Gather::new(&into, &from, vec![0, n]).unwrap();
        let monitor = Monitor::new();
        for norm in [Norm::Infinity, Norm::One] {
            let scale = scales_fast(if norm == Norm::One { &from } else { &into }, n, 0.7);
            let values = Values {
                heads,
                gains: &gains,
                scale: &scale,
            };
            let solve = |pool: &Pool| {
                gather
                    .picard::<f64, 8>(values, &bias, None, norm, STOP, pool, &monitor)
                    .unwrap()
            };
            let one = solve(&Pool::serial());
            assert_eq!(solve(&Pool::new(2).unwrap()), one);
            assert_eq!(solve(&Pool::new(5).unwrap()), one);
            let system = |isa| System::<f64, 8> {
                gather: &gather,
                values,
                bias: &bias,
                start: None,
                norm,
                stop: STOP,
                isa,
                monitor: &monitor,
            };
            let portable = system(Isa::Portable).solve(0, 8, false).unwrap();
            for isa in Isa::available() {
                let solved = system(isa).solve(0, 8, false).unwrap();
                assert_eq!(
                    (solved.x, solved.bound),
                    (portable.x.clone(), portable.bound),
                    "{isa:?}"
                );
            }
        }
        let (into, from, gains, bias, n, heads) = random(7, 20, 3);
        let scale = scales(&into, 0.9);
        let twice = |list: &[u32], by: u32| {
            list.iter()
                .copied()
                .chain(list.iter().map(|v| v + by))
                .collect::<Vec<_>>()
        };
        let pair = Gather::new(&twice(&into, n as u32), &twice(&from, n as u32), vec![0, n, n, 2 * n]).unwrap();
        let alone = Gather::new(&into, &from, vec![0, n]).unwrap();
        let bias2: Vec<f64> = bias.iter().copied().chain(bias.iter().map(|b| b * 1e5)).collect();
        let (gains2, scale2) = ([&gains[..], &gains].concat(), [&scale[..], &scale].concat());
        let values = Values {
            heads,
            gains: &gains,
            scale: &scale,
        };
        let mates = Values {
            heads,
            gains: &gains2,
            scale: &scale2,
        };
        let one = alone
            .picard::<f64, 8>(values, &bias, None, Norm::Infinity, STOP, &Pool::serial(), &monitor)
            .unwrap();
        let two = Pool::new(2).unwrap();
        let both = pair
            .picard::<f64, 8>(mates, &bias2, None, Norm::Infinity, STOP, &two, &monitor)
            .unwrap();
        assert_eq!(both.x[..n * heads], one.x);
        assert_eq!(both.iterations[..heads], one.iterations);
        assert_eq!(both.iterations[heads..2 * heads], [1; 3]); // the graph without vertices
    }

    fn scales_fast(ends: &[u32], n: usize, gamma: f64) -> Vec<f64> {
        let mut count = vec![0.0_f64; n];
        for &end in ends {
            count[end as usize] += 1.0;
        }
        ends.iter().map(|&end| gamma / count[end as usize]).collect()
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let refused = |into: &[u32], from: &[u32], graphs: &[usize]| {
            Gather::new(into, from, graphs.to_vec()).unwrap_err().to_string()
        };
        assert!(refused(&[0], &[2], &[0, 2]).contains("below 2, got 2"));
        assert!(refused(&[0], &[], &[0, 2]).contains("1 and 0"));
        assert!(refused(&[], &[], &[]).contains("rises from 0"));
        assert!(refused(&[], &[], &[0, 2, 1]).contains("rises from 0"));
        assert!(refused(&[0], &[1], &[0, 1, 2]).contains("1 → 0"));
        let gather = Gather::new(&[0], &[1], vec![0, 2]).unwrap();
        let values = Values {
            heads: 2,
            gains: &[1.0],
            scale: &[1.0],
        };
        assert!(gather.apply(values, None, &Pool::serial(), &Monitor::new()).is_err());
    }

    #[test]
    fn what_overflows_ends_without_a_bound() {
        let gather = Gather::new(&[0], &[0], vec![0, 1]).unwrap();
        let values = Values {
            heads: 1,
            gains: &[1.0_f32],
            scale: &[0.9],
        };
        let found = gather
            .picard::<f32, 16>(
                values,
                &[3e38],
                None,
                Norm::Infinity,
                STOP,
                &Pool::serial(),
                &Monitor::new(),
            )
            .unwrap();
        assert!(found.bound[0].is_infinite() && found.iterations[0] < 10);
    }

    #[test]
    fn a_stopped_monitor_ends_it() {
        let (into, from, gains, bias, n, heads) = random(900, 4000, 3);
        let scale = scales(&into, 0.99);
        let gather = Gather::new(&into, &from, vec![0, n]).unwrap();
        let monitor = Monitor::new();
        monitor.stop();
        let values = Values {
            heads,
            gains: &gains,
            scale: &scale,
        };
        let ended = gather.picard::<f64, 8>(values, &bias, None, Norm::Infinity, STOP, &Pool::serial(), &monitor);
        assert!(matches!(ended, Err(Error::Interrupted(_))));
    }
}
