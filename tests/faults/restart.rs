//! The server crashes at random moments (`pg_ctl -m immediate`) and comes back: no acknowledged result is lost, none
//! stands on the row of another trial, and the fleet goes on by itself.
//!
//! Trials are created with an asynchronous commit, so a crash undoes the newest ones and their ids and numbers are
//! handed out again while their workers still run.

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

pub(crate) async fn run(plan: Plan) -> Row {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let order = Order {
        url: postgres.url("postgresql"),
        seed: plan.seed(),
        tasks: 4,
        lasts: Duration::from_millis(60),
        reports: 2,
        beat: Some((Duration::from_secs(1), Duration::from_secs(4))),
        retries: 1,
        ..Order::default()
    };
    order.set_up().await;
    let mut fleet = Fleet::start(order, 3);
    let mut rng = plan.rng();
    let restarts = plan.pick(4, 20);
    for _ in 0..restarts {
        fleet.goes_on(10).await;
        sleep(millis(&mut rng, 0..800)).await;
        server.kill_immediate().await;
        // Mostly at once; now and then longer than an operation is repeated.
        if rng.random_bool(0.3) {
            sleep(millis(&mut rng, 500..4000)).await;
        }
        server.start_again().await;
    }
    fleet.goes_on(10).await;
    settle(&mut fleet).await;

    let stored = stored(&postgres).await;
    let mut row = judge(&fleet.diary, &stored, Server::Crashed);
    judge_retries(&mut row, &stored, 1);
    Row {
        repetitions: restarts,
        stuck: row.stuck + fleet.stuck,
        ..row
    }
}
