//! The one error type, and what its variants carry.

mod diff;
mod reason;

use std::time::Duration;

pub(crate) use diff::Subject;
pub use diff::{Difference, DifferenceKind, SpaceDiff};
pub use reason::{ConnectReason, SchemaReason, SettingsReport, StorageReason};

use crate::id::{StateCounts, TrialNumber, TrialState};
use crate::shown::Shown;
use crate::space::Direction;

/// A cause from another crate; its type is not part of our interface.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// The result of most functions here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong. Every text fits a log line, and none holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Settings are missing, contradict each other or cannot be read.
    #[error("{}", Shown(.0))]
    Settings(Box<SettingsReport>),
    /// No connection came about.
    #[error("cannot connect to {}: {reason}{}", Shown(.target), cause(*.reason, .source))]
    Connect {
        /// Host, port and database, or the file.
        target: String,
        /// What failed.
        reason: ConnectReason,
        /// The driver's error.
        source: BoxError,
    },
    /// The database failed at an operation.
    #[error("the database failed at `{op}` (attempt {attempts}): {}{}", Shown(.source), advice(*.reason))]
    Storage {
        /// The operation: the name of its statement.
        op: &'static str,
        /// How often it was tried.
        attempts: u32,
        /// Why, as far as its code tells.
        reason: StorageReason,
        /// The driver's error.
        source: BoxError,
    },
    /// The server, the database or the role only reads, as a standby does.
    #[error(
        "{} only reads, so `{op}` cannot be done; help: connect to the primary server where this is its \
         standby, or have default_transaction_read_only turned off for the server, the database or the role",
        Shown(.target)
    )]
    ReadOnly {
        /// Host, port and database.
        target: String,
        /// The operation: the name of its statement.
        op: &'static str,
        /// The driver's error.
        source: BoxError,
    },
    /// Another process keeps an SQLite file locked for longer than an operation waits, a minute.
    #[error(
        "{} stays locked by another process, `{op}` was given up; help: end or commit the transaction \
         that is open there; many workers are better off with PostgreSQL",
        Shown(.target)
    )]
    Locked {
        /// The file.
        target: String,
        /// The operation: the name of its statement.
        op: &'static str,
        /// The driver's error.
        source: BoxError,
    },
    /// The database has no tables yet.
    #[error(
        "{} holds no Optuna tables; help: the tuner creates them on its first run, so run it \
         first, or check the settings",
        Shown(.target)
    )]
    NoTables {
        /// Host, port and database, or the file.
        target: String,
    },
    /// The tables in the database are not those that this crate reads.
    #[error("{} cannot be used: {}", Shown(.target), Shown(.reason))]
    Schema {
        /// Host, port and database, or the file.
        target: String,
        /// What is there instead.
        reason: SchemaReason,
    },
    /// The file is no SQLite database, or is damaged.
    #[error(
        "{} is not a readable SQLite database; help: restore it from a backup or name another \
         file; nothing was changed",
        Shown(.target)
    )]
    Corrupt {
        /// The file.
        target: String,
        /// The driver's error.
        source: BoxError,
    },
    /// The database role lacks a right.
    #[error(
        "the database role may not do `{op}`: {}; help: grant it the right, or let an owner \
         of the tables run the first set-up",
        Shown(.source)
    )]
    Privilege {
        /// The operation: the name of its statement.
        op: &'static str,
        /// The driver's error.
        source: BoxError,
    },
    /// There is no such study.
    #[error("no study is called {name:?}{}", did_you_mean(.near))]
    StudyNotFound {
        /// The name asked for.
        name: String,
        /// Names that look like it.
        near: Vec<String>,
    },
    /// The study was deleted while a handle to it lived.
    #[error("study {study:?} was deleted; help: open it again, which creates it anew")]
    StudyDeleted {
        /// The study.
        study: String,
    },
    /// The name cannot be given to a study.
    #[error("{name:?} cannot be a study's name: it has more than 512 characters")]
    StudyName {
        /// The name.
        name: String,
    },
    /// A study has the name that another one is to get.
    #[error(
        "a study is called {name:?} already; help: give another name, or delete that study first"
    )]
    StudyExists {
        /// The name.
        name: String,
    },
    /// The study exists and goes another way.
    #[error(
        "study {study:?} was created to {}, not to {}; help: use another study name, or the stored \
         direction",
        join(.stored),
        join(.wanted)
    )]
    DirectionMismatch {
        /// The study.
        study: String,
        /// Its directions in the database.
        stored: Vec<Direction>,
        /// The directions asked for.
        wanted: Vec<Direction>,
    },
    /// A single best trial is asked of a study with several objectives.
    #[error(
        "study {study:?} has {objectives} objectives, so no single trial is best; help: choose from \
         `pareto_front()`"
    )]
    SeveralObjectives {
        /// The study.
        study: String,
        /// How many objectives it has.
        objectives: usize,
    },
    /// What is stored does not match the struct.
    #[error("{}", Shown(.0))]
    SpaceMismatch(Box<SpaceDiff>),
    /// The best trial's value lies outside what the struct allows today.
    #[error(
        "best trial {trial} has {} = {}, `{type_name}` allows {}; help: widen the \
         range, or tune again under another study name",
        Shown(.param), Shown(.found), Shown(.allowed)
    )]
    OutOfRange {
        /// The trial.
        trial: TrialNumber,
        /// The parameter.
        param: String,
        /// The stored value.
        found: String,
        /// The struct.
        type_name: &'static str,
        /// What it allows.
        allowed: String,
    },
    /// The defaults are to be used and some are missing.
    #[error(
        "`{type_name}` has no default for {}; help: add #[tune(default = …)]",
        Shown(.missing.join(", "))
    )]
    MissingDefaults {
        /// The struct.
        type_name: &'static str,
        /// The parameters without a default.
        missing: Vec<String>,
    },
    /// A value that a caller gave is outside its parameter's range, or no choice.
    #[error(
        "`{}`: {} is not in {}; help: give a value that is",
        Shown(.param), Shown(.found), Shown(.allowed)
    )]
    InvalidValue {
        /// The parameter.
        param: String,
        /// The value given.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// A caller named a parameter that does not exist.
    #[error(
        "`{}` is no parameter of `{}`{}",
        Shown(.param),
        Shown(.type_name),
        did_you_mean(.near)
    )]
    UnknownParam {
        /// The name given.
        param: String,
        /// The struct.
        type_name: String,
        /// Names that look like it.
        near: Vec<String>,
    },
    /// Two fields have one stored name, across `flatten`, `shared` or `alias`.
    #[error(
        "two fields are or were stored as `{}`; \
         help: rename one, or leave out `flatten`, `shared` or `alias`",
        Shown(.param)
    )]
    NameClash {
        /// The name.
        param: String,
    },
    /// A text is not the JSON of a space.
    #[error("the space cannot be read: {}; help: give what `to_json` wrote", Shown(.reason))]
    SpaceJson {
        /// Where the text is wrong, and how.
        reason: String,
    },
    /// A rule across fields, `validate` or a constraint, refuses a configuration.
    #[error(
        "`{type_name}` refuses this configuration: {}; help: give values that its rules allow",
        Shown(.reason)
    )]
    Refused {
        /// The struct.
        type_name: &'static str,
        /// What the rule said.
        reason: String,
    },
    /// A rule across fields refuses the stored best trial.
    #[error(
        "`{type_name}` refuses best trial {trial}: {}; help: loosen the rule, or tune again \
         under another study name",
        Shown(.reason)
    )]
    BestRefused {
        /// The trial.
        trial: TrialNumber,
        /// The struct.
        type_name: &'static str,
        /// What the rule said.
        reason: String,
    },
    /// A rule across fields refused every configuration that was drawn.
    #[error(
        "`{type_name}` refused {draws} drawn configurations in a row, the last one because: {}; \
         help: narrow the ranges to what its rules allow, or loosen the rules",
        Shown(.reason)
    )]
    EveryDrawRefused {
        /// The struct.
        type_name: &'static str,
        /// How many were drawn.
        draws: u32,
        /// What the rule said to the last one.
        reason: String,
    },
    /// Each trial that was drawn for the study's next number came too late: other workers are always faster.
    #[error(
        "other workers took the next number of study {study:?} {refusals} times in a row; help: ask again, \
         or with fewer workers at once"
    )]
    Overtaken {
        /// The study.
        study: String,
        /// How often in one ask.
        refusals: u32,
    },
    /// Every point of the grid was tried, here or by another worker.
    #[error("every one of the {points} points of the grid has been tried")]
    GridExhausted {
        /// How many there are.
        points: u64,
    },
    /// A grid cannot cover the space.
    #[error("no grid covers this space: {}", Shown(.reason))]
    NoGrid {
        /// Why, and what helps.
        reason: String,
    },
    /// An override cannot be read or goes beyond the declared space.
    #[error("`{}` is no valid override: {}", Shown(.text), Shown(.reason))]
    Override {
        /// The text given.
        text: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// An option of the pruner makes no sense.
    #[error("the {pruner} pruner cannot work: {}", Shown(.reason))]
    Pruner {
        /// Its name.
        pruner: &'static str,
        /// Which option, and what to do.
        reason: String,
    },
    /// The study has no trial that could be the best one.
    #[error(
        "study {study:?} has no complete{} trial yet ({counts}); help: run the tuner first",
        if *.infeasible { ", feasible" } else { "" }
    )]
    NoTrial {
        /// The study.
        study: String,
        /// Its trials by state.
        counts: StateCounts,
        /// Whether complete trials exist and all of them break a constraint.
        infeasible: bool,
    },
    /// The trial is over, so nothing of it may change.
    #[error("trial {trial} {}; {} not recorded", ended(*.state, *.silence), Shown(.lost))]
    TrialClosed {
        /// The trial.
        trial: TrialNumber,
        /// Its state.
        state: TrialState,
        /// For how long it had sent no heartbeat when it was marked FAIL, if that is why.
        silence: Option<Duration>,
        /// What was to be written.
        lost: String,
    },
    /// The trial's row is gone, or belongs to another trial since the server crashed.
    #[error(
        "trial {trial} of study {study:?} is no longer in the database, which has the study still"
    )]
    TrialGone {
        /// The study.
        study: String,
        /// The trial.
        trial: TrialNumber,
    },
    /// The pruner gives the trial up. An objective that returns this error, or one that it is the cause
    /// of, ends the trial as PRUNED.
    #[error("the pruner gives trial {trial} up; help: return this error from the objective")]
    Pruned {
        /// The trial.
        trial: TrialNumber,
        /// By which it is recognised in the errors of other crates.
        source: BoxError,
    },
    /// A second report for one step of one trial.
    #[error("trial {trial} has reported step {step} before; help: report each step once")]
    StepReported {
        /// The trial.
        trial: TrialNumber,
        /// The step.
        step: i32,
    },
    /// A result that cannot be recorded.
    #[error("trial {trial} cannot end with {}: {rule}", Shown(.found))]
    InvalidResult {
        /// The trial.
        trial: TrialNumber,
        /// What was given.
        found: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// A row of the database does not have the form that Optuna gives it.
    #[error("study {study:?} cannot be read: {}", Shown(.what))]
    Unreadable {
        /// The study.
        study: String,
        /// Which row, and what is wrong with it.
        what: String,
    },
    /// An attribute that JSON, or this reader's type, cannot hold.
    #[error("attribute {key:?}: {}", Shown(.reason))]
    Attribute {
        /// Its key.
        key: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The fallback file cannot be read or written.
    #[error(
        "snapshot {path:?}: {}; help: remove the file, or name another one",
        Shown(.reason)
    )]
    Snapshot {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A blocking function was called where it would block an asynchronous runtime.
    #[error(
        "a blocking call inside an asynchronous runtime; help: use the asynchronous function of the \
         same name"
    )]
    InsideRuntime,
    /// Too many trials ended with an error.
    #[error("stopped after {failures} failed trials; the last one: {}", Shown(.last))]
    TooManyFailures {
        /// How many failed.
        failures: usize,
        /// The reason of the last one.
        last: String,
    },
    /// A callback of a run returned an error or panicked.
    #[error("the callback of trial {trial} failed: {}", Shown(.source))]
    Callback {
        /// The trial that had ended.
        trial: TrialNumber,
        /// What the callback returned, or the text of its panic.
        source: BoxError,
    },
    /// The operating system refused a resource.
    #[error("{what}: {}", Shown(.source))]
    System {
        /// What was needed.
        what: &'static str,
        /// The system's error.
        source: std::io::Error,
    },
}

