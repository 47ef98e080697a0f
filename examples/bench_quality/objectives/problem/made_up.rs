//! Made-up models whose quality costs time or memory.

use docktuna::Tunable;

use super::Objectives;
use crate::problem::noise;

#[derive(Tunable, Clone, Copy)]
enum Activation {
    Relu,
    Gelu,
    Tanh,
}

/// A network of numbers, counts, choices and a logarithm: its error and how long an answer takes.
#[derive(Tunable)]
pub(in super::super) struct Network {
    #[tune(range = 1e-5..=1e-1, log)]
    rate: f64,
    #[tune(range = 8..=1024, log)]
    width: u32,
    #[tune(range = 1..=8)]
    depth: u32,
    #[tune(range = 0.0..=0.6)]
    dropout: f64,
    activation: Activation,
    residual: bool,
    #[tune(choices = [8, 16, 32])]
    bits: u32,
}

impl Objectives for Network {
    const IDEAL: &'static [f64] = &[0.0, 0.0];
    const REFERENCE: &'static [f64] = &[2.0, 6.0];

    fn losses(&self) -> Vec<f64> {
        let (width, depth) = (f64::from(self.width).log2(), f64::from(self.depth));
        let capacity = width + 1.5 * depth.sqrt();
        let bend = match self.activation {
            Activation::Relu => 0.1,
            Activation::Gelu => 0.0,
            Activation::Tanh => 0.05 * depth,
        };
        let deep = if self.residual {
            0.05
        } else {
            0.03 * (depth - 2.0).max(0.0).powi(2)
        };
        let best_rate = -1.2 - 0.22 * capacity;
        let rate = 0.5 * (self.rate.log10() - best_rate).powi(2);
        let dropout = 1.5 * (self.dropout - 0.05 * (capacity - 5.0)).powi(2);
        let rounding = match self.bits {
            8 => 0.12,
            16 => 0.02,
            _ => 0.0,
        };
        let error =
            1.6 * (-0.25 * capacity).exp() + bend + deep + rate.min(1.5) + dropout + rounding;
        let time = (width - 3.0) * 0.4
            + 0.35 * depth
            + f64::from(u8::from(self.residual)) * 0.1
            + f64::from(self.bits) / 32.0
            + if matches!(self.activation, Activation::Relu) {
                0.0
            } else {
                0.2
            };
        vec![error, time]
    }
}

/// A method of training with settings of its own: the loss and how much memory it takes.
#[derive(Tunable)]
pub(in super::super) struct Optimizer {
    #[tune(range = 1e-5..=1.0, log)]
    rate: f64,
    #[tune(range = 8..=512, log)]
    batch: u32,
    method: Method,
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Method {
    Plain,
    Momentum {
        #[tune(range = 0.0..=0.99)]
        momentum: f64,
    },
    Adam {
        #[tune(range = 0.8..=0.999)]
        beta: f64,
        #[tune(range = 1e-6..=1e-1, log)]
        decay: f64,
    },
    Factored {
        #[tune(range = 1..=64, log)]
        rank: u32,
        #[tune(range = 1e-6..=1e-1, log)]
        decay: f64,
    },
}

impl Objectives for Optimizer {
    const IDEAL: &'static [f64] = &[0.0, 0.0];
    const REFERENCE: &'static [f64] = &[2.5, 5.0];

    fn losses(&self) -> Vec<f64> {
        let (rate, batch) = (self.rate.log10(), f64::from(self.batch).log2());
        let off = |best: f64| {
            let off = rate - best - 0.1 * (batch - 5.0);
            if off > 0.0 {
                2.0 * off * off
            } else {
                0.5 * off * off
            }
        };
        let noisy = 0.08 * (9.0 - batch);
        let (loss, states) = match &self.method {
            Method::Plain => (0.9 + off(-0.7), 0.0),
            Method::Momentum { momentum } => (
                0.5 + off(-1.0 + (1.0 - momentum).log10()) + (momentum - 0.9).powi(2),
                1.0,
            ),
            Method::Adam { beta, decay } => {
                let decay = decay.log10() + 2.2;
                (
                    0.1 + off(-3.0) + 8.0 * (beta - 0.93).powi(2) + 0.05 * decay * decay,
                    2.0,
                )
            }
            Method::Factored { rank, decay } => {
                let (rank, decay) = (f64::from(*rank).log2(), decay.log10() + 3.0);
                let loss = 0.1 + off(-2.5) + 0.5 * (-0.5 * rank).exp() + 0.05 * decay * decay;
                (loss, 0.3 + 0.25 * rank)
            }
        };
        vec![loss + noisy, states + 0.3 * (batch - 3.0)]
    }
}

/// Orders of magnitude: how well a model fits and how smooth it is.
#[derive(Tunable)]
pub(in super::super) struct Rates {
    #[tune(range = 1e-6..=1.0, log)]
    rate: f64,
    #[tune(range = 1e-8..=1e2, log)]
    ridge: f64,
    #[tune(range = 1e-4..=1e2, log)]
    scale: f64,
    #[tune(range = 1..=10_000, log)]
    steps: u32,
}

impl Objectives for Rates {
    const IDEAL: &'static [f64] = &[0.0, 0.0];
    const REFERENCE: &'static [f64] = &[6.0, 6.0];

