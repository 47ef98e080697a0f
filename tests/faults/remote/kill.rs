//! `kill -9` of one of two servers on one database, behind one list of addresses: the workers go on at the other one,
//! no call of theirs fails, and no acknowledged result or report is lost or doubled.

use docktuna_tests::TestDb;
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
    let postgres = TestDb::create().await;
    let url = postgres.url("postgresql");
    let mut servers = [
        Served::start(&url, &[]).await,
        Served::start(&url, &[]).await,
    ];
    let target = format!("ipv4:{},{}", servers[0].address, servers[1].address);
    let mut fleet = start(&postgres, Remote::at(target)).await;
    fleet.goes_on(10).await;
    let mut rng = plan.rng();
    let kills = plan.pick(4, 100);
    for kill in 0..kills {
        // In turns: the workers are at the one that lived longer.
        let victim = &mut servers[kill % 2];
        sleep(millis(&mut rng, 0..300)).await;
        victim.kill().await;
        if rng.random_bool(0.5) {
            fleet.goes_on(5).await;
        }
        victim.start_again().await;
        fleet.goes_on(5).await;
    }
    fleet.stop().await;

    assert_eq!(fleet.failures(), [] as [&_; 0]);
    for server in &servers {
        assert_eq!(server.complaints(), [] as [&str; 0]);
    }
    let row = verdict(&fleet, &postgres, Server::Stayed, kills).await;
    Row {
        repetitions: kills,
        ..row
    }
}
