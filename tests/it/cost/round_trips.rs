//! What each operation costs, counted between client and server.

use docktuna::sampler::{Random, Tpe};
use docktuna::{Load, OptunaDatabase, Study, Tunable};

use crate::backend::Proxied;
use crate::space::{Line, Ten, Train};
use crate::support::{Counts, TestDb};

impl Proxied {
    /// A study whose sampler does not read the history.
    async fn random<T: Tunable>(&self, name: &str) -> Study<T> {
        let builder = self.db.study_builder(name).sampler(Random);
        builder.open().await.unwrap()
    }

    /// What `operation` costs on a connection that has prepared its statements.
    pub(super) async fn count<T>(&self, operation: impl AsyncFn() -> T) -> Counts {
        operation().await;
        self.proxy.reset();
        operation().await;
        self.proxy.counts()
    }
}

#[tokio::test]
async fn a_trial_costs_two_round_trips_and_two_commits_whatever_its_parameters() {
    let counted = Proxied::new().await;
    let one = counted.random::<Line>("one").await;
    let ten = counted.random::<Ten>("ten").await;
    let all = counted.random::<Train>("all").await;
    let costs = [
        counted
            .count(async || one.ask().await.unwrap().tell(1.0).await.unwrap())
            .await,
        counted
            .count(async || ten.ask().await.unwrap().tell(1.0).await.unwrap())
            .await,
        counted
            .count(async || all.ask().await.unwrap().tell(1.0).await.unwrap())
            .await,
    ];
    for cost in costs {
        assert_eq!(cost.round_trips, 2, "{cost:?}");
        // Both statements commit themselves, so there are two commits and no COMMIT.
        assert_eq!((cost.statements, cost.commits), (2, 0), "{cost:?}");
        assert_eq!(cost.connections, 0, "{cost:?}");
    }
    let stored = ten.trials().await.unwrap();
    assert!(stored.iter().all(|trial| trial.params.len() == 10));
}

/// One statement reads what is new, however much is old.
#[tokio::test]
async fn a_sampler_that_reads_the_history_costs_one_round_trip_more() {
    let counted = Proxied::new().await;
    let sampler = Tpe::default().n_startup_trials(5);
    let builder = counted.db.study_builder::<Ten>("s").sampler(sampler);
    let study = builder.open().await.unwrap();
    for trial in study.ask_many(20).await.unwrap() {
        trial.tell(1.0).await.unwrap();
    }
    let running = study.ask().await.unwrap();
    let cost = counted
        .count(async || study.ask().await.unwrap().tell(1.0).await.unwrap())
        .await;
    assert_eq!((cost.round_trips, cost.statements), (3, 3), "{cost:?}");
    assert_eq!((cost.commits, cost.connections), (0, 0), "{cost:?}");
    counted.proxy.reset();
    let trials = study.ask_many(4).await.unwrap();
    // The history once, the lock, four trials, the commit.
    let cost = counted.proxy.counts();
    assert_eq!((cost.round_trips, cost.commits), (7, 1), "{cost:?}");
    for trial in trials.into_iter().chain([running]) {
        trial.tell(1.0).await.unwrap();
    }
}

/// A role that may not create functions of its session asks in a transaction.
#[tokio::test]
async fn without_the_right_to_temporary_objects_a_trial_costs_four_round_trips() {
    let counted = Proxied::new().await;
    let ten = counted.random::<Ten>("ten").await;
    counted.postgres.revoke_temporary().await;
    ten.enqueue_partial([("a", 0.5)]).await.unwrap();
    let cost = counted
        .count(async || ten.ask().await.unwrap().tell(1.0).await.unwrap())
        .await;
    assert_eq!((cost.round_trips, cost.commits), (4, 1), "{cost:?}");
    let trials = ten.trials().await.unwrap();
    assert_eq!(trials[0].params.get("a").unwrap().stored(), 0.5);
    assert_eq!(trials.len(), 2);
}

#[tokio::test]
async fn a_run_costs_no_more_than_its_trials() {
    let counted = Proxied::new().await;
    let study = counted.random::<Ten>("s").await;
    let run = || async {
        study
            .optimize(|config, _| async move { Ok(config.a) })
            .trials(10)
            .run()
            .await
            .unwrap();
    };
    run().await;
    counted.proxy.reset();
    run().await;
    let cost = counted.proxy.counts();
    assert_eq!((cost.round_trips, cost.statements), (20, 20), "{cost:?}");
}

#[tokio::test]
async fn reports_and_attributes_cost_one_round_trip_each() {
    let counted = Proxied::new().await;
    let study = counted.db.study::<Line>("s").await.unwrap();
    let trial = study.ask().await.unwrap();
    trial.report(0, 1.0).await.unwrap();
    trial.set_user_attr("k", 1).await.unwrap();
    counted.proxy.reset();
    trial.report(1, 1.0).await.unwrap();
    assert_eq!(counted.proxy.counts().round_trips, 1);
    trial.set_user_attr("k", 2).await.unwrap();
    assert_eq!(counted.proxy.counts().round_trips, 2);
    trial.tell(1.0).await.unwrap();
}

