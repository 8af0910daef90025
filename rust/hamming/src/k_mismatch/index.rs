//! The suffix tree of a pattern, as the suffix automaton of its reverse: longest common extensions in constant time.
//!
//! A state stands for a set of substrings that always occur together; in the automaton of the reversed pattern its suffix link drops letters at the *end* of
//! the substring, so that links form the suffix tree of the pattern. Reading a text from right to left, the state reached at i, with the length matched, is the longest
//! prefix of text[i..] that occurs in the pattern. The longest common extension of that place and of pattern[j..] is then the length of the lowest common
//! ancestor of two states, and no longer than what was matched. Deterministic, O(m) memory, O(1) for each letter and each extension.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use porism_runtime::Monitor;

use crate::{Error, Symbol};

/// Letters between two looks whether to stop.
const PATIENCE: usize = 1 << 16;

/// Lengths per block of the range minima: within blocks they are scanned.
const BLOCK: usize = 16;

const NONE: u32 = u32::MAX;

/// A key that is a number already, spread by a multiplication.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        let mixed = (self.0 ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 29);
    }
}

/// A transition, in the list of those of its state.
#[derive(Clone, Copy)]
struct Edge {
    letter: u32,
    target: u32,
    next: u32,
}

/// The states and where they lead.
struct Automaton {
    len: Vec<u32>,
    link: Vec<u32>,
    first: Vec<u32>,
    edges: Vec<Edge>,
    places: HashMap<u64, u32, BuildHasherDefault<Spread>>,
    last: u32,
}

impl Automaton {
    fn new(letters: usize) -> Self {
        let mut automaton = Self {
            len: Vec::with_capacity(2 * letters),
            link: Vec::with_capacity(2 * letters),
            first: Vec::with_capacity(2 * letters),
            edges: Vec::with_capacity(3 * letters),
            places: HashMap::with_capacity_and_hasher(3 * letters, BuildHasherDefault::default()),
            last: 0,
        };
        automaton.state(0, NONE);
        automaton
    }

    fn state(&mut self, len: u32, link: u32) -> u32 {
        self.len.push(len);
        self.link.push(link);
        self.first.push(NONE);
        self.len.len() as u32 - 1
    }

    fn key(state: u32, letter: u32) -> u64 {
        u64::from(state) << 32 | u64::from(letter)
    }

    fn place(&self, state: u32, letter: u32) -> Option<usize> {
        self.places.get(&Self::key(state, letter)).map(|&edge| edge as usize)
    }

    fn target(&self, state: u32, letter: u32) -> Option<u32> {
        self.place(state, letter).map(|edge| self.edges[edge].target)
    }

    fn connect(&mut self, state: u32, letter: u32, target: u32) {
        let next = self.first[state as usize];
        self.first[state as usize] = self.edges.len() as u32;
        self.places.insert(Self::key(state, letter), self.edges.len() as u32);
        self.edges.push(Edge { letter, target, next });
    }

    /// Blumer et al. 1985: append a letter to the word of which this is the automaton.
    fn extend(&mut self, letter: u32) {
        let new = self.state(self.len[self.last as usize] + 1, 0);
        let mut state = self.last;
        self.last = new;
        while state != NONE && self.place(state, letter).is_none() {
            self.connect(state, letter, new);
            state = self.link[state as usize];
        }
        if state == NONE {
            return;
        }
        let reached = self.target(state, letter).unwrap_or(0);
        if self.len[reached as usize] == self.len[state as usize] + 1 {
            self.link[new as usize] = reached;
            return;
        }
        let copy = self.state(self.len[state as usize] + 1, self.link[reached as usize]);
        let mut edge = self.first[reached as usize];
        while edge != NONE {
            let Edge { letter, target, next } = self.edges[edge as usize];
            self.connect(copy, letter, target);
            edge = next;
        }
        while state != NONE {
            match self.place(state, letter) {
                Some(edge) if self.edges[edge].target == reached => self.edges[edge].target = copy,
                _ => break,
            }
            state = self.link[state as usize];
        }
        self.link[reached as usize] = copy;
        self.link[new as usize] = copy;
    }
}

/// A pattern's suffix tree.
pub(super) struct PatternIndex {
    automaton: Automaton,
    /// The state of each suffix.
    suffixes: Vec<u32>,
    /// When a traversal of the tree enters each state.
    entered: Vec<u32>,
    /// For each place in that order, the length of its state's parent.
    parents: Vec<u32>,
    /// Minima of blocks of those: row r has the minima of 2^r blocks.
    minima: Vec<Vec<u32>>,
}

/// The longest prefix of a place in a text that occurs in the pattern: its state and its length.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reach {
    state: u32,
    len: u32,
}

