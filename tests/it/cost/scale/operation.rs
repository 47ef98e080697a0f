//! The operations, each done so many times in a row.

use std::time::Duration;

use docktuna::sampler::{Random, Tpe};
use docktuna::{Load, OptunaDatabase};

use super::fill::{Size, Wide, report_often};
use crate::backend::Backend;
use crate::space::Line;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    /// By a process that has just started.
    Connect,
    Open,
    /// A trial without history.
    AskAndTell,
    /// A trial of a sampler that has read the history before.
    AskAndTellWithHistory,
    /// A trial of 300 parameters.
    AskAndTellWide,
    /// A trial that somebody put into the queue.
    Claim,
    /// In a trial of many reports and a large attribute.
    Report,
    SetAttribute,
    Load,
    BestTrial,
    StudySummary,
    StudySummaries,
    LatestStudy,
    TrialCounts,
    LastUpdate,
    Studies,
}

impl Operation {
    pub(super) const ALL: [Self; 16] = [
        Self::Connect,
        Self::Open,
        Self::AskAndTell,
        Self::AskAndTellWithHistory,
        Self::AskAndTellWide,
        Self::Claim,
        Self::Report,
        Self::SetAttribute,
        Self::Load,
        Self::BestTrial,
        Self::StudySummary,
        Self::StudySummaries,
        Self::LatestStudy,
        Self::TrialCounts,
        Self::LastUpdate,
        Self::Studies,
    ];

    /// Gets ready with a new handle, calls `begin` and then does it `times` times with the study `name`.
    pub(super) async fn run(
        self,
        backend: &Backend,
        url: &str,
        name: &str,
        times: u32,
        begin: impl FnOnce(),
    ) {
        let db = &OptunaDatabase::connect(url).await.unwrap();
        match self {
            Self::Connect => {
                begin();
                for _ in 0..times {
                    // A short grace period, without which a server that has just started is given time.
                    let db = OptunaDatabase::builder()
                        .url(url)
                        .grace_period(Duration::from_secs(1))
                        .heartbeat_interval(Duration::from_secs(3600));
                    let db = db.connect().await.unwrap();
                    db.study::<Line>(name).await.unwrap();
                    db.close().await;
                }
            }
            Self::Open => {
                db.study::<Line>(name).await.unwrap();
                begin();
                for _ in 0..times {
                    db.study::<Line>(name).await.unwrap();
                }
            }
            Self::AskAndTell | Self::AskAndTellWithHistory => {
                let builder = db.study_builder::<Line>(name);
                let builder = match self {
                    Self::AskAndTell => builder.sampler(Random),
                    _ => builder.sampler(Tpe::default()),
                };
                let study = builder.open().await.unwrap();
                study.ask().await.unwrap().tell(1e6).await.unwrap();
                begin();
                for _ in 0..times {
                    study.ask().await.unwrap().tell(1e6).await.unwrap();
                }
            }
            Self::AskAndTellWide => {
                let builder = db.study_builder::<Wide>("wide").sampler(Random);
                let study = builder.open().await.unwrap();
                study.ask().await.unwrap().tell(1e6).await.unwrap();
                begin();
                for _ in 0..times {
                    let trial = study.ask().await.unwrap();
                    assert_eq!(trial.config().x.len(), 300);
                    trial.tell(1e6).await.unwrap();
                }
            }
            Self::Claim => {
                let study = db.study_builder::<Line>(name).sampler(Random);
                let study = study.open().await.unwrap();
                begin();
                for _ in 0..times {
                    study.enqueue(Line { x: 0.75 }).await.unwrap();
                    let trial = study.ask().await.unwrap();
                    assert_eq!(trial.config().x, 0.75);
                    trial.tell(1e6).await.unwrap();
                }
            }
            Self::Report | Self::SetAttribute => {
                let study = db.study_builder::<Line>(name).sampler(Random);
                let trial = study.open().await.unwrap().ask().await.unwrap();
                let reports = Size::of_this_run().reports;
                report_often(backend, name, trial.number().get(), reports).await;
                begin();
                let first = u32::try_from(reports).unwrap();
                for step in first..first + times {
                    if self == Self::Report {
                        trial.report(step, 1.0).await.unwrap();
                    } else {
                        trial.set_user_attr("note", step).await.unwrap();
                    }
                }
                trial.tell(1e6).await.unwrap();
            }
            Self::Load => {
                begin();
                for _ in 0..times {
                    Line::load_best(db, name).await.unwrap();
                }
            }
            Self::BestTrial | Self::TrialCounts | Self::LastUpdate => {
                let study = db.dynamic_study(name).await.unwrap();
                begin();
                for _ in 0..times {
                    match self {
                        Self::BestTrial => drop(study.best_trial().await.unwrap()),
                        Self::TrialCounts => drop(study.trial_counts().await.unwrap()),
                        _ => drop(study.last_update_time().await.unwrap()),
                    }
                }
            }
            Self::StudySummary => {
                begin();
                for _ in 0..times {
                    db.study_summary(name).await.unwrap();
                }
            }
            Self::StudySummaries => {
                begin();
                for _ in 0..times {
                    db.study_summaries().await.unwrap();
                }
            }
            Self::LatestStudy => {
                begin();
                for _ in 0..times {
                    db.latest_study().await.unwrap().unwrap();
                }
            }
            Self::Studies => {
                begin();
                for _ in 0..times {
                    db.studies().await.unwrap();
                }
            }
        }
        db.close().await;
    }
}
