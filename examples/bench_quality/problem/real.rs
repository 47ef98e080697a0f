//! Models of smartcore on data sets that come with it, cross-validated.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{LazyLock, Mutex, PoisonError};

use docktuna::Tunable;
use docktuna_examples::data::Samples;
use smartcore::dataset::{Dataset, diabetes, digits};
use smartcore::decomposition::pca::{PCA, PCAParameters};
use smartcore::ensemble::random_forest_classifier::{
    RandomForestClassifier, RandomForestClassifierParameters,
};
use smartcore::ensemble::random_forest_regressor::{
    RandomForestRegressor, RandomForestRegressorParameters,
};
use smartcore::error::Failed;
use smartcore::linalg::basic::arrays::Array2;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::elastic_net::{ElasticNet, ElasticNetParameters};
use smartcore::linear::ridge_regression::{RidgeRegression, RidgeRegressionParameters};
use smartcore::metrics::distance::minkowski::Minkowski;
use smartcore::metrics::{accuracy, mean_squared_error};
use smartcore::neighbors::KNNWeightFunction;
use smartcore::neighbors::knn_classifier::{KNNClassifier, KNNClassifierParameters};
use smartcore::neighbors::knn_regressor::{KNNRegressor, KNNRegressorParameters};
use smartcore::tree::decision_tree_classifier::{
    DecisionTreeClassifier, DecisionTreeClassifierParameters, SplitCriterion,
};
use smartcore::tree::decision_tree_regressor::{
    DecisionTreeRegressor, DecisionTreeRegressorParameters,
};
use smartcore::xgboost::{XGRegressor, XGRegressorParameters};

use super::Objective;

type Matrix = DenseMatrix<f64>;

/// The samples to train on and those to judge by.
struct Fold<Y> {
    x: Matrix,
    y: Vec<Y>,
    unseen: Matrix,
    answers: Vec<Y>,
}

/// The disease progression of the first 250 patients by 10 measurements, in units of its standard
/// deviation.
static DIABETES: LazyLock<Vec<Fold<f64>>> = LazyLock::new(|| {
    let set = diabetes::load_dataset();
    let labels = set.target.clone();
    let mean = f64::from(labels.iter().sum::<u32>()) / f64::from(count(labels.len()));
    let squares = labels.iter().map(|y| (f64::from(*y) - mean).powi(2));
    let spread = (squares.sum::<f64>() / f64::from(count(labels.len()))).sqrt();
    folds(set, labels, 250, |y| (f64::from(y) - mean) / spread)
});

/// The first handwritten digits of the set, 8 by 8 points each.
static DIGITS: LazyLock<Vec<Fold<u32>>> = LazyLock::new(|| {
    let set = digits::load_dataset();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the targets are the digits 0 to 9"
    )]
    let labels = set.target.iter().map(|y| *y as u32).collect();
    folds(set, labels, 300, |y| y)
});

fn count(rows: usize) -> u32 {
    u32::try_from(rows).expect("a data set has fewer than 2^32 rows")
}

fn folds<T: smartcore::numbers::basenum::Number, Y>(
    set: Dataset<f32, T>,
    labels: Vec<u32>,
    rows: usize,
    scaled: impl Fn(u32) -> Y,
) -> Vec<Fold<Y>> {
    let width = set.num_features;
    let values = set.data.into_iter().take(rows * width).map(f64::from);
    let samples = Samples {
        x: Matrix::from_iterator(values, rows, width, 0),
        y: labels.into_iter().take(rows).collect(),
    };
    let scaled = |labels: Vec<u32>| labels.into_iter().map(&scaled).collect();
    samples
        .folds()
        .map(|(train, test)| Fold {
            x: train.x,
            y: scaled(train.y),
            unseen: test.x,
            answers: scaled(test.y),
        })
        .collect()
}

/// What is known of the values of one type; training twice gives nothing new.
#[derive(Default)]
struct Known(Mutex<HashMap<String, f64>>);

impl Known {
    /// The mean over the folds of what `loss` says for each.
    fn or<Y>(
        &self,
        value: &impl Debug,
        folds: &[Fold<Y>],
        loss: impl Fn(usize, &Fold<Y>) -> Result<f64, Failed>,
    ) -> f64 {
        let key = format!("{value:?}");
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(&key) {
            return *known;
        }
        let losses = folds.iter().enumerate().map(|(number, fold)| {
            loss(number, fold).expect("the spaces hold only what smartcore can train")
        });
        let loss = losses.sum::<f64>() / f64::from(count(folds.len()));
        known().insert(key, loss);
        loss
    }
}

