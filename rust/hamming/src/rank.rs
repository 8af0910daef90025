//! Names for letters: any integers become 0, 1, 2, …, in the order in which the patterns first use them.
//!
//! A letter that no pattern has matches nothing, so all of these share one name, the last. Ranking therefore looks at the patterns' letters only and
//! at the text once, through a table or a hash: never is a text sorted.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

use crate::error::Error;
use crate::relation::Relation;
use crate::symbol::{Ranked, Raw, Strings, Symbol};

/// The widest span of letters for which a table is kept, whatever the patterns' lengths: 1 MiB of ids.
const TABLE: u64 = 1 << 18;

/// A map from letters to names, made from patterns. Apply it to as many texts as there are.
#[derive(Debug)]
pub struct Ranking {
    lookup: Lookup,
    names: usize,
}

#[derive(Debug)]
enum Lookup {
    /// `ids[letter - low]`; letters beyond are dead.
    Table { low: u64, ids: Vec<u32> },
    /// Open addressing by a random odd multiplier: no text can be made that collides more than chance does.
    Hash {
        multiplier: u64,
        shift: u32,
        slots: Vec<(u64, u32)>,
    },
}

const FREE: u32 = u32::MAX;

impl Ranking {
    /// The names of the letters of `patterns` and, after them, of the wildcard, which may occur in a text only.
    pub fn new(patterns: &[Raw<'_>], wildcard: Option<u64>) -> Self {
        let letters = || patterns.iter().flat_map(|pattern| wide(*pattern)).chain(wildcard);
        let (low, high) = letters().fold((u64::MAX, 0), |(low, high), letter| (low.min(letter), high.max(letter)));
        let length: usize = patterns.iter().map(Raw::len).sum();
        let span = high.saturating_sub(low);
        let mut lookup = if low <= high && span < TABLE.max(8 * length as u64) {
            Lookup::Table {
                low,
                ids: vec![FREE; span as usize + 1],
            }
        } else {
            let bits = (2 * (length + 2)).next_power_of_two().trailing_zeros().max(4);
            Lookup::Hash {
                multiplier: RandomState::new().hash_one(0) | 1,
                shift: 64 - bits,
                slots: vec![(0, FREE); 1 << bits],
            }
        };
        let mut names = 0;
        for letter in letters() {
            let slot = lookup.slot(letter);
            if *slot == FREE {
                *slot = names as u32;
                names += 1;
            }
        }
        Self { lookup, names }
    }

    /// How many letters have a name of their own. The name of all others is this number.
    pub fn names(&self) -> usize {
        self.names
    }

    /// The name of `letter`: below [`names`](Self::names), or equal to it for one that no pattern has.
    #[inline(always)]
    pub fn name(&self, letter: u64) -> usize {
        let id = match &self.lookup {
            Lookup::Table { low, ids } => {
                let at = letter.wrapping_sub(*low);
                if at < ids.len() as u64 { ids[at as usize] } else { FREE }
            }
            Lookup::Hash {
                multiplier,
                shift,
                slots,
            } => {
                let mask = slots.len() - 1;
                let mut at = (letter.wrapping_mul(*multiplier) >> shift) as usize;
                loop {
                    let (held, id) = slots[at & mask];
                    if id == FREE || held == letter {
                        break id;
                    }
                    at += 1;
                }
            }
        };
        if id == FREE { self.names } else { id as usize }
    }

    /// The names of `string`, with `pad` symbols that no pattern has before and behind it.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where there is no memory for them.
    pub fn apply<S: Symbol>(&self, string: Raw<'_>, pad: usize) -> Result<Vec<S>, Error> {
        debug_assert!(self.names < S::COUNT);
        let length = string.len() + 2 * pad;
        let mut named = reserved(length)?;
        let dead = S::from_id(self.names);
        named.resize(pad, dead);
        match string {
            Raw::U8(letters) => named.extend(letters.iter().map(|&letter| S::from_id(self.name(letter.into())))),
            Raw::U16(letters) => named.extend(letters.iter().map(|&letter| S::from_id(self.name(letter.into())))),
            Raw::U32(letters) => named.extend(letters.iter().map(|&letter| S::from_id(self.name(letter.into())))),
            Raw::U64(letters) => named.extend(letters.iter().map(|&letter| S::from_id(self.name(letter)))),
        }
        named.resize(length, dead);
        Ok(named)
    }
}

fn reserved<S: Symbol>(length: usize) -> Result<Vec<S>, Error> {
    let mut symbols = Vec::new();
    symbols.try_reserve_exact(length).map_err(|_| Error::TooLarge {
        what: "a copy of the text",
        bytes: (length * size_of::<S>()) as u128,
    })?;
    Ok(symbols)
}

impl Lookup {
    fn slot(&mut self, letter: u64) -> &mut u32 {
        match self {
            Self::Table { low, ids } => &mut ids[(letter - *low) as usize],
            Self::Hash {
                multiplier,
                shift,
                slots,
            } => {
                let mask = slots.len() - 1;
                let mut at = (letter.wrapping_mul(*multiplier) >> *shift) as usize & mask;
                while slots[at].1 != FREE && slots[at].0 != letter {
                    at = (at + 1) & mask;
                }
                slots[at].0 = letter;
                &mut slots[at].1
            }
        }
    }
}

fn wide(string: Raw<'_>) -> Box<dyn Iterator<Item = u64> + '_> {
    match string {
        Raw::U8(letters) => Box::new(letters.iter().map(|&letter| letter.into())),
        Raw::U16(letters) => Box::new(letters.iter().map(|&letter| letter.into())),
        Raw::U32(letters) => Box::new(letters.iter().map(|&letter| letter.into())),
        Raw::U64(letters) => Box::new(letters.iter().copied()),
    }
}

/// A text and patterns with names for letters, and `pad` symbols that match nothing around the text. Bytes are their own names where nothing is to be
/// padded, and are not copied. Sets keep their values: only bytes can be sets.
///
/// # Errors
/// [`Error::Sets`] for a `relation` between sets that are no bytes,
/// [`Error::TooLarge`] where there is no memory for the names, [`Error::TooLong`] for 2^31 symbols of patterns or more.
pub fn rank<'a>(
    text: Raw<'a>,
    patterns: &[Raw<'a>],
    wildcard: Option<u64>,
    relation: Relation,
    pad: usize,
) -> Result<Ranked<'a>, Error> {
    let length = patterns.iter().map(Raw::len).sum();
    let limit = i32::MAX as usize;
    if length > limit {
        return Err(Error::TooLong {
            what: "the pattern",
            length,
            limit,
        });
    }
    let sets = relation != Relation::Equal;
    if (pad == 0 || sets)
        && let Raw::U8(text) = text
    {
        let patterns = patterns.iter().map(|pattern| match pattern {
            Raw::U8(pattern) => Some(Cow::Borrowed(*pattern)),
            _ => None,
        });
        if let Some(patterns) = patterns.collect() {
            let text = if pad == 0 {
                Cow::Borrowed(text)
            } else {
                let mut padded = reserved(text.len() + 2 * pad)?;
                padded.resize(pad, 0); // the empty set, which matches nothing
                padded.extend_from_slice(text);
                padded.resize(text.len() + 2 * pad, 0);
                Cow::Owned(padded)
            };
            return Ok(Ranked::U8(Strings {
                text,
                patterns,
                sigma: 256,
                wildcard: wildcard.and_then(|letter| u8::try_from(letter).ok()),
            }));
        }
    }
    if sets {
        return Err(Error::Sets);
    }
    let ranking = Ranking::new(patterns, wildcard);
    Ok(if ranking.names() < u8::COUNT {
        Ranked::U8(named(&ranking, text, patterns, wildcard, pad)?)
    } else if ranking.names() < u16::COUNT {
        Ranked::U16(named(&ranking, text, patterns, wildcard, pad)?)
    } else {
        Ranked::U32(named(&ranking, text, patterns, wildcard, pad)?)
    })
}

fn named<'a, S: Symbol>(
    ranking: &Ranking,
    text: Raw<'_>,
    patterns: &[Raw<'_>],
    wildcard: Option<u64>,
    pad: usize,
) -> Result<Strings<'a, S>, Error> {
    let patterns: Result<Vec<_>, Error> = patterns
        .iter()
        .map(|&pattern| Ok(Cow::Owned(ranking.apply(pattern, 0)?)))
        .collect();
    Ok(Strings {
        text: Cow::Owned(ranking.apply(text, pad)?),
        patterns: patterns?,
        sigma: ranking.names() + 1,
        wildcard: wildcard.map(|letter| S::from_id(ranking.name(letter))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EQUAL: Relation = Relation::Equal;

    #[test]
    fn letters_get_names_in_the_order_of_the_pattern() {
        for scale in [1, 1 << 50] {
            let pattern: Vec<u64> = [7, 9, 7, 3].iter().map(|x| x * scale).collect();
            let text: Vec<u64> = [3, 4, 9, 9, 7, 0].iter().map(|x| x * scale).collect();
            let ranked = rank(Raw::U64(&text), &[Raw::U64(&pattern)], None, EQUAL, 1).unwrap();
            let Ranked::U8(strings) = ranked else {
                panic!("three names fit a byte")
            };
            assert_eq!(*strings.patterns[0], [0, 1, 0, 2]);
            assert_eq!(*strings.text, [3, 2, 3, 1, 1, 0, 3, 3]);
            assert_eq!(strings.sigma, 4);
        }
    }

    #[test]
    fn the_widest_letters_are_told_apart() {
        let pattern = [u64::MAX, 0, 1 << 63];
        let text = [1 << 63, u64::MAX - 1, u64::MAX, 0];
        let Ranked::U8(strings) = rank(Raw::U64(&text), &[Raw::U64(&pattern)], Some(5), EQUAL, 0).unwrap() else {
            panic!("four names fit a byte")
        };
        assert_eq!(*strings.text, [2, 4, 0, 1]);
        assert_eq!(strings.wildcard, Some(3));
    }

    #[test]
    fn names_grow_with_the_alphabet() {
        let many: Vec<u32> = (0..300).map(|i| i * 1000).collect();
        assert!(matches!(
            rank(Raw::U32(&many), &[Raw::U32(&many)], None, EQUAL, 0),
            Ok(Ranked::U16(_))
        ));
        let most: Vec<u32> = (0..70_000).collect();
        assert!(matches!(
            rank(Raw::U32(&most), &[Raw::U32(&most)], None, EQUAL, 0),
            Ok(Ranked::U32(_))
        ));
        let few = [1_u8, 2];
        let Ok(Ranked::U8(strings)) = rank(Raw::U8(&few), &[Raw::U8(&few)], None, EQUAL, 0) else {
            panic!("bytes are bytes")
        };
        assert!(matches!(strings.text, Cow::Borrowed(_)));
    }
}
