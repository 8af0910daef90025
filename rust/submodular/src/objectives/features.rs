//! Facility location straight from feature vectors: similarities are computed where they are needed and never stored.
//!
//! A matrix of n² similarities is what keeps facility location from large n. Here a gain costs n·d multiplications, but they run at the
//! speed of a matrix product: clients are packed sixteen to a panel, and eight items at a time meet a block of panels that stays in
//! the second-level cache. A pair's similarity is a function of the pair alone (dimensions are added up in order), so that a gain has
//! the same bits however the items were grouped.

use crate::arch::{Kernel, LANES, PORTABLE, dispatch, products, reduce};
use crate::dense::{Dense, Real};
use crate::error::{Error, Fault};
use crate::objective::{Item, Monotonicity, Objective, Properties};

/// Items that one pass over a panel serves: as many accumulators as leave registers for the rest.
const GROUP: usize = 8;

/// Bytes of panels that stay in cache while all items of a call meet them.
const BLOCK_BYTES: usize = 256 << 10;

/// The similarity of two vectors, computed in single precision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// max(0, x·y)
    Dot,
    /// max(0, cosine of the angle); 0 where a vector is 0.
    Cosine,
    /// exp(−gamma · |x − y|²)
    Rbf {
        /// The inverse squared length scale, above 0.
        gamma: f64,
    },
    /// 1 / (1 + |x − y|)
    InverseDistance,
    /// max(0, offset − |x − y|²)
    SquaredDistance {
        /// What the squared distance is taken from, above 0. The largest squared distance makes it never 0.
        offset: f64,
    },
}

/// Facility location over vectors.
#[derive(Debug, Clone)]
pub struct FacilityFeatures {
    items: Vec<f32>,
    panels: Vec<f32>,
    n_items: usize,
    n_clients: usize,
    dimension: usize,
    metric: Metric,
}

/// Every client's similarity to its nearest chosen item.
#[derive(Debug, Clone)]
pub struct Nearest {
    best: Vec<f32>,
    value: f64,
}

/// Facility location where rows are items, and clients too unless they are given apart.
///
/// For metrics of distance the mean item is subtracted before rounding to single precision, so that a common offset costs no accuracy.
///
/// # Errors
/// `InvalidObjective` for a coordinate that is not finite (also after rounding to single precision), `Shape` for clients of another
/// dimension, `InvalidParameter` for a metric's parameter.
pub fn facility_location_features<T: Real>(
    items: &Dense<T>,
    clients: Option<&Dense<T>>,
    metric: Metric,
) -> Result<FacilityFeatures, Error> {
    match metric {
        Metric::Rbf { gamma } if !(f64::from(f32::MIN_POSITIVE)..=1e30).contains(&gamma) => {
            return Err(Error::parameter("gamma", "a finite number above 0", gamma));
        }
        Metric::SquaredDistance { offset } if !(f64::from(f32::MIN_POSITIVE)..=1e38).contains(&offset) => {
            return Err(Error::parameter("offset", "a finite number above 0", offset));
        }
        _ => {}
    }
    let dimension = items.n_columns();
    let clients = clients.unwrap_or(items);
    if clients.n_columns() != dimension {
        return Err(Error::Shape {
            name: "clients",
            expected: dimension,
            got: clients.n_columns(),
        });
    }
    let mut centre = vec![0.0; dimension];
    if !matches!(metric, Metric::Dot | Metric::Cosine) {
        for item in 0..items.n_rows() as u32 {
            for (sum, x) in centre.iter_mut().zip(items.row(item)) {
                *sum += x.number() / items.n_rows() as f64;
            }
        }
    }
    let item_rows = prepared("items", items, &centre, metric)?;
    let client_rows = prepared("clients", clients, &centre, metric)?;
    let n_clients = clients.n_rows();
    let mut panels = vec![0.0; n_clients.div_ceil(LANES) * LANES * dimension];
    for client in 0..n_clients {
        let (panel, lane) = (client / LANES, client % LANES);
        for j in 0..dimension {
            panels[(panel * dimension + j) * LANES + lane] = client_rows[client * dimension + j];
        }
    }
    Ok(FacilityFeatures {
        items: item_rows,
        panels,
        n_items: items.n_rows(),
        n_clients,
        dimension,
        metric,
    })
}

