//! The fast Walsh-Hadamard transform, in place, of many rows at once.
//!
//! Row `x` of length `n = 2^m` becomes `y[k] = Σ_i x[i] (-1)^popcount(i & k)`: one butterfly `(a + b, a - b)` for each bit of the
//! index and each pair of places that differ in it. The bits are taken lowest first, always, so that every instruction set,
//! every blocking and every number of threads rounds alike: the result is bit for bit that of the textbook's loop.
//!
//! What costs are passes over memory, not sums. A pass takes as many bits as registers hold: those inside a register and four
//! more (16 registers of AVX-512, 8 bits of `f32` at a time), then up to four for each further pass inside the first-level cache. Where rows are a
//! page apart or more, a pass takes three bits only: places that differ by a multiple of a page share one set of the cache, which has eight ways.
//! A row of 2^24 numbers of `f32` is read and written three times. The limit is that stream, or two fused operations a cycle where it fits a cache.
#![allow(unsafe_code)]

mod lanes;

use porism_runtime::{Isa, Monitor, Pool};

use crate::Error;
use lanes::Lanes;
pub use lanes::Number;
use lanes::private::Registers;

/// Bytes of a block that the first-level cache holds beside other things.
const NEAR: usize = 1 << 14;
/// How many more bits a block of the second-level cache has.
const NEXT: usize = 6;
/// Bytes of each row of a strip, the columns that are one piece of work beyond the second-level cache.
const STRIP: usize = 1 << 14;
/// How many bits are taken at once where rows are a page apart or more: they share the 8 ways of one set of the first-level cache.
const FEW: usize = 3;
/// Places so far apart, or a multiple of it, share a set of the first-level cache.
const PAGE: usize = 1 << 12;
/// Bytes of short rows that are one piece of work.
const PIECE: usize = 1 << 17;

/// Transform every row of the row-major matrix `values`, whose rows have length `n`, a power of two.
///
/// Integers wrap around: see [`transform_checked`].
///
/// # Errors
/// If `n` is no power of two or does not divide the number of values, if threads cannot be had, or somebody stopped the monitor; the values
/// are then in no particular state.
pub fn transform<T: Number>(values: &mut [T], n: usize, pool: &Pool, monitor: &Monitor) -> Result<(), Error> {
    transform_on(Isa::detect(), values, n, pool, monitor)
}

/// [`transform`] with a given instruction set, which the machine must have.
fn transform_on<T: Number>(isa: Isa, values: &mut [T], n: usize, pool: &Pool, monitor: &Monitor) -> Result<(), Error> {
    if !n.is_power_of_two() {
        return Err(Error::parameter("n", "a power of two", n));
    }
    if !values.len().is_multiple_of(n) {
        return Err(Error::parameter(
            "values",
            format!("rows of length {n}"),
            format!("{} numbers", values.len()),
        ));
    }
    let size = size_of::<T>();
    let near = (NEAR / size).ilog2() as usize;
    let bits = n.ilog2() as usize;
    let block = bits.min(near + NEXT);
    let shared = Shared(values.as_mut_ptr());
    let total = values.len();
    let most = total as u64 * 2;

    // Blocks that the second-level cache holds, or runs of short rows: whole multiples of a row or of a block.
    let piece = (1 << block).max(PIECE / size);
    pool.for_each(total.div_ceil(piece), |i| {
        if monitor.check().is_err() {
            return;
        }
        let start = i * piece;
        // SAFETY: pieces are disjoint ranges of `values`, which is borrowed for as long as the pool works.
        let part = unsafe { std::slice::from_raw_parts_mut(shared.at(start), piece.min(total - start)) };
        dispatch(
            isa,
            Blocks {
                part,
                bits: block,
                near,
            },
        );
        monitor.report(start as u64, most, 0.0);
    });
    monitor.check()?;

    // The remaining bits, a few at a time, in strips.
    let mut done = block;
    while done < bits {
        let passes = (bits - done).div_ceil(FEW);
        let now = (bits - done).div_ceil(passes);
        let (width, stride) = (STRIP / size, 1_usize << done);
        let pieces = stride / width;
        pool.for_each((total >> (done + now)) * pieces, |i| {
            if monitor.check().is_err() {
                return;
            }
            let start = ((i / pieces) << (done + now)) + i % pieces * width;
            // SAFETY: the columns start … start + width of 2^now rows of length `stride`, disjoint from those of every other `i`.
            let first = unsafe { shared.at(start) };
            dispatch(
                isa,
                Strip {
                    first,
                    stride,
                    bits: now,
                    columns: width,
                },
            );
            monitor.report((total + start) as u64, most, 0.0);
        });
        monitor.check()?;
        done += now;
    }
    monitor.report(most, most, 0.0);
    Ok(())
}

