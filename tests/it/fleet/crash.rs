//! The server crashes, or the line is cut: a told result is never lost and never lands on another
//! trial's row. `tests/faults/restart.rs` crashes a server under a working fleet.

use docktuna::sampler::Random;
use docktuna::{OptunaDatabase, TrialState};

use crate::backend::Proxied;
use crate::space::{Line, Ten};
use crate::support::{PrivateServer, Proxy, TestDb};

fn value_of(config: &Ten) -> f64 {
    config.a + config.b
}

/// Creations commit asynchronously, so a crash may undo them and their ids are handed out again.
/// That is forced here: rows are removed and the sequence is set back, as a crash does it; then
/// other workers take the same ids, and the old workers tell their results.
#[tokio::test]
async fn a_result_does_not_land_on_a_row_that_was_handed_out_again() {
    let postgres = TestDb::create().await;
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    let study = db.study::<Ten>("s").await.unwrap();
    study.ask().await.unwrap().tell(100.0).await.unwrap();
    let lost = study.ask_many(3).await.unwrap();
    let ids = "SELECT array_agg(trial_id ORDER BY trial_id) FROM trials WHERE state = 'RUNNING'";
    let mut connection = postgres.connect().await;
    let before: Vec<i32> = sqlx::query_scalar(ids)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    postgres
        .execute(
            "DELETE FROM trial_heartbeats h USING trials t WHERE t.trial_id = h.trial_id AND state = 'RUNNING';
             DELETE FROM trial_params p USING trials t WHERE t.trial_id = p.trial_id AND state = 'RUNNING';
             DELETE FROM trials WHERE state = 'RUNNING';
             SELECT setval('trials_trial_id_seq', (SELECT max(trial_id) FROM trials))",
        )
        .await;
    let others = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    let others = others
        .study::<Ten>("s")
        .await
        .unwrap()
        .ask_many(3)
        .await
        .unwrap();
    let after: Vec<i32> = sqlx::query_scalar(ids)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(before, after, "the ids were handed out again");
    // Even a row that started in the same microsecond is told apart, by its parameters.
    let started: chrono::NaiveDateTime =
        sqlx::query_scalar("SELECT max(datetime_start) FROM trials")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert!(started > chrono::NaiveDateTime::default());

    let mut told: Vec<f64> = vec![100.0];
    for trial in lost.into_iter().chain(others) {
        let value = value_of(trial.config());
        told.push(value);
        trial.tell(value).await.unwrap();
    }
    let trials = study.trials().await.unwrap();
    assert_eq!(trials.len(), 7);
    for trial in &trials[1..] {
        let param = |name| trial.params.get(name).unwrap().stored();
        assert_eq!(
            trial.value(),
            Some(param("a") + param("b")),
            "each row has its own result"
        );
    }
    let mut stored: Vec<f64> = trials.iter().map(|trial| trial.value().unwrap()).collect();
    stored.sort_by(f64::total_cmp);
    told.sort_by(f64::total_cmp);
    assert_eq!(stored, told, "no result is lost");
}

/// The same start, the same id, other parameters.
#[tokio::test]
async fn the_parameters_tell_rows_of_one_microsecond_apart() {
    let postgres = TestDb::create().await;
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    let study = db.study::<Ten>("s").await.unwrap();
    let trial = study.ask().await.unwrap();
    postgres
        .execute("UPDATE trial_params SET param_value = 0.125 WHERE param_name = 'e'")
        .await;
    let value = value_of(trial.config());
    trial.tell(value).await.unwrap();
    let trials = study.trials().await.unwrap();
    assert_eq!(
        (trials[0].state, trials[0].value()),
        (TrialState::Running, None)
    );
    assert_eq!(
        (trials[1].state, trials[1].value()),
        (TrialState::Complete, Some(value))
    );
}

/// A restart of the server, however long, neither costs a result that was told nor an idle
/// connection's turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_outlives_a_restart_of_the_server() {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    let study = db.study::<Line>("s").await.unwrap();
    // Eight idle connections, all of which the restart kills.
    let mut trials = Vec::new();
    let mut set = tokio::task::JoinSet::new();
    for study in std::iter::repeat_n(study.clone(), 8) {
        set.spawn(async move { study.ask().await.unwrap() });
    }
    while let Some(trial) = set.join_next().await {
        trials.push(trial.unwrap());
    }
    server.kill_immediate().await;
    let (first, rest) = (trials.pop().unwrap(), trials);
    // This one is told while there is no server at all.
    let told = tokio::spawn(async move { first.tell(0.93).await });
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    server.start_again().await;
    told.await.unwrap().unwrap();
    for trial in rest {
        trial.tell(0.5).await.unwrap();
    }
    let trials = study.trials().await.unwrap();
    assert!(
        trials
            .iter()
            .all(|trial| trial.state == TrialState::Complete),
        "{trials:?}"
    );
    assert_eq!(
        trials
            .iter()
            .filter(|trial| trial.value() == Some(0.93))
            .count(),
        1
    );
    assert_eq!(trials.len(), 8);
}

