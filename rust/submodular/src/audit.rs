//! Whether an objective is what it says: random chains of sets, with the witness where it is not.

use std::fmt;

use porism_runtime::Monitor;

use crate::counted::Counted;
use crate::error::{Error, Fault, OracleError};
use crate::objective::{Item, Monotonicity, Objective};
use crate::random;

/// Three sets' worth of proof that an objective is not monotone or not submodular.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// The smaller set A.
    pub small: Vec<Item>,
    /// The larger set B, A first. Equal to A where monotonicity is broken.
    pub large: Vec<Item>,
    /// The item e.
    pub item: Item,
    /// f(e | A)
    pub gain_small: f64,
    /// f(e | B)
    pub gain_large: f64,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.small == self.large {
            let Self {
                item,
                small,
                gain_small,
                ..
            } = self;
            write!(
                f,
                "the objective is not monotone: item {item} changes the value of {small:?} by {gain_small}"
            )
        } else {
            let Self {
                item,
                small,
                large,
                gain_small,
                gain_large,
            } = self;
            write!(
                f,
                "the objective is not submodular: item {item} gains {gain_small} with {small:?}, but more, {gain_large}, with {large:?}"
            )
        }
    }
}

/// How an objective was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audit {
    /// Pairs of sets compared.
    pub trials: u64,
    /// Sets evaluated.
    pub queries: u64,
}

/// Compare f(e | A) with f(e | B) for random A ⊂ B and e outside, and with 0 where monotonicity is claimed.
///
/// # Errors
/// `NotSubmodular` with a witness, or what the objective raises.
pub fn audit<O: Objective>(objective: &O, trials: u64, seed: u64, monitor: &Monitor) -> Result<Audit, Error> {
    let n = objective.n_items();
    let mut oracle = Counted::new(objective, monitor);
    let monotone = objective.properties().monotonicity == Monotonicity::Increasing;
    for trial in 0..trials {
        if n == 0 {
            break;
        }
        let mut rng = random::generator(seed, [0x4155, trial]);
        // A random chain of a few items: a sample without repetition from n, by rejection so that huge n cost nothing.
        let size = 1 + random::below(&mut rng, n.min(12));
        let mut chain: Vec<Item> = Vec::with_capacity(size);
        while chain.len() < size {
            let item = random::below(&mut rng, n) as Item;
            if !chain.contains(&item) {
                chain.push(item);
            }
        }
        let Some((&item, large)) = chain.split_last() else {
            continue;
        };
        let cut = random::below(&mut rng, large.len() + 1);
        let small = &large[..cut];
        let mut state = oracle.state_of(small)?;
        // Asked of the objective itself: the counted oracle would refuse the very gains that are looked for.
        oracle.queries += 2;
        let gain_small = told(objective.gain(&state, item))?;
        let value = objective.value(&state);
        oracle.extend(&mut state, &large[cut..])?;
        let gain_large = told(objective.gain(&state, item))?;
        let slack = 1e-9 * (value.abs() + objective.value(&state).abs() + gain_small.abs());
        let witness = |large: &[Item], gain_large| Witness {
            small: small.to_vec(),
            large: large.to_vec(),
            item,
            gain_small,
            gain_large,
        };
        if monotone && gain_small < -slack {
            return Err(Error::NotSubmodular(Box::new(witness(small, gain_small))));
        }
        if gain_large > gain_small + slack {
            return Err(Error::NotSubmodular(Box::new(witness(large, gain_large))));
        }
    }
    Ok(Audit {
        trials,
        queries: oracle.queries,
    })
}

/// An objective that notices by itself that it falls has told how much.
fn told(gain: Result<f64, Fault>) -> Result<f64, Fault> {
    gain.or_else(|fault| match *fault {
        OracleError::Decreasing { gain, .. } => Ok(gain),
        _ => Err(fault),
    })
}
