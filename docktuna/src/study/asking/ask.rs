//! Asking for trials: what is drawn for them, what the database makes of it, and what the queue brings.

use std::sync::Arc;

use tokio::sync::MutexGuard;

use super::left::Place;
use crate::error::{Error, Result};
use crate::id::TrialNumber;
use crate::optuna::{self, keys};
use crate::params::Params;
use crate::params::aliases::Aliases;
use crate::params::rules::Constraints;
use crate::sampler::{Draft, Draw, Drawn, Given, generator};
use crate::storage::{Asked, Ids, NewTrial, Numbering, TrialKey, repeat};
use crate::study::trial::pruning::Own;
use crate::study::{RunningTrial, Search, Study, Trial, unknown};
use crate::trial::{Attribute, FrozenTrial};
use crate::tunable::Tunable;

/// How often others may be faster, where a trial is drawn for its number, before an ask gives up. Each time
/// somebody made a trial, so that the tenth part of it is never seen even in a large fleet.
const MOST_REFUSALS: u32 = 1000;

/// What the database answered to an ask.
struct Answers<T> {
    /// Queued trials.
    claimed: Vec<RunningTrial>,
    created: Vec<Trial<T>>,
    /// Whether the last trial was drawn for another number than it would have got, or is beyond the limit.
    refused: bool,
    /// The number of the next trial, where the answer tells it.
    next: Option<i32>,
}

/// The number that the next trial is drawn for, and how often others were faster.
struct Guess<'a> {
    /// What all asks of this study take the next number to be; none where it does not matter.
    next: Option<MutexGuard<'a, i32>>,
    /// Whether the last trial was refused, so that the answer told the number.
    refused: bool,
    refusals: u32,
}

impl<'a> Guess<'a> {
    fn new(next: Option<MutexGuard<'a, i32>>) -> Self {
        Self {
            next,
            refused: false,
            refusals: 0,
        }
    }

    /// Takes over what the history says, unless an answer has told it.
    fn read(&mut self, next: i32) {
        if !self.refused {
            self.set(Some(next));
        }
    }

    fn set(&mut self, next: Option<i32>) {
        if let (Some(guess), Some(next)) = (self.next.as_deref_mut(), next) {
            *guess = next;
        }
    }

    /// The number to draw for.
    fn draw(&mut self) -> Option<i32> {
        self.refused = false;
        self.next.as_deref().copied()
    }

    fn answered<T>(&mut self, answers: &Answers<T>) {
        self.refused = answers.refused;
        self.refusals += u32::from(answers.refused);
        self.set(answers.next);
    }
}

impl<T: Tunable + Send + 'static> Study<T> {
    /// As many as `count` trials whose numbers are below `limit`.
    pub(in crate::study) async fn ask_below(
        &self,
        count: usize,
        limit: i32,
    ) -> Result<Vec<Trial<T>>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let place = Place::new(&self.dynamic, limit);
        let mut trials = self.search.left.take_over(&place).await;
        if trials.len() > count {
            self.search.left.leave(&place, trials.split_off(count));
        }
        if trials.len() == count {
            return Ok(trials);
        }
        let study = self.clone();
        let asking = async move { study.ask_more(trials, count, limit).await };
        self.search.left.ask(place, asking).await
    }
}

impl<T: Tunable> Study<T> {
    /// As many as `count` trials, with those that there are.
    async fn ask_more(
        &self,
        mut trials: Vec<Trial<T>>,
        count: usize,
        limit: i32,
    ) -> Result<Vec<Trial<T>>> {
        self.dynamic.sweep().await?;
        let Search { sampler, seed, .. } = &*self.search;
        let (storage, row) = (self.dynamic.storage(), self.dynamic.row());
        let for_number = seed.is_some() || sampler.is_exclusive();
        let mut guess = Guess::new(match for_number {
            true => Some(self.search.next.lock().await),
            false => None,
        });
        let beat = self.dynamic.database().heart().is_some();
        while trials.len() < count {
            if sampler.reads_history() {
                guess.read(self.search.feed.refresh(storage, row).await?);
            }
            let (drawn, new) = match self.draw(count - trials.len(), guess.draw()) {
                Err(exhausted @ Error::GridExhausted { .. }) => {
                    match self.ask_queue(limit).await? {
                        Some(queued) => trials.push(queued),
                        None if trials.is_empty() => return Err(exhausted),
                        None => break,
                    }
                    continue;
                }
                drawn => drawn?,
            };
            let asked = storage.ask(row, &new, limit, beat).await?;
            if asked.is_empty() {
                return Err(self.dynamic.row().deleted());
            }
            let answers = self.sorted(asked, drawn);
            guess.answered(&answers);
            // An error from here on drops, and so fails, every trial that was asked for.
            for running in answers.claimed {
                trials.extend(self.adopt(running).await?);
            }
            trials.extend(answers.created);
            if answers.refused && answers.next.is_some_and(|next| next >= limit) {
                break;
            }
            if guess.refusals == MOST_REFUSALS {
                return Err(self.dynamic.overtaken(guess.refusals));
            }
        }
        Ok(trials)
    }

    fn sorted(&self, asked: Vec<Asked>, drawn: Vec<Drawn<T>>) -> Answers<T> {
        let mut answers = Answers {
            claimed: Vec::new(),
            created: Vec::new(),
            refused: false,
            next: None,
        };
        for (asked, drawn) in asked.into_iter().zip(drawn) {
            match asked {
                Asked::Created(key) => {
                    if self.search.sampler.reads_history() {
                        self.search.feed.note(&key, &drawn.params);
                    }
                    let running = self.running(key, drawn.params, drawn.constraints);
                    answers.created.push(Trial::new(drawn.config, running));
                    answers.next = Some(key.number.0 + 1);
                }
                Asked::Claimed(key) => {
                    let (params, constraints) = (Params::default(), Constraints::default());
                    answers.claimed.push(self.running(key, params, constraints));
                }
                Asked::Refused(number) => {
                    answers.refused = true;
                    answers.next = Some(number);
                }
            }
        }
        answers
    }

