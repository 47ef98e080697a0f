//! Known test functions of real numbers, moved so that neither the middle of the space nor zero is
//! their best point.

use std::f64::consts::{E, PI, TAU};

use docktuna::Tunable;

use super::Objective;

/// A struct of parameters that all have one range.
macro_rules! space {
    ($(#[$doc:meta])* $name:ident, $low:literal..=$high:literal: $($field:ident)*) => {
        $(#[$doc])*
        #[derive(Tunable)]
        pub(super) struct $name {
            $(#[tune(range = $low..=$high)] $field: f64,)*
        }

        impl $name {
            fn x(&self) -> Vec<f64> {
                vec![$(self.$field),*]
            }
        }
    };
}

/// Where the best points are moved to; any prefix serves.
const SHIFT: [f64; 10] = [1.7, -2.3, 3.1, -0.9, 2.6, -3.4, 0.8, -1.5, 3.7, -2.8];

fn moved(x: &[f64]) -> Vec<f64> {
    x.iter().zip(SHIFT).map(|(x, shift)| x - shift).collect()
}

fn squares(z: &[f64]) -> f64 {
    z.iter().map(|z| z * z).sum()
}

space!(
    /// Smooth, with three equally good valleys (Branin).
    Branin, 0.0..=15.0: a b
);

impl Objective for Branin {
    const OPTIMUM: Option<f64> = Some(0.397_887_357_729_738_16);

    fn loss(&self) -> f64 {
        let x = self.x();
        let (x, y) = (x[0] - 5.0, x[1]);
        let valley = y - 5.1 / (4.0 * PI * PI) * x * x + 5.0 / PI * x - 6.0;
        valley * valley + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x.cos() + 10.0
    }
}

space!(
    /// A wide hill, and far from it a narrow one that is higher.
    TwoPeaks, 0.0..=1.0: a b c d
);

impl Objective for TwoPeaks {
    const OPTIMUM: Option<f64> = Some(0.0);

    fn loss(&self) -> f64 {
        let x = self.x();
        let bell = |center: [f64; 4], width: f64| {
            let z: Vec<f64> = x.iter().zip(center).map(|(x, c)| (x - c) / width).collect();
            (-0.5 * squares(&z)).exp()
        };
        let wide = 0.8 * bell([0.25, 0.7, 0.3, 0.75], 0.35);
        let narrow = bell([0.82, 0.2, 0.78, 0.15], 0.16);
        1.0 - wide.max(narrow)
    }
}

space!(
    /// Stairs: nothing changes between two of them.
    Plateaus, -5.0..=5.0: a b c d e
);

impl Objective for Plateaus {
    const OPTIMUM: Option<f64> = Some(0.0);

    fn loss(&self) -> f64 {
        let z = moved(&self.x());
        z.iter().map(|z| (z.abs() * 3.0).floor().powi(2)).sum()
    }
}

space!(
    /// A regular grid of pits in a bowl; parameters do not interact (Rastrigin).
    Rastrigin, -5.0..=5.0: a b c d e
);

impl Objective for Rastrigin {
    const OPTIMUM: Option<f64> = Some(0.0);

    fn loss(&self) -> f64 {
        let pit = |z: &f64| z * z - 10.0 * (TAU * z).cos() + 10.0;
        moved(&self.x()).iter().map(pit).sum()
    }
}

space!(
    /// A long, bent valley (Rosenbrock).
    Rosenbrock, -4.0..=4.0: a b c d e f
);

impl Objective for Rosenbrock {
    const OPTIMUM: Option<f64> = Some(0.0);

    fn loss(&self) -> f64 {
        // Half the shift keeps the valley inside.
        let shifted = self
            .x()
            .into_iter()
            .zip(SHIFT)
            .map(|(x, s)| x - 0.5 * s + 1.0);
        let z: Vec<f64> = shifted.collect();
        z.windows(2)
            .map(|z| 100.0 * (z[1] - z[0] * z[0]).powi(2) + (1.0 - z[0]).powi(2))
            .sum()
    }
}

space!(
    /// Small pits everywhere around a deep one (Ackley).
    Ackley, -10.0..=10.0: a b c d e f g h i j
);

impl Objective for Ackley {
    const OPTIMUM: Option<f64> = Some(0.0);

    fn loss(&self) -> f64 {
        let z = moved(&self.x());
        let waves: f64 = z.iter().map(|z| (TAU * z).cos()).sum();
        20.0 + E - 20.0 * (-0.2 * (squares(&z) / 10.0).sqrt()).exp() - (waves / 10.0).exp()
    }
}

space!(
    /// A bowl a thousand times steeper one way than another, along none of the axes.
    Ellipsoid, -5.0..=5.0: a b c d
);

impl Objective for Ellipsoid {
    const OPTIMUM: Option<f64> = Some(0.0);

    fn loss(&self) -> f64 {
        let z = moved(&self.x());
        // Mirrored on the plane across (1, 2, 3, 4), which turns every axis.
        let normal = [1.0, 2.0, 3.0, 4.0];
        let along: f64 = z.iter().zip(normal).map(|(z, n)| z * n).sum();
        let turned = z
            .iter()
            .zip(normal)
            .map(|(z, n)| z - 2.0 * along * n / 30.0);
        turned
            .zip(0..)
            .map(|(z, axis): (f64, i32)| 10_f64.powi(axis) * z * z)
            .sum()
    }
}

space!(
    /// Ten holes far apart, of different depth (Shekel).
    Shekel, 0.0..=10.0: a b c d
);

impl Objective for Shekel {
    const OPTIMUM: Option<f64> = Some(-10.536_443_153_483_525);

    fn loss(&self) -> f64 {
        // Two holes share a row where their centers differ only in a pattern of two numbers.
        const CENTERS: [[f64; 2]; 10] = [
            [4.0, 4.0],
            [1.0, 1.0],
            [8.0, 8.0],
            [6.0, 6.0],
            [3.0, 7.0],
            [2.0, 9.0],
            [5.0, 3.0],
            [8.0, 1.0],
            [6.0, 2.0],
            [7.0, 3.6],
        ];
        const WIDTHS: [f64; 10] = [0.1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.3, 0.7, 0.5, 0.5];
        let x = self.x();
        let hole = |(center, width): (&[f64; 2], &f64)| {
            let z: Vec<f64> = x
                .iter()
                .zip(center.iter().cycle())
                .map(|(x, c)| x - c)
                .collect();
            -1.0 / (squares(&z) + width)
        };
        CENTERS.iter().zip(&WIDTHS).map(hole).sum()
    }
}

space!(
    /// Narrow ditches across flat ground (Michalewicz).
    Michalewicz, 0.0..=3.0: a b c d e
);

impl Objective for Michalewicz {
    const OPTIMUM: Option<f64> = Some(-4.687_658_179);

    fn loss(&self) -> f64 {
        let x = self.x();
        let ditch = |(x, i): (&f64, f64)| -x.sin() * (i * x * x / PI).sin().powi(20);
        x.iter().zip([1.0, 2.0, 3.0, 4.0, 5.0]).map(ditch).sum()
    }
}

space!(
    /// Four bells that overlap (Hartmann).
    Hartmann, 0.0..=1.0: a b c d e f
);

impl Objective for Hartmann {
    const OPTIMUM: Option<f64> = Some(-3.322_368_011_415_515);

    fn loss(&self) -> f64 {
        const HEIGHTS: [f64; 4] = [1.0, 1.2, 3.0, 3.2];
        const SHARPNESS: [[f64; 6]; 4] = [
            [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
            [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
            [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
            [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
        ];
        const CENTERS: [[f64; 6]; 4] = [
            [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
            [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
            [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
            [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
        ];
        let x = self.x();
        let bell = |bell: usize| {
            let terms = x.iter().zip(SHARPNESS[bell]).zip(CENTERS[bell]);
            let distance: f64 = terms.map(|((x, sharp), c)| sharp * (x - c).powi(2)).sum();
            -HEIGHTS[bell] * (-distance).exp()
        };
        (0..4).map(bell).sum()
    }
}

space!(
    /// Two pits along each axis, one a little deeper (Styblinski and Tang).
    StyblinskiTang, -5.0..=5.0: a b c d e f g h
);

impl Objective for StyblinskiTang {
    const OPTIMUM: Option<f64> = Some(-39.166_165_703_771_42 * 8.0);

    fn loss(&self) -> f64 {
        let pits = |x: &f64| 0.5 * (x.powi(4) - 16.0 * x * x + 5.0 * x);
        self.x().iter().map(pits).sum()
    }
}

space!(
    /// Waves in a wide valley (Levy).
    Levy, -10.0..=10.0: a b c d e f g h i
);

impl Objective for Levy {
    const OPTIMUM: Option<f64> = Some(0.0);

    fn loss(&self) -> f64 {
        let w: Vec<f64> = moved(&self.x()).iter().map(|z| 1.0 + z / 4.0).collect();
        let (first, last) = (w[0], w[w.len() - 1]);
        let waves: f64 = w[..w.len() - 1]
            .iter()
            .map(|w| (w - 1.0).powi(2) * (1.0 + 10.0 * (PI * w + 1.0).sin().powi(2)))
            .sum();
        let end = (last - 1.0).powi(2) * (1.0 + (TAU * last).sin().powi(2));
        (PI * first).sin().powi(2) + waves + end
    }
}
