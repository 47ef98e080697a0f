//! Studies of Optuna with several objectives, several running trials or pruned ones: it suggests each
//! value when the type asks for it, and everything else happens here.

use docktuna::space::Param;
use docktuna::{BoxError, Source, Tunable};
use serde_json::{Value as Json, json};

use crate::optuna::{Optuna, question};

/// A Python process that suggests.
pub(crate) struct Remote(Optuna);

impl Remote {
    /// Starts `python`, which has to have Optuna.
    pub(crate) fn start(python: &str) -> Result<Self, BoxError> {
        Optuna::start_with(python, include_str!("remote.py")).map(Self)
    }

    pub(crate) fn version(&self) -> &str {
        self.0.version()
    }

    /// Begins a study, which replaces the last one.
    pub(crate) fn begin(&mut self, study: &Json, seed: u64) -> Result<(), BoxError> {
        self.0.send(&json!({"study": study, "seed": seed}))
    }

    /// The configuration of a new trial.
    pub(crate) fn ask<T: Tunable>(&mut self, trial: usize) -> Result<T, BoxError> {
        self.0.send(&json!({"ask": trial}))?;
        T::build(&mut Suggest {
            optuna: &mut self.0,
            trial,
            names: Vec::new(),
        })
    }

    /// Reports an intermediate value, and whether the trial is to be pruned.
    pub(crate) fn report(&mut self, trial: usize, step: u32, value: f64) -> Result<bool, BoxError> {
        let report = json!({"report": trial, "step": step, "value": value});
        self.0.send(&report)?;
        self.0.receive()
    }

    /// Ends a trial with its results.
    pub(crate) fn tell(&mut self, trial: usize, values: &[f64]) -> Result<(), BoxError> {
        self.0.send(&json!({"tell": trial, "values": values}))
    }

    /// Ends a trial that was pruned.
    pub(crate) fn prune(&mut self, trial: usize) -> Result<(), BoxError> {
        self.0.send(&json!({"tell": trial}))
    }
}

/// Takes the values of one trial from the process.
struct Suggest<'a> {
    optuna: &'a mut Optuna,
    trial: usize,
    names: Vec<String>,
}

impl Source for Suggest<'_> {
    type Error = BoxError;

    fn enter(&mut self, name: &str) {
        self.names.push(name.to_owned());
    }

    fn leave(&mut self) {
        self.names.pop();
    }

    fn param(&mut self, param: &'static Param) -> Result<f64, BoxError> {
        let mut question = question(&self.names.join("."), param.domain())?;
        question["trial"] = json!(self.trial);
        self.optuna.send(&question)?;
        self.optuna.receive()
    }

    fn refused(&mut self, reason: String) -> BoxError {
        format!("{}: {reason}", self.names.join(".")).into()
    }
}
