//! One parameter of all trials.

use std::cmp::Ordering;
use std::ops::Range;

use crate::distribution::Distribution;
use crate::space::Value;

/// The values of one parameter, trial by trial.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    /// NaN where a trial does not have it. A choice is its place in `choices`. Trials behind the end
    /// do not have it.
    values: Vec<f64>,
    /// The natural logarithms of `values`, where it is searched on a log scale.
    logarithms: Vec<f64>,
    /// The trials that have a number and are over, by value, equal ones by number.
    order: Vec<u32>,
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
    Number { log: bool, integer: bool },
    Choice,
}

fn kind(distribution: &Distribution) -> Kind {
    match distribution {
        Distribution::Float(range) => Kind::Number {
            log: range.log,
            integer: false,
        },
        Distribution::Int(range) => Kind::Number {
            log: range.log,
            integer: true,
        },
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
        let place = |values: &mut Vec<f64>, value| {
            let row = row as usize;
            values.resize(values.len().max(row + 1), f64::NAN);
            values[row] = value;
        };
        place(&mut self.values, value);
        if self.is_log() {
            place(&mut self.logarithms, value.ln());
        }
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
        self.logarithms.truncate(rows);
    }

    /// Brings the trials of `rows` into order.
    pub(super) fn settle(&mut self, rows: Range<u32>, numbers: &[i32]) {
        if self.kind == Some(Kind::Choice) {
            return;
        }
        let values = &self.values;
        let value = |row: u32| values.get(row as usize).copied().unwrap_or(f64::NAN);
        let rows = rows.filter(|row| !value(*row).is_nan());
        insert_sorted(&mut self.order, rows, |a, b| {
            let by_value = value(*a).total_cmp(&value(*b));
            by_value.then_with(|| numbers[*a as usize].cmp(&numbers[*b as usize]))
        });
    }

    /// The value of each trial: numbers, or places in [`choices`](Self::choices). NaN where a trial
    /// does not have it; trials behind the end do not have it either.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The natural logarithms of the values, if the column is on a log scale.
    pub(crate) fn logarithms(&self) -> Option<&[f64]> {
        self.is_log().then_some(&*self.logarithms)
    }

    /// The trials that are over and have a number, by value, equal ones by trial number.
    pub(crate) fn order(&self) -> &[u32] {
        &self.order
    }

    /// Every choice that occurred, or `None` for a column of numbers.
    pub(crate) fn choices(&self) -> Option<&[Value]> {
        (self.kind == Some(Kind::Choice)).then_some(&*self.choices)
    }

    pub(super) fn finished(&self) -> usize {
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

    fn is_log(&self) -> bool {
        matches!(self.kind, Some(Kind::Number { log: true, .. }))
    }

    fn number_or_place(&self, row: u32) -> Option<f64> {
        self.values
            .get(row as usize)
            .copied()
            .filter(|v| !v.is_nan())
    }

    pub(super) fn bytes(&self) -> usize {
        (self.values.capacity() + self.logarithms.capacity()) * size_of::<f64>()
            + self.order.capacity() * size_of::<u32>()
    }
}

/// Adds elements to a sorted list. A few are put in place; many are sorted with the rest, which a
/// merge sort does in one pass over what is in order already.
pub(in crate::sampler) fn insert_sorted(
    sorted: &mut Vec<u32>,
    added: impl Iterator<Item = u32>,
    compare: impl Fn(&u32, &u32) -> Ordering,
) {
    const FEW: usize = 8;
    let mut added: Vec<u32> = added.collect();
    if added.len() > FEW {
        added.sort_by(&compare);
        sorted.append(&mut added);
        sorted.sort_by(compare);
        return;
    }
    for element in added {
        let place = sorted.partition_point(|other| compare(other, &element).is_lt());
        sorted.insert(place, element);
    }
}
