//! A network of one hidden layer, trained by stochastic gradient descent with momentum.

use docktuna::Tunable;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use crate::digits::{CLASSES, Image};

/// How a network is built and trained.
#[derive(Tunable, Debug, Clone)]
#[tune(minimize = "validation loss")]
pub struct Settings {
    /// Units of the hidden layer.
    #[tune(range = 4..=32, log)]
    pub hidden: usize,
    /// Length of a step.
    #[tune(range = 1e-3..=1.0, log)]
    pub learning_rate: f64,
    /// How much of the last step is repeated.
    #[tune(range = 0.0..=0.95)]
    pub momentum: f64,
    /// How fast weights shrink.
    #[tune(range = 1e-6..=1e-2, log)]
    pub weight_decay: f64,
    /// Images that make a step.
    #[tune(choices = [8, 16, 32, 64])]
    pub batch: usize,
}

/// A layer: for each unit its weights, the bias last, with the gradient and the last step of each.
struct Layer {
    inputs: usize,
    weights: Vec<f32>,
    gradients: Vec<f32>,
    steps: Vec<f32>,
}

impl Layer {
    #[allow(clippy::cast_precision_loss, reason = "layers are small")]
    fn new(inputs: usize, units: usize, rng: &mut StdRng) -> Self {
        let width = (6.0 / (inputs + units) as f32).sqrt();
        let count = (inputs + 1) * units;
        Self {
            inputs,
            weights: (0..count)
                .map(|_| rng.random_range(-width..width))
                .collect(),
            gradients: vec![0.0; count],
            steps: vec![0.0; count],
        }
    }

    fn forward(&self, input: &[f32]) -> Vec<f32> {
        let units = self.weights.chunks_exact(self.inputs + 1);
        units
            .map(|unit| unit[self.inputs] + dot(&unit[..self.inputs], input))
            .collect()
    }

    /// Adds what `error` at the output says of the weights, and returns what it says of the input.
    fn backward(&mut self, input: &[f32], error: &[f32]) -> Vec<f32> {
        let mut before = vec![0.0; self.inputs];
        let width = self.inputs + 1;
        let units = self.weights.chunks_exact(width);
        for ((unit, gradients), error) in
            units.zip(self.gradients.chunks_exact_mut(width)).zip(error)
        {
            gradients[self.inputs] += error;
            for (at, pixel) in input.iter().enumerate() {
                gradients[at] += error * pixel;
                before[at] += error * unit[at];
            }
        }
        before
    }

    fn step(&mut self, rate: f32, momentum: f32, decay: f32) {
        let all = self
            .weights
            .iter_mut()
            .zip(&mut self.gradients)
            .zip(&mut self.steps);
        for ((weight, gradient), step) in all {
            *step = momentum * *step - rate * (*gradient + decay * *weight);
            *weight += *step;
            *gradient = 0.0;
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A network that learns.
pub struct Network {
    settings: Settings,
    hidden: Layer,
    output: Layer,
    rng: StdRng,
}

impl Network {
    /// A network that knows nothing; the seed decides on its weights and the order of images.
    #[must_use]
    pub fn new(settings: Settings, pixels: usize, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        Self {
            hidden: Layer::new(pixels, settings.hidden, &mut rng),
            output: Layer::new(settings.hidden, CLASSES, &mut rng),
            settings,
            rng,
        }
    }

    /// Shows it every image once.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "single precision is enough here"
    )]
    pub fn epoch(&mut self, images: &[Image]) {
        let mut order: Vec<&Image> = images.iter().collect();
        order.shuffle(&mut self.rng);
        for batch in order.chunks(self.settings.batch) {
            for image in batch {
                self.learn(image);
            }
            let rate = self.settings.learning_rate as f32 / batch.len() as f32;
            let momentum = self.settings.momentum as f32;
            let decay = self.settings.weight_decay as f32 * batch.len() as f32;
            self.hidden.step(rate, momentum, decay);
            self.output.step(rate, momentum, decay);
        }
    }

    fn learn(&mut self, image: &Image) {
        let (hidden, mut error) = self.answer(image);
        error[image.digit] -= 1.0;
        let mut error = self.output.backward(&hidden, &error);
        for (error, hidden) in error.iter_mut().zip(&hidden) {
            *error *= 1.0 - hidden * hidden;
        }
        self.hidden.backward(&image.pixels, &error);
    }

    /// The hidden units, and the probability of each digit.
    fn answer(&self, image: &Image) -> (Vec<f32>, Vec<f32>) {
        let hidden: Vec<f32> = self.hidden.forward(&image.pixels);
        let hidden: Vec<f32> = hidden.into_iter().map(f32::tanh).collect();
        let mut digits = self.output.forward(&hidden);
        let largest = digits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        digits
            .iter_mut()
            .for_each(|digit| *digit = (*digit - largest).exp());
        let sum: f32 = digits.iter().sum();
        digits.iter_mut().for_each(|digit| *digit /= sum);
        (hidden, digits)
    }

    /// The mean cross-entropy and the share of right answers.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a small count")]
    pub fn judge(&self, images: &[Image]) -> (f64, f64) {
        let (mut loss, mut right) = (0.0, 0_usize);
        for image in images {
            let (_, digits) = self.answer(image);
            loss -= f64::from(digits[image.digit].max(f32::MIN_POSITIVE)).ln();
            let likeliest = (0..CLASSES).max_by(|a, b| digits[*a].total_cmp(&digits[*b]));
            right += usize::from(likeliest == Some(image.digit));
        }
        let count = images.len() as f64;
        (loss / count, right as f64 / count)
    }
}
