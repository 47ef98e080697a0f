//! How alike two configurations are taken to be.

use std::ops::Range;

use crate::sampler::lanes::exp;

/// The parameters of the covariance of two points.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kernel {
    /// For each axis the inverse square of its length scale.
    pub(super) weights: Vec<f64>,
    /// The variance of the function.
    pub(super) signal: f64,
    /// The variance of the noise.
    pub(super) noise: f64,
}

/// Points of the model: for each axis the coordinate of every point.
#[derive(Debug, Clone)]
pub(super) struct Points {
    columns: Vec<Vec<f64>>,
    /// For each axis whether its coordinates have no order: they are equal or not.
    unordered: Vec<bool>,
    count: usize,
}

/// Two trials that run tell the same if they are nearer than this on every axis.
pub(super) const NEAR: f64 = 1e-3;

/// Whether two points are less than `distance` apart on every axis.
pub(super) fn are_near(a: impl Iterator<Item = f64>, b: &[f64], distance: f64) -> bool {
    a.zip(b).all(|(a, b)| (a - b).abs() < distance)
}

impl Points {
    pub(super) fn new(unordered: Vec<bool>) -> Self {
        Self {
            columns: vec![Vec::new(); unordered.len()],
            unordered,
            count: 0,
        }
    }

    pub(super) fn push(&mut self, point: &[f64]) {
        for (column, coordinate) in self.columns.iter_mut().zip(point) {
            column.push(*coordinate);
        }
        self.count += 1;
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The number of coordinates of a point.
    pub(super) fn axes(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn point(&self, place: usize) -> impl Iterator<Item = f64> {
        self.columns.iter().map(move |column| column[place])
    }

    /// Whether one of some points is less than `distance` away on every axis.
    pub(super) fn has_near(&self, point: &[f64], mut among: Range<usize>, distance: f64) -> bool {
        among.any(|place| are_near(self.point(place), point, distance))
    }

    /// The distances on one axis of a point at `coordinate` from the first `count` points, squared; 0 or 1 without an
    /// order.
    pub(super) fn squares(
        &self,
        axis: usize,
        coordinate: f64,
        count: usize,
    ) -> impl Iterator<Item = f64> {
        let unordered = self.unordered[axis];
        self.columns[axis][..count].iter().map(move |other| {
            let distance = coordinate - other;
            if unordered {
                f64::from(u8::from(distance != 0.0))
            } else {
                distance * distance
            }
        })
    }

    /// The weighted squared distances of a point from all points.
    #[allow(clippy::float_cmp, reason = "places of choices are whole")]
    fn distances(&self, point: &[f64], weights: &[f64]) -> Vec<f64> {
        let mut distances = vec![0.0; self.count];
        for (axis, (coordinate, weight)) in point.iter().zip(weights).enumerate() {
            if self.unordered[axis] {
                for (distance, other) in distances.iter_mut().zip(&self.columns[axis]) {
                    *distance += weight * f64::from(u8::from(coordinate != other));
                }
            } else {
                for (distance, other) in distances.iter_mut().zip(&self.columns[axis]) {
                    let difference = coordinate - other;
                    *distance += weight * (difference * difference);
                }
            }
        }
        distances
    }

    /// Σ factor · ∂(squared distance)/∂(coordinate), for each axis with an order; 0 for the others.
    pub(super) fn slopes(&self, point: &[f64], kernel: &Kernel, factors: &[f64]) -> Vec<f64> {
        let slope = |axis: usize| -> f64 {
            if self.unordered[axis] {
                return 0.0;
            }
            let differences = self.columns[axis].iter().map(|other| point[axis] - other);
            let sum: f64 = differences.zip(factors).map(|(d, factor)| d * factor).sum();
            2.0 * kernel.weights[axis] * sum
        };
        (0..self.axes()).map(slope).collect()
    }
}

impl Kernel {
    /// The covariances of a point with all points.
    pub(super) fn covariances(&self, points: &Points, point: &[f64]) -> Vec<f64> {
        let mut cells = points.distances(point, &self.weights);
        for cell in &mut cells {
            *cell = self.signal * matern(*cell);
        }
        cells
    }

    /// The covariances, and what each of them changes by with the squared distance.
    pub(super) fn covariances_and_slopes(
        &self,
        points: &Points,
        point: &[f64],
    ) -> (Vec<f64>, Vec<f64>) {
        let mut cells = points.distances(point, &self.weights);
        let mut slopes = Vec::with_capacity(cells.len());
        for cell in &mut cells {
            slopes.push(self.signal * matern_slope(*cell));
            *cell = self.signal * matern(*cell);
        }
        (cells, slopes)
    }
}

/// Beyond this distance nothing is alike.
const FAR: f64 = 700.0;

/// Matérn's covariance with smoothness 5/2, at a squared distance; 1 at 0.
#[inline]
pub(super) fn matern(square: f64) -> f64 {
    let r = (5.0 * square).sqrt().min(FAR);
    (1.0 + r + r * r / 3.0) * exp(-r)
}

/// Its slope by the squared distance.
#[inline]
pub(super) fn matern_slope(square: f64) -> f64 {
    let r = (5.0 * square).sqrt().min(FAR);
    -5.0 / 6.0 * (1.0 + r) * exp(-r)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_covariance_has_the_slope_that_it_claims() {
        assert!((matern(0.0) - 1.0).abs() < 1e-15);
        for square in [1e-6, 0.01, 0.3, 1.0, 7.0, 1e4, 1e9, f64::MAX] {
            let h = 1e-4 * square;
            let difference = (matern(square + h) - matern(square - h)) / (2.0 * h);
            let slope = matern_slope(square);
            assert!(slope <= 0.0 && (0.0..=1.0).contains(&matern(square)));
            assert!(
                (difference - slope).abs() < 1e-5 * slope.abs() + 1e-12,
                "{square}"
            );
        }
    }

    #[test]
    fn choices_are_the_same_or_not() {
        let mut points = Points::new(vec![false, true]);
        points.push(&[0.25, 2.0]);
        points.push(&[0.5, 0.0]);
        let weights = vec![4.0, 3.0];
        let distances = points.distances(&[0.75, 0.0], &weights);
        assert_eq!(distances, [1.0 + 3.0, 0.25]);
        assert_eq!(points.squares(1, 0.0, 2).collect::<Vec<_>>(), [1.0, 0.0]);
        assert!(
            points.has_near(&[0.5, 0.0], 0..2, 1e-9) && !points.has_near(&[0.5, 2.0], 0..2, 0.1)
        );
        assert!(!points.has_near(&[0.5, 0.0], 0..1, 0.1));
    }
}
