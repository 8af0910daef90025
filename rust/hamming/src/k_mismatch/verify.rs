//! The distance of one window to the pattern, given up as soon as it exceeds the bound.

use super::Rule;
use crate::Symbol;

/// Symbols between two looks at the bound: a few vectors, whose mismatches fit a byte.
const STRIDE: usize = 128;

/// Mismatches between two strings of one length, if there are at most `k`; positions with a `wildcard` in either are none.
pub(super) fn agreeing<S: Symbol>(text: &[S], pattern: &[S], k: usize, wildcard: Option<S>) -> Option<u32> {
    match wildcard {
        None => within(text, pattern, k),
        Some(any) => bounded(text, pattern, k, |t, p| (t == p) | (t == any) | (p == any)),
    }
}

/// Mismatches between two strings of one length, if there are at most `k`.
pub(super) fn within<S: Symbol>(text: &[S], pattern: &[S], k: usize) -> Option<u32> {
    bounded(text, pattern, k, |t, p| t == p)
}

/// The same under any rule of bytes.
pub(super) fn related(text: &[u8], pattern: &[u8], k: usize, rule: Rule) -> Option<u32> {
    match rule {
        Rule::Equal => bounded(text, pattern, k, |t, p| t == p),
        Rule::Wildcard(any) => bounded(text, pattern, k, |t, p| (t == p) | (t == any) | (p == any)),
        Rule::Overlap => bounded(text, pattern, k, |t, p| t & p != 0),
        Rule::Within => bounded(text, pattern, k, |t, p| (t | p == p) & (t != 0)),
    }
}

#[inline(always)]
fn bounded<S: Symbol>(text: &[S], pattern: &[S], k: usize, matches: impl Fn(S, S) -> bool) -> Option<u32> {
    debug_assert_eq!(text.len(), pattern.len());
    let mut distance = 0;
    for (t, p) in text.chunks(STRIDE).zip(pattern.chunks(STRIDE)) {
        let mut differing = 0_u8;
        for (&t, &p) in t.iter().zip(p) {
            differing += u8::from(!matches(t, p));
        }
        distance += u32::from(differing);
        if distance as usize > k {
            return None;
        }
    }
    Some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_at_the_bound() {
        let text = vec![b'a'; 1000];
        let mut pattern = text.clone();
        for at in [0, 127, 128, 500, 999] {
            pattern[at] = b'b';
        }
        assert_eq!(within(&text, &pattern, 5), Some(5));
        assert_eq!(within(&text, &pattern, 4), None);
        assert_eq!(related(&text, &pattern, 4, Rule::Wildcard(b'b')), Some(0));
        assert_eq!(related(&[3, 1, 8], &[1, 2, 8], 1, Rule::Overlap), Some(1));
        assert_eq!(within(&vec![b'a'; 300], &vec![b'b'; 300], 300), Some(300));
    }
}
