//! A space that is not tied to a type: what is written down about it, and read again.

mod diff;
mod json;
mod table;
#[cfg(test)]
mod tests;

use crate::optuna;
use crate::space::distribution::Distribution;
use crate::space::{Condition, Domain, NodeKind, Space, Test, Value};

/// The owned description of a space. A study stores that of the type that it was created for.
///
/// It can be written as JSON and read again, printed as a table, and compared with another one.
///
/// ```
/// use docktuna::{SpaceOutline, Tunable};
///
/// #[derive(Tunable)]
/// struct Train {
///     /// Peak learning rate.
///     #[tune(range = 1e-5..=1e-1, log, default = 3e-4)]
///     lr: f64,
///     #[tune(choices = [16, 32])]
///     batch: u32,
/// }
///
/// let outline = Train::space().outline();
/// assert_eq!(
///     outline.to_string(),
///     "\
/// name   kind    values          when  default  description
/// lr     float   1e-5..=0.1 log        0.0003   Peak learning rate.
/// batch  choice  [16, 32]
/// ");
/// let read = SpaceOutline::from_json(&outline.to_json())?;
/// assert_eq!(read, outline);
/// assert!(read.diff(&outline).is_empty());
/// # Ok::<(), docktuna::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpaceOutline {
    pub(crate) entries: Vec<OutlineEntry>,
}

/// A parameter or a fixed value of a [`SpaceOutline`].
#[derive(Debug, Clone, PartialEq)]
pub struct OutlineEntry {
    pub(crate) name: String,
    pub(crate) kind: EntryKind,
    pub(crate) when: Vec<Condition>,
    pub(crate) doc: String,
}

/// What an [`OutlineEntry`] describes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum EntryKind {
    /// A parameter.
    Param {
        /// What it is drawn from.
        distribution: Distribution,
        /// Whether neighbouring choices are alike.
        ordered: bool,
        /// Its default, if it has one.
        default: Option<Value>,
    },
    /// A value that is recorded and not searched, as its Rust expression.
    Fixed(String),
}

impl SpaceOutline {
    /// The entries in field order.
    pub fn iter(&self) -> std::slice::Iter<'_, OutlineEntry> {
        self.entries.iter()
    }

    /// The entry stored as `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OutlineEntry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// A short text that is equal for two spaces exactly if they have the same parameters and fixed
    /// values under the same conditions. It does not depend on the order of the fields, the order of
    /// choices, `ordered`, descriptions and defaults, because none of these is stored with a trial.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut lines: Vec<String> = self.entries.iter().map(OutlineEntry::identity).collect();
        lines.sort_unstable();
        // FNV-1a: std's hashers may change between releases of Rust, and this is kept in databases.
        let hash = lines
            .concat()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
        format!("{hash:016x}")
    }
}

impl<'a> IntoIterator for &'a SpaceOutline {
    type Item = &'a OutlineEntry;
    type IntoIter = std::slice::Iter<'a, OutlineEntry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl OutlineEntry {
    /// Its stored name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it describes.
    #[must_use]
    pub fn kind(&self) -> &EntryKind {
        &self.kind
    }

    /// The conditions under which it is active, outermost first. The list is empty if it is always
    /// active.
    #[must_use]
    pub fn when(&self) -> &[Condition] {
        &self.when
    }

    /// Its doc comment.
    #[must_use]
    pub fn doc(&self) -> &str {
        &self.doc
    }

    /// What counts for two entries to be the same, in one line. Texts are quoted, so that no name
    /// can look like two.
    fn identity(&self) -> String {
        let name = optuna::write_json_text(&self.name);
        let kind = match &self.kind {
            EntryKind::Param { distribution, .. } => {
                optuna::write_distribution(&unordered(distribution))
            }
            EntryKind::Fixed(value) => optuna::write_json_text(value),
        };
        let mut when: Vec<Condition> = self.when.iter().map(Condition::unordered).collect();
        when.sort_unstable();
        let when = when.into_iter().map(|condition| {
            let param = optuna::write_json_text(&condition.param);
            match &condition.test {
                Test::Is(labels) => {
                    let labels: Vec<String> =
                        labels.iter().map(|l| optuna::write_json_text(l)).collect();
                    format!("{param}={}", labels.join("|"))
                }
                Test::Above(number) => format!("{param}>{number}"),
            }
        });
        format!("{name} {kind} {}\n", when.collect::<Vec<_>>().join(" "))
    }
}

/// The same distribution with its choices in an order that does not depend on the declared one.
pub(crate) fn unordered(distribution: &Distribution) -> Distribution {
    match distribution {
        Distribution::Categorical(choices) => {
            let mut choices = choices.to_vec();
            choices.sort_by_cached_key(optuna::write_value);
            Distribution::Categorical(choices.into())
        }
        range => range.clone(),
    }
}

impl Space {
    /// The owned description of this space.
    #[must_use]
    pub fn outline(&self) -> SpaceOutline {
        let entries = self.walk().map(|node| OutlineEntry {
            kind: match node.kind {
                NodeKind::Param(param) => EntryKind::Param {
                    distribution: (*param.domain()).into(),
                    ordered: matches!(param.domain(), Domain::Choice(list) if list.is_ordered()),
                    default: param.default().cloned(),
                },
                NodeKind::Fixed(value) => EntryKind::Fixed(value.to_owned()),
            },
            name: node.name,
            when: node.when,
            doc: node.doc.to_owned(),
        });
        SpaceOutline {
            entries: entries.collect(),
        }
    }

    /// The space as JSON: [`SpaceOutline::to_json`].
    #[must_use]
    pub fn to_json(&self) -> String {
        self.outline().to_json()
    }

    /// A short text that identifies the space: [`SpaceOutline::fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.outline().fingerprint()
    }
}
