//! Every combination once.

use std::collections::HashSet;
use std::sync::Mutex;

use super::history::PastTrial;
use super::random::uniform;
use super::{Draft, Sampler, SearchSpace};
use crate::error::{Error, Result};
use crate::lock::lock;
use crate::space::distribution::Distribution;
use crate::space::visit::Place;
use crate::space::{Field, Sequence, Space, Switch, Value};

/// Tries every combination of a discrete space once, with any number of workers, and then ends the run.
///
/// Floats need a step. An enum contributes every combination of each of its arms. The order of the
/// combinations is that of the fields, and the last field changes first.
///
/// A combination counts as tried if any trial of the study has it: a running, ended or failed trial, one
/// that was enqueued by hand, or one from Python. A failed combination is therefore not tried again,
/// because a combination that always fails would never end; enqueue it to repeat it. Trials whose values
/// are not on the grid do not count, and neither do trials that wait in the queue. If a worker dies, the
/// combination that it was running counts as tried; mark that trial as failed and enqueue its parameters.
///
/// No combination is tried twice: a trial is created under the lock that numbers all trials, and only if
/// the worker that chose its combination knew every other trial of the study. Combinations that the rules
/// of the type refuse are skipped.
///
/// ```
/// use docktuna::sampler::Grid;
/// # #[derive(docktuna::Tunable)]
/// # struct Train { #[tune(range = 1..=3)] layers: u8, #[tune(range = 0.0..=1.0, step = 0.5)] dropout: f64 }
/// # async fn example() -> docktuna::Result<()> {
/// let db = docktuna::OptunaDatabase::in_memory();
/// let study = db.study_builder::<Train>("sentiment").sampler(Grid::default()).open().await?;
/// let summary = study
///     .optimize(|train, _| async move { Ok(f64::from(train.layers) + train.dropout) })
///     .run()
///     .await?;
/// assert_eq!(summary.complete, 9);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
#[derive(Debug, Default)]
pub struct Grid {
    refused: Mutex<Refused>,
}

/// Combinations that the rules of the type refuse.
#[derive(Debug, Default)]
struct Refused {
    points: HashSet<u64>,
    /// The one chosen last.
    last: Option<u64>,
}

impl Sampler for Grid {
    fn name(&self) -> &'static str {
        "grid"
    }

    fn reads_history(&self) -> bool {
        true
    }

    fn is_exclusive(&self) -> bool {
        true
    }

    fn prepare(&self, draft: &mut Draft<'_>) -> Result<()> {
        let tree = Tree::new(draft.space());
        let points = tree.count()?;
        let history = draft.history();
        let others = history.trials().chain(history.running());
        let tried: HashSet<u64> = others.filter_map(|trial| tree.point_of(&trial)).collect();
        let mut refused = lock(&self.refused);
        let last = refused.last.take().filter(|_| draft.attempt() > 0);
        refused.points.extend(last);
        let open = |point: &u64| !tried.contains(point) && !refused.points.contains(point);
        let Some(point) = (0..points).find(open) else {
            return Err(Error::GridExhausted { points });
        };
        refused.last = Some(point);
        for (name, value) in tree.values(point) {
            draft.put(&name, value);
        }
        Ok(())
    }

    /// One more than there are combinations: then [`prepare`](Sampler::prepare) has said that none is left.
    fn most_draws(&self, space: &SearchSpace) -> u32 {
        let points = Tree::new(space).count().unwrap_or(0);
        u32::try_from(points).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Only for queued trials that leave parameters open.
    fn sample(&self, draft: &mut Draft<'_>, _: &str, distribution: &Distribution) -> f64 {
        uniform(draft.rng(), distribution)
    }
}

/// A sequence of more elements has more than 2^64 combinations, unless all but one have one value.
const LONGEST: usize = 64;

/// A space as a tree whose leaves are counted.
struct Tree {
    root: Node,
}

/// What of the tree belongs together.
enum Node {
    /// A parameter with this number of values and, if it is an enum, the parts of each of its arms.
    Param {
        name: String,
        distribution: Distribution,
        arms: Vec<Node>,
    },
    /// All of these.
    All(Vec<Node>),
    /// More than can be counted.
    Endless,
}

impl Tree {
    fn new(space: &SearchSpace) -> Self {
        let tree = space.declared();
        Self {
            root: Builder(space).node(tree, &Place::root(tree)),
        }
    }