/// A claim whose answer is lost: the trial of the queue keeps its parameters.
#[tokio::test]
async fn a_cut_line_does_not_mix_up_a_retried_trial() {
    let Proxied {
        postgres,
        proxy,
        db,
    } = Proxied::new().await;
    let study = db.study::<Line>("s").await.unwrap();
    study.ask().await.unwrap().tell(1.0).await.unwrap();
    for x in [0.125, 0.25] {
        postgres
            .execute(format!(
                "WITH t AS (INSERT INTO trials (number, study_id, state) SELECT count(*), 1, 'WAITING' FROM trials RETURNING trial_id)
                 INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
                 SELECT trial_id, 'x', {x}, (SELECT distribution_json FROM trial_params LIMIT 1) FROM t"
            ))
            .await;
        proxy.cut_after_client_message("docktuna_ask");
        let trial = study.ask().await.unwrap();
        assert!(!proxy.is_cut_pending(), "it was sent");
        assert_eq!(trial.config().x, x);
        trial.tell(x).await.unwrap();
    }
    let trials = study.trials().await.unwrap();
    let values: Vec<Option<f64>> = trials.iter().map(|trial| trial.value()).collect();
    assert_eq!(values, [Some(1.0), Some(0.125), Some(0.25)]);
}

/// A busy server may carry an ask out long after its worker gave the connection up and asked again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ask_that_comes_late_leaves_no_trial_behind() {
    const SESSIONS: &str = "SELECT pid FROM pg_stat_activity WHERE application_name = 'docktuna' AND datname = current_database()";
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let proxy = Proxy::start(&postgres.host, postgres.port).await;
    let url = postgres.url_at("postgresql", proxy.port());
    let db = OptunaDatabase::connect(&format!("{url}?sslmode=disable"))
        .await
        .unwrap();
    // One that reads no history first.
    let study = db.study_builder::<Line>("s").sampler(Random);
    let study = study.open().await.unwrap();
    let mut watcher = postgres.connect().await;
    for queued in [false, true] {
        study.ask().await.unwrap().tell(0.0).await.unwrap();
        if queued {
            for x in [0.125, 0.25] {
                study.enqueue(Line { x }).await.unwrap();
            }
        }
        let sessions: Vec<i32> = sqlx::query_scalar(SESSIONS)
            .fetch_all(&mut watcher)
            .await
            .unwrap();
        for session in &sessions {
            server.freeze_session(*session);
        }
        let ask = tokio::spawn({
            let study = study.clone();
            async move { study.ask().await.unwrap() }
        });
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        proxy.cut();
        let trial = ask.await.unwrap();
        server.thaw();
        while {
            let left: Vec<i32> = sqlx::query_scalar(SESSIONS)
                .fetch_all(&mut watcher)
                .await
                .unwrap();
            sessions.iter().any(|session| left.contains(session))
        } {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let counts = study.trial_counts().await.unwrap();
        assert_eq!(counts.of(TrialState::Running), 1, "{counts}");
        assert_eq!(
            counts.of(TrialState::Waiting),
            usize::from(queued),
            "{counts}"
        );
        trial.tell(1.0).await.unwrap();
    }
}

/// The line is cut just after the server has carried a statement out, and before its answer arrives.
#[tokio::test]
async fn a_cut_line_neither_loses_nor_doubles_anything() {
    let Proxied {
        postgres: _postgres,
        proxy,
        db,
    } = Proxied::new().await;
    let study = db.study::<Line>("s").await.unwrap();
    for (number, statement) in [
        "docktuna_ask",
        "UPDATE trials SET state = $5",
        "trial_intermediate_values",
        "docktuna_ask",
    ]
    .into_iter()
    .enumerate()
    {
        proxy.cut_after_client_message(statement);
        let trial = study.ask().await.unwrap();
        assert_eq!(
            usize::try_from(trial.number().get()),
            Ok(number),
            "{statement}"
        );
        trial.report(0, 0.5).await.unwrap();
        let x = trial.config().x;
        trial.tell(x).await.unwrap();
        assert!(!proxy.is_cut_pending(), "{statement} was sent");
    }
    let trials = study.trials().await.unwrap();
    assert_eq!(trials.len(), 4);
    for trial in trials {
        assert_eq!(trial.state, TrialState::Complete);
        assert_eq!(trial.value(), Some(trial.params.get("x").unwrap().stored()));
        assert_eq!(trial.intermediate_values[&0], 0.5);
    }
}
