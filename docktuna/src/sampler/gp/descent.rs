//! The minimum of a smooth function within a box.

/// A point, and how small the function is there.
pub(super) struct Lowest {
    pub(super) point: Vec<f64>,
    pub(super) value: f64,
}

/// Goes down from `start` with at most `evaluations` of the function, which also gives its gradient.
///
/// This is the quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno on the coordinates that are not held at
/// a side of the box (Nocedal and Wright, "Numerical Optimization", 2006, chapters 6 and 16.7), with a step that is
/// shortened until the function falls enough. A value that is not a number counts as too high.
pub(super) fn minimum(
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
    start: &[f64],
    sides: &[(f64, f64)],
    evaluations: usize,
) -> Lowest {
    let size = start.len();
    let mut x: Vec<f64> = start.to_vec();
    clamp(&mut x, sides);
    let mut gradient = vec![0.0; size];
    let mut value = function(&x, &mut gradient);
    let mut inverse = Inverse::new(size);
    let mut left = evaluations.saturating_sub(1);
    let mut new_gradient = vec![0.0; size];
    while left > 0 && value.is_finite() {
        let free: Vec<bool> = (0..size)
            .map(|i| {
                let (low, high) = sides[i];
                !(x[i] <= low && gradient[i] > 0.0 || x[i] >= high && gradient[i] < 0.0)
            })
            .collect();
        let direction = inverse.direction(&gradient, &free);
        let steepness: f64 = direction.iter().zip(&gradient).map(|(d, g)| d * g).sum();
        if !(steepness < 0.0 && steepness.is_finite()) {
            if inverse.is_fresh {
                break;
            }
            inverse = Inverse::new(size);
            continue;
        }
        // Nothing is known of the curvature at first.
        let longest = direction.iter().fold(0.0_f64, |max, d| max.max(d.abs()));
        let mut step = if inverse.is_fresh {
            (0.1 / longest).min(1.0)
        } else {
            1.0
        };
        let mut accepted = None;
        while left > 0 {
            left -= 1;
            let mut moved: Vec<f64> = x
                .iter()
                .zip(&direction)
                .map(|(x, d)| x + step * d)
                .collect();
            clamp(&mut moved, sides);
            let expected: f64 = (0..size).map(|i| gradient[i] * (moved[i] - x[i])).sum();
            let new = function(&moved, &mut new_gradient);
            if new <= value + 1e-4 * expected && new_gradient.iter().all(|g| g.is_finite()) {
                accepted = Some((moved, new));
                break;
            }
            // The minimum of the parabola through what is known.
            let curve = new - value - expected;
            let shorter = if curve > 0.0 {
                -0.5 * expected / curve
            } else {
                0.5
            };
            step *= if shorter.is_finite() {
                shorter.clamp(0.1, 0.5)
            } else {
                0.1
            };
            if step * longest < 1e-12 {
                break;
            }
        }
        let Some((moved, new)) = accepted else { break };
        let went: Vec<f64> = moved.iter().zip(&x).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = new_gradient
            .iter()
            .zip(&gradient)
            .map(|(a, b)| a - b)
            .collect();
        inverse.learn(&went, &turned);
        let fell = value - new;
        (x, value) = (moved, new);
        gradient.copy_from_slice(&new_gradient);
        if fell <= 1e-9 * (1.0 + value.abs()) {
            break;
        }
    }
    Lowest { point: x, value }
}

fn clamp(point: &mut [f64], sides: &[(f64, f64)]) {
    for (x, (low, high)) in point.iter_mut().zip(sides) {
        *x = x.clamp(*low, *high);
    }
}

/// What is known of the inverse of the second derivatives.
struct Inverse {
    size: usize,
    cells: Vec<f64>,
    /// Whether nothing is known yet.
    is_fresh: bool,
}

impl Inverse {
    fn new(size: usize) -> Self {
        let mut inverse = Self {
            size,
            cells: vec![0.0; size * size],
            is_fresh: true,
        };
        inverse.scale(1.0);
        inverse
    }

