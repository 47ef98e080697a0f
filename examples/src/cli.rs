//! Command lines, and the exit codes of programs.

use std::fmt::Display;
use std::process::ExitCode;

use clap::Parser;

/// Runs a program with its arguments: exit code 2 with a hint for arguments that cannot be used, 1 with
/// the error's text for a failure.
pub fn run<A: Parser, E: Display>(program: impl FnOnce(A) -> Result<(), E>) -> ExitCode {
    match program(A::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
