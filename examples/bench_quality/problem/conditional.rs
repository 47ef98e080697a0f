//! Made-up models whose parameters depend on choices.

use docktuna::Tunable;

use super::Objective;
use super::discrete::noise;

/// Four families; the one that is best at random is not the one that is best when tuned.
#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
pub(super) enum Arms {
    Flat {
        #[tune(range = 0.0..=1.0)]
        a: f64,
    },
    Bowl {
        #[tune(range = -3.0..=3.0)]
        a: f64,
        #[tune(range = -3.0..=3.0)]
        b: f64,
    },
    Valley {
        #[tune(range = 1e-4..=1.0, log)]
        a: f64,
        #[tune(range = 1..=20)]
        b: u32,
        #[tune(range = 0.0..=1.0)]
        c: f64,
    },
    Ditch {
        #[tune(range = -2.0..=2.0)]
        a: f64,
        #[tune(range = -2.0..=2.0)]
        b: f64,
        #[tune(range = -2.0..=2.0)]
        c: f64,
        #[tune(range = -2.0..=2.0)]
        d: f64,
    },
}

impl Objective for Arms {
    const OPTIMUM: Option<f64> = Some(0.0);

    fn loss(&self) -> f64 {
        match self {
            Self::Flat { a } => 0.9 + 0.2 * (a - 0.3).abs(),
            Self::Bowl { a, b } => 0.5 + 0.3 * ((a - 1.2).powi(2) + (b + 0.7 * a).powi(2)),
            Self::Valley { a, b, c } => {
                let a = a.log10() + 2.2;
                0.2 + a * a + 0.02 * (f64::from(*b) - 13.0 - 3.0 * a).powi(2) + (c - 0.8).abs()
            }
            Self::Ditch { a, b, c, d } => {
                let (a, b, c, d) = (a - 0.9, b + 1.1, c - 0.4, d + 0.3);
                1.5 * (a * a + (b - 0.5 * a).powi(2) + c * c + (d + 0.5 * c).powi(2))
            }
        }
    }
}

/// How a network is trained: one rate for all, and what the method needs besides.
#[derive(Tunable)]
pub(super) struct Training {
    #[tune(range = 1e-6..=1.0, log)]
    rate: f64,
    #[tune(range = 0.0..=0.5)]
    warm_up: f64,
    optimizer: Optimizer,
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Optimizer {
    Sgd {
        #[tune(range = 0.0..=0.99)]
        momentum: f64,
        nesterov: bool,
    },
    AdamW {
        #[tune(range = 0.8..=0.99)]
        beta: f64,
        #[tune(range = 1e-6..=1e-1, log)]
        decay: f64,
    },
    Lion {
        #[tune(range = 1e-4..=1e1, log)]
        decay: f64,
    },
    Plain,
}

impl Objective for Training {
    const OPTIMUM: Option<f64> = Some(0.0);

    fn loss(&self) -> f64 {
        let rate = self.rate.log10();
        let warm = |best: f64| 2.0 * (self.warm_up - best).powi(2);
        let steep = |off: f64| {
            if off > 0.0 {
                4.0 * off * off
            } else {
                off * off
            }
        };
        match &self.optimizer {
            Optimizer::Sgd { momentum, nesterov } => {
                // A large momentum makes steps longer.
                let off = rate + 1.0 - (1.0 - momentum).log10().max(-1.5);
                let momentum = 2.0 * (momentum - 0.92).powi(2);
                let plain = if *nesterov { 0.0 } else { 0.04 };
                0.1 + 0.4 * steep(off) + momentum + plain + warm(0.05)
            }
            Optimizer::AdamW { beta, decay } => {
                let decay = decay.log10() + 2.0 + 0.5 * (rate + 3.3);
                steep(rate + 3.3) + 20.0 * (beta - 0.9).powi(2) + 0.1 * decay * decay + warm(0.2)
            }
            Optimizer::Lion { decay } => {
                let decay = decay.log10() - 0.3;
                0.05 + 1.5 * steep(rate + 4.3) + 0.15 * decay * decay + warm(0.3)
            }
            Optimizer::Plain => 0.6 + 0.2 * steep(rate + 0.5) + warm(0.0),
        }
    }
}

/// Parts that may be left out.
#[derive(Tunable)]
pub(super) struct Extras {
    #[tune(range = 0.0..=1.0)]
    base: f64,
    #[tune(range = 0.0..=1.0)]
    mixup: Option<f64>,
    #[tune(range = 1e-4..=1.0, log)]
    smoothing: Option<f64>,
    #[tune(range = 1..=12)]
    crop: Option<u32>,
    #[tune(range = 0.5..=0.9999)]
    average: Option<f64>,
}

impl Objective for Extras {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        let mixup = self.mixup.map_or(0.3, |m| 2.0 * (m - 0.25).powi(2));
        // Smoothing helps only where nothing is mixed.
        let smoothing = match (self.smoothing, self.mixup) {
            (Some(s), None) => 0.1 * (s.log10() + 1.2).powi(2),
            (Some(s), Some(m)) => 0.1 + m * (s.log10() + 3.0).max(0.0) * 0.2,
            (None, _) => 0.12,
        };
        let crop = self
            .crop
            .map_or(0.2, |c| 0.02 * (f64::from(c) - 4.0).powi(2));
        let average = self
            .average
            .map_or(0.15, |a| ((1.0 - a).log10() + 1.6).powi(2) * 0.3);
        let regularized =
            self.mixup.unwrap_or(0.0) + self.crop.map_or(0.0, |c| f64::from(c) / 20.0);
        (self.base - 0.2 - 0.6 * regularized).powi(2) * 2.0 + mixup + smoothing + crop + average
    }
}

