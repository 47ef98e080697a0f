//! Losses as numbers that a normal distribution may have drawn.

/// How losses become targets of the model: very bad ones are cut off, the rest is bent until it looks normal
/// (Yeo and Johnson, "A New Family of Power Transformations to Improve Normality or Symmetry", Biometrika 87, 2000;
/// Cowen-Rivers et al., "HEBO", JAIR 74, 2022), and scaled to mean 0 and variance 1.
#[derive(Debug, Clone)]
pub(super) struct Targets {
    /// What losses are divided by, so that no difference of two is too large.
    magnitude: f64,
    /// The smallest finite loss, and the largest one that makes a difference.
    low: f64,
    high: f64,
    spread: f64,
    power: f64,
    mean: f64,
    deviation: f64,
}

impl Targets {
    /// Learns from the losses of complete trials. An infinite one counts as the smallest, or as the largest one that
    /// makes a difference.
    pub(super) fn of(losses: &[f64]) -> Self {
        let mut sorted: Vec<f64> = losses
            .iter()
            .copied()
            .filter(|loss| loss.is_finite())
            .collect();
        let magnitude = sorted.iter().fold(0.0_f64, |max, loss| max.max(loss.abs()));
        let magnitude = if magnitude > 0.0 { magnitude } else { 1.0 };
        sorted.iter_mut().for_each(|loss| *loss /= magnitude);
        sorted.sort_unstable_by(f64::total_cmp);
        let (low, worst) = match (sorted.first(), sorted.last()) {
            (Some(low), Some(worst)) => (*low, *worst),
            _ => (0.0, 0.0),
        };
        let (first, third) = (quantile(&sorted, 0.25), quantile(&sorted, 0.75));
        let high = if third > first {
            (third + 3.0 * (third - first)).min(worst)
        } else {
            worst
        };
        let mut targets = Self {
            magnitude,
            low,
            high,
            spread: 1.0,
            power: 1.0,
            mean: 0.0,
            deviation: 1.0,
        };
        let cut: Vec<f64> = losses
            .iter()
            .map(|loss| targets.above_the_best(*loss))
            .collect();
        targets.spread = mean_and_deviation(&cut).1;
        // Differences in the last places are none.
        if targets.spread <= 1e-14 {
            targets.spread = f64::INFINITY;
            return targets;
        }
        let scaled: Vec<f64> = cut.iter().map(|z| z / targets.spread).collect();
        targets.power = power(&scaled);
        let bent: Vec<f64> = scaled.iter().map(|z| bend(*z, targets.power)).collect();
        (targets.mean, targets.deviation) = mean_and_deviation(&bent);
        if !(targets.deviation > 1e-9 && targets.deviation.is_finite()) {
            targets.power = 1.0;
            (targets.mean, targets.deviation) = mean_and_deviation(&scaled);
        }
        targets
    }

    /// The target for a loss.
    pub(super) fn target(&self, loss: f64) -> f64 {
        let z = self.above_the_best(loss) / self.spread;
        (bend(z, self.power) - self.mean) / self.deviation
    }

    fn above_the_best(&self, loss: f64) -> f64 {
        (loss / self.magnitude).clamp(self.low, self.high) - self.low
    }
}

/// Yeo's and Johnson's transformation of a number that is not negative.
fn bend(z: f64, power: f64) -> f64 {
    let ln = z.ln_1p();
    if power.abs() < 1e-9 {
        ln
    } else {
        (power * ln).exp_m1() / power
    }
}

/// The power that makes bent numbers most likely for a normal distribution, which is found by golden sections.
fn power(numbers: &[f64]) -> f64 {
    /// The golden section.
    const SECTION: f64 = 0.618_033_988_749_894_8;
    let logarithms: f64 = numbers.iter().map(|z| z.ln_1p()).sum();
    let count = numbers.iter().map(|_| 1.0).sum::<f64>();
    let likelihood = |power: f64| {
        let bent: Vec<f64> = numbers.iter().map(|z| bend(*z, power)).collect();
        (power - 1.0) * logarithms - count * mean_and_deviation(&bent).1.ln()
    };
    let (mut low, mut high) = (-5.0, 5.0);
    let (mut a, mut b) = (high - SECTION * (high - low), low + SECTION * (high - low));
    let (mut at_a, mut at_b) = (likelihood(a), likelihood(b));
    while high - low > 1e-4 {
        if at_a >= at_b {
            high = b;
            (b, at_b) = (a, at_a);
            a = high - SECTION * (high - low);
            at_a = likelihood(a);
        } else {
            low = a;
            (a, at_a) = (b, at_b);
            b = low + SECTION * (high - low);
            at_b = likelihood(b);
        }
    }
    0.5 * (low + high)
}

fn mean_and_deviation(numbers: &[f64]) -> (f64, f64) {
    let count = numbers.iter().map(|_| 1.0).sum::<f64>().max(1.0);
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, (squares / count).sqrt())
}

/// Between the two numbers around the place, in a line; 0 of none.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a place in a list"
)]
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let at = |place: f64| sorted.get(place as usize).copied().unwrap_or_default();
    let (below, above) = (at(place.floor()), at(place.ceil()));
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_standard_and_keep_the_order() {
        let losses: Vec<f64> = (0..50).map(|i| f64::from(i * i) + 3.0).collect();
        let targets = Targets::of(&losses);
        let all: Vec<f64> = losses.iter().map(|loss| targets.target(*loss)).collect();
        let (mean, deviation) = mean_and_deviation(&all);
        assert!(mean.abs() < 1e-12 && (deviation - 1.0).abs() < 1e-12);
        assert!(all.is_sorted());
    }

    #[test]
    fn whatever_the_losses_are_targets_are_finite() {
        let (max, inf) = (f64::MAX, f64::INFINITY);
        let cases: &[&[f64]] = &[
            &[],
            &[1.0],
            &[2.0, 2.0, 2.0],
            &[inf, -inf],
            &[inf, 1.0, 2.0, -inf],
            &[max, -max, 0.0, 1.0],
            &[1e-320, 2e-320, 0.0],
            &[1.0, 1.0 + f64::EPSILON, 1.0],
            &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1e300],
        ];
        for losses in cases {
            let targets = Targets::of(losses);
            for loss in losses.iter().chain(&[0.0, inf, -inf, max, -max]) {
                let target = targets.target(*loss);
                assert!(target.is_finite(), "{losses:?}: {loss} is {target}");
            }
        }
    }

    #[test]
    fn one_very_bad_loss_says_no_more_than_a_bad_one() {
        let mut losses: Vec<f64> = (0..20).map(f64::from).collect();
        losses.push(1e12);
        let targets = Targets::of(&losses);
        assert!(targets.target(1e12) < 5.0);
        let same = (targets.target(f64::INFINITY), targets.target(1e12));
        assert_eq!(same.0.to_bits(), same.1.to_bits());
    }
}
