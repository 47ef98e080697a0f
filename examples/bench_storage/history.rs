//! The finished trials that a study holds before anything is measured.

use std::fmt::Write;

use docktuna::{BoxError, OptunaDatabase};

use crate::target::execute;

/// A distribution as Optuna stores it, which every parameter here has.
const UNIT: &str = r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}"#;
/// The numbers are multiples of this prime's inverse.
const PRIME: u64 = 1_000_003;

/// Adds so many complete trials to an empty study, with their parameters all over the space and the result that
/// [`loss`](crate::trial) gives them. It is the same on every database and at each run.
pub(crate) async fn fill(
    db: &OptunaDatabase,
    study: i64,
    params: &[String],
    trials: u32,
) -> Result<(), BoxError> {
    if trials == 0 {
        return Ok(());
    }
    let moment = "'2026-01-01 00:00:00'";
    let mut sql = format!(
        "WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n + 1 < {trials})
         INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
         SELECT n, {study}, 'COMPLETE', {moment}, {moment} FROM series;"
    );
    let mut factor = 1;
    for name in params {
        // Powers of a number that is no root of a small one: no two parameters go together.
        factor = factor * 48_271 % PRIME;
        write!(
            sql,
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
             SELECT trial_id, '{name}', CAST((number + 1) * CAST({factor} AS bigint) % {PRIME} AS double precision) / {PRIME}, '{UNIT}'
             FROM trials WHERE study_id = {study};"
        )?;
    }
    write!(
        sql,
        "INSERT INTO trial_values (trial_id, objective, value, value_type)
         SELECT trial_id, 0, sum((param_value - 0.3) * (param_value - 0.3)), 'FINITE'
         FROM trial_params WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = {study}) GROUP BY trial_id;
         ANALYZE"
    )?;
    execute(db, sql).await
}
