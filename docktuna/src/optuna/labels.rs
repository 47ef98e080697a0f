//! The words that Optuna stores for states and directions.

use std::fmt;

use crate::id::TrialState;
#[cfg(feature = "storage")]
use crate::space::Direction;

impl TrialState {
    /// The label in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Complete => "COMPLETE",
            Self::Pruned => "PRUNED",
            Self::Fail => "FAIL",
            Self::Waiting => "WAITING",
        }
    }

    #[cfg(feature = "storage")]
    pub(crate) fn parse(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == label)
    }
}

impl fmt::Display for TrialState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The label of a direction in the database.
#[cfg(feature = "storage")]
pub(crate) fn write_direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Minimize => "MINIMIZE",
        Direction::Maximize => "MAXIMIZE",
    }
}

/// The direction behind a label; a study whose direction was never set is minimized.
#[cfg(feature = "storage")]
pub(crate) fn read_direction(label: &str) -> Direction {
    match label {
        "MAXIMIZE" => Direction::Maximize,
        _ => Direction::Minimize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `trials.state` of an SQLite file of Optuna 5.0.0, which has a trial in each state.
    const STATES: [&str; 5] = ["RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING"];

    #[test]
    fn states_have_optunas_words() {
        assert_eq!(TrialState::ALL.map(TrialState::as_str), STATES);
        assert_eq!(TrialState::Fail.to_string(), "FAIL");
    }

    /// `study_directions.direction`, made by Optuna 5.0.0 with `directions=["minimize", "maximize"]`.
    #[cfg(feature = "storage")]
    #[test]
    fn directions_have_optunas_words() {
        for (label, direction) in [
            ("MINIMIZE", Direction::Minimize),
            ("MAXIMIZE", Direction::Maximize),
        ] {
            assert_eq!(write_direction(direction), label);
            assert_eq!(read_direction(label), direction);
        }
        assert_eq!(read_direction("NOT_SET"), Direction::Minimize);
        assert_eq!(STATES.map(TrialState::parse), TrialState::ALL.map(Some));
        assert_eq!(TrialState::parse("running"), None);
    }
}
