//! The Wisconsin breast cancer data: 569 samples of 30 measurements, each benign or malignant.

use smartcore::dataset::breast_cancer;
use smartcore::linalg::basic::arrays::{Array, Array1, Array2};
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::model_selection::{BaseKFold, KFold, train_test_split};

/// One seed for every split: scores of different trials, days and hosts are comparable, and what is
/// held out stays held out.
const SEED: u64 = 20_240_229;
const HELD_OUT: f32 = 0.25;
const FOLDS: usize = 5;

/// Samples with their classes.
#[derive(Debug, Clone)]
pub struct Samples {
    /// A row for each sample.
    pub x: DenseMatrix<f64>,
    /// The class of each sample.
    pub y: Vec<u32>,
}

/// The data in its two parts.
#[derive(Debug, Clone)]
pub struct Data {
    /// What tuning and training may see.
    pub train: Samples,
    /// What judges the result, once.
    pub held_out: Samples,
}

impl Data {
    /// Reads the data that comes with smartcore.
    #[must_use]
    pub fn load() -> Self {
        let set = breast_cancer::load_dataset();
        let values = set.data.into_iter().map(f64::from);
        let x = DenseMatrix::from_iterator(values, set.num_samples, set.num_features, 0);
        let (x, held_out_x, y, held_out_y) =
            train_test_split(&x, &set.target, HELD_OUT, true, Some(SEED));
        Self {
            train: Samples { x, y },
            held_out: Samples {
                x: held_out_x,
                y: held_out_y,
            },
        }
    }
}

impl Samples {
    /// The rows with these indices.
    fn take(&self, rows: &[usize]) -> Self {
        Self {
            x: self.x.take(rows, 0),
            y: Array1::take(&self.y, rows),
        }
    }

    /// The samples in equal parts, each once the one to be judged and otherwise among those to be
    /// trained on, which come first.
    pub fn folds(&self) -> impl Iterator<Item = (Self, Self)> {
        let folds = KFold::default()
            .with_n_splits(FOLDS)
            .with_shuffle(true)
            .with_seed(Some(SEED));
        folds
            .split(&self.x)
            .map(|(train, test)| (self.take(&train), self.take(&test)))
    }

    /// How many measurements a sample has.
    #[must_use]
    pub fn features(&self) -> usize {
        self.x.shape().1
    }
}
