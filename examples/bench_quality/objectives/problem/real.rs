//! Models of real data: how many errors they make, and how large they are.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use docktuna::Tunable;
use docktuna_examples::digits::{self, Image};
use docktuna_examples::network::{Network, Settings};
use smartcore::ensemble::random_forest_classifier::{
    RandomForestClassifier, RandomForestClassifierParameters,
};
use smartcore::error::Failed;
use smartcore::linalg::basic::arrays::Array2;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::metrics::accuracy;
use smartcore::neighbors::knn_classifier::{KNNClassifier, KNNClassifierParameters};
use smartcore::tree::decision_tree_classifier::{
    DecisionTreeClassifier, DecisionTreeClassifierParameters,
};

use super::Objectives;

type Matrix = DenseMatrix<f64>;

/// Handwritten digits, the first to learn from and the others to be judged by.
static IMAGES: LazyLock<(Vec<Image>, Vec<Image>)> = LazyLock::new(|| {
    let mut images = digits::Digits::load().train;
    let rest = images.split_off(300);
    (images, rest.into_iter().take(200).collect())
});

/// A network of one hidden layer after four epochs: its loss on unseen digits, and the logarithm of its
/// size.
#[derive(Tunable)]
pub(in super::super) struct Digits {
    network: Settings,
}

impl Objectives for Digits {
    const IDEAL: &'static [f64] = &[0.0, 2.0];
    const REFERENCE: &'static [f64] = &[2.5, 5.0];

    fn losses(&self) -> Vec<f64> {
        let (train, unseen) = &*IMAGES;
        let mut network = Network::new(self.network.clone(), train[0].pixels.len(), 0);
        (0..4).for_each(|_| network.epoch(train));
        let (loss, _) = network.judge(unseen);
        // A rate that is far too large leaves no number.
        let loss = if loss.is_nan() { f64::INFINITY } else { loss };
        vec![loss, (self.network.hidden as f64).log2()]
    }
}

/// A family of models for the same task: the share of wrong answers, and the logarithm of how many
/// numbers it stores.
#[derive(Tunable, Debug)]
#[tune(rename_all = "snake_case")]
pub(in super::super) enum Classifier {
    Neighbors {
        #[tune(range = 1..=30, log)]
        k: usize,
        #[tune(range = 10..=300, log)]
        kept: usize,
        #[tune(range = 4..=64)]
        points: usize,
    },
    Tree {
        #[tune(range = 1..=12)]
        depth: u16,
        #[tune(range = 1..=30, log)]
        leaf: usize,
    },
    Forest {
        #[tune(range = 2..=24, log)]
        trees: u16,
        #[tune(range = 1..=10)]
        depth: u16,
        #[tune(range = 2..=32, log)]
        features: usize,
    },
}

/// The same digits as matrices.
struct Tables {
    x: Matrix,
    y: Vec<u32>,
    unseen: Matrix,
    answers: Vec<u32>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let (train, unseen) = &*IMAGES;
    let matrix = |images: &[Image]| {
        let pixels = images
            .iter()
            .flat_map(|image| &image.pixels)
            .copied()
            .map(f64::from);
        Matrix::from_iterator(pixels, images.len(), images[0].pixels.len(), 0)
    };
    let labels = |images: &[Image]| {
        let labels = images
            .iter()
            .map(|image| u32::try_from(image.digit).unwrap_or(0));
        labels.collect::<Vec<u32>>()
    };
    Tables {
        x: matrix(train),
        y: labels(train),
        unseen: matrix(unseen),
        answers: labels(unseen),
    }
});

impl Classifier {
    fn answers(&self) -> Result<(Vec<u32>, f64), Failed> {
        let Tables { x, y, unseen, .. } = &*TABLES;
        // A tree has at most as many nodes as there are samples, twice.
        let nodes = |depth: u16, leaf: usize| {
            let leaves = (600.0 / (leaf as f64 + 1.0)).min(2.0_f64.powi(i32::from(depth)));
            2.0 * leaves
        };
        Ok(match self {
            Self::Neighbors { k, kept, points } => {
                // Pixels of the middle rows tell digits apart best.
                let mut columns: Vec<usize> = (0..64).collect();
                columns.sort_by_key(|at| (at / 8).abs_diff(4) + (at % 8).abs_diff(4));
                columns.truncate(*points);
                let rows: Vec<usize> = (0..*kept).collect();
                let (few, y) = (x.take(&columns, 1).take(&rows, 0), y[..*kept].to_vec());
                let parameters = KNNClassifierParameters::default().with_k((*k).min(*kept));
                let model = KNNClassifier::fit(&few, &y, parameters)?;
                (
                    model.predict(&unseen.take(&columns, 1))?,
                    (*points * *kept) as f64,
                )
            }
            Self::Tree { depth, leaf } => {
                let parameters = DecisionTreeClassifierParameters {
                    max_depth: Some(*depth),
                    min_samples_leaf: *leaf,
                    seed: Some(0),
                    ..DecisionTreeClassifierParameters::default()
                };
                let model = DecisionTreeClassifier::fit(x, y, parameters)?;
                (model.predict(unseen)?, nodes(*depth, *leaf))
            }
            Self::Forest {
                trees,
                depth,
                features,
            } => {
                let parameters = RandomForestClassifierParameters {
                    max_depth: Some(*depth),
                    n_trees: *trees,
                    m: Some(*features),
                    ..RandomForestClassifierParameters::default()
                };
                let model = RandomForestClassifier::fit(x, y, parameters)?;
                (model.predict(unseen)?, f64::from(*trees) * nodes(*depth, 1))
            }
        })
    }
}

impl Objectives for Classifier {
    const IDEAL: &'static [f64] = &[0.0, 0.0];
    const REFERENCE: &'static [f64] = &[0.9, 5.0];

    fn losses(&self) -> Vec<f64> {
        static KNOWN: LazyLock<Mutex<HashMap<String, Vec<f64>>>> = LazyLock::new(Mutex::default);
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let key = format!("{self:?}");
        if let Some(losses) = known().get(&key) {
            return losses.clone();
        }
        let (answers, size) = self
            .answers()
            .expect("the space holds only what can be trained");
        let losses = vec![1.0 - accuracy(&TABLES.answers, &answers), size.log10()];
        known().insert(key, losses.clone());
        losses
    }
}
