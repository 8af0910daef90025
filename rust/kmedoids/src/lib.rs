//! k-medoids.
