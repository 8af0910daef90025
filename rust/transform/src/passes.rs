//! The passes of a planned transform: one generic algorithm, compiled for each instruction set.
//!
//! Blocks are transformed depth first: all of the work on a block that fits into a cache is done before the next one is begun, whatever the cache's size.

use porism_runtime::{Interrupted, Isa, Monitor};

use crate::dft::{C, dft};
use crate::lanes::{Four, Lane, Real, transpose};
use crate::plan::{LAST, Plan, Stage};

/// Blocks of so many points are begun with a look at the monitor.
const PIECE: usize = 1 << 15;

/// What happens between the forward and the inverse passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Middle {
    /// Values are multiplied by those of a spectrum.
    Multiply,
    /// The same with their conjugates.
    MultiplyConjugate,
    /// There are forward passes only.
    Forward,
    /// There are inverse passes only.
    Inverse,
}

/// One sequence on its way through a plan.
pub(crate) struct Passage<'a, T> {
    pub(crate) plan: &'a Plan<T>,
    pub(crate) re: &'a mut [T],
    pub(crate) im: &'a mut [T],
    /// The spectrum to multiply with, empty where there is none.
    pub(crate) by_re: &'a [T],
    pub(crate) by_im: &'a [T],
    pub(crate) middle: Middle,
    /// How many points of the input may be other than zero, and whether all imaginary parts are zero (they are not read then).
    pub(crate) present: usize,
    pub(crate) real_in: bool,
    /// How many points of the output are wanted, and whether their real parts only.
    pub(crate) wanted: usize,
    pub(crate) real_out: bool,
    pub(crate) monitor: &'a Monitor,
    /// Products of real numbers that the passes would take as products with matrices, each added where the pass is made.
    pub(crate) macs: u64,
}

/// A type that there are kernels for.
pub trait Sample: Real {
    /// Numbers in a register of that instruction set.
    #[doc(hidden)]
    fn lanes(isa: Isa) -> usize;
    /// Run all passes.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn run(passage: &mut Passage<'_, Self>) -> Result<(), Interrupted>;
}

/// Numbers in a register.
pub(crate) fn width<T: Sample>(isa: Isa) -> usize {
    T::lanes(isa)
}

macro_rules! sample {
    ($t:ty, $wide:ident, $wider:ident) => {
        impl Sample for $t {
            fn lanes(isa: Isa) -> usize {
                match isa {
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx512 => <std::arch::x86_64::$wider as Lane>::W,
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx2 => <std::arch::x86_64::$wide as Lane>::W,
                    _ => <Four<$t> as Lane>::W,
                }
            }

            #[allow(private_interfaces)]
            fn run(passage: &mut Passage<'_, $t>) -> Result<(), Interrupted> {
                passage.check();
                // SAFETY: the buffers are as long as the plan says, and the instruction set is one that the machine has.
                unsafe {
                    match passage.plan.isa {
                        #[cfg(target_arch = "x86_64")]
                        Isa::Avx512 => avx512::descend::<std::arch::x86_64::$wider>(passage, 0, 0),
                        #[cfg(target_arch = "x86_64")]
                        Isa::Avx2 => avx2::descend::<std::arch::x86_64::$wide>(passage, 0, 0),
                        _ => portable::descend::<Four<$t>>(passage, 0, 0),
                    }
                }
            }
        }
    };
}

sample!(f32, __m256, __m512);
sample!(f64, __m256d, __m512d);

impl<T: Real> Passage<'_, T> {
    /// What the unchecked loads and stores rely on.
    fn check(&self) {
        let m = self.plan.m;
        assert!(self.re.len() == m && self.im.len() == m, "buffers of another plan");
        assert!(self.present <= m && self.wanted <= m, "more points than the plan has");
        if matches!(self.middle, Middle::Multiply | Middle::MultiplyConjugate) {
            assert!(
                self.by_re.len() == m && self.by_im.len() == m,
                "a spectrum of another plan"
            );
        }
        for stage in &self.plan.stages {
            assert!(stage.table.len() == 2 * stage.block, "a table of another plan");
        }
    }

    /// Which rows of the first factor hold points before `n`, a bit each.
    fn rows(&self, n: usize) -> u32 {
        let stage = &self.plan.stages[0];
        let rows = n.div_ceil(stage.block / stage.factor);
        ((1u64 << rows) - 1) as u32
    }
}

