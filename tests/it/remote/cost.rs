//! What a step costs: one round trip to the database and one commit. A new trial costs two, and of a large study only
//! what is new is read.

use serde_json::{Value, json};

use super::through::Through;

/// (round trips, transactions) of a step that was taken before.
async fn cost(through: &mut Through, call: &str, args: Value) -> (u64, u64) {
    through.proxied.proxy.reset();
    through.call(call, args).await;
    let counts = through.proxied.proxy.counts();
    (counts.round_trips, counts.transactions)
}

#[tokio::test]
async fn a_step_is_one_round_trip_and_one_commit() {
    let mut through = Through::new().await;
    let study = through.call("create_study", json!(["s"])).await;
    // Everything once, so that each statement is prepared.
    let mut trial = Value::Null;
    for _ in 0..2 {
        trial = through.call("create_trial", json!([study])).await;
        for (call, args) in steps(&trial) {
            through.call(call, args).await;
        }
        through
            .call("set_state", json!([trial, "COMPLETE", [0.5]]))
            .await;
        through.call("sent", json!([study])).await;
    }
    assert_eq!(trial, 2);
    // The trial, and then the commit.
    assert_eq!(
        cost(&mut through, "create_trial", json!([study])).await,
        (2, 1)
    );
    let trial = json!(3);
    for (call, args) in steps(&trial) {
        assert_eq!(cost(&mut through, call, args).await, (1, 1), "{call}");
    }
    assert_eq!(cost(&mut through, "sent", json!([study])).await, (1, 1));
    let ended = json!([trial, "COMPLETE", [0.5]]);
    assert_eq!(cost(&mut through, "set_state", ended).await, (1, 1));
}

/// A role that may not create functions of its session locks the study in a round trip of its own.
#[tokio::test]
async fn without_the_right_to_temporary_objects_a_trial_costs_one_more() {
    let mut through = Through::new().await;
    let study = through.call("create_study", json!(["s"])).await;
    through.proxied.postgres.revoke_temporary().await;
    through.call("create_trial", json!([study])).await;
    assert_eq!(
        cost(&mut through, "create_trial", json!([study])).await,
        (3, 1)
    );
    let trials = through.call("trials", json!([study])).await;
    assert_eq!(trials[1]["number"], 1);
    assert_eq!(trials[1]["state"], "RUNNING");
}

fn steps(trial: &Value) -> Vec<(&'static str, Value)> {
    vec![
        ("set_param", json!([trial, "x", 0.5])),
        ("report", json!([trial, 1, 0.5])),
        ("user_attr", json!([trial, "u", 1])),
        ("system_attr", json!([trial, "s", 1])),
        ("trial", json!([trial])),
    ]
}

#[tokio::test]
async fn of_ten_thousand_trials_only_what_is_new_is_read_and_sent() {
    let mut through = Through::new().await;
    let study = through.call("create_study", json!(["large"])).await;
    let postgres = &through.proxied.postgres;
    let fill = "INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
            SELECT n, 1, 'COMPLETE', now(), now() FROM generate_series(0, 9999) AS n;
        INSERT INTO trial_values (trial_id, objective, value, value_type)
            SELECT trial_id, 0, number, 'FINITE' FROM trials;
        INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
            SELECT trial_id, 'p' || n, 0.5,
                '{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": null, \"low\": 0.0, \"high\": 1.0, \"log\": false}}'
            FROM trials, generate_series(0, 9) AS n;
        ANALYZE";
    postgres.execute(fill).await;
    let first = through.call("sent", json!([study])).await;
    assert_eq!((&first[0], &first[1]), (&json!(10_000), &json!(10_000)));
    let one = through.call("create_trial", json!([study])).await;
    let two = through.call("create_trial", json!([study])).await;
    through
        .call("set_state", json!([two, "COMPLETE", [0.5]]))
        .await;
    for expected in [json!([10_002, 2]), json!([10_002, 1])] {
        through.proxied.proxy.reset();
        let sent = through.call("sent", json!([study])).await;
        assert_eq!(json!([sent[0], sent[1]]), expected);
        let read = through.proxied.proxy.counts().bytes_answered;
        assert!(
            sent[2].as_u64() < Some(200) && read < 4_000,
            "{sent} {read}"
        );
    }
    // The open one is sent until it has ended, and then no more.
    through.call("set_state", json!([one, "FAIL"])).await;
    for expected in [1, 0] {
        let sent = through.call("sent", json!([study])).await;
        assert_eq!(sent[1], expected);
    }
    // More than the next hundred of all studies.
    through.call("create_study", json!(["other"])).await;
    let fill = "INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
        SELECT 20000 + n / 2, 1 + n % 2, 'FAIL', now(), now() FROM generate_series(0, 599) AS n";
    through.proxied.postgres.execute(fill).await;
    for expected in [json!([10_302, 300]), json!([10_302, 0])] {
        let sent = through.call("sent", json!([study])).await;
        assert_eq!(json!([sent[0], sent[1]]), expected);
    }
}
