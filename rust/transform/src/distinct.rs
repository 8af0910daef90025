//! How many of many words are different.
#![forbid(unsafe_code)]

use porism_runtime::Monitor;

use crate::Error;

/// Bits that are sorted by at once: the counters of a pass fit the first-level cache.
const DIGIT: u32 = 11;
/// Words that are looked at between two looks at the monitor.
const PIECE: usize = 1 << 16;
/// Fewer words than this are sorted by comparing: counters of a pass would outnumber them.
const FEW: usize = 1 << 9;

/// How many different words there are among `words`, which are put into another order.
///
/// They are sorted by their digits, lowest first, as far as any of them goes.
///
/// # Errors
/// `TooLarge` without memory for as many words, or when somebody stopped the monitor.
pub fn count(mut words: Vec<u64>, monitor: &Monitor) -> Result<usize, Error> {
    if words.len() < FEW {
        words.sort_unstable();
        return Ok(runs(&words));
    }
    let used = words.iter().fold(0, |all, word| all | word);
    let mut other: Vec<u64> = Vec::new();
    other.try_reserve_exact(words.len()).map_err(|_| Error::TooLarge {
        what: "the words in order",
        bytes: words.len() as u128 * 8,
    })?;
    other.resize(words.len(), 0);
    for shift in (0..u64::BITS - used.leading_zeros()).step_by(DIGIT as usize) {
        let digit = |word: u64| (word >> shift) as usize & ((1 << DIGIT) - 1);
        let mut places = vec![0_usize; 1 << DIGIT];
        for piece in words.chunks(PIECE) {
            monitor.check()?;
            piece.iter().for_each(|&word| places[digit(word)] += 1);
        }
        let mut before = 0;
        for place in &mut places {
            before += std::mem::replace(place, before);
        }
        for piece in words.chunks(PIECE) {
            monitor.check()?;
            for &word in piece {
                let place = &mut places[digit(word)];
                other[*place] = word;
                *place += 1;
            }
        }
        std::mem::swap(&mut words, &mut other);
    }
    Ok(runs(&words))
}

/// Runs of equal words.
fn runs(words: &[u64]) -> usize {
    usize::from(!words.is_empty()) + words.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn as_many_as_a_set_holds(seed in any::<u64>(), size in 0..3000_usize, bits in 1..=64_u32, hidden in 0..64_u32) {
            let mut state = seed;
            let words: Vec<u64> = (0..size)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state ^ state >> 29) >> (64 - bits) >> (hidden / 2) << (hidden / 2)
                })
                .collect();
            let expected = words.iter().collect::<HashSet<_>>().len();
            prop_assert_eq!(count(words, &Monitor::new()).unwrap(), expected);
        }
    }

    #[test]
    fn it_can_be_stopped() {
        let monitor = Monitor::new();
        monitor.stop();
        assert!(count((0..10_000).collect(), &monitor).is_err());
    }
}
