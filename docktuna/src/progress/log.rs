//! A line for each trial.

use std::io::Write;

use super::{EndedTrial, Progress, ProgressDisplay, text};

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
        let line = text::trial(trial, progress) + "\n";
        self.is_closed |= self.to.write_all(line.as_bytes()).is_err();
    }

    fn is_live(&self) -> bool {
        false
    }

    fn is_closed(&self) -> bool {
        self.is_closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::text::samples;

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
}
