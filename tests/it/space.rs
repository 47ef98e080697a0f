//! The types that the tests tune.

use docktuna::Tunable;

/// Every kind of parameter that this crate has.
#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(minimize = "loss")]
pub(crate) struct Train {
    /// Peak learning rate.
    #[tune(range = 1e-5..=1e-1, log, default = 3e-4)]
    pub(crate) lr: f64,
    #[tune(range = 0.0..=0.5, step = 0.05, default = 0.1)]
    pub(crate) dropout: f32,
    #[tune(range = 1..=8, default = 2)]
    pub(crate) layers: u8,
    #[tune(range = 16..=1024, log, default = 64)]
    pub(crate) hidden: usize,
    #[tune(range = -10..=10, step = 5, default = 0)]
    pub(crate) shift: i32,
    #[tune(choices = [16, 32, 64, 128], default = 32)]
    pub(crate) batch: u32,
    #[tune(choices = ["cosine", "linear", "café"], default = "cosine")]
    pub(crate) schedule: String,
    #[tune(default = false)]
    pub(crate) nesterov: bool,
    pub(crate) activation: Activation,
    pub(crate) optimizer: Optimizer,
    pub(crate) augment: Augment,
    #[tune(range = 0.0..=1.0, default = None)]
    pub(crate) mixup: Option<f64>,
    #[tune(fixed = 42)]
    pub(crate) seed: u64,
    #[tune(skip)]
    pub(crate) cache: Vec<u8>,
}

#[derive(Tunable, Debug, Clone, Copy, PartialEq)]
#[tune(rename_all = "snake_case")]
pub(crate) enum Activation {
    #[tune(default)]
    Relu,
    Gelu,
    #[tune(rename = "swish")]
    Silu,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(rename_all = "snake_case")]
pub(crate) enum Optimizer {
    Sgd {
        #[tune(range = 0.0..=0.99)]
        momentum: f64,
    },
    AdamW {
        #[tune(range = 1e-6..=1e-1, log)]
        weight_decay: f64,
        #[tune(range = 0.8..=0.999)]
        beta1: f64,
    },
    Lion(Lion),
    #[tune(default)]
    Plain,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
pub(crate) struct Lion {
    #[tune(range = 0.9..=0.99)]
    pub(crate) beta: f64,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
pub(crate) struct Augment {
    #[tune(range = 0.0..=1.0, default = 0.5)]
    pub(crate) flip: f64,
}

/// One number, for tests that are about trials.
#[derive(Tunable, Debug, Clone, PartialEq)]
pub(crate) struct Line {
    #[tune(range = 0.0..=1.0, default = 0.5)]
    pub(crate) x: f64,
}

/// Ten numbers, for counts that must not depend on how many there are.
#[derive(Tunable, Debug, Clone, PartialEq)]
pub(crate) struct Ten {
    #[tune(range = 0.0..=1.0)]
    pub(crate) a: f64,
    #[tune(range = 0.0..=1.0)]
    pub(crate) b: f64,
    #[tune(range = 0.0..=1.0)]
    pub(crate) c: f64,
    #[tune(range = 0.0..=1.0)]
    pub(crate) d: f64,
    #[tune(range = 0.0..=1.0)]
    pub(crate) e: f64,
    #[tune(range = 0.0..=1.0)]
    pub(crate) f: f64,
    #[tune(range = 0.0..=1.0)]
    pub(crate) g: f64,
    #[tune(range = 0.0..=1.0)]
    pub(crate) h: f64,
    #[tune(range = 0.0..=1.0)]
    pub(crate) i: f64,
    #[tune(range = 0.0..=1.0)]
    pub(crate) j: f64,
}
