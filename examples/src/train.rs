//! Training a [`Model`] and judging it.

use smartcore::decomposition::pca::{PCA, PCAParameters};
use smartcore::ensemble::random_forest_classifier::{
    RandomForestClassifier, RandomForestClassifierParameters,
};
use smartcore::error::Failed;
use smartcore::linalg::basic::arrays::{Array, Array2};
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};
use smartcore::metrics::accuracy;
use smartcore::metrics::distance::{Distance, euclidian::Euclidian, manhattan::Manhattan};
use smartcore::neighbors::KNNWeightFunction;
use smartcore::neighbors::knn_classifier::{KNNClassifier, KNNClassifierParameters};
use smartcore::svm::Kernels;
use smartcore::svm::svc::{MultiClassSVC, SVCParameters};
use smartcore::tree::decision_tree_classifier::SplitCriterion;

use crate::data::Samples;
use crate::model::{Criterion, Family, Kernel, Model, Preprocessing, Scaling};

type Matrix = DenseMatrix<f64>;
type Labels = Vec<u32>;

/// The share of right answers on samples that training does not see, over the folds of `samples`.
///
/// # Errors
///
/// If the model cannot be trained with these settings.
pub fn cross_validated(model: &Model, samples: &Samples) -> Result<f64, Failed> {
    let scores: Vec<f64> = samples
        .folds()
        .map(|(train, test)| score(model, &train, &test))
        .collect::<Result<_, _>>()?;
    Ok(mean(&scores))
}

/// The share of right answers on `test` after training on `train`, the preprocessing included.
///
/// # Errors
///
/// If the model cannot be trained with these settings.
pub fn score(model: &Model, train: &Samples, test: &Samples) -> Result<f64, Failed> {
    let prepared = Prepared::fit(&model.preprocessing, train)?;
    let (x, unseen) = (prepared.apply(&train.x)?, prepared.apply(&test.x)?);
    let answers = answers(&model.family, &x, &train.y, &unseen)?;
    Ok(accuracy(&test.y, &answers))
}

/// Trains on `x` and `y` and answers for `unseen`.
fn answers(family: &Family, x: &Matrix, y: &Labels, unseen: &Matrix) -> Result<Labels, Failed> {
    match family {
        Family::Forest {
            trees,
            max_depth,
            min_leaf,
            criterion,
        } => {
            let parameters = RandomForestClassifierParameters {
                criterion: match criterion {
                    Criterion::Gini => SplitCriterion::Gini,
                    Criterion::Entropy => SplitCriterion::Entropy,
                },
                max_depth: *max_depth,
                min_samples_leaf: *min_leaf,
                n_trees: *trees,
                ..RandomForestClassifierParameters::default()
            };
            RandomForestClassifier::fit(x, y, parameters)?.predict(unseen)
        }
        Family::Logistic { alpha } => {
            let parameters = LogisticRegressionParameters::default().with_alpha(*alpha);
            LogisticRegression::fit(x, y, parameters)?.predict(unseen)
        }
        Family::Svm { c, kernel } => {
            let parameters = SVCParameters::default().with_c(*c).with_seed(Some(0));
            let parameters = parameters.with_kernel(match kernel {
                Kernel::Linear => Kernels::linear(),
                Kernel::Rbf { gamma } => Kernels::rbf().with_gamma(*gamma),
            });
            let machine = MultiClassSVC::fit(x, y, &parameters)?;
            Ok(labels(&machine.predict(unseen)?))
        }
        Family::Neighbors {
            k,
            weighted,
            distance,
        } => {
            let weight = if *weighted {
                KNNWeightFunction::Distance
            } else {
                KNNWeightFunction::Uniform
            };
            let parameters = KNNClassifierParameters::default()
                .with_k(*k)
                .with_weight(weight);
            match distance.as_str() {
                "manhattan" => neighbors(x, y, unseen, parameters.with_distance(Manhattan::new())),
                _ => neighbors(x, y, unseen, parameters.with_distance(Euclidian::new())),
            }
        }
    }
}

