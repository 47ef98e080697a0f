//! The search space of a type: a tree of constants that the derive writes.
//!
//! A [`Space`] has no name of its own; the [`Field`] or [`Arm`] that holds it gives the name. A
//! parameter's stored name is the way to it, joined by dots: the parameter `momentum` in the arm
//! `sgd` of the field `optimizer` is stored as `optimizer.sgd.momentum`.

mod condition;
mod direction;
pub(crate) mod distribution;
mod domain;
mod find;
pub(crate) mod path;
mod same;
mod sequence;
mod single;
mod value;
pub(crate) mod visit;
mod walk;

pub use condition::{Condition, Test};
pub use direction::Direction;
#[cfg(feature = "storage")]
pub(crate) use direction::dominates;
#[cfg(feature = "storage")]
pub(crate) use domain::EXACT;
pub(crate) use domain::GRID_TOLERANCE;
pub use domain::{Bound, ChoiceDomain, Domain, FloatDomain, IntDomain, Kind};
pub(crate) use same::{same_space, same_value};
pub use sequence::Sequence;
pub use value::Value;
pub(crate) use value::list;
pub use walk::{Node, NodeKind};

/// The search space of a type.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Space {
    /// A single parameter.
    Param(Param),
    /// A struct: all of its fields.
    Group(&'static [Field]),
    /// An enum: one of its arms.
    Switch(Switch),
    /// An array or a vector: a number of equal elements.
    Sequence(Sequence),
    /// A value that is recorded and not searched, as its Rust expression.
    Fixed(&'static str),
}

/// A single parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    domain: Domain,
    default: Option<&'static Value>,
    root: &'static str,
}

/// A named part of a group.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    name: &'static str,
    aliases: &'static [&'static str],
    doc: &'static str,
    space: &'static Space,
    shared: bool,
}

/// A choice between arms, and what each of them needs.
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    label: Param,
    arms: &'static [Arm],
}

/// One arm of a [`Switch`].
#[derive(Debug, Clone, Copy)]
pub struct Arm {
    label: &'static str,
    name: &'static str,
    aliases: &'static [&'static str],
    doc: &'static str,
    space: &'static Space,
}

/// The options of a type for its studies.
#[derive(Debug, Clone, Copy, Default)]
pub struct StudySpec {
    /// The study's name. [`Tunable::study_name`](crate::Tunable::study_name) gives it for types that must
    /// have one.
    pub name: Option<&'static str>,
    /// The objectives in their order. If the list is empty, there is one objective, which is minimized.
    pub objectives: &'static [Objective],
}

/// One number that an objective function returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Objective {
    /// Which way is better.
    pub direction: Direction,
    /// The metric's name, shown by Optuna's dashboard.
    pub name: Option<&'static str>,
}

impl Space {
    /// The space without parameters, of a unit variant.
    pub const EMPTY: &'static Self = &Self::Group(&[]);

    /// The field at `index` of a group.
    ///
    /// # Panics
    ///
    /// If this is no group, or has fewer fields.
    #[must_use]
    #[allow(
        clippy::panic,
        reason = "only generated code calls it, with the index it wrote"
    )]
    pub const fn field(&'static self, index: usize) -> &'static Field {
        match self {
            Self::Group(fields) => &fields[index],
            _ => panic!("not a group"),
        }
    }

    /// The choice that an enum makes.
    ///
    /// # Panics
    ///
    /// If this is no switch.
    #[must_use]
    #[allow(
        clippy::panic,
        reason = "only generated code calls it, on the space it wrote"
    )]
    pub const fn switch(&'static self) -> &'static Switch {
        match self {
            Self::Switch(switch) => switch,
            _ => panic!("not a switch"),
        }
    }

    /// The array or vector that this space is.
    ///
    /// # Panics
    ///
    /// If it is neither.
    #[must_use]
    #[allow(
        clippy::panic,
        reason = "only generated code calls it, on the space it wrote"
    )]
    pub const fn sequence(&'static self) -> &'static Sequence {
        match self {
            Self::Sequence(sequence) => sequence,
            _ => panic!("neither an array nor a vector"),
        }
    }

    /// The parameter that this space is.
    ///
    /// # Panics
    ///
    /// If it is not a single one.
    #[must_use]
    #[allow(
        clippy::panic,
        reason = "only generated code calls it, on the space it wrote"
    )]
    pub const fn param(&'static self) -> &'static Param {
        match self {
            Self::Param(param) => param,
            _ => panic!("not a parameter"),
        }
    }

    /// The same space of a single parameter, of an enum, an array or a vector, which is stored as `name` where it is
    /// a whole configuration. Otherwise that is `config`, and in a field it is the field's name.
    #[must_use]
    pub const fn root(self, name: &'static str) -> Self {
        match self {
            Self::Param(mut param) => {
                param.root = name;
                Self::Param(param)
            }
            Self::Switch(mut switch) => {
                switch.label.root = name;
                Self::Switch(switch)
            }
            Self::Sequence(mut sequence) => {
                sequence.root = name;
                Self::Sequence(sequence)
            }
            other => other,
        }
    }

    /// What it is stored as where it is a whole configuration; none if its fields have names.
    #[must_use]
    pub const fn root_name(&self) -> Option<&'static str> {
        match self {
            Self::Param(param) => Some(param.root),
            Self::Switch(switch) => Some(switch.label.root),
            Self::Sequence(sequence) => Some(sequence.root),
            Self::Group(_) => None,
            Self::Fixed(_) => Some(path::ROOT),
        }
    }

    /// Whether every parameter has a default, so that `T::defaults()` exists.
    #[must_use]
    pub const fn has_defaults(&self) -> bool {
        match self {
            Self::Param(param) => param.default.is_some(),
            Self::Group(fields) => {
                let mut i = 0;
                while i < fields.len() {
                    if !fields[i].space.has_defaults() {
                        return false;
                    }
                    i += 1;
                }
                true
            }
            Self::Switch(switch) => match switch.default_arm() {
                Some(arm) => arm.space.has_defaults(),
                None => false,
            },
            Self::Sequence(sequence) => sequence.has_defaults(),
            Self::Fixed(_) => true,
        }
    }
}

