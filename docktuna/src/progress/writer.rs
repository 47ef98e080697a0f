//! A standard error that other lines can be written to while a bar is shown.

use std::io::{self, Write};

/// Standard error for lines that appear while [`progress(true)`](crate::Optimize::progress) shows a bar: the bar makes
/// way for them, and comes back below. Where no bar is shown, it is standard error and nothing else.
///
/// Give it to `tracing-subscriber` in place of `std::io::stderr`:
///
/// ```no_run
/// tracing_subscriber::fmt().with_writer(docktuna::ProgressWriter::stderr).init();
/// ```
///
/// Lines of `tracing-subscriber` go to standard output by default, which is the same terminal: there, too, this writer
/// should be used.
#[derive(Debug)]
pub struct ProgressWriter(());

impl ProgressWriter {
    /// Standard error.
    #[must_use]
    pub fn stderr() -> Self {
        Self(())
    }
}

impl Write for ProgressWriter {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.write_all(text)?;
        Ok(text.len())
    }

    fn write_all(&mut self, text: &[u8]) -> io::Result<()> {
        let write = || io::stderr().lock().write_all(text);
        #[cfg(feature = "progress")]
        return super::bar::aside(write);
        #[cfg(not(feature = "progress"))]
        return write();
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
