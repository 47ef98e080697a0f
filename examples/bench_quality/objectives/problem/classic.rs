//! Known test functions. Where the usual best values lie at an end of the space, they are moved inside:
//! kernels that reflect the ends would find them too easily.

use std::f64::consts::{PI, SQRT_2};

use docktuna::Tunable;

use super::Objectives;

/// A struct of parameters that all have one range.
macro_rules! space {
    ($(#[$doc:meta])* $name:ident, $low:literal..=$high:literal: $($field:ident)*) => {
        $(#[$doc])*
        #[derive(Tunable)]
        pub(in super::super) struct $name {
            $(#[tune(range = $low..=$high)] $field: f64,)*
        }

        impl $name {
            fn x(&self) -> Vec<f64> {
                vec![$(self.$field),*]
            }
        }
    };
}

/// Where the best values of the parameters behind the first are moved to.
const SHIFT: [f64; 9] = [0.31, 0.17, 0.42, 0.08, 0.55, 0.26, 0.37, 0.12, 0.48];

/// The distances of the parameters behind the first from their best values, in 0 to 1.
fn distances(x: &[f64]) -> Vec<f64> {
    let moved = x[1..].iter().zip(SHIFT);
    moved
        .map(|(x, best)| (x - best).abs() / (1.0 - best).max(best))
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

space!(
    /// A convex front (Zitzler, Deb and Thiele 2000).
    Zdt1, 0.0..=1.0: a b c d e f g h i j
);

impl Objectives for Zdt1 {
    const IDEAL: &'static [f64] = &[0.0, 0.0];
    const REFERENCE: &'static [f64] = &[1.1, 4.0];

    fn losses(&self) -> Vec<f64> {
        let x = self.x();
        let g = 1.0 + 9.0 * mean(&distances(&x));
        vec![x[0], g * (1.0 - (x[0] / g).sqrt())]
    }
}

space!(
    /// A concave front.
    Zdt2, 0.0..=1.0: a b c d e f g h i j
);

impl Objectives for Zdt2 {
    const IDEAL: &'static [f64] = &[0.0, 0.0];
    const REFERENCE: &'static [f64] = &[1.1, 5.0];

    fn losses(&self) -> Vec<f64> {
        let x = self.x();
        let g = 1.0 + 9.0 * mean(&distances(&x));
        vec![x[0], g * (1.0 - (x[0] / g).powi(2))]
    }
}

space!(
    /// A front in five pieces.
    Zdt3, 0.0..=1.0: a b c d e f g h i j
);

impl Objectives for Zdt3 {
    const IDEAL: &'static [f64] = &[0.0, -0.8];
    const REFERENCE: &'static [f64] = &[1.1, 4.0];

    fn losses(&self) -> Vec<f64> {
        let x = self.x();
        let g = 1.0 + 9.0 * mean(&distances(&x));
        let share = x[0] / g;
        vec![
            x[0],
            g * (1.0 - share.sqrt() - share * (10.0 * PI * x[0]).sin()),
        ]
    }
}

space!(
    /// Many local fronts.
    Zdt4, 0.0..=1.0: a b c d e f
);

impl Objectives for Zdt4 {
    const IDEAL: &'static [f64] = &[0.0, 0.0];
    const REFERENCE: &'static [f64] = &[1.1, 60.0];

    fn losses(&self) -> Vec<f64> {
        let x = self.x();
        let z = distances(&x).into_iter().map(|distance| 5.0 * distance);
        let g = 1.0
            + z.map(|z| 10.0 + z * z - 10.0 * (4.0 * PI * z).cos())
                .sum::<f64>();
        vec![x[0], g * (1.0 - (x[0] / g).sqrt())]
    }
}

space!(
    /// Good values are rare, and lie unevenly along the front.
    Zdt6, 0.0..=1.0: a b c d e f
);

impl Objectives for Zdt6 {
    const IDEAL: &'static [f64] = &[0.28, 0.0];
    const REFERENCE: &'static [f64] = &[1.0, 8.0];

    fn losses(&self) -> Vec<f64> {
        let x = self.x();
        let first = 1.0 - (-4.0 * x[0]).exp() * (6.0 * PI * x[0]).sin().powi(6);
        let g = 1.0 + 9.0 * mean(&distances(&x)).powf(0.25);
        vec![first, g * (1.0 - (first / g).powi(2))]
    }
}

/// The spherical front of DTLZ2 (Deb, Thiele, Laumanns and Zitzler 2002), for as many objectives as
/// `angles` and one more.
fn sphere(angles: &[f64], distances: &[f64]) -> Vec<f64> {
    let radius = 1.0 + distances.iter().map(|x| (x - 0.4).powi(2)).sum::<f64>();
    let (mut losses, mut rest) = (Vec::with_capacity(angles.len() + 1), radius);
    for angle in angles {
        losses.push(rest * (0.5 * PI * angle).sin());
        rest *= (0.5 * PI * angle).cos();
    }
    losses.push(rest);
    losses
}

space!(
    /// A quarter of a circle.
    Dtlz2, 0.0..=1.0: a b c d e f
);

impl Objectives for Dtlz2 {
    const IDEAL: &'static [f64] = &[0.0; 2];
    const REFERENCE: &'static [f64] = &[1.5; 2];

    fn losses(&self) -> Vec<f64> {
        let x = self.x();
        sphere(&x[..1], &x[1..])
    }
}

space!(
    /// An eighth of a sphere.
    Dtlz2Of3, 0.0..=1.0: a b c d e f g
);

impl Objectives for Dtlz2Of3 {
    const IDEAL: &'static [f64] = &[0.0; 3];
    const REFERENCE: &'static [f64] = &[1.5; 3];

    fn losses(&self) -> Vec<f64> {
        let x = self.x();
        sphere(&x[..2], &x[2..])
    }
}

space!(
    /// A front of three objectives in four pieces.
    Dtlz7Of3, 0.0..=1.0: a b c d e f
);

impl Objectives for Dtlz7Of3 {
    const IDEAL: &'static [f64] = &[0.0, 0.0, 2.6];
    const REFERENCE: &'static [f64] = &[1.0, 1.0, 18.0];

    fn losses(&self) -> Vec<f64> {
        let x = self.x();
        let g = 1.0 + 9.0 * mean(&distances(&x[1..]));
        let waves = |x: &f64| x / (1.0 + g) * (1.0 + (3.0 * PI * x).sin());
        let h = 3.0 - x[..2].iter().map(waves).sum::<f64>();
        vec![x[0], x[1], (1.0 + g) * h]
    }
}

space!(
    /// A front in pieces, by few parameters with many hills (Kursawe 1990).
    Kursawe, -5.0..=5.0: a b c
);

impl Objectives for Kursawe {
    const IDEAL: &'static [f64] = &[-20.0, -12.0];
    const REFERENCE: &'static [f64] = &[-10.0, 4.0];

    fn losses(&self) -> Vec<f64> {
        let x: Vec<f64> = self.x().iter().map(|x| x - 0.7).collect();
        let pairs = x.windows(2).map(|pair| pair[0].hypot(pair[1]));
        let hills = x.iter().map(|x| x.abs().powf(0.8) + 5.0 * x.powi(3).sin());
        vec![pairs.map(|r| -10.0 * (-0.2 * r).exp()).sum(), hills.sum()]
    }
}

/// A truss of four bars: its volume against how far a joint gives way (Cheng and Li 1999).
#[derive(Tunable)]
pub(in super::super) struct Truss {
    #[tune(range = 1.0..=3.0)]
    a: f64,
    #[tune(range = SQRT_2..=3.0)]
    b: f64,
    #[tune(range = SQRT_2..=3.0)]
    c: f64,
    #[tune(range = 1.0..=3.0)]
    d: f64,
}

impl Objectives for Truss {
    const IDEAL: &'static [f64] = &[1200.0, 0.0];
    const REFERENCE: &'static [f64] = &[2800.0, 0.04];

    fn losses(&self) -> Vec<f64> {
        const LENGTH: f64 = 200.0;
        const FORCE_BY_STIFFNESS: f64 = 10.0 / 2e5;
        let Self { a, b, c, d } = self;
        let volume = LENGTH * (2.0 * a + SQRT_2 * b + c.sqrt() + d);
        let yielding = 2.0 / a + 2.0 * SQRT_2 / b - 2.0 * SQRT_2 / c + 2.0 / d;
        vec![volume, FORCE_BY_STIFFNESS * LENGTH * yielding]
    }
}
