//! What has to be chosen for a parameter to be active.

use std::fmt;

use crate::shown::Shown;

/// A condition under which a parameter is active: `optimizer="sgd"`, `convs.len>2`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    pub(crate) param: String,
    pub(crate) test: Test,
}

/// The values that a [`Condition`] requires of its parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Test {
    /// One of these labels.
    Is(Vec<String>),
    /// A number above this one.
    Above(usize),
}

impl Condition {
    /// The stored name of the parameter that decides.
    #[must_use]
    pub fn param(&self) -> &str {
        &self.param
    }

    /// The values that it must have.
    #[must_use]
    pub fn test(&self) -> &Test {
        &self.test
    }

    /// Values with which it is met: each label, or the smallest number.
    #[cfg(feature = "storage")]
    pub(crate) fn examples(&self) -> Vec<super::Value> {
        match &self.test {
            Test::Is(labels) => labels.iter().map(|label| label.clone().into()).collect(),
            Test::Above(number) => vec![(*number + 1).into()],
        }
    }

    /// The same condition with its labels in an order that does not depend on the declared one.
    pub(crate) fn unordered(&self) -> Self {
        let mut condition = self.clone();
        if let Test::Is(labels) = &mut condition.test {
            labels.sort_unstable();
        }
        condition
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Test::Is(labels) => {
                let labels: Vec<String> = labels.iter().map(|label| format!("{label:?}")).collect();
                write!(f, "{}={}", Shown(&self.param), labels.join("|"))
            }
            Test::Above(number) => write!(f, "{}>{number}", Shown(&self.param)),
        }
    }
}
