//! The whole job: strings as callers have them, many patterns, and the choice of a method.

use std::borrow::Cow;

use porism_runtime::Monitor;

use super::abandon::{Rows, search_all};
use super::blocks::{Options, shifts};
use super::folded::folded;
use super::frequency::Frequencies;
use super::planner::{self, Plan};
use super::{
    Counters, Found, Rule, amir_lewenstein_porat, chan_jin_williams_xu, gawrychowski_uznanski, kangaroo, many,
    pigeonhole, threshold,
};
use crate::{Error, Ranked, Raw, Relation, Strings, Symbol, rank};

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// What is expected to be fastest.
    #[default]
    Auto,
    /// All distances, then those that are small enough.
    ThresholdAll,
    /// Vertical counting that gives up early.
    EarlyAbandon,
    /// Exact pieces, then verification.
    Pigeonhole,
    /// Jumps from mismatch to mismatch.
    Kangaroo,
    /// Marks of 2k positions, then verification.
    AmirLewensteinPorat,
    /// Candidates, and periods where they are dense.
    GawrychowskiUznanski,
    /// The same with fields.
    ChanJinWilliamsXu,
}

/// What to search for, apart from the strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Query {
    /// How.
    pub method: Method,
    /// What matches. Methods other than `Auto`, `ThresholdAll` and `EarlyAbandon` only know equality.
    pub relation: Relation,
    /// The letter that matches everything.
    pub wildcard: Option<u64>,
    /// Of the randomness of those methods that have any; costs time only.
    pub seed: u64,
}

/// All hits of all patterns, ordered by position, then by pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches {
    /// Where, how many mismatches, and the work done.
    pub found: Found,
    /// For each hit the pattern.
    pub patterns: Vec<i64>,
    /// Which plan was followed for how many patterns.
    pub plans: Vec<(&'static str, u64)>,
}

