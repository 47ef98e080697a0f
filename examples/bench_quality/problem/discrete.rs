//! Made-up models with logarithmic, whole, stepped and categorical parameters.

use docktuna::Tunable;

use super::Objective;

/// A number of [0, 1) that looks random, always the same for the same key.
pub(crate) fn noise(key: &[u64]) -> f64 {
    let mixed = key.iter().fold(0x9E37_79B9_7F4A_7C15_u64, |state, part| {
        let mut z = (state ^ part).wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    });
    f64::from(u32::try_from(mixed >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
}

/// Orders of magnitude: the best learning rate moves with the batch and the decay.
#[derive(Tunable)]
pub(super) struct Rates {
    #[tune(range = 1e-6..=1.0, log)]
    rate: f64,
    #[tune(range = 1e-8..=1e-1, log)]
    decay: f64,
    #[tune(range = 1..=4096, log)]
    batch: u32,
    #[tune(range = 1e-10..=1e-3, log)]
    epsilon: f64,
}

impl Objective for Rates {
    const OPTIMUM: Option<f64> = Some(0.0);

    fn loss(&self) -> f64 {
        let batch = f64::from(self.batch).log2();
        let rate = self.rate.log10() + 2.5 - 0.15 * (batch - 5.0);
        let decay = self.decay.log10() + 4.5 + 0.5 * rate;
        let epsilon = (self.epsilon.log10() + 8.3).max(0.0);
        // Training breaks down quickly above the best rate.
        let rate = if rate > 0.0 { 3.0 * rate } else { rate };
        rate * rate + 0.3 * decay * decay + 0.05 * (batch - 5.0).powi(2) + 0.1 * epsilon * epsilon
    }
}

/// Whole numbers that have to fit each other.
#[derive(Tunable)]
pub(super) struct Counts {
    #[tune(range = 0..=30)]
    a: i32,
    #[tune(range = 0..=30)]
    b: i32,
    #[tune(range = -20..=20)]
    c: i32,
    #[tune(range = 0..=60, step = 3)]
    d: i32,
    #[tune(range = 1..=256, log)]
    e: i32,
}

impl Objective for Counts {
    const OPTIMUM: Option<f64> = Some(0.0);

    fn loss(&self) -> f64 {
        let [a, b, c, d] = [self.a, self.b, self.c, self.d].map(f64::from);
        let e = f64::from(self.e).log2() - 3.0;
        let sums = (a + b - 29.0).abs() + 0.5 * (a - b - 15.0).abs();
        let odd = f64::from((self.a + self.c).rem_euclid(4));
        sums + 0.4 * (c - 6.0).abs() + 0.2 * (d - 45.0 - (c - 6.0)).abs() + odd + e * e
    }
}

/// Names only, some of which get along with each other.
#[derive(Tunable)]
pub(super) struct Labels {
    #[tune(choices = [0, 1, 2, 3, 4, 5, 6, 7])]
    a: u64,
    #[tune(choices = [0, 1, 2, 3, 4, 5, 6, 7])]
    b: u64,
    #[tune(choices = [0, 1, 2, 3, 4, 5])]
    c: u64,
    #[tune(choices = [0, 1, 2, 3, 4, 5])]
    d: u64,
    #[tune(choices = [0, 1, 2, 3])]
    e: u64,
    #[tune(choices = [0, 1, 2, 3])]
    f: u64,
}

impl Objective for Labels {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        let picked = [self.a, self.b, self.c, self.d, self.e, self.f];
        let alone: f64 = (0..).zip(picked).map(|(i, p)| noise(&[1, i, p])).sum();
        let pairs: f64 = (0..)
            .zip(picked.windows(2))
            .map(|(i, pair)| noise(&[2, i, pair[0], pair[1]]))
            .sum();
        alone + pairs
    }
}

#[derive(Tunable, Clone, Copy)]
enum Activation {
    Relu,
    Gelu,
    Tanh,
    Sigmoid,
}

/// The settings of a network, of every kind.
#[derive(Tunable)]
pub(super) struct Network {
    #[tune(range = 1e-5..=1e-1, log)]
    rate: f64,
    #[tune(range = 0.0..=0.6, step = 0.05)]
    dropout: f64,
    #[tune(range = 1..=10)]
    layers: u32,
    #[tune(range = 8..=1024, log)]
    width: u32,
    activation: Activation,
    #[tune(choices = [16, 32, 64, 128, 256])]
    batch: u32,
    norm: bool,
}

impl Objective for Network {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        let (layers, width) = (f64::from(self.layers), f64::from(self.width).log2());
        let batch = f64::from(self.batch).log2();
        // Deep networks need a norm, and small steps without one.
        let deep = if self.norm { 0.05 } else { 0.2 } * (layers - 3.0).max(0.0);
        let rate = self.rate.log10() + 2.6 + 0.1 * layers - 0.2 * (batch - 5.0) + deep;
        let (activation, best_layers) = match self.activation {
            Activation::Relu => (0.1, 4.0),
            Activation::Gelu => (0.0, 6.0),
            Activation::Tanh => (0.15, 3.0),
            Activation::Sigmoid => (0.5, 2.0),
        };
        let capacity = layers.ln() + 0.7 * width - 7.0;
        let overfit = capacity.max(0.0) * (0.5 - self.dropout).max(0.0);
        let underfit = (-capacity).max(0.0) * (0.2 + self.dropout);
        let shape = 0.03 * (layers - best_layers).powi(2);
        rate * rate + activation + shape + deep + overfit + underfit + 0.02 * (batch - 6.0).powi(2)
    }
}

