//! A space as a flat list of what is in it.

use super::visit::Place;
use super::{Condition, Param, Sequence, Space, Switch, Value};

/// A parameter or a fixed value of a space, with its stored name and what makes it active.
#[derive(Debug, Clone)]
pub struct Node {
    pub(crate) name: String,
    pub(crate) kind: NodeKind,
    pub(crate) when: Vec<Condition>,
    pub(crate) doc: &'static str,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum NodeKind {
    /// A parameter. The label of an enum is one, too.
    Param(Param),
    /// A value that is recorded and not searched, as its Rust expression.
    Fixed(&'static str),
}

impl Node {
    fn at(place: Place, kind: NodeKind) -> Self {
        Self {
            name: place.name().to_owned(),
            kind,
            when: place.when,
            doc: place.doc,
        }
    }

    /// Its stored name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> NodeKind {
        self.kind
    }

    /// The parameter, if it is one.
    #[must_use]
    pub fn param(&self) -> Option<&Param> {
        match &self.kind {
            NodeKind::Param(param) => Some(param),
            NodeKind::Fixed(_) => None,
        }
    }

    /// The conditions under which it is active, outermost first. The list is empty if it is always
    /// active.
    #[must_use]
    pub fn when(&self) -> &[Condition] {
        &self.when
    }

    /// Its doc comment.
    #[must_use]
    pub fn doc(&self) -> &'static str {
        self.doc
    }
}

impl Space {
    /// Every parameter and fixed value, in the order of the fields. The label of an enum comes before the
    /// parameters of its arms.
    ///
    /// ```
    /// use docktuna::Tunable;
    ///
    /// #[derive(Tunable)]
    /// struct Train {
    ///     #[tune(range = 1..=8)]
    ///     layers: u8,
    ///     #[tune(range = 0.0..=1.0)]
    ///     mixup: Option<f64>,
    /// }
    ///
    /// let nodes: Vec<_> = Train::space().walk().collect();
    /// let names: Vec<_> = nodes.iter().map(|node| node.name()).collect();
    /// assert_eq!(names, ["layers", "mixup", "mixup.some"]);
    /// assert_eq!(nodes[2].when()[0].to_string(), "mixup=\"some\"");
    /// ```
    pub fn walk(&self) -> impl Iterator<Item = Node> + use<> {
        Walk::over(self, None)
    }

    /// The parameters that are active together, in the order of the fields: those of the branch that a
    /// trial, a configuration or the defaults take. `value` gives the values of labels. If it gives no
    /// value, or one that is not a choice, the parameters of the arms are omitted.
    ///
    /// ```
    /// use docktuna::Tunable;
    ///
    /// #[derive(Tunable)]
    /// struct Train {
    ///     #[tune(range = 0.0..=1.0, default = None)]
    ///     mixup: Option<f64>,
    /// }
    ///
    /// let some = Train::space().active(|_| Some("some".into()));
    /// assert_eq!(some.len(), 2);
    /// let defaults = Train::space().active(|label| label.param()?.default().cloned());
    /// assert_eq!(defaults.len(), 1);
    /// ```
    pub fn active(&self, mut value: impl FnMut(&Node) -> Option<Value>) -> Vec<Node> {
        let walk = Walk::over(self, Some(&mut value));
        walk.filter(|node| node.param().is_some()).collect()
    }
}

/// Tells the value of a label or a length.
type Chooser<'a> = &'a mut dyn FnMut(&Node) -> Option<Value>;

/// One traversal, and what it found so far.
struct Walk<'a> {
    /// Tells what is chosen; without it, everything that can be chosen is gone into.
    value: Option<Chooser<'a>>,
    out: Vec<Node>,
}

impl<'a> Walk<'a> {
    fn over(space: &Space, value: Option<Chooser<'a>>) -> std::vec::IntoIter<Node> {
        let mut walk = Self {
            value,
            out: Vec::new(),
        };
        walk.space(space, Place::root(space));
        walk.out.into_iter()
    }

    fn space(&mut self, space: &Space, at: Place) {
        match space {
            Space::Param(param) => self.out.push(Node::at(at, NodeKind::Param(*param))),
            Space::Group(fields) => {
                for field in *fields {
                    self.space(field.space(), at.field(field));
                }
            }
            Space::Switch(switch) => self.switch(switch, &at),
            Space::Sequence(sequence) => self.sequence(sequence, &at),
            Space::Fixed(value) => self.out.push(Node::at(at, NodeKind::Fixed(value))),
        }
    }

    /// Parts that arms share are there once where all of them are gone into.
    fn switch(&mut self, switch: &Switch, at: &Place) {
        let label = Node::at(at.clone(), NodeKind::Param(*switch.label()));
        let chosen = self.chosen(&label);
        self.out.push(label);
        for (index, arm) in switch.arms().iter().enumerate() {
            if chosen.is_some_and(|chosen| chosen != Some(index)) {
                continue;
            }
            for (part, space) in at.arm(switch, arm) {
                if chosen.is_some() || part.is_of(arm) {
                    self.space(space, part);
                }
            }
        }
    }

    fn sequence(&mut self, sequence: &Sequence, at: &Place) {
        let mut length = sequence.longest();
        if let Some(param) = sequence.length() {
            let node = Node::at(at.length(), NodeKind::Param(*param));
            if let Some(chosen) = self.chosen(&node) {
                length = chosen.unwrap_or(0);
            }
            self.out.push(node);
        }
        for index in 0..length {
            self.space(sequence.element(), at.element(sequence, index));
        }
    }

    /// The index or length that is chosen, `Some(None)` if none is; `None` if all of them are.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index or a length is small and not negative"
    )]
    fn chosen(&mut self, node: &Node) -> Option<Option<usize>> {
        let value = (self.value.as_mut()?)(node).zip(node.param());
        let stored = value.and_then(|(value, param)| param.domain().stored(&value));
        Some(stored.map(|stored| stored as usize))
    }
}
