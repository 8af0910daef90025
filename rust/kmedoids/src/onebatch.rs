//! OneBatchPAM (de Mathelin et al. 2025): all objects are candidates, a sample judges them.
//!
//! One sample of references is drawn, every candidate is compared with it once, and eager swapping runs on that rectangle: memory and time grow with n
//! times the size of the sample. The loss returned is that of all objects.

use porism_runtime::Monitor;

use crate::clara::assigned;
use crate::distance::Float;
use crate::error::Error;
use crate::fasterpam::improve;
use crate::init::{Init, initialise};
use crate::matrix::{Instance, Own};
use crate::options::{Options, generator};
use crate::random::{partial_shuffle, permutation};
use crate::result::Clustering;
use crate::source::Source;
use crate::state::State;

/// What keeps the sample's own members from being favoured: they alone are at distance 0 from a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Batch {
    /// Nothing.
    Uniform,
    /// A reference is as far from itself as the farthest candidate.
    Debias,
    /// A reference counts as often as it is the nearest one of an object.
    #[default]
    NearestNeighbor,
}

/// Eager swapping judged by `size` sampled references (default `100 ln(k n)`).
pub fn onebatchpam<T: Float, S: Source<T>>(
    source: &S,
    k: usize,
    size: Option<usize>,
    batch: Batch,
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    let n = source.n();
    if k == 0 || k > n {
        return Err(Error::Medoids { k, n });
    }
    let by_default = (100.0 * ((k as f64) * (n as f64)).ln().max(1.0)).ceil() as usize;
    let size = size.unwrap_or(by_default).clamp(1, n);
    let mut pool: Vec<u32> = (0..n as u32).collect();
    partial_shuffle(&mut generator(options.seed, 7), &mut pool, size);
    let mut sample = pool[..size].to_vec();
    drop(pool);
    sample.sort_unstable();
    let mut values = source.columns(&sample, options, monitor)?;
    let mut own = vec![u32::MAX; n];
    sample.iter().enumerate().for_each(|(o, &j)| own[j as usize] = o as u32);
    let mut weights = None;
    match batch {
        Batch::Uniform => {}
        Batch::Debias => {
            let mut farthest = T::ZERO;
            for row in values.chunks_exact(size) {
                monitor.check()?;
                let finite = row.iter().copied().filter(|x| !x.is_infinite());
                farthest = finite.fold(farthest, |max, x| if x > max { x } else { max });
            }
            for (o, &j) in sample.iter().enumerate() {
                values[j as usize * size + o] = farthest;
            }
        }
        Batch::NearestNeighbor => {
            let mut counts = vec![0_u32; size];
            for (j, row) in values.chunks_exact(size).enumerate() {
                monitor.check()?;
                let mut nearest = 0;
                for (o, x) in row.iter().enumerate() {
                    if *x < row[nearest] {
                        nearest = o;
                    }
                }
                if own[j] != u32::MAX {
                    nearest = own[j] as usize;
                }
                counts[nearest] += 1;
            }
            let scale = size as f64 / n as f64;
            weights = Some(counts.iter().map(|&count| f64::from(count) * scale).collect::<Vec<_>>());
        }
    }
    let own = if batch == Batch::Debias {
        Own::Nothing
    } else {
        Own::Map(&own)
    };
    let mut instance = Instance::rectangular(&values, n, size, own)?;
    if let Some(weights) = &weights {
        instance = instance.with_weights(weights)?;
    }
    let init = initialise(&instance, k, Init::Random, &[], options, monitor)?;
    let medoids = instance.checked_medoids(&init)?;
    let run;
    let medoids = if k == 1 {
        let found = crate::median::single(&instance, medoids[0], options, monitor)?;
        run = crate::result::Run::from(&found);
        vec![found.medoids[0] as u32]
    } else {
        let order = permutation(&mut generator(options.seed, 1), n);
        let mut state = State::assign(&instance, medoids, 0, options.isa(), monitor)?;
        run = improve(&instance, &mut state, &order, options, &options.pool()?, monitor)?;
        state.medoids
    };
    assigned(source, None, &medoids, run, options, monitor)
}
