//! The kernels of a study as it grows.

use super::evidence::{Evidence, Logarithms};
use super::observed::Observed;
use super::targets::Targets;

/// The most probable kernels of the first trials: of ten, and of a tenth more each time.
///
/// Each search starts from the kernel before, so what is found depends on the trials alone, and neither on when a
/// process started nor on the order in which trials ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Fits {
    /// The numbers of the trials behind the last one.
    numbers: Vec<i32>,
    found: Vec<Fit>,
}

#[derive(Debug, Clone)]
struct Fit {
    /// How many trials it was found with.
    trials: usize,
    logarithms: Logarithms,
}

/// Up to here a second start is worth its time.
const FEW: usize = 60;

impl Fits {
    /// The one with the most trials.
    pub(super) fn last(&self) -> Option<&Logarithms> {
        self.found.last().map(|fit| &fit.logarithms)
    }

    /// Goes on to what was observed.
    pub(super) fn advance(mut self, observed: &Observed) -> Self {
        let numbers = &observed.numbers;
        // A trial that ended late may have a smaller number than those that are known.
        self.found
            .retain(|fit| self.numbers.get(..fit.trials) == numbers.get(..fit.trials));
        loop {
            let before = self.found.last();
            let trials = match before {
                None => numbers.len().min(10),
                Some(fit) => fit.trials + (fit.trials / 10).max(1),
            };
            if trials > numbers.len() {
                break;
            }
            let logarithms = most_probable(observed, trials, before.map(|fit| &fit.logarithms));
            self.found.push(Fit { trials, logarithms });
        }
        let trials = self.found.last().map_or(0, |fit| fit.trials);
        self.numbers = numbers[..trials].to_vec();
        self
    }
}

/// The kernel of the first trials.
fn most_probable(observed: &Observed, trials: usize, before: Option<&Logarithms>) -> Logarithms {
    let losses = &observed.losses[..trials];
    let scale = Targets::of(losses);
    let targets: Vec<f64> = losses.iter().map(|loss| scale.target(*loss)).collect();
    let evidence = Evidence::new(&observed.points, &targets);
    let mut found = Vec::new();
    if let Some(before) = before {
        let evaluations = if trials <= FEW { 30 } else { 12 };
        found.push(evidence.most_probable(before, evaluations));
    }
    let guess = evidence.first_guess();
    if trials <= FEW || found.is_empty() {
        found.push(evidence.most_probable(&guess, 40));
    }
    let best = found.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(guess, |(logarithms, _)| logarithms)
}
