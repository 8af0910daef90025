//! Random walks: a graph prepared for random steps, what visits and ends of walks that stop at random are counted from it ([`walks`]), and walks of a given
//! length that remember where they came from ([`Biased`]).

mod biased;
mod counting;

use std::sync::Arc;

pub use biased::{Biased, NOWHERE};
pub use counting::{Count, Fingerprints, Walks, walks};

use crate::random::alias::{self, Slot};
use crate::{Csr, Error};

/// A graph prepared for walking: rows are stepped along in proportion to their weights.
///
/// Where all weights of every row are equal a step is one multiplication (Lemire's reduction, with a bias below 2⁻³² for any degree); otherwise there
/// are alias tables of 12 bytes an edge.
#[derive(Debug, Clone)]
pub struct Walker {
    graph: Arc<Csr>,
    table: Vec<Slot>,
}

impl Walker {
    /// Prepare a square matrix of finite weights above zero.
    ///
    /// # Errors
    /// `InvalidParameter` if it is not square, or holds a weight that is not above zero or not finite.
    pub fn new(graph: Arc<Csr>) -> Result<Self, Error> {
        if graph.n_rows() != graph.n_columns() || graph.n_rows() >= 1 << 31 {
            let got = format!("{} rows and {} columns", graph.n_rows(), graph.n_columns());
            return Err(Error::parameter("graph", "square, with fewer than 2^31 rows", got));
        }
        if let Some(place) = graph
            .data()
            .iter()
            .position(|&weight| !(weight > 0.0 && weight < f64::INFINITY))
        {
            let got = format!("{} at data[{place}]", graph.data()[place]);
            return Err(Error::parameter("graph", "of finite weights above zero", got));
        }
        let even = (0..graph.n_rows()).all(|row| graph.row(row).1.windows(2).all(|pair| pair[0] == pair[1]));
        let mut table = Vec::new();
        if !even {
            table
                .try_reserve_exact(graph.n_entries())
                .map_err(|_| Error::TooLarge {
                    what: "alias tables",
                    bytes: 12 * graph.n_entries() as u128,
                })?;
            for row in 0..graph.n_rows() {
                let (targets, weights) = graph.row(row);
                alias::append(targets, weights, &mut table);
            }
        }
        Ok(Self { graph, table })
    }

    /// The graph.
    pub fn graph(&self) -> &Csr {
        &self.graph
    }

    /// Whether steps are drawn from alias tables.
    pub fn is_weighted(&self) -> bool {
        !self.table.is_empty()
    }

    /// The out-neighbour that a random number means; none where the walk can go nowhere.
    #[inline]
    fn step<const WEIGHTED: bool>(&self, vertex: u32, random: u64) -> Option<u32> {
        let bounds = &self.graph.indptr()[vertex as usize..vertex as usize + 2];
        let (start, degree) = (bounds[0], bounds[1] - bounds[0]);
        let product = u128::from(random) * degree as u128;
        if degree == 0 {
            return None;
        }
        let place = start + (product >> 64) as usize;
        if WEIGHTED {
            // what is left of the product is a uniform number still
            Some(self.table[place].drawn((product as u64 >> 32) as u32))
        } else {
            Some(self.graph.indices()[place])
        }
    }

    /// The same, whichever kind of step it is.
    #[inline]
    fn any_step(&self, vertex: u32, random: u64) -> Option<u32> {
        match self.is_weighted() {
            true => self.step::<true>(vertex, random),
            false => self.step::<false>(vertex, random),
        }
    }
}
