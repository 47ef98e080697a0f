//! A random forest of smartcore, trained on the breast cancer data: the program `forest` tunes it, and the
//! program `serve` serves it.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use docktuna::{Best, OptunaDatabase, Tunable};
use smartcore::api::SupervisedEstimator;
use smartcore::dataset::breast_cancer;
use smartcore::ensemble::random_forest_classifier::{
    RandomForestClassifier, RandomForestClassifierParameters,
};
use smartcore::error::Failed;
use smartcore::linalg::basic::arrays::Array2;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::metrics::accuracy;
use smartcore::model_selection::{KFold, cross_validate};
use smartcore::tree::decision_tree_classifier::SplitCriterion;

/// A matrix with one row for each sample.
pub type Matrix = DenseMatrix<f64>;

/// A forest that was trained.
pub type Trained = RandomForestClassifier<f64, u32, Matrix, Vec<u32>>;

/// Settings of a random forest.
#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(maximize = "accuracy")]
pub struct Forest {
    /// Number of trees.
    #[tune(range = 5..=100, log, default = 30)]
    pub trees: u16,
    /// Largest depth of a tree.
    #[tune(range = 2..=12, default = None)]
    pub max_depth: Option<u16>,
    /// Smallest number of samples in a leaf.
    #[tune(range = 1..=9, step = 2, default = 1)]
    pub min_leaf: usize,
    /// How the quality of a split is measured.
    pub criterion: Criterion,
}

/// How the quality of a split is measured.
#[derive(Tunable, Debug, Clone, Copy, PartialEq, Eq)]
#[tune(rename_all = "snake_case")]
pub enum Criterion {
    /// By Gini impurity.
    #[tune(default)]
    Gini,
    /// By information gain.
    Entropy,
}

/// The 569 samples of 30 measurements that come with smartcore, and the class of each.
#[must_use]
pub fn data() -> (Matrix, Vec<u32>) {
    let set = breast_cancer::load_dataset();
    let values = set.data.into_iter().map(f64::from);
    let x = Matrix::from_iterator(values, set.num_samples, set.num_features, 0);
    (x, set.target)
}

impl Forest {
    fn parameters(&self) -> RandomForestClassifierParameters {
        RandomForestClassifierParameters {
            criterion: match self.criterion {
                Criterion::Gini => SplitCriterion::Gini,
                Criterion::Entropy => SplitCriterion::Entropy,
            },
            max_depth: self.max_depth,
            min_samples_leaf: self.min_leaf,
            n_trees: self.trees,
            ..RandomForestClassifierParameters::default()
        }
    }

    /// Trains a forest with these settings.
    ///
    /// # Errors
    ///
    /// If smartcore cannot train it.
    pub fn train(&self, x: &Matrix, y: &Vec<u32>) -> Result<Trained, Failed> {
        RandomForestClassifier::fit(x, y, self.parameters())
    }

    /// The mean accuracy of cross-validation with three folds.
    ///
    /// # Errors
    ///
    /// If smartcore cannot train a forest with these settings.
    pub fn score(&self, x: &Matrix, y: &Vec<u32>) -> Result<f64, Failed> {
        let folds = KFold::default().with_n_splits(3).with_seed(Some(7));
        let forest = RandomForestClassifier::new();
        let scores = cross_validate(forest, x, y, self.parameters(), &folds, &accuracy)?;
        Ok(scores.mean_test_score())
    }
}

/// Works on the study until all workers together have made `total` trials, and returns its best one.
///
/// # Errors
///
/// If the database fails, or the study has no complete trial at the end.
pub async fn tune(db: &OptunaDatabase, name: &str, total: usize) -> docktuna::Result<Best<Forest>> {
    let threads = available_parallelism().map_or(1, NonZeroUsize::get);
    let (x, y) = data();
    let study = db.study::<Forest>(name).await?;
    study
        .optimize_blocking(move |forest, _trial| Ok(forest.score(&x, &y)?))
        .concurrency(threads)
        .retry(1)
        .max_total(total)
        .run()
        .await?;
    study.best().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_run_finds_a_forest_that_classifies_well() -> docktuna::Result<()> {
        let db = OptunaDatabase::in_memory();
        let best = tune(&db, "forest", 4).await?;
        assert!(best.value > 0.9, "{best:?}");
        assert_eq!(db.study::<Forest>("forest").await?.trials().await?.len(), 4);
        // A second worker finds the work done.
        let again = tune(&db, "forest", 4).await?;
        assert_eq!((again.number, again.config), (best.number, best.config));
        Ok(())
    }
}