fn neighbors<D: Distance<Vec<f64>>>(
    x: &Matrix,
    y: &Labels,
    unseen: &Matrix,
    parameters: KNNClassifierParameters<f64, D>,
) -> Result<Labels, Failed> {
    KNNClassifier::fit(x, y, parameters)?.predict(unseen)
}

/// Smartcore's support vector machine answers in floats.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "they are the small labels it was trained on"
)]
fn labels(answers: &[f64]) -> Labels {
    answers.iter().map(|answer| answer.round() as u32).collect()
}

/// Preprocessing that has seen its training samples, and nothing else.
struct Prepared {
    kept: Vec<usize>,
    /// What is taken from each kept feature, and what it is divided by then.
    scales: Vec<(f64, f64)>,
    components: Option<PCA<f64, Matrix>>,
}

impl Prepared {
    fn fit(settings: &Preprocessing, train: &Samples) -> Result<Self, Failed> {
        let kept = telling(train, settings.keep);
        let columns = columns(&train.x.take(&kept, 1));
        let scales = columns
            .iter()
            .map(|column| match settings.scaling {
                Scaling::None => (0.0, 1.0),
                Scaling::Standard => (mean(column), or_one(spread(column))),
                Scaling::MinMax => {
                    let low = column.iter().copied().fold(f64::INFINITY, f64::min);
                    let high = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    (low, or_one(high - low))
                }
            })
            .collect();
        let mut prepared = Self {
            kept,
            scales,
            components: None,
        };
        if let Some(components) = settings.components {
            let parameters = PCAParameters::default().with_n_components(components);
            let fitted = PCA::fit(&prepared.apply(&train.x)?, parameters)?;
            prepared.components = Some(fitted);
        }
        Ok(prepared)
    }

    fn apply(&self, x: &Matrix) -> Result<Matrix, Failed> {
        let mut columns = columns(&x.take(&self.kept, 1));
        for (column, (shift, scale)) in columns.iter_mut().zip(&self.scales) {
            column
                .iter_mut()
                .for_each(|value| *value = (*value - shift) / scale);
        }
        let (rows, width) = (x.shape().0, columns.len());
        let scaled = Matrix::from_iterator(columns.into_iter().flatten(), rows, width, 1);
        match &self.components {
            Some(components) => components.transform(&scaled),
            None => Ok(scaled),
        }
    }
}

/// The features that tell the classes apart best, a `share` of all: by the variance between the
/// classes in that within them.
fn telling(train: &Samples, share: f64) -> Vec<usize> {
    let mut ranked: Vec<(f64, usize)> = columns(&train.x)
        .iter()
        .enumerate()
        .map(|(feature, column)| (separation(column, &train.y), feature))
        .collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a small count"
    )]
    let count = (train.features() as f64 * share).round() as usize;
    let mut kept: Vec<usize> = ranked
        .into_iter()
        .map(|(_, feature)| feature)
        .take(count.max(1))
        .collect();
    kept.sort_unstable();
    kept
}

#[allow(clippy::cast_precision_loss, reason = "counts of samples are small")]
fn separation(column: &[f64], y: &Labels) -> f64 {
    let all = mean(column);
    let (mut between, mut within) = (0.0, 0.0);
    let classes: std::collections::BTreeSet<u32> = y.iter().copied().collect();
    for class in classes {
        let labelled = column.iter().zip(y);
        let members: Vec<f64> = labelled
            .filter_map(|(value, label)| (*label == class).then_some(*value))
            .collect();
        between += members.len() as f64 * (mean(&members) - all).powi(2);
        within += members.len() as f64 * spread(&members).powi(2);
    }
    between / within.max(f64::MIN_POSITIVE)
}

fn columns(x: &Matrix) -> Vec<Vec<f64>> {
    x.col_iter()
        .map(|column| column.iterator(0).copied().collect())
        .collect()
}

#[allow(clippy::cast_precision_loss, reason = "counts of samples are small")]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation.
fn spread(values: &[f64]) -> f64 {
    let center = mean(values);
    let squares: Vec<f64> = values
        .iter()
        .map(|value| (value - center).powi(2))
        .collect();
    mean(&squares).sqrt()
}

/// A feature that does not vary is not divided by zero.
fn or_one(scale: f64) -> f64 {
    if scale > 0.0 { scale } else { 1.0 }
}