/// Forward pass of a block: columns are transformed, then multiplied by roots.
///
/// # Safety
/// `re` and `im` point to `stage.block` numbers each, the table is that of the stage, and the machine has the instruction set.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn forward_columns<
    V: Lane,
    const F: usize,
    const IN: usize,
    const OUT: usize,
    const FIRST: bool,
    const REAL: bool,
>(
    stage: &Stage<V::T>,
    twist: &[(V::T, V::T)],
    re: *mut V::T,
    im: *mut V::T,
    present: u32,
) {
    let size = stage.block / F;
    let kept = stage.kept;
    let table = stage.table.as_ptr();
    // SAFETY: n * size + column + W is at most the block's size, since W divides size; the table has 2 * block numbers.
    unsafe {
        let zero = C::splat(V::T::ZERO, V::T::ZERO);
        let mut column = 0;
        while column < size {
            let mut x = [zero; F];
            for n in 0..F {
                if !FIRST || (n < IN && present >> n & 1 == 1) {
                    x[n].re = V::load(re.add(n * size + column));
                    if !REAL {
                        x[n].im = V::load(im.add(n * size + column));
                    }
                    if FIRST {
                        let by = C::splat(twist[n].0, twist[n].1);
                        x[n] = if REAL {
                            C {
                                re: x[n].re.mul(by.re),
                                im: x[n].re.mul(by.im),
                            }
                        } else {
                            x[n].mul(by)
                        };
                    }
                }
            }
            dft::<V, F, IN, OUT>(&mut x);
            let roots = table.add(column * 2 * F);
            for k in 0..OUT {
                if kept >> k & 1 == 1 {
                    let y = if k == 0 && !FIRST {
                        x[0]
                    } else {
                        x[k].mul(C {
                            re: V::load(roots.add(2 * k * V::W)),
                            im: V::load(roots.add((2 * k + 1) * V::W)),
                        })
                    };
                    y.re.store(re.add(k * size + column));
                    y.im.store(im.add(k * size + column));
                }
            }
            column += V::W;
        }
    }
}

/// Inverse pass of a block: the forward pass backwards, on numbers whose parts are exchanged.
///
/// # Safety
/// As [`forward_columns`].
#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn inverse_columns<
    V: Lane,
    const F: usize,
    const IN: usize,
    const OUT: usize,
    const FIRST: bool,
    const REAL: bool,
>(
    stage: &Stage<V::T>,
    twist: &[(V::T, V::T)],
    re: *mut V::T,
    im: *mut V::T,
    wanted: u32,
) {
    let size = stage.block / F;
    let kept = stage.kept;
    let table = stage.table.as_ptr();
    // SAFETY: as in the forward pass.
    unsafe {
        let zero = C::splat(V::T::ZERO, V::T::ZERO);
        let mut column = 0;
        while column < size {
            let mut x = [zero; F];
            let roots = table.add(column * 2 * F);
            for k in 0..IN {
                if kept >> k & 1 == 1 {
                    let y = C {
                        re: V::load(im.add(k * size + column)),
                        im: V::load(re.add(k * size + column)),
                    };
                    x[k] = if k == 0 && !FIRST {
                        y
                    } else {
                        y.mul(C {
                            re: V::load(roots.add(2 * k * V::W)),
                            im: V::load(roots.add((2 * k + 1) * V::W)),
                        })
                    };
                }
            }
            dft::<V, F, IN, OUT>(&mut x);
            for n in 0..OUT {
                if !FIRST || wanted >> n & 1 == 1 {
                    let y = if FIRST {
                        x[n].mul(C::splat(twist[n].0, twist[n].1))
                    } else {
                        x[n]
                    };
                    y.im.store(re.add(n * size + column));
                    if !REAL {
                        y.re.store(im.add(n * size + column));
                    }
                }
            }
            column += V::W;
        }
    }
}

