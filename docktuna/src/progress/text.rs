//! The texts of the displays.

use std::fmt::Write;
use std::time::Duration;

use super::{EndedTrial, Progress};
use crate::id::TrialState;
use crate::shown::{Shown, shown};

/// What stands between two parts.
const GAP: &str = "  ";
/// The rank of the remaining time.
#[cfg(feature = "progress")]
const ETA: u8 = 2;
/// Shorter than this, a reason says nothing.
#[cfg(feature = "progress")]
const SHORTEST_REASON: usize = 8;

/// One line about a trial that has ended.
pub(super) fn trial(trial: &EndedTrial, progress: &Progress) -> String {
    let mut line = trial.ended.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let _ = write!(line, "{GAP}trial {} {}", trial.number, trial.state);
    for value in &trial.values {
        let _ = write!(line, " {value:?}");
    }
    if let Some(reason) = &trial.reason {
        let _ = write!(line, " ({})", shown(reason));
    }
    let _ = write!(line, " in {:.1?}", trial.duration);
    for (i, parameter) in trial.params.iter().enumerate() {
        let gap = if i == 0 { GAP } else { " " };
        let (name, value) = (Shown(parameter.name()), parameter.value());
        let _ = write!(line, "{gap}{name}={value}");
    }
    if let Some((number, value)) = progress.best {
        let _ = write!(line, "{GAP}best {value:?} #{number}");
    }
    line
}

/// The parts of the line that a terminal shows, in their order. Each has the rank by which it is kept where there is
/// little room, 0 before 1.
#[cfg(feature = "progress")]
struct Part {
    rank: u8,
    text: String,
}

/// The line that a terminal shows, in at most `width` columns if that is possible at all.
#[cfg(feature = "progress")]
pub(super) fn line(progress: &Progress, width: usize) -> String {
    let reason = progress.last_failure.as_deref().map(shown);
    let whole = joined(&parts(progress, reason.as_deref()));
    let excess = console::measure_text_width(&whole).saturating_sub(width);
    if excess == 0 {
        return whole;
    }
    let reason = reason.and_then(|reason| {
        let room = console::measure_text_width(&reason).checked_sub(excess)?;
        let short = console::truncate_str(&reason, room, "…").into_owned();
        (room >= SHORTEST_REASON).then_some(short)
    });
    let mut parts = parts(progress, reason.as_deref());
    loop {
        let line = joined(&parts);
        if parts.len() == 1 || console::measure_text_width(&line) <= width {
            return console::truncate_str(&line, width, "…").into_owned();
        }
        let least = parts.iter().map(|part| part.rank).max();
        parts.retain(|part| Some(part.rank) != least);
    }
}

/// The line that stays on the terminal when the run has ended.
#[cfg(feature = "progress")]
pub(super) fn last_line(progress: &Progress) -> String {
    let reason = progress.last_failure.as_deref().map(shown);
    let mut parts = parts(progress, reason.as_deref());
    parts.retain(|part| part.rank != ETA);
    let line = joined(&parts);
    format!("{line}{GAP}in {}", span(progress.elapsed))
}

#[cfg(feature = "progress")]
fn joined(parts: &[Part]) -> String {
    let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
    texts.join(GAP)
}

#[cfg(feature = "progress")]
fn parts(progress: &Progress, reason: Option<&str>) -> Vec<Part> {
    let (counts, done) = (progress.counts(), progress.done());
    let mut parts = Vec::new();
    let mut part = |rank, text: String| parts.push(Part { rank, text });
    match progress.total() {
        Some(total) => part(0, format!("{done}/{total}")),
        None if done == 1 => part(0, "1 trial".to_owned()),
        None => part(0, format!("{done} trials")),
    }
    let running = counts.of(TrialState::Running);
    if running > 0 {
        part(4, format!("{running} running"));
    }
    let pruned = counts.of(TrialState::Pruned);
    if pruned > 0 {
        part(5, format!("{pruned} pruned"));
    }
    let failed = counts.of(TrialState::Fail);
    match reason {
        _ if failed == 0 => {}
        Some(reason) => part(3, format!("{failed} failed (last: {reason})")),
        None => part(3, format!("{failed} failed")),
    }
    if let Some((number, value)) = progress.best {
        part(1, format!("best {} #{number}", short(value)));
    }
    if let Some(per_minute) = progress.per_minute {
        part(6, rate(per_minute));
    }
    if let Some(remaining) = progress.remaining {
        part(ETA, format!("ETA {}", span(remaining)));
    }
    parts
}

/// A number in a few characters.
#[cfg(feature = "progress")]
fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || !size.is_finite() {
        format!("{value}")
    } else if (1e-3..1e6).contains(&size) {
        let text = format!("{value:.4}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        format!("{value:.3e}")
    }
}

#[cfg(feature = "progress")]
fn rate(per_minute: f64) -> String {
    if per_minute >= 600.0 {
        format!("{:.0}/s", per_minute / 60.0)
    } else if per_minute >= 1.0 {
        format!("{per_minute:.1}/min")
    } else {
        format!("{:.1}/h", per_minute * 60.0)
    }
}

/// A time in its two largest units.
#[cfg(feature = "progress")]
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m{:02}s", seconds % 60),
        (0, _, _) => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{:02}h", hours % 24),
    }
}

/// What the tests of the displays show.
#[cfg(test)]
pub(super) mod samples {
    use super::*;
    use crate::id::{StateCounts, TrialNumber};
    use crate::params::Params;
    use crate::space::distribution::Distribution;
    use crate::space::{FloatDomain, IntDomain};

