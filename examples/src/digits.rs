//! Handwritten digits: 1797 images of 8 by 8 pixels.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use smartcore::dataset::digits;

/// One seed for every split, so that scores of different runs are comparable.
const SEED: u64 = 20_240_229;

/// How many classes there are.
pub const CLASSES: usize = 10;

/// An image with its digit.
#[derive(Debug, Clone)]
pub struct Image {
    /// From 0, white, to 1.
    pub pixels: Vec<f32>,
    /// Which digit it shows.
    pub digit: usize,
}

/// The images in three parts.
#[derive(Debug, Clone)]
pub struct Digits {
    /// What a network learns from: three fifths.
    pub train: Vec<Image>,
    /// What judges it while it learns, and chooses among networks.
    pub valid: Vec<Image>,
    /// What judges the chosen one.
    pub held_out: Vec<Image>,
}

impl Digits {
    /// Reads the data that comes with smartcore.
    #[must_use]
    pub fn load() -> Self {
        let set = digits::load_dataset();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the labels are the digits, as floats"
        )]
        let mut images: Vec<Image> = set
            .data
            .chunks(set.num_features)
            .zip(&set.target)
            .map(|(pixels, digit)| Image {
                pixels: pixels.iter().map(|pixel| pixel / 16.0).collect(),
                digit: *digit as usize,
            })
            .collect();
        images.shuffle(&mut StdRng::seed_from_u64(SEED));
        let fifth = images.len() / 5;
        let held_out = images.split_off(images.len() - fifth);
        let valid = images.split_off(images.len() - fifth);
        Self {
            train: images,
            valid,
            held_out,
        }
    }
}
