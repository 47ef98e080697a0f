//! The classifier: one type is the search space, the configuration of a trial and what inference
//! loads.

use docktuna::Tunable;

/// A classifier with its preprocessing.
#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(study = "breast-cancer", maximize = "accuracy")]
pub struct Model {
    /// What happens to the measurements first.
    pub preprocessing: Preprocessing,
    /// What is trained on them.
    pub family: Family,
}

/// What happens to the measurements before training.
#[derive(Tunable, Debug, Clone, PartialEq)]
pub struct Preprocessing {
    /// The share of the features that is kept, by how well each one alone tells the classes apart.
    #[tune(range = 0.2..=1.0, step = 0.1, default = 1.0)]
    pub keep: f64,
    /// How features are brought to a common scale.
    pub scaling: Scaling,
    /// How many principal components replace the features. No more than the smallest `keep` leaves.
    #[tune(range = 2..=6, default = None)]
    pub components: Option<usize>,
}

/// How features are brought to a common scale.
#[derive(Tunable, Debug, Clone, Copy, PartialEq, Eq)]
#[tune(rename_all = "snake_case")]
pub enum Scaling {
    /// They stay as measured.
    #[tune(default)]
    None,
    /// Mean 0 and standard deviation 1.
    Standard,
    /// From 0 to 1.
    MinMax,
}

/// A family of classifiers, each with settings of its own.
#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(rename_all = "snake_case")]
pub enum Family {
    /// A random forest.
    #[tune(default)]
    Forest {
        /// How many trees vote.
        #[tune(range = 10..=200, log, default = 50)]
        trees: u16,
        /// How deep a tree may grow.
        #[tune(range = 2..=12, default = None)]
        max_depth: Option<u16>,
        /// The fewest samples in a leaf.
        #[tune(range = 1..=9, step = 2, default = 1)]
        min_leaf: usize,
        /// What a good split is.
        criterion: Criterion,
    },
    /// Logistic regression.
    Logistic {
        /// The weight of the squared coefficients.
        #[tune(range = 1e-3..=1e2, log, default = 1.0)]
        alpha: f64,
    },
    /// A support vector machine.
    Svm {
        /// The price of a sample on the wrong side.
        #[tune(range = 1e-2..=1e3, log, default = 1.0)]
        c: f64,
        /// How alike two samples are.
        kernel: Kernel,
    },
    /// The nearest neighbors.
    Neighbors {
        /// How many neighbors vote.
        #[tune(choices = [1, 3, 5, 7, 9, 15, 25], default = 5)]
        k: usize,
        /// Whether near neighbors count more.
        #[tune(default = false)]
        weighted: bool,
        /// How far two samples are apart.
        #[tune(choices = ["euclidean", "manhattan"], default = "euclidean")]
        distance: String,
    },
}

/// What a good split of a decision tree is.
#[derive(Tunable, Debug, Clone, Copy, PartialEq, Eq)]
#[tune(rename_all = "snake_case")]
pub enum Criterion {
    /// Little impurity on both sides.
    #[tune(default)]
    Gini,
    /// Much information about the class.
    Entropy,
}

/// How alike two samples are for a support vector machine.
#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(rename_all = "snake_case")]
pub enum Kernel {
    /// Their dot product.
    Linear,
    /// A bell curve of their distance.
    #[tune(default)]
    Rbf {
        /// How narrow the bell is.
        #[tune(range = 1e-4..=1e1, log, default = 0.03)]
        gamma: f64,
    },
}
