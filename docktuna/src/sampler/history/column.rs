//! One parameter of all trials.

use crate::sampler::growth::make_room;
use crate::space::Value;
use crate::space::distribution::Distribution;

/// The values of one parameter, trial by trial.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    /// NaN where a trial does not have it. A choice is its place in `choices`. Trials behind the end
    /// do not have it.
    values: Vec<f64>,
    /// Every choice that occurred; empty if it is a number.
    choices: Vec<Value>,
    kind: Option<Kind>,
    /// Each distribution that occurred.
    distributions: Vec<Distribution>,
    /// How many finished trials have it.
    finished: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number { integer: bool },
    Choice,
}

fn kind(distribution: &Distribution) -> Kind {
    match distribution {
        Distribution::Float(_) => Kind::Number { integer: false },
        Distribution::Int(_) => Kind::Number { integer: true },
        Distribution::Categorical(_) => Kind::Choice,
    }
}

impl Column {
    /// Adds the value of a trial that is over.
    pub(super) fn add(&mut self, row: u32, from: &Distribution, stored: f64, finished: bool) {
        if finished {
            self.finished += 1;
            if !self.distributions.contains(from) {
                self.distributions.push(from.clone());
            }
        }
        self.set(row, from, stored);
    }

    /// Notes the value of a trial. A number that once was a choice, or the reverse, is left out.
    pub(super) fn set(&mut self, row: u32, from: &Distribution, stored: f64) {
        let kind = *self.kind.get_or_insert(kind(from));
        let value = match (kind, from) {
            (Kind::Choice, Distribution::Categorical(_)) => {
                from.value(stored).map(|value| self.place(&value))
            }
            (Kind::Number { .. }, Distribution::Float(_) | Distribution::Int(_)) => Some(stored),
            _ => None,
        };
        if let Some(value) = value {
            self.put(row, value);
        }
    }

    /// Notes a value that a trial announces, unless it has one; false if it means nothing.
    pub(super) fn announce(&mut self, row: u32, value: &Value) -> bool {
        if self.number_or_place(row).is_some() {
            return false;
        }
        let value = match self.kind {
            Some(Kind::Choice) => Some(self.place(value)),
            Some(Kind::Number { .. }) => value.as_f64(),
            None => None,
        };
        if let Some(value) = value {
            self.put(row, value);
        }
        value.is_some()
    }

    fn put(&mut self, row: u32, value: f64) {
        let row = row as usize;
        let rows = self.values.len().max(row + 1);
        let more = rows - self.values.len();
        make_room(&mut self.values, more);
        self.values.resize(rows, f64::NAN);
        self.values[row] = value;
    }

    #[allow(clippy::cast_precision_loss, reason = "there are few choices")]
    fn place(&mut self, value: &Value) -> f64 {
        let known = self.choices.iter().position(|choice| choice.same(value));
        let place = known.unwrap_or_else(|| {
            self.choices.push(value.clone());
            self.choices.len() - 1
        });
        place as f64
    }

    pub(super) fn truncate(&mut self, rows: usize) {
        self.values.truncate(rows);
    }

    /// The value of each trial: numbers, or places in [`choices`](Self::choices). NaN where a trial
    /// does not have it; trials behind the end do not have it either.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// Every choice that occurred, or `None` for a column of numbers.
    pub(crate) fn choices(&self) -> Option<&[Value]> {
        (self.kind == Some(Kind::Choice)).then_some(&*self.choices)
    }

    /// How many finished trials have it.
    pub(in crate::sampler) fn finished(&self) -> usize {
        self.finished
    }

    pub(super) fn has_one_distribution(&self) -> bool {
        self.distributions.len() == 1
    }

    pub(super) fn number(&self, row: u32) -> Option<f64> {
        self.number_or_place(row)
            .filter(|_| self.choices().is_none())
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the list; integers are cut, as Optuna does"
    )]
    pub(super) fn value(&self, row: u32) -> Option<Value> {
        let value = self.number_or_place(row)?;
        match self.kind? {
            Kind::Number { integer: true, .. } => Some(Value::Int(value as i64)),
            Kind::Number { .. } => Some(Value::Float(value)),
            Kind::Choice => self.choices.get(value as usize).cloned(),
        }
    }

    /// Whether a trial has it.
    pub(in crate::sampler) fn has(&self, row: u32) -> bool {
        self.number_or_place(row).is_some()
    }

    fn number_or_place(&self, row: u32) -> Option<f64> {
        self.values
            .get(row as usize)
            .copied()
            .filter(|v| !v.is_nan())
    }

    pub(super) fn bytes(&self) -> usize {
        self.values.capacity() * size_of::<f64>()
    }
}
