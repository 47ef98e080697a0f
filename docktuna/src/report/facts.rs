//! What a page shows of a study, read once.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use crate::error::Result;
use crate::id::{StateCounts, TrialId, TrialState};
use crate::importance::{Importance, importances};
use crate::optuna::keys;
use crate::outline::SpaceOutline;
use crate::space::{Direction, dominates};
use crate::storage::{Detail, StoredParam, TrialQuery};
use crate::study::DynamicStudy;
use crate::trial::FrozenTrial;

/// A study as it was read.
pub(crate) struct Facts {
    pub(super) name: String,
    pub(super) objectives: Vec<Objective>,
    /// In the order of their numbers, without attributes and reports.
    pub(super) trials: Vec<FrozenTrial>,
    /// For each of them, whether it breaks no constraint.
    pub(super) feasible: Vec<bool>,
    /// Why trials failed, and how many failed for this reason.
    pub(super) failures: Vec<(Option<String>, usize)>,
    pub(super) counts: StateCounts,
    /// What is stored of each parameter, the most important one for the first objective first,
    /// those that no complete trial has last.
    pub(super) params: Vec<StoredParam>,
    /// The space that the study was opened with, where that is known.
    pub(super) space: Option<SpaceOutline>,
    /// What some of the trials reported, and how many reported anything.
    pub(super) curves: Vec<Curve>,
    pub(super) reported: usize,
}

/// What a trial reported, by step.
pub(super) struct Curve {
    pub(super) number: i32,
    pub(super) state: TrialState,
    pub(super) points: Vec<(f64, f64)>,
}

/// The most trials whose reports are read.
const MOST_CURVES: usize = 100;

/// An objective.
pub(super) struct Objective {
    pub(super) name: String,
    pub(super) direction: Direction,
    pub(super) importances: Vec<Importance>,
}

impl Facts {
    /// Reads the study; `names` are those of its objectives.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`](crate::Error::Unreadable) with the row that is not as Optuna writes it.
    pub(crate) async fn read(study: &DynamicStudy, names: Vec<String>) -> Result<Self> {
        let space = study.recorded_space().await?;
        let mut params = study.stored_params().await?;
        let (mut trials, mut feasible) = (Vec::new(), Vec::new());
        let mut failures: BTreeMap<Option<String>, usize> = BTreeMap::new();
        let mut counts = StateCounts::default();
        let mut pages = study.pages(&TrialQuery::default(), Detail::Notes).await?;
        while let Some(page) = pages.next_page().await? {
            for mut trial in page {
                counts.add(trial.state, 1);
                if trial.state == TrialState::Fail {
                    let reason = trial.user_attrs.get(keys::ERROR);
                    let reason = reason
                        .map(|json| json.parse().unwrap_or_else(|_| json.as_json().to_owned()));
                    *failures.entry(reason).or_default() += 1;
                }
                feasible.push(trial.is_feasible());
                trial.user_attrs.clear();
                trial.system_attrs.clear();
                trials.push(trial);
            }
        }
        let mut failures: Vec<_> = failures.into_iter().collect();
        failures.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let objective = |(i, (direction, name)): (usize, (&Direction, String))| Objective {
            name,
            direction: *direction,
            importances: importances(&trials, i, *direction),
        };
        let objectives: Vec<Objective> = study
            .directions()
            .iter()
            .zip(names)
            .enumerate()
            .map(objective)
            .collect();
        if let Some(first) = objectives.first() {
            let rank = |name: &str| {
                first
                    .importances
                    .iter()
                    .position(|importance| importance.param == name)
            };
            params.sort_by_key(|param| rank(&param.name).unwrap_or(usize::MAX));
        }
        let mut facts = Self {
            name: study.name().to_owned(),
            objectives,
            trials,
            feasible,
            failures,
            counts,
            params,
            space,
            curves: Vec::new(),
            reported: 0,
        };
        facts.read_curves(study).await?;
        Ok(facts)
    }

