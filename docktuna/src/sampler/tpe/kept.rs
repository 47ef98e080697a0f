//! Estimators that are kept from one suggestion to the next.
//!
//! Between two suggestions few trials end. What is kept of a group of parameters is its estimator with
//! the trials that it is made of; the next time those that came and went are added and removed. A trial
//! that is over never changes. One that runs may, or vanish, and is known by its number and its values.

use std::sync::Arc;

use super::model::{Recipe, Subspace};
use super::parzen::Parzen;
use crate::id::TrialNumber;
use crate::sampler::history::History;

/// Up to this number of observations, building an estimator anew is faster than updating it.
const SMALL: usize = 100;
/// From this number of changes on, too.
const MANY: usize = 32;
/// A trial that is not there any more.
const GONE: u32 = u32::MAX;

/// All that is kept of one history.
#[derive(Debug, Default)]
pub(super) struct Kept(Vec<Estimator>);

#[derive(Debug)]
struct Estimator {
    recipe: Recipe,
    parzen: Arc<Parzen>,
    /// The trial of each kernel, by number.
    rows: Vec<u32>,
    /// For each trial that was over, whether it has a value for every parameter.
    usable: Vec<bool>,
    /// The numbers of those trials that ran.
    running: Vec<TrialNumber>,
    /// How often it was made anew.
    #[cfg(test)]
    built: usize,
}

/// The estimator for `trials`, in the order of their numbers: from what is kept, where that is faster.
pub(super) fn estimator(
    subspace: &Subspace<'_>,
    trials: &[u32],
    equal_weights: bool,
) -> Arc<Parzen> {
    if trials.len() < SMALL {
        let usable = |row: &u32| subspace.is_usable(*row);
        let rows: Vec<u32> = trials.iter().copied().filter(usable).collect();
        return Arc::new(subspace.build(&rows, equal_weights));
    }
    subspace.history().memo().with(|kept: &mut Kept| {
        let recipe = subspace.recipe(equal_weights);
        let estimator = kept.of(recipe, || subspace.build(&[], equal_weights));
        estimator.update(subspace, trials);
        Arc::clone(&estimator.parzen)
    })
}

impl Kept {
    /// What is kept of a recipe. Another one of the same parameters is out of date.
    fn of(&mut self, recipe: Recipe, empty: impl FnOnce() -> Parzen) -> &mut Estimator {
        let known = self.0.iter().position(|kept| kept.recipe == recipe);
        let place = known.unwrap_or_else(|| {
            self.0.retain(|kept| {
                let mut names = kept.recipe.names.iter();
                !names.any(|name| recipe.names.contains(name))
                    || kept.recipe.equal_weights != recipe.equal_weights
            });
            self.0.push(Estimator {
                recipe,
                parzen: Arc::new(empty()),
                rows: Vec::new(),
                usable: Vec::new(),
                running: Vec::new(),
                #[cfg(test)]
                built: 0,
            });
            self.0.len() - 1
        });
        &mut self.0[place]
    }

    /// The memory that they take.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        let bytes = self.0.iter().map(|kept| {
            kept.parzen.bytes() + kept.rows.capacity() * size_of::<u32>() + kept.usable.capacity()
        });
        bytes.sum()
    }
}

impl Estimator {
    /// Brings it up to date.
    fn update(&mut self, subspace: &Subspace<'_>, trials: &[u32]) {
        let history = subspace.history();
        self.find_running(subspace);
        let over = history.running_rows().start;
        let known = u32::try_from(self.usable.len()).unwrap_or(u32::MAX);
        self.usable
            .extend((known..over).map(|row| subspace.is_usable(row)));
        let usable = |row: &u32| match self.usable.get(*row as usize) {
            Some(usable) => *usable,
            None => subspace.is_usable(*row),
        };
        let rows: Vec<u32> = trials.iter().copied().filter(usable).collect();
        let (removed, added) = difference(history, &self.rows, &rows);
        // Otherwise nothing is copied while another suggestion uses the estimator.
        if !removed.is_empty() || !added.is_empty() {
            self.change(subspace, &rows, removed, added);
        }
        let running = rows.iter().filter(|row| **row >= over);
        self.running = running.map(|row| history.trial(*row).number()).collect();
        self.rows = rows;
    }