/// Every position of `text` at which a pattern has at most `k` mismatches.
///
/// # Errors
/// [`Error::EmptyPattern`] or [`Error::NoShift`] for a pattern that does not fit, [`Error::EqualityOnly`], [`Error::Sets`], [`Error::TooLong`], [`Error::TooLarge`], [`Error::Interrupted`],
/// [`Error::Threads`].
pub fn search(
    text: Raw<'_>,
    patterns: &[Raw<'_>],
    k: usize,
    query: &Query,
    options: &Options,
    monitor: &Monitor,
) -> Result<Matches, Error> {
    for pattern in patterns {
        shifts(text.len(), pattern.len())?;
    }
    let limit = u32::MAX as usize / 2;
    if text.len() > limit
        && !matches!(
            query.method,
            Method::Auto | Method::EarlyAbandon | Method::Pigeonhole | Method::ThresholdAll
        )
    {
        return Err(Error::TooLong {
            what: "the text",
            length: text.len(),
            limit,
        });
    }
    let equality = query.relation == Relation::Equal && query.wildcard.is_none();
    if !equality && !matches!(query.method, Method::Auto | Method::EarlyAbandon | Method::ThresholdAll) {
        return Err(Error::EqualityOnly);
    }
    match rank(text, patterns, query.wildcard, query.relation, 0)? {
        Ranked::U8(strings) => in_bytes(&strings, k, query, options, monitor),
        Ranked::U16(strings) => in_ranks(&strings, k, query, options, monitor),
        Ranked::U32(strings) => in_ranks(&strings, k, query, options, monitor),
    }
}

/// Bytes: everything is there.
fn in_bytes(
    strings: &Strings<'_, u8>,
    k: usize,
    query: &Query,
    options: &Options,
    monitor: &Monitor,
) -> Result<Matches, Error> {
    let text = &*strings.text;
    let rule = Rule::new(query.relation, strings.wildcard);
    let frequencies = Frequencies::of(text);
    let patterns: Vec<&[u8]> = strings.patterns.iter().map(Cow::as_ref).collect();
    if query.method == Method::Auto && patterns.len() > 1 {
        return many::search(text, &patterns, k, rule, &frequencies, options, monitor);
    }
    one_by_one(&patterns, |pattern| {
        let rows = || Rows::new(pattern, k, rule, &frequencies);
        let n_shifts = shifts(text.len(), pattern.len())?;
        let plan = match query.method {
            Method::Auto => planner::plan(&rows(), text, pattern, options, monitor)?,
            Method::EarlyAbandon => Plan::EarlyAbandon,
            Method::Pigeonhole => Plan::Pigeonhole,
            _ => Plan::Named,
        };
        Ok(match plan {
            Plan::EarlyAbandon => ("early-abandon", search_all(&rows(), text, n_shifts, options, monitor)?),
            Plan::Pigeonhole => ("pigeonhole", pigeonhole(text, pattern, k, options, monitor)?),
            Plan::ThresholdAll => (
                "threshold-all",
                threshold::search(text, pattern, k, query.relation, strings.wildcard, options, monitor)?,
            ),
            Plan::Named => named(strings, pattern, k, query, options, monitor)?,
        })
    })
}

/// Larger alphabets: early abandon sees bytes that stand for several letters each, and what it finds is verified.
fn in_ranks<S: Symbol>(
    strings: &Strings<'_, S>,
    k: usize,
    query: &Query,
    options: &Options,
    monitor: &Monitor,
) -> Result<Matches, Error>
where
    for<'a> &'a [S]: Into<Raw<'a>>,
{
    let patterns: Vec<&[S]> = strings.patterns.iter().map(Cow::as_ref).collect();
    match query.method {
        Method::Auto | Method::EarlyAbandon | Method::Pigeonhole => {
            let folded = folded(strings);
            one_by_one(&patterns, |pattern| folded.search(pattern, k, query, options, monitor))
        }
        _ => one_by_one(&patterns, |pattern| named(strings, pattern, k, query, options, monitor)),
    }
}

/// The methods that take any symbols.
fn named<S: Symbol>(
    strings: &Strings<'_, S>,
    pattern: &[S],
    k: usize,
    query: &Query,
    options: &Options,
    monitor: &Monitor,
) -> Result<(&'static str, Found), Error>
where
    for<'a> &'a [S]: Into<Raw<'a>>,
{
    let (text, sigma) = (&*strings.text, strings.sigma);
    Ok(match query.method {
        Method::Kangaroo => ("kangaroo", kangaroo(text, pattern, k, options, monitor)?),
        Method::AmirLewensteinPorat => (
            "amir-lewenstein-porat",
            amir_lewenstein_porat(text, pattern, sigma, k, options, monitor)?,
        ),
        Method::GawrychowskiUznanski => (
            "gawrychowski-uznanski",
            gawrychowski_uznanski(text, pattern, sigma, k, query.seed, options, monitor)?,
        ),
        Method::ChanJinWilliamsXu => (
            "chan-jin-williams-xu-k",
            chan_jin_williams_xu(text, pattern, sigma, k, query.seed, options, monitor)?,
        ),
        _ => (
            "threshold-all",
            threshold::search(text, pattern, k, query.relation, strings.wildcard, options, monitor)?,
        ),
    })
}

/// Search for each pattern by itself, and merge.
fn one_by_one<S>(
    patterns: &[&[S]],
    search: impl Fn(&[S]) -> Result<(&'static str, Found), Error>,
) -> Result<Matches, Error> {
    let mut hits = Vec::new();
    let mut counters = Counters::default();
    let mut plans = Vec::new();
    for (id, pattern) in patterns.iter().enumerate() {
        let (plan, found) = search(pattern)?;
        counters.add(&found.counters);
        match plans.iter_mut().find(|(name, _)| *name == plan) {
            Some((_, count)) => *count += 1,
            None => plans.push((plan, 1)),
        }
        if patterns.len() == 1 {
            let patterns = vec![0; found.positions.len()];
            return Ok(Matches { found, patterns, plans });
        }
        hits.extend(
            found
                .positions
                .into_iter()
                .zip(found.distances)
                .map(|(position, distance)| (position, id as i64, distance)),
        );
    }
    hits.sort_unstable();
    let mut matches = Matches {
        plans,
        ..Matches::default()
    };
    matches.found.counters = counters;
    for (position, id, distance) in hits {
        matches.found.positions.push(position);
        matches.found.distances.push(distance);
        matches.patterns.push(id);
    }
    Ok(matches)
}
