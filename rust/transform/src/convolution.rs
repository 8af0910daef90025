//! Convolution of many rows with few kernels, whose spectra are computed once.
//!
//! A *job* cuts each output row into pieces. A piece is one passage through the plan: a window of the input goes in, gated on the way, and part of what comes
//! out is gated and written. One window that holds everything is the ordinary convolution by zero padding; many that overlap by a kernel's length less one
//! are overlap-save, in memory that does not depend on the length of the row.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use porism_runtime::{Interrupted, Monitor, Pool};

use crate::Error;
use crate::lanes::Real;
use crate::passes::{Middle, Passage, Sample};
use crate::plan::{Aligned, Plan};

/// Spectra of kernels under one plan, in the order in which its passes leave them, divided by the number of points.
pub struct Spectra<T> {
    points: usize,
    count: usize,
    values: Aligned<T>,
}

impl<T: Real> Spectra<T> {
    /// How many kernels.
    pub fn count(&self) -> usize {
        self.count
    }

    fn parts(&self, i: usize) -> (&[T], &[T]) {
        let both = &self.values[2 * i * self.points..2 * (i + 1) * self.points];
        both.split_at(self.points)
    }
}

/// What goes through the plan, and what is taken of it.
#[derive(Clone, Copy)]
pub struct Job<'a, T> {
    /// Rows of `length` numbers one after the other. Row r is convolved with kernel r modulo the number of kernels.
    pub values: &'a [T],
    /// Numbers of a row.
    pub length: usize,
    /// Factors of the input, number by number.
    pub gate_in: Option<&'a [T]>,
    /// Factors of the output, number by number.
    pub gate_out: Option<&'a [T]>,
    /// For each kernel the multiple of the (ungated) input that is added to the output.
    pub skip: Option<&'a [T]>,
    /// What came before each row, `history` numbers of it, gated; zeros if it is empty.
    pub before: &'a [T],
    /// How many numbers each of the windows overlaps the one before; what comes before the row is read by the first.
    pub overlap: usize,
    /// Where in the ring the first number of the window is put.
    pub place: usize,
    /// Where in the ring the first number of the output is.
    pub start: usize,
    /// Numbers of an output row, and how many of them come of one window.
    pub wanted: usize,
    /// As `wanted`, of one window.
    pub piece: usize,
    /// The input is repeated until so many numbers of a window are filled; 0 for as it is.
    pub repeat: usize,
    /// What comes out farther than this from the start is added to what came out before it; 0 for nowhere.
    pub fold: usize,
    /// The adjoint: spectra are conjugated.
    pub adjoint: bool,
}

impl<T: Real> Job<'_, T> {
    /// Numbers of the ring that a window may fill, and up to where output is read.
    fn reach(&self, ring: usize) -> (usize, usize) {
        let window = if self.repeat > 0 {
            self.repeat
        } else if self.piece == self.wanted {
            self.overlap + self.length
        } else {
            self.overlap + self.piece
        };
        let read = if self.fold > 0 {
            ring.max(self.start + self.fold)
        } else {
            self.start + self.piece
        };
        (self.place + window, read)
    }

    fn check(&self, plan: &Plan<T>, kernels: usize) -> Result<usize, Error>
    where
        T: Sample,
    {
        let ring = plan.length();
        if self.length == 0 || !self.values.len().is_multiple_of(self.length) {
            return Err(Error::parameter(
                "values",
                "rows of `length` numbers",
                self.values.len(),
            ));
        }
        let rows = self.values.len() / self.length;
        let gates = [
            (self.gate_in, self.length, "gate_in"),
            (self.gate_out, self.wanted, "gate_out"),
        ];
        for (gate, length, name) in gates {
            if gate.is_some_and(|gate| Some(gate.len()) != rows.checked_mul(length)) {
                return Err(Error::parameter(
                    name,
                    format!("{rows} rows of {length}"),
                    gate.unwrap_or(&[]).len(),
                ));
            }
        }
        if kernels == 0
            || self
                .skip
                .is_some_and(|skip| skip.len() != kernels || self.wanted > self.length)
        {
            return Err(Error::parameter(
                "skip",
                format!("{kernels} numbers"),
                self.skip.unwrap_or(&[]).len(),
            ));
        }
        if !self.before.is_empty() && Some(self.before.len()) != rows.checked_mul(self.overlap) {
            return Err(Error::parameter(
                "before",
                format!("{rows} rows of {}", self.overlap),
                self.before.len(),
            ));
        }
        let one = self.piece == self.wanted;
        let (filled, read) = self.reach(ring);
        let sound = self.wanted > 0
            && self.piece > 0
            && self.piece <= self.wanted
            && filled <= ring
            && read <= ring
            && self.repeat.max(self.fold) <= ring
            && (one || (self.repeat == 0 && self.fold == 0 && self.place == 0 && self.wanted <= self.length));
        if !sound {
            return Err(Error::parameter(
                "windows",
                format!("within the ring of {ring}"),
                format!("{filled} and {read}"),
            ));
        }
        Ok(rows)
    }
}