impl PatternIndex {
    pub(super) fn new<S: Symbol>(pattern: &[S], monitor: &Monitor) -> Result<Self, Error> {
        let mut automaton = Automaton::new(pattern.len());
        let mut suffixes = vec![0; pattern.len()];
        for (j, &symbol) in pattern.iter().enumerate().rev() {
            automaton.extend(symbol.id() as u32);
            suffixes[j] = automaton.last;
            if j % PATIENCE == 0 {
                monitor.check()?;
            }
        }
        let n = automaton.len.len();
        // Children as lists, then an order in which every subtree is a run.
        let mut child = vec![NONE; n];
        let mut sibling = vec![NONE; n];
        for state in 1..n {
            let parent = automaton.link[state] as usize;
            sibling[state] = child[parent];
            child[parent] = state as u32;
        }
        let mut entered = vec![0; n];
        let mut parents = Vec::with_capacity(n);
        let mut stack = vec![0_u32];
        while let Some(state) = stack.pop() {
            let at = state as usize;
            entered[at] = parents.len() as u32;
            parents.push(if at == 0 {
                0
            } else {
                automaton.len[automaton.link[at] as usize]
            });
            let mut next = child[at];
            while next != NONE {
                stack.push(next);
                next = sibling[next as usize];
            }
        }
        monitor.check()?;
        let mut minima = vec![
            parents
                .chunks(BLOCK)
                .map(|block| block.iter().copied().min().unwrap_or(0))
                .collect::<Vec<u32>>(),
        ];
        let mut width = 1;
        while 2 * width <= minima[0].len() {
            let row = &minima[minima.len() - 1];
            let next = (0..=minima[0].len() - 2 * width)
                .map(|i| row[i].min(row[i + width]))
                .collect();
            minima.push(next);
            width *= 2;
        }
        Ok(Self {
            automaton,
            suffixes,
            entered,
            parents,
            minima,
        })
    }

    /// For each place of `text` how far the pattern reaches.
    pub(super) fn reaches<S: Symbol>(&self, text: &[S], monitor: &Monitor) -> Result<Vec<Reach>, Error> {
        let mut reaches = vec![Reach::default(); text.len()];
        let mut now = Reach::default();
        for (i, &symbol) in text.iter().enumerate().rev() {
            let letter = symbol.id() as u32;
            now = loop {
                if let Some(state) = self.automaton.target(now.state, letter) {
                    break Reach {
                        state,
                        len: now.len + 1,
                    };
                }
                if now.state == 0 {
                    break Reach::default();
                }
                now.state = self.automaton.link[now.state as usize];
                now.len = self.automaton.len[now.state as usize];
            };
            reaches[i] = now;
            if i % PATIENCE == 0 {
                monitor.check()?;
            }
        }
        Ok(reaches)
    }

    /// How long what begins at a place with this `reach` agrees with the pattern from `j` on.
    pub(super) fn extension(&self, reach: Reach, j: usize) -> usize {
        reach.len.min(self.common(reach.state, self.suffixes[j])) as usize
    }

    /// The length of the lowest common ancestor.
    fn common(&self, a: u32, b: u32) -> u32 {
        if a == b {
            return self.automaton.len[a as usize];
        }
        let (a, b) = (self.entered[a as usize], self.entered[b as usize]);
        let (from, to) = (a.min(b) as usize + 1, a.max(b) as usize + 1);
        let (first, last) = (from.div_ceil(BLOCK), to / BLOCK);
        let least = |range: std::ops::Range<usize>| self.parents[range].iter().copied().min().unwrap_or(NONE);
        if first >= last {
            return least(from..to);
        }
        let row = (last - first).ilog2();
        let minima = &self.minima[row as usize];
        let middle = minima[first].min(minima[last - (1 << row)]);
        middle.min(least(from..first * BLOCK)).min(least(last * BLOCK..to))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn extensions_are_those_of_the_definition(pattern in prop::collection::vec(0_u8..3, 1..200), text in prop::collection::vec(0_u8..4, 1..200)) {
            let monitor = Monitor::new();
            let index = PatternIndex::new(&pattern, &monitor).unwrap();
            let reaches = index.reaches(&text, &monitor).unwrap();
            for i in 0..text.len() {
                for j in 0..pattern.len() {
                    let expected = text[i..].iter().zip(&pattern[j..]).take_while(|(t, p)| t == p).count();
                    prop_assert_eq!(index.extension(reaches[i], j), expected);
                }
            }
        }
    }

    #[test]
    fn periodic_patterns_have_long_extensions() {
        let pattern: Vec<u32> = (0..5000).map(|i| i % 7).collect();
        let text: Vec<u32> = (0..9000).map(|i| if i == 6000 { 9 } else { (i + 3) % 7 }).collect();
        let monitor = Monitor::new();
        let index = PatternIndex::new(&pattern, &monitor).unwrap();
        let reaches = index.reaches(&text, &monitor).unwrap();
        for (i, j) in [(0, 3), (4, 0), (1500, 13), (5999, 2), (6000, 0), (6001, 4), (0, 2)] {
            let expected = text[i..].iter().zip(&pattern[j..]).take_while(|(t, p)| t == p).count();
            assert_eq!(index.extension(reaches[i], j), expected, "{i} {j}");
        }
    }
}
