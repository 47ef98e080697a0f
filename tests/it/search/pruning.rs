//! Pruning through the database: what is asked, when, and what comes of it.

use docktuna::pruner::{
    Hyperband, Median, Nop, Patient, Percentile, Pruner, SuccessiveHalving, Threshold, Wilcoxon,
};
use docktuna::{Error, Study, TrialState};

use crate::backend::{Backend, Kind, Proxied};
use crate::space::Line;

async fn open(backend: &Backend, pruner: impl Pruner + 'static) -> Study<Line> {
    let builder = backend.db.study_builder::<Line>("s").pruner(pruner);
    builder.open().await.unwrap()
}

/// Runs a trial with these reports, and completes it unless it is pruned.
async fn run(study: &Study<Line>, curve: &[f64]) -> TrialState {
    let trial = study.ask().await.unwrap();
    for (step, value) in (0..).zip(curve) {
        trial.report(step, *value).await.unwrap();
        if trial.should_prune().await.unwrap() {
            trial.prune().await.unwrap();
            return TrialState::Pruned;
        }
    }
    trial.tell(*curve.last().unwrap()).await.unwrap();
    TrialState::Complete
}

#[tokio::test]
async fn wrong_options_are_refused_before_anything_is_made() {
    let backend = Backend::memory().await;
    let cases: [(Box<dyn Pruner>, &str); 9] = [
        (Box::new(Percentile::new(101.0)), "0..=100"),
        (
            Box::new(Median::default().interval_steps(0)),
            "interval_steps",
        ),
        (Box::new(Median::default().n_min_trials(0)), "n_min_trials"),
        (Box::new(Threshold::between(2.0, 1.0)), "swap"),
        (Box::new(Patient::new(1).min_delta(-1.0)), "min_delta"),
        (
            Box::new(SuccessiveHalving::default().reduction_factor(1)),
            "2 or more",
        ),
        (
            Box::new(SuccessiveHalving::default().min_resource(0)),
            "1 or more",
        ),
        (
            Box::new(Hyperband::default().min_resource(4).max_resource(3)),
            "larger max_resource",
        ),
        (Box::new(Wilcoxon::default().p_threshold(1.5)), "0..=1"),
    ];
    for (pruner, help) in cases {
        let name = pruner.name();
        let builder = backend.db.study_builder::<Line>("s").pruner(pruner);
        let error = builder.open().await.unwrap_err();
        assert!(
            matches!(error, Error::Pruner { pruner, .. } if pruner == name),
            "{error}"
        );
        let text = error.to_string();
        assert!(text.contains(help) && text.contains("help: "), "{text}");
    }
    assert!(!backend.db.contains_study("s").await.unwrap_or(false));
}

#[tokio::test]
async fn a_study_with_several_objectives_has_no_pruning() {
    for backend in Backend::all().await {
        let builder = backend.db.study_builder::<Line>("s");
        let study = builder.minimize("a").minimize("b").open().await.unwrap();
        let trial = study.ask().await.unwrap();
        let error = trial.should_prune().await.unwrap_err();
        assert!(
            matches!(error, Error::SeveralObjectives { objectives: 2, .. }),
            "{error}"
        );
        let error = trial.prune_if_needed().await.unwrap_err();
        assert!(matches!(error, Error::SeveralObjectives { .. }), "{error}");
        trial.tell([1.0, 2.0]).await.unwrap();
    }
}

/// The default is the median rule, after five completed trials.
#[tokio::test]
async fn the_default_is_the_median() {
    for backend in Backend::all().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        for value in 0..5 {
            assert_eq!(
                run(&study, &[f64::from(value), 1.0]).await,
                TrialState::Complete
            );
        }
        assert_eq!(run(&study, &[2.0, 0.5]).await, TrialState::Complete);
        assert_eq!(run(&study, &[2.1, 0.5]).await, TrialState::Pruned);
        let trials = study.trials().await.unwrap();
        assert_eq!(trials[6].value(), Some(2.1), "its last report");
        assert_eq!(trials[6].intermediate_values.len(), 1);
    }
}

/// Infinities and NaN come through the database as they were reported.
#[tokio::test]
async fn strange_numbers_are_compared_as_they_are() {
    let inf = f64::INFINITY;
    for backend in Backend::all().await {
        let study = open(&backend, Percentile::new(50.0).n_startup_trials(1)).await;
        for first in [-inf, f64::NAN, 1.0, 2.0, inf] {
            let trial = study.ask().await.unwrap();
            trial.report(0, first).await.unwrap();
            trial.tell(0.0).await.unwrap();
        }
        // The median lies between 1 and 2.
        assert_eq!(run(&study, &[1.5]).await, TrialState::Complete);
        assert_eq!(run(&study, &[1.6]).await, TrialState::Pruned);
        assert_eq!(run(&study, &[-inf]).await, TrialState::Complete);
        assert_eq!(run(&study, &[f64::NAN]).await, TrialState::Pruned);
        let trials = study.trials().await.unwrap();
        assert_eq!(trials.last().unwrap().value(), None, "NaN is no result");
    }
}

