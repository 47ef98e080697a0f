//! Wilcoxon's signed-rank test.

use std::f64::consts::SQRT_2;

use crate::space::Direction;

/// The probability of sums of ranks at least as extreme as those of `differences` if positive and
/// negative ones were equally likely: small where they tend to be worse than 0. Zeros keep their rank
/// and count half.
///
/// Wilcoxon, "Individual Comparisons by Ranking Methods", Biometrics Bulletin 1, 1945; zeros after
/// Pratt, JASA 54, 1959, split evenly.
#[allow(clippy::cast_precision_loss, reason = "counts lie below 2^53")]
pub(super) fn p_value(differences: &[f64], direction: Direction) -> f64 {
    let count = differences.len();
    let Ranks {
        doubled,
        ties,
        zeros,
    } = Ranks::of(differences);
    // Zeros add the same to every sum of an exact distribution.
    let signed: Vec<(usize, bool)> = doubled
        .iter()
        .zip(differences)
        .filter(|(_, difference)| **difference != 0.0)
        .map(|(rank, difference)| (*rank, *difference > 0.0))
        .collect();
    let positive = signed.iter().filter(|(_, positive)| *positive);
    let positive: usize = positive.map(|(rank, _)| rank).sum();
    let has_ties = ties.iter().any(|tie| *tie > 1);
    if count <= 13 || (count <= 50 && !has_ties && zeros == 0) {
        let ranks: Vec<usize> = signed.iter().map(|(rank, _)| *rank).collect();
        return exact(&ranks, positive, direction);
    }
    let of_zeros: usize = doubled.iter().sum::<usize>() - signed.iter().map(|s| s.0).sum::<usize>();
    let sum = positive as f64 / 2.0 + of_zeros as f64 / 4.0;
    let n = count as f64;
    let cubes: f64 = ties
        .iter()
        .map(|tie| (*tie as f64).powi(3) - *tie as f64)
        .sum();
    let variance = (n * (n + 1.0) * (2.0 * n + 1.0) - cubes / 2.0) / 24.0;
    let z = (sum - n * (n + 1.0) / 4.0) / variance.sqrt();
    0.5 * libm::erfc(direction.loss(z) / SQRT_2)
}

/// The ranks of the sizes, from 1.
struct Ranks {
    /// Twice each rank, as equal sizes share the mean of their ranks.
    doubled: Vec<usize>,
    /// How many are in each group of equal sizes.
    ties: Vec<usize>,
    zeros: usize,
}

impl Ranks {
    fn of(differences: &[f64]) -> Self {
        let size = |at: &usize| differences[*at].abs();
        let mut order: Vec<usize> = (0..differences.len()).collect();
        order.sort_by(|a, b| size(a).total_cmp(&size(b)));
        let (mut doubled, mut ties) = (vec![0; differences.len()], Vec::new());
        let mut first = 0;
        for group in order.chunk_by(|a, b| size(a).total_cmp(&size(b)).is_eq()) {
            let end = first + group.len();
            for at in group {
                doubled[*at] = first + 1 + end;
            }
            ties.push(group.len());
            first = end;
        }
        let zeros = differences.iter().filter(|d| **d == 0.0).count();
        Self {
            doubled,
            ties,
            zeros,
        }
    }
}

/// The share of all patterns of signs whose sum is at least, or at most, `observed`.
fn exact(ranks: &[usize], observed: usize, direction: Direction) -> f64 {
    // Counts of patterns by sum; they are whole numbers below 2^51, so exact.
    let mut patterns = vec![0.0; ranks.iter().sum::<usize>() + 1];
    patterns[0] = 1.0;
    let mut reached = 0;
    for rank in ranks {
        reached += rank;
        for sum in (*rank..=reached).rev() {
            patterns[sum] += patterns[sum - rank];
        }
    }
    let extreme = match direction {
        Direction::Minimize => &patterns[observed..],
        Direction::Maximize => &patterns[..=observed],
    };
    extreme.iter().sum::<f64>() / patterns.iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cases_by_hand() {
        let p = |d: &[f64]| p_value(d, Direction::Minimize).to_string();
        assert_eq!(p(&[1.0]), "0.5");
        assert_eq!(p(&[1.0, 2.0, 3.0]), "0.125");
        assert_eq!(p(&[-1.0, 2.0, 3.0]), "0.25");
        assert_eq!(p(&[0.0, 0.0]), "1");
        // The tied pair shares the rank 1.5: of the patterns, (+,+), (+,-) and (-,+) reach it.
        assert_eq!(p(&[1.0, -1.0]), "0.75");
    }
}
