//! A few points that cover much of what a whole rank dominates.
//!
//! The greedy choice is at least 1 − 1/e as good as the best one (Guerreiro, Fonseca and Paquete,
//! "Greedy Hypervolume Subset Selection in Low Dimensions", Evolutionary Computation 24, 2016).

use super::rank::lexicographic;

/// A point a tenth beyond the worst loss of each objective.
pub(super) fn reference_point(losses: &[&[f64]]) -> Vec<f64> {
    let objectives = losses.first().map_or(0, |first| first.len());
    let worst = |objective: usize| {
        let of_objective = losses.iter().map(|losses| losses[objective]);
        of_objective.fold(f64::NEG_INFINITY, f64::max)
    };
    (0..objectives)
        .map(worst)
        .map(|worst| (1.1 * worst).max(0.9 * worst))
        .map(|beyond| if beyond == 0.0 { 1e-12 } else { beyond })
        .collect()
}

/// The places of `count` of the points, chosen one after the other so that each adds the most.
pub(super) fn subset(losses: &[&[f64]], count: usize, reference: &[f64]) -> Vec<usize> {
    let mut distinct: Vec<usize> = (0..losses.len()).collect();
    distinct.sort_by(|a, b| lexicographic(losses[*a], losses[*b]));
    distinct.dedup_by(|later, kept| lexicographic(losses[*later], losses[*kept]).is_eq());
    if distinct.len() < count {
        let others = (0..losses.len()).filter(|place| !distinct.contains(place));
        let missing = count - distinct.len();
        let fill: Vec<usize> = others.take(missing).collect();
        distinct.extend(fill);
        return distinct;
    }
    if !reference.iter().all(|bound| bound.is_finite()) {
        distinct.truncate(count);
        return distinct;
    }
    greedy(losses, distinct, count, reference)
}

fn greedy(losses: &[&[f64]], mut left: Vec<usize>, count: usize, reference: &[f64]) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::with_capacity(count);
    // What a point adds can only shrink, so an old number is an upper bound of the new one.
    let mut bounds: Vec<f64> = left.iter().map(|i| volume(losses[*i], reference)).collect();
    for _ in 0..count {
        let taken: Vec<&[f64]> = chosen.iter().map(|i| losses[*i]).collect();
        let mut best: Option<(usize, f64)> = None;
        for (place, point) in left.iter().enumerate() {
            if best.is_some_and(|(_, most)| bounds[place] <= most) {
                continue;
            }
            bounds[place] = contribution(losses[*point], &taken, reference);
            if best.is_none_or(|(_, most)| bounds[place] > most) {
                best = Some((place, bounds[place]));
            }
        }
        let Some((place, _)) = best else { break };
        chosen.push(left.remove(place));
        bounds.remove(place);
    }
    chosen
}

/// What `point` dominates and none of `taken` does.
fn contribution(point: &[f64], taken: &[&[f64]], reference: &[f64]) -> f64 {
    // Of what the others dominate, only the part within the point's own box matters.
    let limited: Vec<Vec<f64>> = taken
        .iter()
        .map(|other| other.iter().zip(point).map(|(a, b)| a.max(*b)).collect())
        .collect();
    let limited: Vec<&[f64]> = limited.iter().map(Vec::as_slice).collect();
    volume(point, reference) - union(&limited, reference)
}

/// What at least one of `points` dominates, as a sum of what each adds to those before it (While,
/// Bradstreet and Barone, "A Fast Way of Calculating Exact Hypervolumes", 2012).
fn union(points: &[&[f64]], reference: &[f64]) -> f64 {
    let mut front: Vec<&[f64]> = Vec::with_capacity(points.len());
    for point in points {
        let covers = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a <= b);
        if front.iter().any(|other| covers(other, point)) {
            continue;
        }
        front.retain(|other| !covers(point, other));
        front.push(point);
    }
    let adds = |(i, point): (usize, &&[f64])| contribution(point, &front[..i], reference);
    front.iter().enumerate().map(adds).sum()
}

/// The volume of the box between a point and the reference point.
fn volume(point: &[f64], reference: &[f64]) -> f64 {
    let sides = point.iter().zip(reference);
    sides.map(|(low, high)| (high - low).max(0.0)).product()
}