#[derive(Tunable, Clone, Copy)]
enum Activation {
    Relu,
    Gelu,
    Silu,
}

#[derive(Tunable, Clone, Copy)]
struct Layer {
    #[tune(range = 4..=512, log)]
    width: u32,
    #[tune(range = 0.0..=0.7)]
    dropout: f64,
    activation: Activation,
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Layers {
    One {
        first: Layer,
    },
    Two {
        first: Layer,
        second: Layer,
    },
    Three {
        first: Layer,
        second: Layer,
        third: Layer,
    },
}

/// A network of one to three layers, each with settings of its own.
#[derive(Tunable)]
pub(super) struct Stack {
    #[tune(range = 1e-5..=1e-1, log)]
    rate: f64,
    layers: Layers,
}

impl Objective for Stack {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        let (layers, base): (Vec<Layer>, f64) = match self.layers {
            Layers::One { first } => (vec![first], 0.5),
            Layers::Two { first, second } => (vec![first, second], 0.1),
            Layers::Three {
                first,
                second,
                third,
            } => (vec![first, second, third], 0.0),
        };
        let rate = self.rate.log10() + 2.3;
        let mut loss =
            base + 0.3 * (rate + 0.2 * f64::from(u32::try_from(layers.len()).unwrap_or(0))).powi(2);
        let mut wanted = 7.5;
        for layer in layers {
            let width = f64::from(layer.width).log2();
            loss += 0.06 * (width - wanted).powi(2) + 0.8 * (layer.dropout - 0.05 * width).powi(2);
            loss += match layer.activation {
                Activation::Relu => 0.08,
                Activation::Gelu => 0.0,
                Activation::Silu => 0.04,
            };
            // A layer is best a little narrower than the one before it.
            wanted = width - 1.0;
        }
        loss
    }
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Scale {
    None,
    Standard,
    Power {
        #[tune(range = -2.0..=2.0)]
        exponent: f64,
    },
    Quantile {
        #[tune(range = 5..=500, log)]
        bins: u32,
    },
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Reduce {
    None,
    Components {
        #[tune(range = 0.5..=0.999)]
        variance: f64,
        whiten: bool,
    },
    Select {
        #[tune(range = 1..=40)]
        count: u32,
    },
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Learner {
    Neighbors {
        #[tune(range = 1..=60, log)]
        k: u32,
        weighted: bool,
    },
    Machine {
        #[tune(range = 1e-3..=1e4, log)]
        cost: f64,
        #[tune(range = 1e-5..=1e2, log)]
        gamma: f64,
    },
    Forest {
        #[tune(range = 10..=500, log)]
        trees: u32,
        #[tune(range = 0.05..=1.0)]
        features: f64,
        #[tune(range = 1..=20)]
        leaf: u32,
    },
}

/// Three stages, each of several kinds; which learner is best depends on the stages before it.
#[derive(Tunable)]
pub(super) struct Pipeline {
    scale: Scale,
    reduce: Reduce,
    learner: Learner,
}

impl Objective for Pipeline {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        let (scale, scaled) = match &self.scale {
            Scale::None => (0, 0.5),
            Scale::Standard => (1, 0.1),
            Scale::Power { exponent } => (2, 0.15 * (exponent - 0.4).powi(2)),
            Scale::Quantile { bins } => (3, 0.05 + 0.1 * (f64::from(*bins).log10() - 1.8).powi(2)),
        };
        let (reduce, reduced) = match &self.reduce {
            Reduce::None => (0, 0.15),
            Reduce::Components { variance, whiten } => {
                let kept = -(1.0 - variance).log10() - 1.5;
                (1, 0.2 * kept * kept + if *whiten { 0.1 } else { 0.0 })
            }
            Reduce::Select { count } => (2, 0.05 + 0.001 * (f64::from(*count) - 17.0).powi(2)),
        };
        let (learner, learned) = match &self.learner {
            Learner::Neighbors { k, weighted } => {
                let k = f64::from(*k).log2() - 3.0;
                (0, 0.15 + 0.05 * k * k + if *weighted { 0.0 } else { 0.05 })
            }
            Learner::Machine { cost, gamma } => {
                let (cost, gamma) = (cost.log10() - 1.3, gamma.log10() + 1.9);
                (
                    1,
                    0.1 * (cost + gamma).powi(2) + 0.05 * (cost - gamma).powi(2),
                )
            }
            Learner::Forest {
                trees,
                features,
                leaf,
            } => {
                let trees = (2.3 - f64::from(*trees).log10()).max(0.0);
                let leaf = 0.01 * (f64::from(*leaf) - 3.0).abs();
                // Trees do not mind the scale.
                (
                    2,
                    0.1 - 0.3 * scaled + 0.1 * trees + (features - 0.35).powi(2) + leaf,
                )
            }
        };
        let fit = 0.3 * noise(&[3, scale, learner]) + 0.3 * noise(&[4, reduce, learner]);
        scaled + reduced + learned + fit
    }
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Outer {
    Left(Inner),
    Right(Inner),
    Middle {
        #[tune(range = 0.0..=10.0)]
        x: f64,
    },
}

#[derive(Tunable)]
struct Inner {
    #[tune(range = 0.0..=1.0)]
    tilt: f64,
    kind: Kind,
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Kind {
    Smooth {
        #[tune(range = -1.0..=1.0)]
        x: f64,
        #[tune(range = -1.0..=1.0)]
        y: f64,
    },
    Rough {
        #[tune(range = 1..=64, log)]
        waves: u32,
        deep: Option<Depth>,
    },
}

#[derive(Tunable)]
struct Depth {
    #[tune(range = 0.01..=10.0, log)]
    amount: f64,
    #[tune(choices = ["a", "b", "c"])]
    shape: String,
}

/// Choices within choices, down to the fourth level.
#[derive(Tunable)]
pub(super) struct Deep {
    #[tune(range = -1.0..=1.0)]
    common: f64,
    outer: Outer,
}

impl Objective for Deep {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        let inner = |inner: &Inner, best: f64, favoured: &str| {
            let tilt = (inner.tilt - best).powi(2);
            tilt + match &inner.kind {
                Kind::Smooth { x, y } => {
                    0.35 + (x - 0.6 * best).powi(2) + (y + 0.4 * x - 0.2 * inner.tilt).powi(2)
                }
                Kind::Rough { waves, deep: None } => {
                    0.5 + 0.02 * (f64::from(*waves).log2() - 2.0).powi(2)
                }
                Kind::Rough {
                    waves,
                    deep: Some(depth),
                } => {
                    let waves = f64::from(*waves).log2() - 4.0;
                    let amount = depth.amount.log10() - 0.3 + 0.1 * waves;
                    let shape = if depth.shape == favoured { 0.0 } else { 0.25 };
                    0.05 * waves * waves + 0.4 * amount * amount + shape
                }
            }
        };
        let common = 0.5 * self.common;
        match &self.outer {
            Outer::Left(left) => 0.1 + (common - 0.3).powi(2) + inner(left, 0.8, "b"),
            Outer::Right(right) => (common + 0.2).powi(2) + inner(right, 0.15, "c"),
            Outer::Middle { x } => 0.4 + common.abs() + 0.02 * (x - 7.0).powi(2),
        }
    }
}
