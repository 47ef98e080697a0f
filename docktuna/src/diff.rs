//! Comparison of what is stored with what is declared.

use std::fmt;

use crate::distribution::Distribution;
use crate::id::TrialNumber;
use crate::near::near_names;
use crate::outline::{Declared, active};
use crate::params::{Parameter, Params};
use crate::space::{Domain, Space, Value};

/// How a stored study or trial differs from the declared space.
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceDiff {
    pub(crate) study: String,
    pub(crate) trial: Option<TrialNumber>,
    pub(crate) type_name: &'static str,
    pub(crate) differences: Vec<Difference>,
}

/// One parameter that differs.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The parameter's stored name.
    pub param: String,
    /// How it differs.
    pub kind: DifferenceKind,
}

/// How a parameter differs.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The struct has it, the trial has not.
    NotStored,
    /// The trial has it, the struct has not.
    NotDeclared,
    /// It is of another kind or scale, or has other choices.
    Changed {
        /// As stored.
        stored: Distribution,
        /// As declared.
        declared: Distribution,
    },
    /// Its range moved.
    MovedRange {
        /// As stored.
        stored: Distribution,
        /// As declared.
        declared: Distribution,
    },
    /// Its value lies outside what is declared today.
    Outside {
        /// The stored value.
        found: String,
        /// What is declared.
        allowed: Distribution,
    },
}

/// What a loader may overlook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Mismatch {
    /// Nothing: the stored trial was drawn from exactly the declared space.
    #[default]
    Reject,
    /// A range or step that moved, as long as the stored value lies in the declared range.
    AllowMovedRange,
    /// Also parameters that the struct no longer has, and choices that were added, removed or
    /// reordered, as long as the stored value is still one of them.
    AllowChanged,
}

impl SpaceDiff {
    /// The study's name.
    #[must_use]
    pub fn study(&self) -> &str {
        &self.study
    }

    /// The trial compared, if it was one trial and not the study.
    #[must_use]
    pub fn trial(&self) -> Option<TrialNumber> {
        self.trial
    }

    /// What differs.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }
}

impl fmt::Display for SpaceDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "study {:?}", self.study)?;
        if let Some(trial) = self.trial {
            write!(f, " (trial {trial})")?;
        }
        write!(f, " does not match `{}`: ", self.type_name)?;
        for (i, difference) in self.differences.iter().enumerate() {
            f.write_str(if i > 0 { "; " } else { "" })?;
            write!(f, "{}: {}", difference.param, difference.kind)?;
        }
        f.write_str(". help: ")?;
        if let Some((old, new)) = self.renamed() {
            write!(
                f,
                "if `{new}` was called {old:?} before, give it that name again; "
            )?;
        }
        f.write_str("use another study name")?;
        f.write_str(if self.trial.is_some() {
            ", or on_mismatch"
        } else {
            ""
        })
    }
}

impl fmt::Display for DifferenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStored => f.write_str("declared, not stored"),
            Self::NotDeclared => f.write_str("stored, not declared"),
            Self::Changed { stored, declared } => {
                let word = |distribution: &Distribution| match distribution {
                    Distribution::Float(_) => "float ",
                    Distribution::Int(_) => "int ",
                    Distribution::Categorical(_) => "choices ",
                };
                let (a, b) = (word(stored), word(declared));
                write!(f, "stored {a}{stored}, declared {b}{declared}")
            }
            Self::MovedRange { stored, declared } => {
                write!(f, "stored {stored}, declared {declared}")
            }
            Self::Outside { found, allowed } => write!(f, "stored {found}, declared {allowed}"),
        }
    }
}

impl SpaceDiff {
    fn renamed(&self) -> Option<(&str, &str)> {
        let of = |kind: DifferenceKind| {
            let mut found = self.differences.iter().filter(move |d| d.kind == kind);
            found
                .next()
                .filter(|_| found.next().is_none())
                .map(|d| d.param.as_str())
        };
        of(DifferenceKind::NotDeclared).zip(of(DifferenceKind::NotStored))
    }
}

/// The parameters of `stored` that `space` declares, or what `policy` does not overlook.
pub(crate) fn compare(
    space: &'static Space,
    stored: &Params,
    policy: Mismatch,
) -> Result<(), Vec<Difference>> {
    let declared = active(space, |label| {
        let value = stored.get(&label.name)?.value();
        index(label, &value)
    });
    let mut differences = Vec::new();
    for declared in &declared {
        let kind = match stored.get(&declared.name) {
            None => Some(DifferenceKind::NotStored),
            Some(parameter) => differs(parameter, *declared.param.domain(), policy),
        };
        differences.extend(kind.map(|kind| Difference {
            param: declared.name.clone(),
            kind,
        }));
    }
    if policy != Mismatch::AllowChanged {
        let extra = stored
            .iter()
            .filter(|p| !declared.iter().any(|d| d.name == p.name));
        differences.extend(extra.map(|parameter| Difference {
            param: parameter.name.clone(),
            kind: DifferenceKind::NotDeclared,
        }));
    }
    if differences.is_empty() {
        Ok(())
    } else {
        Err(differences)
    }
}

/// The distributions of a study that Optuna would refuse beside the declared ones.
pub(crate) fn incompatible<'a>(
    declared: &[Declared],
    stored: impl IntoIterator<Item = (&'a str, &'a Distribution)>,
) -> Vec<Difference> {
    stored
        .into_iter()
        .filter_map(|(name, stored)| {
            let parameter = declared.iter().find(|declared| declared.name == name)?;
            let declared = Distribution::from(*parameter.param.domain());
            (!stored.is_compatible(&declared)).then(|| Difference {
                param: name.to_owned(),
                kind: DifferenceKind::Changed {
                    stored: stored.clone(),
                    declared,
                },
            })
        })
        .collect()
}

/// The declared names that look like `name`.
pub(crate) fn near_params(space: &'static Space, name: &str) -> Vec<String> {
    let declared = crate::outline::declared(space);
    near_names(name, declared.iter().map(|declared| declared.name.as_str()))
}

/// The index of the declared choice that `value` is.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index is small and not negative"
)]
pub(crate) fn index(label: &Declared, value: &Value) -> Option<usize> {
    label
        .param
        .domain()
        .stored(value)
        .map(|index| index as usize)
}

fn differs(stored: &Parameter, domain: Domain, policy: Mismatch) -> Option<DifferenceKind> {
    let declared = Distribution::from(domain);
    let choices = matches!(
        (&stored.distribution, &declared),
        (Distribution::Categorical(_), Distribution::Categorical(_))
    );
    let overlooked = choices && policy == Mismatch::AllowChanged;
    if !overlooked && !stored.distribution.is_compatible(&declared) {
        return Some(DifferenceKind::Changed {
            stored: stored.distribution.clone(),
            declared,
        });
    }
    if domain.stored(&stored.value()).is_none() {
        let found = stored.value().to_string();
        return Some(DifferenceKind::Outside {
            found,
            allowed: declared,
        });
    }
    if policy == Mismatch::Reject && !choices && stored.distribution != declared {
        return Some(DifferenceKind::MovedRange {
            stored: stored.distribution.clone(),
            declared,
        });
    }
    None
}
