//! A space as a flat list of what is in it.

use std::fmt;

use super::{Field, Param, Space, Value};
use crate::path::Path;

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

/// A choice that has to be made for a parameter to be active: `optimizer=sgd`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    pub(crate) param: String,
    pub(crate) label: String,
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

    /// The choices that make it active, outermost first; none for what always is.
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

impl Condition {
    /// The stored name of the parameter that chooses.
    #[must_use]
    pub fn param(&self) -> &str {
        &self.param
    }

    /// What it has to choose.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.param, self.label)
    }
}

impl Space {
    /// Everything that can occur, in field order: the label of an enum comes before what its arms
    /// need.
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
    /// assert_eq!(nodes[2].when()[0].to_string(), "mixup=some");
    /// ```
    pub fn walk(&self) -> impl Iterator<Item = Node> + use<> {
        Walk::over(self, &mut |_, arms| (0..arms).collect())
    }

    /// The parameters that occur together, in field order, where `value` tells the values of labels:
    /// the branch that a trial, a configuration or the defaults take. Where it does not know one, or
    /// gives one that is no choice, what the arms need stays out.
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
        let walk = Walk::over(self, &mut |label, _| {
            let chosen = value(label).zip(label.param());
            let index = chosen.and_then(|(value, param)| param.domain().index(&value));
            index.into_iter().collect()
        });
        walk.filter(|node| node.param().is_some()).collect()
    }
}

/// Which arms of a switch with so many arms to go into.
type Arms<'a> = &'a mut dyn FnMut(&Node, usize) -> Vec<usize>;

/// One traversal, and what it found so far.
struct Walk {
    path: Path,
    when: Vec<Condition>,
    out: Vec<Node>,
}

impl Walk {
    fn over(space: &Space, arms: Arms<'_>) -> std::vec::IntoIter<Node> {
        let mut walk = Self {
            path: Path::start(space),
            when: Vec::new(),
            out: Vec::new(),
        };
        walk.space(space, "", arms);
        walk.out.into_iter()
    }

    fn space(&mut self, space: &Space, doc: &'static str, arms: Arms<'_>) {
        match space {
            Space::Param(param) => {
                let node = self.here(NodeKind::Param(*param), doc);
                self.out.push(node);
            }
            Space::Group(fields) => fields.iter().for_each(|field| self.field(field, arms)),
            Space::Switch(switch) => {
                let label = self.here(NodeKind::Param(*switch.label()), doc);
                let chosen = arms(&label, switch.arms().len());
                let param = label.name.clone();
                self.out.push(label);
                for arm in chosen
                    .into_iter()
                    .filter_map(|index| switch.arms().get(index))
                {
                    self.path.enter(arm.label());
                    self.when.push(Condition {
                        param: param.clone(),
                        label: arm.label().to_owned(),
                    });
                    self.space(arm.space(), arm.doc(), arms);
                    self.when.pop();
                    self.path.leave();
                }
            }
            Space::Fixed(value) => {
                let node = self.here(NodeKind::Fixed(value), doc);
                self.out.push(node);
            }
        }
    }

    fn field(&mut self, field: &'static Field, arms: Arms<'_>) {
        self.path.enter(field.name());
        self.space(field.space(), field.doc(), arms);
        self.path.leave();
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