    fn running(&self, key: TrialKey, params: Params, constraints: Constraints) -> RunningTrial {
        let pruning = Arc::clone(&self.pruning);
        RunningTrial::new(self.dynamic.clone(), pruning, key, params, constraints)
    }

    /// A queued trial, if there is one; none is created.
    async fn ask_queue(&self, limit: i32) -> Result<Option<Trial<T>>> {
        let never = NewTrial {
            params: Params::default(),
            number: Numbering::Never,
        };
        let (storage, row) = (self.dynamic.storage(), self.dynamic.row());
        let beat = self.dynamic.database().heart().is_some();
        loop {
            let asked = storage
                .ask(row, std::slice::from_ref(&never), limit, beat)
                .await?;
            let Some(Asked::Claimed(key)) = asked.first() else {
                return Ok(None);
            };
            let claimed = self.running(*key, Params::default(), Constraints::default());
            if let Some(trial) = self.adopt(claimed).await? {
                return Ok(Some(trial));
            }
        }
    }

    /// So many drawn configurations; where that matters, for the numbers from `next` on. Each sees those before it as
    /// running trials. So do other asks of this process, until the next look shows what became of them; an exclusive
    /// sampler's would miss what this one may fail to store.
    fn draw(&self, count: usize, next: Option<i32>) -> Result<(Vec<Drawn<T>>, Vec<NewTrial>)> {
        let (mut all, mut new) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for offset in 0..i32::try_from(count).unwrap_or(i32::MAX) {
            let expected = next.map(|next| next.saturating_add(offset));
            let drawn = match self.draw_one(expected.map(TrialNumber), &Given::default()) {
                // What was drawn before is still to be run.
                Err(Error::GridExhausted { .. }) if offset > 0 => break,
                drawn => drawn?,
            };
            let params = drawn.params.clone();
            let sampler = &self.search.sampler;
            if sampler.reads_history() && (count > 1 || !sampler.is_exclusive()) {
                let number = TrialNumber(expected.unwrap_or(i32::MAX));
                let mut history = self.search.feed.write();
                history.add_running(number, &params, Vec::new());
            }
            all.push(drawn);
            let number = expected.map_or(Numbering::Next, Numbering::Only);
            new.push(NewTrial { params, number });
        }
        Ok((all, new))
    }

    fn draw_one(&self, number: Option<TrialNumber>, given: &Given) -> Result<Drawn<T>> {
        let Search { sampler, space, .. } = &*self.search;
        let rng = generator(self.search.seed, number.map_or(0, |number| number.0))?;
        let history = self.search.feed.read();
        let draft = Draft::new(&history, space, rng, number);
        Draw::config(&**sampler, &self.search.overrides, given, draft)
    }

    /// Takes over a queued trial: what it brings is checked, the rest is drawn. `None` if it
    /// cannot be run; then it has been marked FAIL.
    async fn adopt(&self, running: RunningTrial) -> Result<Option<Trial<T>>> {
        let storage = self.dynamic.storage();
        let key = *running.key();
        // The claim is this worker's: an outage now must not cost the configuration.
        let loading = async |_| {
            storage
                .load_trials(self.dynamic.row(), Ids::one(key.id))
                .await
        };
        let drawn = match repeat::repeat(repeat::TRIAL_PATIENCE, loading).await {
            Ok(mut stored) => {
                let Some(stored) = stored.pop() else {
                    return Ok(None);
                };
                self.draw_rest(key.number, stored)
            }
            Err(error @ Error::Unreadable { .. }) => Err(error),
            Err(error) => return Err(error),
        };
        match drawn {
            Ok((drawn, own)) => {
                if !storage.add_params(&key, &drawn.params).await? {
                    return Ok(None);
                }
                let running = running.with(drawn.params, drawn.constraints, own);
                Ok(Some(Trial::new(drawn.config, running)))
            }
            Err(error) => {
                tracing::warn!(trial = key.number.0, %error, "an enqueued trial cannot be run");
                running.give_up(&error.to_string()).await?;
                Ok(None)
            }
        }
    }

    /// What a queued trial comes to, and what it reported before.
    fn draw_rest(&self, number: TrialNumber, stored: FrozenTrial) -> Result<(Drawn<T>, Own)> {
        let own = Own::of(&stored)?;
        let fixed = stored.system_attrs.get(keys::FIXED_PARAMS);
        let given = self.given(&stored.params, fixed.map(Attribute::as_json))?;
        Ok((self.draw_one(Some(number), &given)?, own))
    }

    fn given(&self, stored: &Params, fixed: Option<&str>) -> Result<Given> {
        let aliases = Aliases::of(T::SPACE);
        let unreadable = |reason| Error::Attribute {
            key: keys::FIXED_PARAMS.to_owned(),
            reason,
        };
        let fixed = fixed.map(optuna::read_fixed_params).transpose();
        let fixed = aliases.values(fixed.map_err(unreadable)?.unwrap_or_default());
        let declared = |name: &str| T::SPACE.find(name).is_some();
        match fixed.keys().filter(|name| !declared(name)).min() {
            Some(name) => Err(unknown::<T>(name)),
            None => Ok(Given {
                queued: true,
                stored: aliases.translated(stored).into_owned(),
                fixed,
            }),
        }
    }
}
