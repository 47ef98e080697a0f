//! What parameters and labels were called in older versions of a type.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::params::Params;
use crate::space::distribution::Distribution;
use crate::space::visit::Place;
use crate::space::{Sequence, Space, Switch, Value};

/// The aliases of a space, by the names under which older versions stored.
#[derive(Debug, Default)]
pub(crate) struct Aliases {
    /// From a name of an older version to the declared one.
    names: HashMap<String, String>,
    /// By the declared name of a switch: labels of older versions, each with the declared one.
    labels: HashMap<String, Vec<(&'static str, &'static str)>>,
    /// A name that several parameters had or have.
    #[cfg_attr(
        not(feature = "storage"),
        allow(dead_code, reason = "no study is opened")
    )]
    clash: Option<String>,
}

impl Aliases {
    pub(crate) fn of(space: &Space) -> Self {
        if !has_aliases(space) {
            return Self::default();
        }
        let mut collect = Collect::default();
        collect.space(space, &Place::root(space));
        let Collect { mut aliases, live } = collect;
        let mut declared = aliases.names.keys().filter(|name| live.contains(*name));
        if let Some(name) = declared.next() {
            aliases.clash = Some(name.clone());
        }
        aliases.names.retain(|name, _| !live.contains(name));
        aliases
    }

    /// The declared name of what is stored as `name`.
    pub(crate) fn name<'a>(&'a self, name: &'a str) -> &'a str {
        self.names.get(name).map_or(name, String::as_str)
    }

    /// What is stored, under declared names and with declared labels. Where a trial has a parameter
    /// under several names, the declared one counts, or else the first.
    pub(crate) fn translated<'a>(&self, stored: &'a Params) -> Cow<'a, Params> {
        if self.is_empty() {
            return Cow::Borrowed(stored);
        }
        let mut params = Params::default();
        for parameter in stored {
            let name = self.name(&parameter.name);
            let taken = || stored.get(name).is_some() || params.get(name).is_some();
            if name != parameter.name && taken() {
                continue;
            }
            let (distribution, index) =
                self.labelled(name, &parameter.distribution, parameter.stored);
            params.push(name, distribution, index);
        }
        Cow::Owned(params)
    }

    /// A distribution and a number stored of the parameter `name`, with declared labels.
    fn labelled(&self, name: &str, stored: &Distribution, index: f64) -> (Distribution, f64) {
        if let Distribution::Categorical(choices) = stored
            && self.labels.contains_key(name)
            && let Some(chosen) = stored.value(index)
        {
            let mut declared: Vec<Value> = Vec::with_capacity(choices.len());
            for choice in choices.iter() {
                let choice = self.label(name, choice.clone());
                // Variants may have become one.
                if !declared.contains(&choice) {
                    declared.push(choice);
                }
            }
            let declared = Distribution::Categorical(declared.into());
            if let Some(index) = declared.stored(&self.label(name, chosen)) {
                return (declared, index);
            }
        }
        (stored.clone(), index)
    }

    /// The declared label where `value` is an older one of the parameter `name`.
    fn label(&self, name: &str, value: Value) -> Value {
        let labels = self.labels.get(name).map_or(&[][..], Vec::as_slice);
        let declared = labels
            .iter()
            .find(|(old, _)| value.as_str() == Some(old))
            .map(|(_, declared)| Value::from(*declared));
        declared.unwrap_or(value)
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty() && self.labels.is_empty()
    }
}

#[cfg(feature = "storage")]
impl Aliases {
    /// The names under which older versions stored, each with the declared one.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = self.names.iter();
        names.map(|(old, declared)| (old.as_str(), declared.as_str()))
    }

    /// A name that several parameters had or have, so that nobody can tell which one is meant.
    pub(crate) fn clash(&self) -> Option<&str> {
        self.clash.as_deref()
    }

    /// The distribution that an older version stored of the parameter `name`, with declared labels.
    pub(crate) fn distribution(&self, name: &str, stored: &Distribution) -> Distribution {
        self.labelled(name, stored, 0.0).0
    }

    /// Values by stored names, now by declared names and with declared labels; of several for one
    /// parameter, that of the declared name counts, or else the first.
    pub(crate) fn values(
        &self,
        stored: impl IntoIterator<Item = (String, Value)>,
    ) -> HashMap<String, Value> {
        let (mut values, mut former) = (HashMap::new(), Vec::new());
        for (name, value) in stored {
            let declared = self.name(&name);
            let value = self.label(declared, value);
            if declared == name {
                values.insert(name, value);
            } else {
                former.push((declared.to_owned(), value));
            }
        }
        for (name, value) in former {
            values.entry(name).or_insert(value);
        }
        values
    }
}

/// One traversal, and what it found so far.
#[derive(Default)]
struct Collect {
    aliases: Aliases,
    live: HashSet<String>,
}

impl Collect {
    fn space(&mut self, space: &Space, at: &Place) {
        match space {
            Space::Param(_) => self.here(at),
            Space::Group(fields) => {
                for field in *fields {
                    self.space(field.space(), &at.field(field));
                }
            }
            Space::Switch(switch) => self.switch(switch, at),
            Space::Sequence(sequence) => self.sequence(sequence, at),
            Space::Fixed(_) => {}
        }
    }

    fn switch(&mut self, switch: &Switch, at: &Place) {
        self.here(at);
        for arm in switch.arms() {
            if !arm.aliases().is_empty() {
                let labels = self.aliases.labels.entry(at.name().to_owned()).or_default();
                labels.extend(arm.aliases().iter().map(|alias| (*alias, arm.label())));
            }
            for (part, space) in at.arm(switch, arm) {
                self.space(space, &part);
            }
        }
    }

    fn sequence(&mut self, sequence: &Sequence, at: &Place) {
        if sequence.length().is_some() {
            self.here(&at.length());
        }
        for index in 0..sequence.longest() {
            self.space(sequence.element(), &at.element(sequence, index));
        }
    }

    fn here(&mut self, at: &Place) {
        self.live.insert(at.name().to_owned());
        for name in at.former() {
            let known = self.aliases.names.entry(name.clone());
            if known.or_insert_with(|| at.name().to_owned()) != at.name() {
                self.aliases.clash = Some(name.clone());
            }
        }
    }
}

fn has_aliases(space: &Space) -> bool {
    match space {
        Space::Param(_) | Space::Fixed(_) => false,
        Space::Group(fields) => fields
            .iter()
            .any(|field| !field.aliases().is_empty() || has_aliases(field.space())),
        Space::Switch(switch) => switch
            .arms()
            .iter()
            .any(|arm| !arm.aliases().is_empty() || has_aliases(arm.space())),
        Space::Sequence(sequence) => has_aliases(sequence.element()),
    }
}
