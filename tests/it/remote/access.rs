//! Who may call, over what, and how the server tells of itself and ends.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, prlimit};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Duration, sleep};

use super::server::Served;
use crate::command::{command, docktuna, run};
use crate::support::{Server, TestDb, Version, python};

/// What stands in the file; more than a header may be compared by.
const TOKEN: &str = "d8Nn0p5kQ4zT.secret/+=";

/// A call of our script at a server.
async fn asked(target: &str, args: &[&str]) -> Value {
    python(Version::V5, "remote.py", args, target).await
}

struct Files {
    folder: tempfile::TempDir,
    token: String,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let token = folder.path().join("token");
        // As editors leave it.
        fs::write(&token, format!("{TOKEN}\n")).unwrap();
        Self {
            token: token.display().to_string(),
            folder,
        }
    }

    fn url(&self) -> String {
        format!("sqlite:///{}/studies.db", self.folder.path().display())
    }

    fn file(&self, name: &str, text: &str) -> String {
        let file = self.folder.path().join(name);
        fs::write(&file, text).unwrap();
        file.display().to_string()
    }
}

/// The certificate of the test run's server, its key, and the authority that signed it.
fn certificate() -> [PathBuf; 3] {
    let authority = Server::shared().root_certificate.clone().unwrap();
    let folder = authority.parent().unwrap().join("tls");
    [
        folder.join("server.pem"),
        folder.join("server.key"),
        authority,
    ]
}

/// What Prometheus gets.
async fn metrics(server: &Served) -> String {
    let address = server.metrics.as_ref().unwrap();
    let address = address.strip_prefix("http://").unwrap();
    let address = address.strip_suffix("/metrics").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(
        head.contains("content-type: text/plain; version=0.0.4"),
        "{head}"
    );
    body.to_owned()
}

/// The value of a line.
fn metric(text: &str, line: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
    line.map(|value| value.parse().unwrap())
}

#[tokio::test]
async fn only_who_has_the_token_may_call() {
    let postgres = TestDb::create().await;
    let files = Files::new();
    let args = ["--token-file", &files.token, "--metrics", "127.0.0.1:0"];
    let server = Served::start(&postgres.url("postgresql"), &args).await;
    let at = server.address.clone();

    let missing = asked(&at, &["call"]).await;
    assert_eq!(missing["code"], "UNAUTHENTICATED");
    assert!(
        missing["said"]
            .as_str()
            .unwrap()
            .contains("authorization: Bearer")
    );
    for wrong in ["Bearer wrong", "Bearer", TOKEN, &format!("Bearer {TOKEN}x")] {
        let wrong = asked(&at, &["call", wrong]).await;
        assert_eq!(wrong["code"], "UNAUTHENTICATED");
        assert!(wrong["said"].as_str().unwrap().contains("--token-file"));
    }
    let right = asked(&at, &["call", &format!("Bearer {TOKEN}")]).await;
    assert_eq!(right, json!({"code": "OK", "said": ""}));
    // Whoever balances calls has no token.
    assert_eq!(asked(&at, &["health"]).await["status"], 1);

    let text = metrics(&server).await;
    let refused = r#"docktuna_calls_total{method="any",code="UNAUTHENTICATED"}"#;
    assert_eq!(metric(&text, refused), Some(5.0), "{text}");
    // Neither is anywhere that other users look.
    let process = server.id().as_raw_pid();
    let line = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap();
    let said = server.stop().await.join("\n");
    for text in [line, said, text] {
        assert!(!text.contains(TOKEN), "{text}");
        assert!(!text.contains(&postgres.password), "{text}");
    }
}

