//! Radix sorts: the keys here are sums of known range.

/// Below this many keys a comparison sort is faster than the counting passes.
const FEW: usize = 256;

/// Bits per pass: the 2048 counters of a pass stay in the first-level cache.
const BITS: u32 = 11;

/// Sort `keys`, all below 2^`bits`, with `spare` for every other pass.
pub(crate) fn sort(keys: &mut Vec<u64>, spare: &mut Vec<u64>, bits: u32) {
    let passes = bits.div_ceil(BITS);
    if keys.len() < FEW || passes as usize * 3 > keys.len().ilog2() as usize * 2 {
        keys.sort_unstable();
        return;
    }
    spare.clear();
    spare.resize(keys.len(), 0);
    let mask = (1_u64 << BITS) - 1;
    let mut counts = vec![[0_u32; 1 << BITS]; passes as usize];
    for key in keys.iter() {
        for (pass, counts) in counts.iter_mut().enumerate() {
            counts[(key >> (BITS * pass as u32) & mask) as usize] += 1;
        }
    }
    for (pass, counts) in counts.iter_mut().enumerate() {
        if counts.iter().any(|count| *count as usize == keys.len()) {
            continue; // all keys have the same digit
        }
        let mut place = 0;
        for count in counts.iter_mut() {
            (place, *count) = (place + *count, place);
        }
        for key in keys.iter() {
            let place = &mut counts[(key >> (BITS * pass as u32) & mask) as usize];
            spare[*place as usize] = *key;
            *place += 1;
        }
        std::mem::swap(keys, spare);
    }
}

/// Sort any 64-bit integers.
pub(crate) fn sort_i64(values: &mut [i64]) {
    let (Some(&low), Some(&high)) = (values.iter().min(), values.iter().max()) else {
        return;
    };
    let bits = 64 - (high.wrapping_sub(low) as u64).leading_zeros();
    if values.len() >= u32::MAX as usize {
        values.sort_unstable();
        return;
    }
    let mut keys: Vec<u64> = values.iter().map(|value| value.wrapping_sub(low) as u64).collect();
    sort(&mut keys, &mut Vec::new(), bits);
    for (value, key) in values.iter_mut().zip(keys) {
        *value = low.wrapping_add(key as i64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_whatever_the_range() {
        let mut state = 7_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state
        };
        for len in [0, 1, 2, 255, 256, 5000, 100_000] {
            for bits in [1, 11, 12, 31, 63, 64] {
                let mut values: Vec<i64> = (0..len).map(|_| (noise() >> (64 - bits)) as i64).collect();
                let mut expected = values.clone();
                expected.sort_unstable();
                sort_i64(&mut values);
                assert_eq!(values, expected);
            }
        }
    }
}