/// Numbers on grids.
#[derive(Tunable)]
pub(super) struct Steps {
    #[tune(range = -2.0..=2.0, step = 0.1)]
    a: f64,
    #[tune(range = -2.0..=2.0, step = 0.25)]
    b: f64,
    #[tune(range = 0.0..=1.0, step = 0.05)]
    c: f64,
    #[tune(range = 0.0..=1.0, step = 0.2)]
    d: f64,
    #[tune(range = 10..=200, step = 10)]
    e: u32,
    #[tune(range = 1..=9, step = 2)]
    f: u32,
}

impl Objective for Steps {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        let (e, f) = (f64::from(self.e) / 100.0, f64::from(self.f));
        let bent = self.b - 0.5 * self.a * self.a;
        let wave = 0.3 * (1.0 - (5.0 * (self.a - 1.3)).cos());
        let share = (self.c - 0.65 + 0.3 * (self.d - 0.4)).abs();
        2.0 * bent * bent
            + wave
            + (self.a - 1.3).abs()
            + 2.0 * share
            + (e - 1.4 - 0.1 * (f - 5.0)).powi(2)
            + 0.05 * (f - 7.0).abs()
    }
}

#[derive(Tunable, Clone, Copy, PartialEq)]
enum Method {
    Fast,
    Slow,
    Exact,
}

/// Settings of every kind with two good regions that differ in all of them.
#[derive(Tunable)]
pub(super) struct TwoBasins {
    #[tune(range = 1e-4..=1e2, log)]
    penalty: f64,
    #[tune(range = 0.0..=1.0)]
    share: f64,
    #[tune(range = 1..=50)]
    depth: u32,
    #[tune(range = 10..=1000, log)]
    rounds: u32,
    method: Method,
    #[tune(choices = ["l1", "l2", "none"])]
    norm: String,
    balanced: bool,
}

impl TwoBasins {
    /// How far it is from a point, weighed equally.
    fn distance(&self, to: &(f64, f64, f64, f64, Method, &str, bool)) -> f64 {
        let differs = |differs: bool| if differs { 0.3 } else { 0.0 };
        (self.penalty.log10() / 6.0 - to.0).powi(2) * 4.0
            + (self.share - to.1).powi(2) * 4.0
            + (f64::from(self.depth) / 50.0 - to.2).powi(2) * 4.0
            + (f64::from(self.rounds).log10() / 2.0 - to.3).powi(2) * 4.0
            + differs(self.method != to.4)
            + differs(self.norm != to.5)
            + differs(self.balanced != to.6)
    }
}

impl Objective for TwoBasins {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        let wide = (-0.12, 0.3, 0.3, 1.3, Method::Fast, "l2", true);
        let narrow = (-0.55, 0.85, 0.8, 0.7, Method::Exact, "l1", false);
        (0.3 + self.distance(&wide)).min(2.2 * self.distance(&narrow))
    }
}
