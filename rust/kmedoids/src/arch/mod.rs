//! One algorithm, an instantiation per instruction set.
//!
//! A [`Kernel`] is written once, generic over a [`Simd`] token. [`dispatch`] picks the token at run time and enters a function compiled
//! for that instruction set, into which the kernel is inlined: explicit vector operations come from the token, and plain loops
//! are vectorised by the compiler as wide as the instruction set allows. Nothing is ever contracted to fused
//! multiply-adds or reassociated by the compiler, so that every instantiation computes the same bits.
//!
//! The one explicit operation is *compare and compress*: the positions at which a row lies below a limit. In a sweep only about 2/k of
//! all dissimilarities are nearer than an object's second medoid, and only those need any arithmetic.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use porism_runtime::Isa;

pub(crate) use portable::Portable;

/// How many elements more than the row a buffer of hits must hold: vectors are stored whole.
pub(crate) const HITS_PADDING: usize = 16;

/// Side of the squares that are turned round at once.
pub(crate) const SQUARE: usize = 16;

/// Words of 64 bits that are multiplied at once.
pub(crate) const WORDS: usize = 8;

/// What [`Simd::add_products`] adds up: in so many parts, whose order means nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Totals<const ROWS: usize> {
    /// Partial sums of every row.
    pub(crate) sums: [[u64; WORDS]; ROWS],
    /// The largest words, or pairs of the largest halves, of some of the columns: the largest among them is the largest of all.
    pub(crate) largest: [u64; WORDS],
}

/// Proof that an instruction set is there, and what it is used for by hand.
pub(crate) trait Simd: Copy {
    /// Write the positions `o` with `row[o] < limit[o]` to `hits`, in rising order, and return how many there are, for several rows at once.
    ///
    /// Panics unless all rows are as long as `limit` and all of `hits` longer by [`HITS_PADDING`].
    #[inline(always)]
    fn below<T: Below, const ROWS: usize>(
        self,
        rows: [&[T]; ROWS],
        limit: &[T],
        hits: [&mut [u32]; ROWS],
    ) -> [usize; ROWS] {
        assert!(rows.iter().all(|row| row.len() == limit.len()));
        assert!(hits.iter().all(|hits| hits.len() >= limit.len() + HITS_PADDING));
        T::below(self, rows, limit, hits)
    }

    /// Write the positions `o` with `a[o] == value` or `b[o] == value` to `hits`, in rising order, and return how many there are.
    ///
    /// Panics unless the lengths are equal and `hits` is longer by [`HITS_PADDING`].
    #[inline(always)]
    fn either(self, a: &[u32], b: &[u32], value: u32, hits: &mut [u32]) -> usize {
        assert!(a.len() == b.len() && hits.len() >= a.len() + HITS_PADDING);
        self.either_u32(a, b, value, hits)
    }

    /// Write the transpose of a square of [`SQUARE`] x [`SQUARE`] elements, whose rows are `from_stride` apart, to rows `to_stride` apart.
    ///
    /// Panics unless both squares lie within their slices.
    #[inline(always)]
    fn turn<T: Below>(self, from: &[T], from_stride: usize, to: &mut [T], to_stride: usize) {
        const LAST: usize = SQUARE - 1;
        assert!(from.len() >= SQUARE && from_stride <= (from.len() - SQUARE) / LAST);
        assert!(to.len() >= SQUARE && to_stride <= (to.len() - SQUARE) / LAST);
        // SAFETY: all rows lie within the slices, as asserted. Elements are plain numbers of 4 or 8 bytes, moved as such.
        unsafe {
            match size_of::<T>() {
                4 => self.turn_u32(from.as_ptr().cast(), from_stride, to.as_mut_ptr().cast(), to_stride),
                8 => self.turn_u64(from.as_ptr().cast(), from_stride, to.as_mut_ptr().cast(), to_stride),
                _ => portable::turn(from.as_ptr(), from_stride, to.as_mut_ptr(), to_stride),
            }
        }
    }

    /// How many vector registers there are.
    const REGISTERS: usize;

    /// Whether multiplication and addition are one instruction.
    const FUSED: bool;