/// What ended long after it was first seen is read all the same, by every process.
#[tokio::test]
async fn a_trial_that_ends_late_counts() {
    for backend in Backend::shared().await {
        let study = open(&backend, Median::default().n_startup_trials(3)).await;
        let other = backend.again().await;
        let other = other.study_builder::<Line>("s");
        let other = other.pruner(Median::default().n_startup_trials(3));
        let other = other.open().await.unwrap();
        let late = other.ask().await.unwrap();
        late.report(0, 1.0).await.unwrap();
        for _ in 0..2 {
            assert_eq!(run(&study, &[1.0]).await, TrialState::Complete);
        }
        let bad = study.ask().await.unwrap();
        bad.report(0, 9.0).await.unwrap();
        assert!(!bad.should_prune().await.unwrap(), "only two are complete");
        late.tell(1.0).await.unwrap();
        assert!(bad.should_prune().await.unwrap(), "three are");
        bad.prune().await.unwrap();
        assert_eq!(run(&other, &[9.0]).await, TrialState::Pruned);
    }
}

/// A study that was deleted and made again may have the same ids; SQLite hands them out again.
#[tokio::test]
async fn a_study_that_was_made_again_is_read_again() {
    let backend = Backend::sqlite().await;
    let study = open(&backend, Median::default().n_startup_trials(1)).await;
    for _ in 0..3 {
        run(&study, &[1.0]).await;
    }
    assert_eq!(run(&study, &[2.0]).await, TrialState::Pruned);
    backend
        .execute(
            "DELETE FROM trial_heartbeats; DELETE FROM trial_intermediate_values; DELETE FROM trial_values;
             DELETE FROM trial_params; DELETE FROM trials",
        )
        .await;
    // Seen from the old trials these would be hopeless.
    for _ in 0..5 {
        assert_eq!(run(&study, &[5.0]).await, TrialState::Complete);
    }
    assert_eq!(run(&study, &[6.0]).await, TrialState::Pruned);
}

/// A trial that breaks a constraint is not the best one, so nothing is measured by it.
#[tokio::test]
async fn wilcoxon_measures_by_the_best_feasible_trial() {
    for backend in Backend::all().await {
        if backend.kind == Kind::SqliteMemory {
            continue;
        }
        let study = open(&backend, Wilcoxon::default().p_threshold(0.2)).await;
        run(&study, &[5.0, 6.0, 7.0, 8.0]).await;
        run(&study, &[1.0, 2.0, 3.0, 4.0]).await;
        assert_eq!(run(&study, &[4.0, 5.0, 6.5, 7.5]).await, TrialState::Pruned);
        let second = study.trials().await.unwrap()[1].id;
        backend
            .execute(format!(
                "INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES ({second}, 'constraints', '[0.5]')"
            ))
            .await;
        let again = backend.again().await;
        let again = again.study_builder::<Line>("s").pruner(Wilcoxon::default());
        let again = again.open().await.unwrap();
        assert_eq!(
            run(&again, &[4.0, 5.0, 6.5, 7.5]).await,
            TrialState::Complete
        );
    }
}

/// A trial of the queue goes on from the reports and rungs that it brings.
#[tokio::test]
async fn a_claimed_trial_brings_its_rungs() {
    for backend in Backend::shared().await {
        let asha = SuccessiveHalving::default()
            .min_resource(1)
            .reduction_factor(2);
        let study = open(&backend, asha).await;
        study.enqueue(Line { x: 0.5 }).await.unwrap();
        backend
            .execute(
                "INSERT INTO trial_system_attributes (trial_id, key, value_json) SELECT trial_id, 'completed_rung_0', '7.5' FROM trials;
                 INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type) SELECT trial_id, 1, 7.5, 'FINITE' FROM trials",
            )
            .await;
        let trial = study.ask().await.unwrap();
        trial.report(2, 6.5).await.unwrap();
        assert!(!trial.should_prune().await.unwrap());
        trial.tell(6.5).await.unwrap();
        let attributes = &study.trials().await.unwrap()[0].system_attrs;
        assert_eq!(attributes["completed_rung_0"].as_json(), "7.5");
        assert_eq!(attributes["completed_rung_1"].as_json(), "6.5");
    }
}

