//! How far a study's trials have been looked through, so that the next look reads only what changed.

use super::assemble::trial_number;
use super::record::{Silent, silence};
use crate::id::{Int, StateCounts, TrialId, TrialState};

/// The most open trials that are remembered. A look at more is mostly a look at those.
const MOST_OPEN: usize = 1000;

/// Up to its last trial, every trial of the study has ended for good, except for those that it lists.
///
/// Trials of a study get ascending ids, and a trial that ended never changes. So the next look begins here, as long as
/// the last trial is still the same one: a crash of the server may lose rows and hand out their ids again, and so may a
/// study that was deleted.
#[derive(Debug, Clone)]
pub(crate) struct Horizon {
    /// Trials before the last one that run or wait.
    pub(crate) open: Vec<Int>,
    /// The last trial that has ended.
    pub(crate) last: Int,
    /// When it ended, as the database prints it.
    pub(crate) ended: String,
}

impl Horizon {
    fn new(mut open: Vec<Int>, last: Int, ended: String) -> Option<Self> {
        // Those after it are looked at anyway.
        open.retain(|id| *id < last);
        (open.len() <= MOST_OPEN).then_some(Self { open, last, ended })
    }
}

/// How a study stands.
#[derive(Debug)]
pub(crate) struct Standing {
    /// All trials that run and wait. Of the ended ones, those that ended since the last look if there was one, and this
    /// has a horizon; all of them otherwise.
    pub(crate) counts: StateCounts,
    /// `None` as in a [`Look`].
    pub(crate) horizon: Option<Horizon>,
}

/// Whether the study is there, its [`Standing::counts`] in the order of [`Standing::STATES`], its open trials unless
/// they are too many, the last trial that has ended, and when.
pub(crate) type StandingRow = (
    bool,
    [i64; 5],
    Option<Vec<Int>>,
    Option<Int>,
    Option<String>,
);

impl Standing {
    const STATES: [TrialState; 5] = [
        TrialState::Running,
        TrialState::Waiting,
        TrialState::Complete,
        TrialState::Pruned,
        TrialState::Fail,
    ];

    /// `None` if the study is not there.
    pub(crate) fn from_row((there, numbers, open, last, ended): StandingRow) -> Option<Self> {
        let mut counts = StateCounts::default();
        for (state, number) in Self::STATES.into_iter().zip(numbers) {
            counts.add(state, usize::try_from(number).unwrap_or(0));
        }
        let horizon = match (open, last, ended) {
            (Some(open), Some(last), Some(ended)) => Horizon::new(open, last, ended),
            _ => None,
        };
        there.then_some(Self { counts, horizon })
    }
}

/// What a look for silent trials found.
#[derive(Debug, Default)]
pub(crate) struct Look {
    pub(crate) silent: Vec<Silent>,
    /// `None` if no trial has ended, or too many are open; after a look from a horizon also if that horizon is gone.
    pub(crate) horizon: Option<Horizon>,
}

/// A trial that runs or waits, or the last one that ended: its id and number; when it ended; how many seconds it has
/// been silent, if that is too long.
pub(crate) type Row = (Int, Option<Int>, Option<String>, Option<f64>);

impl Look {
    pub(crate) fn from_rows(rows: Vec<Row>) -> Self {
        let mut look = Self::default();
        let (mut open, mut last) = (Vec::new(), None);
        for (id, number, ended, seconds) in rows {
            match ended {
                Some(ended) => last = Some((id, ended)),
                None => open.push(id),
            }
            if let (Some(seconds), Ok(number)) = (seconds, trial_number(id, number)) {
                look.silent.push(Silent {
                    id: TrialId(id),
                    number,
                    silence: silence(seconds),
                });
            }
        }
        look.horizon = last.and_then(|(last, ended)| Horizon::new(open, last, ended));
        look
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_trials_before_the_last_ended_one_are_remembered() {
        let ended = || Some("2026-01-01 00:00:00".to_owned());
        let look = Look::from_rows(vec![
            (Int(3), Some(Int(0)), None, None),
            (Int(5), Some(Int(1)), None, Some(130.0)),
            (Int(8), Some(Int(2)), ended(), None),
            (Int(9), Some(Int(3)), None, Some(121.0)),
        ]);
        let silent: Vec<TrialId> = look.silent.iter().map(|trial| trial.id).collect();
        assert_eq!(silent, [TrialId(Int(5)), TrialId(Int(9))]);
        let horizon = look.horizon.unwrap();
        assert_eq!((horizon.open, horizon.last), (vec![Int(3), Int(5)], Int(8)));
    }

    #[test]
    fn there_is_no_horizon_without_an_ended_trial_or_with_too_many_open_ones() {
        let open = |id| (Int(id), Some(Int(id)), None, None);
        let count = i64::try_from(MOST_OPEN).unwrap();
        assert!(
            Look::from_rows((0..9).map(open).collect())
                .horizon
                .is_none()
        );
        for (many, remembered) in [(count, true), (count + 1, false)] {
            let mut rows: Vec<Row> = (0..many).map(open).collect();
            rows.push((Int(many), Some(Int(many)), Some(String::new()), None));
            assert_eq!(Look::from_rows(rows).horizon.is_some(), remembered);
        }
    }
}