    pub(in crate::progress) fn trial() -> EndedTrial {
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

    pub(in crate::progress) fn counts(numbers: [(TrialState, usize); 4]) -> StateCounts {
        let mut counts = StateCounts::default();
        for (state, number) in numbers {
            counts.add(state, number);
        }
        counts
    }

    pub(in crate::progress) fn progress() -> Progress {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "progress")]
    use crate::id::{StateCounts, TrialNumber};

    #[test]
    fn a_log_has_all_of_a_trial_in_one_line() {
        let (mut ended, progress) = (samples::trial(), samples::progress());
        assert_eq!(
            trial(&ended, &Progress::default()),
            r"2027-01-15T08:00:00Z  trial 37 COMPLETE 0.9612 in 12.3s  lr=0.0003 layers\u{1b}=3"
        );
        assert_eq!(
            trial(&ended, &progress),
            r"2027-01-15T08:00:00Z  trial 37 COMPLETE 0.9612 in 12.3s  lr=0.0003 layers\u{1b}=3  best 0.9612 #23"
        );
        (ended.state, ended.params) = (TrialState::Fail, crate::Params::default());
        (ended.values, ended.reason) = (Vec::new(), Some("no\nluck".to_owned()));
        assert_eq!(
            trial(&ended, &progress),
            r"2027-01-15T08:00:00Z  trial 37 FAIL (no\nluck) in 12.3s  best 0.9612 #23"
        );
        (ended.state, ended.values) = (TrialState::Complete, vec![1.0, f64::INFINITY]);
        ended.reason = None;
        assert_eq!(
            trial(&ended, &Progress::default()),
            "2027-01-15T08:00:00Z  trial 37 COMPLETE 1.0 inf in 12.3s"
        );
    }

    #[cfg(feature = "progress")]
    #[test]
    fn the_line_of_a_terminal_has_what_there_is_room_for() {
        let whole = "37/200  4 running  2 pruned  1 failed (last: out of memory)  best 0.9612 #23  1.9/min  ETA 1h26m";
        let progress = samples::progress();
        let last = "37/200  4 running  2 pruned  1 failed (last: out of memory)  best 0.9612 #23  1.9/min  in 1m15s";
        assert_eq!(last_line(&progress), last);
        for (width, shown) in [
            (200, whole),
            (98, whole),
            (
                93,
                "37/200  4 running  2 pruned  1 failed (last: out of me…)  best 0.9612 #23  1.9/min  ETA 1h26m",
            ),
            (
                82,
                "37/200  4 running  2 pruned  1 failed  best 0.9612 #23  1.9/min  ETA 1h26m",
            ),
            (
                70,
                "37/200  4 running  2 pruned  1 failed  best 0.9612 #23  ETA 1h26m",
            ),
            (
                59,
                "37/200  4 running  1 failed  best 0.9612 #23  ETA 1h26m",
            ),
            (50, "37/200  1 failed  best 0.9612 #23  ETA 1h26m"),
            (40, "37/200  best 0.9612 #23  ETA 1h26m"),
            (30, "37/200  best 0.9612 #23"),
            (10, "37/200"),
            (4, "37/…"),
        ] {
            assert_eq!(line(&progress, width), shown, "{width}");
        }
    }

    #[cfg(feature = "progress")]
    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let mut progress = samples::progress();
        progress.last_failure = Some("内存不足 \u{1b}[31m 内存不足".repeat(4));
        for width in 1..300 {
            let line = line(&progress, width);
            assert!(console::measure_text_width(&line) <= width, "{line}");
            assert!(!line.contains('\u{1b}'));
        }
    }

    #[cfg(feature = "progress")]
    #[test]
    fn only_what_is_known_is_in_the_line() {
        let mut progress = Progress::default();
        assert_eq!(line(&progress, 500), "0 trials");
        progress.run.add(TrialState::Complete, 1);
        progress.best = Some((TrialNumber(0), 1.25e-7));
        assert_eq!(line(&progress, 500), "1 trial  best 1.250e-7 #0");
    }

    #[cfg(feature = "progress")]
    #[test]
    fn the_limit_of_which_less_is_left_is_shown() {
        let mut progress = samples::progress();
        progress.max_total = Some(1000);
        assert!(line(&progress, 500).starts_with("37/200  4 running"));
        let mut fleet = StateCounts::default();
        fleet.add(TrialState::Complete, 500);
        progress.fleet = Some(fleet);
        assert!(line(&progress, 500).starts_with("37/200  4 running"));
        fleet.add(TrialState::Fail, 400);
        fleet.add(TrialState::Running, 16);
        progress.fleet = Some(fleet);
        assert!(line(&progress, 500).starts_with("900/1000  16 running  400 failed"));
        progress.trials = None;
        assert_eq!(progress.total(), Some(1000));
    }

    #[cfg(feature = "progress")]
    #[test]
    fn numbers_and_times_are_short() {
        for (value, text) in [
            (0.96123, "0.9612"),
            (-12.0, "-12"),
            (0.0, "0"),
            (1e300, "1.000e300"),
            (0.0001, "1.000e-4"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(short(value), text);
        }
        for (per_minute, text) in [(1.94, "1.9/min"), (0.5, "30.0/h"), (6000.0, "100/s")] {
            assert_eq!(rate(per_minute), text);
        }
        for (seconds, text) in [
            (59, "59s"),
            (61, "1m01s"),
            (5160, "1h26m"),
            (90_000, "1d01h"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }
}
