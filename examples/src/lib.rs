//! What the programs train. For `tune` and `infer` it is a model with its search space, the data, and the
//! training. For `prune` it is a network and the digits that it learns. For the benchmarks of the sampler
//! it is ten numbers.

pub mod cli;
pub mod data;
pub mod digits;
pub mod model;
pub mod network;
pub mod ten;
pub mod train;
