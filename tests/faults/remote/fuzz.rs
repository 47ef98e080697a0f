//! Messages of any bytes, and messages of valid form with any values: each gets an answer with a code that says what is
//! wrong, the memory stays bounded, and Python reads what was stored.

use docktuna_tests::{TestDb, Version, python};

use super::server::Served;
use crate::plan::Plan;
use crate::table::Row;

/// What the server may have more at the end than at the start, in KiB.
const GROWTH: u64 = 256 << 10;

pub(crate) async fn run(plan: Plan) -> Row {
    let postgres = TestDb::create().await;
    let served = Served::start(&postgres.url("postgresql"), &[]).await;
    let (before, _) = served.memory();
    let messages: usize = plan.pick(1_000, 100_000);
    let (count, seed) = (messages.to_string(), plan.seed().to_string());
    let args = ["fuzz", &count, &seed];
    let answered = python(Version::V5, "hostile.py", &args, &served.address).await;
    let (after, most) = served.memory();
    println!("    answers: {}", answered["codes"]);
    println!("    memory in KiB: {before} before, {after} after, {most} at most");
    assert_eq!(answered["odd"], serde_json::json!({}));
    let codes = answered["codes"].as_object().expect("counts");
    let of = |name: &str| {
        codes
            .get(name)
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(0)
    };
    let known = [
        "OK",
        "INVALID_ARGUMENT",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "INTERNAL",
    ];
    let total: u64 = known.iter().map(|name| of(name)).sum();
    assert_eq!(
        usize::try_from(total),
        Ok(messages),
        "each message was answered"
    );
    for name in ["OK", "INVALID_ARGUMENT", "NOT_FOUND", "INTERNAL"] {
        assert!(of(name) > 0, "{name} is among the answers");
    }
    assert_eq!(served.complaints(), [] as [&str; 0]);
    assert!(most < before + GROWTH, "{most} KiB");
    // Whatever was stored.
    let url = postgres.url_for_python();
    let mut trials = 0;
    for version in Version::ALL {
        let read = python(version, "hostile.py", &["readable"], &url).await;
        assert!(read["studies"].as_u64() > Some(0), "{read}");
        trials = read["trials"].as_u64().expect("a count");
    }
    Row {
        repetitions: messages,
        trials: usize::try_from(trials).expect("not so many"),
        ..Row::default()
    }
}