#[tokio::test]
async fn the_class_of_the_guide_works_with_token_certificate_and_addresses() {
    let files = Files::new();
    let [certificate, key, authority] = certificate().map(|file| file.display().to_string());
    let tls = ["--tls-certificate", &certificate, "--tls-key", &key];
    let args = [&["--token-file", &files.token], &tls[..]].concat();
    let server = Served::start(&files.url(), &args).await;
    // Nobody listens on the first one.
    let free = crate::support::ClosedPort::new();
    let list = format!("ipv4:127.0.0.1:{},{}", free.port(), server.address);
    let port = server.address.rsplit_once(':').unwrap().1;
    let ended = json!({"trials": vec![json!(["COMPLETE", true]); 5]});
    for version in Version::ALL {
        let args = ["study", &files.token, &authority, "localhost"];
        assert_eq!(python(version, "remote.py", &args, &list).await, ended);
        let named = format!("localhost:{port}");
        let args = ["study", &files.token, &authority];
        assert_eq!(python(version, "remote.py", &args, &named).await, ended);
    }
    // Neither in clear text, nor for who trusts others only.
    let token = format!("Bearer {TOKEN}");
    let clear = asked(&server.address, &["call", &token]).await;
    assert_eq!(clear["code"], "UNAVAILABLE");
    let stranger = files.file("stranger.pem", STRANGER);
    let strange = asked(&server.address, &["call", &token, &stranger]).await;
    assert_eq!(strange["code"], "UNAVAILABLE");
    server.stop().await;
}

#[tokio::test]
async fn optunas_own_class_needs_nothing_more_in_clear_text() {
    let files = Files::new();
    let server = Served::start(&files.url(), &[]).await;
    let ended = json!({"trials": vec!["COMPLETE"; 5]});
    let plain = asked(&server.address, &["plain"]).await;
    assert_eq!(plain, ended);
    server.stop().await;
}

#[tokio::test]
async fn it_tells_of_its_health_and_of_its_interface() {
    let files = Files::new();
    let server = Served::start(&files.url(), &[]).await;
    for (service, status) in [
        ("", json!({"code": "OK", "status": 1})),
        ("optuna.StorageService", json!({"code": "OK", "status": 1})),
        (
            "another",
            json!({"code": "NOT_FOUND", "status": "service not registered"}),
        ),
    ] {
        assert_eq!(asked(&server.address, &["health", service]).await, status);
    }
    for version in Version::ALL {
        let told = python(version, "remote.py", &["interface"], &server.address).await;
        let services = [
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "optuna.StorageService",
        ];
        assert_eq!(told["services"], json!(services));
        assert_eq!(told["wanted"].as_array().unwrap().len(), 19);
        assert_eq!(told["methods"], told["wanted"], "{version}");
    }
    server.stop().await;
}

