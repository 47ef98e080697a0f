//! A proxy cuts connections in the middle of ask, of report and of tell, after a random number of bytes of the question
//! or of its answer: nothing is lost or doubled, no trial stays behind, and no call fails.

use std::time::Duration;

use docktuna_tests::{PrivateServer, Proxy, TestDb};
use rand::RngExt;
use tokio::time::{Instant, sleep};

use crate::fleet::{Fleet, PATIENCE, millis};
use crate::judge::{Server, judge, stored};
use crate::plan::Plan;
use crate::table::Row;
use crate::worker::Order;

/// What the statements of ask, report and tell are recognised by.
const STATEMENTS: [&str; 3] = [
    "docktuna_ask",
    "INSERT INTO trial_intermediate_values",
    "UPDATE trials SET state = $5",
];

/// About what the longest of them and its answer take.
const LONGEST: usize = 600;

pub(crate) async fn run(plan: Plan) -> Row {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let proxy = Proxy::start(&postgres.host, postgres.port).await;
    let order = Order {
        // The proxy reads along, so the line is in clear text.
        url: format!(
            "{}?sslmode=disable",
            postgres.url_at("postgresql", proxy.port())
        ),
        seed: plan.seed(),
        tasks: 3,
        lasts: Duration::from_millis(20),
        reports: 2,
        ..Order::default()
    };
    order.set_up().await;
    let mut fleet = Fleet::start(order, 2);
    fleet.goes_on(10).await;
    let mut rng = plan.rng();
    let cuts = plan.pick(60, 600);
    for cut in 0..cuts {
        proxy.cut_within_client_message(STATEMENTS[cut % 3], rng.random_range(0..LONGEST));
        let began = Instant::now();
        while proxy.is_cut_pending() {
            assert!(
                began.elapsed() < PATIENCE,
                "{} was not sent",
                STATEMENTS[cut % 3]
            );
            sleep(Duration::from_millis(2)).await;
        }
        sleep(millis(&mut rng, 0..50)).await;
        if cut % 20 == 19 {
            // Those, too, that nobody uses at this moment.
            proxy.cut();
        }
    }
    fleet.goes_on(10).await;
    // Nobody sends heartbeats so often, or looks for stale trials: what was left behind would stay.
    fleet.stop().await;

    assert_eq!(fleet.failures(), [] as [&_; 0]);
    let row = judge(&fleet.diary, &stored(&postgres).await, Server::Stayed);
    assert_eq!(fleet.told(), row.trials, "each trial has a result");
    Row {
        repetitions: cuts,
        stuck: row.stuck + fleet.stuck,
        ..row
    }
}