impl Param {
    /// A parameter drawn from `domain`.
    #[must_use]
    pub const fn new(domain: Domain) -> Self {
        Self {
            domain,
            default: None,
            root: path::ROOT,
        }
    }

    /// The same parameter with a default.
    #[must_use]
    pub const fn default_value(mut self, value: &'static Value) -> Self {
        self.default = Some(value);
        self
    }

    /// What it is drawn from.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Its default, if it has one.
    #[must_use]
    pub const fn default(&self) -> Option<&'static Value> {
        self.default
    }
}

impl Field {
    /// A part called `name`; the empty name leaves it out of the names below it.
    #[must_use]
    pub const fn new(name: &'static str, doc: &'static str, space: &'static Space) -> Self {
        Self {
            name,
            aliases: &[],
            doc,
            space,
            shared: false,
        }
    }

    /// The same part with the names that older versions gave it.
    #[must_use]
    pub const fn aliased(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The same part of an arm, without the arm's label in the names of its parameters. The shared parts
    /// of this name in other arms then have the same parameters.
    #[must_use]
    pub const fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What older versions called it.
    #[must_use]
    pub const fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// Its doc comment.
    #[must_use]
    pub const fn doc(&self) -> &'static str {
        self.doc
    }

    /// What it is drawn from.
    #[must_use]
    pub const fn space(&self) -> &'static Space {
        self.space
    }

    /// Whether the names of its parameters omit the label of the arm around it.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        self.shared
    }
}

impl Switch {
    /// A choice between `arms`, made by a parameter that is drawn from `labels`, in the same order.
    ///
    /// # Panics
    ///
    /// If the numbers of arms and labels differ, or both are 0.
    #[must_use]
    pub const fn new(labels: &'static [Value], arms: &'static [Arm]) -> Self {
        assert!(labels.len() == arms.len(), "as many labels as arms");
        Self {
            label: Param::new(Domain::choice(labels)),
            arms,
        }
    }

    /// The same choice with a default label.
    #[must_use]
    pub const fn default_label(mut self, label: &'static Value) -> Self {
        self.label = self.label.default_value(label);
        self
    }

    /// The parameter that chooses the arm.
    #[must_use]
    pub const fn label(&self) -> &Param {
        &self.label
    }

    /// The label of the variant called `name`, if it is drawn.
    #[must_use]
    pub(crate) const fn label_of(&self, name: &str) -> Option<&'static Value> {
        let Domain::Choice(labels) = self.label.domain() else {
            return None;
        };
        let mut i = 0;
        while i < self.arms.len() {
            if same::same_text(self.arms[i].name, name) {
                return Some(&labels.choices[i]);
            }
            i += 1;
        }
        None
    }

    /// The arms in declared order.
    #[must_use]
    pub const fn arms(&self) -> &'static [Arm] {
        self.arms
    }

    const fn default_arm(&self) -> Option<&'static Arm> {
        let Some(Value::Str(std::borrow::Cow::Borrowed(default))) = self.label.default else {
            return None;
        };
        let mut i = 0;
        while i < self.arms.len() {
            if same::same_text(self.arms[i].label, default) {
                return Some(&self.arms[i]);
            }
            i += 1;
        }
        None
    }
}

impl Arm {
    /// An arm called `label`.
    #[must_use]
    pub const fn new(label: &'static str, doc: &'static str, space: &'static Space) -> Self {
        Self {
            label,
            name: label,
            aliases: &[],
            doc,
            space,
        }
    }

    /// The same arm, of a variant whose name is not its label.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// The same arm with the labels that older versions gave it.
    #[must_use]
    pub const fn aliased(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Its label, which is also the name below which its parameters are stored.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        self.label
    }

    /// What older versions called it.
    #[must_use]
    pub const fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// Its doc comment.
    #[must_use]
    pub const fn doc(&self) -> &'static str {
        self.doc
    }

    /// What it needs.
    #[must_use]
    pub const fn space(&self) -> &'static Space {
        self.space
    }
}