#[tokio::test]
async fn asking_for_many_costs_one_transaction() {
    let counted = Proxied::new().await;
    let study = counted.random::<Ten>("s").await;
    let trials = study.ask_many(2).await.unwrap();
    counted.proxy.reset();
    let more = study.ask_many(8).await.unwrap();
    let cost = counted.proxy.counts();
    assert_eq!((cost.round_trips, cost.commits), (10, 1), "{cost:?}");
    for trial in trials.into_iter().chain(more) {
        trial.tell(1.0).await.unwrap();
    }
}

/// At most three queries, none of which scans a table, in a database that holds much else.
#[tokio::test]
async fn loading_costs_three_queries() {
    let counted = Proxied::new().await;
    let study = counted.db.study::<Train>("s").await.unwrap();
    for trial in study.ask_many(5).await.unwrap() {
        trial.tell(1.0).await.unwrap();
    }
    let cost = counted
        .count(async || Train::load_best(&counted.db, "s").await.unwrap())
        .await;
    assert_eq!(
        (cost.statements, cost.round_trips, cost.commits),
        (3, 3, 0),
        "{cost:?}"
    );
}

#[tokio::test]
async fn loading_reads_by_index() {
    let postgres = TestDb::create().await;
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    db.study::<Line>("other").await.unwrap();
    let study = db.study::<Line>("s").await.unwrap();
    for trial in study.ask_many(3).await.unwrap() {
        trial.tell(1.0).await.unwrap();
    }
    // Many trials of another study, which a scan would read.
    postgres
        .execute(
            "INSERT INTO trials (number, study_id, state) SELECT n, 1, 'COMPLETE' FROM generate_series(0, 19999) n;
             INSERT INTO trial_values (trial_id, objective, value, value_type)
             SELECT trial_id, 0, number, 'FINITE' FROM trials WHERE study_id = 1;
             INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
             SELECT trial_id, 'x', 0.5, '{}' FROM trials WHERE study_id = 1;
             ANALYZE",
        )
        .await;
    let mut reader = postgres.connect().await;
    let before = rows_read(&mut reader, 0).await;
    Line::load_best(&db, "s").await.unwrap();
    db.close().await;
    let after = rows_read(&mut reader, before + 1).await;
    assert!(after - before < 200, "{} rows were read", after - before);
}

/// However large the study and its neighbours are: a trial reads what is new.
#[tokio::test]
async fn a_trial_reads_only_what_is_new() {
    let postgres = TestDb::create().await;
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    db.study::<Line>("other").await.unwrap();
    let builder = db.study_builder::<Line>("s");
    let study = builder.sampler(Tpe::default()).open().await.unwrap();
    postgres
        .execute(
            "INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
             SELECT n / 2, n % 2 + 1, 'COMPLETE', now(), now() FROM generate_series(0, 19999) n;
             INSERT INTO trial_values (trial_id, objective, value, value_type)
             SELECT trial_id, 0, number, 'FINITE' FROM trials;
             INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
             SELECT trial_id, 0, number, 'FINITE' FROM trials;
             INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
             SELECT trial_id, 'x', 0.5, '{\"name\": \"FloatDistribution\",
                \"attributes\": {\"step\": null, \"low\": 0.0, \"high\": 1.0, \"log\": false}}' FROM trials;
             ANALYZE",
        )
        .await;
    let run = async |trials: u64| {
        for _ in 0..trials {
            let trial = study.ask().await.unwrap();
            trial.report(0, 1.0).await.unwrap();
            assert!(!trial.should_prune().await.unwrap());
            trial.tell(1.0).await.unwrap();
        }
    };
    // The statements are planned for good after some repetitions.
    run(8).await;
    let mut reader = postgres.connect().await;
    // A session that stays gives its counters after ten idle seconds at the latest.
    tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    let before = rows_read(&mut reader, 0).await;
    run(8).await;
    db.close().await;
    let read = rows_read(&mut reader, before + 1).await - before;
    assert!(read < 1000, "{read} rows were read for 8 trials");
}

/// Rows that scans of the trial tables have read, at least so many; the counters of a session reach the view after
/// a while, and when it ends.
async fn rows_read(connection: &mut sqlx::PgConnection, least: i64) -> i64 {
    let sql = "SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint
               FROM pg_stat_user_tables WHERE relname IN ('trials', 'trial_values', 'trial_params')";
    let mut last = -1;
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        sqlx::raw_sql("SELECT pg_stat_clear_snapshot()")
            .execute(&mut *connection)
            .await
            .unwrap();
        let now: i64 = sqlx::query_scalar(sql)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        if now == last && now >= least {
            return now;
        }
        last = now;
    }
}
