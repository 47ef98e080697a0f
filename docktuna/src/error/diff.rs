//! How a stored study, trial or space differs from the declared one, as data and as a text.

use std::fmt;

use crate::id::TrialNumber;
use crate::shown::Shown;
use crate::space::Condition;
use crate::space::distribution::Distribution;

/// How a stored study, trial or space differs from the declared space.
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceDiff {
    pub(crate) subject: Subject,
    pub(crate) differences: Vec<Difference>,
}

/// What was compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Subject {
    /// A study, or one trial of it, with a type.
    #[cfg_attr(
        not(feature = "storage"),
        allow(dead_code, reason = "nothing is stored")
    )]
    Study {
        study: String,
        trial: Option<TrialNumber>,
        type_name: &'static str,
    },
    /// Parameters that may come from anywhere, with a type.
    Params { type_name: &'static str },
    /// Two spaces.
    Spaces,
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
    /// The struct has it, and the trial does not.
    NotStored,
    /// The trial has it, and the struct does not.
    NotDeclared,
    /// The kind, the scale or the choices differ.
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
    /// The fixed expression differs, or only one of the two is fixed.
    Fixed {
        /// The stored expression; `None` if it was searched.
        stored: Option<String>,
        /// The declared expression; `None` if it is searched.
        declared: Option<String>,
    },
    /// It is active under other conditions.
    MovedCondition {
        /// As stored.
        stored: Vec<Condition>,
        /// As declared.
        declared: Vec<Condition>,
    },
    /// Its value is outside the declared range or choices.
    Outside {
        /// The stored value.
        found: String,
        /// What is declared.
        allowed: Distribution,
    },
}

impl SpaceDiff {
    /// The study's name, if a study was compared and not two spaces.
    #[must_use]
    pub fn study(&self) -> Option<&str> {
        match &self.subject {
            Subject::Study { study, .. } => Some(study),
            Subject::Params { .. } | Subject::Spaces => None,
        }
    }

    /// The trial compared, if it was one trial and not a whole study.
    #[must_use]
    pub fn trial(&self) -> Option<TrialNumber> {
        match self.subject {
            Subject::Study { trial, .. } => trial,
            Subject::Params { .. } | Subject::Spaces => None,
        }
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// What differs.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }
}

impl fmt::Display for SpaceDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Study {
                study,
                trial,
                type_name,
            } => {
                write!(f, "study {study:?}")?;
                if let Some(trial) = trial {
                    write!(f, " (trial {trial})")?;
                }
                write!(f, " does not match `{type_name}`: ")?;
            }
            Subject::Params { type_name } => {
                write!(f, "the parameters do not match `{type_name}`: ")?;
            }
            Subject::Spaces if self.is_empty() => return f.write_str("the spaces are the same"),
            Subject::Spaces => f.write_str("the spaces differ: ")?,
        }
        for (i, difference) in self.differences.iter().enumerate() {
            f.write_str(if i > 0 { "; " } else { "" })?;
            write!(f, "{}: {}", Shown(&difference.param), difference.kind)?;
        }
        let Subject::Study { trial, .. } = &self.subject else {
            return Ok(());
        };
        f.write_str(". help: ")?;
        if let Some((old, new)) = self.renamed() {
            write!(
                f,
                "if `{}` was called {old:?} before, add alias = {old:?} to it; ",
                Shown(new)
            )?;
        }
        f.write_str("use another study name")?;
        f.write_str(if trial.is_some() {
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
            Self::Fixed { stored, declared } => {
                let text = |value: &Option<String>| match value {
                    Some(value) => format!("fixed to `{}`", Shown(value)),
                    None => "searched".to_owned(),
                };
                write!(f, "stored {}, declared {}", text(stored), text(declared))
            }
            Self::MovedCondition { stored, declared } => {
                let text = |conditions: &[Condition]| match conditions {
                    [] => "always".to_owned(),
                    some => {
                        let texts: Vec<String> = some.iter().map(ToString::to_string).collect();
                        format!("when {}", texts.join(" and "))
                    }
                };
                write!(f, "stored {}, declared {}", text(stored), text(declared))
            }
            Self::Outside { found, allowed } => {
                write!(f, "stored {}, declared {allowed}", Shown(found))
            }
        }
    }
}

impl SpaceDiff {
    /// The one name that is stored and not declared, and the one that is declared and not stored, or
    /// of both the part in which they differ.
    fn renamed(&self) -> Option<(&str, &str)> {
        let of = |kind: DifferenceKind| {
            let mut found = self.differences.iter().filter(move |d| d.kind == kind);
            found
                .next()
                .filter(|_| found.next().is_none())
                .map(|d| d.param.as_str())
        };
        let (old, new) = of(DifferenceKind::NotDeclared).zip(of(DifferenceKind::NotStored))?;
        distinct(old, new)
    }
}

/// Where two names differ, if that can be one field: `old` and `new` for `a.old.b` and `a.new.b`.
fn distinct<'a>(mut old: &'a str, mut new: &'a str) -> Option<(&'a str, &'a str)> {
    while let (Some((a, old_rest)), Some((b, new_rest))) =
        (old.split_once('.'), new.split_once('.'))
        && a == b
    {
        (old, new) = (old_rest, new_rest);
    }
    while let (Some((old_rest, a)), Some((new_rest, b))) =
        (old.rsplit_once('.'), new.rsplit_once('.'))
        && a == b
    {
        (old, new) = (old_rest, new_rest);
    }
    let is_index = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    (!new.contains('.') && !is_index(new)).then_some((old, new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_field_is_told_by_its_own_name() {
        assert_eq!(distinct("old_lr", "lr"), Some(("old_lr", "lr")));
        assert_eq!(distinct("a.old.0", "a.new.0"), Some(("old", "new")));
        assert_eq!(distinct("model.lr", "lr"), Some(("model.lr", "lr")));
        assert_eq!(distinct("lr", "model.lr"), None);
        assert_eq!(distinct("a.0", "a.1"), None);
    }
}
