//! The masses of normal kernels on the cells of a grid.

use std::f64::consts::SQRT_2;

use super::kernels::Kernels;
use super::normal;

/// Logarithms of masses. Many kernels are alike, and have one row.
pub(super) struct Masses {
    /// Row by row, the masses at the points.
    pub(super) table: Vec<f64>,
    /// The row of each kernel.
    pub(super) rows: Vec<u32>,
    /// The prior's row, which is the last.
    pub(super) prior: usize,
}

impl Masses {
    pub(super) fn new(kernels: &Kernels, points: &[f64]) -> Self {
        let (shapes, rows) = shapes(kernels);
        let interval = &kernels.interval;
        let cells: Vec<(f64, f64)> = points.iter().map(|x| interval.cell(*x)).collect();
        let mut table = Vec::with_capacity(points.len() * shapes.len());
        for (mean, scale) in &shapes {
            let place = |x: f64| (x - mean) * scale * SQRT_2;
            let whole = normal::ln_mass(place(interval.start), place(interval.end));
            for (i, (low, high)) in cells.iter().enumerate() {
                // Points repeat on a coarse grid.
                let same = cells[..i].iter().position(|cell| cell == &(*low, *high));
                let mass = match same {
                    Some(same) => table[table.len() - i + same],
                    None => normal::ln_mass(place(*low), place(*high)) - whole,
                };
                table.push(mass);
            }
        }
        let prior = shapes.len() - 1;
        Self { table, rows, prior }
    }
}

/// Each pair of mean and scale once, and which of them each kernel has; last the prior's.
#[allow(clippy::float_cmp, reason = "equal observations have equal means")]
fn shapes(kernels: &Kernels) -> (Vec<(f64, f64)>, Vec<u32>) {
    let mut shapes: Vec<(f64, f64)> = Vec::new();
    let mut rows = vec![0; kernels.means.len()];
    // The kernels of one mean come one after the other.
    let mut first = 0;
    for kernel in kernels.order().iter().map(|kernel| *kernel as usize) {
        let shape = (kernels.means[kernel], kernels.scales[kernel]);
        if shapes.get(first).is_some_and(|(mean, _)| *mean != shape.0) {
            first = shapes.len();
        }
        let known = shapes[first..].iter().position(|known| *known == shape);
        rows[kernel] = u32::try_from(first + known.unwrap_or(shapes.len() - first))
            .expect("there are no more shapes than trials");
        if known.is_none() {
            shapes.push(shape);
        }
    }
    shapes.push(kernels.prior());
    (shapes, rows)
}
