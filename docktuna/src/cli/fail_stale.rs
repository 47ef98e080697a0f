//! `docktuna fail-stale`.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, say, trials};
use super::output::{Format, Output};
use crate::id::TrialState;

/// Mark running trials FAIL whose workers send no heartbeats any more.
///
/// Prints how many. Trials of workers that never sent a heartbeat are left alone. Programs that tune with docktuna do
/// the same by themselves.
#[derive(Debug, Args)]
pub(super) struct FailStale {
    /// The study's name.
    study: String,

    /// For how many seconds a trial may be silent.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    grace: u32,
}

#[derive(Serialize)]
struct Form {
    failed: usize,
}

impl FailStale {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let study = context.study(&self.study).await?;
        let grace = Duration::from_secs(self.grace.into());
        let failed = study.fail_stale(grace).await?;
        let running = study.trial_counts().await?.of(TrialState::Running);
        let mut output = Output::new();
        match context.format() {
            Format::Table => output.line(&failed.to_string())?,
            Format::Csv => output.line(&format!("failed\n{failed}"))?,
            Format::Json => output.object(&Form { failed })?,
        }
        say(&format!(
            "marked FAIL: {}; still RUNNING: {}",
            trials(failed),
            trials(running)
        ));
        output.flush()
    }
}
