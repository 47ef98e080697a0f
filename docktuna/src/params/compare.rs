//! What is stored, compared with what is declared.

use super::{Parameter, Params};
use crate::error::{Difference, DifferenceKind};
#[cfg(feature = "storage")]
use crate::space::Node;
use crate::space::distribution::Distribution;
use crate::space::{Domain, Space};

/// Which differences a loader ignores.
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
