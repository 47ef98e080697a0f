//! What a run shows: a line for each trial in a log, the study's numbers on a display, and what that costs.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use docktuna::sampler::Random;
use docktuna::{EndedTrial, OptunaDatabase, Progress, ProgressDisplay, Stop, TrialState, Tunable};
use tokio::process::Command;

use crate::backend::{Backend, Proxied};
use crate::child::CHILD;
use crate::space::Line;

const URL: &str = "DOCKTUNA_TEST_URL";

/// A display that keeps what it is shown.
#[derive(Clone, Default)]
struct Kept {
    ended: Arc<Mutex<Vec<(EndedTrial, Progress)>>>,
    last: Arc<Mutex<Option<Progress>>>,
    is_closed: bool,
}

impl ProgressDisplay for Kept {
    fn trial_ended(&mut self, trial: &EndedTrial, progress: &Progress) {
        let mut ended = self.ended.lock().unwrap();
        ended.push((trial.clone(), progress.clone()));
    }

    fn finish(&mut self, progress: &Progress) {
        *self.last.lock().unwrap() = Some(progress.clone());
    }

    fn is_closed(&self) -> bool {
        self.is_closed
    }
}

impl Kept {
    fn last(&self) -> Progress {
        self.last.lock().unwrap().clone().unwrap()
    }
}

/// Not a test of its own: the run whose standard error is a file. Without the variable it does nothing.
#[tokio::test]
async fn in_a_child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let db = OptunaDatabase::connect(&std::env::var(URL).unwrap())
        .await
        .unwrap();
    let study = db.study::<Line>("s").await.unwrap();
    let run = study.optimize(|config, trial| async move {
        match trial.number().get() {
            2 => Err(Stop::failed("no \u{1b}[31m\nmemory")),
            3 => {
                trial.report(1, 0.75).await?;
                Err(Stop::Pruned)
            }
            _ => Ok(config.x + 1.0),
        }
    });
    let summary = run.trials(4).progress(true).run().await.unwrap();
    assert_eq!((summary.complete, summary.failed), (2, 1));
}

#[tokio::test]
async fn f21_a_log_has_one_line_for_each_trial_with_the_best_of_the_study() {
    let backend = Backend::sqlite().await;
    let other = backend.db.study::<Line>("s").await.unwrap();
    other.ask().await.unwrap().tell(0.5).await.unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "search::progress::in_a_child", "--nocapture"])
        .envs([(CHILD, "log"), (URL, backend.url())])
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    let starts = [
        "trial 1 COMPLETE 1.",
        r"trial 2 FAIL (no \u{1b}[31m\nmemory) in ",
        "trial 3 PRUNED 0.75 in ",
        "trial 4 COMPLETE 1.",
    ];
    for (line, start) in lines.into_iter().zip(starts) {
        let (time, rest) = line.split_once("  ").unwrap();
        assert!(time.len() == 20 && time.ends_with('Z'), "{line}");
        assert!(rest.starts_with(start), "{line}");
        assert!(rest.contains("  x="), "{line}");
        assert!(rest.ends_with("  best 0.5 #0"), "{line}");
    }
}

#[tokio::test]
async fn f21_the_best_trial_is_the_best_of_all_processes() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let other = backend.again().await.study::<Line>("s").await.unwrap();
        other.ask().await.unwrap().tell(0.5).await.unwrap();
        let (kept, other) = (Kept::default(), Arc::new(other));
        let run = study.optimize(move |config, trial| {
            let other = Arc::clone(&other);
            async move {
                if trial.number().get() == 2 {
                    // Another process finds a better one meanwhile, and runs another one.
                    other.ask().await?.tell(-1.0).await?;
                    std::mem::forget(other.ask().await?);
                }
                Ok(config.x + 1.0)
            }
        });
        let run = run.trials(3).progress_display(kept.clone());
        run.run().await.unwrap();
        let last = kept.last();
        let best = last.best.map(|(number, value)| (number.get(), value));
        assert_eq!(best, Some((3, -1.0)), "{last:?}");
        assert_eq!((last.done(), last.total()), (3, Some(3)), "{last:?}");
        let fleet = last.fleet.unwrap();
        assert_eq!(fleet.of(TrialState::Complete), 5, "{last:?}");
        assert_eq!(fleet.of(TrialState::Running), 1, "{last:?}");
        assert_eq!(kept.ended.lock().unwrap().len(), 3);
    }
}

