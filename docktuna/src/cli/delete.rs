//! `docktuna delete`.

use std::io::{self, Write};

use clap::Args;
use tokio::sync::oneshot;

use super::context::Context;
use super::failure::{Failure, say, trials};
use crate::id::{StateCounts, TrialState};

/// Delete a study with all its trials.
///
/// Says what would be deleted, and asks.
#[derive(Debug, Args)]
pub(super) struct Delete {
    /// The study's name.
    study: String,

    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

impl Delete {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let study = context.study(&self.study).await?;
        let counts = study.trial_counts().await?;
        let database = context.db().await?.description();
        say(&format!(
            "study {:?} with all that belongs to its trials ({counts}) is deleted from {database}",
            self.study
        ));
        if let Some(warning) = runners(counts) {
            say(&warning);
        }
        confirm("delete it?", self.yes, "nothing was deleted").await?;
        study.delete().await?;
        say("deleted");
        Ok(())
    }
}

/// What becomes of those who work on the study.
pub(super) fn runners(counts: StateCounts) -> Option<String> {
    let running = counts.of(TrialState::Running);
    (running > 0).then(|| {
        format!(
            "warning: workers run {} of it, whose results may be lost",
            trials(running)
        )
    })
}

/// Goes on only if the user wants that.
pub(super) async fn confirm(question: &str, yes: bool, otherwise: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let mut stderr = io::stderr();
    let _ = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    // On a thread that nobody waits for: an interrupt has to end the command while it reads.
    let (sender, answer) = oneshot::channel();
    std::thread::spawn(move || {
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer);
        sender.send(read.map(|read| (read > 0).then_some(answer)))
    });
    match answer.await {
        Ok(Ok(Some(answer))) if is_yes(&answer) => Ok(()),
        // The end of the input is no answer.
        Ok(Ok(None)) => Err(Failure::Message(format!(
            "{otherwise}: there was no answer; help: --yes answers beforehand"
        ))),
        _ => Err(Failure::Message(otherwise.to_owned())),
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}
