//! Command lines: values with messages that name the option, and the exit codes.

use std::fmt::Display;
use std::process::ExitCode;
use std::str::FromStr;

use lexopt::Parser;
use lexopt::ValueExt as _;

/// The value of `option`, read as a `T`; `expected` says in words what that is.
///
/// # Errors
///
/// If there is none, or it is no `T`; the message names the option.
pub fn value<T: FromStr>(
    parser: &mut Parser,
    option: &str,
    expected: &str,
) -> Result<T, lexopt::Error> {
    let text = parser.value()?.string()?;
    text.parse()
        .map_err(|_| format!("{option} {text}: expected {expected}").into())
}

/// Runs a program: exit code 2 with a hint for arguments that cannot be used, 1 with the error's
/// text for a failure. `arguments` are `None` where the user asked for help, which is `usage`.
pub fn run<A, E: Display>(
    usage: &str,
    arguments: Result<Option<A>, lexopt::Error>,
    program: impl FnOnce(A) -> Result<(), E>,
) -> ExitCode {
    match arguments {
        Ok(Some(arguments)) => match program(arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
        },
        Ok(None) => {
            println!("{usage}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}\nhelp: --help lists the options");
            ExitCode::from(2)
        }
    }
}