    /// A multiple of the unit matrix.
    fn scale(&mut self, factor: f64) {
        self.cells.fill(0.0);
        for i in 0..self.size {
            self.cells[i * self.size + i] = factor;
        }
    }

    /// Where the function falls to, as far as it is known, with the coordinates that are free.
    fn direction(&self, gradient: &[f64], free: &[bool]) -> Vec<f64> {
        let component = |i: usize| {
            if !free[i] {
                return 0.0;
            }
            let row = &self.cells[i * self.size..(i + 1) * self.size];
            let terms = row.iter().zip(gradient).zip(free);
            -terms
                .filter(|(_, free)| **free)
                .map(|((cell, g), _)| cell * g)
                .sum::<f64>()
        };
        (0..self.size).map(component).collect()
    }

    /// Learns from a step, and from how the gradient turned on it.
    fn learn(&mut self, went: &[f64], turned: &[f64]) {
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let curvature = product(went, turned);
        let square = product(turned, turned);
        // Only a function that curves upwards on the way tells something.
        if !(curvature > 1e-10 * (product(went, went) * square).sqrt() && square.is_finite()) {
            return;
        }
        if self.is_fresh {
            self.scale(curvature / square);
            self.is_fresh = false;
        }
        let size = self.size;
        let spread: Vec<f64> = (0..size)
            .map(|i| product(&self.cells[i * size..(i + 1) * size], turned))
            .collect();
        let factor = (1.0 + product(turned, &spread) / curvature) / curvature;
        for i in 0..size {
            for j in 0..size {
                self.cells[i * size + j] += factor * went[i] * went[j]
                    - (spread[i] * went[j] + went[i] * spread[j]) / curvature;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> f64 {
        let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
        gradient[0] = -2.0 * a - 400.0 * x[0] * b;
        gradient[1] = 200.0 * b;
        a * a + 100.0 * b * b
    }

    #[test]
    fn a_curved_valley_is_followed_to_its_lowest_place() {
        let sides = [(-5.0, 5.0); 2];
        let lowest = minimum(rosenbrock, &[-1.2, 1.0], &sides, 200);
        assert!(lowest.value < 1e-10, "{}", lowest.value);
        assert!((lowest.point[0] - 1.0).abs() < 1e-4);
    }

    #[test]
    fn a_minimum_outside_is_met_at_the_side() {
        let sides = [(-5.0, 0.5), (-5.0, 5.0)];
        let lowest = minimum(rosenbrock, &[-1.2, 1.0], &sides, 200);
        assert!((lowest.point[0] - 0.5).abs() < 1e-9);
        assert!((lowest.point[1] - 0.25).abs() < 1e-5);
        let from_the_side = minimum(rosenbrock, &[0.5, 5.0], &sides, 200);
        assert!((from_the_side.point[1] - 0.25).abs() < 1e-5);
    }

    #[test]
    fn it_keeps_the_bound_on_evaluations_and_never_leaves_with_nan() {
        let mut calls = 0;
        let counted = |x: &[f64], gradient: &mut [f64]| {
            calls += 1;
            rosenbrock(x, gradient)
        };
        minimum(counted, &[-1.2, 1.0], &[(-5.0, 5.0); 2], 7);
        assert!(calls <= 7, "{calls}");

        let hole = |x: &[f64], gradient: &mut [f64]| {
            gradient[0] = 1.0;
            if x[0] < 0.5 { f64::NAN } else { x[0] }
        };
        let lowest = minimum(hole, &[2.0], &[(-1.0, 3.0)], 50);
        assert!(lowest.value.is_finite() && lowest.value <= 2.0 && lowest.point[0] >= 0.5);
        let nothing = minimum(|_, _| f64::NAN, &[0.3], &[(0.0, 1.0)], 9);
        assert_eq!(nothing.point, [0.3]);
        assert_eq!(minimum(|_, _| 1.0, &[], &[], 9).point, [0.0; 0]);
    }
}
