//! A pattern by its letters: where each stands, and which symbols of a text match it.

use crate::relation::Relation;
use crate::symbol::Symbol;

/// No letter.
const NONE: u32 = u32::MAX;

/// The letters of a pattern, numbered in the order of their first position. The wildcard is none of them.
#[derive(Debug)]
pub(crate) struct Letters<S> {
    /// The symbol of each letter.
    pub(crate) symbols: Vec<S>,
    /// When a text's symbol matches.
    pub(crate) relation: Relation,
    starts: Vec<u32>,
    positions: Vec<u32>,
    /// With [`Relation::Equal`]: the letter that each symbol is.
    of_symbol: Vec<u32>,
    /// With sets: all the letters that each byte matches, one list after the other.
    lists: Vec<u32>,
    list_starts: Vec<u32>,
}

impl<S: Symbol> Letters<S> {
    /// The letters of `pattern`, whose ids are below `sigma`.
    pub(crate) fn new(pattern: &[S], sigma: usize, wildcard: Option<S>, relation: Relation) -> Self {
        let mut of_symbol = vec![NONE; sigma];
        let (mut symbols, mut counts) = (Vec::new(), Vec::new());
        for &symbol in pattern {
            if Some(symbol) == wildcard {
                continue;
            }
            let letter = &mut of_symbol[symbol.id()];
            if *letter == NONE {
                *letter = symbols.len() as u32;
                symbols.push(symbol);
                counts.push(0_u32);
            }
            counts[*letter as usize] += 1;
        }
        let mut starts = Vec::with_capacity(counts.len() + 1);
        let mut total = 0;
        for count in &counts {
            starts.push(total);
            total += count;
        }
        starts.push(total);
        let mut next = starts.clone();
        let mut positions = vec![0; total as usize];
        for (j, &symbol) in pattern.iter().enumerate() {
            let letter = of_symbol[symbol.id()];
            if letter != NONE {
                let at = &mut next[letter as usize];
                positions[*at as usize] = j as u32;
                *at += 1;
            }
        }
        let (mut lists, mut list_starts) = (Vec::new(), Vec::new());
        if relation != Relation::Equal {
            list_starts.push(0);
            for id in 0..sigma {
                let matched = (0..symbols.len()).filter(|&letter| relation.matches(S::from_id(id), symbols[letter]));
                lists.extend(matched.map(|letter| letter as u32));
                list_starts.push(lists.len() as u32);
            }
        }
        Self {
            symbols,
            relation,
            starts,
            positions,
            of_symbol,
            lists,
            list_starts,
        }
    }

    /// The letter `symbol` of `pattern` alone.
    pub(crate) fn only(pattern: &[S], sigma: usize, symbol: S) -> Self {
        let mut letters = Self::new(&[], sigma, None, Relation::Equal);
        letters.symbols.push(symbol);
        letters.of_symbol[symbol.id()] = 0;
        letters.positions = (0..pattern.len() as u32)
            .filter(|&j| pattern[j as usize] == symbol)
            .collect();
        letters.starts.push(letters.positions.len() as u32);
        letters
    }

    /// How many letters there are.
    pub(crate) fn len(&self) -> usize {
        self.symbols.len()
    }

    /// Where the letter stands in the pattern, in rising order.
    #[inline(always)]
    pub(crate) fn positions(&self, letter: usize) -> &[u32] {
        &self.positions[self.starts[letter] as usize..self.starts[letter + 1] as usize]
    }

    /// The letters that a text's symbol matches.
    #[inline(always)]
    pub(crate) fn matched(&self, symbol: S) -> &[u32] {
        if self.relation == Relation::Equal {
            match self.of_symbol.get(symbol.id()) {
                Some(letter) if *letter != NONE => std::slice::from_ref(letter),
                _ => &[],
            }
        } else {
            let id = symbol.id();
            match self.list_starts.get(id..id + 2) {
                Some(&[from, to]) => &self.lists[from as usize..to as usize],
                _ => &[],
            }
        }
    }

    /// The letter that a pattern's symbol is.
    pub(crate) fn letter(&self, symbol: S) -> Option<usize> {
        let letter = self.of_symbol.get(symbol.id()).copied();
        letter.filter(|&letter| letter != NONE).map(|letter| letter as usize)
    }

    /// Whether a symbol is one of the letters.
    pub(crate) fn has(&self, symbol: S) -> bool {
        self.of_symbol.get(symbol.id()).is_some_and(|&letter| letter != NONE)
    }

    /// One more than the largest id of a symbol.
    pub(crate) fn sigma(&self) -> usize {
        self.of_symbol.len()
    }
}
