//! The masses of normal kernels on the cells of a grid.

use std::cell::Cell;
use std::f64::consts::SQRT_2;

use super::kernels::{Kernels, Shape};
use super::lanes::larger;
use super::normal;

/// Logarithms of the masses of kernels on the cells of some points, each made when it is asked for:
/// most kernels are too far away to be. Many kernels are alike, and points repeat on a coarse grid.
pub(super) struct Masses<'a> {
    kernels: &'a Kernels,
    /// Each cell once.
    cells: Vec<(f64, f64)>,
    /// The cell of each point.
    cell: Vec<usize>,
    /// Each shape of a kernel once.
    shapes: Vec<Shape>,
    /// The shape of each kernel, and last the prior's.
    shape: Vec<u32>,
    /// The masses on the whole interval, and shape by shape those on the cells; 0 until they are known.
    wholes: Vec<Cell<f64>>,
    masses: Vec<Cell<f64>>,
}

impl<'a> Masses<'a> {
    pub(super) fn new(kernels: &'a Kernels, points: &[f64]) -> Self {
        let mut cells = Vec::new();
        let cell = points.iter().map(|x| {
            let cell = kernels.interval.cell(*x);
            cells
                .iter()
                .position(|known| *known == cell)
                .unwrap_or_else(|| {
                    cells.push(cell);
                    cells.len() - 1
                })
        });
        let cell = cell.collect();
        let (shapes, shape) = shapes(kernels);
        Self {
            kernels,
            cell,
            shape,
            wholes: vec![Cell::new(0.0); shapes.len()],
            masses: vec![Cell::new(0.0); shapes.len() * cells.len()],
            cells,
            shapes,
        }
    }

    /// Adds the shares that kernels, from `start` on, have on the cell of a point, where that is above
    /// the floor without them. The kernel behind the last is the prior.
    pub(super) fn add(&self, point: usize, start: usize, floor: f64, exponents: &mut [f64]) {
        let cell = self.cell[point];
        let masses = &self.masses[cell..];
        for (shape, exponent) in self.shape[start..].iter().zip(exponents) {
            let shape = *shape as usize;
            let known = &masses[shape * self.cells.len()];
            if known.get() == 0.0 && *exponent > floor {
                known.set(self.share(shape, self.cells[cell]));
            }
            *exponent += known.get();
        }
    }

    /// ln of the share of its mass that a shape has on a cell.
    fn share(&self, shape: usize, cell: (f64, f64)) -> f64 {
        let interval = &self.kernels.interval;
        let whole = &self.wholes[shape];
        if whole.get() == 0.0 {
            whole.set(self.ln_mass(shape, (interval.start, interval.end)));
        }
        self.ln_mass(shape, cell) - whole.get()
    }

    fn ln_mass(&self, shape: usize, (low, high): (f64, f64)) -> f64 {
        let Shape { mean, scale } = self.shapes[shape];
        let place = |x: f64| (x - mean) * scale * SQRT_2;
        normal::ln_mass(place(low), place(high))
    }

    /// Lowers, for each block, what none of its kernels is above.
    pub(super) fn lower(&self, point: usize, bounds: &mut [f64]) {
        /// At the distance z·√2 a kernel has at most exp(−z²)/2 behind it; and one with its mean in the
        /// interval has Φ(1) − Φ(0) or more on it, as it is not wider. This is ln of their ratio.
        const SLACK: f64 = 0.382;
        let (low, high) = self.cells[self.cell[point]];
        let interval = &self.kernels.interval;
        for (bound, span) in bounds.iter_mut().zip(self.kernels.spans.from(0)) {
            let distance = larger(larger(span.low - high, low - span.high), 0.0) * span.scale;
            if span.low >= interval.start && span.high <= interval.end {
                *bound -= larger(distance * distance - SLACK, 0.0);
            }
        }
    }
}

/// Each shape once, and which of them each kernel has; last the prior's.
#[allow(clippy::float_cmp, reason = "equal observations have equal means")]
fn shapes(kernels: &Kernels) -> (Vec<Shape>, Vec<u32>) {
    let index = |index: usize| u32::try_from(index).expect("there are no more shapes than trials");
    let mut shapes: Vec<Shape> = Vec::new();
    let mut rows = vec![0; kernels.means.len() + 1];
    // The kernels of one mean come one after the other.
    let mut first = 0;
    for kernel in kernels.order().iter().map(|kernel| *kernel as usize) {
        let shape = kernels.shape(kernel);
        if shapes
            .get(first)
            .is_some_and(|known| known.mean != shape.mean)
        {
            first = shapes.len();
        }
        let known = shapes[first..].iter().position(|known| *known == shape);
        let place = first + known.unwrap_or(shapes.len() - first);
        if known.is_none() {
            shapes.push(shape);
        }
        rows[kernel] = index(place);
    }
    rows[kernels.means.len()] = index(shapes.len());
    shapes.push(kernels.shape(kernels.means.len()));
    (shapes, rows)
}
