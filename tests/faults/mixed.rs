//! Rust and both Optunas on one study, these on the database and through a server of ours, with a queue, pruning,
//! attributes and heartbeats, while a dashboard polls it; the long form lasts for an hour. Each trial is accounted for
//! by whoever ran it, and nobody fails a trial of somebody else that lives.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use docktuna::TrialState;
use docktuna_tests::{Dashboard, PrivateServer, TestDb, Version, python};
use serde_json::Value;
use tokio::time::sleep;

use crate::fleet::Fleet;
use crate::plan::Plan;
use crate::remote::Served;
use crate::table::Row;
use crate::worker::{Event, Order, Point, STUDY, report_of};

const STEPS: u32 = 3;

pub(crate) async fn run(plan: Plan) -> Row {
    // With the trials of an hour Python's samplers and pruners keep its heartbeats waiting.
    let (interval, grace) = plan.pick(("1", "3"), ("5", "20"));
    let duration = |seconds: &str| Duration::from_secs(seconds.parse().expect("a number"));
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let order = Order {
        url: postgres.url("postgresql"),
        seed: plan.seed(),
        tasks: 2,
        reports: STEPS,
        beat: Some((duration(interval), duration(grace))),
        prunes: true,
        ..Order::default()
    };
    let (db, study) = order.open().await.expect("a server that works");
    let url = postgres.url_for_python();
    let dashboard = Dashboard::start(&url).await;
    let polls = Arc::new(AtomicUsize::new(0));
    let polling = tokio::spawn(poll(dashboard, Arc::clone(&polls)));

    // Short trials, and some that last for longer than the grace period.
    let mut fleet = Fleet::start(order, 0);
    let short = Duration::from_millis(plan.pick(400, 2000));
    for lasts in [short, duration(grace) * 2] {
        fleet.start_one(|order| order.lasts = lasts);
    }
    let served = Served::start(&postgres.url("postgresql"), &[]).await;
    let (seconds, lasts) = plan.pick(("10", "0.1"), ("3600", "2"));
    let ways = [None, Some(served.address.clone())];
    let kinds = Version::ALL.map(|version| ways.clone().map(|way| (version, way)));
    let pythons = kinds.concat().into_iter().map(|(version, way)| {
        let url = url.clone();
        tokio::spawn(async move {
            let mut args = vec!["--study", STUDY, "--seconds", seconds, "--lasts", lasts];
            args.extend(["--interval", interval, "--grace", grace]);
            if let Some(address) = &way {
                args.extend(["--server", address]);
            }
            python(version, "fleet.py", &args, &url).await
        })
    });
    let pythons: Vec<_> = pythons.collect();
    let mut enqueued = Vec::new();
    while pythons.iter().any(|python| !python.is_finished()) {
        let x = f64::from(u32::try_from(enqueued.len()).expect("not so many")) / 65536.0;
        enqueued.push((
            study
                .enqueue(Point { x })
                .await
                .expect("a server that works"),
            x,
        ));
        sleep(Duration::from_millis(700)).await;
    }
    let mut ran = BTreeMap::new();
    for python in pythons {
        account_python(&mut ran, &python.await.expect("a worker that ended well"));
    }
    fleet.stop().await;
    assert_eq!(served.complaints(), [] as [&str; 0]);
    assert!(!polling.is_finished(), "the dashboard answered to the end");
    polling.abort();
    account_rust(&mut ran, &fleet);

    let mut row = Row {
        repetitions: polls.load(Ordering::Relaxed),
        stuck: fleet.stuck,
        ..Row::default()
    };
    assert!(row.repetitions > 3, "it was asked all the time");
    let stored = study.trials().await.expect("a study that can be read");
    db.close().await;
    row.trials = stored.len();
    for (number, trial) in (0..).zip(&stored) {
        assert_eq!(trial.number.get(), number, "numbers are dense");
        if trial.state == TrialState::Waiting {
            // Enqueued when the last worker had ended.
            continue;
        }
        let x = trial.params.get("x").expect("every trial has one").stored();
        match ran.remove(&number) {
            Some(account) => assert_eq!(account, (trial.state, x), "trial {number}"),
            None => row.lost += 1,
        }
        row.stuck += usize::from(trial.state == TrialState::Running);
        let noted = trial
            .user_attrs
            .get("noted")
            .map(|attr| attr.parse::<f64>());
        assert_eq!(
            noted.expect("each has noted it").ok(),
            Some(x),
            "trial {number}"
        );
        for (step, value) in &trial.intermediate_values {
            let reported = report_of(x, i32::try_from(*step).expect("a small step"));
            assert_eq!(value.to_bits(), reported.to_bits(), "trial {number}");
        }
        if trial.state == TrialState::Complete {
            assert_eq!(trial.intermediate_values.len(), 3, "trial {number}");
        }
    }
    row.lost += ran.len();
    for (number, x) in &enqueued {
        let at = usize::try_from(number.get()).expect("numbers start at 0");
        let fixed = stored[at].system_attrs.get("fixed_params");
        let fixed = fixed
            .expect("it was enqueued")
            .parse::<BTreeMap<String, f64>>();
        assert_eq!(fixed.expect("a map").get("x"), Some(x));
        if let Some(drawn) = stored[at].params.get("x") {
            assert_eq!(drawn.stored().to_bits(), x.to_bits(), "trial {number}");
        }
    }
    for state in [TrialState::Complete, TrialState::Pruned] {
        assert!(
            stored.iter().any(|trial| trial.state == state),
            "no trial is {state}"
        );
    }
    row
}

/// Asks for what a browser asks for, all the time.
async fn poll(dashboard: Dashboard, polls: Arc<AtomicUsize>) {
    let study = loop {
        let listed = dashboard.get("/api/studies").await;
        if let Some(id) = listed["study_summaries"][0]["study_id"].as_i64() {
            break id;
        }
    };
    loop {
        let detail = dashboard
            .get(&format!("/api/studies/{study}?after=0"))
            .await;
        assert!(detail["trials"].is_array(), "{detail}");
        polls.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(500)).await;
    }
}

/// How trials ended and with which parameter, by number, as those say who ran them.
type Accounts = BTreeMap<i32, (TrialState, f64)>;

fn account_python(accounts: &mut Accounts, said: &Value) {
    for trial in said["ran"].as_array().expect("a list") {
        let number = trial["number"].as_i64().expect("a number");
        let state = match trial["state"].as_str() {
            Some("COMPLETE") => TrialState::Complete,
            Some("PRUNED") => TrialState::Pruned,
            other => panic!("trial {number} of Python is {other:?}"),
        };
        let number = i32::try_from(number).expect("not so many");
        let x = trial["x"].as_f64().expect("a number");
        assert_eq!(accounts.insert(number, (state, x)), None, "trial {number}");
    }
}

fn account_rust(accounts: &mut Accounts, fleet: &Fleet) {
    for event in &fleet.diary {
        let (number, account) = match event {
            Event::Told { number, x, .. } => (*number, (TrialState::Complete, *x)),
            Event::Pruned { number, x } => (*number, (TrialState::Pruned, *x)),
            Event::Refused { .. } | Event::Failed { .. } => panic!("{event:?}"),
            _ => continue,
        };
        assert_eq!(accounts.insert(number, account), None, "trial {number}");
    }
}
