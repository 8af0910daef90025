//! Text-to-pattern Hamming distances.

pub mod k_mismatch;
