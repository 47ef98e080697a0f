//! `docktuna man`.

use clap::{Args, CommandFactory};

use super::Arguments;
use super::context::Context;
use super::failure::Failure;
use super::output::Output;

/// Print the manual page of the command, or of one subcommand.
///
/// To read it: docktuna man | man -l -
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The subcommand.
    command: Option<String>,
}

impl Man {
    pub(super) fn run(&self, _: &Context) -> Result<(), Failure> {
        let mut arguments = Arguments::command();
        arguments.build();
        let described = match &self.command {
            None => arguments,
            Some(wanted) => {
                let found = arguments.find_subcommand(wanted).cloned();
                let found = found.ok_or_else(|| {
                    let names: Vec<&str> =
                        arguments.get_subcommands().map(|c| c.get_name()).collect();
                    Failure::Usage(format!(
                        "there is no subcommand {wanted:?}; help: one of {}",
                        names.join(", ")
                    ))
                })?;
                let name = format!("docktuna-{wanted}");
                found.name(name)
            }
        };
        let mut page = Vec::new();
        clap_mangen::Man::new(described).render(&mut page)?;
        let mut output = Output::new();
        output.raw(&page)?;
        output.flush()
    }
}