/// An integer that is transformed in the next larger one where it might overflow.
pub trait Whole: Number + Into<i128> + TryFrom<i128> {
    /// Its name.
    const NAME: &'static str;
    /// The largest.
    const MAX: u128;
}

impl Whole for i32 {
    const NAME: &'static str = "int32";
    const MAX: u128 = i32::MAX as u128;
}

impl Whole for i64 {
    const NAME: &'static str = "int64";
    const MAX: u128 = i64::MAX as u128;
}

/// [`transform`] of integers, exact or refused.
///
/// No sum exceeds the sum of a row's absolute values: where all of those fit there is nothing to look after. A row where they do not is
/// transformed in 128 bits first, and the result is taken if all of it fits after all.
///
/// # Errors
/// As [`transform`]; `Overflow` if a coefficient does not fit, `values` then being as they were; `TooLarge` if there is no memory for a row of 128 bits.
pub fn transform_checked<T: Whole>(values: &mut [T], n: usize, pool: &Pool, monitor: &Monitor) -> Result<(), Error> {
    if !n.is_power_of_two() {
        return Err(Error::parameter("n", "a power of two", n));
    }
    let mut wide: Vec<(usize, Vec<i128>)> = Vec::new();
    for (row, numbers) in values.chunks(n).enumerate() {
        let mut sum: u128 = 0;
        for part in numbers.chunks(1 << 16) {
            monitor.check()?;
            let large: i128 = part.iter().map(|&value| Into::<i128>::into(value).abs()).sum();
            sum += large.unsigned_abs();
        }
        if sum > T::MAX {
            wide.push((row, in_128_bits(numbers, monitor)?));
        }
    }
    let fits = |value: &i128| T::try_from(*value).is_ok();
    if !wide.iter().all(|(_, row)| row.iter().all(fits)) {
        return Err(Error::Overflow {
            what: "a coefficient of the transform",
            integer: T::NAME,
        });
    }
    transform(values, n, pool, monitor)?; // wraps, and comes out right wherever the result fits: sums are exact modulo 2^bits
    Ok(())
}

/// The transform of one row in integers that are wide enough for any.
fn in_128_bits<T: Whole>(numbers: &[T], monitor: &Monitor) -> Result<Vec<i128>, Error> {
    let mut row: Vec<i128> = Vec::new();
    row.try_reserve_exact(numbers.len()).map_err(|_| Error::TooLarge {
        what: "a row of 128-bit integers",
        bytes: numbers.len() as u128 * 16,
    })?;
    row.extend(numbers.iter().map(|&value| Into::<i128>::into(value)));
    let mut distance = 1;
    while distance < row.len() {
        for pair in row.chunks_mut(2 * distance) {
            let (low, high) = pair.split_at_mut(distance);
            for (low, high) in low.chunks_mut(1 << 16).zip(high.chunks_mut(1 << 16)) {
                for (a, b) in low.iter_mut().zip(high) {
                    (*a, *b) = (*a + *b, *a - *b);
                }
            }
            if distance >= 1 << 12 {
                monitor.check()?;
            }
        }
        monitor.check()?;
        distance *= 2;
    }
    Ok(row)
}

/// Where the values are, for threads that use disjoint parts of them.
struct Shared<T>(*mut T);

// SAFETY: `transform_on` hands out disjoint parts only, of numbers that any thread may hold.
unsafe impl<T: Number> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// The place of value `i`.
    ///
    /// # Safety
    /// There is such a value.
    unsafe fn at(&self, i: usize) -> *mut T {
        // SAFETY: by the caller.
        unsafe { self.0.add(i) }
    }
}

/// An algorithm over registers, to be instantiated for every instruction set.
trait Kernel<T> {
    /// `run` must be `inline(always)`.
    ///
    /// # Safety
    /// The machine has the instruction set of `V`.
    unsafe fn run<V: Lanes<Element = T>>(self);
}

