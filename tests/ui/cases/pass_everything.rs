#![deny(warnings, missing_docs)]
//! Every form that a field, a variant and a type can have.

use docktuna::Tunable;

const MIN_HIDDEN: usize = 16;

/// A rate.
type Rate = f32;

/// Settings of the sentiment classifier.
#[derive(Tunable, Debug, Clone)]
#[tune(study = "sentiment", maximize = "accuracy", rename_all = "kebab-case")]
pub struct Train {
    /// Peak learning rate.
    #[tune(range = 1e-5..=1e-1, log, default = 3e-4)]
    pub lr: f64,
    /// Share of dropped units.
    #[tune(range = 0.0..=0.5, step = 0.05)]
    pub dropout: f32,
    /// Layers.
    #[tune(range = 1..=8, alias = "depth", alias = "num layers")]
    pub layers: u8,
    /// Hidden units.
    #[tune(range = MIN_HIDDEN..=1024, log, default = MIN_HIDDEN * 2)]
    pub hidden: usize,
    /// Batch size.
    #[tune(choices = [16, 32, 64, 128])]
    pub batch: u32,
    /// Schedule.
    #[tune(choices = ["cosine", "linear"], default = "cosine", rename = "plan")]
    pub schedule: String,
    /// Momentum.
    pub nesterov: bool,
    /// Momentum, by default.
    #[tune(default = true)]
    pub heavy: bool,
    /// Activation.
    pub activation: Activation,
    /// Optimizer.
    #[tune(alias = "opt")]
    pub optimizer: Optimizer,
    /// Common.
    #[tune(flatten)]
    pub common: Common,
    /// Mixup.
    #[tune(range = 0.0..=1.0)]
    pub mixup: Option<f64>,
    /// A fraction.
    #[tune(range = 0.1..=1.0)]
    pub fraction: Rate,
    /// Shift.
    #[tune(range = -5..=5, default = -1)]
    pub shift: i8,
    /// Seed.
    #[tune(fixed = 42)]
    pub seed: u64,
    /// Cache.
    #[tune(skip)]
    pub cache: Vec<u8>,
}

/// Shared settings.
#[derive(Tunable, Debug, Clone, Copy, PartialEq)]
pub struct Common {
    /// Decay.
    #[tune(range = 0.0..=1.0)]
    pub decay: f64,
}

/// Activation function.
#[derive(Tunable, Debug, Clone, Copy, PartialEq)]
#[tune(rename_all = "snake_case")]
pub enum Activation {
    /// Rectifier.
    Relu,
    /// Gaussian.
    #[tune(default)]
    Gelu,
    /// Smooth.
    #[tune(rename = "swish", alias = "Swish")]
    Silu,
    /// Not yet.
    #[tune(skip)]
    Experimental,
}

/// Optimizer.
#[derive(Tunable, Debug, Clone)]
#[tune(rename_all = "snake_case")]
pub enum Optimizer {
    /// Descent.
    Sgd {
        /// Momentum.
        #[tune(range = 0.0..=0.99)]
        momentum: f64,
    },
    /// Decoupled.
    AdamW {
        /// Decay.
        #[tune(range = 1e-6..=1e-1, log)]
        weight_decay: f64,
        /// Beta.
        #[tune(range = 0.8..=0.999)]
        beta1: f64,
    },
    /// Signs.
    Lion(Common),
    /// Nothing.
    Plain,
}

fn main() {
    let _ = Train::space();
}
