//! Connections: kept ones, half-open ones, and what their errors mean.

pub(super) mod failure;
pub(super) mod pool;
pub(super) mod unfinished;
