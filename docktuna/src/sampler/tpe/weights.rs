//! How many trials count as good, and how much each trial weighs.

/// So many of the newest trials have full weight.
const RECENT: usize = 25;

/// How many of `finished` trials are good: a tenth, with one objective at most 25.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a count of trials is below 2^31"
)]
pub(super) fn good(finished: usize, objectives: usize) -> usize {
    let tenth = (0.1 * finished as f64).ceil() as usize;
    if objectives == 1 {
        tenth.min(25)
    } else {
        tenth
    }
}

/// The weights of an estimator's kernels: of its observations, oldest first, and of the prior, which has 1.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Weights {
    observations: usize,
    /// How many of the oldest weigh less than 1.
    rising: usize,
    first: f64,
    slope: f64,
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a count of trials is below 2^31"
)]
impl Weights {
    /// The newest 25 count fully, those before rise in a line.
    pub(super) fn by_age(observations: usize) -> Self {
        let rising = observations.saturating_sub(RECENT);
        let first = 1.0 / observations.max(1) as f64;
        let slope = if rising > 1 {
            (1.0 - first) / (rising - 1) as f64
        } else {
            0.0
        };
        Self {
            observations,
            rising,
            first,
            slope,
        }
    }

    /// All count fully.
    pub(super) fn equal(observations: usize) -> Self {
        Self {
            observations,
            rising: 0,
            first: 1.0,
            slope: 0.0,
        }
    }

    /// Those of ranked observations, the worst first: they rise in a line, and are 1 on average.
    pub(super) fn by_rank(observations: usize) -> Self {
        let slope = 2.0 / (observations as f64 + 1.0);
        Self {
            observations,
            rising: observations,
            first: slope,
            slope,
        }
    }

    /// How many there are besides the prior's.
    pub(super) fn observations(&self) -> usize {
        self.observations
    }

    /// The weight of the observation at `age`, relative to the prior's.
    pub(super) fn of(&self, age: usize) -> f64 {
        if age < self.rising {
            self.first + age as f64 * self.slope
        } else {
            1.0
        }
    }

    /// What all weigh together.
    pub(super) fn total(&self) -> f64 {
        let last = self.of(self.rising.saturating_sub(1));
        let rising = 0.5 * (self.first + last) * self.rising as f64;
        rising + (self.observations - self.rising + 1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_by_rank_rise_from_the_worst_and_are_one_on_average() {
        for n in [0, 1, 2, 7, 25] {
            let weights = Weights::by_rank(n);
            let each: Vec<f64> = (0..n).map(|rank| weights.of(rank)).collect();
            assert!(each.is_sorted() && each.iter().all(|weight| *weight > 0.0));
            let sum: f64 = each.iter().sum();
            let total = f64::from(u32::try_from(n).unwrap()) + 1.0;
            assert!((sum + 1.0 - total).abs() < 1e-12, "{sum}");
            assert!((weights.total() - total).abs() < 1e-12);
            assert!((weights.of(n) - 1.0).abs() < 1e-12, "the prior's");
        }
    }
}
