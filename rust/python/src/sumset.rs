//! `porism._core.sumset`: bindings of the crate `porism-sumset`.

use porism_runtime::Pool;
use porism_sumset::{self as core, Duplicates, Error, Fields, Instance, Kernel, Options, Precision, Run, Set, Window};
use pyo3::prelude::*;

use crate::convert::{ArrayArg, Kept};
use crate::errors::{ComputationError, IntoPyErr, InvalidInput, ResultOverflow, TooLarge};

impl IntoPyErr for Error {
    fn into_py_err(self) -> PyErr {
        let message = self.to_string();
        match self {
            Self::Interrupted(interrupted) => interrupted.into_py_err(),
            Self::Threads { .. } | Self::Broken(_) => ComputationError::new_err(message),
            Self::TooLarge { .. } => TooLarge::new_err(message),
            Self::Overflow { .. } => ResultOverflow::new_err(message),
            _ => InvalidInput::new_err(message),
        }
    }
}

const KERNELS: [Kernel; 7] = [
    Kernel::PairsSort,
    Kernel::Scatter,
    Kernel::Rows,
    Kernel::Fft,
    Kernel::Ntt,
    Kernel::Sparse,
    Kernel::Packed,
];

fn kernel_of(name: Option<&str>, counted: bool) -> PyResult<Option<Kernel>> {
    let Some(name) = name else { return Ok(None) };
    let called = |kernel: &Kernel| if counted { kernel.counting() } else { kernel.deciding() };
    let found = KERNELS.iter().find(|kernel| called(kernel) == name);
    found.copied().map(Some).ok_or_else(|| {
        let names: Vec<_> = KERNELS.iter().map(|kernel| format!("'{}'", called(kernel))).collect();
        InvalidInput::new_err(format!("kernel must be one of {}, got '{name}'", names.join(", ")))
    })
}

fn options_of(
    saturation: bool,
    buckets: Option<u64>,
    fields: Option<(usize, u32)>,
    precision: Option<&str>,
) -> PyResult<Options> {
    let precision = match precision {
        None => None,
        Some("f32") => Some(Precision::F32),
        Some("f64") => Some(Precision::F64),
        Some(other) => {
            return Err(InvalidInput::new_err(format!(
                "precision must be 'f32' or 'f64', got '{other}'"
            )));
        }
    };
    let fields = fields.map(|(positions, bits)| Fields { positions, bits });
    Ok(Options {
        saturation,
        buckets,
        fields,
        precision,
    })
}

fn duplicates_of(name: &str) -> PyResult<Duplicates> {
    match name {
        "reject" => Ok(Duplicates::Reject),
        "merge" => Ok(Duplicates::Merge),
        "count" => Ok(Duplicates::Count),
        _ => Err(InvalidInput::new_err(format!(
            "duplicates must be 'reject', 'merge' or 'count', got '{name}'"
        ))),
    }
}

type Stats = Vec<(String, Vec<u64>)>;

fn stats_of(stats: core::Stats) -> Stats {
    stats
        .into_iter()
        .map(|(name, values)| (name.to_owned(), values))
        .collect()
}

/// A sumset as bits of a window, or, where there are too many positions, as values.
#[pyclass(frozen)]
struct Sums {
    /// uint64 words: bit i of word w stands for the value `origin + step·(64·w + i)`. None where `values` is not.
    #[pyo3(get)]
    bits: Option<Kept<u64>>,
    /// How many positions the bits stand for.
    #[pyo3(get)]
    length: u64,
    /// The value at position 0.
    #[pyo3(get)]
    origin: i64,
    /// What positions are apart.
    #[pyo3(get)]
    step: u64,
    /// How many sums there are.
    #[pyo3(get)]
    size: u64,
    /// int64, rising: the sums, where a kernel lists them.
    #[pyo3(get)]
    values: Option<Kept<i64>>,
    /// Which kernel ran.
    #[pyo3(get)]
    kernel: String,
    /// What it says about its work.
    #[pyo3(get)]
    stats: Stats,
}