    /// Removes and adds what came and went, or makes it anew.
    fn change(
        &mut self,
        subspace: &Subspace<'_>,
        rows: &[u32],
        removed: Vec<usize>,
        added: Vec<usize>,
    ) {
        let equal_weights = self.recipe.equal_weights;
        let fewest = self.rows.len() - removed.len();
        let parzen = Arc::make_mut(&mut self.parzen);
        if removed.len() + added.len() > MANY
            || !parzen.can_become(fewest)
            || !parzen.can_become(rows.len())
        {
            *parzen = subspace.build(rows, equal_weights);
            #[cfg(test)]
            (self.built += 1);
        } else {
            removed.into_iter().rev().for_each(|age| parzen.remove(age));
            for age in added {
                parzen.insert(age, &subspace.observation(rows[age]));
            }
            parzen.weigh(subspace.weights(rows.len(), equal_weights));
        }
    }

    /// Finds those that ran at the last look where they are now.
    fn find_running(&mut self, subspace: &Subspace<'_>) {
        let history = subspace.history();
        let over = self.usable.len();
        let mut numbers = self.running.iter();
        let mut last = None;
        for (age, row) in self.rows.iter_mut().enumerate() {
            if (*row as usize) < over {
                continue;
            }
            let same = |found: &u32| {
                let now = subspace.observation(*found).into_iter().map(f64::to_bits);
                // Several may have one number as long as they are about to run.
                last < Some(key(history, *found))
                    && subspace.is_usable(*found)
                    && self.parzen.observation(age).map(f64::to_bits).eq(now)
            };
            let found = numbers
                .next()
                .and_then(|number| history.rows_with(*number).find(same));
            last = found.map(|row| key(history, row)).or(last);
            *row = found.unwrap_or(GONE);
        }
    }
}

/// What trials are in the order of.
fn key(history: &History, row: u32) -> (TrialNumber, u32) {
    (history.trial(row).number(), row)
}

