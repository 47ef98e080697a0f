//! Comparison of what is stored with what is declared.

use std::fmt;

use crate::codec;
use crate::distribution::Distribution;
use crate::id::TrialNumber;
use crate::outline::{EntryKind, OutlineEntry, SpaceOutline, unordered};
use crate::params::{Parameter, Params};
use crate::shown::Shown;
use crate::space::{Condition, Domain, Space};
#[cfg(feature = "storage")]
use crate::{near::near_names, space::Node};

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
    /// It is fixed to another expression, or was fixed and is searched, or the reverse.
    Fixed {
        /// The stored expression; `None` where it was searched.
        stored: Option<String>,
        /// The declared expression; `None` where it is searched.
        declared: Option<String>,
    },
    /// Other choices make it active.
    MovedCondition {
        /// As stored.
        stored: Vec<Condition>,
        /// As declared.
        declared: Vec<Condition>,
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
    /// Also parameters that the struct no longer has, and choices that were added or removed, as long
    /// as the stored value is still one of them.
    AllowChanged,
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

impl SpaceOutline {
    /// How this space, the stored one, differs from `declared`: empty exactly where their
    /// [fingerprints](Self::fingerprint) are equal.
    #[must_use]
    pub fn diff(&self, declared: &Self) -> SpaceDiff {
        let mut differences = Vec::new();
        let mut add = |entry: &OutlineEntry, kind| {
            let param = entry.name.clone();
            differences.push(Difference { param, kind });
        };
        for entry in declared {
            match self.get(&entry.name) {
                None => add(entry, DifferenceKind::NotStored),
                Some(stored) => {
                    let kinds = [redefined(stored, entry), moved(stored, entry)];
                    kinds
                        .into_iter()
                        .flatten()
                        .for_each(|kind| add(entry, kind));
                }
            }
        }
        for entry in self {
            if declared.get(&entry.name).is_none() {
                add(entry, DifferenceKind::NotDeclared);
            }
        }
        SpaceDiff {
            subject: Subject::Spaces,
            differences,
        }
    }
}

fn redefined(stored: &OutlineEntry, declared: &OutlineEntry) -> Option<DifferenceKind> {
    let (a, b) = match (&stored.kind, &declared.kind) {
        (
            EntryKind::Param {
                distribution: a, ..
            },
            EntryKind::Param {
                distribution: b, ..
            },
        ) => (a, b),
        (a, b) if a == b => return None,
        (a, b) => {
            let [stored, declared] = [a, b].map(|kind| match kind {
                EntryKind::Fixed(value) => Some(value.clone()),
                EntryKind::Param { .. } => None,
            });
            return Some(DifferenceKind::Fixed { stored, declared });
        }
    };
    // By their texts, as fingerprints are: 1 and 1.0 are one choice for Python and two for us.
    let [first, second] = [a, b].map(|d| codec::write_distribution(&unordered(d)));
    if first == second {
        return None;
    }
    let (stored, declared) = (a.clone(), b.clone());
    let choices = matches!(a, Distribution::Categorical(_));
    Some(if a.is_compatible(b) && !choices {
        DifferenceKind::MovedRange { stored, declared }
    } else {
        DifferenceKind::Changed { stored, declared }
    })
}

fn moved(stored: &OutlineEntry, declared: &OutlineEntry) -> Option<DifferenceKind> {
    let sorted = |entry: &OutlineEntry| {
        let mut when: Vec<Condition> = entry.when.iter().map(Condition::unordered).collect();
        when.sort_unstable();
        when
    };
    (sorted(stored) != sorted(declared)).then(|| DifferenceKind::MovedCondition {
        stored: stored.when.clone(),
        declared: declared.when.clone(),
    })
}

/// The parameters of `stored` that `space` declares, or what `policy` does not overlook.
pub(crate) fn compare(
    space: &Space,
    stored: &Params,
    policy: Mismatch,
) -> Result<(), Vec<Difference>> {
    let declared = space.active(|label| Some(stored.get(&label.name)?.value()));
    let mut differences = Vec::new();
    for declared in &declared {
        let kind = match stored.get(&declared.name) {
            None => Some(DifferenceKind::NotStored),
            Some(parameter) => declared
                .param()
                .and_then(|declared| differs(parameter, *declared.domain(), policy)),
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
#[cfg(feature = "storage")]
pub(crate) fn incompatible<'a>(
    declared: &[Node],
    stored: impl IntoIterator<Item = (&'a str, &'a Distribution)>,
) -> Vec<Difference> {
    stored
        .into_iter()
        .filter_map(|(name, stored)| {
            let parameter = declared.iter().find(|node| node.name == name)?;
            let declared = Distribution::from(*parameter.param()?.domain());
            let same = stored.is_compatible(&declared) || stored.is_reordered(&declared);
            (!same).then(|| Difference {
                param: name.to_owned(),
                kind: DifferenceKind::Changed {
                    stored: stored.clone(),
                    declared,
                },
            })
        })
        .collect()
}

/// The declared names that look like `name`, or whose last part does.
#[cfg(feature = "storage")]
pub(crate) fn near_params(space: &Space, name: &str) -> Vec<String> {
    let nodes: Vec<Node> = space.walk().filter(|node| node.param().is_some()).collect();
    let names = || nodes.iter().map(|node| node.name.as_str());
    let near = near_names(name, names());
    if !near.is_empty() {
        return near;
    }
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let parts: Vec<String> = names().map(last).collect();
    let near = near_names(&last(name), parts.iter().map(String::as_str));
    let found = names().filter(|name| near.contains(&last(name)));
    found.take(3).map(str::to_owned).collect()
}

fn differs(stored: &Parameter, domain: Domain, policy: Mismatch) -> Option<DifferenceKind> {
    let declared = Distribution::from(domain);
    let choices = matches!(
        (&stored.distribution, &declared),
        (Distribution::Categorical(_), Distribution::Categorical(_))
    );
    // A choice is known by its value, so that variants may change places.
    let overlooked =
        stored.distribution.is_reordered(&declared) || choices && policy == Mismatch::AllowChanged;
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