    fn losses(&self) -> Vec<f64> {
        let [rate, ridge, scale] = [self.rate, self.ridge, self.scale].map(f64::log10);
        let travelled = rate + f64::from(self.steps).log10();
        let fit = (0.5 * (ridge + 3.0)).exp().min(8.0) * 0.3
            + 0.6 * (scale - 0.5 - 0.2 * ridge).powi(2)
            + (0.5 - travelled).max(0.0).powi(2)
            + if rate > -1.3 { 3.0 * (rate + 1.3) } else { 0.0 };
        let rough = (-0.35 * (ridge + 4.0)).exp()
            + 0.5 * (0.3 - scale).max(0.0)
            + 0.4 * (travelled - 1.0).max(0.0).powi(2);
        vec![fit, rough]
    }
}

/// Parts out of catalogues, some of which get along with each other: what they lack, and their price.
#[derive(Tunable)]
pub(in super::super) struct Parts {
    #[tune(choices = [0, 1, 2, 3, 4, 5, 6, 7])]
    a: u64,
    #[tune(choices = [0, 1, 2, 3, 4, 5, 6, 7])]
    b: u64,
    #[tune(choices = [0, 1, 2, 3, 4, 5, 6, 7])]
    c: u64,
    #[tune(choices = [0, 1, 2, 3, 4, 5])]
    d: u64,
    #[tune(choices = [0, 1, 2, 3, 4, 5])]
    e: u64,
    #[tune(choices = [0, 1, 2, 3])]
    f: u64,
}

impl Objectives for Parts {
    const IDEAL: &'static [f64] = &[0.0, 0.0];
    const REFERENCE: &'static [f64] = &[6.0, 4.5];

    fn losses(&self) -> Vec<f64> {
        let picked = [self.a, self.b, self.c, self.d, self.e, self.f];
        let lack = |(i, part): (u64, u64)| noise(&[11, i, part]);
        let price = |(i, part): (u64, u64)| {
            0.6 * (1.0 - noise(&[11, i, part])) + 0.4 * noise(&[12, i, part])
        };
        let pairs = (0..).zip(picked.windows(2));
        let pairs = pairs.map(|(i, pair)| noise(&[13, i, pair[0], pair[1]]));
        vec![
            (0..).zip(picked).map(lack).sum::<f64>() + pairs.sum::<f64>(),
            (0..).zip(picked).map(price).sum(),
        ]
    }
}

/// Three ways to answer, each the best one on a piece of the front: errors against time.
#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
pub(in super::super) enum Pipeline {
    Table {
        #[tune(range = 1..=1000, log)]
        buckets: u32,
        #[tune(range = 0.0..=1.0)]
        smoothing: f64,
    },
    Trees {
        #[tune(range = 1..=200, log)]
        trees: u32,
        #[tune(range = 1..=12)]
        depth: u32,
        #[tune(range = 0.1..=1.0)]
        share: f64,
    },
    Layers {
        #[tune(range = 1..=6)]
        depth: u32,
        #[tune(range = 8..=512, log)]
        width: u32,
        #[tune(range = 1e-5..=1e-1, log)]
        rate: f64,
        #[tune(range = 0.0..=0.5)]
        dropout: Option<f64>,
    },
}

impl Objectives for Pipeline {
    const IDEAL: &'static [f64] = &[0.0, 0.0];
    const REFERENCE: &'static [f64] = &[1.5, 6.0];

    fn losses(&self) -> Vec<f64> {
        match self {
            Self::Table { buckets, smoothing } => {
                let buckets = f64::from(*buckets).log10();
                let error = 0.6 + 0.15 * (buckets - 2.0).powi(2) + (smoothing - 0.2).powi(2);
                vec![error, 0.1 + 0.25 * buckets]
            }
            Self::Trees {
                trees,
                depth,
                share,
            } => {
                let (trees, depth) = (f64::from(*trees).log10(), f64::from(*depth));
                let error = 0.3 + 0.3 * (-1.2 * trees).exp() + 0.01 * (depth - 8.0).powi(2);
                vec![
                    error + 0.5 * (share - 0.45).powi(2),
                    0.6 + 0.9 * trees + 0.08 * depth,
                ]
            }
            Self::Layers {
                depth,
                width,
                rate,
                dropout,
            } => {
                let (depth, width) = (f64::from(*depth), f64::from(*width).log2());
                let rate = rate.log10() + 2.6 + 0.1 * width;
                let dropout = dropout.map_or(0.08, |share| (share - 0.03 * width).powi(2));
                let error = 0.05 + 0.8 * (-0.2 * (width + depth)).exp() + dropout;
                vec![error + 0.25 * rate * rate, 1.2 + 0.3 * width + 0.25 * depth]
            }
        }
    }
}

/// How coarse the numbers of a model may be, layer by layer: what is lost, and its size.
#[derive(Tunable)]
pub(in super::super) struct Quantized {
    #[tune(range = 2..=16)]
    input: u32,
    #[tune(range = 2..=16)]
    hidden: u32,
    #[tune(range = 2..=16, step = 2)]
    output: u32,
    #[tune(range = 0.0..=0.95, step = 0.05)]
    pruned: f64,
    #[tune(range = 1e-3..=1e1, log)]
    clip: f64,
}

impl Objectives for Quantized {
    const IDEAL: &'static [f64] = &[0.0, 0.0];
    const REFERENCE: &'static [f64] = &[3.0, 12.0];

    fn losses(&self) -> Vec<f64> {
        let bits = [self.input, self.hidden, self.output].map(f64::from);
        let coarse = 2.0 * (-0.45 * bits[0]).exp()
            + 4.0 * (-0.6 * bits[1]).exp()
            + 1.5 * (-0.35 * bits[2]).exp();
        let clip = self.clip.log10() - 0.6 + 0.12 * bits[1];
        let lost = 0.3 * (4.0 * (self.pruned - 0.5)).exp() / 2.0;
        let size = (0.15 * bits[0] + 0.7 * bits[1]) * (1.0 - self.pruned) + 0.15 * bits[2];
        vec![coarse + 0.4 * clip * clip + lost, size]
    }
}
