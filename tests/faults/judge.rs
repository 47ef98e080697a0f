//! Compares what workers said with what the database holds, which is read without docktuna.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use docktuna_tests::TestDb;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, PgConnection};

use crate::table::Row;
use crate::worker::{Event, report_of};

/// A trial as it stands in the tables.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Stored {
    pub(crate) number: i32,
    pub(crate) state: String,
    pub(crate) x: Option<f64>,
    pub(crate) values: Vec<f64>,
    pub(crate) reports: BTreeMap<i32, f64>,
    /// The failed trials that it repeats, oldest first.
    pub(crate) history: Vec<i32>,
}

/// All trials of the database, by id.
pub(crate) async fn stored(postgres: &TestDb) -> Vec<Stored> {
    stored_by(postgres.connect().await).await
}

/// The same, read by somebody else.
pub(crate) async fn stored_by(mut connection: PgConnection) -> Vec<Stored> {
    type Columns = (
        i32,
        String,
        Option<f64>,
        Vec<f64>,
        Vec<i32>,
        Vec<f64>,
        Option<String>,
    );
    let rows: Vec<Columns> = sqlx::query_as(
        "SELECT number, state::text,
             (SELECT param_value FROM trial_params p WHERE p.trial_id = t.trial_id AND param_name = 'x'),
             ARRAY(SELECT value FROM trial_values v WHERE v.trial_id = t.trial_id ORDER BY objective),
             ARRAY(SELECT step FROM trial_intermediate_values i WHERE i.trial_id = t.trial_id ORDER BY step),
             ARRAY(SELECT intermediate_value FROM trial_intermediate_values i WHERE i.trial_id = t.trial_id ORDER BY step),
             (SELECT value_json FROM trial_system_attributes a WHERE a.trial_id = t.trial_id AND key = 'retry_history')
         FROM trials t ORDER BY trial_id",
    )
    .fetch_all(&mut connection)
    .await
    .expect("the owner may read");
    let trial = |(number, state, x, values, steps, reported, history): Columns| Stored {
        number,
        state,
        x,
        values,
        reports: steps.into_iter().zip(reported).collect(),
        history: history.map_or_else(Vec::new, |json| {
            serde_json::from_str(&json).expect("a list of numbers")
        }),
    };
    rows.into_iter().map(trial).collect()
}

/// All trials of an SQLite file, by id.
pub(crate) async fn stored_in_file(file: &Path) -> Vec<Stored> {
    type Columns = (i32, String, Option<f64>, String, String, Option<String>);
    let options = SqliteConnectOptions::new().filename(file);
    let mut connection = options.connect().await.expect("a file");
    // Texts of `printf` come back to the bit.
    let rows: Vec<Columns> = sqlx::query_as(
        "SELECT number, state,
             (SELECT param_value FROM trial_params p WHERE p.trial_id = t.trial_id AND param_name = 'x'),
             (SELECT coalesce(group_concat(printf('%!.17g', value)), '') FROM trial_values v WHERE v.trial_id = t.trial_id),
             (SELECT coalesce(group_concat(step || ' ' || printf('%!.17g', intermediate_value)), '')
              FROM trial_intermediate_values i WHERE i.trial_id = t.trial_id),
             (SELECT value_json FROM trial_system_attributes a WHERE a.trial_id = t.trial_id AND key = 'retry_history')
         FROM trials t ORDER BY trial_id",
    )
    .fetch_all(&mut connection)
    .await
    .expect("a file that can be read");
    let number = |text: &str| text.parse::<f64>().expect("a number");
    let parts = |text: &str| -> Vec<String> {
        let parts = text.split(',').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let trial = |(n, state, x, values, reports, history): Columns| Stored {
        number: n,
        state,
        x,
        values: parts(&values).iter().map(|value| number(value)).collect(),
        reports: parts(&reports)
            .iter()
            .map(|report| report.split_once(' ').expect("a step and a value"))
            .map(|(step, value)| (step.parse().expect("a step"), number(value)))
            .collect(),
        history: history.map_or_else(Vec::new, |json| {
            serde_json::from_str(&json).expect("a list of numbers")
        }),
    };
    rows.into_iter().map(trial).collect()
}

/// Whether the server itself crashed. It may lose trials without a result then, whose ids and numbers are given to
/// others; a result that is told later stands in a row of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Stayed,
    Crashed,
}