/// Run `kernel` with the instruction set, which the machine must have; otherwise with the portable one.
fn dispatch<T: Number, K: Kernel<T>>(isa: Isa, kernel: K) {
    #[cfg(target_arch = "x86_64")]
    match isa {
        // SAFETY: `available` names only levels whose every feature the machine was found to have.
        Isa::Avx512 if Isa::available().any(|one| one == isa) => return unsafe { avx512(kernel) },
        // SAFETY: as above.
        Isa::Avx2 if Isa::available().any(|one| one == isa) => return unsafe { avx2(kernel) },
        _ => {}
    }
    let _ = isa;
    // SAFETY: portable code runs everywhere.
    unsafe { kernel.run::<<T as Registers>::Portable>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn avx512<T: Number, K: Kernel<T>>(kernel: K) {
    // SAFETY: this function is only entered where the machine has these features.
    unsafe { kernel.run::<<T as Registers>::Avx512>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<T: Number, K: Kernel<T>>(kernel: K) {
    // SAFETY: as above.
    unsafe { kernel.run::<<T as Registers>::Avx2>() }
}

/// All of the lowest `bits` bits, in a part of whole blocks of 2^bits values.
struct Blocks<'a, T> {
    part: &'a mut [T],
    bits: usize,
    near: usize,
}

impl<T: Number> Kernel<T> for Blocks<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Lanes<Element = T>>(self) {
        let lanes = V::N.ilog2() as usize;
        if self.bits < lanes {
            // SAFETY: the caller vouches for the instruction set.
            return unsafe { short_rows::<V>(self.part, self.bits) };
        }
        for block in self.part.chunks_exact_mut(1 << self.bits) {
            let near = self.bits.min(self.near);
            for part in block.chunks_exact_mut(1 << near) {
                // SAFETY: 2^near values, at least a register of them.
                unsafe {
                    let first = base_pass::<V>(part, near);
                    passes::<V>(part, first, near);
                }
            }
            // SAFETY: as above.
            unsafe { passes::<V>(block, near, self.bits) };
        }
    }
}

/// Rows shorter than a register: some of its stages, all along; the textbook's loop where no register is full any more.
///
/// # Safety
/// The machine has the instruction set.
#[inline(always)]
unsafe fn short_rows<V: Lanes<Element: Number>>(part: &mut [V::Element], bits: usize) {
    let mut registers = part.chunks_exact_mut(V::N);
    if bits > 0 {
        for chunk in &mut registers {
            // SAFETY: `chunk` is one register long.
            unsafe {
                let mut v = V::load(chunk.as_ptr()).within::<0>();
                if bits > 1 {
                    v = v.within::<1>();
                }
                if bits > 2 {
                    v = v.within::<2>();
                }
                v.store(chunk.as_mut_ptr());
            }
        }
        for row in registers.into_remainder().chunks_exact_mut(1 << bits) {
            textbook(row);
        }
    }
}

/// The loop that the others are measured by.
#[inline(always)]
fn textbook<T: Number>(row: &mut [T]) {
    let mut distance = 1;
    while distance < row.len() {
        for pair in row.chunks_exact_mut(2 * distance) {
            let (low, high) = pair.split_at_mut(distance);
            for (a, b) in low.iter_mut().zip(high) {
                (*a, *b) = (a.plus(*b), a.minus(*b));
            }
        }
        distance *= 2;
    }
}

/// The bits inside a register and as many more as registers hold; returns how many that is.
///
/// # Safety
/// `part` has 2^bits values, a whole number of registers; the machine has the instruction set.
#[inline(always)]
unsafe fn base_pass<V: Lanes>(part: &mut [V::Element], bits: usize) -> usize {
    let lanes = V::N.ilog2() as usize;
    let more = (bits - lanes).min(V::RADIX);
    // SAFETY: by the caller.
    unsafe {
        match more {
            0 => base::<V, 1>(part),
            1 => base::<V, 2>(part),
            2 => base::<V, 4>(part),
            3 => base::<V, 8>(part),
            _ => base::<V, 16>(part),
        }
    }
    lanes + more
}

/// [`base_pass`] with `W` registers at a time.
///
/// # Safety
/// `part` is a multiple of `W` registers long; the machine has the instruction set.
#[inline(always)]
unsafe fn base<V: Lanes, const W: usize>(part: &mut [V::Element]) {
    for chunk in part.chunks_exact_mut(V::N * W) {
        let place = chunk.as_mut_ptr();
        // SAFETY: `chunk` is W registers long.
        unsafe {
            let mut v = [V::load(place); W];
            for i in 1..W {
                v[i] = V::load(place.add(i * V::N));
            }
            for i in 0..W {
                v[i] = v[i].within::<0>().within::<1>();
            }
            if V::N > 4 {
                for i in 0..W {
                    v[i] = v[i].within::<2>();
                }
            }
            if V::N > 8 {
                for i in 0..W {
                    v[i] = v[i].within::<3>();
                }
            }
            across(&mut v);
            for i in 0..W {
                v[i].store(place.add(i * V::N));
            }
        }
    }
}

/// Butterflies among registers, for every bit of their number.
///
/// # Safety
/// The machine has the instruction set.
#[inline(always)]
unsafe fn across<V: Lanes, const W: usize>(v: &mut [V; W]) {
    // SAFETY: by the caller.
    unsafe {
        stage::<V, W, 1>(v);
        stage::<V, W, 2>(v);
        stage::<V, W, 4>(v);
        stage::<V, W, 8>(v);
    }
}

/// One bit of [`across`].
///
/// # Safety
/// The machine has the instruction set.
#[inline(always)]
unsafe fn stage<V: Lanes, const W: usize, const H: usize>(v: &mut [V; W]) {
    if H < W {
        for pair in 0..W / 2 {
            let low = pair / H * 2 * H + pair % H;
            let (a, b) = (v[low], v[low + H]);
            // SAFETY: by the caller.
            unsafe {
                v[low] = a.plus(b);
                v[low + H] = a.minus(b);
            }
        }
    }
}

/// Bits `from` to `to` in place, a few at a time: values that lie 2^from apart.
///
/// # Safety
/// `part` is a multiple of 2^to values long, and 2^from values are a whole number of registers; the machine has the instruction set.
#[inline(always)]
unsafe fn passes<V: Lanes>(part: &mut [V::Element], from: usize, to: usize) {
    let mut done = from;
    while done < to {
        let most = if size_of::<V::Element>() << done < PAGE {
            V::RADIX
        } else {
            FEW
        };
        let now = (to - done).div_ceil((to - done).div_ceil(most));
        let stride = 1 << done;
        for chunk in part.chunks_exact_mut(stride << now) {
            let first = chunk.as_mut_ptr();
            // SAFETY: `chunk` is 2^now rows of `stride` values, all of whose columns are gone through.
            unsafe { columns::<V>(first, stride, stride, now) };
        }
        done += now;
    }
}

/// Butterflies among 2^bits rows that are `apart`, column by column.
///
/// # Safety
/// Each row has so many columns, a whole number of registers, and nobody else uses them; the machine has the instruction set.
#[inline(always)]
unsafe fn columns<V: Lanes>(first: *mut V::Element, apart: usize, columns: usize, bits: usize) {
    // SAFETY: by the caller.
    unsafe {
        match bits {
            1 => rows::<V, 2>(first, apart, columns),
            2 => rows::<V, 4>(first, apart, columns),
            3 => rows::<V, 8>(first, apart, columns),
            _ => rows::<V, 16>(first, apart, columns),
        }
    }
}

/// [`columns`] of `W` rows.
///
/// # Safety
/// As there.
#[inline(always)]
unsafe fn rows<V: Lanes, const W: usize>(first: *mut V::Element, apart: usize, columns: usize) {
    for column in (0..columns).step_by(V::N) {
        // SAFETY: by the caller; a register at `column` ends at or before `columns`.
        unsafe {
            let place = first.add(column);
            let mut v = [V::load(place); W]; // not by a closure, which might not be inlined here, nor have the instruction set
            for i in 1..W {
                v[i] = V::load(place.add(i * apart));
            }
            across(&mut v);
            for i in 0..W {
                v[i].store(place.add(i * apart));
            }
        }
    }
}

/// `bits` bits of the row number, in some columns of 2^bits rows that are far apart.
struct Strip<T> {
    first: *mut T,
    stride: usize,
    bits: usize,
    columns: usize,
}

impl<T: Number> Kernel<T> for Strip<T> {
    #[inline(always)]
    unsafe fn run<V: Lanes<Element = T>>(self) {
        // SAFETY: whoever made the strip vouches for its columns; it is a whole number of registers wide.
        unsafe {
            columns::<V>(self.first, self.stride, self.columns, self.bits);
        }
    }
}

#[cfg(test)]
mod tests;
