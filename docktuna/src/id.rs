//! The identifiers of studies and trials, and the states of a trial.

use std::fmt;

/// A whole number of the database: the row of something, or a step.
///
/// SQLite has 64 bits for it, PostgreSQL 32.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Int(pub(crate) i64);

impl Int {
    const fn get(self) -> i64 {
        self.0
    }
}

impl From<i32> for Int {
    fn from(number: i32) -> Self {
        Self(number.into())
    }
}

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty) -> $int:ty, $get:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) $inner);

        impl $name {
            /// The plain integer.
            #[must_use]
            pub const fn get(self) -> $int {
                $get(self.0)
            }
        }

        /// As the plain integer.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.get().serialize(serializer)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// The row of a study in its database.
    StudyId(Int) -> i64, Int::get
}
id! {
    /// The row of a trial in its database.
    TrialId(Int) -> i64, Int::get
}
id! {
    /// The place of a trial in its study, from 0 without gaps.
    TrialNumber(i32) -> i32, core::convert::identity
}

/// The state of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrialState {
    /// A worker is running it.
    Running,
    /// It ended with a result.
    Complete,
    /// It was stopped because it was not promising.
    Pruned,
    /// It ended without a result.
    Fail,
    /// It is in the queue.
    Waiting,
}

impl TrialState {
    /// Every state, in the order of Optuna's codes.
    pub const ALL: [Self; 5] = [
        Self::Running,
        Self::Complete,
        Self::Pruned,
        Self::Fail,
        Self::Waiting,
    ];

    /// Whether the trial has ended, so it can no longer change.
    #[must_use]
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Complete | Self::Pruned | Self::Fail)
    }
}

/// How many trials of a study are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StateCounts([usize; 5]);

impl StateCounts {
    /// The trials in `state`.
    #[must_use]
    pub fn of(&self, state: TrialState) -> usize {
        self.0[state as usize]
    }

    /// The trials in any state.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }

    #[cfg(feature = "storage")]
    pub(crate) fn add(&mut self, state: TrialState, count: usize) {
        self.0[state as usize] += count;
    }
}

impl fmt::Display for StateCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = TrialState::ALL
            .into_iter()
            .filter(|state| self.of(*state) > 0);
        let texts: Vec<String> = counted
            .map(|state| format!("{} {state}", self.of(state)))
            .collect();
        f.write_str(if texts.is_empty() { "no trials" } else { "" })?;
        f.write_str(&texts.join(", "))
    }
}
