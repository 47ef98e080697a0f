//! What the tests of the displays show.

use std::time::Duration;

use super::{EndedTrial, Progress};
use crate::id::{StateCounts, TrialNumber, TrialState};
use crate::params::Params;
use crate::space::distribution::Distribution;
use crate::space::{FloatDomain, IntDomain};

pub(super) fn trial() -> EndedTrial {
    let mut params = Params::default();
    params.push(
        "lr",
        Distribution::Float(FloatDomain::new(1e-5, 0.1).log()),
        3e-4,
    );
    params.push("layers\u{1b}", Distribution::Int(IntDomain::new(1, 8)), 3.0);
    EndedTrial {
        number: TrialNumber(37),
        state: TrialState::Complete,
        values: vec![0.9612],
        reason: None,
        params,
        ended: chrono::DateTime::from_timestamp(1_800_000_000, 0)
            .unwrap()
            .naive_utc(),
        duration: Duration::from_millis(12_345),
    }
}

pub(super) fn counts(numbers: [(TrialState, usize); 4]) -> StateCounts {
    let mut counts = StateCounts::default();
    for (state, number) in numbers {
        counts.add(state, number);
    }
    counts
}

pub(super) fn progress() -> Progress {
    Progress {
        objectives: 1,
        run: counts([
            (TrialState::Running, 4),
            (TrialState::Complete, 34),
            (TrialState::Pruned, 2),
            (TrialState::Fail, 1),
        ]),
        trials: Some(200),
        best: Some((TrialNumber(23), 0.9612)),
        last_failure: Some("out of memory".to_owned()),
        elapsed: Duration::from_secs(75),
        per_minute: Some(1.9),
        remaining: Some(Duration::from_secs(86 * 60)),
        ..Progress::default()
    }
}
