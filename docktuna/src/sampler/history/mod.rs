//! The trials of a study as a sampler sees them: column by column.
//!
//! Trials that are over are final. They are added once, in whatever order they end, and what samplers
//! ask for again and again (their order, groups of parameters, numbers of trials) is kept up to date as they
//! come. Running trials change until they end; all of them are replaced at each look. What else a sampler
//! derives of a study, it keeps here, too, and goes on from there.

mod column;
mod memo;
mod partition;

use std::collections::HashMap;

use crate::id::{TrialNumber, TrialState};
use crate::optuna::read_announced;
use crate::params::Params;
use crate::space::{Direction, Value};
use crate::trial::FrozenTrial;

pub(crate) use column::Column;
pub(crate) use memo::Memo;
use partition::Partition;

/// The trials of a study: those that have ended, and those that run.
///
/// ```
/// use docktuna::sampler::History;
///
/// /// The value of a parameter in the best trial so far.
/// fn best(history: &History, name: &str) -> Option<f64> {
///     history.best()?.stored(name)
/// }
/// ```
#[derive(Debug, Clone)]
pub struct History {
    directions: Vec<Direction>,
    columns: Vec<Column>,
    index: HashMap<String, usize>,
    /// For each trial that is over, and then for each that runs, its number.
    numbers: Vec<i32>,
    states: Vec<TrialState>,
    /// What is minimized, objective by objective for each trial; NaN without a result.
    losses: Vec<f64>,
    /// The last report of pruned trials.
    reports: HashMap<u32, (i64, f64)>,
    /// By how much trials break their constraints, where they do; 0 where NaN alone does, for which Optuna's
    /// samplers have no number either.
    violations: HashMap<u32, f64>,
    /// Values of running trials of Python that are announced and not drawn yet.
    announced: HashMap<u32, Vec<u32>>,
    /// The trials that are over, by number.
    by_number: Vec<u32>,
    finished: usize,
    partition: Partition,
    memo: Memo,
}

/// One trial of a [`History`].
#[derive(Debug, Clone, Copy)]
pub struct PastTrial<'a> {
    history: &'a History,
    row: u32,
}

impl History {
    /// The history of a study without trials.
    pub(crate) fn new(directions: &[Direction]) -> Self {
        Self {
            directions: directions.to_vec(),
            columns: Vec::new(),
            index: HashMap::new(),
            numbers: Vec::new(),
            states: Vec::new(),
            losses: Vec::new(),
            reports: HashMap::new(),
            violations: HashMap::new(),
            announced: HashMap::new(),
            by_number: Vec::new(),
            finished: 0,
            partition: Partition::default(),
            memo: Memo::default(),
        }
    }

    /// The direction of each objective.
    #[must_use]
    pub fn directions(&self) -> &[Direction] {
        &self.directions
    }

    /// The number of trials that are complete or pruned.
    #[must_use]
    pub fn finished(&self) -> usize {
        self.finished
    }

