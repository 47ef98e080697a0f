//! A search space as a cube: every parameter is an axis.
//!
//! A number is a coordinate from 0 to 1, on its scale and with half a step of room at both ends; a choice is its
//! place. A parameter that is not active has no coordinate. In the model it stands in the middle of its axis, and a
//! choice stands apart from all choices, so that branches differ by what decides on them.

use rand::{Rng, RngExt};

use crate::sampler::axis::{Axis, Interval};
use crate::sampler::history::History;
use crate::sampler::space::{SearchParam, SearchSpace};
use crate::space::Test;
use crate::space::distribution::Distribution;

/// The axes of a search space; a parameter with one value is none.
#[derive(Debug)]
pub(super) struct Cube<'a> {
    axes: Vec<Dimension<'a>>,
}

#[derive(Debug)]
struct Dimension<'a> {
    param: &'a SearchParam,
    axis: Axis,
    /// What has to hold for it to be active.
    when: Vec<When>,
}

/// A condition on an axis further up.
#[derive(Debug)]
struct When {
    axis: usize,
    test: Stored,
}

/// A condition on a stored number.
#[derive(Debug)]
enum Stored {
    Is(Vec<f64>),
    Above(f64),
}

impl Stored {
    fn is_met(&self, stored: f64) -> bool {
        match self {
            Self::Is(places) => places.contains(&stored),
            Self::Above(number) => stored > *number,
        }
    }
}

/// A configuration: a coordinate for each axis; NaN where the parameter is not active.
pub(super) type Point = Vec<f64>;

