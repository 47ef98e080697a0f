//! The space that a study searches: the declared one, as far as a run leaves it open.

use std::collections::HashMap;
use std::sync::Arc;

use crate::overrides::Resolved;
use crate::space::distribution::Distribution;
use crate::space::{Domain, FloatDomain, IntDomain, Node, Space};

/// Every parameter that a study can search, by its stored name.
#[derive(Debug, Clone)]
pub struct SearchSpace {
    params: Vec<SearchParam>,
    index: HashMap<Arc<str>, usize>,
    tree: &'static Space,
}

/// A parameter as it is searched.
#[derive(Debug, Clone)]
pub struct SearchParam {
    name: Arc<str>,
    distribution: Distribution,
    ordered: bool,
}

impl SearchParam {
    /// Its stored name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is drawn from in this run: narrowed where the study was opened with
    /// [`set`](crate::StudyBuilder::set), and a single value where it was fixed.
    #[must_use]
    pub fn distribution(&self) -> &Distribution {
        &self.distribution
    }

    /// Whether the order of its choices means something.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        self.ordered
    }
}

impl SearchSpace {
    pub(crate) fn new(tree: &'static Space, overrides: &Resolved) -> Self {
        let params: Vec<SearchParam> = tree
            .walk()
            .filter_map(|node| searched(&node, overrides))
            .collect();
        let names = params.iter().map(|param| Arc::clone(&param.name));
        Self {
            index: names.zip(0..).collect(),
            params,
            tree,
        }
    }

    /// The parameters in field order; what makes them active is not told here.
    pub fn params(&self) -> impl ExactSizeIterator<Item = &SearchParam> {
        self.params.iter()
    }

    /// The parameter called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&SearchParam> {
        self.index.get(name).map(|place| &self.params[*place])
    }

    /// The declared space.
    #[must_use]
    pub fn declared(&self) -> &'static Space {
        self.tree
    }
}

fn searched(node: &Node, overrides: &Resolved) -> Option<SearchParam> {
    let domain = node.param()?.domain();
    let declared = overrides.distribution(node.name(), domain);
    let mut open = None;
    let fixed = overrides.sample(node.name(), &declared, |distribution| {
        open = Some(distribution.clone());
        0.0
    });
    let distribution = open.unwrap_or_else(|| single(&declared, fixed));
    Some(SearchParam {
        name: node.name().into(),
        ordered: keeps_order(domain, &distribution),
        distribution,
    })
}

/// Whether the choices have an order that means something, and come in it: a study may list them in
/// another one than the type.
fn keeps_order(domain: &Domain, distribution: &Distribution) -> bool {
    match (domain, distribution) {
        (Domain::Choice(list), Distribution::Categorical(choices)) => {
            let places = choices.iter().map(|choice| domain.index(choice));
            list.is_ordered() && places.is_sorted()
        }
        _ => false,
    }
}

/// The part of a distribution that has one value.
#[allow(
    clippy::cast_possible_truncation,
    reason = "a stored integer has no fraction"
)]
fn single(declared: &Distribution, stored: f64) -> Distribution {
    match declared {
        Distribution::Float(range) => Distribution::Float(FloatDomain {
            low: stored,
            high: stored,
            ..*range
        }),
        Distribution::Int(range) => Distribution::Int(IntDomain {
            low: stored as i64,
            high: stored as i64,
            ..*range
        }),
        Distribution::Categorical(_) => {
            Distribution::Categorical(declared.value(stored).into_iter().collect())
        }
    }
}
