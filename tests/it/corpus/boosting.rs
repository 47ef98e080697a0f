//! Gradient boosting and forests.

use std::num::NonZeroU16;

use docktuna::Tunable;
use serde::{Deserialize, Serialize};

super::corpus! {
    trees_with_linear_boosters Booster,
    histograms Histograms,
    a_forest Forest,
    categorical_features Categories,
    a_stack Stack,
}

#[derive(Tunable, Serialize, Deserialize)]
#[serde(tag = "booster", rename_all = "lowercase")]
#[tune(rename_all = "lowercase", rename = "booster")]
enum Booster {
    GbTree(TreeParams),
    Dart {
        #[serde(flatten)]
        #[tune(shared)]
        tree: TreeParams,
        #[tune(range = 0.0..=1.0)]
        rate_drop: f64,
        #[tune(range = 0.0..=1.0)]
        skip_drop: f64,
        sample_type: SampleType,
    },
    GbLinear {
        #[tune(range = 1e-8..=10.0, log)]
        alpha: f64,
    },
}

#[derive(Tunable, Serialize, Deserialize, Clone)]
struct TreeParams {
    #[tune(range = 0.01..=0.3, log)]
    eta: f64,
    #[tune(range = 2..=12)]
    max_depth: u32,
    #[tune(range = 0.5..=1.0)]
    subsample: f64,
    #[tune(range = 1e-8..=10.0, log)]
    lambda: f64,
    #[tune(range = 0.0..=5.0)]
    gamma: f64,
    #[tune(choices = [-1, 0, 1])]
    monotone: i8,
}

#[derive(Tunable, Serialize, Deserialize)]
enum SampleType {
    Uniform,
    Weighted,
}

#[derive(Tunable)]
struct Histograms {
    #[tune(range = 15..=255)]
    max_bin: u8,
    #[tune(range = 7..=4095, log)]
    num_leaves: NonZeroU16,
    #[tune(range = 1..=100)]
    min_data_in_leaf: usize,
    #[tune(range = 0.0..=1.0)]
    feature_fraction: Fraction,
    #[tune(range = 0.0..=1.0)]
    bagging: (Fraction, f64),
    objective: Objective,
}

#[derive(Tunable)]
struct Fraction(f64);

#[derive(Tunable)]
#[tune(rename_all = "snake_case", rename_all_fields = "snake_case")]
enum Objective {
    Binary,
    Huber(#[tune(range = 0.1..=10.0, log)] f64),
    Quantile {
        #[tune(range = 0.05..=0.95)]
        alpha: f64,
    },
}

#[derive(Tunable)]
struct Forest {
    #[tune(range = 10..=1000, log)]
    n_trees: u16,
    max_features: MaxFeatures,
    #[tune(range = 2..=32)]
    max_depth: Option<u16>,
    bootstrap: bool,
    #[tune(skip)]
    seed: u64,
}

#[derive(Tunable)]
enum MaxFeatures {
    Sqrt,
    Log2,
    All,
    Fraction(#[tune(range = 0.1..=1.0)] f64),
    Count(#[tune(range = 1..=64)] usize),
}

#[derive(Tunable)]
struct Categories {
    #[tune(choices = ["target", "one-hot", "ordinal"])]
    encoding: String,
    #[tune(range = 1..=255)]
    one_hot_max_size: std::num::Saturating<u8>,
    #[tune(range = 0.0..=10.0)]
    prior: [f64; 3],
    #[tune(range = 0.0..=1.0, len = 0..=3)]
    borders: Vec<f32>,
}

#[derive(Tunable)]
struct Stack {
    base: (Forest, Histograms),
    meta: Option<Box<Forest>>,
    #[tune(range = 2..=10)]
    folds: usize,
}
