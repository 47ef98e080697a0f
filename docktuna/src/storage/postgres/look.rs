//! Whole trials in one round trip.

use chrono::NaiveDateTime;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};

use super::Postgres;
use crate::error::Result;
use crate::id::Int;
use crate::storage::rows::assemble::{Rows, TrialRow};
use crate::storage::steps::Wanted;
use crate::storage::{Statement, statements};

statements! { "postgres":
    LOOK "look",
}

/// What stands for `{wanted}`.
const ONE: &str = "SELECT * FROM trials WHERE trial_id = $1";
const ALL: &str = "SELECT * FROM trials WHERE study_id = $1";
/// What is new in a study is mostly among the next trials of all studies. Where there are more of these, others may go
/// on without it, so that the trials of the study are looked through. The planner sees no more than a list of ids, which
/// it takes to be short, and so keeps one plan: to plan anew takes four times as long as to read.
const NEWS: &str = "SELECT * FROM trials WHERE study_id + 0 = $1 AND trial_id = ANY(ARRAY(
    WITH next AS MATERIALIZED (SELECT trial_id, study_id FROM trials WHERE trial_id > $2 ORDER BY trial_id LIMIT 100)
    SELECT trial_id FROM next WHERE study_id = $1
    UNION ALL
    SELECT trial_id FROM trials
    WHERE study_id = (SELECT $1) AND trial_id > (SELECT max(trial_id) FROM next) AND (SELECT count(*) FROM next) = 100
    UNION ALL
    SELECT unnest($3::int[])
))";

impl Postgres {
    /// Trials in the order of their ids.
    pub(crate) async fn look(&self, wanted: Wanted<'_>) -> Result<Rows> {
        let mut lease = self.lease().await?;
        let link = &mut lease.connection;
        let text = |wanted| AssertSqlSafe(LOOK.text.replace("{wanted}", wanted));
        let result = match wanted {
            Wanted::One(trial) => {
                let query = sqlx::query(text(ONE)).bind(trial.0);
                query.fetch_all(link).await
            }
            Wanted::Of { study, after, .. } if after.0 < 0 => {
                let query = sqlx::query(text(ALL)).bind(study.0);
                query.fetch_all(link).await
            }
            Wanted::Of {
                study,
                after,
                others,
            } => {
                let query = sqlx::query(text(NEWS)).bind(study.0).bind(after);
                query.bind(others).fetch_all(link).await
            }
        };
        let result = result.and_then(rows);
        self.settle(lease, LOOK.name, result)
    }
}

/// One column of all rows of a trial in another table.
type Column<T> = Option<Vec<T>>;

fn rows(found: Vec<PgRow>) -> sqlx::Result<Rows> {
    let mut rows = Rows::default();
    for row in found {
        let id: Int = row.try_get(0)?;
        rows.trials.push(TrialRow {
            id,
            number: row.try_get(1)?,
            state: row.try_get(2)?,
            started: row.try_get::<Option<NaiveDateTime>, _>(3)?.map(Ok),
            completed: row.try_get::<Option<NaiveDateTime>, _>(4)?.map(Ok),
        });
        let (names, numbers): (Column<Option<String>>, Column<Option<f64>>) =
            (row.try_get(5)?, row.try_get(6)?);
        let texts: Column<Option<String>> = row.try_get(7)?;
        let params = all(names).zip(all(numbers)).zip(all(texts));
        rows.params
            .extend(params.map(|((name, number), text)| (id, name, number, text)));
        for (at, into) in [(8, &mut rows.values), (11, &mut rows.intermediate_values)] {
            let places: Column<Int> = row.try_get(at)?;
            let numbers: Column<Option<f64>> = row.try_get(at + 1)?;
            let kinds: Column<String> = row.try_get(at + 2)?;
            let numbers = all(places).zip(all(numbers)).zip(all(kinds));
            into.extend(numbers.map(|((place, number), kind)| (id, place, number, kind)));
        }
        for (at, into) in [(14, &mut rows.user_attrs), (16, &mut rows.system_attrs)] {
            let keys: Column<Option<String>> = row.try_get(at)?;
            let texts: Column<Option<String>> = row.try_get(at + 1)?;
            into.extend(all(keys).zip(all(texts)).map(|(key, text)| (id, key, text)));
        }
    }
    Ok(rows)
}

fn all<T>(column: Column<T>) -> impl Iterator<Item = T> {
    column.into_iter().flatten()
}