/// 16 rows of 16 points: transposed in registers and transformed, multiplied, and all that backwards.
///
/// # Safety
/// `re`, `im`, and `by_re`, `by_im` unless there is no product, point to 256 numbers each; the machine has the instruction set.
#[inline(always)]
unsafe fn rows_of_16<V: Lane, const KEPT: usize>(
    re: *mut V::T,
    im: *mut V::T,
    by_re: *const V::T,
    by_im: *const V::T,
    middle: Middle,
    kept: usize,
) {
    let groups = LAST / V::W;
    for group in 0..groups {
        let base = group * V::W * LAST;
        // SAFETY: base + 16 W is at most 256, and every access is of W numbers below it.
        unsafe {
            let zero = V::splat(V::T::ZERO);
            let mut x = [C { re: zero, im: zero }; 16];
            if middle == Middle::Inverse {
                for k in 0..KEPT {
                    if k < kept {
                        x[k].re = V::load(re.add(base + k * V::W));
                        x[k].im = V::load(im.add(base + k * V::W));
                    }
                }
            } else {
                let (mut real, mut imaginary) = ([zero; 16], [zero; 16]);
                for block in 0..groups {
                    for row in 0..V::W {
                        real[block * V::W + row] = V::load(re.add(base + row * LAST + block * V::W));
                        imaginary[block * V::W + row] = V::load(im.add(base + row * LAST + block * V::W));
                    }
                    transpose(&mut real, block * V::W);
                    transpose(&mut imaginary, block * V::W);
                }
                for n in 0..16 {
                    x[n] = C {
                        re: real[n],
                        im: imaginary[n],
                    };
                }
                dft::<V, 16, 16, KEPT>(&mut x);
            }
            if middle == Middle::Forward {
                for k in 0..16 {
                    let y = if k < kept { x[k] } else { C { re: zero, im: zero } };
                    y.re.store(re.add(base + k * V::W));
                    y.im.store(im.add(base + k * V::W));
                }
                continue;
            }
            for k in 0..KEPT {
                if middle != Middle::Inverse {
                    if k < kept {
                        let by = C {
                            re: V::load(by_re.add(base + k * V::W)),
                            im: V::load(by_im.add(base + k * V::W)),
                        };
                        x[k] = if middle == Middle::Multiply {
                            x[k].mul(by)
                        } else {
                            x[k].mul_conjugate(by)
                        };
                    } else {
                        x[k] = C { re: zero, im: zero };
                    }
                }
                x[k] = x[k].exchanged();
            }
            dft::<V, 16, KEPT, 16>(&mut x);
            let (mut real, mut imaginary) = ([zero; 16], [zero; 16]);
            for n in 0..16 {
                (real[n], imaginary[n]) = (x[n].im, x[n].re);
            }
            for block in 0..groups {
                transpose(&mut real, block * V::W);
                transpose(&mut imaginary, block * V::W);
                for row in 0..V::W {
                    real[block * V::W + row].store(re.add(base + row * LAST + block * V::W));
                    imaginary[block * V::W + row].store(im.add(base + row * LAST + block * V::W));
                }
            }
        }
    }
}