fn prepared<T: Real>(name: &'static str, rows: &Dense<T>, centre: &[f64], metric: Metric) -> Result<Vec<f32>, Error> {
    let mut out = Vec::with_capacity(rows.n_rows() * rows.n_columns());
    for row in 0..rows.n_rows() as u32 {
        let length = match metric {
            Metric::Cosine => {
                // Scaled by the largest entry, so that neither huge nor tiny rows lose their direction.
                let most = rows
                    .row(row)
                    .iter()
                    .fold(0.0, |most: f64, x| most.max(x.number().abs()));
                let squares: f64 = rows
                    .row(row)
                    .iter()
                    .map(|x| (x.number() / most) * (x.number() / most))
                    .sum();
                if most > 0.0 { most * squares.sqrt() } else { 1.0 }
            }
            _ => 1.0,
        };
        for (x, centre) in rows.row(row).iter().zip(centre) {
            let number = (x.number() - centre) / length;
            let single = number as f32;
            // The square root of the largest single over the dimension: squares and their sum stay finite.
            if !(x.number().is_finite() && f64::from(single.abs()) <= 1e18 / (1.0 + (rows.n_columns() as f64).sqrt())) {
                let expected = "finite, and its square within single precision";
                return Err(Error::InvalidObjective {
                    name,
                    index: out.len(),
                    expected,
                    got: x.number(),
                });
            }
            out.push(single);
        }
    }
    Ok(out)
}

impl FacilityFeatures {
    fn row(&self, item: Item) -> &[f32] {
        &self.items[item as usize * self.dimension..][..self.dimension]
    }

    /// The rows of a group interleaved, coordinate by coordinate; missing ones repeat the first. A single row stays as it is.
    fn packed(&self, group: &[Item]) -> Vec<f32> {
        if let [item] = group {
            return self.row(*item).to_vec();
        }
        let mut packed = vec![0.0; GROUP * self.dimension];
        for n in 0..GROUP {
            let row = self.row(*group.get(n).unwrap_or(&group[0]));
            for (j, &x) in row.iter().enumerate() {
                packed[j * GROUP + n] = x;
            }
        }
        packed
    }
}

/// Either the gains of several items, or the similarities of one.
struct Sweep<'a> {
    objective: &'a FacilityFeatures,
    best: &'a [f32],
    items: &'a [Item],
    out: &'a mut [f64],
}

impl Kernel for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const LEVEL: u8>(self) {
        let Sweep {
            objective,
            best,
            items,
            out,
        } = self;
        let dimension = objective.dimension;
        let panel_length = dimension * LANES;
        let n_panels = best.len() / LANES;
        let block = (BLOCK_BYTES / (4 * panel_length.max(1))).max(1);
        let mut sums = vec![[0.0_f64; LANES]; items.len()];
        let packed: Vec<Vec<f32>> = items.chunks(GROUP).map(|group| objective.packed(group)).collect();
        for first in (0..n_panels).step_by(block) {
            let last = (first + block).min(n_panels);
            for (packed, sums) in packed.iter().zip(sums.chunks_mut(GROUP)) {
                for panel in first..last {
                    let entries = &objective.panels[panel * panel_length..][..panel_length];
                    let (best, _) = best[panel * LANES..][..LANES].as_chunks::<LANES>();
                    if sums.len() == 1 {
                        let similar = similarities::<LEVEL, 1>(objective.metric, packed, entries);
                        accumulate(&similar[0], &best[0], &mut sums[0]);
                    } else {
                        let similar = similarities::<LEVEL, GROUP>(objective.metric, packed, entries);
                        for (similar, sums) in similar.iter().zip(sums.iter_mut()) {
                            accumulate(similar, &best[0], sums);
                        }
                    }
                }
            }
        }
        for (out, sums) in out.iter_mut().zip(sums) {
            *out = reduce(sums);
        }
    }
}

#[inline(always)]
fn accumulate(similar: &[f32; LANES], best: &[f32; LANES], sums: &mut [f64; LANES]) {
    for lane in 0..LANES {
        let more = f64::from(similar[lane]) - f64::from(best[lane]);
        sums[lane] += if more > 0.0 { more } else { 0.0 };
    }
}

