//! Products with the factors of Monarch matrices.

use porism_runtime::{Isa, Pool};
use porism_transform::monarch::{Blocks, product};
use pyo3::prelude::*;

use crate::call;
use crate::convert::ArrayArg;
use crate::errors::IntoPyErr;

/// Apply block i of `count` blocks, which are the rows of `blocks` in so many equal parts, to piece i of each row of `x`, and deal out the results: number j of
/// block i becomes number `j * count + i` of the row of `out`. All of float32 or float64.
#[pyfunction]
#[pyo3(signature = (blocks, count, x, out, *, n_threads = 1, progress = None))]
pub(crate) fn block_product(
    py: Python<'_>,
    blocks: ArrayArg<'_>,
    count: usize,
    x: ArrayArg<'_>,
    out: ArrayArg<'_>,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<()> {
    let pool = Pool::new(n_threads).map_err(IntoPyErr::into_py_err)?;
    macro_rules! done {
        ($t:ty) => {{
            let mut to = out.matrix_mut::<$t>("out")?;
            let (blocks, x) = (blocks.matrix::<$t>("blocks")?, x.matrix::<$t>("x")?);
            let (rows, columns) = blocks.as_array().dim();
            let blocks = Blocks {
                values: blocks.as_slice()?,
                count,
                rows: rows / count.max(1),
                columns,
            };
            // at least four products an instruction, and a read of the blocks from memory takes no longer
            let steps = (blocks.values.len() as u64 / 4).saturating_mul(x.as_array().nrows() as u64 / 8 + 1);
            let (x, to) = (x.as_slice()?, to.as_slice_mut()?);
            call::run(py, steps, progress.as_ref(), |monitor| {
                product(&blocks, x, to, Isa::detect(), &pool, monitor)
            })?
        }};
    }
    let done = if x.holds::<f32>() { done!(f32) } else { done!(f64) };
    done.map_err(IntoPyErr::into_py_err)
}
