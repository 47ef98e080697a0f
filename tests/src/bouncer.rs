//! pgbouncer in front of a database, for a single test.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use tempfile::TempDir;

use crate::private_server::{Account, free_port};
use crate::server::{TestDb, from_run};

/// How a proxy hands out its connections to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// One for each transaction, every time another one.
    Transaction,
    /// One for each client.
    Session,
}

/// The proxy; stopped and removed when this is dropped.
pub struct Bouncer {
    port: u16,
    process: Child,
    account: Option<Account>,
    // Last: the folder must outlive the program in it.
    folder: TempDir,
}

impl Bouncer {
    /// Before this database, with three connections to the server where it pools by transaction.
    pub fn start(postgres: &TestDb, pooling: Pooling) -> Self {
        let mode = match pooling {
            // Optuna asks for a second connection while it holds one. Of two, two processes that start at once take one
            // each, and wait for the other's until the proxy gives up.
            Pooling::Transaction => {
                "pool_mode = transaction\ndefault_pool_size = 3\nmin_pool_size = 2"
            }
            Pooling::Session => "pool_mode = session\ndefault_pool_size = 40",
        };
        Self::start_with(postgres, "", mode)
    }

    /// With more settings, of the database and of its own.
    pub fn start_with(postgres: &TestDb, of_database: &str, settings: &str) -> Self {
        let (folder, account) = private_folder("pgbouncer-");
        // The port may be taken by somebody else between the choice and the start.
        for _ in 0..5 {
            let port = free_port();
            configure(folder.path(), port, postgres, of_database, settings);
            if let Some(Account { uid, gid }) = account {
                for file in ["", "pgbouncer.ini", "users.txt"] {
                    let file = folder.path().join(file);
                    chown(file, Some(uid), Some(gid)).expect("root may give files away");
                }
            }
            if let Some(process) = spawn(folder.path(), port, account) {
                return Self {
                    port,
                    process,
                    account,
                    folder,
                };
            }
        }
        panic!("pgbouncer does not start:\n{}", read(folder.path()));
    }

    /// Ends it with all connections.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts it again, on the same port.
    pub fn start_again(&mut self) {
        let folder = self.folder.path();
        // What a killed one leaves behind keeps the next from starting.
        let _ = fs::remove_file(folder.join("pgbouncer.pid"));
        self.process = spawn(folder, self.port, self.account)
            .unwrap_or_else(|| panic!("pgbouncer does not start again:\n{}", read(folder)));
    }

    /// Where clients connect, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The database's URL through the proxy.
    pub fn url(&self, postgres: &TestDb) -> String {
        postgres.url_at("postgresql", self.port)
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        // Clients are gone or do not matter.
        self.kill();
        if thread::panicking() {
            eprintln!("pgbouncer's log:\n{}", read(self.folder.path()));
        }
    }
}

/// Starts the program and waits until it listens; `None` if it ends before.
fn spawn(folder: &Path, port: u16, account: Option<Account>) -> Option<Child> {
    let mut command = Command::new(from_run("DOCKTUNA_TEST_PGBOUNCER"));
    command.arg(folder.join("pgbouncer.ini"));
    // It keeps what it inherits; it logs to a file.
    command.current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
    let mut process = command.spawn().expect("the program that tests/run found");
    let began = Instant::now();
    while process.try_wait().expect("a child").is_none() {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(process);
        }
        if began.elapsed() > Duration::from_secs(20) {
            let _ = process.kill();
        }
        thread::sleep(Duration::from_millis(10));
    }
    None
}

/// A folder below that of the run, which cleans up after a test that was killed; and to whom it belongs.
pub(crate) fn private_folder(prefix: &str) -> (TempDir, Option<Account>) {
    let parent = env::var_os("DOCKTUNA_TEST_PG_PRIVATE")
        .map_or_else(env::temp_dir, std::path::PathBuf::from);
    let folder = tempfile::Builder::new().prefix(prefix).tempdir_in(parent);
    (folder.expect("a folder"), Account::needed())
}

fn configure(folder: &Path, port: u16, postgres: &TestDb, of_database: &str, settings: &str) {
    let TestDb {
        host,
        port: server,
        user,
        password,
        database,
        ..
    } = postgres;
    let place = folder.display();
    let mut ini = String::new();
    // Every transaction on another connection than the one before: what relies on its connection breaks at once.
    let _ = write!(
        ini,
        "[databases]\n{database} = host={host} port={server} dbname={database} {of_database}\n\
         [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = scram-sha-256\nauth_file = {place}/users.txt\n\
         logfile = {place}/pgbouncer.log\npidfile = {place}/pgbouncer.pid\n\
         server_round_robin = 1\nserver_login_retry = 1\nmax_client_conn = 200\n{settings}\n"
    );
    let quoted = password.replace('"', "\"\"");
    for (file, content) in [
        ("pgbouncer.ini", ini),
        ("users.txt", format!("\"{user}\" \"{quoted}\"\n")),
    ] {
        let file = folder.join(file);
        fs::write(&file, "").expect("a private file");
        fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("permissions");
        fs::write(&file, content).expect("a private file");
    }
}

fn read(folder: &Path) -> String {
    fs::read_to_string(folder.join("pgbouncer.log")).unwrap_or_else(|error| error.to_string())
}