    /// How many combinations there are.
    fn count(&self) -> Result<u64> {
        match self.root.count()? {
            u64::MAX => Err(Error::NoGrid {
                reason: "it has too many combinations; help: use larger steps".to_owned(),
            }),
            count => Ok(count),
        }
    }

    /// The values of a combination, by name.
    fn values(&self, point: u64) -> Vec<(String, f64)> {
        let mut values = Vec::new();
        self.root.values(point, &mut values);
        values
    }

    /// The combination that a trial tried, if it lies on the grid.
    fn point_of(&self, trial: &PastTrial<'_>) -> Option<u64> {
        self.root.point_of(trial)
    }
}

struct Builder<'a>(&'a SearchSpace);

impl Builder<'_> {
    fn node(&self, space: &Space, at: &Place) -> Node {
        match space {
            Space::Param(_) => self.param(at, |_| Vec::new()),
            Space::Group(fields) => {
                let node = |field: &Field| self.node(field.space(), &at.field(field));
                Node::All(fields.iter().map(node).collect())
            }
            Space::Switch(switch) => self.param(at, |labels| self.arms(switch, labels, at)),
            Space::Sequence(sequence) => self.sequence(sequence, at),
            Space::Fixed(_) => Node::All(Vec::new()),
        }
    }

    /// The length of a vector is a choice, too, which adds that many elements.
    fn sequence(&self, sequence: &Sequence, at: &Place) -> Node {
        let elements = |length| self.elements(sequence, length, at);
        match sequence.length() {
            None => elements(sequence.longest()),
            Some(_) => self.param(&at.length(), |range| lengths(range).map(elements).collect()),
        }
    }

    fn elements(&self, sequence: &Sequence, length: usize, at: &Place) -> Node {
        if length > LONGEST {
            return Node::Endless;
        }
        let element = |index| self.node(sequence.element(), &at.element(sequence, index));
        Node::All((0..length).map(element).collect())
    }

    /// What each of the labels brings, in their order.
    fn arms(&self, switch: &Switch, labels: &Distribution, at: &Place) -> Vec<Node> {
        let Distribution::Categorical(labels) = labels else {
            return Vec::new();
        };
        let arm = |label: &Value| {
            let arms = switch.arms().iter();
            let mut arms = arms.filter(|arm| label.as_str() == Some(arm.label()));
            let parts = arms.next().map(|arm| at.arm(switch, arm));
            let parts = parts.unwrap_or_default().into_iter();
            Node::All(parts.map(|(part, space)| self.node(space, &part)).collect())
        };
        labels.iter().map(arm).collect()
    }

    /// The parameter at a place, and what its values bring.
    fn param(&self, at: &Place, arms: impl FnOnce(&Distribution) -> Vec<Node>) -> Node {
        let searched = self.0.get(at.name());
        let searched = searched.expect("every parameter of the tree is searched");
        Node::Param {
            name: at.name().to_owned(),
            distribution: searched.distribution().clone(),
            arms: arms(searched.distribution()),
        }
    }
}

impl Node {
    fn count(&self) -> Result<u64> {
        match self {
            Self::Endless => Ok(u64::MAX),
            Self::All(parts) => parts.iter().try_fold(1_u64, |product, part| {
                Ok(product.saturating_mul(part.count()?))
            }),
            Self::Param {
                name,
                distribution,
                arms,
            } if arms.is_empty() => size(name, distribution),
            Self::Param { arms, .. } => arms
                .iter()
                .try_fold(0_u64, |sum, arm| Ok(sum.saturating_add(arm.count()?))),
        }
    }

    /// 0 where it is not known; [`Tree::count`] has refused such a tree.
    fn known_count(&self) -> u64 {
        self.count().unwrap_or(0)
    }

    #[allow(
        clippy::cast_precision_loss,
        reason = "a place on a grid is below 2^53"
    )]
    fn values(&self, mut point: u64, values: &mut Vec<(String, f64)>) {
        match self {
            Self::Endless => {}
            Self::All(parts) => {
                let mut below: u64 = parts.iter().map(Self::known_count).product();
                for part in parts {
                    below /= part.known_count();
                    part.values(point / below, values);
                    point %= below;
                }
            }
            Self::Param {
                name,
                distribution,
                arms,
            } if arms.is_empty() => {
                values.push((name.clone(), value_at(distribution, point as f64)));
            }
            Self::Param {
                name,
                distribution,
                arms,
            } => {
                for (place, arm) in arms.iter().enumerate() {
                    let count = arm.known_count();
                    if point < count {
                        values.push((name.clone(), value_at(distribution, place as f64)));
                        return arm.values(point, values);
                    }
                    point -= count;
                }
            }
        }
    }

    fn point_of(&self, trial: &PastTrial<'_>) -> Option<u64> {
        match self {
            Self::Endless => None,
            Self::All(parts) => parts.iter().try_fold(0, |point: u64, part| {
                Some(point * part.known_count() + part.point_of(trial)?)
            }),
            Self::Param {
                name,
                distribution,
                arms,
            } => {
                let place = place_of(distribution, &trial.value(name)?)?;
                let index = usize::try_from(place).ok()?;
                let Some(arm) = arms.get(index) else {
                    return Some(place);
                };
                let before: u64 = arms[..index].iter().map(Self::known_count).sum();
                Some(before + arm.point_of(trial)?)
            }
        }
    }
}

