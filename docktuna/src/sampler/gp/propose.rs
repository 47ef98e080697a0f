//! Where the expected improvement is largest.

use rand::Rng;

use super::cube::{Cube, Point};
use super::descent::minimum;
use super::posterior::Posterior;

/// How many points are drawn without looking.
const DRAWN: usize = 256;
/// How many points are drawn near each of the best trials, at each of the scales.
const NEAR: usize = 20;
const SCALES: [f64; 2] = [0.1, 0.02];
/// How many of all of them are improved.
const IMPROVED: usize = 5;
/// How often each of these is moved to its best neighbour and up the slope.
const ROUNDS: usize = 3;
/// How often the slope is looked at each time.
const CLIMBS: usize = 12;

/// A point, and ln of the improvement that is expected there.
#[derive(Clone)]
struct Candidate {
    point: Point,
    gain: f64,
}

/// New configurations, the best first; none if nothing is found that was not tried. `best` are the best trials.
pub(super) fn propose<'a>(
    cube: &'a Cube<'a>,
    posterior: &'a Posterior,
    best: &[Vec<f64>],
    rng: &mut dyn Rng,
) -> impl Iterator<Item = Point> + use<'a> {
    let mut points: Vec<Point> = (0..DRAWN).map(|_| cube.random(rng)).collect();
    for trial in best {
        let trial = cube.around(trial, rng);
        for scale in SCALES {
            points.extend((0..NEAR).map(|_| cube.moved(&trial, scale, rng)));
        }
    }
    let candidates = judged(cube, posterior, points);
    let mut improved: Vec<Candidate> = candidates
        .iter()
        .take(IMPROVED)
        .map(|candidate| improve(cube, posterior, candidate.clone(), rng))
        .collect();
    improved.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    let all = improved.into_iter().chain(candidates);
    let new = all.filter(move |candidate| {
        candidate.gain.is_finite() && !posterior.is_taken(&cube.modelled(&candidate.point))
    });
    new.map(|candidate| candidate.point)
}

/// Points with their gains, the best first.
fn judged(cube: &Cube<'_>, posterior: &Posterior, points: Vec<Point>) -> Vec<Candidate> {
    let modelled: Vec<Vec<f64>> = points.iter().map(|point| cube.modelled(point)).collect();
    let gains = posterior.gains(&modelled);
    let both = points.into_iter().zip(gains);
    let mut candidates: Vec<Candidate> = both
        .map(|(point, gain)| Candidate { point, gain })
        .collect();
    candidates.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    candidates
}

fn improve(
    cube: &Cube<'_>,
    posterior: &Posterior,
    mut at: Candidate,
    rng: &mut dyn Rng,
) -> Candidate {
    for _ in 0..ROUNDS {
        let before = at.gain;
        let mut next = cube.neighbours(&at.point, rng);
        next.push(climb(cube, posterior, &at.point, rng));
        let best = judged(cube, posterior, next).into_iter().next();
        if let Some(best) = best.filter(|best| best.gain > at.gain) {
            at = best;
        }
        if at.gain <= before + 1e-6 {
            break;
        }
    }
    at
}

/// Up the slope, on the axes that have one.
fn climb(cube: &Cube<'_>, posterior: &Posterior, from: &Point, rng: &mut dyn Rng) -> Point {
    let axes = cube.smooth(from);
    if axes.is_empty() {
        return from.clone();
    }
    let mut modelled = cube.modelled(from);
    let mut slopes = vec![0.0; modelled.len()];
    let start: Vec<f64> = axes.iter().map(|axis| from[*axis]).collect();
    let function = |x: &[f64], gradient: &mut [f64]| {
        for (axis, x) in axes.iter().zip(x) {
            modelled[*axis] = *x;
        }
        let gain = posterior.gain(&modelled, &mut slopes);
        for (gradient, axis) in gradient.iter_mut().zip(&axes) {
            *gradient = -slopes[*axis];
        }
        -gain
    };
    let sides = vec![(0.0, 1.0); axes.len()];
    let lowest = minimum(function, &start, &sides, CLIMBS);
    let mut point = from.clone();
    for (axis, x) in axes.iter().zip(lowest.point) {
        point[*axis] = x;
    }
    cube.settle(&mut point, rng);
    point
}