impl Error {
    /// Whether the same call may succeed later without a change: the connection was lost, the
    /// server is busy, starting or only reads, or it has trouble that somebody may see to, such as a
    /// full disk.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connect { reason, .. } => reason.is_transient(),
            Self::Storage { reason, .. } => reason.is_transient(),
            Self::Locked { .. } | Self::Overtaken { .. } | Self::ReadOnly { .. } => true,
            _ => false,
        }
    }
}

/// What to do about an error of a statement, where its text alone does not say.
fn advice(reason: StorageReason) -> String {
    let advice = reason.advice();
    advice.map_or_else(String::new, |advice| format!("; help: {advice}"))
}

/// The cause, where the reason does not say it all.
fn cause(reason: ConnectReason, source: &BoxError) -> String {
    match reason {
        ConnectReason::Other => format!(": {}", Shown(source)),
        _ => String::new(),
    }
}

fn ended(state: TrialState, silence: Option<Duration>) -> String {
    match silence {
        Some(silence) => {
            let seconds = silence.as_secs_f64();
            format!("was marked {state} after {seconds:.0} s without a heartbeat")
        }
        None if state == TrialState::Running => "was claimed by another worker as well".to_owned(),
        None => format!("is {state} already"),
    }
}

fn did_you_mean(names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    format!("; help: did you mean {}?", quoted.join(" or "))
}