#[tokio::test]
async fn it_counts_calls_by_method_and_outcome() {
    let files = Files::new();
    let server = Served::start(&files.url(), &["--metrics", "127.0.0.1:0"]).await;
    let none = metrics(&server).await;
    for name in [
        "docktuna_calls_total counter",
        "docktuna_call_seconds_total counter",
        "docktuna_calls_running gauge",
        "docktuna_database_connections_lost_total counter",
        "docktuna_database_seconds_total counter",
    ] {
        assert!(none.contains(&format!("# TYPE {name}\n")), "{none}");
    }
    asked(&server.address, &["plain"]).await;
    let unknown = asked(&server.address, &["other", "Nonsense"]).await;
    assert_eq!(unknown["code"], "UNIMPLEMENTED");
    let malformed = asked(&server.address, &["other", "GetTrial"]).await;
    assert_eq!(malformed["code"], "INTERNAL");

    let text = metrics(&server).await;
    let calls = |method: &str, code: &str| {
        let labels = format!(r#"{{method="{method}",code="{code}"}}"#);
        let seconds = metric(&text, &format!("docktuna_call_seconds_total{labels}"));
        assert!(
            seconds.is_some_and(|seconds| seconds > 0.0),
            "{method} {code}: {text}"
        );
        metric(&text, &format!("docktuna_calls_total{labels}")).unwrap()
    };
    assert_eq!(calls("CreateNewTrial", "OK"), 5.0);
    assert_eq!(calls("SetTrialStateValues", "OK"), 5.0);
    assert_eq!(calls("GetTrial", "INTERNAL"), 1.0);
    assert_eq!(calls("any", "UNIMPLEMENTED"), 1.0);
    assert!(!text.contains("Nonsense"), "{text}");
    assert_eq!(metric(&text, "docktuna_calls_running"), Some(0.0));
    server.stop().await;
}

/// Waits until so many calls are being answered.
async fn running(server: &Served, calls: f64) {
    while metric(&metrics(server).await, "docktuna_calls_running") != Some(calls) {
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_call_that_runs_when_it_is_stopped_is_answered() {
    let postgres = TestDb::create().await;
    let url = postgres.url("postgresql");
    let server = Served::start(&url, &["--metrics", "127.0.0.1:0", "--grace", "60"]).await;
    let mut held = postgres.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE studies")
        .execute(&mut held)
        .await
        .unwrap();
    let at = server.address.clone();
    let call = tokio::spawn(async move { asked(&at, &["call"]).await });
    running(&server, 1.0).await;
    server.terminate();
    // Who comes now finds nobody.
    while TcpStream::connect(&server.address).await.is_ok() {
        sleep(Duration::from_millis(20)).await;
    }
    sqlx::raw_sql("ROLLBACK").execute(&mut held).await.unwrap();
    assert_eq!(call.await.unwrap()["code"], "OK");
    assert_eq!(server.ended().await, ["stopped"]);
}

#[tokio::test]
async fn a_call_that_does_not_end_in_time_is_given_up() {
    let postgres = TestDb::create().await;
    let url = postgres.url("postgresql");
    let server = Served::start(&url, &["--metrics", "127.0.0.1:0", "--grace", "0"]).await;
    let mut held = postgres.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE studies")
        .execute(&mut held)
        .await
        .unwrap();
    let at = server.address.clone();
    let call = tokio::spawn(async move { asked(&at, &["call"]).await });
    running(&server, 1.0).await;
    let said = server.stop().await;
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("given up"), "{said:?}");
    assert_eq!(said[1], "stopped");
    assert_eq!(call.await.unwrap()["code"], "UNAVAILABLE");
}

#[tokio::test]
async fn clients_that_it_has_no_file_for_wait() {
    let files = Files::new();
    let mut server = Served::start(&files.url(), &[]).await;
    let few = Rlimit {
        current: Some(40),
        maximum: Some(40),
    };
    prlimit(Some(server.id()), Resource::Nofile, few).unwrap();
    let mut others = Vec::new();
    for _ in 0..60 {
        others.push(TcpStream::connect(&server.address).await.unwrap());
    }
    let said = server.messages.next_line().await.unwrap().unwrap();
    assert!(said.contains("a client has to wait"), "{said}");
    drop(others);
    assert_eq!(asked(&server.address, &["call"]).await["code"], "OK");
    server.stop().await;
}

#[tokio::test]
async fn an_address_of_the_network_takes_a_token_or_a_word() {
    let files = Files::new();
    let url = files.url();
    for address in [
        "0.0.0.0:0",
        "[::]:0",
        "192.0.2.1:13000",
        "[::ffff:127.0.0.1]:0",
    ] {
        let refused = docktuna(&url, &["serve", "--listen", address])
            .await
            .failed(2);
        let text = format!(
            "error: {address} can be reached from other machines, and whoever reaches it may delete every study; help: \
             --token-file, or --without-token where only trusted machines are\n"
        );
        assert_eq!(refused, text);
    }
    // Nothing was made, either.
    assert!(!files.folder.path().join("studies.db").exists());
    let warning = "warning: calls are not encrypted; help: --tls-certificate and --tls-key";
    for word in [&["--without-token"][..], &["--token-file", &files.token]] {
        let args = [&["--listen", "0.0.0.0:0"], word].concat();
        let server = Served::start(&url, &args).await;
        assert_eq!(server.said[0], warning);
        server.stop().await;
    }
    let [certificate, key, _] = certificate().map(|file| file.display().to_string());
    let args = ["--listen", "0.0.0.0:0", "--without-token"];
    let tls = ["--tls-certificate", &certificate, "--tls-key", &key];
    let server = Served::start(&url, &[&args[..], &tls].concat()).await;
    assert!(
        server.said[0].starts_with("serving SQLite file"),
        "{:?}",
        server.said
    );
    server.stop().await;
}

#[tokio::test]
async fn what_it_cannot_use_is_named() {
    let files = Files::new();
    let url = files.url();
    let [certificate, key, _] = certificate().map(|file| file.display().to_string());
    let folder = files.folder.path().display().to_string();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let empty = files.file("empty", " \n");
    let secret = files.file("secret", "hunter2");
    let none = format!("{folder}/none");
    let cases: &[(&[&str], &str)] = &[
        (&["--token-file", &none], "error: --token-file: the file "),
        (&["--token-file", &empty], " is empty"),
        (&["--token-file", &folder], " is a folder"),
        (
            &["--tls-certificate", &none, "--tls-key", &key],
            "error: --tls-certificate: the file ",
        ),
        (
            &["--tls-certificate", &certificate, "--tls-key", &none],
            "error: --tls-key: the file ",
        ),
        (
            &["--tls-certificate", &certificate, "--tls-key", &secret],
            "error: the certificate or its key cannot be used: ",
        ),
        (
            &["--tls-certificate", &secret, "--tls-key", &key],
            "error: the certificate or its key cannot be used: ",
        ),
        (
            &["--listen", &taken],
            "cannot be listened on: Address already in use",
        ),
        (
            &["--listen", "127.0.0.1:0", "--metrics", &taken],
            "cannot be listened on: Address already in use",
        ),
    ];
    for (args, text) in cases {
        let said = docktuna(&url, &[&["serve"], *args].concat())
            .await
            .failed(1);
        assert!(said.contains(text), "{args:?}: {said}");
        assert!(!said.contains("hunter2"), "{said}");
        let lines = said.lines().filter(|line| line.starts_with("error: "));
        assert_eq!(lines.count(), 1, "{said}");
    }
    // A certificate and the key of another one.
    let other = files.file("other.key", OTHER_KEY);
    let args = [
        "serve",
        "--tls-certificate",
        &certificate,
        "--tls-key",
        &other,
    ];
    let said = docktuna(&url, &args).await.failed(1);
    assert!(said.contains("belong together"), "{said}");
}

#[tokio::test]
async fn the_guide_names_every_option() {
    let help = run(command(Path::new("/"), &["serve", "--help"]))
        .await
        .succeeded();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docktuna/docs/serve.md");
    let page = fs::read_to_string(page).unwrap();
    let options = help
        .lines()
        .filter_map(|line| line.strip_prefix("      --"));
    let options: Vec<&str> = options.filter_map(|line| line.split(' ').next()).collect();
    // Those of every subcommand are elsewhere.
    let own = options
        .iter()
        .filter(|name| !["storage", "format"].contains(name));
    assert_eq!(own.clone().count(), 9, "{options:?}");
    for name in own {
        assert!(page.contains(&format!("`--{name}")), "--{name}");
    }
    let all = run(command(Path::new("/"), &["help"])).await.succeeded();
    let line =
        "  serve        Serve the database to Python programs, which need no password for it";
    assert!(all.lines().any(|found| found == line), "{all}");
    let twice = ["serve", "--token-file", "x", "--without-token"];
    let said = run(command(Path::new("/"), &twice)).await.failed(2);
    assert!(said.contains("cannot be used with"), "{said}");
    let half = run(command(Path::new("/"), &["serve", "--tls-key", "x"]))
        .await
        .failed(2);
    assert!(half.contains("--tls-certificate <FILE>"), "{half}");
}

/// Of nobody: made for this test.
const OTHER_KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgI6GKjVkP4tQX00t7
RUfjFQAdDrJGfjdacpZIG18IkHOhRANCAAREnicKG2DNYpPKFCsJw4kQJu+qiFT1
W98/KYhoB1FxjBhqWW2buTY+3xRqyo4oSFJdj0ohTYQg7oLOlu+9QSM5
-----END PRIVATE KEY-----
";

/// An authority that signed nothing.
const STRANGER: &str = "\
-----BEGIN CERTIFICATE-----
MIIBgTCCASegAwIBAgIUEki32C3orcwebLgkUny2nnTv100wCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKYSBzdHJhbmdlcjAgFw0yNjExMzAxNTEwNDVaGA8yMTI2MTEw
NjE1MTA0NVowFTETMBEGA1UEAwwKYSBzdHJhbmdlcjBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABDDT/VvrXXd1vMp8TjA7h/kaGzTteoGymb+e8X/GJvrT2Mvkcrpj
JT2KOfJ33cXLYlvpOWd4ibI7SP8Al+lL67CjUzBRMB0GA1UdDgQWBBSClLMzZvyb
if51jARi4OntLJtjmDAfBgNVHSMEGDAWgBSClLMzZvybif51jARi4OntLJtjmDAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIFSHNapBsDtTDMmYoWzq
tLwQQET7p43P0xM12Lpq3gzKAiEAuHKMEk1FiYfV3Ah+wzfQspWc7USCwWGJ8OOc
mX61n50=
-----END CERTIFICATE-----
";