#[tokio::test]
async fn objectives_of_both_kinds_leave_with_pruned() {
    for backend in Backend::all().await {
        let study = open(&backend, Threshold::upper(2.0)).await;
        let run = study.optimize(|_, trial| async move {
            trial.report(0, f64::from(trial.number().get())).await?;
            trial.prune_if_needed().await?;
            Ok(0.0)
        });
        let done = run.trials(4).run().await.unwrap();
        assert_eq!((done.complete, done.pruned, done.failed), (3, 1, 0));
        let run = study.optimize_blocking(|_, trial| {
            trial.report(0, 3.0)?;
            assert!(trial.should_prune()?);
            trial.prune_if_needed()?;
            Ok(0.0)
        });
        let done = run.trials(3).concurrency(3).run().await.unwrap();
        assert_eq!((done.complete, done.pruned, done.failed), (0, 3, 0));
    }
}

/// A fleet in one process: checks overlap, and every trial is compared with all that ended before.
#[tokio::test]
async fn checks_of_one_process_overlap() {
    for backend in Backend::shared().await {
        let study = open(&backend, Median::default().n_startup_trials(4)).await;
        let run = study.optimize(|_, trial| async move {
            let level = f64::from(trial.number().get() % 4);
            for step in 0..5 {
                trial.report(step, level).await?;
                trial.prune_if_needed().await?;
            }
            Ok(level)
        });
        let done = run.trials(40).concurrency(8).run().await.unwrap();
        assert_eq!(done.failed, 0);
        // Levels 0 and 1 never exceed a median of these; once it is below 3, level 3 always does.
        let trials = study.trials().await.unwrap();
        let pruned = |level: i32| {
            let of_level = trials.iter().filter(|t| t.number.get() % 4 == level);
            of_level.filter(|t| t.state == TrialState::Pruned).count()
        };
        assert_eq!(pruned(0), 0);
        assert!(pruned(3) >= 6, "{} of 10", pruned(3));
    }
}

/// Pruners that need nothing of others cost nothing; the rest one query for each decision that needs
/// it, and successive halving one more for each rung.
#[tokio::test]
async fn a_check_costs_at_most_one_query() {
    let counted = Proxied::new().await;
    let cases: [(&str, Box<dyn Pruner>, [u64; 4]); 6] = [
        ("nop", Box::new(Nop), [1, 1, 1, 1]),
        ("threshold", Box::new(Threshold::upper(9.0)), [1, 1, 1, 1]),
        ("patient", Box::new(Patient::new(0)), [1, 1, 1, 1]),
        ("median", Box::new(Median::default()), [2, 2, 2, 2]),
        (
            "warm",
            Box::new(Median::default().n_warmup_steps(2)),
            [1, 1, 2, 2],
        ),
        (
            "asha",
            Box::new(
                SuccessiveHalving::default()
                    .min_resource(1)
                    .reduction_factor(3),
            ),
            [1, 3, 1, 3],
        ),
    ];
    for (name, pruner, expected) in cases {
        let builder = counted.db.study_builder::<Line>(name).pruner(pruner);
        let study = builder.open().await.unwrap();
        let mut costs = Vec::new();
        // The first trial prepares the statements.
        for _ in 0..2 {
            let trial = study.ask().await.unwrap();
            costs.clear();
            for step in 0..4 {
                counted.proxy.reset();
                trial.report(step, 1.0).await.unwrap();
                assert!(!trial.should_prune().await.unwrap());
                let cost = counted.proxy.counts();
                assert_eq!(cost.connections, 0, "{cost:?}");
                costs.push(cost.round_trips);
            }
            trial.tell(1.0).await.unwrap();
        }
        assert_eq!(costs, expected, "{name}");
    }
}

/// Trials that ended are read once: later checks bring only what is new.
#[tokio::test]
async fn a_check_reads_only_what_is_new() {
    let counted = Proxied::new().await;
    let study = counted.db.study::<Line>("s").await.unwrap();
    for _ in 0..30 {
        let trial = study.ask().await.unwrap();
        for step in 0..50 {
            trial.report(step, 1.0).await.unwrap();
        }
        trial.tell(1.0).await.unwrap();
    }
    let trial = study.ask().await.unwrap();
    let mut bytes = Vec::new();
    for step in 0..3 {
        trial.report(step, 1.0).await.unwrap();
        counted.proxy.reset();
        trial.should_prune().await.unwrap();
        bytes.push(counted.proxy.counts().bytes_answered);
    }
    assert!(bytes[0] > 30 * 50 * 12, "{bytes:?}");
    assert!(bytes[2] < 1000, "{bytes:?}");
    trial.tell(1.0).await.unwrap();
}
