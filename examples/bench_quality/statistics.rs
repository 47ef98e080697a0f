//! Comparing samples of losses, and how far chance could have moved the comparison.

use rand::rngs::ChaCha12Rng;
use rand::{RngExt, SeedableRng};

/// How often a sample is drawn again from itself.
const REPLICATES: usize = 2000;
/// Always the same, so that the same results give the same table.
const SEED: u64 = 95;

/// An estimate and the interval that holds its true value in 95 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The share of all pairs in which the first is smaller; equal ones count half. Half the samples of
/// two equal samplers win: 0.5.
pub(crate) fn smaller(ours: &[f64], theirs: &[f64]) -> f64 {
    let wins = |our: &f64| -> f64 {
        let against = |their: &f64| match our.total_cmp(their) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Greater => 0.0,
        };
        theirs.iter().map(against).sum()
    };
    mean(ours.iter().map(wins)) / count(theirs.len())
}

pub(crate) fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let length = count(values.len());
    values.sum::<f64>() / length
}

pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() % 2 {
        0 => 0.5 * (sorted[half - 1] + sorted[half]),
        _ => sorted[half],
    }
}

/// The value that the share `share` of all lies below; between two values in a line.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "samples are small"
)]
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len() - 1) as f64;
    let below = sorted[place.floor() as usize];
    let above = sorted[place.ceil() as usize];
    below + place.fract() * (above - below)
}

/// Between which numbers of heads a fair coin ends in 95 of 100 cases or more, if it is thrown `throws` times.
pub(crate) fn heads(throws: u32) -> (u32, u32) {
    let mut chance = 0.5_f64.powi(throws.try_into().unwrap_or(i32::MAX));
    let (mut below, mut low) = (chance, 0);
    while below <= 0.025 {
        chance *= f64::from(throws - low) / f64::from(low + 1);
        low += 1;
        below += chance;
    }
    (low, throws - low)
}

/// The mean over problems of `statistic`, which is told the samples of one problem. The interval is
/// the middle 95 % of what comes out when the problems, if there are several, and the values of each
/// sample are drawn again with replacement (the percentile bootstrap, Efron 1979).
pub(crate) fn estimate<const N: usize>(
    problems: &[[Vec<f64>; N]],
    statistic: impl Fn(&[Vec<f64>; N]) -> f64,
) -> Estimate {
    let value = mean(problems.iter().map(&statistic));
    let mut rng = ChaCha12Rng::seed_from_u64(SEED);
    let mut replicates: Vec<f64> = (0..REPLICATES)
        .map(|_| {
            mean((0..problems.len()).map(|_| {
                let problem = &problems[rng.random_range(0..problems.len())];
                statistic(&problem.each_ref().map(|sample| resample(sample, &mut rng)))
            }))
        })
        .collect();
    replicates.sort_by(f64::total_cmp);
    let tail = REPLICATES / 40;
    Estimate {
        value,
        low: replicates[tail],
        high: replicates[REPLICATES - 1 - tail],
    }
}

fn resample(sample: &[f64], rng: &mut ChaCha12Rng) -> Vec<f64> {
    let draw = |_| sample[rng.random_range(0..sample.len())];
    (0..sample.len()).map(draw).collect()
}

fn count(length: usize) -> f64 {
    f64::from(u32::try_from(length).expect("samples are small"))
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these numbers are exact")]
mod tests {
    use super::*;

    #[test]
    fn every_pair_counts_once_and_ties_half() {
        assert_eq!(smaller(&[1.0, 2.0], &[3.0, 4.0]), 1.0);
        assert_eq!(smaller(&[3.0, 4.0], &[1.0, 2.0]), 0.0);
        assert_eq!(smaller(&[1.0, 3.0], &[2.0]), 0.5);
        assert_eq!(smaller(&[1.0, 1.0], &[1.0, 2.0]), 0.75);
        let (one, other) = ([0.3, 0.1, 0.9, 0.5], [0.2, 0.5, 0.4]);
        assert_eq!(smaller(&one, &other) + smaller(&other, &one), 1.0);
    }

    #[test]
    fn the_middle_of_an_even_number_of_values_lies_between_two() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn quantiles_lie_between_values_in_a_line() {
        let values = [4.0, 0.0, 1.0, 3.0, 2.0];
        assert_eq!(
            [0.0, 0.5, 1.0].map(|share| quantile(&values, share)),
            [0.0, 2.0, 4.0]
        );
        assert_eq!(quantile(&values, 0.125), 0.5);
    }

    #[test]
    fn a_fair_coin_ends_near_the_middle() {
        // Of scipy.stats.binom.interval(0.95, n, 0.5).
        assert_eq!(
            [5, 6, 16, 24, 43].map(heads),
            [(0, 5), (1, 5), (4, 12), (7, 17), (15, 28)]
        );
    }

    #[test]
    fn an_interval_holds_the_truth_about_as_often_as_it_says() {
        let mut rng = ChaCha12Rng::seed_from_u64(1);
        let mut sample = |n| (0..n).map(|_| rng.random::<f64>()).collect::<Vec<_>>();
        let held = (0..80).filter(|_| {
            let interval = estimate(&[[sample(30)]], |[x]| mean(x.iter().copied()));
            (interval.low..=interval.high).contains(&0.5)
        });
        // 76 are expected; the bootstrap of 30 values is a little too narrow.
        let held = held.count();
        assert!((69..=79).contains(&held), "{held} of 80");
    }

    #[test]
    fn problems_that_differ_widen_the_interval_of_their_mean() {
        let same = vec![[vec![0.5, 0.5]]; 8];
        let flat = estimate(&same, |[x]| mean(x.iter().copied()));
        assert_eq!((flat.low, flat.value, flat.high), (0.5, 0.5, 0.5));

        let differing: Vec<[Vec<f64>; 1]> = (0..8).map(|p| [vec![f64::from(p % 2); 2]]).collect();
        let wide = estimate(&differing, |[x]| mean(x.iter().copied()));
        assert_eq!(wide.value, 0.5);
        assert!(wide.low < 0.3 && wide.high > 0.7, "{wide:?}");
    }
}
