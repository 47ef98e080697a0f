//! What the programs `tune` and `infer` share: the model and its search space, the data, and how
//! one is trained on the other.

pub mod cli;
pub mod data;
pub mod model;
pub mod train;
