//! What a run found, and how much it dominates.

use super::problem::Objectives;

/// Losses of which none is better than another in every objective, on a scale where the reference point
/// has 1 everywhere and the ideal one 0.
#[derive(Debug, Clone)]
pub(super) struct Front {
    ideal: &'static [f64],
    reference: &'static [f64],
    points: Vec<Vec<f64>>,
}

impl Front {
    pub(super) fn of<T: Objectives>() -> Self {
        Self {
            ideal: T::IDEAL,
            reference: T::REFERENCE,
            points: Vec::new(),
        }
    }

    /// Adds what a trial found.
    pub(super) fn add(&mut self, losses: &[f64]) {
        let ends = self.ideal.iter().zip(self.reference);
        let scaled = losses.iter().zip(ends);
        let scaled = scaled.map(|(loss, (ideal, reference))| (loss - ideal) / (reference - ideal));
        let point: Vec<f64> = scaled.map(|x| x.max(0.0)).collect();
        let covers = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a <= b);
        let counts = point.iter().all(|x| *x < 1.0);
        if !counts || self.points.iter().any(|other| covers(other, &point)) {
            return;
        }
        self.points.retain(|other| !covers(&point, other));
        self.points.push(point);
    }

    /// The share of the box between the ideal and the reference point that is dominated.
    pub(super) fn hypervolume(&self) -> f64 {
        let points: Vec<&[f64]> = self.points.iter().map(Vec::as_slice).collect();
        hypervolume(&points)
    }
}

/// The volume up to 1 that points dominate: slice by slice along the last objective.
fn hypervolume(points: &[&[f64]]) -> f64 {
    let Some(last) = points.first().map(|point| point.len() - 1) else {
        return 0.0;
    };
    if last == 0 {
        return 1.0 - points.iter().map(|point| point[0]).fold(1.0, f64::min);
    }
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a[last].total_cmp(&b[last]));
    let ends = sorted.iter().skip(1).map(|point| point[last]).chain([1.0]);
    let slices = sorted.iter().zip(ends).enumerate();
    slices
        .map(|(number, (point, end))| {
            let thickness = end - point[last];
            if thickness == 0.0 {
                return 0.0;
            }
            let below: Vec<&[f64]> = sorted[..=number]
                .iter()
                .map(|point| &point[..last])
                .collect();
            thickness * hypervolume(&below)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use rand::rngs::ChaCha12Rng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    fn front(points: &[&[f64]]) -> Front {
        let mut front = Front {
            ideal: &[0.0; 3][..points[0].len()],
            reference: &[2.0; 3][..points[0].len()],
            points: Vec::new(),
        };
        points.iter().for_each(|point| front.add(point));
        front
    }

    #[test]
    fn areas_that_overlap_count_once() {
        let two = front(&[
            &[0.0, 1.0],
            &[1.0, 0.0],
            &[1.5, 1.5],
            &[0.0, 3.0],
            &[f64::INFINITY, 0.0],
        ]);
        assert!((two.hypervolume() - 0.75).abs() < 1e-12);
        assert_eq!(two.points.len(), 2);
        let three = front(&[&[1.0, 0.0, 0.0], &[0.0, 1.0, 1.0]]);
        assert!((three.hypervolume() - 0.625).abs() < 1e-12);
    }

    #[test]
    fn the_volume_is_the_share_of_random_points_that_are_dominated() {
        let mut rng = ChaCha12Rng::seed_from_u64(3);
        let points: Vec<Vec<f64>> = (0..30)
            .map(|_| (0..3).map(|_| 2.0 * rng.random::<f64>()).collect())
            .collect();
        let points: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
        let front = front(&points);
        let dominated = (0..40_000).filter(|_| {
            let x: [f64; 3] = rng.random();
            front
                .points
                .iter()
                .any(|point| point.iter().zip(x).all(|(p, x)| *p <= x))
        });
        let share = dominated.count() as f64 / 40_000.0;
        assert!((front.hypervolume() - share).abs() < 0.01, "{share}");
    }
}
