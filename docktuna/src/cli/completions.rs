//! `docktuna completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Arguments;
use super::context::Context;
use super::failure::Failure;
use super::output::Output;

/// Print a script that completes the arguments in a shell.
///
/// For bash: docktuna completions bash > ~/.local/share/bash-completion/completions/docktuna
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, _: &Context) -> Result<(), Failure> {
        // Into memory: it does not expect that it cannot be written.
        let mut script = Vec::new();
        clap_complete::generate(
            self.shell,
            &mut Arguments::command(),
            "docktuna",
            &mut script,
        );
        let mut output = Output::new();
        output.raw(&script)?;
        output.flush()
    }
}
