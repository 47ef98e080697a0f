//! A PostgreSQL server of a single test, for tests that kill it: the shared one must survive them.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, io};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::server::{Server, from_run};
use crate::small_disk::SmallDisk;

/// The server; stopped and removed when this is dropped.
pub struct PrivateServer {
    pub(crate) server: Server,
    pub(crate) cluster: PathBuf,
    pub(crate) account: Option<Account>,
    // Last: the folder must outlive the server in it.
    pub(crate) folder: TempDir,
}

/// Who runs a server: PostgreSQL and pgbouncer refuse to run as root.
#[derive(Clone, Copy)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// None unless we are root.
    pub(crate) fn needed() -> Option<Self> {
        if fs::metadata("/proc/self").expect("Linux").uid() != 0 {
            return None;
        }
        let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd");
        ["postgres", "nobody"].iter().find_map(|name| {
            let line = users
                .lines()
                .find(|line| line.split(':').next() == Some(name))?;
            let mut ids = line.split(':').skip(2);
            Some(Self {
                uid: ids.next()?.parse().ok()?,
                gid: ids.next()?.parse().ok()?,
            })
        })
    }
}

impl PrivateServer {
    /// Creates a cluster and starts it.
    pub async fn start() -> Self {
        blocking(|| Self::prepare().started(&[], "")).await
    }

    /// The same on a disk that is soon full, with little log ahead of it. The disk has to outlive it.
    pub async fn start_on(disk: &SmallDisk) -> Self {
        let cluster = disk.path().join("cluster");
        blocking(move || {
            let mut server = Self::prepare();
            server.cluster = cluster;
            server.started(
                &["--wal-segsize=1"],
                "min_wal_size = 2MB\nmax_wal_size = 8MB\n",
            )
        })
        .await
    }

    /// Whether it runs.
    pub async fn is_running(&self) -> bool {
        let mut status = self.pg_ctl(&["status"]);
        status.stdout(Stdio::null());
        blocking(move || status.status().is_ok_and(|status| status.success())).await
    }

    /// How to reach it; [`TestDb::create_on`](crate::TestDb::create_on) takes this.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Stops it as a crash would: connections are cut, nothing is flushed, the next start replays the log.
    pub async fn kill_immediate(&self) {
        let mut stop = self.pg_ctl(&["--mode", "immediate", "--wait", "stop"]);
        blocking(move || succeed(&mut stop)).await;
    }

    /// Starts it again, on the same port.
    pub async fn start_again(&self) {
        let mut start = self.pg_ctl_start();
        let log = self.server.log.clone();
        let started = blocking(move || start.status().is_ok_and(|status| status.success())).await;
        assert!(started, "the server does not start again:\n{}", read(&log));
    }

    /// Stops all of its processes, as they are, as a machine that swaps or migrates does. Connections stay open.
    pub fn freeze(&self) {
        let postmaster = self.postmaster();
        // First: nobody else makes new processes.
        send(postmaster, Signal::STOP);
        for child in children(postmaster) {
            send(child, Signal::STOP);
        }
    }

    /// Stops the process of one session, as a machine does that has no time for it.
    pub fn freeze_session(&self, process: i32) {
        send(Pid::from_raw(process).expect("not zero"), Signal::STOP);
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        let postmaster = self.postmaster();
        for child in children(postmaster) {
            send(child, Signal::CONT);
        }
        send(postmaster, Signal::CONT);
    }

    fn postmaster(&self) -> Pid {
        self.try_postmaster().expect("a server that runs")
    }

    fn try_postmaster(&self) -> Option<Pid> {
        let file = fs::read_to_string(self.cluster.join("postmaster.pid")).ok()?;
        Pid::from_raw(file.lines().next()?.parse().ok()?)
    }

