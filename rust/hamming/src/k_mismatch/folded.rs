//! Early abandon for alphabets that do not fit bytes: several letters share a byte, so that mismatches may be missed and never invented; what is left is verified.

use porism_runtime::Monitor;

use super::abandon::{Rows, search_all};
use super::blocks::{Options, shifts};
use super::frequency::Frequencies;
use super::planner::{self, Plan};
use super::search::Query;
use super::verify::agreeing;
use super::{Found, Rule, threshold};
use crate::{Error, Raw, Strings, Symbol};

/// The byte of all letters that no pattern has.
const DEAD: u8 = 255;

/// The byte of the wildcard.
const WILD: u8 = 254;

/// A text with a byte for each symbol.
pub(super) struct Folded<'a, S: Symbol> {
    strings: &'a Strings<'a, S>,
    text: Vec<u8>,
    frequencies: Frequencies,
}

/// Fold the text of `strings`.
pub(super) fn folded<'a, S: Symbol>(strings: &'a Strings<'a, S>) -> Folded<'a, S> {
    let text: Vec<u8> = strings.text.iter().map(|&symbol| fold(strings, symbol)).collect();
    let frequencies = Frequencies::of(&text);
    Folded {
        strings,
        text,
        frequencies,
    }
}

fn fold<S: Symbol>(strings: &Strings<'_, S>, symbol: S) -> u8 {
    if Some(symbol) == strings.wildcard {
        WILD
    } else if symbol.id() + 1 == strings.sigma {
        DEAD
    } else {
        (symbol.id() % usize::from(WILD)) as u8
    }
}

impl<S: Symbol> Folded<'_, S>
where
    for<'a> &'a [S]: Into<Raw<'a>>,
{
    pub(super) fn search(
        &self,
        pattern: &[S],
        k: usize,
        query: &Query,
        options: &Options,
        monitor: &Monitor,
    ) -> Result<(&'static str, Found), Error> {
        let wildcard = self.strings.wildcard;
        let rule = if wildcard.is_some() {
            Rule::Wildcard(WILD)
        } else {
            Rule::Equal
        };
        let bytes: Vec<u8> = pattern.iter().map(|&symbol| fold(self.strings, symbol)).collect();
        let rows = Rows::new(&bytes, k, rule, &self.frequencies);
        if query.method == super::Method::Auto
            && planner::plan(&rows, &self.text, &bytes, options, monitor)? == Plan::ThresholdAll
        {
            let found = threshold::search(
                &self.strings.text,
                pattern,
                k,
                query.relation,
                wildcard,
                options,
                monitor,
            )?;
            return Ok(("threshold-all", found));
        }
        let likely = search_all(
            &rows,
            &self.text,
            shifts(self.text.len(), bytes.len())?,
            options,
            monitor,
        )?;
        let mut found = Found {
            counters: likely.counters,
            ..Found::default()
        };
        for (checked, position) in likely.positions.into_iter().enumerate() {
            if checked % 4096 == 0 {
                monitor.check()?;
            }
            let window = &self.strings.text[position as usize..position as usize + pattern.len()];
            if let Some(distance) = agreeing(window, pattern, k, wildcard) {
                found.push(position as usize, distance);
            }
            found.counters.verified += 1;
        }
        Ok(("early-abandon", found))
    }
}
