//! The distances at all shifts, for one text and many patterns: ranking, counting, and what wildcards and overlapping ends change.
//!
//! Kernels count matches of letters that are no wildcard. With `w` the wildcard, the positions compared at a shift are those at which neither symbol is
//! one: `overlap - #(w in the pattern's part) - #(w in the text's part) + #(w in both)`, where only the last is another count of matches, of the
//! letter `w` alone; the distance is what of these does not match.

use porism_runtime::{Isa, Monitor, Pool};

use crate::error::Error;
use crate::naive;
use crate::rank::rank;
use crate::relation::Relation;
use crate::symbol::{Ranked, Raw, Strings, Symbol};

/// How matches are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The definition.
    Naive,
}

/// Which shifts count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Those at which the pattern lies wholly within the text.
    #[default]
    Valid,
    /// All at which they overlap; only the overlap is compared.
    Full,
}

/// How to run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How to count.
    pub method: Method,
    /// What matches.
    pub relation: Relation,
    /// Which shifts.
    pub mode: Mode,
    /// The letter that matches everything and is not counted.
    pub wildcard: Option<u64>,
    /// Threads.
    pub n_threads: usize,
    /// The instruction set.
    pub isa: Isa,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            method: Method::Naive,
            relation: Relation::Equal,
            mode: Mode::Valid,
            wildcard: None,
            n_threads: 1,
            isa: Isa::detect(),
        }
    }
}

/// How many shifts there are, 0 where the pattern does not fit.
pub fn n_shifts(text: usize, pattern: usize, mode: Mode) -> usize {
    match mode {
        Mode::Valid => (text + 1).saturating_sub(pattern),
        Mode::Full => text + pattern - 1,
    }
}

/// Write the distances of all `patterns`, which are of one length, at all shifts to `out`, pattern by pattern; and to `compared`, where given, at how
/// many positions neither symbol is the wildcard.
///
/// # Errors
/// [`Error::EmptyPattern`], [`Error::NoShift`], [`Error::Shape`] for buffers of another size, [`Error::TooLong`], [`Error::TooLarge`],
/// [`Error::Interrupted`].
pub fn distances(
    text: Raw<'_>,
    patterns: &[Raw<'_>],
    options: &Options,
    out: &mut [i32],
    compared: Option<&mut [i32]>,
    monitor: &Monitor,
) -> Result<(), Error> {
    let length = patterns.first().map_or(0, Raw::len);
    if length == 0 {
        return Err(Error::EmptyPattern);
    }
    if let Some(odd) = patterns.iter().find(|pattern| pattern.len() != length) {
        return Err(Error::Shape {
            what: "a pattern",
            expected: length,
            got: odd.len(),
        });
    }
    let shifts = n_shifts(text.len(), length, options.mode);
    if shifts == 0 || text.is_empty() {
        return Err(Error::NoShift {
            text: text.len(),
            pattern: length,
        });
    }
    for (what, got) in [
        ("out", Some(out.len())),
        ("compared", compared.as_ref().map(|c| c.len())),
    ] {
        let expected = shifts * patterns.len();
        if got.is_some_and(|got| got != expected) {
            return Err(Error::Shape {
                what,
                expected,
                got: got.unwrap_or(0),
            });
        }
    }
    let pad = match options.mode {
        Mode::Valid => 0,
        Mode::Full => length - 1,
    };
    let pool = Pool::new(options.n_threads)?;
    match rank(text, patterns, options.wildcard, options.relation, pad)? {
        Ranked::U8(strings) => all(&strings, options, pad, out, compared, &pool, monitor),
        Ranked::U16(strings) => all(&strings, options, pad, out, compared, &pool, monitor),
        Ranked::U32(strings) => all(&strings, options, pad, out, compared, &pool, monitor),
    }
}

fn all<S: Symbol>(
    strings: &Strings<'_, S>,
    options: &Options,
    pad: usize,
    out: &mut [i32],
    mut compared: Option<&mut [i32]>,
    _pool: &Pool,
    monitor: &Monitor,
) -> Result<(), Error> {
    let text = &*strings.text;
    let length = strings.patterns[0].len();
    let shifts = text.len() - length + 1;
    for (i, pattern) in strings.patterns.iter().enumerate() {
        let out = &mut out[i * shifts..][..shifts];
        naive::matches(text, pattern, options.relation, strings.wildcard, out, monitor)?;
        let mut both = Vec::new();
        if let Some(wild) = strings.wildcard {
            both = vec![0; shifts];
            let only: Vec<bool> = pattern.iter().map(|&p| p == wild).collect();
            for (s, count) in both.iter_mut().enumerate() {
                monitor.check()?;
                let window = text[s..].iter().zip(&only);
                *count = window.filter(|&(&t, &wild_too)| wild_too && t == wild).count() as i32;
            }
        }
        let own = compared
            .as_deref_mut()
            .map(|compared| &mut compared[i * shifts..][..shifts]);
        finish(text, pattern, strings.wildcard, pad, &both, out, own);
    }
    Ok(())
}

/// Turn matches into distances: what is compared and does not match. `both` counts wildcards on wildcards; empty, it is zero.
fn finish<S: Symbol>(
    text: &[S],
    pattern: &[S],
    wildcard: Option<S>,
    pad: usize,
    both: &[i32],
    out: &mut [i32],
    mut compared: Option<&mut [i32]>,
) {
    let m = pattern.len();
    let wild = |symbol: S| i32::from(Some(symbol) == wildcard);
    // The pattern's part that overlaps the text is pattern[from..to]; positions before `pad` and from `end` on are no text.
    let end = text.len() - pad;
    let mut in_text: i32 = text[..m].iter().map(|&t| wild(t)).sum();
    let (mut from, mut to) = (pad.min(m), m.min(end));
    let mut in_pattern: i32 = pattern[from..to].iter().map(|&p| wild(p)).sum();
    for s in 0..out.len() {
        let overlap = (to - from) as i32;
        let n = overlap - in_pattern - in_text + both.get(s).copied().unwrap_or(0);
        out[s] = n - out[s];
        if let Some(compared) = compared.as_deref_mut() {
            compared[s] = n;
        }
        if s + 1 < out.len() {
            in_text += wild(text[s + m]) - wild(text[s]);
            if from > 0 {
                from -= 1;
                in_pattern += wild(pattern[from]);
            }
            if s + 1 + to > end {
                to -= 1;
                in_pattern -= wild(pattern[to]);
            }
        }
    }
}
