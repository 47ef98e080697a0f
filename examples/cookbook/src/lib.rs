//! What the programs of the cookbook share: a random forest, its search space and its data.

pub mod forest;