    /// The trials that have ended, in the order of their numbers.
    pub fn trials(&self) -> impl ExactSizeIterator<Item = PastTrial<'_>> {
        self.by_number.iter().map(|row| PastTrial {
            history: self,
            row: *row,
        })
    }

    /// The running trials of all workers.
    pub fn running(&self) -> impl ExactSizeIterator<Item = PastTrial<'_>> {
        (self.ended()..self.end()).map(|row| PastTrial { history: self, row })
    }

    /// The best complete trial that breaks no constraint, in a study with one objective. Of equal trials
    /// it is the earliest.
    #[must_use]
    pub fn best(&self) -> Option<PastTrial<'_>> {
        let complete = |trial: &PastTrial<'_>| {
            self.directions.len() == 1
                && trial.state() == TrialState::Complete
                && !self.violations.contains_key(&trial.row)
        };
        self.trials()
            .filter(complete)
            .min_by(|a, b| a.losses()[0].total_cmp(&b.losses()[0]))
    }

    /// The memory of the trials in bytes: 8 for each parameter, and about 17 more for each trial with one
    /// objective. The models that samplers keep are not counted.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(Column::bytes).sum();
        columns
            + self.numbers.capacity() * size_of::<i32>()
            + self.states.capacity() * size_of::<TrialState>()
            + self.losses.capacity() * size_of::<f64>()
            + self.by_number.capacity() * size_of::<u32>()
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(&self.directions);
    }

    /// Adds trials that ended, and replaces those that run; waiting ones among them do not count.
    pub(crate) fn update(&mut self, over: Vec<FrozenTrial>, running: &[FrozenTrial]) {
        self.forget_running();
        let known = self.numbers.len();
        for trial in over {
            self.add(&trial);
        }
        self.settle(known);
        for trial in running {
            if trial.state == TrialState::Running {
                let attribute = |key: &str| Some(trial.system_attrs.get(key)?.as_json());
                self.add_running(trial.number, &trial.params, read_announced(attribute));
            }
        }
    }

    /// Adds a trial that runs, or is about to.
    pub(crate) fn add_running(
        &mut self,
        number: TrialNumber,
        params: &Params,
        announced: Vec<(String, Value)>,
    ) {
        let row = self.push(number.0, TrialState::Running);
        for parameter in params {
            let column = self.column(parameter.name());
            self.columns[column].set(row, parameter.distribution(), parameter.stored());
        }
        for (name, value) in announced {
            let Some(column) = self.index.get(&name).copied() else {
                continue;
            };
            if self.columns[column].announce(row, &value) {
                let place = u32::try_from(column).unwrap_or(u32::MAX);
                self.announced.entry(row).or_default().push(place);
            }
        }
    }

    /// Forgets the trials that run.
    fn forget_running(&mut self) {
        let ended = self.by_number.len();
        self.numbers.truncate(ended);
        self.states.truncate(ended);
        self.losses.truncate(ended * self.directions.len());
        self.columns
            .iter_mut()
            .for_each(|column| column.truncate(ended));
        self.announced.clear();
    }

    fn add(&mut self, trial: &FrozenTrial) {
        let complete = trial.state == TrialState::Complete;
        // A complete trial without its numbers is a broken database, and tells nothing.
        let broken = complete
            && (trial.values.len() != self.directions.len()
                || trial.values.iter().any(|value| value.is_nan()));
        if broken || self.row_of(trial.number.0).is_ok() {
            return;
        }
        let row = self.push(trial.number.0, trial.state);
        if complete {
            let objectives = self.directions.len();
            let losses = self.losses.iter_mut().rev().take(objectives).rev();
            for ((loss, value), direction) in losses.zip(&trial.values).zip(&self.directions) {
                *loss = direction.loss(*value);
            }
        }
        if trial.state == TrialState::Pruned
            && let Some((step, value)) = trial.intermediate_values.last_key_value()
        {
            self.reports.insert(row, (*step, *value));
        }
        if !trial.is_feasible() {
            let broken = trial.constraints().into_values().filter(|n| *n > 0.0);
            self.violations.insert(row, broken.sum());
        }
        let mut columns = Vec::with_capacity(trial.params.len());
        let finished = trial.state != TrialState::Fail;
        for parameter in &trial.params {
            let column = self.column(parameter.name());
            self.columns[column].add(row, parameter.distribution(), parameter.stored(), finished);
            columns.push(column);
        }
        if finished {
            self.finished += 1;
            self.partition.add(columns);
        }
    }

    /// Orders what was added behind the first `known` trials.
    fn settle(&mut self, known: usize) {
        let ended = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let known = u32::try_from(known).unwrap_or(u32::MAX);
        let number = |row: &u32| self.numbers[*row as usize];
        self.by_number.extend(known..ended);
        // A merge sort takes one pass over what is in order already.
        let first_new = (known as usize).saturating_sub(1);
        if !self.by_number[first_new..].is_sorted_by_key(number) {
            self.by_number.sort_by_key(number);
        }
    }

    fn push(&mut self, number: i32, state: TrialState) -> u32 {
        let row = self.end();
        self.numbers.push(number);
        self.states.push(state);
        let losses = self.losses.len() + self.directions.len();
        self.losses.resize(losses, f64::NAN);
        row
    }

    fn column(&mut self, name: &str) -> usize {
        if let Some(column) = self.index.get(name) {
            return *column;
        }
        self.columns.push(Column::default());
        self.index.insert(name.to_owned(), self.columns.len() - 1);
        self.columns.len() - 1
    }

    fn row_of(&self, number: i32) -> Result<usize, usize> {
        self.by_number
            .binary_search_by_key(&number, |row| self.numbers[*row as usize])
    }

    fn ended(&self) -> u32 {
        u32::try_from(self.by_number.len()).unwrap_or(u32::MAX)
    }

    fn end(&self) -> u32 {
        u32::try_from(self.numbers.len()).unwrap_or(u32::MAX)
    }
}