/// The places of what is in `old` and not in `new`, and the reverse; both are in the order of their
/// trials' numbers.
fn difference(history: &History, old: &[u32], new: &[u32]) -> (Vec<usize>, Vec<usize>) {
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    // Most trials are the same, at both ends.
    let same = |(old, new): &(&u32, &u32)| old == new;
    let start = old.iter().zip(new).take_while(same).count();
    let ends = old[start..].iter().rev().zip(new[start..].iter().rev());
    let end = ends.take_while(same).count();
    let new = &new[..new.len() - end];
    let mut place = start;
    for (age, row) in old[..old.len() - end].iter().enumerate().skip(start) {
        if *row == GONE {
            removed.push(age);
            continue;
        }
        while place < new.len()
            && new[place] != *row
            && key(history, new[place]) < key(history, *row)
        {
            added.push(place);
            place += 1;
        }
        if new.get(place) == Some(row) {
            place += 1;
        } else {
            removed.push(age);
        }
    }
    added.extend(place..new.len());
    (removed, added)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{Everything, draw};
    use super::super::vectors::finished;
    use super::*;
    use crate::id::TrialState;
    use crate::overrides::Resolved;
    use crate::params::Params;
    use crate::sampler::tpe::Split;
    use crate::sampler::{Random, SearchSpace};
    use crate::space::distribution::Distribution;
    use crate::space::{Direction, FloatDomain};
    use crate::trial::FrozenTrial;
    use crate::tunable::Tunable;

    /// What happens to a trial: it ends, or runs on.
    const STATES: [TrialState; 4] = [
        TrialState::Complete,
        TrialState::Pruned,
        TrialState::Fail,
        TrialState::Running,
    ];

    fn trial(history: &History, number: i32, state: TrialState) -> FrozenTrial {
        let params =
            draw::<Everything>(&Random, history, Some(number.unsigned_abs().into())).params;
        let x = params.get("x").map_or(0.0, |x| x.stored());
        let values = match state {
            TrialState::Complete => vec![x.abs()],
            _ => Vec::new(),
        };
        FrozenTrial {
            state,
            values,
            ..finished(number, params)
        }
    }

    /// The estimators of all groups, kept and from scratch.
    fn check(history: &History) {
        let split = Split::of(history, None, true, None);
        let overrides = Resolved::default();
        let space = SearchSpace::new(Everything::SPACE, &overrides);
        let mut nodes: Vec<(&str, Distribution)> = space
            .params()
            .map(|param| (param.name(), param.distribution().clone()))
            .collect();
        while let Some(first) = nodes.last().map(|(name, _)| *name) {
            let group = history.group_of(first);
            let mut subspace = Subspace::new(history, true);
            for (name, distribution) in &nodes {
                if group.contains(name) || *name == first {
                    subspace.add(name, distribution, false);
                }
            }
            for (trials, equal) in [(&split.below(history), true), (&split.above, false)] {
                let usable = |row: &u32| subspace.is_usable(*row);
                let rows: Vec<u32> = trials.iter().copied().filter(usable).collect();
                let scratch = subspace.build(&rows, equal);
                assert_eq!(*estimator(&subspace, trials, equal), scratch);
            }
            nodes.retain(|(name, _)| !group.contains(name) && *name != first);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        /// Trials end in any order, and others run on or vanish.
        #[test]
        fn what_is_kept_is_what_one_gets_from_scratch(
            steps in prop::collection::vec(prop::collection::vec(0..6_usize, 0..12), 1..12)
        ) {
            let mut history = History::new(&[Direction::Minimize]);
            let ended = (0..400).map(|number| trial(&history, number, TrialState::Complete));
            let ended = ended.collect();
            history.update(ended, &[]);
            let mut open: Vec<i32> = (400..404).collect();
            for step in steps {
                let mut over = Vec::new();
                let mut running = Vec::new();
                let next = open.iter().max().map_or(1000, |last| last + 1);
                let mut still = vec![next, next + 1];
                for (place, number) in open.drain(..).enumerate() {
                    match step.get(place).map_or(Some(&TrialState::Running), |s| STATES.get(*s)) {
                        Some(TrialState::Running) => {
                            running.push(trial(&history, number, TrialState::Running));
                            still.push(number);
                        }
                        Some(state) => over.push(trial(&history, number, *state)),
                        None => {}
                    }
                }
                open = still;
                history.update(over, &running);
                check(&history);
            }
        }
    }

    /// What a worker keeps of a study: 97 bytes of the trials and 225 of the estimators, and up to a
    /// quarter in reserve. A few trials more do not make them anew.
    #[test]
    fn a_trial_of_ten_numbers_takes_less_than_400_bytes() {
        let mut history = History::new(&[Direction::Minimize]);
        let names: Vec<String> = (0..10).map(|i| format!("p{i}")).collect();
        let unit = Distribution::Float(FloatDomain::new(0.0, 1.0));
        for batch in 0..20 {
            let trials = (0..200).map(|i| {
                let number = batch * 200 + i;
                let mut params = Params::default();
                for (name, k) in names.iter().zip(1..) {
                    params.push(
                        name,
                        unit.clone(),
                        f64::from(number * k % 10_007) / 10_007.0,
                    );
                }
                finished(number, params)
            });
            let trials: Vec<FrozenTrial> = trials.collect();
            for few in trials.chunks(20) {
                history.update(few.to_vec(), &[]);
                let mut subspace = Subspace::new(&history, true);
                names
                    .iter()
                    .for_each(|name| subspace.add(name, &unit, false));
                let split = Split::of(&history, None, true, None);
                estimator(&subspace, &split.above, false);
            }
        }
        let (kept, built) = history
            .memo()
            .with(|kept: &mut Kept| (kept.bytes(), kept.0[0].built));
        let per_trial = (history.bytes() + kept) / 4000;
        assert!((310..400).contains(&per_trial), "{per_trial} bytes");
        assert_eq!(built, 1, "it is kept as soon as there are enough trials");
    }
}
