//! `docktuna check`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, trials};
use super::output::{Cell, Output, Sheet};
use crate::database::OptunaDatabase;
use crate::error::Error;
use crate::storage::{Purpose, Right};

/// Say what works and what does not: settings, connection, tables, rights, clocks, heartbeats.
///
/// A line says `ok`, `no` where something is missing that not everybody needs, or `error` where not even the best
/// parameters can be loaded. The exit status is 1 if there is an error. No secret is shown.
#[derive(Debug, Args)]
pub(super) struct Check;

#[derive(Serialize)]
struct Line {
    check: String,
    state: State,
    detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    No,
    Error,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::No => "no",
            Self::Error => "error",
        }
    }
}

/// A clock that is off by more than this makes durations and heartbeats of Optuna's look wrong.
const CLOCK: f64 = 2.0;

/// After this silence a trial's worker is probably gone: two intervals of heartbeats.
const STALE: Duration = Duration::from_secs(120);

/// The lines so far.
#[derive(Default)]
struct Lines(Vec<Line>);

impl Lines {
    fn add(&mut self, check: &str, state: State, detail: impl Into<String>) {
        self.0.push(Line {
            check: check.to_owned(),
            state,
            detail: detail.into(),
        });
    }

    /// The value; a line with the error where there is none.
    fn unless_failed<T>(
        &mut self,
        check: &str,
        state: State,
        found: Result<T, Error>,
    ) -> Option<T> {
        found
            .map_err(|error| self.add(check, state, error.to_string()))
            .ok()
    }
}

impl Check {
    #[allow(clippy::unused_self, reason = "the way of all subcommands")]
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let mut lines = Lines::default();
        let sources = context.settings().sources();
        for (name, origin) in lines
            .unless_failed("settings", State::Error, sources)
            .unwrap_or_default()
        {
            // Nothing else is given in code here.
            let origin = if origin == "the code" {
                "--storage"
            } else {
                &origin
            };
            lines.add(name, State::Ok, format!("from {origin}"));
        }
        match context.db().await {
            Ok(db) => look(db, &mut lines).await,
            Err(Failure::Error(error)) => {
                let check = match *error {
                    Error::Settings(_) => "settings",
                    _ => "connection",
                };
                lines.add(check, State::Error, error.to_string());
            }
            Err(failure) => return Err(failure),
        }
        let failed = lines
            .0
            .iter()
            .filter(|line| line.state == State::Error)
            .count();
        Output::new().list(context.format(), &lines.0, sheet)?;
        match failed {
            0 => Ok(()),
            failed => Err(Failure::Message(format!(
                "{failed} of {} checks failed",
                lines.0.len()
            ))),
        }
    }
}

fn sheet(lines: &[Line]) -> Sheet {
    let mut sheet = Sheet::new(&["check", "state", "detail"]);
    let row = |line: &Line| {
        vec![
            Cell::text(line.check.clone()),
            Cell::text(line.state.as_str()),
            Cell::text(line.detail.clone()),
        ]
    };
    sheet.rows = lines.iter().map(row).collect();
    sheet
}

async fn look(db: &OptunaDatabase, lines: &mut Lines) {
    lines.add("database", State::Ok, database(db));
    lines.add("password", State::Ok, db.password_source());
    server(db, lines).await;
    let has_tables = match db.storage().verify_schema().await {
        Ok(()) => {
            lines.add(
                "tables",
                State::Ok,
                "Optuna's, of the revision that this docktuna reads",
            );
            true
        }
        Err(error) => {
            lines.add("tables", State::Error, error.to_string());
            false
        }
    };
    if let Some(rights) = lines.unless_failed("rights", State::Error, db.storage().rights().await) {
        show_rights(&rights, has_tables, lines);
    }
    if has_tables {
        heartbeats(db, lines).await;
    }
}

/// Which database, as whom.
fn database(db: &OptunaDatabase) -> String {
    let mut text = db.storage().target().to_owned();
    if let Some(user) = db.username() {
        text += &format!(" as {user}");
    }
    if let Some(url) = db.optuna_url() {
        text += &format!(", for Optuna {url}");
    }
    text
}

async fn server(db: &OptunaDatabase, lines: &mut Lines) {
    let before = now();
    let found = db.storage().server().await;
    let after = now();
    let Some(found) = lines.unless_failed("connection", State::Error, found) else {
        return;
    };
    let Some(server) = found else {
        lines.add("connection", State::Ok, "a file, which needs none");
        return;
    };
    let encryption = match server.encrypted {
        Some(true) => "encrypted",
        Some(false) => "not encrypted",
        None => "through a proxy",
    };
    let connection = format!("PostgreSQL {}, {encryption}", server.version);
    lines.add("connection", State::Ok, connection);
    // Somewhere between the two moments the server looked at its clock.
    let ahead = server.time - f64::midpoint(before, after);
    let state = if ahead.abs() - (after - before) > CLOCK {
        State::No
    } else {
        State::Ok
    };
    let side = if ahead < 0.0 { "behind" } else { "ahead of" };
    let detail = format!("the server's is {:.1} s {side} this machine's", ahead.abs());
    lines.add("clock", state, detail);
}

fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}

/// A line for each purpose, with the names of the rights that are missing.
fn show_rights(rights: &[Right], has_tables: bool, lines: &mut Lines) {
    let purposes = [
        (Purpose::Load, "right to load", State::Error),
        (Purpose::Read, "right to read all", State::No),
        (Purpose::Tune, "right to tune", State::No),
        (Purpose::Delete, "right to delete", State::No),
        (Purpose::Create, "right to create", State::No),
    ];
    for (purpose, check, otherwise) in purposes {
        // Nobody has a right on a table that is not there.
        if purpose != Purpose::Create && !has_tables {
            continue;
        }
        let missing: Vec<&str> = rights
            .iter()
            .filter(|right| right.purpose == purpose && !right.granted)
            .map(|right| right.name.as_str())
            .collect();
        match missing.as_slice() {
            [] => lines.add(check, State::Ok, ""),
            missing => lines.add(check, otherwise, format!("missing: {}", missing.join(", "))),
        }
    }
}

async fn heartbeats(db: &OptunaDatabase, lines: &mut Lines) {
    let beats = db.storage().beats().await;
    let Some(beats) = lines.unless_failed("heartbeats", State::No, beats) else {
        return;
    };
    let silent = beats.running - beats.beating.min(beats.running);
    let verb = if beats.running > 1 { "run" } else { "runs" };
    let mut detail = format!("{} {verb}", trials(beats.running));
    if let Some(longest) = beats.longest {
        detail += &format!(
            ", {} of them with heartbeats, the last of one {:.0} s ago",
            beats.beating,
            longest.as_secs_f64()
        );
    }
    if silent > 0 {
        detail += &format!(", {silent} without, which stay RUNNING if their worker dies");
    }
    let stale = beats.longest.is_some_and(|longest| longest > STALE);
    if stale {
        detail += "; help: `docktuna fail-stale` ends trials whose workers are gone";
    }
    let state = if silent > 0 || stale {
        State::No
    } else {
        State::Ok
    };
    lines.add("heartbeats", state, detail);
}
