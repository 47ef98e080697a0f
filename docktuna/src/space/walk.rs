//! A space as a flat list of what is in it.

use super::{Arm, Condition, Field, Param, Sequence, Space, Switch, Test, Value, same_space};
use crate::space::path::Path;

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
    path: Path,
    when: Vec<Condition>,
    out: Vec<Node>,
}

impl<'a> Walk<'a> {
    fn over(space: &Space, value: Option<Chooser<'a>>) -> std::vec::IntoIter<Node> {
        let mut walk = Self {
            value,
            path: Path::start(space),
            when: Vec::new(),
            out: Vec::new(),
        };
        walk.space(space, "");
        walk.out.into_iter()
    }

    fn space(&mut self, space: &Space, doc: &'static str) {
        match space {
            Space::Param(param) => self.param(param, doc),
            Space::Group(fields) => fields.iter().for_each(|field| self.field(field)),
            Space::Switch(switch) => self.switch(switch, doc),
            Space::Sequence(sequence) => self.sequence(sequence, doc),
            Space::Fixed(value) => {
                let node = self.here(NodeKind::Fixed(value), doc);
                self.out.push(node);
            }
        }
    }

    fn param(&mut self, param: &Param, doc: &'static str) {
        let node = self.here(NodeKind::Param(*param), doc);
        self.out.push(node);
    }

    fn field(&mut self, field: &'static Field) {
        self.path.enter(field.name());
        self.space(field.space(), field.doc());
        self.path.leave();
    }

    fn switch(&mut self, switch: &Switch, doc: &'static str) {
        let label = self.here(NodeKind::Param(*switch.label()), doc);
        let chosen = self.chosen(&label);
        let param = label.name.clone();
        self.out.push(label);
        for (index, arm) in switch.arms().iter().enumerate() {
            if chosen.is_some_and(|chosen| chosen != Some(index)) {
                continue;
            }
            self.arm(switch, arm, &param, chosen.is_none());
        }
    }

    /// What an arm needs. Parts that arms share are there once where all of them are gone into, as
    /// those of the first.
    fn arm(&mut self, switch: &Switch, arm: &Arm, param: &str, all: bool) {
        let test = || Test::Is(vec![arm.label().to_owned()]);
        let Space::Group(fields) = arm.space() else {
            self.path.enter(arm.label());
            self.within(param, test(), |walk| walk.space(arm.space(), arm.doc()));
            self.path.leave();
            return;
        };
        for field in *fields {
            if !field.is_shared() {
                self.path.enter(arm.label());
                self.within(param, test(), |walk| walk.field(field));
                self.path.leave();
                continue;
            }
            let labels = sharing(switch, field);
            if !all || labels.first().is_some_and(|first| first == arm.label()) {
                self.within(param, Test::Is(labels), |walk| walk.field(field));
            }
        }
    }

    /// The label has the doc comment of the enum's field, the length that of the vector's; elements
    /// have it too, as there may be nothing but elements.
    fn sequence(&mut self, sequence: &Sequence, doc: &'static str) {
        let mut length = sequence.longest();
        let mut name = String::new();
        if let Some(param) = sequence.length() {
            self.path.enter(Sequence::LEN);
            let node = self.here(NodeKind::Param(*param), doc);
            self.path.leave();
            if let Some(chosen) = self.chosen(&node) {
                length = chosen.unwrap_or(0);
            }
            name.clone_from(&node.name);
            self.out.push(node);
        }
        for index in 0..length {
            self.path.enter(&index.to_string());
            if index < sequence.shortest() {
                self.space(sequence.element(), doc);
            } else {
                self.within(&name, Test::Above(index), |walk| {
                    walk.space(sequence.element(), doc);
                });
            }
            self.path.leave();
        }
    }

    /// Adds what `inside` finds, which depends on a condition.
    fn within(&mut self, param: &str, test: Test, inside: impl FnOnce(&mut Self)) {
        let param = param.to_owned();
        self.when.push(Condition { param, test });
        inside(self);
        self.when.pop();
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

    fn here(&self, kind: NodeKind, doc: &'static str) -> Node {
        Node {
            name: self.path.name().to_owned(),
            kind,
            when: self.when.clone(),
            doc,
        }
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
