//! The tree-structured Parzen estimator.

mod bandwidth;
mod choice;
mod curve;
mod density;
mod grid;
mod hypervolume;
mod kept;
mod kernels;
mod model;
mod parzen;
mod rank;
mod split;
#[cfg(test)]
pub(super) mod tests;
mod together;
#[cfg(test)]
pub(super) mod vectors;
mod weights;

use std::rc::Rc;
use std::sync::Arc;

use kept::estimator;
use model::Subspace;
use parzen::Parzen;
pub(super) use split::Split;

use super::history::{Column, History};
use super::random::uniform;
use super::{Draft, Sampler};
use super::{axis, lanes, normal};
use crate::space::distribution::Distribution;

/// Models the good trials by one density and the other trials by a second one, and chooses the candidate
/// with the largest ratio of the two.
///
/// This is the tree-structured Parzen estimator of Bergstra, Bardenet, Bengio and Kégl, "Algorithms for
/// Hyper-Parameter Optimization" (NIPS 2011), with the rules of Optuna 5.0, as Watanabe describes them in
/// "Tree-Structured Parzen Estimator" (arXiv 2304.11127). Parameters are modelled together. Running
/// trials count as bad ones, so that parallel workers choose different values. Pruned trials, and trials
/// that break constraints, rank after the others. Several objectives are ranked by domination and
/// hypervolume (Ozaki, Tanigaki, Watanabe and Onishi, "Multiobjective Tree-Structured Parzen Estimator for
/// Computationally Expensive Optimization Problems", GECCO 2020).
///
/// Some rules differ from Optuna's, because they find better values; [`optuna`](Self::optuna) has
/// Optuna's rules. Parameters are modelled in groups: parameters that always occur together are one
/// group, so conditional spaces are modelled arm by arm. With one objective, three more rules differ:
///
/// - A tenth of the trials that have a group's parameters are its good ones. With a tenth of all trials,
///   an arm that is seldom among these would be sampled as if no trial had used it.
/// - A better trial among the good ones has a larger weight, which is linear in its rank and 1 on
///   average. Watanabe recommends weights by the improvement itself. Ranks do not depend on the scale of
///   the objective, and they allow infinite values.
/// - The narrowest kernel of a good trial is the range divided by half the number of trials, at most by
///   100. Optuna divides by the number of good trials plus 2: for 100 trials by 12 instead of 50.
///   Watanabe recommends 33 for any number.
///
/// With several objectives, three rules differ:
///
/// - Good trials have weights by rank here, too. Within a rank of domination, the trial comes first that
///   adds most hypervolume.
/// - The narrowest kernel of a good trial is the range divided by a quarter of the number of trials.
/// - Parameters of a group are modelled together where the good trials show that they depend on each
///   other. Optuna models each by itself. Each good trial is left out in turn, and two models become one
///   as long as that makes the trials that were left out more likely: the cross-validation of Habbema,
///   Hermans and van den Broek (COMPSTAT 1974) and of Duin (IEEE Transactions on Computers C-25, 1976).
///
/// [`Auto`](super::Auto) asks it in turn with a Gaussian process. Its models are kept with the history, with 20 bytes
/// for each number, and are updated trial by trial, so the cost of a suggestion depends on little more than the trials
/// near its candidates.
///
/// ```
/// use docktuna::sampler::Tpe;
/// # #[derive(docktuna::Tunable)]
/// # struct Train { #[tune(range = 0.0..=1.0)] dropout: f64 }
/// # async fn example() -> docktuna::Result<()> {
/// let db = docktuna::OptunaDatabase::in_memory();
/// let study = db
///     .study_builder::<Train>("sentiment")
///     .sampler(Tpe::default().n_startup_trials(20))
///     .seed(7)
///     .open()
///     .await?;
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tpe {
    n_startup_trials: usize,
    n_ei_candidates: usize,
    multivariate: Option<bool>,
    group: bool,
    constant_liar: bool,
    rules: Rules,
}

/// How the good trials are found and modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rules {
    /// Each by its rank; with one objective among those that have the parameters in question, with
    /// several the parameters together that depend on each other.
    Ranked,
    /// Among all; all alike.
    Optuna,
}

impl Default for Tpe {
    fn default() -> Self {
        Self {
            n_startup_trials: 10,
            n_ei_candidates: 24,
            multivariate: None,
            group: true,
            constant_liar: true,
            rules: Rules::Ranked,
        }
    }
}

impl Tpe {
    /// The default sampler of Optuna 5.0. It computes the same densities from the same trials.
    #[must_use]
    pub fn optuna() -> Self {
        Self {
            group: false,
            rules: Rules::Optuna,
            ..Self::default()
        }
    }

