//! The password is changed while trials run, in the server and in the secret's file, now in the one order and now in
//! the other; or the role may not log in for a while. Nothing is lost, no trial is taken for dead, and the workers go on.

use std::path::Path;
use std::time::Duration;

use docktuna_tests::{PrivateServer, TestDb};
use tokio::time::sleep;

use crate::fleet::{Fleet, millis};
use crate::judge::{Server, judge, stored_by};
use crate::plan::Plan;
use crate::table::Row;
use crate::worker::{Event, Order};

pub(crate) async fn run(plan: Plan) -> Row {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let secrets = tempfile::tempdir().expect("a folder");
    let file = secrets.path().join("password");
    write(&file, &postgres.password);
    let TestDb {
        host,
        port,
        user,
        database,
        ..
    } = &postgres;
    let order = Order {
        url: format!("postgresql://{user}@{host}:{port}/{database}"),
        password_file: Some(file.clone()),
        seed: plan.seed(),
        tasks: 3,
        lasts: Duration::from_millis(60),
        reports: 2,
        beat: Some((Duration::from_millis(500), Duration::from_secs(120))),
        ..Order::default()
    };
    order.set_up().await;
    let mut fleet = Fleet::start(order, 2);
    let mut rng = plan.rng();
    let rotations = plan.pick(3, 40);
    for rotation in 0..rotations {
        fleet.goes_on(10).await;
        let pause = millis(&mut rng, plan.pick(100..1000, 100..12_000));
        let password = format!("secret {rotation}");
        let change = format!("ALTER ROLE {user} PASSWORD '{password}'");
        match rotation % 3 {
            // The server first.
            0 => {
                operate(&postgres, &change).await;
                sleep(pause).await;
                write(&file, &password);
            }
            // The file first. A worker that has its connections goes on meanwhile.
            1 => {
                write(&file, &password);
                fleet.goes_on(10).await;
                operate(&postgres, &change).await;
            }
            _ => {
                operate(&postgres, &format!("ALTER ROLE {user} NOLOGIN")).await;
                sleep(pause).await;
                operate(&postgres, &format!("ALTER ROLE {user} LOGIN")).await;
            }
        }
    }
    fleet.goes_on(10).await;
    fleet.stop().await;

    // An ask by hand is told at once; nothing else is.
    let failed = fleet.failures();
    let other = |event: &&&Event| !matches!(event, Event::Failed { call, .. } if call == "ask");
    assert_eq!(failed.iter().find(other), None);
    let refused = |event: &&Event| matches!(event, Event::Refused { .. });
    assert_eq!(fleet.diary.iter().find(refused), None);
    let attempts = refusals(&server);
    println!("rotate: {attempts} logins refused");
    assert!(attempts > 0, "the workers were refused");
    // The password of the owner is another one by now.
    let operator = postgres.connect_superuser().await;
    let row = judge(&fleet.diary, &stored_by(operator).await, Server::Stayed);
    Row {
        repetitions: rotations,
        stuck: row.stuck + fleet.stuck,
        ..row
    }
}

/// Carries a change out, and ends the sessions that came before it.
async fn operate(postgres: &TestDb, change: &str) {
    postgres.execute_superuser(change).await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    postgres.execute_superuser(end).await;
}

/// As the tools do that distribute secrets: never half of one.
fn write(file: &Path, password: &str) {
    let next = file.with_extension("next");
    std::fs::write(&next, format!("{password}\n")).expect("a file of ours");
    std::fs::rename(&next, file).expect("a folder of ours");
}

/// How often the server refused somebody.
fn refusals(server: &PrivateServer) -> usize {
    let log = std::fs::read_to_string(&server.server().log).expect("the server's log");
    let refused = [
        "password authentication failed",
        "is not permitted to log in",
    ];
    log.lines()
        .filter(|line| refused.iter().any(|text| line.contains(text)))
        .count()
}
