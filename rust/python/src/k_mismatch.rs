//! `porism._core.k_mismatch`: bindings of the module `k_mismatch` of the crate `porism-hamming`.

use porism_hamming::k_mismatch::{self as core, Counters};
use pyo3::prelude::*;

use crate::convert::Kept;
use crate::errors::InvalidInput;

const METHODS: [(&str, core::Method); 8] = [
    ("auto", core::Method::Auto),
    ("threshold-all", core::Method::ThresholdAll),
    ("early-abandon", core::Method::EarlyAbandon),
    ("pigeonhole", core::Method::Pigeonhole),
    ("kangaroo", core::Method::Kangaroo),
    ("amir-lewenstein-porat", core::Method::AmirLewensteinPorat),
    ("gawrychowski-uznanski", core::Method::GawrychowskiUznanski),
    ("chan-jin-williams-xu-k", core::Method::ChanJinWilliamsXu),
];

/// Hits of patterns in a text, and how they were found.
#[pyclass(frozen)]
struct Hits {
    /// int64: where, ascending.
    #[pyo3(get)]
    positions: Kept<i64>,
    /// int32: the mismatches at each.
    #[pyo3(get)]
    distances: Kept<i32>,
    /// int64: the pattern of each.
    #[pyo3(get)]
    patterns: Kept<i64>,
    /// How often each branch was taken, and elementary operations by kind.
    #[pyo3(get)]
    counters: Vec<(String, u64)>,
    /// Which method was used for how many patterns.
    #[pyo3(get)]
    plans: Vec<(String, u64)>,
}

fn counted(counters: &Counters) -> Vec<(String, u64)> {
    [
        ("compared", counters.compared),
        ("verified", counters.verified),
        ("jumps", counters.jumps),
        ("increments", counters.increments),
        ("butterflies", counters.butterflies),
        ("estimating", counters.estimating),
        ("packed", counters.packed),
        ("frequent_marks", counters.frequent_marks),
        ("rare_marks", counters.rare_marks),
        ("exact", counters.exact),
        ("empty", counters.empty),
        ("sparse", counters.sparse),
        ("periodic", counters.periodic),
    ]
    .map(|(name, count)| (name.to_owned(), count))
    .to_vec()
}

/// Search with at most k mismatches.
#[pymodule]
pub(crate) mod k_mismatch {
    use porism_hamming::Raw;

    use super::*;
    use crate::call;
    use crate::convert::ArrayArg;
    use crate::errors::IntoPyErr;
    use crate::hamming::{RELATIONS, Symbols, named};

    #[pymodule_export]
    use super::Hits;

    /// Every place of `text` at which one of the patterns has at most `k` mismatches.
    ///
    /// `text` and `patterns` are 1-D arrays of uint8, uint16, uint32 or uint64; pattern i is `patterns[ends[i - 1]:ends[i]]`, with `ends` an int64 array. `method` is a solver's
    /// name; `relation` is "equal", or, for sets as bits of bytes, "overlap" or "within"; `wildcard` is a symbol that matches every other. `seed` of those methods that
    /// draw random numbers costs time only.
    #[pyfunction]
    #[pyo3(signature = (text, patterns, ends, k, method = "auto", relation = "equal", wildcard = None, seed = 0, n_threads = 1, progress = None))]
    #[allow(clippy::too_many_arguments)]
    fn search<'py>(
        py: Python<'py>,
        text: ArrayArg<'py>,
        patterns: ArrayArg<'py>,
        ends: ArrayArg<'py>,
        k: usize,
        method: &str,
        relation: &str,
        wildcard: Option<u64>,
        seed: u64,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Hits> {
        let query = core::Query {
            method: named("method", method, &METHODS)?,
            relation: named("relation", relation, &RELATIONS)?,
            wildcard,
            seed,
        };
        let options = core::Options {
            n_threads,
            ..core::Options::default()
        };
        let text = Symbols::vector("text", &text)?;
        let patterns = Symbols::vector("patterns", &patterns)?;
        let ends = ends.vector::<i64>("ends")?;
        let patterns = cut(patterns.raw(), ends.as_slice()?)?;
        let text = text.raw();
        let symbols: usize = patterns.iter().map(Raw::len).sum();
        let steps = (text.len() as u64).saturating_mul(symbols as u64);
        let found = call::run(py, steps, progress.as_ref(), |monitor| {
            core::search(text, &patterns, k, &query, &options, monitor)
        })?
        .map_err(IntoPyErr::into_py_err)?;
        let counters = counted(&found.found.counters);
        Ok(Hits {
            positions: Kept::new(py, found.found.positions),
            distances: Kept::new(py, found.found.distances),
            patterns: Kept::new(py, found.patterns),
            counters,
            plans: found
                .plans
                .into_iter()
                .map(|(name, count)| (name.to_owned(), count))
                .collect(),
        })
    }

    /// The patterns that end at `ends`.
    fn cut<'a>(symbols: Raw<'a>, ends: &[i64]) -> PyResult<Vec<Raw<'a>>> {
        let mut start = 0;
        let mut patterns = Vec::with_capacity(ends.len());
        for &end in ends {
            let end = usize::try_from(end)
                .ok()
                .filter(|&end| start <= end && end <= symbols.len());
            let Some(end) = end else {
                return Err(InvalidInput::new_err(
                    "ends must ascend to the number of symbols of patterns",
                ));
            };
            patterns.push(match symbols {
                Raw::U8(symbols) => Raw::U8(&symbols[start..end]),
                Raw::U16(symbols) => Raw::U16(&symbols[start..end]),
                Raw::U32(symbols) => Raw::U32(&symbols[start..end]),
                Raw::U64(symbols) => Raw::U64(&symbols[start..end]),
            });
            start = end;
        }
        Ok(patterns)
    }
}
