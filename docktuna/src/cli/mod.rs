//! The command `docktuna`.

use std::process::ExitCode;

/// Runs the command with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
