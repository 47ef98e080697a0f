//! A line for each trial.

use std::fmt::Write as _;
use std::io::Write;

use super::{EndedTrial, GAP, Progress, ProgressDisplay};
use crate::shown::{Shown, shown};

/// Writes a line for each trial that has ended.
pub(super) struct Log<W> {
    to: W,
    /// A line could not be written.
    is_closed: bool,
}

impl<W: Write + Send> Log<W> {
    pub(super) fn new(to: W) -> Self {
        let is_closed = false;
        Self { to, is_closed }
    }
}

impl<W: Write + Send> ProgressDisplay for Log<W> {
    fn trial_ended(&mut self, trial: &EndedTrial, progress: &Progress) {
        // In one piece: other processes may write into the same file.
        let line = line(trial, progress) + "\n";
        self.is_closed |= self.to.write_all(line.as_bytes()).is_err();
    }

    fn is_live(&self) -> bool {
        false
    }

    fn is_closed(&self) -> bool {
        self.is_closed
    }
}

/// One line about a trial that has ended.
fn line(trial: &EndedTrial, progress: &Progress) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TrialState;
    use crate::progress::samples;

    /// Whatever is read from it ended long ago.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn each_trial_is_one_line() {
        let (mut written, trial) = (Vec::new(), samples::trial());
        let mut log = Log::new(&mut written);
        log.trial_ended(&trial, &Progress::default());
        log.trial_ended(&trial, &Progress::default());
        log.finish(&Progress::default());
        assert!(!log.is_closed());
        assert_eq!(String::from_utf8(written).unwrap().lines().count(), 2);
    }

    #[test]
    fn a_log_that_nobody_reads_is_closed() {
        let mut log = Log::new(Closed);
        log.trial_ended(&samples::trial(), &Progress::default());
        assert!(log.is_closed());
    }

    #[test]
    fn a_log_has_all_of_a_trial_in_one_line() {
        let (mut ended, progress) = (samples::trial(), samples::progress());
        assert_eq!(
            line(&ended, &Progress::default()),
            r"2027-01-15T08:00:00Z  trial 37 COMPLETE 0.9612 in 12.3s  lr=0.0003 layers\u{1b}=3"
        );
        assert_eq!(
            line(&ended, &progress),
            r"2027-01-15T08:00:00Z  trial 37 COMPLETE 0.9612 in 12.3s  lr=0.0003 layers\u{1b}=3  best 0.9612 #23"
        );
        (ended.state, ended.params) = (TrialState::Fail, crate::Params::default());
        (ended.values, ended.reason) = (Vec::new(), Some("no\nluck".to_owned()));
        assert_eq!(
            line(&ended, &progress),
            r"2027-01-15T08:00:00Z  trial 37 FAIL (no\nluck) in 12.3s  best 0.9612 #23"
        );
        (ended.state, ended.values) = (TrialState::Complete, vec![1.0, f64::INFINITY]);
        ended.reason = None;
        assert_eq!(
            line(&ended, &Progress::default()),
            "2027-01-15T08:00:00Z  trial 37 COMPLETE 1.0 inf in 12.3s"
        );
    }
}
