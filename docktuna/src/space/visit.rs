//! The places of a space, from the root down: how what is there is stored, and what makes it active.

use super::{Arm, Condition, Field, Sequence, Space, Switch, Test, same_space};
use crate::space::path::{ROOT, below};

/// A place in a space. Whoever looks through a space goes from place to place, so that the rules of names
/// and conditions are here alone. Const code has them in `find.rs` once more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// The names on the way, joined; empty at the root of a struct.
    way: String,
    /// What older versions called it, in the order of the aliases.
    former: Vec<String>,
    pub(super) when: Vec<Condition>,
    pub(super) doc: &'static str,
}

impl Place {
    /// Where `space` starts.
    pub(crate) fn root(space: &Space) -> Self {
        let way = space.root_name().unwrap_or_default();
        Self {
            way: way.to_owned(),
            ..Self::default()
        }
    }

    /// The stored name of a parameter that is here.
    pub(crate) fn name(&self) -> &str {
        match self.way.as_str() {
            "" => ROOT,
            way => way,
        }
    }

    /// The names that a parameter here had in older versions.
    pub(crate) fn former(&self) -> &[String] {
        &self.former
    }

    /// The place of a field of the struct that is here.
    pub(crate) fn field(&self, field: &Field) -> Self {
        Self {
            doc: field.doc(),
            ..self.below(field.name(), field.aliases())
        }
    }

    /// The parts of an arm of the enum that is here. The names of shared ones leave the label out.
    pub(crate) fn arm(&self, switch: &Switch, arm: &Arm) -> Vec<(Self, &'static Space)> {
        let inside = self
            .below(arm.label(), arm.aliases())
            .under(self.name(), Test::Is(vec![arm.label().to_owned()]));
        let Space::Group(fields) = arm.space() else {
            let doc = arm.doc();
            return vec![(Self { doc, ..inside }, arm.space())];
        };
        let part = |field: &Field| match field.is_shared() {
            true => self
                .field(field)
                .under(self.name(), Test::Is(sharing(switch, field))),
            false => inside.field(field),
        };
        let parts = fields.iter().map(|field| (part(field), field.space()));
        parts.collect()
    }

    /// Whether this part of an arm counts as that of `arm`: one that arms share is the first one's.
    pub(super) fn is_of(&self, arm: &Arm) -> bool {
        match self.when.last().map(|condition| &condition.test) {
            Some(Test::Is(labels)) => labels.first().is_some_and(|first| first == arm.label()),
            _ => true,
        }
    }

    /// The place of the length of the vector that is here.
    pub(crate) fn length(&self) -> Self {
        self.below(Sequence::LEN, &[])
    }

    /// The place of an element of the array or vector that is here. It has the doc comment of the whole,
    /// as there may be nothing but elements.
    pub(crate) fn element(&self, sequence: &Sequence, index: usize) -> Self {
        let element = self.below(&index.to_string(), &[]);
        match index < sequence.shortest() {
            true => element,
            false => element.under(self.length().name(), Test::Above(index)),
        }
    }

    /// What is called `name`, and was called `aliases`, in every place that this one was.
    fn below(&self, name: &str, aliases: &[&str]) -> Self {
        let places = || std::iter::once(&self.way).chain(&self.former);
        let names = std::iter::once(name).chain(aliases.iter().copied());
        let mut ways = names.flat_map(|name| places().map(move |place| below(place, name)));
        Self {
            way: ways.next().unwrap_or_default(),
            former: ways.collect(),
            when: self.when.clone(),
            doc: self.doc,
        }
    }

    /// The same place, which depends on one more condition.
    fn under(mut self, param: &str, test: Test) -> Self {
        let param = param.to_owned();
        self.when.push(Condition { param, test });
        self
    }
}

/// The labels of the arms that have the same shared part. One of the same name that is drawn from
/// something else stays apart, so that it is found to clash.
fn sharing(switch: &Switch, field: &Field) -> Vec<String> {
    let same = |other: &Field| {
        other.is_shared()
            && other.name() == field.name()
            && same_space(other.space(), field.space())
    };
    let arms = switch.arms().iter();
    let sharing = arms.filter(|arm| match arm.space() {
        Space::Group(fields) => fields.iter().any(same),
        _ => false,
    });
    sharing.map(|arm| arm.label().to_owned()).collect()
}
