//! `docktuna rename`.

use clap::Args;

use super::context::Context;
use super::delete::{confirm, runners};
use super::failure::{Failure, say};

/// Give a study another name.
///
/// Programs that have the study open under its old name get an error. If trials run, you are asked first.
#[derive(Debug, Args)]
pub(super) struct Rename {
    /// The study's name.
    study: String,

    /// Its new name.
    new_name: String,

    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
}

impl Rename {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let study = context.study(&self.study).await?;
        let counts = study.trial_counts().await?;
        let (old, new) = (&self.study, &self.new_name);
        say(&format!("study {old:?} ({counts}) gets the name {new:?}"));
        if let Some(warning) = runners(counts) {
            say(&warning);
            confirm("rename it?", self.yes, "nothing was renamed").await?;
        }
        study.rename(new).await?;
        say("renamed");
        Ok(())
    }
}