/// The two parts of a sequence on its way, apart from one another so that they do not compete for the same cache sets.
struct Scratch<T> {
    both: Aligned<T>,
    points: usize,
}

impl<T: Sample> Scratch<T> {
    fn new(plan: &Plan<T>) -> Result<Self, Error> {
        let points = plan.points();
        Ok(Self {
            both: Aligned::zeros(2 * points + Self::GAP)?,
            points,
        })
    }

    const GAP: usize = 512 / size_of::<T>();

    fn parts(&mut self) -> (&mut [T], &mut [T]) {
        let (re, rest) = self.both.split_at_mut(self.points);
        (re, &mut rest[Self::GAP..])
    }

    /// Put the numbers that `copy(destination, first index)` writes at `place` of the ring, `count` of them, and zeros everywhere else that will be read.
    /// Says up to which point numbers are present, and whether they are all real.
    fn fill(&mut self, place: usize, count: usize, mut copy: impl FnMut(&mut [T], usize)) -> (usize, bool) {
        let points = self.points;
        let (re, im) = self.parts();
        let end = place + count;
        if place < points {
            let upto = end.min(points);
            re[..place].fill(T::ZERO);
            copy(&mut re[place..upto], 0);
            re[upto..].fill(T::ZERO);
        } else {
            re.fill(T::ZERO);
        }
        if end <= points {
            return (end, true);
        }
        let from = place.max(points);
        im[..from - points].fill(T::ZERO);
        copy(&mut im[from - points..end - points], from - place);
        im[end - points..].fill(T::ZERO);
        (points, false)
    }

    /// Hand the numbers from `start` of the ring to `take(numbers, first index)`, `count` of them.
    fn drain(&mut self, start: usize, count: usize, mut take: impl FnMut(&[T], usize)) {
        let points = self.points;
        let (re, im) = self.parts();
        let end = start + count;
        if start < points {
            take(&re[start..end.min(points)], 0);
        }
        if end > points {
            let from = start.max(points);
            take(&im[from - points..end - points], from - start);
        }
    }
}

impl<T: Sample> Plan<T> {
    /// The spectra of kernels of `taps` numbers each, one after the other.
    ///
    /// # Errors
    /// `InvalidParameter` if they do not fit the plan, `TooLarge`, or where somebody stopped the monitor.
    pub fn spectra(&self, kernels: &[T], taps: usize, pool: &Pool, monitor: &Monitor) -> Result<Spectra<T>, Error> {
        if taps == 0 || !kernels.len().is_multiple_of(taps) || taps > self.length() {
            return Err(Error::parameter(
                "kernels",
                format!("of 1 to {} taps", self.length()),
                taps,
            ));
        }
        let count = kernels.len() / taps;
        let size = count.checked_mul(2 * self.m).ok_or(Error::TooLarge {
            what: "the spectra",
            bytes: u128::MAX,
        })?;
        let mut values = Aligned::zeros(size)?;
        let scale = T::rounded(1.0 / self.m as f64);
        let scratch = Mutex::new(Vec::new());
        let parts: Vec<(usize, &mut [T])> = values.chunks_mut(2 * self.m).enumerate().collect();
        let failed = Failure::default();
        pool.for_each_of(parts, |(i, out)| {
            failed.note(with_scratch(self, &scratch, |scratch| {
                monitor.check()?;
                let kernel = &kernels[i * taps..(i + 1) * taps];
                let filled = scratch.fill(0, taps, |to, first| {
                    to.copy_from_slice(&kernel[first..first + to.len()])
                });
                self.forward(scratch, filled, monitor)?;
                let (re, im) = scratch.parts();
                let (out_re, out_im) = out.split_at_mut(self.m);
                for (to, from) in [(out_re, re), (out_im, im)] {
                    for (to, from) in to.iter_mut().zip(from.iter()) {
                        *to = *from * scale;
                    }
                }
                Ok(())
            }));
        });
        failed.result()?;
        Ok(Spectra {
            points: self.m,
            count,
            values,
        })
    }

