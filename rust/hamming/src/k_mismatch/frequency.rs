//! How often letters occur, estimated from a sample of the text.

use super::Rule;

/// Symbols looked at: enough to tell a frequent letter from a rare one, little beside any search.
const SAMPLE: usize = 4096;

/// Shares of all bytes in a text.
#[derive(Debug, Clone)]
pub(super) struct Frequencies([f32; 256]);

impl Frequencies {
    /// Of some evenly spaced runs of `text`.
    pub(super) fn of(text: &[u8]) -> Self {
        const RUN: usize = 64;
        let mut counts = [0_u32; 256];
        let step = (text.len() / (SAMPLE / RUN)).max(RUN);
        for start in (0..text.len()).step_by(step) {
            for &symbol in &text[start..text.len().min(start + RUN)] {
                counts[usize::from(symbol)] += 1;
            }
        }
        let total: u32 = counts.iter().sum();
        // A letter that the sample has not seen may still occur.
        Self(counts.map(|count| (count as f32 + 0.05) / (total as f32 + 0.05 * 256.0)))
    }

    /// The chance that a symbol of the text matches `letter` of the pattern.
    pub(super) fn matching(&self, letter: u8, rule: Rule) -> f32 {
        match rule {
            Rule::Equal => self.0[usize::from(letter)],
            _ => {
                let all = (0..=255_u8).filter(|&symbol| rule.matches(symbol, letter));
                all.map(|symbol| self.0[usize::from(symbol)]).sum::<f32>().min(1.0)
            }
        }
    }
}

/// The chance of at most `k` mismatches after each number of rows, given each row's chance of a match; only until it is below `enough`.
///
/// Symbols of real texts depend on one another: an estimate for planning.
pub(super) fn survival(matching: impl Iterator<Item = f32>, k: usize, enough: f64) -> Vec<f64> {
    let mut chances = vec![0.0_f64; k + 1]; // of exactly i mismatches so far
    chances[0] = 1.0;
    let mut survival = vec![1.0];
    for p in matching {
        let p = f64::from(p);
        for i in (0..=k).rev() {
            chances[i] = chances[i] * p + if i > 0 { chances[i - 1] * (1.0 - p) } else { 0.0 };
        }
        let alive: f64 = chances.iter().sum();
        survival.push(alive);
        if alive < enough {
            break;
        }
    }
    survival
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_rare_letters_are_rare() {
        let text: Vec<u8> = (0..100_000).map(|i| if i % 10 == 0 { b'x' } else { b'y' }).collect();
        let frequencies = Frequencies::of(&text);
        assert!((frequencies.matching(b'x', Rule::Equal) - 0.1).abs() < 0.02);
        assert!((frequencies.matching(b'y', Rule::Equal) - 0.9).abs() < 0.02);
        assert!(frequencies.matching(b'q', Rule::Equal) < 1e-3);
        assert!(frequencies.matching(b'q', Rule::Wildcard(b'y')) > 0.85);
        let sum: f32 = (0..=255).map(|c| frequencies.matching(c, Rule::Equal)).sum();
        assert!((sum - 1.0).abs() < 1e-3);
    }

    #[test]
    fn survival_is_the_binomial_tail() {
        let survival = survival(std::iter::repeat_n(0.25, 8), 1, 0.0);
        let expected = 0.25_f64.powi(8) + 8.0 * 0.75 * 0.25_f64.powi(7);
        assert!((survival[8] - expected).abs() < 1e-12);
        assert_eq!(survival[0], 1.0);
        assert!((survival[1] - 1.0).abs() < 1e-12);
    }
}
