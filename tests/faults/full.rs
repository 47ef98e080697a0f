//! The disk of a server, and that of a file, is full again and again, and is freed: nothing is lost, and the workers go
//! on. The server ends transactions, and crashes where its log finds no room.
//!
//! The disk is a tmpfs. Without the right to mount one, the server throws the error of a full disk at everything that
//! is written, and no file is filled.

use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use docktuna::OptunaDatabase;
use docktuna_tests::{PrivateServer, SmallDisk, TestDb};
use rand::RngExt;
use tokio::time::{Instant, sleep, timeout};

use crate::fleet::{Fleet, millis};
use crate::judge::{Server, judge, judge_retries, stored, stored_in_file};
use crate::plan::Plan;
use crate::settle::settle;
use crate::table::Row;
use crate::worker::{Event, Order, STUDY};

/// Room for a cluster, and for what the workers write between two times that it is full.
const SERVER_DISK: u64 = 120 << 20;
const FILE_DISK: u64 = 32 << 20;
const LARGE: usize = 12 << 20;

/// How long workers have to notice that a disk is full.
const NOTICE: Duration = Duration::from_secs(4);

pub(crate) async fn run(plan: Plan) -> Row {
    let mut row = match SmallDisk::mount(SERVER_DISK) {
        Some(disk) => {
            let server = PrivateServer::start_on(&disk).await;
            fill(plan, server, Disk::Small(disk)).await
        }
        None => fill(plan, PrivateServer::start().await, Disk::Thrown).await,
    };
    match SmallDisk::mount(FILE_DISK) {
        Some(disk) => {
            let of_file = fill_file(plan, disk).await;
            row.repetitions += of_file.repetitions;
            row.trials += of_file.trials;
            row.lost += of_file.lost;
            row.doubled += of_file.doubled;
            row.stuck += of_file.stuck;
        }
        None => row.note = Some("no tmpfs: errors thrown by the server, no file"),
    }
    row
}

/// What is full.
enum Disk {
    Small(SmallDisk),
    /// Nothing; the server says so.
    Thrown,
}

async fn fill(plan: Plan, server: PrivateServer, disk: Disk) -> Row {
    let postgres = TestDb::create_on(server.server()).await;
    let order = Order {
        url: postgres.url("postgresql"),
        ..order(plan)
    };
    order.set_up().await;
    let mut fleet = Fleet::start(order, 3);
    let mut rng = plan.rng();
    let mut noticed = 0;
    for _ in 0..plan.pick(2, 15) {
        goes_on(&fleet, &server).await;
        let pause = millis(&mut rng, plan.pick(200..1000, 1000..14_000));
        match &disk {
            Disk::Small(disk) => {
                let before = errors(&server);
                disk.fill(rng.random_range(0..64 << 10));
                // Some pages have room left, so that it may take a while, and now and then for ever.
                until(|| errors(&server) > before).await;
                noticed += usize::from(errors(&server) > before);
                sleep(pause).await;
                disk.free();
            }
            Disk::Thrown => {
                throw(&postgres).await;
                sleep(pause).await;
                let free = "DROP FUNCTION no_room() CASCADE";
                postgres.execute(free).await;
                noticed += 1;
            }
        }
    }
    goes_on(&fleet, &server).await;
    settle(&mut fleet).await;

    only_asks_failed(&fleet);
    let stored = stored(&postgres).await;
    let mut row = judge(&fleet.diary, &stored, Server::Crashed);
    judge_retries(&mut row, &stored, 1);
    assert!(noticed > 0, "the disk was full");
    Row {
        repetitions: noticed,
        stuck: row.stuck + fleet.stuck,
        ..row
    }
}

/// Waits for the fleet, and starts the server where it gave up because even its recovery had no room.
async fn goes_on(fleet: &Fleet, server: &PrivateServer) {
    let mut going = pin!(fleet.goes_on(10));
    while timeout(Duration::from_millis(500), &mut going)
        .await
        .is_err()
    {
        if !server.is_running().await {
            server.start_again().await;
        }
    }
}

async fn fill_file(plan: Plan, disk: SmallDisk) -> Row {
    let file = disk.path().join("studies.db");
    let order = Order {
        url: format!("sqlite:///{}", file.display()),
        ..order(plan)
    };
    order.set_up().await;
    let mut fleet = Fleet::start(order, 3);
    let mut rng = plan.rng();
    let times = plan.pick(2, 15);
    for _ in 0..times {
        fleet.goes_on(10).await;
        disk.fill(0);
        is_full(&file).await;
        sleep(millis(&mut rng, plan.pick(200..1000, 1000..14_000))).await;
        disk.free();
    }
    fleet.goes_on(10).await;
    settle(&mut fleet).await;

    only_asks_failed(&fleet);
    let stored = stored_in_file(&file).await;
    let mut row = judge(&fleet.diary, &stored, Server::Stayed);
    judge_retries(&mut row, &stored, 1);
    Row {
        repetitions: times,
        stuck: row.stuck + fleet.stuck,
        ..row
    }
}

fn order(plan: Plan) -> Order {
    Order {
        seed: plan.seed(),
        tasks: 3,
        lasts: Duration::from_millis(30),
        reports: 4,
        beat: Some((Duration::from_secs(1), Duration::from_secs(4))),
        retries: 1,
        ..Order::default()
    }
}

/// An ask by hand, and who opens a study to settle it, are told at once. A trial whose row was lost in a crash has
/// nowhere to report to; its result gets a row.
fn only_asks_failed(fleet: &Fleet) {
    for event in fleet.failures() {
        let Event::Failed { call, error } = event else {
            continue;
        };
        let may_fail = match call.as_str() {
            "ask" | "open" => true,
            "report" => error.contains("is no longer in the database"),
            _ => false,
        };
        assert!(may_fail, "{event:?}");
    }
}

/// How often the server found its disk full.
fn errors(server: &PrivateServer) -> usize {
    let log = std::fs::read_to_string(&server.server().log).expect("the server's log");
    log.matches("No space left on device").count()
}

/// Waits for something to happen, but not for ever.
async fn until(happened: impl Fn() -> bool) {
    let began = Instant::now();
    while !happened() && began.elapsed() < NOTICE {
        sleep(Duration::from_millis(20)).await;
    }
}

/// Writes more than there can be room for in the file and its log, and reads what the error says.
async fn is_full(file: &Path) {
    let db = OptunaDatabase::sqlite(file).await.expect("a file");
    let study = db.dynamic_study(STUDY).await;
    let study = study.expect("a study that can be read");
    let large = "x".repeat(LARGE);
    let error = study.set_user_attr("large", large).await;
    let error = error.expect_err("the disk is full");
    let text = error.to_string();
    assert!(
        error.is_transient() && text.contains("the database's disk is full"),
        "{text}"
    );
}

/// Lets the server say that there is no room, whatever is written.
async fn throw(postgres: &TestDb) {
    let mut sql = "BEGIN; CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$;"
        .to_owned();
    for table in [
        "trials",
        "trial_values",
        "trial_intermediate_values",
        "trial_heartbeats",
    ] {
        sql += &format!(
            "CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION no_room();"
        );
    }
    postgres.execute(sql + "COMMIT").await;
}