/// How often each sum occurs: a table over a window, or a list.
#[pyclass(frozen)]
struct Counts {
    /// uint32: the count of the value `origin + step·i` at i.
    #[pyo3(get)]
    narrow: Option<Kept<u32>>,
    /// uint64: the same, where counts may be larger.
    #[pyo3(get)]
    wide: Option<Kept<u64>>,
    /// The value at position 0.
    #[pyo3(get)]
    origin: i64,
    /// What positions are apart.
    #[pyo3(get)]
    step: u64,
    /// int64, rising: the sums, where a kernel lists them.
    #[pyo3(get)]
    values: Option<Kept<i64>>,
    /// uint64: their counts.
    #[pyo3(get)]
    counts: Option<Kept<u64>>,
    /// Which kernel ran.
    #[pyo3(get)]
    kernel: String,
    /// What it says about its work.
    #[pyo3(get)]
    stats: Stats,
}

/// Totals that some of the items make.
#[pyclass(frozen)]
struct Totals {
    /// uint64 words: bit i of word w stands for the total 64·w + i.
    #[pyo3(get)]
    bits: Kept<u64>,
    /// The largest total.
    #[pyo3(get)]
    best: u64,
    /// uint32: indices of items that make it, where asked for.
    #[pyo3(get)]
    certificate: Option<Kept<u32>>,
}

/// Elementary operations, roughly: short calls are not worth a thread.
///
/// A kernel that was asked for may have to write a table of the universe however few pairs there are; the planner does not take it then.
fn steps(a: &[i64], b: &[i64], kernel: Option<Kernel>) -> u64 {
    let (n, m) = (a.len() as u64, b.len() as u64);
    let table = match kernel {
        None | Some(Kernel::PairsSort | Kernel::Sparse) => 0,
        Some(_) => span(a).saturating_add(span(b)),
    };
    n.saturating_mul(m).saturating_add(n + m).saturating_add(table)
}

/// From the least to the greatest.
fn span(values: &[i64]) -> u64 {
    let (Some(low), Some(high)) = (values.iter().min(), values.iter().max()) else {
        return 0;
    };
    high.abs_diff(*low)
}

/// Sumsets: which sums there are, how often each occurs, k-fold sumsets, subset sums, counting 3SUM.
///
/// Arrays of elements are int64, of weights uint64, C-contiguous. Bits come as uint64 words, moved and not copied.
#[pymodule]
pub(crate) mod sumset {
    use super::*;
    #[pymodule_export]
    use super::{Counts, Sums, Totals};
    use crate::call;
    use crate::convert::Vector;

