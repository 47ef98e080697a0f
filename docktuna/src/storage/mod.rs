//! Optuna's tables, and the operations on them that the rest of the crate uses.
//!
//! [`postgres`] and [`sqlite`] have the same functions in the same order, each a statement or a
//! short transaction ([`shared`] holds those that do not differ); this module adds what both share:
//! which operations may be repeated after a lost connection, and how rows become trials.

mod connection;
mod finish;
mod heartbeat;
#[cfg(feature = "cli")]
mod inspect;
mod int;
mod listing;
mod manage;
mod outlook;
#[cfg(feature = "postgres")]
mod postgres;
pub(crate) mod repeat;
mod rows;
mod schema;
mod shared;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "serve")]
pub(crate) mod steps;

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDateTime;

pub(crate) use connection::pool::Usage;
pub(crate) use finish::Finished;
pub(crate) use heartbeat::Swept;
#[cfg(feature = "cli")]
pub(crate) use inspect::{Purpose, Right};
pub(crate) use listing::{Detail, Sort, StoredParam, TrialQuery};
pub(crate) use manage::Renamed;
#[cfg(feature = "postgres")]
pub(crate) use postgres::Postgres;
pub(crate) use rows::{
    Asked, Attrs, BestRow, Horizon, Ids, NewTrial, News, NewsQuery, Numbering, Outcome, PeerQuery,
    PeerRow, Reported, Standing, StudyRow, Summary, TrialKey, WholeTrial, attribute, now,
};
#[cfg(feature = "sqlite")]
pub(crate) use sqlite::Sqlite;

use crate::error::{Error, Result};
use crate::optuna::moment::moment;
use crate::optuna::revision;
use rows::assemble::trial_number;
use rows::{assemble, news};

use crate::id::{Int, StateCounts, StudyId, TrialId, TrialNumber, TrialState};
use crate::params::Params;
use crate::space::Direction;
use crate::trial::FrozenTrial;

/// A statement with the name under which errors mention it.
#[derive(Clone, Copy)]
struct Statement {
    name: &'static str,
    text: &'static str,
}

/// Declares statements, each the content of a file of its own.
macro_rules! statements {
    ($folder:literal: $($constant:ident $name:literal,)*) => {
        $(const $constant: Statement = Statement {
            name: $name,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/storage/sql/", $folder, "/", $name, ".sql")),
        };)*
    };
}
use statements;

/// A database in Optuna's schema.
#[derive(Debug)]
pub(crate) enum Storage {
    #[cfg(feature = "postgres")]
    Postgres(Box<Postgres>),
    #[cfg(feature = "sqlite")]
    Sqlite(Box<Sqlite>),
}

/// Calls the function of the same name of whichever database it is, once.
macro_rules! once {
    ($self:ident.$function:ident($($argument:expr),*)) => {
        match $self {
            #[cfg(feature = "postgres")]
            Self::Postgres(database) => database.$function($($argument),*).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(database) => database.$function($($argument),*).await,
        }
    };
}

/// Calls it as often as it takes: for reads, and for writes that are the same when done twice.
macro_rules! repeated {
    ($self:ident.$function:ident($($argument:expr),*)) => {
        repeated!($crate::storage::repeat::PATIENCE, $self.$function($($argument),*))
    };
    ($patience:expr, $self:ident.$function:ident($($argument:expr),*)) => {
        $crate::storage::repeat::repeat($patience, async |_| once!($self.$function($($argument),*))).await
    };
}

use {once, repeated};

/// A trial of a known start.
struct Started {
    id: TrialId,
    number: TrialNumber,
    completed: Option<NaiveDateTime>,
    /// Whether it surely was made then, and not claimed from the queue.
    is_new: bool,
}

