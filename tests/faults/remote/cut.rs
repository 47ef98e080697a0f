//! Connections are cut on both sides of a server, and workers vanish: to the clients no call fails, and a client that is
//! gone leaves nothing behind but the trials that it worked on.

use docktuna_tests::{Proxy, TestDb};
use rand::RngExt;
use tokio::time::sleep;

use super::fleet::{start, verdict};
use super::relay::Relay;
use super::server::Served;
use crate::fleet::millis;
use crate::judge::Server;
use crate::plan::Plan;
use crate::table::Row;
use crate::worker::Remote;

pub(crate) async fn run(plan: Plan) -> Row {
    let postgres = TestDb::create().await;
    let behind = Proxy::start(&postgres.host, postgres.port).await;
    let url = postgres.url_at("postgresql", behind.port());
    let served = Served::start(&format!("{url}?sslmode=disable"), &[]).await;
    let before = Relay::start(&served.address).await;
    let mut fleet = start(&postgres, Remote::at(before.address.clone())).await;
    fleet.goes_on(10).await;
    let mut rng = plan.rng();
    let cuts = plan.pick(20, 600);
    let mut vanished = 0;
    for cut in 0..cuts {
        sleep(millis(&mut rng, 0..60)).await;
        match rng.random_range(0..3) {
            0 => behind.cut(),
            1 => before.cut(),
            _ => {
                before.cut();
                behind.cut();
            }
        }
        if cut % plan.pick(20, 60) == 19 {
            let victim = rng.random_range(0..fleet.workers.len());
            fleet.kill(victim).await;
            fleet.start_one(|_| ());
            vanished += 1;
        }
        if cut % 10 == 9 {
            fleet.goes_on(5).await;
        }
    }
    fleet.goes_on(10).await;
    fleet.stop().await;

    assert_eq!(fleet.failures(), [] as [&_; 0]);
    served.complaints();
    let row = verdict(&fleet, &postgres, Server::Stayed, cuts + vanished).await;
    Row {
        repetitions: cuts + vanished,
        ..row
    }
}