    /// Which sums a + b (or differences a - b) there are in `low <= sum < high`.
    ///
    /// `kernel` is 'pairs-sort', 'scatter-bits', 'shift-or', 'fft', 'ntt', 'sparse', 'chan-jin-williams-xu', or None for the planner's choice; `duplicates` 'reject' or 'merge'.
    /// Raises InvalidInput for duplicates, ResultOverflow where a sum does not fit int64, TooLarge for tables beyond 4 GiB.
    #[pyfunction]
    #[pyo3(signature = (a, b, *, kernel = None, difference = false, low = None, high = None, duplicates = "reject", saturation = true,
                        buckets = None, fields = None, precision = None, seed = 0, n_threads = 1, progress = None))]
    #[allow(clippy::too_many_arguments)]
    fn find<'py>(
        py: Python<'py>,
        a: ArrayArg<'py>,
        b: ArrayArg<'py>,
        kernel: Option<&str>,
        difference: bool,
        low: Option<i64>,
        high: Option<i64>,
        duplicates: &str,
        saturation: bool,
        buckets: Option<u64>,
        fields: Option<(usize, u32)>,
        precision: Option<&str>,
        seed: u64,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Sums> {
        let kernel = kernel_of(kernel, false)?;
        let options = options_of(saturation, buckets, fields, precision)?;
        let duplicates = duplicates_of(duplicates)?;
        let (a, b) = (a.vector::<i64>("a")?, b.vector::<i64>("b")?);
        let (a, b) = (a.as_slice()?, b.as_slice()?);
        let steps = steps(a, b, kernel);
        let made = call::run(py, steps, progress.as_ref(), |monitor| -> Result<_, Error> {
            let pool = Pool::new(n_threads)?;
            let run = Run {
                pool: &pool,
                monitor,
                seed,
            };
            let first = Set::new("a", a, None, duplicates)?;
            let second = Set::new("b", b, None, duplicates)?;
            let Some(instance) = Instance::new(&first, &second, difference, Window { low, high })? else {
                return Ok(None);
            };
            let found = core::sumset(&instance, kernel, &options, &run)?;
            let size = match &found.found {
                core::Sums::Dense(bits) => bits.count(),
                core::Sums::Listed(values) => values.len() as u64,
            };
            Ok(Some((found, size, instance.window_origin(), instance.step)))
        })?;
        let Some((found, size, origin, step)) = made.map_err(IntoPyErr::into_py_err)? else {
            return Ok(Sums {
                bits: None,
                length: 0,
                origin: 0,
                step: 1,
                size: 0,
                values: Some(Kept::new(py, Vec::new())),
                kernel: "none".to_owned(),
                stats: Stats::new(),
            });
        };
        let (kernel, stats) = (found.kernel.to_owned(), stats_of(found.stats));
        let (bits, length, values) = match found.found {
            core::Sums::Dense(bits) => {
                let length = bits.len() as u64;
                (Some(Kept::new(py, bits.into_words())), length, None)
            }
            core::Sums::Listed(values) => (None, 0, Some(Kept::new(py, values))),
        };
        Ok(Sums {
            bits,
            length,
            origin,
            step,
            size,
            values,
            kernel,
            stats,
        })
    }

    /// How often each sum a + b (or difference a - b) occurs in `low <= sum < high`; with weights, how much.
    ///
    /// `kernel` is 'pairs-sort', 'scatter-counts', 'bit-sliced', 'fft', 'ntt', 'sparse', 'chan-jin-williams-xu', or None for the planner's choice; `duplicates` also 'count'.
    /// Raises as `find`, and ResultOverflow where the counts add up to 2^63 or more.
    #[pyfunction]
    #[pyo3(signature = (a, b, *, weights_a = None, weights_b = None, kernel = None, difference = false, low = None, high = None,
                        duplicates = "reject", buckets = None, fields = None, precision = None, seed = 0, n_threads = 1, progress = None))]
    #[allow(clippy::too_many_arguments)]
    fn count<'py>(
        py: Python<'py>,
        a: ArrayArg<'py>,
        b: ArrayArg<'py>,
        weights_a: Option<ArrayArg<'py>>,
        weights_b: Option<ArrayArg<'py>>,
        kernel: Option<&str>,
        difference: bool,
        low: Option<i64>,
        high: Option<i64>,
        duplicates: &str,
        buckets: Option<u64>,
        fields: Option<(usize, u32)>,
        precision: Option<&str>,
        seed: u64,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Counts> {
        let kernel = kernel_of(kernel, true)?;
        let options = options_of(true, buckets, fields, precision)?;
        let duplicates = duplicates_of(duplicates)?;
        let (a, b) = (a.vector::<i64>("a")?, b.vector::<i64>("b")?);
        let (a, b) = (a.as_slice()?, b.as_slice()?);
        let steps = steps(a, b, kernel);
        let first_weights = weights_a.map(|w| w.vector::<u64>("weights_a")).transpose()?;
        let second_weights = weights_b.map(|w| w.vector::<u64>("weights_b")).transpose()?;
        let first_weights = first_weights.as_ref().map(|w| w.as_slice()).transpose()?;
        let second_weights = second_weights.as_ref().map(|w| w.as_slice()).transpose()?;
        let made = call::run(py, steps, progress.as_ref(), |monitor| -> Result<_, Error> {
            let pool = Pool::new(n_threads)?;
            let run = Run {
                pool: &pool,
                monitor,
                seed,
            };
            let first = Set::new("a", a, first_weights, duplicates)?;
            let second = Set::new("b", b, second_weights, duplicates)?;
            let Some(instance) = Instance::new(&first, &second, difference, Window { low, high })? else {
                return Ok(None);
            };
            let found = core::sumset_counts(&instance, kernel, &options, &run)?;
            Ok(Some((found, instance.window_origin(), instance.step)))
        })?;
        let mut counts = Counts {
            narrow: None,
            wide: None,
            origin: 0,
            step: 1,
            values: None,
            counts: None,
            kernel: "none".to_owned(),
            stats: Stats::new(),
        };
        let Some((found, origin, step)) = made.map_err(IntoPyErr::into_py_err)? else {
            counts.values = Some(Kept::new(py, Vec::new()));
            counts.counts = Some(Kept::new(py, Vec::new()));
            return Ok(counts);
        };
        (counts.origin, counts.step) = (origin, step);
        (counts.kernel, counts.stats) = (found.kernel.to_owned(), stats_of(found.stats));
        match found.found {
            core::Counts::Narrow(table) => counts.narrow = Some(Kept::new(py, table)),
            core::Counts::Wide(table) => counts.wide = Some(Kept::new(py, table)),
            core::Counts::Listed(values, found) => {
                counts.values = Some(Kept::new(py, values));
                counts.counts = Some(Kept::new(py, found));
            }
        }
        Ok(counts)
    }

    /// What the planner expects each kernel to cost, in nanoseconds, the cheapest first: (name, cost) pairs.
    #[pyfunction]
    #[pyo3(signature = (a, b, *, counted = false, difference = false, low = None, high = None))]
    fn costs(
        a: ArrayArg<'_>,
        b: ArrayArg<'_>,
        counted: bool,
        difference: bool,
        low: Option<i64>,
        high: Option<i64>,
    ) -> PyResult<Vec<(String, f64)>> {
        let (a, b) = (a.vector::<i64>("a")?, b.vector::<i64>("b")?);
        let set = |what, values| Set::new(what, values, None, Duplicates::Merge).map_err(IntoPyErr::into_py_err);
        let (a, b) = (set("a", a.as_slice()?)?, set("b", b.as_slice()?)?);
        let instance = Instance::new(&a, &b, difference, Window { low, high }).map_err(IntoPyErr::into_py_err)?;
        let name = |kernel: Kernel| if counted { kernel.counting() } else { kernel.deciding() };
        Ok(instance.map_or_else(Vec::new, |instance| {
            let costs = core::costs(&instance, counted);
            costs
                .into_iter()
                .map(|(kernel, cost)| (name(kernel).to_owned(), cost))
                .collect()
        }))
    }

    /// The values of a bit set of uint64 words: int64, rising.
    #[pyfunction]
    fn values_of(py: Python<'_>, bits: ArrayArg<'_>, origin: i64, step: u64) -> PyResult<Vector<i64>> {
        let bits = bits.vector::<u64>("bits")?;
        let words = bits.as_slice()?;
        let values = py.detach(|| core::values_of(words, origin, step));
        Ok(Vector(values.map_err(IntoPyErr::into_py_err)?))
    }

    /// The values of a table of counts (uint32 or uint64) that are not 0, int64, and their counts, uint64.
    #[pyfunction]
    fn occurring(py: Python<'_>, table: ArrayArg<'_>, origin: i64, step: u64) -> PyResult<(Vector<i64>, Vector<u64>)> {
        let found = if table.holds::<u32>() {
            let table = table.vector::<u32>("table")?;
            let table = table.as_slice()?;
            py.detach(|| core::occurring(table, origin, step))
        } else {
            let table = table.vector::<u64>("table")?;
            let table = table.as_slice()?;
            py.detach(|| core::occurring(table, origin, step))
        };
        let (values, counts) = found.map_err(IntoPyErr::into_py_err)?;
        Ok((Vector(values), Vector(counts)))
    }

    /// The k-fold sumset a + … + a below `high`, of residues if there is a `modulus`.
    #[pyfunction]
    #[pyo3(signature = (a, k, *, modulus = None, high = None, duplicates = "reject", seed = 0, n_threads = 1, progress = None))]
    #[allow(clippy::too_many_arguments)]
    fn k_fold<'py>(
        py: Python<'py>,
        a: ArrayArg<'py>,
        k: u64,
        modulus: Option<u64>,
        high: Option<i64>,
        duplicates: &str,
        seed: u64,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Sums> {
        let duplicates = duplicates_of(duplicates)?;
        let a = a.vector::<i64>("a")?;
        let a = a.as_slice()?;
        // Shifts of a set of k·span bits, or of the modulus, k times.
        let reach = span(a)
            .saturating_mul(k)
            .min(modulus.unwrap_or(u64::MAX).saturating_mul(2));
        let steps = (a.len() as u64 + 1)
            .saturating_mul(reach / 512 + 1)
            .saturating_mul(k.min(reach.saturating_add(1)));
        let made = call::run(py, steps, progress.as_ref(), |monitor| -> Result<_, Error> {
            let pool = Pool::new(n_threads)?;
            let run = Run {
                pool: &pool,
                monitor,
                seed,
            };
            let set = Set::new("a", a, None, duplicates)?;
            match modulus {
                Some(modulus) => core::k_fold_modular(&set, k, modulus, high, &run),
                None => core::k_fold(&set, k, high, &run),
            }
        })?;
        let found = made.map_err(IntoPyErr::into_py_err)?;
        let mut stats = vec![("products".to_owned(), vec![found.products])];
        if let Some(h) = found.stable_from {
            stats.push(("stable_from".to_owned(), vec![h]));
        }
        Ok(Sums {
            length: found.bits.len() as u64,
            size: found.bits.count(),
            bits: Some(Kept::new(py, found.bits.into_words())),
            origin: found.origin,
            step: found.step,
            values: None,
            kernel: "powering".to_owned(),
            stats,
        })
    }

    /// The totals up to `target` that some of the `items` make, by `method` 'bitset-dp' (exact), 'jin-wu' or 'bringmann' (one-sided).
    ///
    /// `witness` ('bitset-dp' only) asks for items that make the largest. Raises InvalidInput for negative items.
    #[pyfunction]
    #[pyo3(signature = (items, target, *, method = "bitset-dp", witness = false, delta = 0.01, seed = 0, n_threads = 1, progress = None))]
    #[allow(clippy::too_many_arguments)]
    fn subset_sums<'py>(
        py: Python<'py>,
        items: ArrayArg<'py>,
        target: u64,
        method: &str,
        witness: bool,
        delta: f64,
        seed: u64,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Totals> {
        let items = items.vector::<i64>("items")?;
        let items = items.as_slice()?;
        let rounds = if method == "bitset-dp" { 1 } else { 64 };
        let steps = (items.len() as u64 + 64)
            .saturating_mul(target / 64 + 64)
            .saturating_mul(rounds);
        let made = call::run(py, steps, progress.as_ref(), |monitor| -> Result<_, Error> {
            let pool = Pool::new(n_threads)?;
            let run = Run {
                pool: &pool,
                monitor,
                seed,
            };
            let bits = match method {
                "bitset-dp" => {
                    let reached = core::bitset_dp(items, target, witness, &run)?;
                    return Ok((reached.bits, reached.best, reached.certificate));
                }
                "jin-wu" => core::jin_wu(items, target, &run)?,
                "bringmann" => core::bringmann(items, target, delta, &run)?,
                _ => {
                    return Err(Error::Option {
                        what: "method",
                        expected: "'bitset-dp', 'jin-wu' or 'bringmann'",
                        got: method.to_owned(),
                    });
                }
            };
            let best = bits.positions().last().unwrap_or(0) as u64;
            Ok((bits, best, None))
        })?;
        let (bits, best, certificate) = made.map_err(IntoPyErr::into_py_err)?;
        Ok(Totals {
            bits: Kept::new(py, bits.into_words()),
            best,
            certificate: certificate.map(|chosen| Kept::new(py, chosen)),
        })
    }

    /// For every c below `n_targets` the number of pairs (i, j) with a[i] + b[j] == c, by `method` 'pairs-window', 'blocked' or 'via-hamming'; and how many pairs of layers were compared.
    #[pyfunction]
    #[pyo3(signature = (a, b, n_targets, *, method = "pairs-window", seed = 0, n_threads = 1, progress = None))]
    #[allow(clippy::too_many_arguments)]
    fn count_3sum<'py>(
        py: Python<'py>,
        a: ArrayArg<'py>,
        b: ArrayArg<'py>,
        n_targets: usize,
        method: &str,
        seed: u64,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Vector<i64>, u64)> {
        let (a, b) = (a.vector::<i64>("a")?, b.vector::<i64>("b")?);
        let (a, b) = (a.as_slice()?, b.as_slice()?);
        let steps = steps(a, b, None).saturating_add(n_targets as u64);
        let made = call::run(py, steps, progress.as_ref(), |monitor| -> Result<_, Error> {
            let pool = Pool::new(n_threads)?;
            let run = Run {
                pool: &pool,
                monitor,
                seed,
            };
            match method {
                "pairs-window" => Ok((core::pairs_window(a, b, n_targets, &run)?, 0)),
                "blocked" => Ok((core::blocked(a, b, n_targets, &run)?, 0)),
                "via-hamming" => core::via_hamming(a, b, n_targets, &run),
                _ => Err(Error::Option {
                    what: "method",
                    expected: "'pairs-window', 'blocked' or 'via-hamming'",
                    got: method.to_owned(),
                }),
            }
        })?;
        let (counts, layers) = made.map_err(IntoPyErr::into_py_err)?;
        Ok((Vector(counts), layers))
    }

    /// The two sets of count-3sum whose counts are the matches of `pattern` in `text` at every shift.
    #[pyfunction]
    fn from_hamming(text: ArrayArg<'_>, pattern: ArrayArg<'_>) -> PyResult<(Vector<i64>, Vector<i64>)> {
        let (text, pattern) = (text.vector::<i64>("text")?, pattern.vector::<i64>("pattern")?);
        let made = core::from_hamming(text.as_slice()?, pattern.as_slice()?);
        let (a, b) = made.map_err(IntoPyErr::into_py_err)?;
        Ok((Vector(a), Vector(b)))
    }

    /// The layers of count-3sum's strings: texts for quotients that are equal, texts for quotients that differ by one, patterns.
    #[pyfunction]
    #[pyo3(signature = (a, b, n_targets, *, seed = 0))]
    fn to_hamming<'py>(
        a: ArrayArg<'py>,
        b: ArrayArg<'py>,
        n_targets: usize,
        seed: u64,
    ) -> PyResult<[Vec<Vector<u32>>; 3]> {
        let (a, b) = (a.vector::<i64>("a")?, b.vector::<i64>("b")?);
        let layers = core::to_hamming(a.as_slice()?, b.as_slice()?, n_targets, seed).map_err(IntoPyErr::into_py_err)?;
        let [equal, next] = layers.texts;
        Ok([equal, next, layers.patterns].map(|layers| layers.into_iter().map(Vector).collect()))
    }
}