    /// Creates the cluster, with more options and settings, and starts it.
    fn started(self, options: &[&str], settings: &str) -> Self {
        let mut server = self;
        let password_file = server.folder.path().join("password");
        fs::write(&password_file, &server.server.superuser_password).expect("a password file");
        fs::set_permissions(&password_file, Permissions::from_mode(0o600)).expect("permissions");
        if let Some(Account { uid, gid }) = server.account {
            chown(&password_file, Some(uid), Some(gid)).expect("root may give a file away");
        }
        let mut initdb = server.command("initdb");
        initdb
            .arg("--pgdata")
            .arg(&server.cluster)
            .arg("--pwfile")
            .arg(&password_file);
        initdb.args([
            "--username",
            &server.server.superuser,
            "--auth",
            "scram-sha-256",
        ]);
        // `--no-sync` is about the new files only; the server itself runs with fsync on.
        initdb.args(["--encoding", "UTF8", "--no-locale", "--no-sync"]);
        succeed(initdb.args(options));
        let file = server.cluster.join("postgresql.conf");
        let mut file = File::options().append(true).open(file).expect("its file");
        write!(file, "\n{settings}").expect("its file");
        fs::remove_file(password_file).expect("the password file is ours");
        server.start_on_free_port();
        server
    }

    /// A folder for a server, and how it will be reached.
    pub(crate) fn prepare() -> Self {
        // Below the folder of the run, which cleans up after a test that was killed.
        let parent =
            env::var_os("DOCKTUNA_TEST_PG_PRIVATE").map_or_else(env::temp_dir, PathBuf::from);
        let folder = tempfile::Builder::new()
            .prefix("pg-")
            .tempdir_in(parent)
            .expect("a folder");
        let account = Account::needed();
        if let Some(Account { uid, gid }) = account {
            chown(folder.path(), Some(uid), Some(gid)).expect("root may give a folder away");
        }
        Self {
            server: Server {
                host: "127.0.0.1".to_owned(),
                port: 0,
                superuser: "docktuna_super".to_owned(),
                superuser_password: format!("{:016x}", rand::random::<u64>()),
                log: folder.path().join("server.log"),
                root_certificate: None,
                bin: PathBuf::from(from_run("DOCKTUNA_TEST_PG_BIN")),
                is_private: true,
            },
            cluster: folder.path().join("cluster"),
            account,
            folder,
        }
    }

    pub(crate) fn start_on_free_port(&mut self) {
        // The port may be taken by somebody else between the choice and the start.
        let started = (0..5).any(|_| {
            self.server.port = free_port();
            self.pg_ctl_start()
                .status()
                .is_ok_and(|status| status.success())
        });
        assert!(
            started,
            "the server does not start:\n{}",
            read(&self.server.log)
        );
    }

    fn pg_ctl_start(&self) -> Command {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=100 \
             -c timezone=Asia/Tokyo -c log_timezone=UTC",
            self.server.port
        );
        let mut command = self.pg_ctl(&["--wait", "--silent", "--options", &options, "start"]);
        command.arg("--log").arg(&self.server.log);
        // The server keeps what it inherits: an open pipe would let a reader of our output wait for its end.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    pub(crate) fn pg_ctl(&self, args: &[&str]) -> Command {
        let mut command = self.command("pg_ctl");
        command.arg("--pgdata").arg(&self.cluster).args(args);
        command
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.server.bin.join(program));
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        if let Some(Account { uid, gid }) = self.account {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        // What is frozen does not stop.
        if self.try_postmaster().is_some() {
            self.thaw();
        }
        // Fails when the test has killed it already.
        let _ = self
            .pg_ctl(&["--mode", "immediate", "--wait", "stop"])
            .output();
    }
}

/// A port of the loopback address that nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}

/// The processes that a process has made.
fn children(parent: Pid) -> Vec<Pid> {
    let processes = fs::read_dir("/proc").expect("Linux");
    let is_child = |folder: &Path| {
        // Number, (name), state, parent; a name may hold anything.
        let stat = fs::read_to_string(folder.join("stat")).unwrap_or_default();
        let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        after_name.split(' ').nth(1) == Some(&parent.as_raw_pid().to_string())
    };
    processes
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|folder| is_child(folder))
        .filter_map(|folder| Pid::from_raw(folder.file_name()?.to_str()?.parse().ok()?))
        .collect()
}

fn send(process: Pid, signal: Signal) {
    // It may just have ended.
    let _ = kill_process(process, signal);
}

pub(crate) fn succeed(command: &mut Command) {
    let output = command.output().expect("a program that was found before");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{:?}: {}\n{stderr}",
        command.get_program(),
        output.status
    );
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error: io::Error| error.to_string())
}

/// Off the test's runtime, whose only thread may have to serve a proxy meanwhile.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work)
        .await
        .expect("no panic in the helper")
}