impl<'a> Cube<'a> {
    pub(super) fn of(space: &'a SearchSpace) -> Self {
        let mut axes: Vec<Dimension<'a>> = Vec::new();
        'params: for node in space.declared().walk() {
            let Some(param) = node.param().and_then(|_| space.get(node.name())) else {
                continue;
            };
            let Some(axis) = Axis::new(param.distribution(), param.is_ordered()) else {
                continue;
            };
            let mut when = Vec::new();
            for condition in node.when() {
                let Some(decides) = space.get(condition.param()) else {
                    continue;
                };
                let test = stored(condition.test(), decides.distribution());
                match axes
                    .iter()
                    .position(|axis| axis.param.name() == condition.param())
                {
                    Some(axis) => when.push(When { axis, test }),
                    // It has one value, so the condition is met or never is.
                    None if !test.is_met(only(decides.distribution())) => continue 'params,
                    None => {}
                }
            }
            axes.push(Dimension { param, axis, when });
        }
        Self { axes }
    }

    pub(super) fn len(&self) -> usize {
        self.axes.len()
    }

    /// What a model of it depends on besides the trials.
    pub(super) fn recipe(&self) -> Vec<(String, Axis)> {
        let recipe = self
            .axes
            .iter()
            .map(|own| (own.param.name().to_owned(), own.axis));
        recipe.collect()
    }

    /// For each axis whether it is a choice without an order.
    pub(super) fn unordered(&self) -> Vec<bool> {
        let unordered = |own: &Dimension<'_>| matches!(own.axis, Axis::Choice(_));
        self.axes.iter().map(unordered).collect()
    }

    /// How a trial is a point of the model; `None` if a number of it has no place there.
    pub(super) fn of_trial(&self, history: &History, row: u32) -> Option<Point> {
        let coordinate = |own: &Dimension<'_>| {
            let Some(value) = own.recorded(history, row) else {
                return Some(own.absent());
            };
            match own.axis {
                Axis::Number(interval) => {
                    let place = coordinate(&interval, value);
                    // A value of a time when the range was wider may be far outside.
                    place.is_finite().then(|| place.clamp(-1.0, 2.0))
                }
                Axis::Choice(_) => Some(value),
            }
        };
        self.axes.iter().map(coordinate).collect()
    }

    /// A point as the model has it.
    pub(super) fn modelled(&self, point: &Point) -> Vec<f64> {
        let modelled = point.iter().zip(&self.axes);
        modelled
            .map(|(x, own)| if x.is_nan() { own.absent() } else { *x })
            .collect()
    }

    /// The names and stored values of a point.
    pub(super) fn values(&self, point: &Point) -> impl Iterator<Item = (&'a str, f64)> {
        let active = self.axes.iter().zip(point).filter(|(_, x)| !x.is_nan());
        active.map(|(own, x)| (own.param.name(), own.stored(*x)))
    }

    /// A point where everything is equally likely.
    pub(super) fn random(&self, rng: &mut dyn Rng) -> Point {
        let mut point = vec![f64::NAN; self.axes.len()];
        self.settle(&mut point, rng);
        point
    }

    /// Makes a valid configuration of a point: numbers are moved to their grids, what is not active is taken away,
    /// and what became active is drawn.
    pub(super) fn settle(&self, point: &mut Point, rng: &mut dyn Rng) {
        for place in 0..self.axes.len() {
            let own = &self.axes[place];
            point[place] = if !self.is_active(place, point) {
                f64::NAN
            } else if point[place].is_nan() {
                own.draw(rng)
            } else {
                own.on_grid(point[place])
            };
        }
    }

    /// A point out of a trial's: what is not active there has no coordinate.
    pub(super) fn around(&self, trial: &[f64], rng: &mut dyn Rng) -> Point {
        let mut point = trial.to_vec();
        for (x, own) in point.iter_mut().zip(&self.axes) {
            if let Axis::Choice(count) = own.axis
                && !(0.0..as_f64(count)).contains(x)
            {
                *x = f64::NAN;
            }
        }
        self.settle(&mut point, rng);
        point
    }

    /// Moves some coordinates of a point, by normal steps of this scale or to another choice.
    pub(super) fn moved(&self, point: &Point, scale: f64, rng: &mut dyn Rng) -> Point {
        let mut moved = point.clone();
        let active: Vec<usize> = (0..point.len())
            .filter(|place| !point[*place].is_nan())
            .collect();
        let Some(last) = active.len().checked_sub(1) else {
            return moved;
        };
        let share = (2.0 / as_f64(active.len())).max(0.3);
        let always = active[rng.random_range(0..=last)];
        for place in active {
            if place == always || rng.random::<f64>() < share {
                let own = &self.axes[place];
                moved[place] = match own.axis {
                    Axis::Choice(_) => own.draw(rng),
                    Axis::Number(interval) if interval.step.is_some() && rng.random::<bool>() => {
                        let up = rng.random::<bool>();
                        step(&interval, point[place], up)
                    }
                    Axis::Number(_) => point[place] + scale * normal(rng),
                };
            }
        }
        self.settle(&mut moved, rng);
        moved
    }

    /// The axes of a point on which a slope leads somewhere.
    pub(super) fn smooth(&self, point: &Point) -> Vec<usize> {
        /// A grid with more places is as good as none.
        const MANY: f64 = 32.0;
        let is_smooth = |place: &usize| match self.axes[*place].axis {
            Axis::Number(interval) => !point[*place].is_nan() && interval.places() > MANY,
            Axis::Choice(_) => false,
        };
        (0..point.len()).filter(is_smooth).collect()
    }

    /// The points that differ from a point by one step of a grid, or by one choice.
    pub(super) fn neighbours(&self, point: &Point, rng: &mut dyn Rng) -> Vec<Point> {
        let mut neighbours = Vec::new();
        for (place, own) in self.axes.iter().enumerate() {
            if point[place].is_nan() {
                continue;
            }
            let others: Vec<f64> = match own.axis {
                Axis::Number(interval) if interval.step.is_some() => {
                    vec![
                        step(&interval, point[place], false),
                        step(&interval, point[place], true),
                        own.draw(rng),
                    ]
                }
                Axis::Number(_) => Vec::new(),
                Axis::Choice(count) if count <= 8 => (0..count).map(as_f64).collect(),
                Axis::Choice(_) => (0..8).map(|_| own.draw(rng)).collect(),
            };
            for other in others {
                let mut neighbour = point.clone();
                neighbour[place] = other;
                self.settle(&mut neighbour, rng);
                neighbours.push(neighbour);
            }
        }
        neighbours
    }

    fn is_active(&self, place: usize, point: &Point) -> bool {
        self.axes[place].when.iter().all(|when| {
            let x = point[when.axis];
            !x.is_nan() && when.test.is_met(self.axes[when.axis].stored(x))
        })
    }
}

