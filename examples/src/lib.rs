//! What the programs train: for `tune` and `infer` a model and its search space, the data, and how one
//! is trained on the other; for `prune` a network and the digits that it learns; for the benchmarks of the
//! sampler ten numbers.

pub mod cli;
pub mod data;
pub mod digits;
pub mod model;
pub mod network;
pub mod ten;
pub mod train;
