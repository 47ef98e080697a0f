//! What the trials of a study tell the model.

use super::cube::Cube;
use super::kernel::Points;
use super::targets::Targets;
use crate::id::{TrialNumber, TrialState};
use crate::sampler::history::History;

/// The trials of a study as points, those with a target first.
pub(super) struct Observed {
    pub(super) points: Points,
    pub(super) targets: Vec<f64>,
    /// The losses that were measured; these trials come first, in the order of their numbers.
    pub(super) losses: Vec<f64>,
    /// The numbers of these trials.
    pub(super) numbers: Vec<i32>,
    /// The points of the best of them, the best first.
    pub(super) best: Vec<Vec<f64>>,
}

/// So many trials are the best.
const BEST: usize = 5;

impl Observed {
    /// What is known, for the trial with the number `own`.
    ///
    /// Complete trials that break no constraint are measured. One that breaks a constraint counts as bad as the
    /// worst. A pruned trial, for which there is only a report, and a failed one count as no better than the median:
    /// the report of a pruned one is not its result, and without a target the model would suggest the place of a
    /// failure again and again. Trials that run have no target.
    pub(super) fn new(cube: &Cube<'_>, history: &History, own: Option<TrialNumber>) -> Self {
        let (mut measured, mut others) = (Vec::new(), Vec::new());
        let (mut losses, mut numbers) = (Vec::new(), Vec::new());
        for row in history.rows_by_number().iter().copied() {
            let trial = history.trial(row);
            let Some(point) = cube.of_trial(history, row) else {
                continue;
            };
            let feasible = trial.violation() <= 0.0;
            if trial.state() == TrialState::Complete && feasible {
                losses.push(trial.losses()[0]);
                numbers.push(trial.number().0);
                measured.push(point);
                continue;
            }
            let report = match (trial.state(), trial.last_report()) {
                (TrialState::Pruned, Some((_, value))) if !value.is_nan() => {
                    history.directions()[0].loss(value)
                }
                _ => f64::NEG_INFINITY,
            };
            let loss = if feasible { report } else { f64::INFINITY };
            others.push((point, loss));
        }
        let scale = Targets::of(&losses);
        let mut targets: Vec<f64> = losses.iter().map(|loss| scale.target(*loss)).collect();
        let mut order: Vec<usize> = (0..targets.len()).collect();
        order.sort_by(|a, b| targets[*a].total_cmp(&targets[*b]));
        let median = order
            .get(order.len() / 2)
            .map_or(0.0, |place| targets[*place]);
        let best = order
            .iter()
            .take(BEST)
            .map(|place| measured[*place].clone());
        let best = best.collect();

        let mut points = Points::new(cube.unordered());
        measured.iter().for_each(|point| points.push(point));
        for (point, loss) in others {
            points.push(&point);
            targets.push(scale.target(loss).max(median));
        }
        for row in history.running_rows() {
            if Some(history.trial(row).number()) != own
                && let Some(point) = cube.of_trial(history, row)
            {
                points.push(&point);
            }
        }
        Self {
            points,
            targets,
            losses,
            numbers,
            best,
        }
    }
}
