//! How one space differs from another.

use super::{EntryKind, OutlineEntry, SpaceOutline, unordered};
use crate::error::{Difference, DifferenceKind, SpaceDiff, Subject};
use crate::optuna;
use crate::space::Condition;
use crate::space::distribution::Distribution;

impl SpaceOutline {
    /// The differences between this stored space and `declared`. They are empty exactly if the
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
    let [first, second] = [a, b].map(|d| optuna::write_distribution(&unordered(d)));
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