    /// The spectrum of kernel `i`, real and imaginary parts in natural order.
    ///
    /// # Errors
    /// `InvalidParameter` if there is none.
    pub fn natural(&self, spectra: &Spectra<T>, i: usize) -> Result<(Vec<T>, Vec<T>), Error> {
        self.same(spectra)?;
        if i >= spectra.count {
            return Err(Error::parameter("i", format!("below {}", spectra.count), i));
        }
        let scale = T::rounded(self.m as f64);
        let (re, im) = spectra.parts(i);
        let mut found = (vec![T::ZERO; self.m], vec![T::ZERO; self.m]);
        for (place, k) in self.order().into_iter().enumerate() {
            found.0[k] = re[place] * scale;
            found.1[k] = im[place] * scale;
        }
        let kept = self.kept();
        for k in 0..self.m {
            if !kept[k] {
                (found.0[k], found.1[k]) = (T::ZERO, T::ZERO);
            }
        }
        Ok(found)
    }

    /// Do the job: rows of `job.wanted` numbers, and how many products of real numbers the passes would take as products with matrices.
    ///
    /// # Errors
    /// `InvalidParameter` if it contradicts itself, `TooLarge`, or where somebody stopped the monitor.
    pub fn convolve(
        &self,
        spectra: &Spectra<T>,
        job: &Job<'_, T>,
        out: &mut [T],
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<u64, Error> {
        self.same(spectra)?;
        let rows = job.check(self, spectra.count)?;
        if Some(out.len()) != rows.checked_mul(job.wanted) {
            return Err(Error::parameter(
                "out",
                format!("{rows} rows of {}", job.wanted),
                out.len(),
            ));
        }
        let scratch = Mutex::new(Vec::new());
        let failed = Failure::default();
        let (macs, done) = (AtomicU64::new(0), AtomicU64::new(0));
        let pieces: Vec<(usize, usize, &mut [T])> = out
            .chunks_mut(job.wanted)
            .enumerate()
            .flat_map(|(row, out)| out.chunks_mut(job.piece).enumerate().map(move |(i, out)| (row, i, out)))
            .collect();
        let total = pieces.len() as u64;
        pool.for_each_of(pieces, |(row, i, out)| {
            failed.note(with_scratch(self, &scratch, |scratch| {
                monitor.check()?;
                let spent = self.piece(spectra, job, scratch, row, i * job.piece, out, monitor)?;
                macs.fetch_add(spent, Ordering::Relaxed);
                monitor.report(done.fetch_add(1, Ordering::Relaxed) + 1, total, 0.0);
                Ok(())
            }));
        });
        failed.result()?;
        Ok(macs.into_inner())
    }

    #[allow(clippy::too_many_arguments)]
    fn piece(
        &self,
        spectra: &Spectra<T>,
        job: &Job<'_, T>,
        scratch: &mut Scratch<T>,
        row: usize,
        from: usize,
        out: &mut [T],
        monitor: &Monitor,
    ) -> Result<u64, Interrupted> {
        let kernel = row % spectra.count;
        let filled = self.load(job, scratch, row, from, out.len());
        let (by_re, by_im) = spectra.parts(kernel);
        let (_, read) = job.reach(self.length());
        let (re, im) = scratch.parts();
        let mut passage = Passage {
            plan: self,
            re,
            im,
            by_re,
            by_im,
            middle: if job.adjoint {
                Middle::MultiplyConjugate
            } else {
                Middle::Multiply
            },
            present: filled.0,
            real_in: filled.1,
            wanted: read.min(self.m),
            real_out: read <= self.m,
            monitor,
            macs: 0,
        };
        T::run(&mut passage)?;
        let macs = passage.macs;
        scratch.drain(job.start, out.len(), |found, first| {
            out[first..first + found.len()].copy_from_slice(found);
        });
        if job.fold > 0 {
            let end = self.length().min(job.start + job.fold + job.wanted);
            scratch.drain(job.start + job.fold, end - job.start - job.fold, |found, first| {
                for (to, more) in out[first..first + found.len()].iter_mut().zip(found) {
                    *to = *to + *more;
                }
            });
        }
        if let Some(gate) = job.gate_out {
            let gate = &gate[row * job.wanted + from..];
            for (to, factor) in out.iter_mut().zip(gate) {
                *to = *to * *factor;
            }
        }
        if let Some(skip) = job.skip {
            let (skip, values) = (skip[kernel], &job.values[row * job.length + from..]);
            for (to, value) in out.iter_mut().zip(values) {
                *to = *to + skip * *value;
            }
        }
        Ok(macs)
    }

    /// The window of the input for the piece of the output that begins at `from`, gated.
    fn load(&self, job: &Job<'_, T>, scratch: &mut Scratch<T>, row: usize, from: usize, piece: usize) -> (usize, bool) {
        let values = &job.values[row * job.length..(row + 1) * job.length];
        let gate = job.gate_in.map(|gate| &gate[row * job.length..(row + 1) * job.length]);
        let before = if job.before.is_empty() {
            &[]
        } else {
            &job.before[row * job.overlap..(row + 1) * job.overlap]
        };
        let copy = |to: &mut [T], at: usize| match gate {
            Some(gate) => {
                for ((to, value), factor) in to.iter_mut().zip(&values[at..]).zip(&gate[at..]) {
                    *to = *value * *factor;
                }
            }
            None => to.copy_from_slice(&values[at..at + to.len()]),
        };
        if job.repeat > 0 {
            return scratch.fill(job.place, job.repeat, |mut to, mut first| {
                while !to.is_empty() {
                    let at = first % job.length;
                    let (now, rest) = to.split_at_mut(to.len().min(job.length - at));
                    copy(now, at);
                    first += now.len();
                    to = rest;
                }
            });
        }
        // the window begins `overlap` numbers before the piece; of those before the row the history has the last ones
        let count = if job.piece == job.wanted {
            job.overlap + job.length
        } else {
            job.overlap + piece
        };
        scratch.fill(job.place, count, |to, first| {
            let at = from + first; // in the history and the row together
            let old = job.overlap.saturating_sub(at).min(to.len());
            let (past, now) = to.split_at_mut(old);
            if before.is_empty() {
                past.fill(T::ZERO);
            } else if old > 0 {
                past.copy_from_slice(&before[at..at + old]);
            }
            if !now.is_empty() {
                copy(now, at + old - job.overlap);
            }
        })
    }

    /// For each kernel the gradient of sum(weights * output) with respect to its `taps` numbers, where output is that of `job` and `weights` has its shape
    /// (`job.gate_out` is applied to the weights). One window only.
    ///
    /// # Errors
    /// As [`convolve`](Self::convolve).
    pub fn kernel_gradient(
        &self,
        job: &Job<'_, T>,
        weights: &Job<'_, T>,
        kernels: usize,
        taps: usize,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<Vec<T>, Error> {
        let (rows, others) = (job.check(self, kernels)?, weights.check(self, kernels)?);
        if rows != others || !rows.is_multiple_of(kernels) || taps == 0 || taps > self.length() {
            return Err(Error::parameter(
                "weights",
                format!("{rows} rows, of kernels of 1 or more taps"),
                others,
            ));
        }
        let mut out = vec![T::ZERO; kernels * taps];
        let scratch = Mutex::new(Vec::new());
        let failed = Failure::default();
        let scale = T::rounded(1.0 / self.m as f64);
        let parts: Vec<(usize, &mut [T])> = out.chunks_mut(taps).enumerate().collect();
        pool.for_each_of(parts, |(kernel, out)| {
            failed.note(with_scratch(self, &scratch, |other| {
                let mut sum: Aligned<T> = Aligned::zeros(2 * self.m)?;
                with_scratch(self, &scratch, |scratch| {
                    for row in (kernel..rows).step_by(kernels) {
                        let filled = self.load(job, scratch, row, 0, job.piece);
                        self.forward(scratch, filled, monitor)?;
                        let filled = self.load(weights, other, row, 0, weights.piece);
                        self.forward(other, filled, monitor)?;
                        let ((a, b), (c, d)) = (scratch.parts(), other.parts());
                        let (re, im) = sum.split_at_mut(self.m);
                        let minus = T::rounded(-1.0);
                        for p in 0..self.m {
                            re[p] = re[p] + a[p] * c[p] + b[p] * d[p];
                            im[p] = im[p] + a[p] * d[p] + minus * b[p] * c[p];
                        }
                    }
                    Ok(())
                })?;
                let (re, im) = other.parts();
                for (to, from) in [(re, &sum[..self.m]), (im, &sum[self.m..])] {
                    for (to, from) in to.iter_mut().zip(from) {
                        *to = *from * scale;
                    }
                }
                let (re, im) = other.parts();
                let mut passage = Passage {
                    plan: self,
                    re,
                    im,
                    by_re: &[],
                    by_im: &[],
                    middle: Middle::Inverse,
                    present: self.m,
                    real_in: false,
                    wanted: taps.min(self.m),
                    real_out: taps <= self.m,
                    monitor,
                    macs: 0,
                };
                T::run(&mut passage)?;
                other.drain(0, taps, |found, first| {
                    out[first..first + found.len()].copy_from_slice(found);
                });
                Ok(())
            }));
        });
        failed.result()?;
        Ok(out)
    }

    fn forward(
        &self,
        scratch: &mut Scratch<T>,
        (present, real_in): (usize, bool),
        monitor: &Monitor,
    ) -> Result<u64, Interrupted> {
        let (re, im) = scratch.parts();
        let mut passage = Passage {
            plan: self,
            re,
            im,
            by_re: &[],
            by_im: &[],
            middle: Middle::Forward,
            present,
            real_in,
            wanted: 0,
            real_out: false,
            monitor,
            macs: 0,
        };
        T::run(&mut passage)?;
        Ok(passage.macs)
    }

    fn same(&self, spectra: &Spectra<T>) -> Result<(), Error> {
        if spectra.points == self.m {
            Ok(())
        } else {
            Err(Error::parameter(
                "spectra",
                format!("of {} points", self.m),
                spectra.points,
            ))
        }
    }
}

/// Run `work` with buffers that nobody else has at the time.
fn with_scratch<T: Sample>(
    plan: &Plan<T>,
    spare: &Mutex<Vec<Scratch<T>>>,
    work: impl FnOnce(&mut Scratch<T>) -> Result<(), Error>,
) -> Result<(), Error> {
    let held = spare.lock().ok().and_then(|mut spare| spare.pop());
    let mut scratch = match held {
        Some(scratch) => scratch,
        None => Scratch::new(plan)?,
    };
    let done = work(&mut scratch);
    if let Ok(mut spare) = spare.lock() {
        spare.push(scratch);
    }
    done
}

/// The first error of many threads.
#[derive(Default)]
struct Failure(Mutex<Option<Error>>);

impl Failure {
    fn note(&self, result: Result<(), Error>) {
        if let (Err(error), Ok(mut first)) = (result, self.0.lock()) {
            first.get_or_insert(error);
        }
    }

    fn result(self) -> Result<(), Error> {
        match self.0.into_inner() {
            Ok(Some(error)) => Err(error),
            _ => Ok(()),
        }
    }
}
