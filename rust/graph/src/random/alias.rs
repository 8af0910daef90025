//! Drawing in proportion to weights at one look: alias tables (Walker 1977, built as by Vose 1991), with probabilities in 32 bits.

/// One column of a table: something with its own share of the column, and what has the rest.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    /// The first has the column for coins up to this.
    keep: u32,
    own: u32,
    alias: u32,
}

impl Slot {
    /// What a coin means, uniform in 32 bits.
    #[inline(always)]
    pub fn drawn(self, coin: u32) -> u32 {
        if coin <= self.keep { self.own } else { self.alias }
    }
}

/// What a uniform number means in a table that is not empty: its upper bits choose a column, what is left of them is uniform still.
#[inline(always)]
pub fn drawn(table: &[Slot], random: u64) -> u32 {
    let product = u128::from(random) * table.len() as u128;
    table[(product >> 64) as usize].drawn((product as u64 >> 32) as u32)
}

/// Append a table of `targets`, to be drawn in proportion to `weights`, which are above zero and finite; a column for each.
pub fn append(targets: &[u32], weights: &[f64], table: &mut Vec<Slot>) {
    let first = table.len();
    let largest = weights.iter().fold(0.0_f64, |most, &weight| most.max(weight));
    let total: f64 = weights.iter().map(|weight| weight / largest).sum();
    let scale = targets.len() as f64 / total;
    let mut share: Vec<f64> = weights.iter().map(|weight| weight / largest * scale).collect();
    let whole = |&target: &u32| Slot {
        keep: u32::MAX,
        own: target,
        alias: target,
    };
    table.extend(targets.iter().map(whole));
    let (mut poor, mut rich): (Vec<usize>, Vec<usize>) = (0..targets.len()).partition(|&i| share[i] < 1.0);
    while let (Some(&giver), Some(taker)) = (rich.last(), poor.pop()) {
        let slot = &mut table[first + taker];
        // rounded to the nearest, and a coin equal to `keep` keeps
        slot.keep = ((share[taker] * 4_294_967_296.0).round() as u64)
            .clamp(1, 1 << 32)
            .wrapping_sub(1) as u32;
        slot.alias = targets[giver];
        share[giver] -= 1.0 - share[taker];
        if share[giver] < 1.0 {
            rich.pop();
            poor.push(giver);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_weights() {
        let (targets, weights) = ([3, 9, 4, 7], [1.0, 1e-3, 5.0, 0.25]);
        let mut table = vec![Slot {
            keep: 0,
            own: 1,
            alias: 1,
        }];
        append(&targets, &weights, &mut table);
        assert_eq!(table.len(), 5);
        let (mut shares, all) = (std::collections::BTreeMap::new(), weights.iter().sum::<f64>());
        for slot in &table[1..] {
            let kept = (f64::from(slot.keep) + 1.0) / 4_294_967_296.0;
            *shares.entry(slot.own).or_insert(0.0) += kept / 4.0;
            *shares.entry(slot.alias).or_insert(0.0) += (1.0 - kept) / 4.0;
        }
        for (target, weight) in targets.iter().zip(weights) {
            assert!((shares[target] - weight / all).abs() < 1e-9, "{target}");
        }
        let mut counts = [0_u32; 10];
        for i in 0..100_000_u64 {
            counts[drawn(&table[1..], crate::random::mix(i)) as usize] += 1;
        }
        // Six deviations of 100 000 draws are at most 950.
        for (&target, weight) in targets.iter().zip(weights) {
            assert!(
                (f64::from(counts[target as usize]) - weight / all * 1e5).abs() < 950.0,
                "{counts:?}"
            );
        }
    }
}
