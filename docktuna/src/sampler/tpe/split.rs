//! Which trials are good.

use std::cmp::Ordering;

use super::hypervolume;
use super::rank::ranks;
use super::weights;
use crate::id::{TrialNumber, TrialState};
use crate::sampler::history::{Column, History};

/// The trials that count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::sampler) struct Split {
    /// The good ones, the best first.
    pub(super) good: Vec<u32>,
    /// The others in the order of their numbers; those that run are among them.
    pub(super) above: Vec<u32>,
}

impl Split {
    /// The split of the trials that have a value in the column `among`, or of all; running trials
    /// count as bad if `liars`, but not the one with the number `own`.
    pub(super) fn of(
        history: &History,
        among: Option<&Column>,
        liars: bool,
        own: Option<TrialNumber>,
    ) -> Self {
        let has = |row: &u32| among.is_none_or(|column| column.has(*row));
        let rows = history.rows_by_number().iter().copied().filter(has);
        let rows: Vec<u32> = rows.filter(|row| counts(history, *row)).collect();
        let count = weights::good(rows.len(), history.directions().len());
        let ranked = Ranked::of(history, &rows, count);
        let mut good = ranked.best_complete(history, count);
        for list in [ranked.pruned, ranked.infeasible] {
            good.extend(list.smallest(count - good.len()));
        }

        let mut is_good = vec![false; history.rows()];
        good.iter().for_each(|row| is_good[*row as usize] = true);
        let bad = rows.into_iter().filter(|row| !is_good[*row as usize]);
        let mut above: Vec<u32> = bad.collect();
        if liars {
            let number = |row: &u32| history.trial(*row).number();
            let others = history
                .running_rows()
                .filter(|row| Some(number(row)) != own);
            let last = above.len().saturating_sub(1);
            above.extend(others);
            if !above[last..].is_sorted_by_key(number) {
                above.sort_by_key(number);
            }
        }
        Self { good, above }
    }

    /// The good ones in the order of their numbers.
    pub(super) fn below(&self, history: &History) -> Vec<u32> {
        let mut below = self.good.clone();
        below.sort_unstable_by_key(|row| history.trial(*row).number());
        below
    }
}

fn counts(history: &History, row: u32) -> bool {
    matches!(
        history.trial(row).state(),
        TrialState::Complete | TrialState::Pruned
    )
}

/// The trials by what they are compared by, smaller being better.
struct Ranked {
    /// Those with a result, by the loss.
    complete: Smallest,
    /// The same, if there are several objectives: in the order of their numbers.
    several: Vec<u32>,
    /// By the last step, the latest first, and by the loss there.
    pruned: Smallest,
    /// By how much they break their constraints.
    infeasible: Smallest,
}

impl Ranked {
    /// Those of `rows`, as many of each as may be needed.
    fn of(history: &History, rows: &[u32], count: usize) -> Self {
        let mut ranked = Self {
            complete: Smallest::new(count),
            several: Vec::new(),
            pruned: Smallest::new(count),
            infeasible: Smallest::new(count),
        };
        let several = history.directions().len() > 1;
        for row in rows.iter().copied() {
            let trial = history.trial(row);
            let violation = trial.violation();
            if violation > 0.0 {
                ranked.infeasible.push(row, [violation, 0.0]);
            } else if trial.state() == TrialState::Complete {
                if several {
                    ranked.several.push(row);
                } else {
                    ranked.complete.push(row, [trial.losses()[0], 0.0]);
                }
            } else {
                #[allow(clippy::cast_precision_loss, reason = "steps are only ranked")]
                let report = trial.last_report().map(|(step, value)| {
                    let loss = history.directions()[0].loss(value);
                    [
                        -(step as f64),
                        if loss.is_nan() { f64::INFINITY } else { loss },
                    ]
                });
                ranked
                    .pruned
                    .push(row, report.unwrap_or([f64::INFINITY; 2]));
            }
        }
        ranked
    }

    /// The best `count` complete trials, the best first. With several objectives they are in the order of
    /// their ranks, and within a rank each is the one that adds most to the hypervolume of those before it.
    fn best_complete(&self, history: &History, count: usize) -> Vec<u32> {
        if history.directions().len() == 1 {
            return self.complete.smallest(count);
        }
        let rows = &self.several;
        let losses: Vec<&[f64]> = rows
            .iter()
            .map(|row| history.trial(*row).losses())
            .collect();
        let mut best = Vec::with_capacity(count);
        for rank in ranks(&losses, count) {
            let missing = rank.len().min(count - best.len());
            let of_rank: Vec<&[f64]> = rank.iter().map(|i| losses[*i]).collect();
            let reference = hypervolume::reference_point(&of_rank);
            let chosen = hypervolume::subset(&of_rank, missing, &reference);
            best.extend(chosen.into_iter().map(|i| rows[rank[i]]));
        }
        best
    }
}

/// The smallest of many, the first of equal ones.
struct Smallest {
    count: usize,
    /// How many were looked at.
    seen: usize,
    /// What may be among them: what each is compared by, which one it was, and its trial.
    candidates: Vec<([f64; 2], usize, u32)>,
    /// One that is not among them, nor is what is not smaller.
    bound: Option<[f64; 2]>,
}

impl Smallest {
    fn new(count: usize) -> Self {
        Self {
            count,
            seen: 0,
            candidates: Vec::new(),
            bound: None,
        }
    }

    fn push(&mut self, row: u32, by: [f64; 2]) {
        self.seen += 1;
        // Equal ones came before.
        if self
            .bound
            .is_some_and(|bound| !compare(&by, &bound).is_lt())
        {
            return;
        }
        self.candidates.push((by, self.seen, row));
        if self.candidates.len() > 2 * self.count + 32 {
            self.candidates
                .select_nth_unstable_by(self.count, |a, b| compare(&a.0, &b.0).then(a.1.cmp(&b.1)));
            self.bound = Some(self.candidates[self.count].0);
            self.candidates.truncate(self.count);
        }
    }

    /// Of those the smallest `count` in order, which is not more than before.
    fn smallest(&self, count: usize) -> Vec<u32> {
        let mut candidates = self.candidates.clone();
        candidates.sort_unstable_by(|a, b| compare(&a.0, &b.0).then(a.1.cmp(&b.1)));
        candidates.truncate(count);
        candidates.into_iter().map(|(_, _, row)| row).collect()
    }
}

fn compare(a: &[f64; 2], b: &[f64; 2]) -> Ordering {
    a[0].total_cmp(&b[0]).then_with(|| a[1].total_cmp(&b[1]))
}
