//! The server answers with errors that may pass, each of them for a while, at ask, at report and at tell in turn: a
//! running trial goes on until it is heard, and an ask that failed has left nothing behind.

use std::time::Duration;

use docktuna_tests::{PrivateServer, TestDb};
use rand::RngExt;
use sqlx::PgConnection;
use tokio::time::sleep;

use crate::fleet::{Fleet, millis};
use crate::judge::{Server, judge, stored};
use crate::plan::Plan;
use crate::table::Row;
use crate::worker::{Event, Order};

/// What PostgreSQL has in the classes 08, 40, 53, 55, 57 and 58, and its internal errors.
const CODES: &[&str] = &[
    "08000", "08003", "08006", "08001", "08004", "08007", "08P01", "40000", "40001", "40002",
    "40003", "40P01", "53000", "53100", "53200", "53300", "53400", "55000", "55006", "55P02",
    "55P03", "55P04", "57000", "57014", "57P01", "57P02", "57P03", "57P04", "57P05", "58000",
    "58030", "58P01", "58P02", "XX000", "XX001", "XX002",
];

/// Where an ask, a report and a tell write.
const TABLES: [&str; 3] = ["trials", "trial_intermediate_values", "trial_values"];

/// Raises the code that is set for the table.
const TRIGGER: &str = "CREATE TABLE trouble (place text, code text);
    CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE code text;
    BEGIN
        FOR code IN SELECT t.code FROM trouble t WHERE place = TG_TABLE_NAME LOOP
            RAISE EXCEPTION 'thrown by a test' USING ERRCODE = code;
        END LOOP;
        RETURN NEW;
    END $$;";

pub(crate) async fn run(plan: Plan) -> Row {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let order = Order {
        url: postgres.url("postgresql"),
        seed: plan.seed(),
        tasks: 3,
        lasts: Duration::from_millis(30),
        reports: 2,
        ..Order::default()
    };
    order.set_up().await;
    postgres.execute(TRIGGER).await;
    for table in TABLES {
        let on = format!(
            "CREATE TRIGGER trouble BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION trouble()"
        );
        postgres.execute(on).await;
    }
    let mut operator = postgres.connect().await;
    let mut fleet = Fleet::start(order, 2);
    let mut rng = plan.rng();
    let mut rounds = 0;
    for code in CODES {
        for table in TABLES {
            if !rng.random_bool(plan.pick(0.12, 1.0)) {
                continue;
            }
            fleet.goes_on(3).await;
            set(&mut operator, Some((table, code))).await;
            sleep(millis(&mut rng, plan.pick(100..250, 1500..3000))).await;
            set(&mut operator, None).await;
            rounds += 1;
        }
    }
    fleet.goes_on(10).await;
    // Nobody sends heartbeats so often, or looks for stale trials: what was left behind would stay.
    fleet.stop().await;

    // An ask by hand is told at once; nothing else is.
    let other = |event: &&&Event| !matches!(event, Event::Failed { call, .. } if call == "ask");
    assert_eq!(fleet.failures().iter().find(other), None);
    let log = std::fs::read_to_string(&server.server().log).expect("the server's log");
    let thrown = log.matches("thrown by a test").count();
    println!("errors: {thrown} thrown");
    assert!(thrown >= rounds, "each reached the workers");
    let row = judge(&fleet.diary, &stored(&postgres).await, Server::Stayed);
    assert_eq!(fleet.told(), row.trials, "each trial has a result");
    Row {
        repetitions: rounds,
        stuck: row.stuck + fleet.stuck,
        ..row
    }
}

/// Sets what is thrown and where, or nothing.
async fn set(operator: &mut PgConnection, thrown: Option<(&str, &str)>) {
    let statement = match thrown {
        Some(_) => "INSERT INTO trouble VALUES ($1, $2)",
        None => "DELETE FROM trouble WHERE $1::text IS NULL OR $2::text IS NULL",
    };
    sqlx::query(statement)
        .bind(thrown.map(|(table, _)| table))
        .bind(thrown.map(|(_, code)| code))
        .execute(operator)
        .await
        .expect("a statement of the owner");
}