    /// Copy `from` to `to`, which will not be read soon. Other threads may see it after [`fence`](Self::fence).
    ///
    /// # Safety
    /// As many elements as `from` has must be writable at `to`, and nobody else access them meanwhile.
    #[inline(always)]
    unsafe fn stream<T: Below>(self, from: &[T], to: *mut T) {
        // SAFETY: as promised by the caller.
        unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to, from.len()) }
    }

    /// Let everything written before be seen by others before anything written after.
    #[inline(always)]
    fn fence(self) {}

    /// Ask for the cache line at `at`, which need not exist.
    #[inline(always)]
    fn prefetch<T>(self, at: *const T) {
        let _ = at;
    }

    /// For every row, multiply the lower and upper halves of its words by those `weights` and add that to the row's sums, and multiply them by the row's
    /// `own` weights and add that to the `columns`, all modulo 2^64. Weights have 32 bits; pairs are of what belongs to lower and to upper halves.
    /// Take the largest words (where `WIDE`) or halves on the way.
    ///
    /// Rows are read side by side and in order, which the memory foresees: asking for it ahead by hand is half as fast.
    ///
    /// # Safety
    /// `n` times [`WORDS`] words must be readable at each of `rows` and `weights`, wherever they are aligned, and readable and writable at each of `columns`.
    #[inline(always)]
    unsafe fn add_products<const ROWS: usize, const WIDE: bool>(
        self,
        n: usize,
        rows: [*const u64; ROWS],
        own: [[u64; 2]; ROWS],
        weights: [*const u64; 2],
        columns: [*mut u64; 2],
        totals: &mut Totals<ROWS>,
    ) {
        // SAFETY: as promised by the caller.
        unsafe { portable::add_products::<ROWS, WIDE>(n, rows, own, weights, columns, totals) }
    }

    /// # Safety
    /// [`SQUARE`] rows of [`SQUARE`] elements must be readable at `from` and writable at `to`, `from_stride` and `to_stride` elements apart.
    #[inline(always)]
    unsafe fn turn_u32(self, from: *const u32, from_stride: usize, to: *mut u32, to_stride: usize) {
        // SAFETY: as promised by the caller.
        unsafe { portable::turn(from, from_stride, to, to_stride) }
    }

    /// # Safety
    /// As for [`turn_u32`](Self::turn_u32).
    #[inline(always)]
    unsafe fn turn_u64(self, from: *const u64, from_stride: usize, to: *mut u64, to_stride: usize) {
        // SAFETY: as promised by the caller.
        unsafe { portable::turn(from, from_stride, to, to_stride) }
    }

    fn either_u32(self, a: &[u32], b: &[u32], value: u32, hits: &mut [u32]) -> usize;
    fn below_f32<const ROWS: usize>(
        self,
        rows: [&[f32]; ROWS],
        limit: &[f32],
        hits: [&mut [u32]; ROWS],
    ) -> [usize; ROWS];
    fn below_f64<const ROWS: usize>(
        self,
        rows: [&[f64]; ROWS],
        limit: &[f64],
        hits: [&mut [u32]; ROWS],
    ) -> [usize; ROWS];
    fn below_i32<const ROWS: usize>(
        self,
        rows: [&[i32]; ROWS],
        limit: &[i32],
        hits: [&mut [u32]; ROWS],
    ) -> [usize; ROWS];
    fn below_i64<const ROWS: usize>(
        self,
        rows: [&[i64]; ROWS],
        limit: &[i64],
        hits: [&mut [u32]; ROWS],
    ) -> [usize; ROWS];
}

/// An element type that every [`Simd`] can compare and compress. Sealed by being unnameable outside the crate.
pub trait Below: Copy {
    #[doc(hidden)]
    #[allow(private_bounds, private_interfaces)]
    fn below<S: Simd, const ROWS: usize>(
        simd: S,
        rows: [&[Self]; ROWS],
        limit: &[Self],
        hits: [&mut [u32]; ROWS],
    ) -> [usize; ROWS];
}

macro_rules! below {
    ($($element:ty => $method:ident),+) => {$(
        impl Below for $element {
            #[inline(always)]
            #[allow(private_bounds, private_interfaces)]
            fn below<S: Simd, const ROWS: usize>(
                simd: S,
                rows: [&[Self]; ROWS],
                limit: &[Self],
                hits: [&mut [u32]; ROWS],
            ) -> [usize; ROWS] {
                simd.$method(rows, limit, hits)
            }
        }
    )+};
}

below!(f32 => below_f32, f64 => below_f64, i32 => below_i32, i64 => below_i64);

