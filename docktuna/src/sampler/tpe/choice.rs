//! The kernels of one choice.

use crate::sampler::growth::make_room;

/// Probabilities of choices: in each kernel all have a share, and the observed one more.
#[derive(Debug, Clone)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Choice {
    choices: usize,
    /// What each kernel observed.
    observed: Vec<u32>,
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "indices and counts are small"
)]
impl Choice {
    pub(super) fn new(choices: usize, observed: &[f64]) -> Self {
        let observed = observed.iter().map(|index| *index as u32);
        Self {
            choices,
            observed: observed.collect(),
        }
    }

    pub(super) fn insert(&mut self, kernel: usize, observed: f64) {
        make_room(&mut self.observed, 1);
        self.observed.insert(kernel, observed as u32);
    }

    pub(super) fn remove(&mut self, kernel: usize) {
        self.observed.remove(kernel);
    }

    /// What a kernel observed; a place behind the last choice for the prior, which is behind the last
    /// kernel.
    pub(super) fn observed(&self, kernel: usize) -> usize {
        let observed = self.observed.get(kernel);
        observed.map_or(self.choices, |observed| *observed as usize)
    }

    /// The probability of one choice in the kernels that observed `observed`; in the prior, if that
    /// is none.
    pub(super) fn probability(&self, observed: usize, choice: usize) -> f64 {
        let choices = self.choices as f64;
        if observed == self.choices {
            return 1.0 / choices;
        }
        // Each choice has a share of one observation, the prior included; the observed one has 1 more.
        let share = 1.0 / (self.observed.len() + 1) as f64;
        let own = if observed == choice { 1.0 } else { 0.0 };
        (share + own) / (choices * share + 1.0)
    }

    /// Row by row for each observed choice and the prior, the logarithms of the probabilities at
    /// `points`.
    pub(super) fn table(&self, points: &[f64]) -> Vec<f64> {
        let rows = 0..=self.choices;
        let row = |observed| {
            points
                .iter()
                .map(move |x| self.probability(observed, *x as usize).ln())
        };
        rows.flat_map(row).collect()
    }

    /// The choice at the quantile `q` of a kernel, or of the prior.
    pub(super) fn quantile(&self, kernel: usize, q: f64) -> f64 {
        let observed = self.observed(kernel);
        let mut sum = 0.0;
        let mut chosen = 0;
        for choice in 0..self.choices - 1 {
            sum += self.probability(observed, choice);
            chosen += usize::from(sum < q);
        }
        chosen as f64
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.observed.capacity() * size_of::<u32>()
    }

    /// The probabilities of a kernel.
    #[cfg(test)]
    pub(super) fn probabilities(&self, kernel: usize) -> Vec<f64> {
        (0..self.choices)
            .map(|choice| self.probability(self.observed(kernel), choice))
            .collect()
    }
}
