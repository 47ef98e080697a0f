//! A fleet of Python workers, and what may be left behind by it.

use std::time::Duration;

use docktuna_tests::TestDb;
use tokio::time::{Instant, sleep};

use crate::fleet::{Fleet, PATIENCE};
use crate::judge::{Server, Stored, judge, stored};
use crate::table::Row;
use crate::worker::{Order, Remote};

/// Workers of both Optunas.
pub(super) const PROCESSES: u32 = 2;
/// Trials that each works on at a time.
pub(super) const TASKS: u32 = 3;

/// The study is made as a Rust worker makes it.
pub(super) async fn start(postgres: &TestDb, remote: Remote) -> Fleet {
    let order = Order {
        url: postgres.url("postgresql"),
        tasks: TASKS,
        lasts: Duration::from_millis(40),
        reports: 2,
        remote: Some(remote),
        ..Order::default()
    };
    order.set_up().await;
    let fleet = Fleet::start(order, PROCESSES);
    // Python takes its time to import everything, on a busy machine more than a fleet may stand still.
    let began = Instant::now();
    while fleet.told() == 0 {
        assert!(began.elapsed() < 5 * PATIENCE, "no worker has begun");
        sleep(Duration::from_millis(20)).await;
    }
    fleet
}

/// Compares what the workers were told with what is stored. Each of so many interruptions may have left behind trials
/// of the calls that it interrupted, of which nobody knows the end; they count as failed.
///
/// # Panics
/// When more were left behind.
pub(super) async fn verdict(
    fleet: &Fleet,
    postgres: &TestDb,
    server: Server,
    interruptions: usize,
) -> Row {
    let mut stored = stored(postgres).await;
    let mut left = 0;
    for trial in &mut stored {
        if trial.state == "RUNNING" {
            left += 1;
            set_aside(trial);
        }
    }
    let most = interruptions * usize::try_from(TASKS * PROCESSES).expect("few");
    assert!(
        left <= most,
        "{left} trials were left behind by {interruptions} interruptions"
    );
    println!("    left behind in RUNNING by calls that were not answered: {left}");
    let row = judge(&fleet.diary, &stored, server);
    Row {
        stuck: row.stuck + fleet.stuck,
        ..row
    }
}

fn set_aside(trial: &mut Stored) {
    assert_eq!(
        trial.values,
        [] as [f64; 0],
        "a trial that runs has no result"
    );
    "FAIL".clone_into(&mut trial.state);
}
