//! Workers that stop beyond their grace period, as on a machine that was suspended, and wake up: by then others have
//! failed their trials and retried them, so that their results are refused and the retries stand.

use std::time::Duration;

use docktuna_tests::{PrivateServer, TestDb};
use rand::RngExt;
use rustix::process::Signal;
use tokio::time::sleep;

use crate::fleet::{Fleet, millis};
use crate::judge::{Server, judge, judge_retries, stored};
use crate::plan::Plan;
use crate::settle::settle;
use crate::table::Row;
use crate::worker::{Event, Order};

const PROCESSES: u32 = 4;
const INTERVAL: Duration = Duration::from_millis(400);
const GRACE: Duration = Duration::from_millis(1600);

pub(crate) async fn run(plan: Plan) -> Row {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let order = Order {
        url: postgres.url("postgresql"),
        seed: plan.seed(),
        tasks: 2,
        lasts: Duration::from_millis(600),
        reports: 1,
        beat: Some((INTERVAL, GRACE)),
        retries: 1,
        ..Order::default()
    };
    order.set_up().await;
    let mut fleet = Fleet::start(order, PROCESSES);
    let mut rng = plan.rng();
    let naps = plan.pick(6, 60);
    for _ in 0..naps {
        fleet.goes_on(6).await;
        sleep(millis(&mut rng, 0..300)).await;
        let victim = &fleet.workers[rng.random_range(0..fleet.workers.len())];
        victim.signal(Signal::STOP);
        // The others look for silent trials once per interval.
        sleep(GRACE + 3 * INTERVAL + millis(&mut rng, 0..800)).await;
        victim.signal(Signal::CONT);
    }
    settle(&mut fleet).await;

    let stored = stored(&postgres).await;
    let mut row = judge(&fleet.diary, &stored, Server::Stayed);
    judge_retries(&mut row, &stored, 1);
    let mut refused = 0;
    for event in &fleet.diary {
        if let Event::Refused { number, x, value } = event {
            refused += 1;
            let trial = stored.iter().find(|trial| trial.number == *number);
            let trial = trial.expect("numbers are dense");
            assert_eq!((trial.state.as_str(), trial.x), ("FAIL", Some(*x)));
            let recorded = stored.iter().any(|trial| trial.values.contains(value));
            row.doubled += usize::from(recorded);
        }
    }
    assert!(refused > 0, "somebody woke up in the middle of a trial");
    println!("frozen: {refused} results refused");
    Row {
        repetitions: naps,
        stuck: row.stuck + fleet.stuck,
        ..row
    }
}
