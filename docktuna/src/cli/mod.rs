//! The command `docktuna`: what people ask of a database without writing a program.
//!
//! Each subcommand is a file with its arguments and a function that runs it. Data goes to standard output in one of
//! three formats (`output`), messages go to standard error. The forms of JSON are those of `forms`, and are
//! described in the guide.

mod best;
mod check;
mod completions;
mod context;
mod delete;
mod diff;
mod enqueue;
mod export;
mod fail_stale;
mod failure;
mod forms;
mod importance;
mod man;
mod output;
mod place;
mod rename;
mod report;
#[cfg(feature = "serve")]
mod serve;
mod show;
mod studies;
mod trial_rows;
mod trials;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use context::{Context, interrupted};
use failure::Failure;
use output::Format;

/// Looks into an Optuna database: studies, trials, the best parameters.
///
/// The database is the one that the settings name: OPTUNA_STORAGE, or OPTUNA_DB_HOST and the other variables, from the
/// environment or a .env file, as for programs that use docktuna. --storage names another one.
///
/// Data goes to standard output, messages go to standard error. The exit status is 0 if all went well, 1 if something
/// failed, and 2 if the arguments are wrong.
#[derive(Debug, Parser)]
#[command(
    name = "docktuna",
    bin_name = "docktuna",
    version,
    max_term_width = 100
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// The database, as a URL in one of Optuna's forms: postgresql://user@host/name, sqlite:///file.db. A password is
    /// better kept in the settings: other users of this machine see the arguments.
    #[arg(long, global = true, value_name = "URL")]
    storage: Option<String>,

    /// How data is printed [default: table].
    #[arg(long, global = true, value_enum)]
    format: Option<Format>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Studies(studies::Studies),
    Show(show::Show),
    Best(best::Best),
    Trials(trials::Trials),
    Export(export::Export),
    Watch(watch::Watch),
    Diff(diff::Diff),
    Importance(importance::Importance),
    Report(report::Report),
    Check(check::Check),
    Rename(rename::Rename),
    Delete(delete::Delete),
    FailStale(fail_stale::FailStale),
    Enqueue(enqueue::Enqueue),
    #[cfg(feature = "serve")]
    Serve(serve::Serve),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    async fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Studies(command) => command.run(context).await,
            Self::Show(command) => command.run(context).await,
            Self::Best(command) => command.run(context).await,
            Self::Trials(command) => command.run(context).await,
            Self::Export(command) => command.run(context).await,
            Self::Watch(command) => command.run(context).await,
            Self::Diff(command) => command.run(context).await,
            Self::Importance(command) => command.run(context).await,
            Self::Report(command) => command.run(context).await,
            Self::Check(command) => command.run(context).await,
            Self::Rename(command) => command.run(context).await,
            Self::Delete(command) => command.run(context).await,
            Self::FailStale(command) => command.run(context).await,
            Self::Enqueue(command) => command.run(context).await,
            #[cfg(feature = "serve")]
            Self::Serve(command) => command.run(context).await,
            Self::Completions(command) => command.run(context),
            Self::Man(command) => command.run(context),
        }
    }
}

/// Runs the command with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nobody is left to be told that nobody reads it.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .without_time()
        .with_target(false)
        .with_ansi(false)
        .log_internal_errors(false);
    log.init();
    let outcome = match runtime(&arguments.command) {
        Ok(runtime) => runtime.block_on(run(&arguments)),
        Err(error) => Err(Failure::Message(format!(
            "no runtime can be started: {error}"
        ))),
    };
    failure::exit_code(outcome)
}

fn runtime(command: &Command) -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = match command {
        // It answers many at once.
        #[cfg(feature = "serve")]
        Command::Serve(_) => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    builder.enable_all().build()
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let context = Context::new(arguments.storage.clone(), arguments.format);
    // It has an end of its own.
    #[cfg(feature = "serve")]
    if let Command::Serve(serve) = &arguments.command {
        return serve.run(&context).await;
    }
    // What is given up is dropped, and a file that is half written with it.
    let outcome = tokio::select! {
        // Looks out for interrupts before anything is done.
        biased;
        () = interrupted() => match arguments.command {
            // The way to end it.
            Command::Watch(_) => Ok(()),
            _ => Err(Failure::Message("interrupted".to_owned())),
        },
        outcome = arguments.command.run(&context) => outcome,
    };
    context.close().await;
    outcome
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_arguments_make_sense() {
        Arguments::command().debug_assert();
    }
}