impl Storage {
    /// Host, port and database, or the file.
    pub(crate) fn target(&self) -> &str {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(database) => database.target(),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(database) => database.target(),
        }
    }

    /// Whether a row that was committed stays, which a crash of a server may undo for a new trial.
    pub(crate) fn keeps_commits(&self) -> bool {
        #[cfg(feature = "sqlite")]
        return matches!(self, Self::Sqlite(_));
        #[cfg(not(feature = "sqlite"))]
        return false;
    }

    /// What its connections have been through.
    pub(crate) fn usage(&self) -> Usage {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(database) => database.usage(),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(database) => database.usage(),
        }
    }

    /// Closes the connections that are not in use.
    pub(crate) async fn close(&self) {
        once!(self.close());
    }

    async fn existing_tables(&self, wanted: &[&str]) -> Result<Vec<String>> {
        repeated!(self.existing_tables(wanted))
    }

    async fn revisions(&self) -> Result<Vec<String>> {
        repeated!(self.revisions())
    }

    async fn create_tables(&self, wanted: &[&str]) -> Result<()> {
        repeated!(self.create_tables(wanted))
    }

    /// The study, if it is there and in tables that we know.
    pub(crate) async fn find_study(&self, name: &str) -> Result<Option<StudyRow>> {
        match self.explained(repeated!(self.find_study(name))).await? {
            Some((row, Some(revision))) if revision == revision::HEAD => Ok(Some(row)),
            Some((row, _)) => self.verify_schema().await.map(|()| Some(row)),
            None => Ok(None),
        }
    }

    /// Says of a failed read that the tables are not ours, where that is why it failed.
    async fn explained<T>(&self, result: Result<T>) -> Result<T> {
        match result {
            Err(error @ (Error::NoTables { .. } | Error::Storage { .. }))
                if !error.is_transient() =>
            {
                self.verify_schema().await?;
                Err(error)
            }
            result => result,
        }
    }

    /// Creates a study unless the name is taken; false if it is.
    pub(crate) async fn create_study(&self, name: &str, directions: &[Direction]) -> Result<bool> {
        repeated!(self.create_study(name, directions))
    }

    pub(crate) async fn list_studies(&self) -> Result<Vec<StudyRow>> {
        self.explained(repeated!(self.list_studies())).await
    }

    pub(crate) async fn study_names(&self) -> Result<Vec<String>> {
        repeated!(self.study_names())
    }

    pub(crate) async fn count_studies(&self) -> Result<usize> {
        Ok(usize::try_from(repeated!(self.count_studies())?).unwrap_or(0))
    }

    /// Every study at a glance, or the one, in the order in which they were created.
    pub(crate) async fn summaries(&self, only: Option<StudyId>) -> Result<Vec<Summary>> {
        self.explained(repeated!(self.summaries(only))).await
    }

    pub(crate) async fn latest_study(&self) -> Result<Option<StudyRow>> {
        self.explained(repeated!(self.latest_study())).await
    }

    pub(crate) async fn last_update(&self, study: &StudyRow) -> Result<Option<NaiveDateTime>> {
        let found = repeated!(self.last_update(study.id))?;
        moment(found, || "the last start or end of a trial".to_owned())
            .map_err(|what| study.unreadable(what))
    }

    pub(crate) async fn count_states(&self, study: StudyId) -> Result<StateCounts> {
        repeated!(self.count_states(study))
    }

    pub(crate) async fn study_attributes(
        &self,
        study: StudyId,
        which: Attrs,
    ) -> Result<Vec<(Option<String>, Option<String>)>> {
        repeated!(self.study_attributes(study, which))
    }

    /// The attributes by which opening a study notes its space and its search.
    pub(crate) async fn recorded_search(
        &self,
        study: StudyId,
    ) -> Result<Vec<(String, Option<String>)>> {
        repeated!(self.recorded_search(study))
    }

    pub(crate) async fn set_study_attribute(
        &self,
        study: &StudyRow,
        which: Attrs,
        key: &str,
        json: &str,
    ) -> Result<()> {
        let set = repeated!(self.set_study_attribute(study, which, key, json));
        if self.unless_deleted(study, set, |set| !set).await? {
            return Ok(());
        }
        Err(study.deleted())
    }

    /// Whether the study is there.
    pub(crate) async fn has_study(&self, study: &StudyRow) -> Result<bool> {
        repeated!(self.has_study(study))
    }

    /// An answer about a study that is there.
    ///
    /// Of a deleted study no row is left, so that only an empty answer, or none, makes one look for it. SQLite
    /// hands its id out again, so that there any answer may be about another study.
    ///
    /// # Errors
    ///
    /// [`Error::StudyDeleted`], or the error of the answer.
    pub(crate) async fn unless_deleted<T>(
        &self,
        study: &StudyRow,
        answer: Result<T>,
        is_empty: impl FnOnce(&T) -> bool,
    ) -> Result<T> {
        let doubtful = match &answer {
            Ok(answer) => self.keeps_commits() || is_empty(answer),
            // A row that refers to it cannot be written any more.
            Err(error) => matches!(error, Error::Storage { .. }) && !error.is_transient(),
        };
        if doubtful && !self.has_study(study).await? {
            return Err(study.deleted());
        }
        answer
    }

    /// One stored distribution, as text, of each of the names that occurs.
    pub(crate) async fn stored_distributions(
        &self,
        study: StudyId,
        names: &[String],
    ) -> Result<Vec<(String, Option<String>)>> {
        repeated!(self.stored_distributions(study, names))
    }

    /// How a study stands, where `horizon` is where an earlier look ended: only what changed since is read.
    ///
    /// # Errors
    ///
    /// [`Error::StudyDeleted`], or if the database fails.
    pub(crate) async fn follow(
        &self,
        study: &StudyRow,
        horizon: Option<&Horizon>,
    ) -> Result<Standing> {
        let found = repeated!(self.follow(study, horizon))?;
        Standing::from_row(found).ok_or_else(|| study.deleted())
    }

    /// The best complete and feasible trial of a study with one objective, among all or among those that may have
    /// ended since a look.
    pub(crate) async fn best_trial(
        &self,
        study: &StudyRow,
        direction: Direction,
        since: Option<&Horizon>,
    ) -> Result<Option<BestRow>> {
        let found = repeated!(self.best_trial(study.id, direction, since))?;
        let best = found.map(BestRow::from_columns).transpose();
        best.map_err(|what| study.unreadable(what))
    }

    /// Claims a waiting trial or creates one, for each of `trials` in turn; the first refusal ends
    /// it. Empty if the study is gone.
    ///
    /// One whose answer was lost is not repeated before it was looked for: otherwise a trial that
    /// nobody works on could stay behind. With `beat` each sends its first heartbeat in the same
    /// statement.
    pub(crate) async fn ask(
        &self,
        study: &StudyRow,
        trials: &[NewTrial],
        limit: i32,
        beat: bool,
    ) -> Result<Vec<Asked>> {
        let started = now();
        let unanswered = AtomicBool::new(false);
        repeat::repeat(repeat::PATIENCE, async |_| {
            let again = unanswered.swap(true, Ordering::Relaxed);
            if again {
                let own = self.asked_at(study, trials, started).await?;
                if !own.is_empty() {
                    return Ok(own);
                }
            }
            let asking = async || once!(self.ask(study, trials, limit, started, beat));
            let asked = repeat::in_time("ask", asking).await;
            if matches!(asked, Err(Error::ReadOnly { .. })) {
                // It has done nothing, and to look for that would take a lock.
                unanswered.store(false, Ordering::Relaxed);
            }
            let asked = asked?;
            if again && matches!(asked.first(), Some(Asked::Refused(_))) {
                // Perhaps because the earlier try has been carried out since.
                let own = self.asked_at(study, trials, started).await?;
                return Ok(if own.is_empty() { asked } else { own });
            }
            Ok(asked)
        })
        .await
    }

    /// What an ask of this moment brought, whose answer was lost. Queued trials come before new
    /// ones, as they do in an ask; a new one is recognised by its parameters. One with others is of
    /// another process, which asked in the same microsecond.
    async fn asked_at(
        &self,
        study: &StudyRow,
        trials: &[NewTrial],
        started: NaiveDateTime,
    ) -> Result<Vec<Asked>> {
        let mut asked = Vec::new();
        let rows = self.started_at(study, started).await?;
        let running = rows.into_iter().filter(|row| row.completed.is_none());
        for Started {
            id, number, is_new, ..
        } in running
        {
            let Some(drawn) = trials.get(asked.len()) else {
                break;
            };
            let key = TrialKey {
                study: study.id,
                id,
                number,
                started,
            };
            let stored = self.load_trials(study, Ids::one(id)).await?.pop();
            let created = drawn.number != Numbering::Never
                && stored.is_some_and(|stored| stored.params == drawn.params);
            if created {
                asked.push(Asked::Created(key));
            } else if !is_new {
                asked.push(Asked::Claimed(key));
            }
        }
        Ok(asked)
    }

    /// The trials of one start; once.
    async fn started_at(&self, study: &StudyRow, started: NaiveDateTime) -> Result<Vec<Started>> {
        let rows = once!(self.started_at(study.id, started))?;
        let row = |(id, number, completed, is_new)| {
            let number = trial_number(id, number)?;
            let completed = moment(completed, || format!("the end of trial {number}"))?;
            Ok(Started {
                id: TrialId(id),
                number,
                completed,
                is_new,
            })
        };
        let rows: std::result::Result<_, String> = rows.into_iter().map(row).collect();
        rows.map_err(|what| study.unreadable(what))
    }

    /// Adds parameters to a claimed trial; false if it is no longer ours.
    pub(crate) async fn add_params(&self, key: &TrialKey, params: &Params) -> Result<bool> {
        repeated!(repeat::TRIAL_PATIENCE, self.add_params(key, params))
    }

    /// Adds a whole trial; `None` if the study is gone.
    pub(crate) async fn add_trial(
        &self,
        study: &StudyRow,
        trial: &WholeTrial,
    ) -> Result<Option<(TrialId, TrialNumber)>> {
        once!(self.add_trial(study, trial))
    }

    pub(crate) async fn report(&self, key: &TrialKey, step: Int, value: f64) -> Result<Reported> {
        repeat::repeat(repeat::TRIAL_PATIENCE, async |attempt| {
            let reporting = async || once!(self.report(key, step, value));
            Ok(match repeat::in_time("report", reporting).await? {
                // An unanswered report that had been carried out must not look like a second one.
                Reported::StepTaken if attempt > 1 => Reported::Recorded,
                reported => reported,
            })
        })
        .await
    }

    /// Sets an attribute of a trial; false if it is no longer ours.
    pub(crate) async fn set_trial_attribute(
        &self,
        trial: &TrialKey,
        which: Attrs,
        key: &str,
        json: &str,
    ) -> Result<bool> {
        repeated!(
            repeat::TRIAL_PATIENCE,
            self.set_trial_attribute(trial, which, key, json)
        )
    }

    /// The trials of a study whose ids lie in a range, in the order of their numbers.
    pub(crate) async fn load_trials(&self, study: &StudyRow, ids: Ids) -> Result<Vec<FrozenTrial>> {
        let rows = repeated!(self.load_rows(study.id, ids))?;
        rows.assemble().map_err(|what| study.unreadable(what))
    }

    /// What pruners look at in other trials, in the order of their ids.
    pub(crate) async fn load_peers(
        &self,
        study: &StudyRow,
        query: &PeerQuery,
    ) -> Result<Vec<PeerRow>> {
        repeated!(repeat::TRIAL_PATIENCE, self.load_peers(study, query))?
            .map_err(|what| study.unreadable(what))
    }

    /// What samplers look at in the trials that are wanted: of reports only the last one of pruned
    /// trials, of attributes only constraints and announcements.
    pub(crate) async fn load_news(&self, study: &StudyRow, query: &NewsQuery) -> Result<News> {
        let rows = repeated!(self.load_news(study.id, query))?;
        let (rows, own) = news::sorted_out(rows);
        let trials = rows.assemble().map_err(|what| study.unreadable(what))?;
        Ok(News { trials, own })
    }

    /// The parameters of one trial.
    pub(crate) async fn load_params(
        &self,
        study: &StudyRow,
        trial: TrialId,
        number: TrialNumber,
    ) -> Result<Params> {
        let mut rows = repeated!(self.load_params(study.id, trial))?;
        rows.trials.push(assemble::TrialRow {
            id: trial.0,
            number: Some(number.0.into()),
            state: TrialState::Complete.as_str().to_owned(),
            started: None,
            completed: None,
        });
        let trials = rows.assemble().map_err(|what| study.unreadable(what))?;
        Ok(trials
            .into_iter()
            .next()
            .map(|trial| trial.params)
            .unwrap_or_default())
    }
}