macro_rules! arch {
    ($name:ident $(, $features:literal)?) => {
        mod $name {
            use super::{
                Interrupted, LAST, Lane, Middle, PIECE, Passage, Stage, forward_columns, inverse_columns, rows_of_16,
            };

            /// All passes of a block, from stage `i` on.
            ///
            /// # Safety
            /// The passage has been checked, the block lies within it, and the machine has the instruction set.
            $(#[target_feature(enable = $features)])?
            pub(super) unsafe fn descend<V: Lane>(
                passage: &mut Passage<'_, V::T>,
                i: usize,
                offset: usize,
            ) -> Result<(), Interrupted> {
                let plan = passage.plan;
                let stage = &plan.stages[i];
                if stage.block >= PIECE {
                    passage.monitor.check()?;
                }
                let size = stage.block / stage.factor;
                let first = i == 0;
                let kept = stage.kept.count_ones();
                // SAFETY: the block lies within the passage's buffers.
                let (re, im) = unsafe { (passage.re.as_mut_ptr().add(offset), passage.im.as_mut_ptr().add(offset)) };
                if passage.middle != Middle::Inverse {
                    let real = first && passage.real_in;
                    let present = if first { passage.rows(passage.present) } else { u32::MAX };
                    let rows = if first { present.count_ones() } else { stage.factor as u32 };
                    passage.macs += u64::from(if real { 2 * rows } else { 4 * rows }) * u64::from(kept) * size as u64;
                    // SAFETY: as the caller says.
                    unsafe { columns::<V, false>(stage, &plan.twist, re, im, present, first, real) };
                }
                if i + 1 < plan.stages.len() {
                    for k in 0..stage.factor {
                        if stage.kept >> k & 1 == 1 {
                            // SAFETY: a block of the next stage lies within this one.
                            unsafe { descend::<V>(passage, i + 1, offset + k * size)? };
                        }
                    }
                } else {
                    let product = matches!(passage.middle, Middle::Multiply | Middle::MultiplyConjugate);
                    let at = if product { offset } else { 0 };
                    let directions = if product { 2 } else { 1 };
                    passage.macs += directions * 4 * (LAST * LAST * plan.last_kept) as u64;
                    // SAFETY: the last but one factor is 16, and so is the last: the block has 256 numbers, and so has the spectrum from there on.
                    unsafe {
                        let (by_re, by_im) = (passage.by_re.as_ptr().add(at), passage.by_im.as_ptr().add(at));
                        rows::<V>(re, im, by_re, by_im, passage.middle, plan.last_kept);
                    }
                }
                if passage.middle != Middle::Forward {
                    let real = first && passage.real_out;
                    let wanted = if first { passage.rows(passage.wanted) } else { u32::MAX };
                    let rows = if first { wanted.count_ones() } else { stage.factor as u32 };
                    passage.macs += u64::from(if real { 2 * rows } else { 4 * rows }) * u64::from(kept) * size as u64;
                    // SAFETY: as the caller says.
                    unsafe { columns::<V, true>(stage, &plan.twist, re, im, wanted, first, real) };
                }
                Ok(())
            }

            /// # Safety
            /// As `rows_of_16`.
            $(#[target_feature(enable = $features)])?
            unsafe fn rows<V: Lane>(
                re: *mut V::T,
                im: *mut V::T,
                by_re: *const V::T,
                by_im: *const V::T,
                middle: Middle,
                kept: usize,
            ) {
                // SAFETY: as the caller says.
                unsafe {
                    match kept {
                        0..=4 => rows_of_16::<V, 4>(re, im, by_re, by_im, middle, kept),
                        5..=8 => rows_of_16::<V, 8>(re, im, by_re, by_im, middle, kept),
                        _ => rows_of_16::<V, 16>(re, im, by_re, by_im, middle, kept),
                    }
                }
            }

            /// One pass of a block, there or back: `rows` of the first factor hold numbers, or are wanted.
            ///
            /// # Safety
            /// As `forward_columns` and `inverse_columns`.
            $(#[target_feature(enable = $features)])?
            #[allow(clippy::too_many_arguments)]
            unsafe fn columns<V: Lane, const BACK: bool>(
                stage: &Stage<V::T>,
                twist: &[(V::T, V::T)],
                re: *mut V::T,
                im: *mut V::T,
                rows: u32,
                first: bool,
                real: bool,
            ) {
                // Of a factor, at most how many rows of the first pass there are, and how many results are kept.
                macro_rules! pass {
                    ($f:literal, $rows:literal, $kept:literal) => {
                        match (BACK, first, real) {
                            (false, false, _) => forward_columns::<V, $f, $f, $kept, false, false>(stage, twist, re, im, rows),
                            (false, true, false) => forward_columns::<V, $f, $rows, $kept, true, false>(stage, twist, re, im, rows),
                            (false, true, true) => forward_columns::<V, $f, $rows, $kept, true, true>(stage, twist, re, im, rows),
                            (true, false, _) => inverse_columns::<V, $f, $kept, $f, false, false>(stage, twist, re, im, rows),
                            (true, true, false) => inverse_columns::<V, $f, $kept, $rows, true, false>(stage, twist, re, im, rows),
                            (true, true, true) => inverse_columns::<V, $f, $kept, $rows, true, true>(stage, twist, re, im, rows),
                        }
                    };
                }
                let (half, quarter) = (first && rows < 1 << 8, stage.kept < 1 << 4);
                // SAFETY: as the caller says.
                unsafe {
                    match stage.factor {
                        2 => pass!(2, 2, 2),
                        3 => pass!(3, 3, 3),
                        4 => pass!(4, 4, 4),
                        5 => pass!(5, 5, 5),
                        8 => pass!(8, 8, 8),
                        _ => match (half, quarter) {
                            (false, false) => pass!(16, 16, 16),
                            (true, false) => pass!(16, 8, 16),
                            (false, true) => pass!(16, 16, 4),
                            (true, true) => pass!(16, 8, 4),
                        },
                    }
                }
            }
        }
    };
}

arch!(portable);
#[cfg(target_arch = "x86_64")]
arch!(avx2, "avx2,fma");
#[cfg(target_arch = "x86_64")]
arch!(avx512, "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma");

#[cfg(all(test, unix))]
mod tests;
