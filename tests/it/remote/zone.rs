//! Moments on their way: UTC in the database, and local time between a server and Python, as with Optuna's own server.

use serde_json::{Value, json};

use crate::backend::Backend;
use crate::support::{Version, Worker};

use super::server::Served;

const ZONE: &str = "Asia/Tokyo";

#[tokio::test]
async fn moments_are_stored_in_utc_and_told_in_local_time() {
    for (backend, version) in [
        (Backend::postgres().await, Version::V5),
        (Backend::sqlite().await, Version::V4),
    ] {
        let url = backend.url().replace("+psycopg2", "");
        let server = Served::start_in_zone(ZONE, &url).await;
        let mut python = Worker::start(version, "steps.py", &server.address);
        let mut call = async |call: &str, args: Value| {
            let answer = python.ask(json!({ "call": call, "args": args })).await;
            assert!(answer["error"].is_null(), "{call} {args}: {answer}");
            answer["value"].clone()
        };
        call("zone", json!([ZONE])).await;
        let study = call("create_study", json!(["s"])).await;
        let noon = json!(["2026-07-01 12:00:00", "2026-07-01 13:00:00.000005"]);
        let ended = call("add_ended", json!([study, noon[0], noon[1]])).await;
        assert_eq!(call("moments", json!([ended])).await, noon, "{version}");
        let stored = backend.db.dynamic_study("s").await.unwrap();
        let trials = stored.trials().await.unwrap();
        let utc = trials[0].datetime_start.map(|moment| moment.to_string());
        assert_eq!(utc.as_deref(), Some("2026-07-01 03:00:00"));
        // A trial that starts now starts now, for Python.
        let new = call("create_trial", json!([study])).await;
        let age = call("age", json!([new])).await;
        assert!(
            age.as_f64().is_some_and(|age| (-1.0..600.0).contains(&age)),
            "{age}"
        );
    }
}
