//! `kill -9` of random workers at random moments, each replaced: every result that was acknowledged is there; every
//! other trial ends as FAIL, and is retried exactly once.

use std::time::Duration;

use docktuna_tests::{PrivateServer, TestDb};
use rand::RngExt;
use tokio::time::sleep;

use crate::fleet::{Fleet, millis};
use crate::judge::{Server, judge, judge_retries, stored};
use crate::plan::Plan;
use crate::settle::settle;
use crate::table::Row;
use crate::worker::Order;

const PROCESSES: u32 = 4;

pub(crate) async fn run(plan: Plan) -> Row {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let order = Order {
        url: postgres.url("postgresql"),
        seed: plan.seed(),
        tasks: 4,
        lasts: Duration::from_millis(60),
        reports: 1,
        beat: Some((Duration::from_millis(500), Duration::from_secs(2))),
        retries: 1,
        ..Order::default()
    };
    order.set_up().await;
    let mut fleet = Fleet::start(order, PROCESSES);
    let mut rng = plan.rng();
    let kills = plan.pick(25, 200);
    for kill in 0..kills {
        sleep(millis(&mut rng, 10..400)).await;
        let victim = rng.random_range(0..fleet.workers.len());
        fleet.kill(victim).await;
        fleet.start_one(|_| ());
        if kill % 10 == 9 {
            fleet.goes_on(10).await;
        }
    }
    settle(&mut fleet).await;

    let stored = stored(&postgres).await;
    let mut row = judge(&fleet.diary, &stored, Server::Stayed);
    judge_retries(&mut row, &stored, 1);
    let killed = stored.iter().any(|trial| trial.state == "FAIL");
    assert!(killed, "somebody was killed while a trial ran");
    Row {
        repetitions: kills,
        stuck: row.stuck + fleet.stuck,
        ..row
    }
}