fn count_state(counts: &mut StateCounts, label: &str, count: i64) {
    if let Some(state) = TrialState::parse(label) {
        counts.add(state, usize::try_from(count).unwrap_or(0));
    }
}

fn state_counts(rows: Vec<(String, i64)>) -> StateCounts {
    let mut counts = StateCounts::default();
    for (state, count) in rows {
        count_state(&mut counts, &state, count);
    }
    counts
}

/// The factor that makes the better number the smaller one.
fn sign(direction: Direction) -> i32 {
    match direction {
        Direction::Minimize => 1,
        Direction::Maximize => -1,
    }
}

/// The decoders of this module, for tests that give them anything.
#[cfg(test)]
pub(crate) mod fuzzed {
    use chrono::NaiveDateTime;

    use super::TrialNumber;
    use crate::optuna::{self, moment};

    pub(crate) fn parse_moment(text: &str) -> Option<NaiveDateTime> {
        moment::read_moment(text.to_owned()).ok()
    }

    pub(crate) fn retried(
        stored: Vec<(String, String)>,
        number: i32,
        retries: u32,
    ) -> Option<(String, String)> {
        let stored = stored.into_iter().map(|(key, json)| (key, Some(json)));
        optuna::retry_attributes(stored.collect(), TrialNumber(number), retries)
    }
}
