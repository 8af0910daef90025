//! The kernels: ways to find, or to count, the sums of an [`Instance`](crate::Instance).

pub(crate) mod packed;
pub(crate) mod pairs;
pub(crate) mod rows;
pub(crate) mod scatter;
pub(crate) mod sparse;
pub(crate) mod transform;
