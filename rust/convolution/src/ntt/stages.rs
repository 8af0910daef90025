//! The loops of a transform, generic over the field, to be inlined where they are instantiated.

use super::Field;

/// A stage of decimation in frequency, on the halves of one block.
#[inline(always)]
pub(super) fn butterflies<F: Field>(a: &mut [F], b: &mut [F], root: F) {
    for (a, b) in a.iter_mut().zip(b) {
        let (low, high) = (*a, b.mul(root));
        (*a, *b) = (low.add(high), low.sub(high));
    }
}

/// The same backwards.
#[inline(always)]
pub(super) fn inverse_butterflies<F: Field>(a: &mut [F], b: &mut [F], root: F) {
    for (a, b) in a.iter_mut().zip(b) {
        let (low, high) = (*a, *b);
        (*a, *b) = (low.add(high), low.sub(high).mul(root));
    }
}

/// All stages within part `index` of the data.
#[inline(always)]
pub(super) fn forward_part<F: Field>(part: &mut [F], index: usize, roots: &[F]) {
    let mut half = part.len() / 2;
    let mut base = index;
    while half > 2 || half == 1 {
        for (pair, root) in part.chunks_exact_mut(2 * half).zip(&roots[base..]) {
            let (a, b) = pair.split_at_mut(half);
            butterflies(a, b, *root);
        }
        half /= 2;
        base *= 2;
    }
    if half == 2 {
        // The last two stages at once, or blocks of two and one would be a loop each.
        let (first, second) = (&roots[base..], &roots[2 * base..]);
        for ((four, root), pair) in part.chunks_exact_mut(4).zip(first).zip(second.chunks_exact(2)) {
            let (b, d) = (four[2].mul(*root), four[3].mul(*root));
            let (x, y) = (four[0].add(b), four[1].add(d).mul(pair[0]));
            let (z, w) = (four[0].sub(b), four[1].sub(d).mul(pair[1]));
            four.copy_from_slice(&[x.add(y), x.sub(y), z.add(w), z.sub(w)]);
        }
    }
}

/// The same backwards, and everything times `scale`.
#[inline(always)]
pub(super) fn inverse_part<F: Field>(part: &mut [F], index: usize, roots: &[F], scale: F) {
    let mut half = 1;
    if part.len() >= 4 {
        let (first, second) = (&roots[index * (part.len() / 4)..], &roots[index * (part.len() / 2)..]);
        for ((four, root), pair) in part.chunks_exact_mut(4).zip(first).zip(second.chunks_exact(2)) {
            let (x, y) = (four[0].add(four[1]), four[0].sub(four[1]).mul(pair[0]));
            let (z, w) = (four[2].add(four[3]), four[2].sub(four[3]).mul(pair[1]));
            four.copy_from_slice(&[x.add(z), y.add(w), x.sub(z).mul(*root), y.sub(w).mul(*root)]);
        }
        half = 4;
    }
    while half < part.len() {
        let base = index * (part.len() / (2 * half));
        for (pair, root) in part.chunks_exact_mut(2 * half).zip(&roots[base..]) {
            let (a, b) = pair.split_at_mut(half);
            inverse_butterflies(a, b, *root);
        }
        half *= 2;
    }
    for value in part {
        *value = value.mul(scale);
    }
}