fn join(directions: &[Direction]) -> String {
    let texts: Vec<String> = directions.iter().map(ToString::to_string).collect();
    texts.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_small_and_travels() {
        fn assert_travels<T: Send + Sync + 'static>() {}
        assert_travels::<Error>();
        assert!(size_of::<Error>() <= 128);
    }

    /// Texts of others: of a database, an objective, a caller.
    #[test]
    fn f16_what_an_error_shows_does_nothing_to_a_terminal() {
        const HOSTILE: &str = "a\u{1b}[2Jb\nc\u{202e}d\u{9b}31me";
        let text = || HOSTILE.to_owned();
        let source = || BoxError::from(HOSTILE);
        let (trial, state, op, type_name) = (TrialNumber(7), TrialState::Fail, "op", "Train");
        let difference = |kind| Difference {
            param: text(),
            kind,
        };
        let choices = || crate::Distribution::Categorical(vec![text().into()].into());
        let diff = SpaceDiff {
            subject: Subject::Study {
                study: text(),
                trial: Some(trial),
                type_name,
            },
            differences: vec![
                difference(DifferenceKind::NotStored),
                difference(DifferenceKind::Changed {
                    stored: choices(),
                    declared: choices(),
                }),
                difference(DifferenceKind::Outside {
                    found: text(),
                    allowed: choices(),
                }),
                difference(DifferenceKind::Fixed {
                    stored: Some(text()),
                    declared: None,
                }),
            ],
        };
        let errors = [
            Error::Settings(Box::new(SettingsReport {
                problems: vec![text()],
            })),
            Error::Connect {
                target: text(),
                reason: ConnectReason::Dns,
                source: source(),
            },
            Error::Storage {
                op,
                attempts: 1,
                reason: StorageReason::DiskFull,
                source: source(),
            },
            Error::Locked {
                target: text(),
                op,
                source: source(),
            },
            Error::NoTables { target: text() },
            Error::Schema {
                target: text(),
                reason: SchemaReason::Older(text()),
            },
            Error::Schema {
                target: text(),
                reason: SchemaReason::Incomplete(vec![text()]),
            },
            Error::Corrupt {
                target: text(),
                source: source(),
            },
            Error::Privilege {
                op,
                source: source(),
            },
            Error::StudyNotFound {
                name: text(),
                near: vec![text()],
            },
            Error::StudyDeleted { study: text() },
            Error::StudyName { name: text() },
            Error::StudyExists { name: text() },
            Error::DirectionMismatch {
                study: text(),
                stored: Vec::new(),
                wanted: Vec::new(),
            },
            Error::SeveralObjectives {
                study: text(),
                objectives: 2,
            },
            Error::SpaceMismatch(Box::new(diff)),
            Error::OutOfRange {
                trial,
                param: text(),
                found: text(),
                type_name,
                allowed: text(),
            },
            Error::MissingDefaults {
                type_name,
                missing: vec![text()],
            },
            Error::InvalidValue {
                param: text(),
                found: text(),
                allowed: text(),
            },
            Error::UnknownParam {
                param: text(),
                type_name: text(),
                near: vec![text()],
            },
            Error::NameClash { param: text() },
            Error::SpaceJson { reason: text() },
            Error::Refused {
                type_name,
                reason: text(),
            },
            Error::BestRefused {
                trial,
                type_name,
                reason: text(),
            },
            Error::EveryDrawRefused {
                type_name,
                draws: 1,
                reason: text(),
            },
            Error::NoGrid { reason: text() },
            Error::Override {
                text: text(),
                reason: text(),
            },
            Error::Pruner {
                pruner: "p",
                reason: text(),
            },
            Error::NoTrial {
                study: text(),
                counts: StateCounts::default(),
                infeasible: true,
            },
            Error::TrialClosed {
                trial,
                state,
                silence: None,
                lost: text(),
            },
            Error::TrialGone {
                study: text(),
                trial,
            },
            Error::InvalidResult {
                trial,
                found: text(),
                rule: "r",
            },
            Error::Unreadable {
                study: text(),
                what: text(),
            },
            Error::Attribute {
                key: text(),
                reason: text(),
            },
            Error::Snapshot {
                path: text().into(),
                reason: text(),
            },
            Error::TooManyFailures {
                failures: 1,
                last: text(),
            },
            Error::Callback {
                trial,
                source: source(),
            },
            Error::System {
                what: "w",
                source: std::io::Error::other(HOSTILE),
            },
        ];
        for error in errors {
            let shown = error.to_string();
            assert!(shown.contains(r"b\nc\u{202e}d\u{9b}31me"), "{shown}");
            assert_eq!(crate::shown::shown(&shown), shown);
        }
    }
}
