//! The distances at all shifts, for one text and many patterns: ranking, counting, and what wildcards and overlapping ends change.
//!
//! Kernels count matches of letters that are no wildcard. With `w` the wildcard, the positions compared at a shift are those at which neither symbol is
//! one: `overlap - #(w in the pattern's part) - #(w in the text's part) + #(w in both)`, where only the last is another count of matches, of the
//! letter `w` alone; the distance is what of these does not match.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use porism_runtime::{Isa, Monitor, Pool};

use crate::bit_sliced::{self, Together};
use crate::chunks::for_chunks;
use crate::error::Error;
use crate::letters::Letters;
use crate::plan::{Method, Operations, Plan, Step};
use crate::rank::rank;
use crate::relation::Relation;
use crate::symbol::{Ranked, Raw, Strings, Symbol};

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
    /// Shifts to a block of the bit-sliced kernel, 0 for as many as are good.
    pub block: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            method: Method::Auto,
            relation: Relation::Equal,
            mode: Mode::Valid,
            wildcard: None,
            n_threads: 1,
            isa: Isa::detect(),
            block: 0,
        }
    }
}

/// What was done.
#[derive(Debug, Default)]
pub struct Report {
    /// Which kernels counted what, summed over the patterns.
    pub steps: Vec<Step>,
    /// Elementary operations.
    pub operations: Operations,
}

impl Report {
    fn add(&mut self, steps: &[Step]) {
        for step in steps {
            match self.steps.iter_mut().find(|known| known.kernel == step.kernel) {
                Some(known) => {
                    known.n_letters += step.n_letters;
                    known.n_positions += step.n_positions;
                    known.cost += step.cost;
                }
                None => self.steps.push(*step),
            }
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
) -> Result<Report, Error> {
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
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Report, Error> {
    let text = &*strings.text;
    let m = strings.patterns[0].len();
    let shifts = text.len() - m + 1;
    let mut report = Report::default();
    let wild = strings.wildcard.filter(|wild| text.contains(wild));
    let together = match options.method {
        Method::Auto | Method::BitSliced if strings.patterns.len() > 1 => Together::new(
            &strings.patterns,
            strings.sigma,
            strings.wildcard,
            options.relation,
            options.isa,
        ),
        _ => None,
    };
    if let Some(together) = &together {
        let each = strings.patterns.len().div_ceil(4 * pool.n_threads()).max(1);
        for_chunks(
            pool,
            out,
            each * shifts,
            bit_sliced::Scratch::default,
            |scratch, start, out| Ok(together.run(text, start / shifts, out, scratch, monitor)?),
        )?;
    }
    for (i, pattern) in strings.patterns.iter().enumerate() {
        monitor.report(i as u64, strings.patterns.len() as u64, 0.0);
        let out = &mut out[i * shifts..][..shifts];
        let n_wild = strings
            .wildcard
            .map_or(0, |wild| pattern.iter().filter(|&&p| p == wild).count());
        let solid = (m - n_wild) as i32;
        if let Some(together) = &together {
            let (n_letters, n_positions) = together.counted(i);
            let kernel = "bit-sliced";
            report.add(&[Step {
                kernel,
                n_letters,
                n_positions,
                cost: 0.0,
            }]);
            let row_shifts = &report.operations.row_shifts;
            row_shifts.fetch_add((n_positions * shifts) as u64, Ordering::Relaxed);
        } else {
            let letters = Arc::new(Letters::new(pattern, strings.sigma, strings.wildcard, options.relation));
            let plan = Plan::new(text, m, &letters, options.method, options.block, options.isa);
            report.add(plan.steps());
            plan.run(text, pattern, &letters, solid, out, pool, &report.operations, monitor)?;
        }
        let own = compared
            .as_deref_mut()
            .map(|compared| &mut compared[i * shifts..][..shifts]);
        if wild.is_none() && pad == 0 {
            if let Some(own) = own {
                own.fill(solid);
            }
            continue;
        }
        let mut both = Vec::new();
        if let Some(wild) = wild.filter(|_| n_wild > 0) {
            both = filled(shifts)?;
            let only = Letters::only(pattern, strings.sigma, wild);
            let only = Arc::new(only);
            let plan = Plan::new(text, m, &only, options.method, options.block, options.isa);
            plan.run(text, pattern, &only, 0, &mut both, pool, &report.operations, monitor)?;
        }
        finish(text, pattern, strings.wildcard, pad, n_wild, &both, out, own);
    }
    Ok(report)
}

fn filled(n: usize) -> Result<Vec<i32>, Error> {
    let mut values = Vec::new();
    values.try_reserve_exact(n).map_err(|_| Error::TooLarge {
        what: "the counts of wildcards",
        bytes: 4 * n as u128,
    })?;
    values.resize(n, 0);
    Ok(values)
}

/// Turn solid symbols of the pattern that did not match into distances, by leaving out those that were not compared. `both` counts wildcards on wildcards, as a
/// negative number; empty, it is zero.
#[allow(clippy::too_many_arguments)]
fn finish<S: Symbol>(
    text: &[S],
    pattern: &[S],
    wildcard: Option<S>,
    pad: usize,
    n_wild: usize,
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
        let n = overlap - in_pattern - in_text - both.get(s).copied().unwrap_or(0);
        out[s] += n - (m - n_wild) as i32;
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
