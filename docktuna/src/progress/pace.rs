//! How fast trials end, and how long the rest will take.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How many ends the rate is taken from: enough to be calm, and few enough to follow workers that come and go.
const REMEMBERED: usize = 128;

/// When how many trials had ended.
#[derive(Debug, Default)]
pub(crate) struct Pace(VecDeque<(Instant, usize)>);

impl Pace {
    /// Notes that `done` trials have ended. What had ended at the first call is not counted.
    pub(crate) fn note(&mut self, now: Instant, done: usize) {
        if self.0.back().is_some_and(|(_, last)| *last >= done) {
            return;
        }
        self.0.push_back((now, done));
        if self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
    }

    /// How many end in a minute.
    pub(crate) fn per_minute(&self, now: Instant) -> Option<f64> {
        let ((began, before), (_, done)) = (self.0.front()?, self.0.back()?);
        let minutes = now.saturating_duration_since(*began).as_secs_f64() / 60.0;
        #[allow(clippy::cast_precision_loss, reason = "few trials end")]
        let ended = (done - before) as f64;
        (ended > 0.0 && minutes > 0.0).then(|| ended / minutes)
    }
}

/// How long `left` trials take.
pub(crate) fn remaining(left: usize, per_minute: f64) -> Option<Duration> {
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    let seconds = left as f64 / per_minute * 60.0;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(began: Instant, seconds: u64) -> Instant {
        began + Duration::from_secs(seconds)
    }

    #[test]
    fn what_had_ended_before_is_not_counted() {
        let (began, mut pace) = (Instant::now(), Pace::default());
        pace.note(began, 100);
        assert_eq!(pace.per_minute(after(began, 30)), None);
        pace.note(after(began, 30), 103);
        assert_eq!(pace.per_minute(after(began, 60)), Some(3.0));
    }

    #[test]
    fn an_old_rate_is_forgotten() {
        let (began, mut pace) = (Instant::now(), Pace::default());
        for i in 0..1000 {
            pace.note(after(began, i), usize::try_from(i).unwrap());
        }
        for i in 0..200 {
            pace.note(
                after(began, 1000 + 60 * i),
                usize::try_from(1000 + i).unwrap(),
            );
        }
        let rate = pace.per_minute(after(began, 1000 + 60 * 199)).unwrap();
        assert!((rate - 1.0).abs() < 1e-9, "{rate}");
    }

    #[test]
    fn the_rest_is_estimated_unless_it_takes_for_ever() {
        assert_eq!(remaining(30, 6.0), Some(Duration::from_secs(300)));
        assert_eq!(remaining(usize::MAX, 1e-300), None);
    }
}
