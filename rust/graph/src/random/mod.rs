//! Random numbers by their place, the one home of whatever is drawn here: neither threads nor the order or the company in which things are made
//! change them.
//!
//! There are two generators, because two things are wanted of one. [`Philox`] is NumPy's: anybody can make a row of a random projection again, without this
//! crate. It makes four numbers at a time, ten rounds for them, and a stream has 104 bytes. [`Weyl`] is for walks, of which a thousand are under way at a time and
//! each wants one number at every step: its state is one word, a number three multiplications.

pub mod alias;
mod philox;
mod weyl;

pub use philox::{Philox, Purpose};
pub use weyl::{Family, GOLDEN, Weyl, mix};
