//! Runs of an objective: their limits, their workers, and what a person sees of them.

pub(super) mod callback;
pub(super) mod interrupt;
pub(super) mod limits;
pub(super) mod objective;
pub(super) mod optimize;
pub(super) mod progress;
pub(super) mod task;
pub(super) mod worker;

pub use limits::RunSummary;
pub use objective::{Stop, Values};
pub use optimize::{Optimize, OptimizeBlocking};
