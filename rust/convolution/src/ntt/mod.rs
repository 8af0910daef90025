//! Number-theoretic transforms: exact without any bound, for results beyond what floating point certifies.
//!
//! Primes of the form c·2^k + 1 have roots of unity of every order 2^q up to 2^k. [`Goldilocks`] is 2^64 − 2^32 + 1, whose reduction costs two additions;
//! [`Prime31`] (15·2^27 + 1) has 32 bits and vector code; [`Prime57`] and [`Prime56`] (29·2^57 + 1 and 27·2^56 + 1) compute in Montgomery form. Two primes and the Chinese remainder theorem
//! give results below 2^125, see [`multiply_u128`](crate::multiply_u128).

mod field;
mod goldilocks;
mod montgomery;
mod prime31;
mod stages;
mod transform;

pub use field::Field;
pub use goldilocks::Goldilocks;
pub use montgomery::{Montgomery, Parameters, Prime56, Prime57};
pub use prime31::Prime31;
pub use transform::{Ntt, multiply_mod};
