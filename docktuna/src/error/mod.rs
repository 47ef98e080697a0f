//! The error type of this crate, and the data of its variants.

mod diff;
mod reason;

use std::time::Duration;

pub(crate) use diff::Subject;
pub use diff::{Difference, DifferenceKind, SpaceDiff};
pub use reason::{ConnectReason, SchemaReason, SettingsReport, StorageReason};

use crate::id::{StateCounts, TrialNumber, TrialState};
use crate::shown::Shown;
use crate::space::Direction;

/// A cause from another crate. Its type is not part of the public interface.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// The result type of most functions of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Every error of this crate. Each text is one line, and none contains a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Settings are missing, contradict each other or cannot be read.
    #[error("{}", Shown(.0))]
    Settings(Box<SettingsReport>),
    /// No connection could be opened.
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
        /// The reason, as far as the database's error code tells it.
        reason: StorageReason,
        /// The driver's error.
        source: BoxError,
    },
    /// The server, the database or the role is read-only, as a standby is.
    #[error(
        "{} is read-only, so `{op}` is not possible; help: connect to the primary server where this is its \
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
    /// Another process keeps an SQLite file locked for longer than an operation waits, which is a minute.
    #[error(
        "{} stays locked by another process, so `{op}` failed; help: end or commit the transaction \
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
    /// The file is not an SQLite database, or it is damaged.
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
    /// The study was deleted while a handle to it was in use.
    #[error("study {study:?} was deleted; help: open it again, which creates a new one")]
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
    /// The study exists with other directions.
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
    /// A single best trial was requested from a study with several objectives.
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
    /// The defaults were requested, and some are missing.
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
    /// A value from the caller is outside its parameter's range, or is not one of its choices.
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
        "`{}` is not a parameter of `{}`{}",
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
         help: rename one, or remove `flatten`, `shared` or `alias`",
        Shown(.param)
    )]
    NameClash {
        /// The name.
        param: String,
    },
    /// A text is not the JSON of a space.
    #[error("the space cannot be read: {}; help: give a text that `to_json` wrote", Shown(.reason))]
    SpaceJson {
        /// Where the text is wrong, and how.
        reason: String,
    },
    /// A field's value has no number, text or boolean that stands for it and for no other value.
    #[error(
        "`{}` cannot be stored: {}; help: give a value that its conversion keeps as it is",
        Shown(.param), Shown(.reason)
    )]
    Unstorable {
        /// The parameter's stored name.
        param: String,
        /// What the conversion said, or what became of the value.
        reason: String,
    },
    /// A rule across fields, `validate` or a constraint, or the type of a field refuses a configuration.
    #[error(
        "`{type_name}` refuses this configuration: {}; help: give values that its rules allow",
        Shown(.reason)
    )]
    Refused {
        /// The struct.
        type_name: &'static str,
        /// The reason that the rule gave.
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
        /// The reason that the rule gave.
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
        /// The reason that the rule gave for the last one.
        reason: String,
    },
    /// Every trial that was drawn for the study's next number came too late, because other workers took
    /// the number.
    #[error(
        "other workers took the next number of study {study:?} {refusals} times in a row; help: ask again, \
         or with fewer workers at once"
    )]
    Overtaken {
        /// The study.
        study: String,
        /// How often this happened in one ask.
        refusals: u32,
    },
    /// Every point of the grid has been tried, by this worker or another one.
    #[error("every one of the {points} points of the grid has been tried")]
    GridExhausted {
        /// How many there are.
        points: u64,
    },
    /// The space has no grid.
    #[error("no grid covers this space: {}", Shown(.reason))]
    NoGrid {
        /// The reason, and what to do.
        reason: String,
    },
    /// An override cannot be read or goes beyond the declared space.
    #[error("`{}` is not a valid override: {}", Shown(.text), Shown(.reason))]
    Override {
        /// The text given.
        text: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// An option of the pruner is invalid.
    #[error("the {pruner} pruner cannot work: {}", Shown(.reason))]
    Pruner {
        /// Its name.
        pruner: &'static str,
        /// Which option, and what to do.
        reason: String,
    },
    /// The study has no complete and feasible trial.
    #[error(
        "study {study:?} has no complete{} trial yet ({counts}); help: run the tuner first",
        if *.infeasible { ", feasible" } else { "" }
    )]
    NoTrial {
        /// The study.
        study: String,
        /// Its trials by state.
        counts: StateCounts,
        /// Whether there are complete trials, all of which break a constraint.
        infeasible: bool,
    },
    /// The trial has ended, so it can no longer change.
    #[error("trial {trial} {}; {} not recorded", ended(*.state, *.silence), Shown(.lost))]
    TrialClosed {
        /// The trial.
        trial: TrialNumber,
        /// Its state.
        state: TrialState,
        /// How long it had sent no heartbeat when it was marked FAIL for that reason.
        silence: Option<Duration>,
        /// What could not be written.
        lost: String,
    },
    /// The trial's row is gone, or it belongs to another trial after a crash of the server.
    #[error("trial {trial} of study {study:?} is no longer in the database, but its study is")]
    TrialGone {
        /// The study.
        study: String,
        /// The trial.
        trial: TrialNumber,
    },
    /// The pruner decided to stop the trial. If an objective returns this error, or an error with this
    /// cause, the trial ends as PRUNED.
    #[error("the pruner stopped trial {trial}; help: return this error from the objective")]
    Pruned {
        /// The trial.
        trial: TrialNumber,
        /// The marker by which this error is recognised inside errors of other crates.
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
    /// The result cannot be stored.
    #[error("trial {trial} cannot end with {}: {rule}", Shown(.found))]
    InvalidResult {
        /// The trial.
        trial: TrialNumber,
        /// The result that was given.
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
    /// An attribute cannot be written as JSON, or cannot be read as the requested type.
    #[error("attribute {key:?}: {}", Shown(.reason))]
    Attribute {
        /// Its key.
        key: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The snapshot file cannot be read or written.
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
    /// A blocking function was called inside an asynchronous runtime.
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
    /// Whether the same call may succeed later: the connection was lost, the server is busy, starting or
    /// read-only, or it has trouble that can be resolved, such as a full disk.
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
            Error::Unstorable {
                param: text(),
                reason: text(),
            },
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