/// Which family of models predicts the progression of diabetes best, and how it is set.
#[derive(Tunable, Debug)]
#[tune(rename_all = "snake_case")]
pub(super) enum Regressor {
    Ridge {
        #[tune(range = 1e-4..=1e4, log)]
        alpha: f64,
    },
    ElasticNet {
        #[tune(range = 1e-4..=1e1, log)]
        alpha: f64,
        #[tune(range = 0.05..=1.0)]
        l1_share: f64,
    },
    Neighbors {
        #[tune(range = 1..=100, log)]
        k: usize,
        weighted: bool,
        #[tune(range = 1..=4)]
        power: u16,
    },
    Tree {
        #[tune(range = 1..=15)]
        depth: u16,
        #[tune(range = 1..=60, log)]
        leaf: usize,
    },
    Forest {
        #[tune(range = 2..=16, log)]
        trees: usize,
        #[tune(range = 1..=12)]
        depth: Option<u16>,
        #[tune(range = 1..=40, log)]
        leaf: usize,
        #[tune(range = 1..=10)]
        features: usize,
    },
}

impl Regressor {
    fn predictions(&self, fold: &Fold<f64>) -> Result<Vec<f64>, Failed> {
        let (x, y, unseen) = (&fold.x, &fold.y, &fold.unseen);
        match self {
            Self::Ridge { alpha } => {
                let parameters = RidgeRegressionParameters::default().with_alpha(*alpha);
                RidgeRegression::fit(x, y, parameters)?.predict(unseen)
            }
            Self::ElasticNet { alpha, l1_share } => {
                let parameters = ElasticNetParameters::default()
                    .with_alpha(*alpha)
                    .with_l1_ratio(*l1_share);
                ElasticNet::fit(x, y, parameters)?.predict(unseen)
            }
            Self::Neighbors { k, weighted, power } => {
                let parameters = KNNRegressorParameters::default()
                    .with_k(*k)
                    .with_weight(weight(*weighted))
                    .with_distance(Minkowski::new(*power));
                KNNRegressor::fit(x, y, parameters)?.predict(unseen)
            }
            Self::Tree { depth, leaf } => {
                let parameters = DecisionTreeRegressorParameters {
                    max_depth: Some(*depth),
                    min_samples_leaf: *leaf,
                    seed: Some(0),
                    ..DecisionTreeRegressorParameters::default()
                };
                DecisionTreeRegressor::fit(x, y, parameters)?.predict(unseen)
            }
            Self::Forest {
                trees,
                depth,
                leaf,
                features,
            } => {
                let parameters = RandomForestRegressorParameters {
                    max_depth: *depth,
                    min_samples_leaf: *leaf,
                    n_trees: *trees,
                    m: Some(*features),
                    ..RandomForestRegressorParameters::default()
                };
                RandomForestRegressor::fit(x, y, parameters)?.predict(unseen)
            }
        }
    }
}

impl Objective for Regressor {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::default);
        KNOWN.or(self, &DIABETES, |_, fold| {
            Ok(mean_squared_error(&fold.answers, &self.predictions(fold)?))
        })
    }
}

/// Boosted trees for the same task.
#[derive(Tunable, Debug)]
pub(super) struct Boosting {
    #[tune(range = 2..=20)]
    rounds: usize,
    #[tune(range = 1..=6)]
    depth: u16,
    #[tune(range = 1e-2..=1.0, log)]
    rate: f64,
    #[tune(range = 1..=40, log)]
    child_weight: usize,
    #[tune(range = 1e-3..=1e3, log)]
    lambda: f64,
    #[tune(range = 0.0..=5.0)]
    gamma: f64,
    #[tune(range = 0.3..=1.0, step = 0.1)]
    subsample: f64,
}

impl Objective for Boosting {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::default);
        KNOWN.or(self, &DIABETES, |_, fold| {
            let parameters = XGRegressorParameters::default()
                .with_n_estimators(self.rounds)
                .with_max_depth(self.depth)
                .with_learning_rate(self.rate)
                .with_min_child_weight(self.child_weight)
                .with_lambda(self.lambda)
                .with_gamma(self.gamma)
                .with_subsample(self.subsample);
            let model = XGRegressor::fit(&fold.x, &fold.y, parameters)?;
            Ok(mean_squared_error(
                &fold.answers,
                &model.predict(&fold.unseen)?,
            ))
        })
    }
}

