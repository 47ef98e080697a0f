//! Families to choose from: curves that are fitted to points, and many arms of which few are good.

use std::f64::consts::TAU;

use docktuna::Tunable;

use super::Objective;
use super::discrete::noise;

/// A curve for points of a damped swing around a slow trend.
#[derive(Tunable)]
pub(super) struct Curve {
    #[tune(range = -2.0..=2.0)]
    level: f64,
    #[tune(range = -2.0..=2.0)]
    slope: Option<f64>,
    shape: Shape,
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Shape {
    Bend {
        #[tune(range = -4.0..=4.0)]
        square: f64,
        #[tune(range = -8.0..=8.0)]
        cube: f64,
    },
    Wave {
        #[tune(range = 0.1..=3.0, log)]
        height: f64,
        #[tune(range = 0.2..=8.0, log)]
        turns: f64,
        #[tune(range = 0.0..=1.0)]
        phase: f64,
        #[tune(range = 0.1..=10.0, log)]
        decay: Option<f64>,
    },
    Bump {
        #[tune(range = -3.0..=3.0)]
        height: f64,
        #[tune(range = 0.0..=1.0)]
        center: f64,
        #[tune(range = 0.02..=1.0, log)]
        width: f64,
    },
    Stairs {
        #[tune(range = 1..=12)]
        stairs: u32,
        #[tune(range = -2.0..=2.0)]
        rise: f64,
    },
}

impl Curve {
    fn at(&self, x: f64) -> f64 {
        let shape = match &self.shape {
            Shape::Bend { square, cube } => {
                let x = x - 0.5;
                square * x * x + cube * x * x * x
            }
            Shape::Wave {
                height,
                turns,
                phase,
                decay,
            } => {
                let damped = decay.map_or(1.0, |decay| (-decay * x).exp());
                height * damped * (TAU * (turns * x + phase)).sin()
            }
            Shape::Bump {
                height,
                center,
                width,
            } => height * (-((x - center) / width).powi(2)).exp(),
            Shape::Stairs { stairs, rise } => {
                let stairs = f64::from(*stairs);
                rise * (x * stairs).floor() / stairs
            }
        };
        self.level + self.slope.map_or(0.0, |slope| slope * (x - 0.5)) + shape
    }
}

impl Objective for Curve {
    const OPTIMUM: Option<f64> = None;

    /// The root of the mean square of what is left.
    fn loss(&self) -> f64 {
        const POINTS: u32 = 60;
        let squares = (0..POINTS).map(|i| {
            let x = f64::from(i) / f64::from(POINTS - 1);
            let swing = 1.1 * (-1.6 * x).exp() * (TAU * (2.3 * x + 0.15)).sin();
            let measured = 0.4 + 0.7 * (x - 0.5) + swing + 0.1 * (noise(&[5, i.into()]) - 0.5);
            (self.at(x) - measured).powi(2)
        });
        (squares.sum::<f64>() / f64::from(POINTS)).sqrt()
    }
}

#[derive(Tunable)]
pub(super) struct Place {
    #[tune(range = 0.0..=1.0)]
    x: f64,
    #[tune(range = 0.0..=1.0)]
    y: f64,
}

/// Ten arms of the same kind, a few of them with narrow and deep places.
#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
pub(super) enum Many {
    A(Place),
    B(Place),
    C(Place),
    D(Place),
    E(Place),
    F(Place),
    G(Place),
    H(Place),
    I(Place),
    J(Place),
}

impl Objective for Many {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        let (arm, place) = match self {
            Self::A(place) => (0, place),
            Self::B(place) => (1, place),
            Self::C(place) => (2, place),
            Self::D(place) => (3, place),
            Self::E(place) => (4, place),
            Self::F(place) => (5, place),
            Self::G(place) => (6, place),
            Self::H(place) => (7, place),
            Self::I(place) => (8, place),
            Self::J(place) => (9, place),
        };
        let of_arm = |what| noise(&[6, arm, what]);
        let base = of_arm(0);
        let steep = 0.5 + 4.0 * of_arm(1);
        let (x, y) = (place.x - of_arm(2), place.y - of_arm(3));
        base + steep * (x * x + y * y).sqrt().min(0.6)
    }
}

/// One stage of a chain.
#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Stage {
    Skip,
    Convolve {
        #[tune(range = 1..=9, step = 2)]
        size: u32,
        #[tune(range = 1.0..=8.0, log)]
        wider: f64,
    },
    Pool {
        #[tune(range = 1..=4)]
        size: u32,
        mean: bool,
    },
    Attend {
        #[tune(range = 1..=16, log)]
        heads: u32,
        #[tune(range = 0.0..=0.5)]
        dropout: f64,
    },
}

/// A chain of three stages; each is worth what the one before it leaves.
#[derive(Tunable)]
pub(super) struct Chain {
    #[tune(range = 1e-4..=1.0, log)]
    rate: f64,
    first: Stage,
    second: Stage,
    third: Stage,
}

impl Objective for Chain {
    const OPTIMUM: Option<f64> = None;

    fn loss(&self) -> f64 {
        let mut loss = 0.0;
        // How much is still to see, and how fine it is.
        let (mut detail, mut depth) = (1.0_f64, 0.0);
        for (number, stage) in (0..).zip([&self.first, &self.second, &self.third]) {
            loss += match stage {
                Stage::Skip => 0.25,
                Stage::Convolve { size, wider } => {
                    let wanted = 3.0 + 4.0 * detail;
                    let off = 0.02 * (f64::from(*size) - wanted).powi(2);
                    depth += 1.0;
                    off + 0.15 * (wider.ln() - 0.4 - 0.4 * f64::from(number)).powi(2)
                }
                Stage::Pool { size, mean } => {
                    detail /= f64::from(*size);
                    let plain = if *mean == (number == 2) { 0.0 } else { 0.06 };
                    0.2 * (1.0 - detail - 0.5).abs() + plain
                }
                Stage::Attend { heads, dropout } => {
                    depth += 0.5;
                    let heads = f64::from(*heads).log2() - 2.0 - f64::from(number);
                    0.1 * detail + 0.04 * heads * heads + 2.0 * (dropout - 0.15).powi(2)
                }
            };
        }
        let rate = self.rate.log10() + 1.5 + 0.3 * depth;
        loss + 0.15 * rate * rate + 0.1 * (2.0 - depth).abs()
    }
}