/// Raise every client's best to its similarity with one item.
struct Serve<'a> {
    objective: &'a FacilityFeatures,
    best: &'a mut [f32],
    item: Item,
}

impl Kernel for Serve<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const LEVEL: u8>(self) {
        let Serve { objective, best, item } = self;
        let panel_length = objective.dimension * LANES;
        let row = objective.row(item);
        let (panels, _) = best.as_chunks_mut::<LANES>();
        for (panel, best) in panels.iter_mut().enumerate() {
            let entries = &objective.panels[panel * panel_length..][..panel_length];
            let similar = similarities::<LEVEL, 1>(objective.metric, row, entries);
            for lane in 0..LANES {
                best[lane] = if similar[0][lane] > best[lane] {
                    similar[0][lane]
                } else {
                    best[lane]
                };
            }
        }
    }
}

/// The similarities of some items to the sixteen clients of a panel.
#[inline(always)]
fn similarities<const LEVEL: u8, const N: usize>(metric: Metric, rows: &[f32], panel: &[f32]) -> [[f32; LANES]; N] {
    match metric {
        Metric::Dot | Metric::Cosine => {
            let mut sums = products::<LEVEL, false, N>(rows, panel);
            for sum in sums.as_flattened_mut() {
                *sum = if *sum > 0.0 { *sum } else { 0.0 };
            }
            sums
        }
        Metric::Rbf { gamma } => {
            let mut sums = products::<LEVEL, true, N>(rows, panel);
            let factor = -gamma as f32;
            for sum in sums.as_flattened_mut() {
                *sum = exp::<LEVEL>(factor * *sum);
            }
            sums
        }
        Metric::InverseDistance => {
            let mut sums = products::<LEVEL, true, N>(rows, panel);
            for sum in sums.as_flattened_mut() {
                *sum = 1.0 / (1.0 + sum.sqrt());
            }
            sums
        }
        Metric::SquaredDistance { offset } => {
            let mut sums = products::<LEVEL, true, N>(rows, panel);
            let offset = offset as f32;
            for sum in sums.as_flattened_mut() {
                let rest = offset - *sum;
                *sum = if rest > 0.0 { rest } else { 0.0 };
            }
            sums
        }
    }
}