/// What was lost or doubled, or did not end.
///
/// # Panics
/// When a number is missing, or a result stands on a row that is not its trial's.
pub(crate) fn judge(said: &[Event], trials: &[Stored], server: Server) -> Row {
    let mut row = Row {
        trials: trials.len(),
        ..Row::default()
    };
    let numbers: Vec<i32> = trials.iter().map(|trial| trial.number).collect();
    let count = i32::try_from(trials.len()).expect("not so many");
    assert_eq!(
        numbers,
        (0..count).collect::<Vec<_>>(),
        "numbers are dense, in the order of ids"
    );

    let told = results(said, |event| matches!(event, Event::Told { .. }));
    let offered = results(said, |event| matches!(event, Event::Telling { .. }));
    let mut found: HashMap<u64, &Stored> = HashMap::new();
    for trial in trials {
        match (trial.state.as_str(), trial.values.as_slice()) {
            ("COMPLETE", [value]) => {
                let offered = offered.get(&value.to_bits());
                assert_eq!(
                    offered.map(|(_, x)| *x),
                    trial.x,
                    "whose result is {trial:?}?"
                );
                row.doubled += usize::from(found.insert(value.to_bits(), trial).is_some());
            }
            ("FAIL", []) => (),
            ("RUNNING" | "WAITING", []) => row.stuck += 1,
            _ => panic!("no trial should be so: {trial:?}"),
        }
    }
    for (value, (number, x)) in &told {
        match found.get(value) {
            Some(trial) if server == Server::Stayed => assert_eq!(
                (trial.number, trial.x),
                (*number, Some(*x)),
                "a result on the row of another trial"
            ),
            Some(_) => (),
            None => row.lost += 1,
        }
    }
    if server == Server::Stayed {
        row.lost += lost_reports(said, trials);
    }
    row
}

/// Counts retries: each failure of a trial that was repeated less than `retries` times has to have one, and no
/// other one may.
pub(crate) fn judge_retries(row: &mut Row, trials: &[Stored], retries: usize) {
    for trial in trials {
        let again: Vec<&Stored> = trials
            .iter()
            .filter(|other| other.history.last() == Some(&trial.number))
            .collect();
        let due = usize::from(trial.state == "FAIL" && trial.history.len() < retries);
        row.lost += due.saturating_sub(again.len());
        row.doubled += again.len().saturating_sub(due);
        for again in again {
            assert_eq!(again.x, trial.x, "a retry has the parameters of its trial");
            let (_, before) = again.history.split_last().expect("it has this trial");
            assert_eq!(before, trial.history, "{again:?}");
        }
    }
}

/// Number and parameter of each result in events of a kind.
fn results(said: &[Event], kind: impl Fn(&Event) -> bool) -> HashMap<u64, (i32, f64)> {
    said.iter()
        .filter(|event| kind(event))
        .filter_map(|event| match event {
            Event::Telling { number, x, value } | Event::Told { number, x, value } => {
                Some((value.to_bits(), (*number, *x)))
            }
            _ => None,
        })
        .collect()
}

fn lost_reports(said: &[Event], trials: &[Stored]) -> usize {
    let reported = said.iter().filter_map(|event| match event {
        Event::Reported { number, x, step } => Some((*number, *x, *step)),
        _ => None,
    });
    let is_lost = |(number, x, step): &(i32, f64, i32)| {
        let at = usize::try_from(*number).expect("numbers start at 0");
        trials[at].reports.get(step).map(|value| value.to_bits())
            != Some(report_of(*x, *step).to_bits())
    };
    reported.filter(is_lost).count()
}