/// The values of a length, in order.
fn lengths(distribution: &Distribution) -> impl Iterator<Item = usize> + use<> {
    let (low, high, step) = match distribution {
        Distribution::Int(range) => (range.low, range.high, range.step),
        _ => (0, 0, 1),
    };
    let length = move |place| usize::try_from(low + place * step).unwrap_or(0);
    (0..=(high - low) / step).map(length)
}

/// How many values a parameter has.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float grid that is too large saturates, and is refused with the product"
)]
fn size(name: &str, distribution: &Distribution) -> Result<u64> {
    match distribution {
        Distribution::Categorical(choices) => Ok(choices.len() as u64),
        Distribution::Int(range) => {
            Ok(range.high.abs_diff(range.low) / range.step.unsigned_abs() + 1)
        }
        Distribution::Float(range) if range.low >= range.high => Ok(1),
        Distribution::Float(range) => match range.step {
            Some(step) => Ok((((range.high - range.low) / step).round() as u64).saturating_add(1)),
            None => Err(Error::NoGrid {
                reason: format!(
                    "`{name}` in {distribution} has no step; help: give it `step` or `choices`, or open the study \
                     with `.set(\"{name}=…\")` to fix it"
                ),
            }),
        },
    }
}

/// The value at a place.
#[allow(
    clippy::cast_precision_loss,
    reason = "declared integers are below 2^53"
)]
fn value_at(distribution: &Distribution, place: f64) -> f64 {
    match distribution {
        Distribution::Categorical(_) => place,
        Distribution::Int(range) => range.low as f64 + place * range.step as f64,
        Distribution::Float(range) => {
            (range.low + place * range.step.unwrap_or(0.0)).min(range.high)
        }
    }
}

/// The place of a value that is on the grid.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a value on the grid has a small place"
)]
fn place_of(distribution: &Distribution, value: &Value) -> Option<u64> {
    let stored = distribution.stored(value)?;
    Some(match distribution {
        Distribution::Categorical(_) => stored as u64,
        Distribution::Int(range) => ((stored - range.low as f64) / range.step as f64) as u64,
        Distribution::Float(range) => range
            .step
            .map_or(0, |step| ((stored - range.low) / step).round() as u64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tunable;
    use crate::overrides::Resolved;

    #[derive(Tunable)]
    enum Branch {
        #[tune(rename = ".first")]
        First {
            #[tune(range = 0..=1)]
            own: u8,
            #[tune(range = 0.0..=1.0, step = 0.5, len = 0..=2, shared)]
            rates: Vec<f64>,
        },
        #[tune(rename = "a.b")]
        Second {
            #[tune(range = 0.0..=1.0, step = 0.5, len = 0..=2, shared)]
            rates: Vec<f64>,
            inner: Option<bool>,
        },
    }

    /// The tree goes the same ways as the space itself.
    #[test]
    fn a_combination_has_what_its_branch_needs() {
        let space = SearchSpace::new(Branch::SPACE, &Resolved::default());
        let tree = Tree::new(&space);
        let points = tree.count().unwrap();
        assert_eq!(points, (2 + 3) * (1 + 3 + 9));
        let combinations: HashSet<String> = (0..points)
            .map(|point| {
                let values = tree.values(point);
                let value = |name: &str| {
                    let (_, stored) = values.iter().find(|(known, _)| known == name)?;
                    space.get(name)?.distribution().value(*stored)
                };
                let active = Branch::SPACE.active(|label| value(label.name()));
                let active: HashSet<&str> = active.iter().map(|node| node.name()).collect();
                let names: HashSet<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
                assert_eq!(names, active, "{values:?}");
                format!("{values:?}")
            })
            .collect();
        assert_eq!(combinations.len() as u64, points, "each is another one");
    }
}