/// Smaller is better, and below one half it is forbidden.
#[derive(Tunable, Debug, Clone)]
#[tune(constraint(half = Self::below_half))]
struct Half {
    #[tune(range = 0.0..=1.0)]
    x: f64,
}

impl Half {
    fn below_half(&self) -> f64 {
        0.5 - self.x
    }
}

#[tokio::test]
async fn f21_a_trial_that_breaks_a_constraint_is_not_the_best() {
    let backend = Backend::memory().await;
    let study = backend.db.study::<Half>("s").await.unwrap();
    for x in [0.25, 0.75, 0.125, 0.625] {
        study.enqueue(Half { x }).await.unwrap();
    }
    let kept = Kept::default();
    let run = study.optimize(|config, _| async move { Ok(config.x) });
    let run = run.trials(4).progress_display(kept.clone());
    run.run().await.unwrap();
    let best = |progress: &Progress| progress.best.map(|(number, value)| (number.get(), value));
    assert_eq!(best(&kept.last()), Some((3, 0.625)));
    for (_, progress) in kept.ended.lock().unwrap().iter() {
        assert!(best(progress).is_none_or(|(_, value)| value >= 0.5));
    }
}

#[tokio::test]
async fn a_study_with_a_limit_for_all_shows_the_numbers_of_all() {
    let backend = Backend::memory().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    for trial in study.ask_many(5).await.unwrap() {
        trial.fail("no luck").await.unwrap();
    }
    let kept = Kept::default();
    let run = study.optimize(|config, _| async move { Ok(config.x) });
    let run = run.max_total(8).progress_display(kept.clone());
    assert_eq!(run.run().await.unwrap().complete, 3);
    let last = kept.last();
    assert_eq!((last.done(), last.total()), (8, Some(8)), "{last:?}");
    assert_eq!(last.counts().of(TrialState::Fail), 5);
    assert_eq!(last.run.of(TrialState::Complete), 3);
}

#[derive(Tunable, Debug, Clone)]
#[tune(objectives(minimize = "loss", maximize = "accuracy"))]
struct Two {
    #[tune(range = 0.0..=1.0)]
    x: f64,
}

#[tokio::test]
async fn several_objectives_have_no_best_trial() {
    let backend = Backend::memory().await;
    let study = backend.db.study::<Two>("s").await.unwrap();
    let kept = Kept::default();
    let run = study.optimize(|config, _| async move { Ok([config.x, config.x]) });
    run.trials(2)
        .progress_display(kept.clone())
        .run()
        .await
        .unwrap();
    assert_eq!((kept.last().objectives, kept.last().best), (2, None));
}

#[tokio::test]
async fn a_display_that_panics_does_not_end_the_run() {
    struct Panics;
    impl ProgressDisplay for Panics {
        fn trial_ended(&mut self, _: &EndedTrial, _: &Progress) {
            panic!("as it is meant to");
        }
    }
    let backend = Backend::memory().await;
    let study = backend.db.study::<Line>("s").await.unwrap();
    let run = study.optimize(|config, _| async move { Ok(config.x) });
    let run = run.trials(5).progress_display(Panics);
    assert_eq!(run.run().await.unwrap().complete, 5);
}

#[tokio::test]
async fn the_study_is_looked_at_once_a_second_and_never_if_nobody_looks() {
    let counted = Proxied::new().await;
    let builder = counted.db.study_builder::<Line>("s").sampler(Random);
    let study = builder.open().await.unwrap();
    let run = async |shown: Option<Kept>| {
        let run = study.optimize(|config, _| async move {
            tokio::time::sleep(Duration::from_millis(150)).await;
            Ok(config.x)
        });
        let run = run.trials(8);
        let run = match shown {
            Some(kept) => run.progress_display(kept),
            None => run,
        };
        let began = Instant::now();
        counted.proxy.reset();
        run.run().await.unwrap();
        (counted.proxy.counts().statements, began.elapsed().as_secs())
    };
    // A look may need a connection of its own, which costs something at first.
    run(Some(Kept::default())).await;
    let closed = Kept {
        is_closed: true,
        ..Kept::default()
    };
    for nobody in [None, Some(closed)] {
        assert_eq!(run(nobody).await.0, 16);
    }
    let (statements, seconds) = run(Some(Kept::default())).await;
    // Two at the beginning, two at the end, and one for each second.
    assert!(statements > 16, "{statements}");
    assert!(
        statements <= 16 + 4 + seconds,
        "{statements} in {seconds} s"
    );
}
