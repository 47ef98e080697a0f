//! Asking a sampler without a study.

use std::collections::BTreeMap;

use super::history::History;
use super::space::SearchSpace;
use super::{Draft, Draw, Sampler, generator};
use crate::error::{Error, Result};
use crate::id::{TrialId, TrialNumber, TrialState};
use crate::overrides::Resolved;
use crate::params::Params;
use crate::space::{Direction, Space};
use crate::trial::{Attributes, FrozenTrial};

/// Asks a sampler for trials and tells it their results, without a database and without a type: for tests
/// and measurements of samplers. The same seed and the same results give the same trials as a
/// [study in memory](crate::OptunaDatabase::in_memory).
///
/// Rules of a type are not known here, so no configuration is refused.
///
/// ```
/// use docktuna::sampler::{Rehearsal, Sampler, Tpe};
/// use docktuna::space::{Domain, Field, FloatDomain, Param, Space};
///
/// // A space that is known only while the program runs has to be leaked.
/// let x = Space::Param(Param::new(Domain::Float(FloatDomain::new(-5.0, 5.0))));
/// let fields = vec![Field::new("x", "", Box::leak(Box::new(x)))];
/// let space = Box::leak(Box::new(Space::Group(fields.leak())));
///
/// let mut rehearsal = Rehearsal::new(space).seed(7);
/// let sampler = Tpe::default();
/// for _ in 0..50 {
///     let (number, params) = rehearsal.ask(&sampler)?;
///     let x = params.get("x").unwrap().stored();
///     rehearsal.tell(number, &[(x - 2.0).powi(2)])?;
/// }
/// let best = rehearsal.history().best().unwrap();
/// assert!((best.stored("x").unwrap() - 2.0).abs() < 0.2);
/// # Ok::<(), docktuna::Error>(())
/// ```
#[derive(Debug)]
pub struct Rehearsal {
    space: SearchSpace,
    overrides: Resolved,
    history: History,
    seed: u64,
    next: TrialNumber,
    running: BTreeMap<TrialNumber, FrozenTrial>,
}

impl Rehearsal {
    /// No trial yet, one objective that is minimized, and the seed 0.
    #[must_use]
    pub fn new(space: &'static Space) -> Self {
        let overrides = Resolved::default();
        Self {
            space: SearchSpace::new(space, &overrides),
            overrides,
            history: History::new(&[Direction::Minimize]),
            seed: 0,
            next: TrialNumber(0),
            running: BTreeMap::new(),
        }
    }

    /// The same with other objectives.
    #[must_use]
    pub fn directions(mut self, directions: &[Direction]) -> Self {
        self.history = History::new(directions);
        self
    }

    /// The same with another seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// A new trial, which runs until it is [told](Self::tell). Several may run at the same time.
    ///
    /// # Errors
    ///
    /// The sampler's error, and [`Error::InvalidValue`] if it chose a value outside its range.
    pub fn ask(&mut self, sampler: &dyn Sampler) -> Result<(TrialNumber, Params)> {
        let number = self.next;
        let rng = generator(Some(self.seed), number.0)?;
        let draft = Draft::new(&self.history, &self.space, rng, Some(number));
        let params = Draw::params(self.space.declared(), sampler, &self.overrides, draft)?;
        self.next = TrialNumber(number.0 + 1);
        self.history.add_running(number, &params, Vec::new());
        self.running.insert(number, started(number, params.clone()));
        Ok((number, params))
    }

    /// Ends a trial with a result for each objective. A trial that is told NaN fails, as in a study.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidResult`] if it does not run, or if the number of results is another than that of
    /// the objectives.
    pub fn tell(&mut self, number: TrialNumber, values: &[f64]) -> Result<()> {
        let invalid = |rule| Error::InvalidResult {
            trial: number,
            found: format!("{values:?}"),
            rule,
        };
        if values.len() != self.history.directions().len() {
            return Err(invalid("it needs one number for each objective"));
        }
        let trial = self.running.remove(&number);
        let mut trial = trial.ok_or_else(|| invalid("it does not run"))?;
        if values.iter().any(|value| value.is_nan()) {
            trial.state = TrialState::Fail;
        } else {
            trial.state = TrialState::Complete;
            trial.values = values.to_vec();
        }
        let running: Vec<FrozenTrial> = self.running.values().cloned().collect();
        self.history.update(vec![trial], &running);
        Ok(())
    }

    /// All trials so far.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }
}

fn started(number: TrialNumber, params: Params) -> FrozenTrial {
    FrozenTrial {
        id: TrialId(number.0.into()),
        number,
        state: TrialState::Running,
        values: Vec::new(),
        params,
        user_attrs: Attributes::new(),
        system_attrs: Attributes::new(),
        intermediate_values: BTreeMap::new(),
        datetime_start: None,
        datetime_complete: None,
    }
}
