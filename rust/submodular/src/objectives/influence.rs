//! Influence in a network under the independent cascade model, by reverse reachable sets.
//!
//! The nodes from which a random node is reached in a random cascade form a reverse reachable (RR) set; a seed set's expected influence is n times
//! the probability that it hits one (Borgs, Brautbar, Chayes and Lucier, SODA 2014). With a sample of RR sets, influence is coverage.

use porism_runtime::Monitor;

use super::coverage::{Coverage, scaled_coverage};
use crate::csr::{Csr, Value};
use crate::error::Error;
use crate::random;

/// The estimated influence `n / r · #{RR sets that S hits}` from r RR sets: a row per set, a column per node.
pub fn influence(reverse_reachable: &Csr<()>) -> Coverage {
    let scale = reverse_reachable.n_columns() as f64 / reverse_reachable.n_rows().max(1) as f64;
    scaled_coverage(reverse_reachable.transposed(), scale, "influence")
}

/// Sample RR sets from a graph whose entry (u, v) is the probability that u activates v.
///
/// # Errors
/// `InvalidObjective` for an entry that is no probability, `Shape` unless the matrix is square, `InvalidParameter` without nodes,
/// `Interrupted`.
pub fn sample_reverse_reachable<V: Value>(
    activation: &Csr<V>,
    n_sets: usize,
    seed: u64,
    monitor: &Monitor,
) -> Result<Csr<()>, Error> {
    let n = activation.n_columns();
    if activation.n_rows() != n {
        return Err(Error::Shape {
            name: "activation",
            expected: n,
            got: activation.n_rows(),
        });
    }
    if n == 0 {
        return Err(Error::parameter("activation", "a graph with at least one node", 0));
    }
    activation.require_within(1.0, "a probability between 0 and 1")?;
    let incoming = activation.transposed();
    let mut visited = vec![usize::MAX; n];
    let (mut indptr, mut members) = (vec![0_usize], Vec::new());
    for set in 0..n_sets {
        monitor.check()?;
        let mut rng = random::generator(seed, [0x5252, set as u64]);
        let root = random::below(&mut rng, n) as u32;
        let start = members.len();
        members.push(root);
        visited[root as usize] = set;
        let mut head = start;
        while head < members.len() {
            let (sources, probabilities) = incoming.row(members[head]);
            head += 1;
            for (&source, &probability) in sources.iter().zip(probabilities) {
                if random::unit(&mut rng) < probability.number() && visited[source as usize] != set {
                    visited[source as usize] = set;
                    members.push(source);
                }
            }
        }
        indptr.push(members.len());
    }
    let values = vec![(); members.len()];
    Csr::new(&indptr, &members, values, n)
}
