//! Which trials are good.

use super::hypervolume;
use super::rank::ranks;
use super::weights;
use crate::id::{TrialNumber, TrialState};
use crate::sampler::history::{History, signed};

/// The trials that count, both lists in the order of their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::sampler) struct Split {
    /// The good ones.
    pub(super) below: Vec<u32>,
    /// The others; those that run are among them.
    pub(super) above: Vec<u32>,
}

impl Split {
    /// The split of a study; running trials count as bad if `liars`, but not the one with the number
    /// `own`.
    pub(super) fn of(history: &History, liars: bool, own: Option<TrialNumber>) -> Self {
        let mut count = weights::good(history.finished(), history.directions().len());
        let mut is_good = vec![false; history.rows()];
        let Ranked {
            complete,
            pruned,
            infeasible,
        } = Ranked::of(history);
        let good = best_complete(history, complete, count);
        count -= good.len();
        let others = [pruned, infeasible].into_iter().map(|list| {
            let best = smallest(list, count);
            count -= best.len();
            best
        });
        for row in others.flatten().chain(good) {
            is_good[row as usize] = true;
        }

        let mut split = Self::default();
        let counts = |row: &u32| counts(history, *row);
        for row in history.rows_by_number().iter().copied().filter(counts) {
            if is_good[row as usize] {
                split.below.push(row);
            } else {
                split.above.push(row);
            }
        }
        if liars {
            let number = |row: &u32| history.trial(*row).number();
            let others = history
                .running_rows()
                .filter(|row| Some(number(row)) != own);
            split.above.extend(others);
            // One pass where nothing is out of order.
            split.above.sort_by_key(number);
        }
        split
    }
}

fn counts(history: &History, row: u32) -> bool {
    matches!(
        history.trial(row).state(),
        TrialState::Complete | TrialState::Pruned
    )
}

/// Each trial with what it is compared by, smaller being better; in the order of their numbers.
#[derive(Default)]
struct Ranked {
    /// By the loss, if there is one objective.
    complete: Vec<(u32, [f64; 2])>,
    /// By the last step, the latest first, and by the loss there.
    pruned: Vec<(u32, [f64; 2])>,
    /// By how much they break their constraints.
    infeasible: Vec<(u32, [f64; 2])>,
}

impl Ranked {
    fn of(history: &History) -> Self {
        let mut ranked = Self::default();
        let rows = history.rows_by_number().iter().copied();
        for row in rows.filter(|row| counts(history, *row)) {
            let trial = history.trial(row);
            let violation = trial.violation();
            if violation > 0.0 {
                ranked.infeasible.push((row, [violation, 0.0]));
            } else if trial.state() == TrialState::Complete {
                ranked.complete.push((row, [trial.losses()[0], 0.0]));
            } else {
                let report = trial.last_report().map(|(step, value)| {
                    let loss = signed(history.directions()[0], value);
                    [
                        -f64::from(step),
                        if loss.is_nan() { f64::INFINITY } else { loss },
                    ]
                });
                ranked
                    .pruned
                    .push((row, report.unwrap_or([f64::INFINITY; 2])));
            }
        }
        ranked
    }
}

/// The best `count` complete trials.
fn best_complete(history: &History, complete: Vec<(u32, [f64; 2])>, count: usize) -> Vec<u32> {
    if history.directions().len() == 1 {
        return smallest(complete, count);
    }
    if count >= complete.len() {
        return complete.into_iter().map(|(row, _)| row).collect();
    }
    let rows: Vec<u32> = complete.into_iter().map(|(row, _)| row).collect();
    let losses: Vec<&[f64]> = rows
        .iter()
        .map(|row| history.trial(*row).losses())
        .collect();
    let mut best = Vec::with_capacity(count);
    for rank in ranks(&losses, count) {
        let missing = count - best.len();
        if rank.len() <= missing {
            best.extend(rank.into_iter().map(|i| rows[i]));
            continue;
        }
        let of_rank: Vec<&[f64]> = rank.iter().map(|i| losses[*i]).collect();
        let reference = hypervolume::reference_point(&of_rank);
        let chosen = hypervolume::subset(&of_rank, missing, &reference);
        best.extend(chosen.into_iter().map(|i| rows[rank[i]]));
        break;
    }
    best
}

/// The `count` smallest, the first of equal ones.
fn smallest(mut list: Vec<(u32, [f64; 2])>, count: usize) -> Vec<u32> {
    if count == 0 {
        return Vec::new();
    }
    let places: Vec<usize> = (0..list.len()).collect();
    let mut keyed: Vec<(usize, (u32, [f64; 2]))> = places.into_iter().zip(list.drain(..)).collect();
    let compare = |a: &(usize, (u32, [f64; 2])), b: &(usize, (u32, [f64; 2]))| {
        let ([a0, a1], [b0, b1]) = (a.1.1, b.1.1);
        a0.total_cmp(&b0)
            .then_with(|| a1.total_cmp(&b1))
            .then_with(|| a.0.cmp(&b.0))
    };
    if count < keyed.len() {
        keyed.select_nth_unstable_by(count, compare);
        keyed.truncate(count);
    }
    keyed.into_iter().map(|(_, (row, _))| row).collect()
}
