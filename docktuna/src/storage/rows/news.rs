//! What samplers look at in the trials of a study, as it is stored.

use std::collections::HashSet;

use chrono::NaiveDateTime;

use super::assemble::{Rows, TrialRow};
use crate::id::{Int, TrialId};
use crate::optuna::moment::read_moment;
use crate::trial::FrozenTrial;

/// Which trials are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewsQuery {
    /// Those above this id, at most this number and a hundred,
    pub(crate) after: Int,
    pub(crate) most: usize,
    /// and these, unless they wait.
    pub(crate) open: Vec<Int>,
    /// This one is known, and asked for without its numbers only to see that it is still there; 0 if
    /// there is none.
    pub(crate) anchor: Int,
    /// Trials of this process, by id and start, whose parameters need not be read. Only where the row of an id is of
    /// that start is it that trial.
    pub(crate) own: Vec<(Int, NaiveDateTime)>,
}

/// The trials that were wanted, in the order of their numbers.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) trials: Vec<FrozenTrial>,
    /// Those of [`NewsQuery::own`] among them, which come without parameters. Not every database leaves them out.
    pub(crate) own: HashSet<TrialId>,
}

/// A row of any table in one form: (table, trial, number or place, text, number, longer text).
pub(in crate::storage) type NewsRow = (
    String,
    Int,
    Option<Int>,
    Option<String>,
    Option<f64>,
    Option<String>,
);

/// Rows of all tables, each in its own form again, and the trials of this process.
pub(in crate::storage) fn sorted_out(mixed: Vec<NewsRow>) -> (Rows, HashSet<TrialId>) {
    let (mut rows, mut own) = (Rows::default(), HashSet::new());
    for (table, id, place, text, number, long) in mixed {
        let values = match table.as_str() {
            "trial" => {
                rows.trials.push(TrialRow {
                    id,
                    number: place,
                    state: text.unwrap_or_default(),
                    started: None,
                    completed: long.map(read_moment),
                });
                continue;
            }
            "own" => {
                own.insert(TrialId(id));
                continue;
            }
            "param" => {
                rows.params.push((id, text, number, long));
                continue;
            }
            "user_attr" => {
                rows.user_attrs.push((id, text, long));
                continue;
            }
            "system_attr" => {
                rows.system_attrs.push((id, text, long));
                continue;
            }
            "value" => &mut rows.values,
            _ => &mut rows.intermediate_values,
        };
        values.push((
            id,
            place.unwrap_or(Int(-1)),
            number,
            text.unwrap_or_default(),
        ));
    }
    rows.values
        .sort_by_key(|(id, objective, ..)| (*id, *objective));
    (rows, own)
}
