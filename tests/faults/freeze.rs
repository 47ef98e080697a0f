//! The server freezes at random moments, all of its processes, and thaws: the workers carry on. Nothing is lost or
//! doubled, no call fails, and no trial is taken for dead, even where nobody could send a heartbeat for longer than the
//! grace period.

use std::time::Duration;

use docktuna_tests::{PrivateServer, TestDb};
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
        tasks: 4,
        // Some trials last from before a freeze to its end and longer.
        lasts: Duration::from_secs(2),
        reports: 3,
        // As far apart as with the defaults.
        beat: Some((Duration::from_secs(2), Duration::from_secs(4))),
        retries: 1,
        ..Order::default()
    };
    order.set_up().await;
    let mut fleet = Fleet::start(order, 4);
    let mut rng = plan.rng();
    let freezes = plan.pick(4, 40);
    for freeze in 0..freezes {
        fleet.goes_on(10).await;
        sleep(millis(&mut rng, 0..500)).await;
        server.freeze();
        // Every second one for longer than a trial may be silent.
        let range = if freeze % 2 == 1 {
            3000..5500
        } else {
            50..1000
        };
        sleep(millis(&mut rng, range)).await;
        server.thaw();
    }
    fleet.goes_on(10).await;
    fleet.stop().await;

    assert_eq!(fleet.failures(), [] as [&_; 0]);
    let refused = |event: &&Event| matches!(event, Event::Refused { .. });
    let refused: Vec<&Event> = fleet.diary.iter().filter(refused).collect();
    assert_eq!(refused, [] as [&_; 0], "a live trial was taken for dead");
    let row = judge(&fleet.diary, &stored(&postgres).await, Server::Stayed);
    assert_eq!(fleet.told(), row.trials, "each trial has a result");
    Row {
        repetitions: freezes,
        stuck: row.stuck + fleet.stuck,
        ..row
    }
}
