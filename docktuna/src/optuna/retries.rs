//! The attributes by which retries of failed trials are counted.

use super::json::{Json, read_json};
use super::keys;
use crate::id::TrialNumber;

/// The attributes of the trial that retries trial `number`, as Optuna's callback writes them: the first
/// trial that failed, and all those since. `None` if it was retried `retries` times already, or if its
/// attributes do not tell.
pub(crate) fn retry_attributes(
    stored: Vec<(String, Option<String>)>,
    number: TrialNumber,
    retries: u32,
) -> Option<(String, String)> {
    let (mut first, mut history) = (number.0.to_string(), Vec::new());
    for (key, json) in stored {
        let json = json.unwrap_or_default();
        match (key.as_str(), read_json(&json).ok()?) {
            (keys::FAILED_TRIAL, number) => first = number.to_text(),
            (keys::RETRY_HISTORY, Json::Array(numbers)) => {
                history = numbers.iter().map(Json::to_text).collect();
            }
            _ => return None,
        }
    }
    history.push(number.0.to_string());
    let allowed = history.len() <= usize::try_from(retries).unwrap_or(usize::MAX);
    allowed.then(|| (first, format!("[{}]", history.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The attributes of the first and the second retry of trial 0, written by Optuna 5.0.0's
    /// `RetryFailedTrialCallback`.
    const RETRIES: [[(&str, &str); 2]; 2] = [
        [("failed_trial", "0"), ("retry_history", "[0]")],
        [("failed_trial", "0"), ("retry_history", "[0, 1]")],
    ];

    fn retry(stored: &[(&str, &str)], number: i32, retries: u32) -> Option<(String, String)> {
        let stored = stored
            .iter()
            .map(|(key, json)| ((*key).to_owned(), Some((*json).to_owned())));
        retry_attributes(stored.collect(), TrialNumber(number), retries)
    }

    #[test]
    fn retries_are_counted_as_optuna_counts_them() {
        let of = |[(_, first), (_, history)]: [(&str, &str); 2]| {
            Some((first.to_owned(), history.to_owned()))
        };
        assert_eq!(retry(&[], 0, 1), of(RETRIES[0]));
        assert_eq!(retry(&RETRIES[0], 1, 1), None);
        assert_eq!(retry(&RETRIES[0], 1, 2), of(RETRIES[1]));
        assert_eq!(retry(&[], 7, 0), None);
        assert_eq!(retry(&[("retry_history", "7")], 9, 5), None, "unreadable");
    }
}
