//! The command `docktuna`, for the tests of this package.

use std::process::ExitCode;

fn main() -> ExitCode {
    docktuna::cli::main()
}