/// An algorithm to be instantiated for every instruction set. `run` must be `#[inline(always)]`.
pub(crate) trait Kernel {
    type Output;

    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// Run `kernel` with the instruction set `isa`, or the best one below it that this machine has.
#[inline]
pub(crate) fn dispatch<K: Kernel>(isa: Isa, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        x86_64::dispatch(isa, kernel)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = isa;
        kernel.run(Portable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;

    struct Collect<'a, T> {
        row: &'a [T],
        limit: &'a [T],
        hits: Vec<u32>,
    }

    impl<T: Element> Kernel for Collect<'_, T> {
        type Output = Vec<u32>;

        #[inline(always)]
        fn run<S: Simd>(mut self, simd: S) -> Vec<u32> {
            let [n] = simd.below([self.row], self.limit, [&mut self.hits]);
            self.hits.truncate(n);
            // Rows beside one another do not disturb one another.
            let nowhere = self.limit;
            let (mut none, mut again) = (vec![0; 300], vec![0; 300]);
            let both = simd.below([nowhere, self.row], self.limit, [&mut none, &mut again]);
            assert!(both == [0, n] && again[..n] == self.hits);
            self.hits
        }
    }

    /// Every length from 0 to 130 at every alignment, with hits everywhere, nowhere, rarely, and among infinities.
    fn every_instantiation_agrees<T: Element>(from: impl Fn(u32) -> T) {
        let mut seed = 1_u32;
        let mut noise = |modulus: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % modulus
        };
        for modulus in [1, 2, 3, 50] {
            let row: Vec<T> = (0..200).map(|_| from(noise(modulus))).collect();
            let mut limit: Vec<T> = (0..200).map(|_| from(noise(3))).collect();
            for o in (0..200).step_by(7) {
                limit[o] = T::FAR;
            }
            for length in 0..=130 {
                for offset in [0, 1, 3, 8, 15] {
                    let row = &row[offset..offset + length];
                    let limit = &limit[offset..offset + length];
                    let naive: Vec<u32> = (0..length).filter(|&o| row[o] < limit[o]).map(|o| o as u32).collect();
                    for isa in Isa::available() {
                        let hits = vec![u32::MAX; length + HITS_PADDING];
                        let found = dispatch(isa, Collect { row, limit, hits });
                        assert_eq!(found, naive, "{isa:?}, length {length}, offset {offset}");
                    }
                }
            }
        }
    }

    struct Either<'a>(&'a [u32], &'a [u32], Vec<u32>);

    impl Kernel for Either<'_> {
        type Output = Vec<u32>;

        #[inline(always)]
        fn run<S: Simd>(mut self, simd: S) -> Vec<u32> {
            let n = simd.either(self.0, self.1, 2, &mut self.2);
            self.2.truncate(n);
            self.2
        }
    }

    #[test]
    fn positions_of_a_value_agree() {
        let values: Vec<u32> = (0..300_u32).map(|i| i.wrapping_mul(2_654_435_761) >> 29).collect();
        for length in 0..=130 {
            for offset in [0, 1, 5, 16] {
                let (a, b) = (&values[offset..][..length], &values[offset + 100..][..length]);
                let naive: Vec<u32> = (0..length)
                    .filter(|&o| a[o] == 2 || b[o] == 2)
                    .map(|o| o as u32)
                    .collect();
                for isa in Isa::available() {
                    let hits = vec![u32::MAX; length + HITS_PADDING];
                    assert_eq!(
                        dispatch(isa, Either(a, b, hits)),
                        naive,
                        "{isa:?}, length {length}, offset {offset}"
                    );
                }
            }
        }
    }

    struct Products<'a, const WIDE: bool> {
        rows: [&'a [u8]; 2],
        sums: [[u64; WORDS]; 2],
        columns: [Vec<u64>; 2],
    }

    impl<const WIDE: bool> Kernel for Products<'_, WIDE> {
        /// Sums by row, by column, and the largest word or half.
        type Output = ([u64; 2], [Vec<u64>; 2], u64);

        #[inline(always)]
        fn run<S: Simd>(mut self, simd: S) -> Self::Output {
            let weights: [Vec<u64>; 2] = [1, 2].map(|seed| {
                (0..3 * WORDS as u64)
                    .map(|i| ((i + seed) * 0x0fff_fff1) & 0xffff_ffff)
                    .collect()
            });
            let rows = self.rows.map(|row| row[..3 * WORDS * 8].as_ptr().cast());
            let columns = self.columns.each_mut().map(|column| column[..3 * WORDS].as_mut_ptr());
            let mut totals = Totals {
                sums: self.sums,
                largest: [1; WORDS],
            };
            // SAFETY: three times eight words are there, as the slices above say.
            unsafe {
                simd.add_products::<2, WIDE>(
                    3,
                    rows,
                    [[0xffff_fff0, 3], [5, 0x8000_0001]],
                    weights.each_ref().map(|w| w.as_ptr()),
                    columns,
                    &mut totals,
                );
            }
            let Totals { sums, largest } = totals;
            let sums = sums.map(|sums| sums.into_iter().fold(0, u64::wrapping_add));
            let halves = largest.into_iter().flat_map(|word| [word & 0xffff_ffff, word >> 32]);
            let largest = if WIDE { largest.into_iter().max() } else { halves.max() };
            (sums, self.columns, largest.unwrap_or(0))
        }
    }

    #[test]
    fn products_agree() {
        let bytes: Vec<u8> = (0..1000_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 23) as u8)
            .collect();
        fn with<const WIDE: bool>(bytes: &[u8], isa: Isa) -> ([u64; 2], [Vec<u64>; 2], u64) {
            let rows = [bytes, &bytes[300..]];
            let (sums, columns) = ([[7; WORDS]; 2], [vec![u64::MAX; 3 * WORDS], vec![9; 3 * WORDS]]);
            dispatch(isa, Products::<WIDE> { rows, sums, columns })
        }
        for offset in [0, 4, 64] {
            let bytes = &bytes[offset..];
            for isa in Isa::available() {
                assert_eq!(with::<true>(bytes, isa), with::<true>(bytes, Isa::Portable), "{isa:?}");
                assert_eq!(
                    with::<false>(bytes, isa),
                    with::<false>(bytes, Isa::Portable),
                    "{isa:?}"
                );
            }
            let words = |from: usize| bytes[from..][..192].as_chunks::<8>().0.iter();
            let words = words(0).chain(words(300)).map(|&word| u64::from_ne_bytes(word));
            assert_eq!(with::<true>(bytes, Isa::detect()).2, words.clone().max().unwrap_or(0));
            let halves = words.flat_map(|word| [word & 0xffff_ffff, word >> 32]);
            assert_eq!(with::<false>(bytes, Isa::detect()).2, halves.max().unwrap_or(0));
        }
    }

    struct Turn<'a, T>(&'a [T], usize, Vec<T>, usize);

    impl<T: Element> Kernel for Turn<'_, T> {
        type Output = Vec<T>;

        #[inline(always)]
        fn run<S: Simd>(mut self, simd: S) -> Vec<T> {
            simd.turn(self.0, self.1, &mut self.2, self.3);
            self.2
        }
    }

    fn squares_turn_round<T: Element>(from: impl Fn(u32) -> T) {
        let values: Vec<T> = (0..1000).map(from).collect();
        for (stride, to_stride, offset) in [(16, 16, 0), (17, 40, 1), (50, 16, 3)] {
            for isa in Isa::available() {
                let turned = dispatch(isa, Turn(&values[offset..], stride, vec![T::ZERO; 700], to_stride));
                for row in 0..SQUARE {
                    for col in 0..SQUARE {
                        assert_eq!(
                            turned[row * to_stride + col],
                            values[offset + col * stride + row],
                            "{isa:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn squares_turn_round_on_every_instantiation() {
        squares_turn_round(|i| i as f32);
        squares_turn_round(f64::from);
    }

    #[test]
    fn compare_and_compress_agrees_on_f32() {
        every_instantiation_agrees(|i| if i == 1 { f32::INFINITY } else { i as f32 });
    }

    #[test]
    fn compare_and_compress_agrees_on_f64() {
        every_instantiation_agrees(|i| if i == 1 { f64::INFINITY } else { f64::from(i) });
    }

    #[test]
    fn compare_and_compress_agrees_on_i32() {
        every_instantiation_agrees(|i| if i == 1 { -7 } else { i as i32 });
    }

    #[test]
    fn compare_and_compress_agrees_on_i64() {
        every_instantiation_agrees(|i| if i == 1 { i64::MIN } else { i64::from(i) << 33 });
    }
}
