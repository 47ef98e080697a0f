//! A bar on a terminal.

use std::io::{Write, stderr};
use std::sync::LazyLock;

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{EndedTrial, Progress, ProgressDisplay, text};

/// The columns of the bar itself, with the gap behind it. It is left out where they are needed for the text.
const BAR: usize = 22;
/// The fewest columns at which there is a bar.
const WIDE: usize = 90;

/// All bars of the process: several runs may be shown at once.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Writes lines of others, for which the bars make way.
pub(super) fn aside<T>(write: impl FnOnce() -> T) -> T {
    BARS.suspend(write)
}

/// A line at the bottom of a terminal that is rewritten.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        Self(BARS.add(ProgressBar::no_length()))
    }

    fn draw(&self, progress: &Progress) {
        let width = Term::stderr()
            .size_checked()
            .map_or(80, |(_, columns)| columns.into());
        let total = progress.total().filter(|_| width >= WIDE);
        let (template, room) = match total {
            Some(_) => ("{bar:20}  {msg}", width - BAR),
            None => ("{msg}", width),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style.progress_chars("=> "));
        }
        self.0.set_length(total.map_or(0, |total| total as u64));
        self.0.set_position(progress.done() as u64);
        // The last column stays free: some terminals break the line there.
        self.0
            .set_message(text::line(progress, room.saturating_sub(1)));
        self.0.tick();
    }

    fn remove(&self) {
        self.0.finish_and_clear();
        BARS.remove(&self.0);
    }
}

impl ProgressDisplay for Bar {
    fn trial_ended(&mut self, _: &EndedTrial, progress: &Progress) {
        self.draw(progress);
    }

    fn update(&mut self, progress: &Progress) {
        self.draw(progress);
    }

    /// Leaves the last numbers behind as a usual line.
    fn finish(&mut self, progress: &Progress) {
        self.remove();
        let line = text::last_line(progress) + "\n";
        // A terminal that was closed is no reason to stop.
        let _ = aside(|| stderr().lock().write_all(line.as_bytes()));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.remove();
    }
}