impl Dimension<'_> {
    /// Where a parameter stands that is not active.
    fn absent(&self) -> f64 {
        match self.axis {
            Axis::Number(_) => 0.5,
            Axis::Choice(_) => -1.0,
        }
    }

    /// What a trial has of it: a number, or the place of a choice. One that there is no more has a place of its own.
    fn recorded(&self, history: &History, row: u32) -> Option<f64> {
        let column = history.column_of(self.param.name())?;
        let value = *column.values().get(row as usize)?;
        match (self.param.distribution(), column.choices()) {
            _ if value.is_nan() => None,
            (distribution @ Distribution::Categorical(present), Some(_)) => {
                let choice = history.trial(row).value(self.param.name())?;
                let unknown = as_f64(present.len()) + value;
                Some(distribution.stored(&choice).unwrap_or(unknown))
            }
            (Distribution::Float(_) | Distribution::Int(_), None) => Some(value),
            _ => None,
        }
    }

    fn stored(&self, x: f64) -> f64 {
        match self.axis {
            Axis::Number(interval) => interval.value(interval.start + x * interval.width()),
            Axis::Choice(_) => x,
        }
    }

    fn on_grid(&self, x: f64) -> f64 {
        match self.axis {
            Axis::Number(interval) if interval.step.is_some() => {
                coordinate(&interval, self.stored(x))
            }
            Axis::Number(_) => x.clamp(0.0, 1.0),
            Axis::Choice(_) => x,
        }
    }

    fn draw(&self, rng: &mut dyn Rng) -> f64 {
        match self.axis {
            Axis::Number(_) => self.on_grid(rng.random()),
            Axis::Choice(count) => as_f64(rng.random_range(0..count)),
        }
    }
}

fn coordinate(interval: &Interval, value: f64) -> f64 {
    (interval.scaled(value) - interval.start) / interval.width()
}

/// The next place of a grid; the same one at the end.
fn step(interval: &Interval, x: f64, up: bool) -> f64 {
    let value = interval.value(interval.start + x * interval.width());
    let step = interval.step.unwrap_or_default();
    let next = if up { value + step } else { value - step };
    let low = interval.value(interval.start);
    coordinate(interval, interval.value(interval.scaled(next.max(low))))
}

/// A number of the standard normal distribution, by the method of Box and Muller.
fn normal(rng: &mut dyn Rng) -> f64 {
    let (radius, angle): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// A condition, for the numbers that are stored.
fn stored(test: &Test, decides: &Distribution) -> Stored {
    match test {
        Test::Is(labels) => {
            let places = labels
                .iter()
                .map(|label| decides.stored(&label.clone().into()));
            Stored::Is(places.flatten().collect())
        }
        Test::Above(number) => Stored::Above(as_f64(*number)),
    }
}

/// The value of a distribution that has just one.
fn only(distribution: &Distribution) -> f64 {
    match distribution {
        Distribution::Float(range) => range.low(),
        #[allow(
            clippy::cast_precision_loss,
            reason = "declared integers are below 2^53"
        )]
        Distribution::Int(range) => range.low() as f64,
        Distribution::Categorical(_) => 0.0,
    }
}

#[allow(clippy::cast_precision_loss, reason = "there are few choices")]
fn as_f64(count: usize) -> f64 {
    count as f64
}
