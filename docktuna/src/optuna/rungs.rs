//! The rungs that a trial has completed under successive halving, one attribute each.

use super::json::{read_json, write_value};
use super::keys;

/// The system attribute of a completed rung.
pub(crate) fn write_rung(rung: u32, value: f64) -> (String, String) {
    (format!("{}{rung}", keys::RUNG), write_value(&value.into()))
}

/// The rung that a system attribute tells, and its value; `None` if it tells of none.
///
/// # Errors
///
/// What is wrong with the value.
pub(crate) fn read_rung(key: &str, json: &str) -> Option<Result<(u32, f64), String>> {
    let rung = key.strip_prefix(keys::RUNG)?.parse().ok()?;
    let value = read_json(json).ok().and_then(|json| json.as_f64());
    Some(match value {
        Some(value) => Ok((rung, value)),
        None => Err(format!("{json} is no number")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by Optuna 5.0.0's `SuccessiveHalvingPruner`.
    const RUNGS: [(u32, f64, &str, &str); 3] = [
        (0, 1.5, "completed_rung_0", "1.5"),
        (
            0,
            1.834_044_009_405_148,
            "completed_rung_0",
            "1.834044009405148",
        ),
        (
            1,
            2.184_677_189_537_595_6,
            "completed_rung_1",
            "2.1846771895375956",
        ),
    ];

    #[test]
    fn rungs_are_written_as_optuna_writes_them() {
        for (rung, value, key, json) in RUNGS {
            assert_eq!(write_rung(rung, value), (key.to_owned(), json.to_owned()));
            assert_eq!(read_rung(key, json), Some(Ok((rung, value))));
        }
        assert_eq!(read_rung("completed_rung_x", "1.0"), None);
        assert_eq!(
            read_rung("completed_rung_0", "[]"),
            Some(Err("[] is no number".to_owned()))
        );
    }
}
