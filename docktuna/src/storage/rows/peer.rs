//! What pruners look at in other trials, as it is stored.

use chrono::NaiveDateTime;

use super::assemble::trial_number;
use crate::id::{Int, TrialId, TrialNumber, TrialState};
use crate::optuna;
use crate::trial::{Attribute, Attributes};

/// Which trials are wanted, and what of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct PeerQuery {
    /// All above this id,
    pub(crate) after: Int,
    /// and these, unless they wait.
    pub(crate) ids: Vec<Int>,
    /// This one is known, and asked for without its reports only to see that it is still there; 0 if
    /// there is none.
    pub(crate) anchor: Int,
    pub(crate) curves: bool,
    pub(crate) rungs: bool,
    pub(crate) results: bool,
}

/// What was asked of a trial.
#[derive(Debug, Clone)]
pub(crate) struct PeerRow {
    pub(crate) id: TrialId,
    pub(crate) number: TrialNumber,
    pub(crate) state: TrialState,
    pub(crate) completed: Option<NaiveDateTime>,
    pub(crate) value: Option<f64>,
    pub(crate) last_step: Option<Int>,
    pub(crate) reports: Vec<(Int, f64)>,
    pub(crate) system_attrs: Attributes,
}

/// (id, number, state, end, result, its kind, last step), the moment in the driver's form
pub(in crate::storage) type PeerColumns<M> = (
    Int,
    Option<Int>,
    String,
    Option<M>,
    Option<f64>,
    Option<String>,
    Option<Int>,
);

impl PeerRow {
    /// A trial without its reports and attributes.
    ///
    /// # Errors
    ///
    /// Which row is not as Optuna writes it.
    pub(in crate::storage) fn new(columns: PeerColumns<NaiveDateTime>) -> Result<Self, String> {
        let (id, number, state, completed, value, kind, last_step) = columns;
        let number = trial_number(id, number)?;
        let known = TrialState::parse(&state);
        let known =
            known.ok_or_else(|| format!("trial {number}: its state {state:?} is unknown"))?;
        let value =
            match kind {
                Some(kind) => Some(optuna::read_value(value, &kind).ok_or_else(|| {
                    format!("trial {number}: the number of objective 0 is broken")
                })?),
                None => None,
            };
        Ok(Self {
            id: TrialId(id),
            number,
            state: known,
            completed,
            value,
            last_step,
            reports: Vec::new(),
            system_attrs: Attributes::new(),
        })
    }

    /// Adds a report; reports come in the order of their steps.
    pub(in crate::storage) fn report(
        &mut self,
        step: Int,
        value: Option<f64>,
    ) -> Result<(), String> {
        let number = self.number;
        let value = value.ok_or_else(|| {
            format!("trial {number}: the value reported at step {step} is broken")
        })?;
        self.reports.push((step, value));
        self.last_step = Some(step);
        Ok(())
    }

    pub(in crate::storage) fn attribute(
        &mut self,
        key: Option<String>,
        json: Option<String>,
    ) -> Result<(), String> {
        let owner = format!("trial {}", self.number);
        let (key, attribute): (String, Attribute) = crate::storage::attribute(key, json, &owner)?;
        self.system_attrs.insert(key, attribute);
        Ok(())
    }
}
