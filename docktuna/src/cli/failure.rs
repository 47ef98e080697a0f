//! How the command ends.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::error::Error;
use crate::shown::shown;

/// Why the command did not do what was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// The arguments make no sense together, or for this study.
    Usage(String),
    /// Something else, in the user's words.
    Message(String),
    /// The library's error.
    Error(Box<Error>),
    /// Standard output was closed by who read it.
    Closed,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::SeveralObjectives { study, objectives } => Self::Message(format!(
                "study {study:?} has {objectives} objectives, so no single trial is best; help: `docktuna best {study} \
                 --pareto` lists those that no other trial beats"
            )),
            error => Self::Error(error.into()),
        }
    }
}

/// Of standard output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Message(format!("standard output cannot be written: {error}")),
        }
    }
}

/// Says what went wrong. A reader that has read enough, such as `head`, is no failure.
pub(super) fn exit_code(outcome: Result<(), Failure>) -> ExitCode {
    let (text, code) = match outcome {
        Ok(()) | Err(Failure::Closed) => return ExitCode::SUCCESS,
        Err(Failure::Usage(text)) => (text, 2),
        Err(Failure::Message(text)) => (text, 1),
        Err(Failure::Error(error)) => (error.to_string(), 1),
    };
    say(&format!("error: {text}"));
    ExitCode::from(code)
}

/// A message for a person. Standard error may be closed.
pub(super) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", shown(text));
}

/// `no trial`, `1 trial`, `2 trials`.
pub(super) fn trials(count: usize) -> String {
    match count {
        0 => "no trial".to_owned(),
        1 => "1 trial".to_owned(),
        count => format!("{count} trials"),
    }
}
