//! `porism._core.hamming`: bindings of the crate `porism-hamming`.

use std::collections::HashMap;

use porism_hamming::{self as core, Error, Raw};
use pyo3::prelude::*;

use crate::convert::{ArrayArg, Borrow};
use crate::errors::{ComputationError, IntoPyErr, InvalidInput, InvalidType, TooLarge};

impl IntoPyErr for Error {
    fn into_py_err(self) -> PyErr {
        let message = self.to_string();
        match self {
            Self::Interrupted(interrupted) => interrupted.into_py_err(),
            Self::Threads { .. } => ComputationError::new_err(message),
            Self::TooLarge { .. } | Self::TooLong { .. } => TooLarge::new_err(message),
            _ => InvalidInput::new_err(message),
        }
    }
}

/// One of several things by its name.
pub(crate) fn named<T: Copy>(what: &str, name: &str, known: &[(&str, T)]) -> PyResult<T> {
    let found = known.iter().find(|(known, _)| *known == name);
    found.map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|(name, _)| format!("'{name}'")).collect();
        InvalidInput::new_err(format!("{what} must be one of {}, got '{name}'", names.join(", ")))
    })
}

/// Symbols as Python hands them over: a 1-D array, or the rows of a 2-D one, of unsigned integers.
pub(crate) enum Symbols<'py, D: numpy::ndarray::Dimension> {
    U8(Borrow<'py, u8, D>),
    U16(Borrow<'py, u16, D>),
    U32(Borrow<'py, u32, D>),
    U64(Borrow<'py, u64, D>),
}

macro_rules! read {
    ($name:ident, $dimension:ty, $read:ident) => {
        impl<'py> Symbols<'py, $dimension> {
            /// Borrow the symbols of an array.
            ///
            /// # Errors
            /// `InvalidType` for another element type, number of dimensions or layout.
            pub(crate) fn $name(name: &str, array: &ArrayArg<'py>) -> PyResult<Self> {
                Ok(if array.holds::<u8>() {
                    Self::U8(array.$read(name)?)
                } else if array.holds::<u16>() {
                    Self::U16(array.$read(name)?)
                } else if array.holds::<u32>() {
                    Self::U32(array.$read(name)?)
                } else if array.holds::<u64>() {
                    Self::U64(array.$read(name)?)
                } else {
                    return Err(InvalidType::new_err(format!(
                        "{name} must be an array of uint8, uint16, uint32 or uint64"
                    )));
                })
            }
        }
    };
}

read!(vector, numpy::Ix1, vector);
read!(matrix, numpy::Ix2, matrix);

impl<D: numpy::ndarray::Dimension> Symbols<'_, D> {
    /// All symbols, row by row.
    pub(crate) fn raw(&self) -> Raw<'_> {
        // A `Borrow` is contiguous: there is a slice.
        match self {
            Self::U8(array) => Raw::U8(array.as_slice().unwrap_or(&[])),
            Self::U16(array) => Raw::U16(array.as_slice().unwrap_or(&[])),
            Self::U32(array) => Raw::U32(array.as_slice().unwrap_or(&[])),
            Self::U64(array) => Raw::U64(array.as_slice().unwrap_or(&[])),
        }
    }
}

/// The rows of `symbols`, `length` symbols each.
pub(crate) fn rows(symbols: Raw<'_>, length: usize) -> Vec<Raw<'_>> {
    let length = length.max(1);
    match symbols {
        Raw::U8(symbols) => symbols.chunks(length).map(Raw::U8).collect(),
        Raw::U16(symbols) => symbols.chunks(length).map(Raw::U16).collect(),
        Raw::U32(symbols) => symbols.chunks(length).map(Raw::U32).collect(),
        Raw::U64(symbols) => symbols.chunks(length).map(Raw::U64).collect(),
    }
}

/// A method by its name; `parameter` is the threshold of "abrahamson", the bits of "chan-jin-williams-xu".
fn method_of(name: &str, parameter: Option<f64>, seed: u64) -> PyResult<core::Method> {
    let methods = [
        ("naive", core::Method::Naive),
        ("byte-simd", core::Method::ByteSimd),
        ("bit-sliced", core::Method::BitSliced),
        ("scatter", core::Method::Scatter),
        ("per-letter-fft", core::Method::Fft),
        ("abrahamson", core::Method::Abrahamson(parameter)),
        (
            "chan-jin-williams-xu",
            core::Method::Packed {
                bits: parameter.map(|bits| (bits as u32).clamp(1, 20)),
                seed,
            },
        ),
        ("auto", core::Method::Auto),
        ("mixed", core::Method::Mixed(seed)),
    ];
    named("method", name, &methods)
}

/// The names of relations between symbols.
pub(crate) const RELATIONS: [(&str, core::Relation); 3] = [
    ("equal", core::Relation::Equal),
    ("overlap", core::Relation::Overlap),
    ("within", core::Relation::Within),
];

const MODES: [(&str, core::Mode); 2] = [("valid", core::Mode::Valid), ("full", core::Mode::Full)];

/// Costs by name.
fn table(costs: &core::Costs) -> HashMap<String, Vec<f64>> {
    let single = |value: f64| vec![value];
    let rows = [
        ("compare", costs.compare.to_vec()),
        ("row", costs.row.to_vec()),
        ("plane", single(costs.plane)),
        ("copies", single(costs.copies)),
        ("set", single(costs.set)),
        ("unpack", single(costs.unpack)),
        ("merge", single(costs.merge)),
        ("write", single(costs.write)),
        ("pair", single(costs.pair)),
        ("lookup", single(costs.lookup)),
        ("list", single(costs.list)),
        ("single", costs.single.to_vec()),
        ("double", costs.double.to_vec()),
    ];
    rows.into_iter()
        .map(|(name, values)| (name.to_owned(), values))
        .collect()
}

/// What was done: which kernels counted what, and how many elementary operations that took.
#[pyclass(frozen)]
pub(crate) struct Report {
    /// Of each kernel its name, how many letters and positions of the patterns it counted, and the nanoseconds that were expected.
    #[pyo3(get)]
    steps: Vec<(String, u64, u64, f64)>,
    /// Symbols compared.
    #[pyo3(get)]
    comparisons: u64,
    /// Shifts in rows of bits.
    #[pyo3(get)]
    row_shifts: u64,
    /// Matching pairs.
    #[pyo3(get)]
    increments: u64,
    /// Butterflies of transforms.
    #[pyo3(get)]
    butterflies: u64,
    /// Packed coefficients read.
    #[pyo3(get)]
    packed: u64,
    /// Packed counts that the first prime did not certify.
    #[pyo3(get)]
    unresolved: u64,
    /// Further primes.
    #[pyo3(get)]
    recursions: u64,
}

impl From<core::Report> for Report {
    fn from(report: core::Report) -> Self {
        let step = |step: &core::Step| {
            let (letters, positions) = (step.n_letters as u64, step.n_positions as u64);
            (step.kernel.to_owned(), letters, positions, step.cost)
        };
        let operations = report.operations;
        Self {
            steps: report.steps.iter().map(step).collect(),
            comparisons: operations.comparisons.into_inner(),
            row_shifts: operations.row_shifts.into_inner(),
            increments: operations.increments.into_inner(),
            butterflies: operations.butterflies.into_inner(),
            packed: operations.certificates.fields.into_inner(),
            unresolved: operations.certificates.unresolved.into_inner(),
            recursions: operations.certificates.recursions.into_inner(),
        }
    }
}

/// Text-to-pattern Hamming distances.
#[pymodule]
pub(crate) mod hamming {
    use std::collections::HashMap;

    use porism_hamming as core;
    use porism_runtime::Isa;
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::Report;

    use super::{MODES, RELATIONS, Symbols, method_of, named, rows, table};
    use crate::call;
    use crate::convert::ArrayArg;
    use crate::errors::IntoPyErr;

    /// Write the distances of every row of `patterns` at every shift to the same row of `out`.
    ///
    /// `text` is a 1-D array of uint8, uint16, uint32 or uint64, `patterns` a 2-D one, in any of these types; `out` a 2-D array of int32, a row for each pattern
    /// and a column for each shift: `len(text) - m + 1` with mode "valid", `len(text) + m - 1` with "full". `compared`, of the same shape, receives how many positions
    /// were compared: those at which neither symbol is `wildcard`. `relation` is "equal", or, for sets as bits of bytes, "overlap" or "within".
    ///
    /// `method` is "naive", "byte-simd", "bit-sliced", "scatter", "per-letter-fft", "abrahamson" (`parameter` positions or more are many), "chan-jin-williams-xu" (with fields of
    /// `parameter` bits and primes by `seed`), "auto", or "mixed": a kernel for each letter drawn by `seed`. `block` shifts share bit planes, 0 for as many as are good.
    #[pyfunction]
    #[pyo3(signature = (text, patterns, out, method = "auto", mode = "valid", relation = "equal", wildcard = None,
                        compared = None, n_threads = 1, progress = None, parameter = None, seed = 0, block = 0))]
    #[allow(clippy::too_many_arguments)]
    fn distances<'py>(
        py: Python<'py>,
        text: ArrayArg<'py>,
        patterns: ArrayArg<'py>,
        out: ArrayArg<'py>,
        method: &str,
        mode: &str,
        relation: &str,
        wildcard: Option<u64>,
        compared: Option<ArrayArg<'py>>,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
        parameter: Option<f64>,
        seed: u64,
        block: usize,
    ) -> PyResult<Report> {
        let options = core::Options {
            method: method_of(method, parameter, seed)?,
            mode: named("mode", mode, &MODES)?,
            relation: named("relation", relation, &RELATIONS)?,
            wildcard,
            n_threads,
            block: block.min(1 << 20),
            ..core::Options::default()
        };
        let length = patterns.shape().get(1).copied().unwrap_or(0);
        let text = Symbols::vector("text", &text)?;
        let patterns = Symbols::matrix("patterns", &patterns)?;
        let mut out = out.matrix_mut::<i32>("out")?;
        let mut compared = compared
            .map(|compared| compared.matrix_mut::<i32>("compared"))
            .transpose()?;
        let (text, patterns) = (text.raw(), rows(patterns.raw(), length));
        // Checked when they were borrowed: they are contiguous.
        let out = out.as_slice_mut().unwrap_or(&mut []);
        let compared = compared.as_mut().map(|array| array.as_slice_mut().unwrap_or(&mut []));
        let steps = (out.len() as u64).saturating_mul(length as u64);
        call::run(py, steps, progress.as_ref(), move |monitor| {
            core::distances(text, &patterns, &options, out, compared, monitor)
        })?
        .map(Report::from)
        .map_err(IntoPyErr::into_py_err)
    }

    /// Measure what the kernels cost on this machine, in about a second, and let the planner of this process work by it. Returns the costs in nanoseconds.
    #[pyfunction]
    fn calibrate(py: Python<'_>) -> PyResult<HashMap<String, Vec<f64>>> {
        let measured = call::run(py, u64::MAX, None, |monitor| core::calibrate(Isa::detect(), monitor))?;
        Ok(table(&measured.map_err(IntoPyErr::into_py_err)?))
    }

    /// The costs by which the planner works, in nanoseconds.
    #[pyfunction]
    fn costs() -> HashMap<String, Vec<f64>> {
        table(&core::Costs::of(Isa::detect()))
    }

    /// Let the planner work by the costs that porism comes with again.
    #[pyfunction]
    fn reset_costs() {
        core::Costs::set(None);
    }
}
