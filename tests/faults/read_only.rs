//! Server and database read only for a while, as after a wrong turn of an operator or on a standby, and write again:
//! what a trial has to say waits, and no new trial comes of an ask.

use std::time::Duration;

use docktuna_tests::{PrivateServer, TestDb};
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::time::sleep;

use crate::fleet::{Fleet, millis};
use crate::judge::{Server, judge, stored};
use crate::plan::Plan;
use crate::table::Row;
use crate::worker::{Event, Order};

pub(crate) async fn run(plan: Plan) -> Row {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let order = Order {
        url: postgres.url("postgresql"),
        seed: plan.seed(),
        tasks: 3,
        lasts: Duration::from_millis(60),
        reports: 2,
        beat: Some((Duration::from_millis(500), Duration::from_secs(120))),
        ..Order::default()
    };
    order.set_up().await;
    let mut operator = postgres.connect_superuser().await;
    // Whoever turns it on has to be able to turn it off.
    execute(&mut operator, "SET default_transaction_read_only = off").await;
    let mut fleet = Fleet::start(order, 2);
    let mut rng = plan.rng();
    let turns = plan.pick(2, 40);
    for turn in 0..turns {
        fleet.goes_on(10).await;
        turned(&mut operator, &postgres, turn % 2 == 0, "on").await;
        sleep(millis(&mut rng, plan.pick(100..1000, 100..12_000))).await;
        turned(&mut operator, &postgres, turn % 2 == 0, "off").await;
    }
    fleet.goes_on(10).await;
    fleet.stop().await;

    // An ask by hand is told at once; nothing else is.
    let failed = fleet.failures();
    let asked = |event: &&&Event| matches!(event, Event::Failed { call, error } if call == "ask" && error.contains("is read-only"));
    assert_eq!(failed.iter().find(|event| !asked(event)), None);
    // In a few turns each worker may have been in the midst of a trial, where it waits.
    assert!(turns < 10 || !failed.is_empty(), "the workers have noticed");
    let refused = |event: &&Event| matches!(event, Event::Refused { .. });
    assert_eq!(fleet.diary.iter().find(refused), None);
    let row = judge(&fleet.diary, &stored(&postgres).await, Server::Stayed);
    assert_eq!(fleet.told(), row.trials, "each trial has a result");
    Row {
        repetitions: turns,
        stuck: row.stuck + fleet.stuck,
        ..row
    }
}

/// For the database, whose sessions are ended to make it count, or for the server.
async fn turned(operator: &mut PgConnection, postgres: &TestDb, database: bool, to: &str) {
    let set = format!("SET default_transaction_read_only = {to}");
    if database {
        let name = &postgres.database;
        execute(operator, &format!("ALTER DATABASE {name} {set}")).await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        execute(operator, end).await;
    } else {
        execute(operator, &format!("ALTER SYSTEM {set}")).await;
        execute(operator, "SELECT pg_reload_conf()").await;
    }
}

async fn execute(operator: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(operator).await;
    done.expect("a statement of the superuser");
}
