//! Which totals up to a target are sums of some of the items.

mod color;
mod dp;
mod series;

pub use color::bringmann;
pub use dp::{Reached, bitset_dp};
pub use series::jin_wu;

use crate::Error;

/// Items as they were given, those of no use left out: (value, index), values in 1..=target.
pub(crate) fn useful(items: &[i64], target: u64) -> Result<Vec<(u64, u32)>, Error> {
    if u32::try_from(items.len()).is_err() {
        return Err(Error::Option {
            what: "items",
            expected: "fewer than 2^32",
            got: items.len().to_string(),
        });
    }
    let mut useful = Vec::with_capacity(items.len());
    for (&item, index) in items.iter().zip(0_u32..) {
        let Ok(value) = u64::try_from(item) else {
            return Err(Error::Option {
                what: "items",
                expected: "not negative",
                got: item.to_string(),
            });
        };
        if (1..=target).contains(&value) {
            useful.push((value, index));
        }
    }
    Ok(useful)
}