/// How handwritten digits are read best: on how many principal components, by which family of
/// models, and how it is set.
#[derive(Tunable, Debug)]
pub(super) struct Classifier {
    #[tune(range = 2..=40)]
    components: Option<usize>,
    family: Family,
}

#[derive(Tunable, Debug)]
#[tune(rename_all = "snake_case")]
enum Family {
    Neighbors {
        #[tune(range = 1..=60, log)]
        k: usize,
        weighted: bool,
        #[tune(range = 1..=6)]
        power: u16,
    },
    Tree {
        #[tune(range = 1..=15)]
        depth: u16,
        #[tune(range = 1..=30, log)]
        leaf: usize,
        criterion: Criterion,
    },
    Forest {
        #[tune(range = 2..=16, log)]
        trees: u16,
        #[tune(range = 1..=12)]
        depth: u16,
        #[tune(range = 1..=15, log)]
        leaf: usize,
        criterion: Criterion,
    },
}

/// What a good split of a tree is.
#[derive(Tunable, Debug, Clone, Copy)]
#[tune(rename_all = "snake_case")]
pub(super) enum Criterion {
    Gini,
    Entropy,
    Error,
}

impl From<Criterion> for SplitCriterion {
    fn from(criterion: Criterion) -> Self {
        match criterion {
            Criterion::Gini => Self::Gini,
            Criterion::Entropy => Self::Entropy,
            Criterion::Error => Self::ClassificationError,
        }
    }
}

impl Family {
    fn predictions(&self, x: &Matrix, y: &Vec<u32>, unseen: &Matrix) -> Result<Vec<u32>, Failed> {
        match self {
            Self::Neighbors { k, weighted, power } => {
                let parameters = KNNClassifierParameters::default()
                    .with_k(*k)
                    .with_weight(weight(*weighted))
                    .with_distance(Minkowski::new(*power));
                KNNClassifier::fit(x, y, parameters)?.predict(unseen)
            }
            Self::Tree {
                depth,
                leaf,
                criterion,
            } => {
                let parameters = DecisionTreeClassifierParameters {
                    criterion: (*criterion).into(),
                    max_depth: Some(*depth),
                    min_samples_leaf: *leaf,
                    seed: Some(0),
                    ..DecisionTreeClassifierParameters::default()
                };
                DecisionTreeClassifier::fit(x, y, parameters)?.predict(unseen)
            }
            Self::Forest {
                trees,
                depth,
                leaf,
                criterion,
            } => {
                let parameters = RandomForestClassifierParameters {
                    criterion: (*criterion).into(),
                    max_depth: Some(*depth),
                    min_samples_leaf: *leaf,
                    n_trees: *trees,
                    ..RandomForestClassifierParameters::default()
                };
                RandomForestClassifier::fit(x, y, parameters)?.predict(unseen)
            }
        }
    }
}

/// The most principal components that are kept of a digit's 64 points.
const COMPONENTS: usize = 40;

/// The digits by their principal components, the first of which hold the most.
static COMPONENTS_OF_DIGITS: LazyLock<Vec<(Matrix, Matrix)>> = LazyLock::new(|| {
    let parameters = PCAParameters::default().with_n_components(COMPONENTS);
    let reduced = |fold: &Fold<u32>| {
        let components = PCA::fit(&fold.x, parameters.clone())?;
        Ok::<_, Failed>((
            components.transform(&fold.x)?,
            components.transform(&fold.unseen)?,
        ))
    };
    let all: Result<_, _> = DIGITS.iter().map(reduced).collect();
    all.expect("there are more points than components")
});

impl Objective for Classifier {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::default);
        KNOWN.or(self, &DIGITS, |number, fold| {
            let answers = match self.components {
                None => self.family.predictions(&fold.x, &fold.y, &fold.unseen),
                Some(components) => {
                    let (x, unseen) = &COMPONENTS_OF_DIGITS[number];
                    let first = |matrix: &Matrix| {
                        let columns: Vec<usize> = (0..components).collect();
                        matrix.take(&columns, 1)
                    };
                    self.family.predictions(&first(x), &fold.y, &first(unseen))
                }
            };
            Ok(1.0 - accuracy(&fold.answers, &answers?))
        })
    }
}

fn weight(weighted: bool) -> KNNWeightFunction {
    if weighted {
        KNNWeightFunction::Distance
    } else {
        KNNWeightFunction::Uniform
    }
}
