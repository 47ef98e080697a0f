//! PostgreSQL crashes and comes back while Python workers use it through a server, which stays: their calls wait or are
//! repeated, and no acknowledged result is lost or stands on the row of another trial.

use docktuna_tests::{PrivateServer, TestDb};
use rand::RngExt;
use tokio::time::sleep;

use super::fleet::{start, verdict};
use super::server::Served;
use crate::fleet::millis;
use crate::judge::Server;
use crate::plan::Plan;
use crate::table::Row;
use crate::worker::Remote;

pub(crate) async fn run(plan: Plan) -> Row {
    let server = PrivateServer::start().await;
    let postgres = TestDb::create_on(server.server()).await;
    let served = Served::start(&postgres.url("postgresql"), &[]).await;
    let mut fleet = start(&postgres, Remote::at(served.address.clone())).await;
    let mut rng = plan.rng();
    let restarts = plan.pick(1, 20);
    for _ in 0..restarts {
        fleet.goes_on(10).await;
        sleep(millis(&mut rng, 0..500)).await;
        server.kill_immediate().await;
        if rng.random_bool(0.3) {
            sleep(millis(&mut rng, 500..4000)).await;
        }
        server.start_again().await;
    }
    fleet.goes_on(10).await;
    fleet.stop().await;

    assert_eq!(fleet.failures(), [] as [&_; 0]);
    served.complaints();
    let row = verdict(&fleet, &postgres, Server::Stayed, restarts).await;
    Row {
        repetitions: restarts,
        ..row
    }
}
