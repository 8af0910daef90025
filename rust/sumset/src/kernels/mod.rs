//! The kernels: ways to find, or to count, the sums of an [`Instance`](crate::Instance).

pub(crate) mod packed;
pub(crate) mod pairs;
pub(crate) mod rows;
pub(crate) mod scatter;
pub(crate) mod sparse;
pub(crate) mod transform;

/// The first of `columns` that is not `below`, where `columns[cursor..]` are known not to be: by steps that double, then by halving.
///
/// Rows rise, so that cursors fall, mostly by little.
#[inline(always)]
pub(crate) fn fall(columns: &[u64], cursor: usize, below: impl Fn(u64) -> bool) -> usize {
    let (mut high, mut step) = (cursor, 1);
    while high >= step && !below(columns[high - step]) {
        high -= step;
        step *= 2;
    }
    if step == 1 {
        return high;
    }
    let low = high.saturating_sub(step);
    low + columns[low..high].partition_point(|column| below(*column))
}