/// What the samplers of this crate read.
impl History {
    /// The rows of the trials that are over, in the order of their numbers.
    pub(super) fn rows_by_number(&self) -> &[u32] {
        &self.by_number
    }

    /// The rows of the trials that run.
    pub(super) fn running_rows(&self) -> std::ops::Range<u32> {
        self.ended()..self.end()
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.numbers.len()
    }

    /// The trials with a number: one, except that several that are about to run may share one.
    pub(super) fn rows_with(&self, number: TrialNumber) -> impl Iterator<Item = u32> {
        let over = self
            .row_of(number.0)
            .ok()
            .map(|place| self.by_number[place]);
        let running = self.running_rows();
        over.into_iter()
            .chain(running.filter(move |row| self.numbers[*row as usize] == number.0))
    }

    /// What samplers keep beside it.
    pub(super) fn memo(&self) -> &Memo {
        &self.memo
    }

    pub(super) fn trial(&self, row: u32) -> PastTrial<'_> {
        PastTrial { history: self, row }
    }

    pub(super) fn column_of(&self, name: &str) -> Option<&Column> {
        self.index.get(name).map(|column| &self.columns[*column])
    }

    /// Whether the value of a running trial is announced and not drawn.
    pub(super) fn is_announced(&self, row: u32, name: &str) -> bool {
        let column = self.index.get(name).and_then(|c| u32::try_from(*c).ok());
        column.is_some_and(|column| {
            self.announced
                .get(&row)
                .is_some_and(|columns| columns.contains(&column))
        })
    }

    /// The names that always come together with `name`; empty if no finished trial has it.
    pub(super) fn group_of(&self, name: &str) -> Vec<&str> {
        let column = self.index.get(name);
        let group = column.and_then(|column| self.partition.group_of(*column));
        self.names(group.unwrap_or_default())
    }

    /// The names that all finished trials have, always with the same distribution.
    pub(super) fn intersection(&self) -> Vec<&str> {
        let shared = |column: &usize| {
            let column = &self.columns[*column];
            column.finished() == self.finished && column.has_one_distribution()
        };
        let columns: Vec<usize> = (0..self.columns.len()).filter(shared).collect();
        self.names(&columns)
    }

    /// Names in alphabetical order.
    fn names(&self, columns: &[usize]) -> Vec<&str> {
        let named = self.index.iter().filter(|(_, c)| columns.contains(c));
        let mut names: Vec<&str> = named.map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    }

    #[cfg(test)]
    pub(super) fn groups(&self) -> Vec<Vec<&str>> {
        let mut groups: Vec<_> = self.partition.groups().map(|g| self.names(g)).collect();
        groups.sort();
        groups
    }
}

impl<'a> PastTrial<'a> {
    /// Its place in the study.
    #[must_use]
    pub fn number(&self) -> TrialNumber {
        TrialNumber(self.history.numbers[self.row as usize])
    }

    /// Its state.
    #[must_use]
    pub fn state(&self) -> TrialState {
        self.history.states[self.row as usize]
    }

    /// The number of each objective; NaN without a result.
    pub fn values(&self) -> impl Iterator<Item = f64> + use<'a> {
        let directions = self.history.directions.iter();
        let losses = self.losses().iter();
        losses.zip(directions).map(|(loss, d)| d.loss(*loss))
    }

    /// The last step that it reported a value for, and that value; kept for pruned trials only.
    #[must_use]
    pub fn last_report(&self) -> Option<(i64, f64)> {
        self.history.reports.get(&self.row).copied()
    }

    /// The sum of its constraints that are above 0.
    #[must_use]
    pub fn violation(&self) -> f64 {
        self.history
            .violations
            .get(&self.row)
            .copied()
            .unwrap_or(0.0)
    }

    /// The stored number of a parameter: the value itself. `None` for choices and for parameters that
    /// it does not have.
    #[must_use]
    pub fn stored(&self, name: &str) -> Option<f64> {
        self.history.column_of(name)?.number(self.row)
    }

    /// The value of a parameter.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value> {
        self.history.column_of(name)?.value(self.row)
    }

    pub(super) fn losses(&self) -> &'a [f64] {
        let objectives = self.history.directions.len();
        let start = self.row as usize * objectives;
        &self.history.losses[start..start + objectives]
    }
}