#[inline(always)]
fn multiply_add<const LEVEL: u8>(a: f32, b: f32, c: f32) -> f32 {
    if LEVEL == PORTABLE { a * b + c } else { a.mul_add(b, c) }
}
/// e^x for x ≤ 0 to three units in the last place; 0 below −87. Without a branch, a call or a cast, so that it becomes vector code.
#[inline(always)]
fn exp<const LEVEL: u8>(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³: what is added to it is rounded to an integer, in its lowest bits
    let clamped = if x > -87.0 { x } else { -87.0 };
    let shifted = multiply_add::<LEVEL>(clamped, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = multiply_add::<LEVEL>(n, -0.693_359_4, clamped); // ln 2 in two parts, the first with few bits
    let r = multiply_add::<LEVEL>(n, 2.121_944_4e-4, r);
    let p = multiply_add::<LEVEL>(1.987_569_1e-4, r, 1.398_2e-3);
    let p = multiply_add::<LEVEL>(p, r, 8.333_452e-3);
    let p = multiply_add::<LEVEL>(p, r, 4.166_579_6e-2);
    let p = multiply_add::<LEVEL>(p, r, 0.166_666_65);
    let p = multiply_add::<LEVEL>(p, r, 0.5);
    let p = multiply_add::<LEVEL>(p, r, 1.0);
    let p = multiply_add::<LEVEL>(p, r, 1.0);
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    let power = f32::from_bits(exponent);
    if x > -87.0 { p * power } else { 0.0 }
}

impl Objective for FacilityFeatures {
    type State = Nearest;

    fn name(&self) -> &'static str {
        "facility_location"
    }

    fn n_items(&self) -> usize {
        self.n_items
    }

    fn properties(&self) -> Properties {
        Properties {
            monotonicity: Monotonicity::Increasing,
            parallel: true,
            gain_steps: (self.n_clients * (self.dimension + 8)) / 16 + 1,
            batch: GROUP,
        }
    }

    fn empty(&self) -> Nearest {
        let mut best = vec![0.0; self.n_clients.div_ceil(LANES) * LANES];
        best[self.n_clients..].fill(f32::INFINITY); // clients that pad the last panel want nothing
        Nearest { best, value: 0.0 }
    }

    fn value(&self, state: &Nearest) -> f64 {
        state.value
    }

    fn gain(&self, state: &Nearest, item: Item) -> Result<f64, Fault> {
        let mut gain = [0.0];
        self.gains(state, &[item], &mut gain)?;
        Ok(gain[0])
    }

    fn add(&self, state: &mut Nearest, item: Item, gain: Option<f64>) -> Result<(), Fault> {
        state.value += match gain {
            Some(gain) => gain,
            None => self.gain(state, item)?,
        };
        dispatch(Serve {
            objective: self,
            best: &mut state.best,
            item,
        });
        Ok(())
    }

    fn gains(&self, state: &Nearest, items: &[Item], out: &mut [f64]) -> Result<(), Fault> {
        dispatch(Sweep {
            objective: self,
            best: &state.best,
            items,
            out,
        });
        Ok(())
    }

    fn gain_after(&self, state: &mut Nearest, prefix: &[Item], last: Item) -> Result<f64, Fault> {
        let mut work = state.clone();
        for &item in prefix {
            dispatch(Serve {
                objective: self,
                best: &mut work.best,
                item,
            });
        }
        self.gain(&work, last)
    }

    fn state_bytes(&self) -> usize {
        self.n_clients * size_of::<f32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::dispatch_on;
    use porism_runtime::Isa;

    struct Exp(f32);

    impl Kernel for Exp {
        type Output = f32;

        #[inline(always)]
        fn run<const LEVEL: u8>(self) -> f32 {
            exp::<LEVEL>(self.0)
        }
    }

    #[test]
    fn the_exponential_is_good_to_a_few_units() {
        for isa in Isa::available() {
            for step in 0..8_600 {
                let x = -(step as f32) * 0.01;
                let exact = f64::from(x).exp();
                let relative = (f64::from(dispatch_on(isa, Exp(x))) - exact).abs() / exact;
                assert!(relative < 4e-7, "{isa:?} exp({x}) is off by {relative}");
            }
            assert_eq!(dispatch_on(isa, Exp(0.0)), 1.0);
            assert_eq!(dispatch_on(isa, Exp(-1e30)), 0.0);
        }
    }

    #[test]
    fn groups_of_any_size_give_the_same_bits_and_instruction_sets_agree() {
        let values: Vec<f64> = (0..37 * 5).map(|i| f64::from((i * 7919) % 101) / 17.0).collect();
        let items = Dense::new(values, 37, 5).unwrap();
        let metrics = [
            Metric::Dot,
            Metric::Cosine,
            Metric::Rbf { gamma: 0.1 },
            Metric::InverseDistance,
            Metric::SquaredDistance { offset: 60.0 },
        ];
        for metric in metrics {
            let objective = facility_location_features(&items, None, metric).unwrap();
            let mut state = objective.empty();
            objective.add(&mut state, 11, None).unwrap();
            let all: Vec<Item> = (0..37).collect();
            let mut together = vec![0.0; 37];
            objective.gains(&state, &all, &mut together).unwrap();
            for &item in &all {
                assert_eq!(objective.gain(&state, item).unwrap(), together[item as usize]);
            }
            assert!(together[11] <= 0.0, "a chosen item gains nothing");
            for isa in Isa::available() {
                let mut other = vec![0.0; 37];
                dispatch_on(
                    isa,
                    Sweep {
                        objective: &objective,
                        best: &state.best,
                        items: &all,
                        out: &mut other,
                    },
                );
                for (a, b) in together.iter().zip(&other) {
                    // Gains are differences: they agree to 1e-5 of the value, not of themselves.
                    assert!(
                        (a - b).abs() <= 1e-5 * objective.value(&state),
                        "{metric:?} {isa:?}: {a} {b}"
                    );
                }
            }
        }
    }
}