    /// Reads what some trials reported, the best one among them.
    async fn read_curves(&mut self, study: &DynamicStudy) -> Result<()> {
        let reported = study.reported().await?;
        let all = reported.len();
        let few = all.min(MOST_CURVES);
        let mut ids: Vec<TrialId> = (0..few).map(|i| reported[i * all / few]).collect();
        if let Some(best) = self.best().map(|best| best.id)
            && reported.contains(&best)
            && !ids.contains(&best)
        {
            ids.pop();
            ids.push(best);
        }
        #[allow(clippy::cast_precision_loss, reason = "a place on a chart")]
        let point = |(step, value): (&i64, &f64)| (*step as f64, *value);
        let curve = |trial: FrozenTrial| Curve {
            number: trial.number.get(),
            state: trial.state,
            points: trial.intermediate_values.iter().map(point).collect(),
        };
        self.curves = study.listed(&ids).await?.into_iter().map(curve).collect();
        self.reported = all;
        Ok(())
    }

    /// How many trials it has.
    pub(crate) fn trials(&self) -> usize {
        self.trials.len()
    }

    /// The parameters that complete trials have, the most important one first.
    pub(super) fn searched(&self) -> &[StoredParam] {
        let first = self.objectives.first();
        let known = |param: &&StoredParam| {
            first.is_some_and(|first| {
                let mut importances = first.importances.iter();
                importances.any(|importance| importance.param == param.name)
            })
        };
        // The others come last.
        &self.params[..self.params.iter().take_while(known).count()]
    }

    /// The complete trials with their results, and whether they are feasible.
    pub(super) fn complete(&self) -> impl Iterator<Item = (&FrozenTrial, bool)> {
        let trials = self.trials.iter().zip(self.feasible.iter().copied());
        trials.filter(|(trial, _)| {
            trial.state == TrialState::Complete && trial.values.len() == self.objectives.len()
        })
    }

    /// The best trial of a study with one objective: the earliest of equal ones.
    pub(super) fn best(&self) -> Option<&FrozenTrial> {
        let [objective] = self.objectives.as_slice() else {
            return None;
        };
        let feasible = self.complete().filter(|(_, feasible)| *feasible);
        // Plus zero, so that both zeros are equal.
        let loss = |trial: &FrozenTrial| objective.direction.loss(trial.values[0]) + 0.0;
        feasible
            .map(|(trial, _)| trial)
            .min_by(|a, b| loss(a).total_cmp(&loss(b)))
    }

    /// The feasible trials that no other one beats, in the order of the first objective.
    pub(super) fn front(&self) -> Vec<&FrozenTrial> {
        let losses = |trial: &FrozenTrial| -> Vec<f64> {
            let values = self.objectives.iter().zip(&trial.values);
            values
                .map(|(objective, value)| objective.direction.loss(*value) + 0.0)
                .collect()
        };
        let feasible = self.complete().filter(|(_, feasible)| *feasible);
        let mut trials: Vec<(Vec<f64>, &FrozenTrial)> =
            feasible.map(|(trial, _)| (losses(trial), trial)).collect();
        trials.sort_by(|(a, one), (b, other)| {
            let orders = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
            let order = orders.into_iter().find(|order| order.is_ne());
            order.unwrap_or_else(|| one.number.cmp(&other.number))
        });
        let mut front: Vec<(Vec<f64>, &FrozenTrial)> = Vec::new();
        for (mine, trial) in trials {
            // Whoever beats it is not after it in this order.
            if !front.iter().any(|(other, _)| dominates(other, &mine)) {
                front.push((mine, trial));
            }
        }
        front.into_iter().map(|(_, trial)| trial).collect()
    }

    /// The last moment at which anything happened.
    pub(super) fn last_moment(&self) -> Option<NaiveDateTime> {
        let moments = self
            .trials
            .iter()
            .flat_map(|trial| [trial.datetime_start, trial.datetime_complete]);
        moments.flatten().max()
    }

    /// The first moment at which a trial started.
    pub(super) fn first_moment(&self) -> Option<NaiveDateTime> {
        self.trials
            .iter()
            .filter_map(|trial| trial.datetime_start)
            .min()
    }
}