    /// Draws uniformly until this number of trials is complete or pruned; 10 by default.
    #[must_use]
    pub fn n_startup_trials(mut self, trials: usize) -> Self {
        self.n_startup_trials = trials;
        self
    }

    /// The number of candidates, of which the best is chosen; 24 by default.
    #[must_use]
    pub fn n_ei_candidates(mut self, candidates: usize) -> Self {
        self.n_ei_candidates = candidates;
        self
    }

    /// Whether parameters are modelled together, or each by itself. By default they are modelled together if
    /// there is one objective. With several objectives the good trials show which of them are; with
    /// [Optuna's rules](Self::optuna) none are.
    #[must_use]
    pub fn multivariate(mut self, together: bool) -> Self {
        self.multivariate = Some(together);
        self
    }

    /// Whether groups of parameters that always occur together are modelled, which is the default, or
    /// only the parameters that every trial has, which is Optuna's default.
    #[must_use]
    pub fn group(mut self, group: bool) -> Self {
        self.group = group;
        self
    }

    /// Whether running trials count as bad ones, so that parallel workers choose different values; yes by
    /// default.
    #[must_use]
    pub fn constant_liar(mut self, liar: bool) -> Self {
        self.constant_liar = liar;
        self
    }

    /// The names that are drawn together with `name`.
    fn companions<'a>(&self, draft: &Draft<'a>, name: &'a str) -> Vec<&'a str> {
        let history = draft.history();
        let group = match (self.is_multivariate(draft), self.group) {
            (true, true) => history.group_of(name),
            (true, false) => history.intersection(),
            (false, _) => Vec::new(),
        };
        if group.contains(&name) {
            group
        } else {
            vec![name]
        }
    }

    /// The good trials and the others; `column` is one of the parameters in question.
    fn split(&self, draft: &Draft<'_>, column: &Column) -> Rc<Split> {
        let history = draft.history();
        let (liars, own) = (self.constant_liar, draft.number());
        let ranked = self.rules == Rules::Ranked && history.directions().len() == 1;
        if ranked && column.finished() < history.finished() {
            Rc::new(Split::of(history, Some(column), liars, own))
        } else {
            draft.split(|history| Split::of(history, None, liars, own))
        }
    }

    /// The estimators of the good trials and of the others.
    fn estimators(
        &self,
        history: &History,
        subspace: &Subspace<'_>,
        split: &Split,
        resolution: usize,
    ) -> (Arc<Parzen>, Arc<Parzen>) {
        let below = match self.rules {
            Rules::Ranked => Arc::new(subspace.ranked(&split.good, resolution)),
            Rules::Optuna => {
                let several = history.directions().len() > 1;
                estimator(subspace, &split.below(history), several)
            }
        };
        (below, estimator(subspace, &split.above, false))
    }

    /// Whether it depends on the good trials which parameters are modelled together.
    fn is_learnt(&self, draft: &Draft<'_>) -> bool {
        let several = draft.history().directions().len() > 1;
        several && self.rules == Rules::Ranked && self.multivariate.is_none()
    }

    fn is_multivariate(&self, draft: &Draft<'_>) -> bool {
        self.multivariate
            .unwrap_or(draft.history().directions().len() == 1 || self.is_learnt(draft))
    }
}

impl Sampler for Tpe {
    fn name(&self) -> &'static str {
        "tpe"
    }

    fn reads_history(&self) -> bool {
        true
    }

    fn sample(&self, draft: &mut Draft<'_>, name: &str, distribution: &Distribution) -> f64 {
        let history = draft.history();
        // Names live as long as the space, which outlives the draft.
        let Some(own) = draft.space().get(name) else {
            return uniform(draft.rng(), distribution);
        };
        let column = history.column_of(name);
        let Some(column) = column.filter(|_| history.finished() >= self.n_startup_trials.max(1))
        else {
            return uniform(draft.rng(), distribution);
        };
        let mut subspace = Subspace::new(history, self.is_multivariate(draft));
        for name in self.companions(draft, own.name()) {
            if let Some(param) = draft.space().get(name) {
                subspace.add(name, param.distribution(), param.is_ordered());
            }
        }
        if !subspace.names().any(|member| member == name) {
            return uniform(draft.rng(), distribution);
        }
        let split = self.split(draft, column);
        let resolution = if history.directions().len() == 1 {
            column.finished() / 2
        } else {
            history.finished() / 4
        };
        let parts = if self.is_learnt(draft) {
            subspace.parts(&split.good, resolution)
        } else {
            vec![subspace]
        };
        for part in parts {
            let (below, above) = self.estimators(history, &part, &split, resolution);
            let values = part.choose(&below, &above, self.n_ei_candidates, draft.rng());
            for (name, value) in part.names().zip(values) {
                draft.put(name, value);
            }
        }
        draft
            .take(name)
            .unwrap_or_else(|| uniform(draft.rng(), distribution))
    }
}
