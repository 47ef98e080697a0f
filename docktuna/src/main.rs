//! The command `docktuna`.

use std::process::ExitCode;

fn main() -> ExitCode {
    docktuna::cli::main()
}
