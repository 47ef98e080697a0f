//! 64 workers and nothing but the store to wait for: numbers 0 to n, without a gap and without a double, every value
//! the one that was told, and few connections.
//!
//! The workers are 8 processes with 8 trials at a time each, as a machine with 8 cores has them; each process has one
//! database handle.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use docktuna_tests::{PrivateServer, TestDb};
use tokio::time::sleep;

use crate::fleet::Fleet;
use crate::judge::{Server, judge, stored};
use crate::plan::Plan;
use crate::table::Row;
use crate::worker::Order;

const PROCESSES: u32 = 8;

/// `max_connections` of a handle, one for heartbeats, and one that asks for the server's time zone and ends.
const BOUND: usize = 8 + 1 + 1;

pub(crate) async fn run(plan: Plan) -> Row {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let trials = plan.pick(800, 10_000);
    let order = Order {
        url: postgres.url("postgresql"),
        seed: plan.seed(),
        tasks: 8,
        trials: Some(trials / PROCESSES),
        // Often enough for the connection of heartbeats to be counted.
        beat: Some((Duration::from_secs(1), Duration::from_secs(60))),
        learns: false,
        ..Order::default()
    };
    // The tables are made by the database's owner.
    order.set_up().await;

    let mut fleet = Fleet::start(order, 0);
    for process in 0..PROCESSES {
        let url = url_of_member(&postgres, &format!("member_{process}")).await;
        fleet.start_one(|order| order.url = url);
    }
    let most = Arc::new(Mutex::new(0));
    let watching = tokio::spawn(watch(postgres.connect_superuser().await, Arc::clone(&most)));
    fleet.finish().await;
    assert!(
        !watching.is_finished(),
        "the connections were counted to the end"
    );
    watching.abort();

    let stored = stored(&postgres).await;
    assert_eq!(stored.len(), usize::try_from(trials).expect("not so many"));
    assert_eq!(fleet.told(), stored.len());
    assert_eq!(fleet.failures(), [] as [&_; 0]);
    let most = *most.lock().expect("no panic while counting");
    assert!(
        (1..=BOUND).contains(&most),
        "{most} connections of a process"
    );
    let row = judge(&fleet.diary, &stored, Server::Stayed);
    Row {
        repetitions: 1,
        stuck: row.stuck + fleet.stuck,
        connections: Some(most),
        ..row
    }
}

/// For a role of its own with the owner's rights, so that the server tells the processes apart.
async fn url_of_member(postgres: &TestDb, name: &str) -> String {
    let password = format!("{:016x}", rand::random::<u64>());
    let role = format!(
        "CREATE ROLE {name} LOGIN PASSWORD '{password}' IN ROLE {}",
        postgres.user
    );
    postgres.execute_superuser(role).await;
    let TestDb {
        host,
        port,
        database,
        ..
    } = postgres;
    format!("postgresql://{name}:{password}@{host}:{port}/{database}")
}

/// Notes the most connections that a member had at any moment.
async fn watch(mut connection: sqlx::PgConnection, most: Arc<Mutex<usize>>) {
    loop {
        let members: Vec<Option<String>> = sqlx::query_scalar(
            "SELECT usename::text FROM pg_stat_activity WHERE usename LIKE 'member%'",
        )
        .fetch_all(&mut connection)
        .await
        .expect("the superuser sees every connection");
        let mut held: HashMap<Option<String>, usize> = HashMap::new();
        for member in members {
            *held.entry(member).or_default() += 1;
        }
        let now = held.into_values().max().unwrap_or(0);
        {
            let mut most = most.lock().expect("no panic while counting");
            *most = now.max(*most);
        }
        sleep(Duration::from_millis(20)).await;
    }
}
