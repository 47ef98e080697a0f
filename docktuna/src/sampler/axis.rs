//! How one parameter is modelled.

use crate::space::distribution::Distribution;

/// The scale on which one parameter is modelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::sampler) enum Axis {
    /// Numbers, or places of ordered choices.
    Number(Interval),
    /// So many choices without an order.
    Choice(usize),
}

/// A range of numbers, and the interval that stands for it in the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::sampler) struct Interval {
    /// The smallest value.
    low: f64,
    /// The largest value.
    high: f64,
    /// The distance of neighbouring values, if not all are allowed.
    pub(in crate::sampler) step: Option<f64>,
    /// Whether it is modelled in the logarithm.
    pub(in crate::sampler) log: bool,
    /// The ends of the modelled interval: half a step further out, and in the logarithm.
    pub(in crate::sampler) start: f64,
    pub(in crate::sampler) end: f64,
}

impl Axis {
    /// The axis for values of `distribution`; `ordered` says that the order of choices means
    /// something. `None` if there is only one value, which needs no model.
    #[allow(
        clippy::cast_precision_loss,
        reason = "declared integers and numbers of choices are below 2^53"
    )]
    pub(in crate::sampler) fn new(distribution: &Distribution, ordered: bool) -> Option<Self> {
        match distribution {
            Distribution::Float(range) => {
                Interval::new(range.low, range.high, range.step, range.log)
            }
            Distribution::Int(range) => {
                let (low, high) = (range.low as f64, range.high as f64);
                Interval::new(low, high, Some(range.step as f64), range.log)
            }
            Distribution::Categorical(choices) if ordered => {
                Interval::new(0.0, choices.len() as f64 - 1.0, Some(1.0), false)
            }
            Distribution::Categorical(choices) => {
                return (choices.len() > 1).then_some(Self::Choice(choices.len()));
            }
        }
        .map(Self::Number)
    }
}

impl Interval {
    fn new(low: f64, high: f64, step: Option<f64>, log: bool) -> Option<Self> {
        let half = step.map_or(0.0, |step| 0.5 * step);
        let (mut start, mut end) = (low - half, high + half);
        if log {
            (start, end) = (start.ln(), end.ln());
        }
        // Wider than the largest number is a range that cannot be modelled.
        (low < high && (end - start).is_finite()).then_some(Self {
            low,
            high,
            step,
            log,
            start,
            end,
        })
    }

    /// The length of the modelled interval.
    pub(in crate::sampler) fn width(&self) -> f64 {
        self.end - self.start
    }

    /// How many values there are; ∞ without a step.
    pub(in crate::sampler) fn places(&self) -> f64 {
        let steps = self.step.map(|step| (self.high - self.low) / step);
        steps.map_or(f64::INFINITY, |steps| steps.round() + 1.0)
    }

    /// A value on the scale of the model.
    pub(in crate::sampler) fn scaled(&self, value: f64) -> f64 {
        if self.log { value.ln() } else { value }
    }

    /// The allowed value for a place on the scale of the model.
    pub(in crate::sampler) fn value(&self, scaled: f64) -> f64 {
        let mut value = if self.log { scaled.exp() } else { scaled };
        if let Some(step) = self.step {
            value = self.low + ((value - self.low) / step).round_ties_even() * step;
        }
        // The exponential may leave the range by the last bit.
        value.clamp(self.low, self.high)
    }

    /// What stands for a value on the scale of the model: half a step to both sides.
    pub(in crate::sampler) fn cell(&self, value: f64) -> (f64, f64) {
        let half = self.step.map_or(0.0, |step| 0.5 * step);
        (self.scaled(value - half), self.scaled(value + half))
    }
}
