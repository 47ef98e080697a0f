//! A thousand idle clients, wrong and missing tokens, messages of 100 MB, and calls that begin and never go on, while
//! a fleet works: it goes on, the answers say what is wrong, and the memory of the server stays bounded.

use std::fs;

use docktuna_tests::{TestDb, Version, python};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::fleet::{start, verdict};
use super::server::Served;
use crate::judge::Server;
use crate::plan::Plan;
use crate::table::Row;
use crate::worker::Remote;

const IDLE: usize = 1_000;
/// The length of a long message.
const LONG: &str = "100000000";

/// What each may cost, in KiB.
const OF_AN_IDLE_CLIENT: u64 = 64;
const OF_LONG_MESSAGES: u64 = 64 << 10;

pub(crate) async fn run(plan: Plan) -> Row {
    let postgres = TestDb::create().await;
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    fs::write(&token, "the token of this run\n").expect("a file");
    let token_file = token.display().to_string();
    let args = ["--token-file", &token_file];
    let served = Served::start(&postgres.url("postgresql"), &args).await;
    let remote = Remote {
        target: served.address.clone(),
        token_file: Some(token_file.clone()),
    };
    let mut fleet = start(&postgres, remote).await;
    fleet.goes_on(20).await;

    let (before, _) = served.memory();
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        idle.push(greet(&served.address).await);
    }
    fleet.goes_on(10).await;
    let (with_idle, _) = served.memory();
    let hostile = async |args: &[&str]| {
        python(Version::V5, "hostile.py", args, &served.address).await["codes"].clone()
    };
    let calls = plan.pick(20, 2_000);
    let refused = hostile(&["tokens", &calls.to_string()]).await;
    assert_eq!(refused, json!({"UNAUTHENTICATED": calls}));
    fleet.goes_on(10).await;
    let long = plan.pick(2, 40);
    let too_long = hostile(&["long", &long.to_string(), LONG, &token_file]).await;
    assert_eq!(too_long, json!({"OUT_OF_RANGE": long}));
    let (_, most) = served.memory();
    fleet.goes_on(10).await;
    // More than are worked on at once; the server gives them up after ten seconds.
    let silent = plan.pick(0, 200);
    if silent > 0 {
        let given_up = hostile(&["silent", &silent.to_string(), &token_file]).await;
        assert_eq!(given_up, json!({"DEADLINE_EXCEEDED": silent}));
        fleet.goes_on(10).await;
    }
    println!(
        "    memory in KiB: {before} with a fleet, {with_idle} with {IDLE} idle clients, {most} at most with long messages"
    );
    let idle_at_most = before + OF_AN_IDLE_CLIENT * u64::try_from(IDLE).expect("a number");
    assert!(with_idle < idle_at_most, "{with_idle} KiB");
    assert!(most < with_idle + OF_LONG_MESSAGES, "{most} KiB");
    drop(idle);
    fleet.goes_on(10).await;
    fleet.stop().await;

    assert_eq!(fleet.failures(), [] as [&_; 0]);
    assert_eq!(served.complaints(), [] as [&str; 0]);
    let row = verdict(&fleet, &postgres, Server::Stayed, 0).await;
    Row {
        repetitions: IDLE + calls + long + silent,
        ..row
    }
}

/// A client that has said hello, and knows that it was heard: a preface and empty settings (RFC 9113, 3.4).
async fn greet(address: &str) -> TcpStream {
    let mut client = TcpStream::connect(address)
        .await
        .expect("a server that listens");
    let hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    client
        .write_all(hello)
        .await
        .expect("a server that listens");
    client
        .read_exact(&mut [0; 9])
        .await
        .expect("the server's settings");
    client
}
