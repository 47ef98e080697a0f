//! A second server that follows a private one and can take its place.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::time::Duration;

use sqlx::{AssertSqlSafe, PgConnection};

use crate::private_server::{Account, PrivateServer, blocking, succeed};

/// What a result waits for before it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replication {
    /// For the standby to have it on its disk.
    Synchronous,
    /// For nothing.
    Asynchronous,
}

impl PrivateServer {
    /// A standby of this server, once it follows. The server is stopped for a moment and its folder copied, which
    /// needs no program but the server's own.
    pub async fn standby(&self, replication: Replication) -> Self {
        let (primary, names) = (
            self.server().clone(),
            replication == Replication::Synchronous,
        );
        let mut standby = Self::prepare();
        standby.server.superuser_password = primary.superuser_password.clone();
        let passwords = standby.folder.path().join("pgpass");
        let line = format!("*:*:*:*:{}\n", primary.superuser_password);
        fs::write(&passwords, line).expect("a password file");
        fs::set_permissions(&passwords, Permissions::from_mode(0o600)).expect("permissions");
        if let Some(Account { uid, gid }) = standby.account {
            chown(&passwords, Some(uid), Some(gid)).expect("root may give a file away");
        }
        let mut stop = self.pg_ctl(&["--mode", "fast", "--wait", "stop"]);
        let mut copy = standby.command("/bin/cp");
        copy.arg("--archive")
            .arg(&self.cluster)
            .arg(&standby.cluster);
        blocking(move || {
            succeed(&mut stop);
            succeed(&mut copy);
        })
        .await;
        self.start_again().await;
        let follow = format!(
            "primary_conninfo = 'host=127.0.0.1 port={} user={} passfile={}'\n",
            primary.port,
            primary.superuser,
            passwords.display()
        );
        // Both are there already, or may be anybody's: the server reads them as it starts.
        let settings = standby.cluster.join("postgresql.auto.conf");
        let before = fs::read_to_string(&settings).expect("settings");
        fs::write(&settings, before + &follow).expect("settings");
        fs::write(standby.cluster.join("standby.signal"), "").expect("a file in its folder");
        let standby = blocking(move || {
            standby.start_on_free_port();
            standby
        })
        .await;
        let mut connection = primary.connect_superuser("postgres").await;
        if names {
            execute(
                &mut connection,
                "ALTER SYSTEM SET synchronous_standby_names = '*'",
            )
            .await;
            execute(&mut connection, "SELECT pg_reload_conf()").await;
        }
        let follows = if names { "sync" } else { "async" };
        let state = "SELECT coalesce((SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'), '')";
        loop {
            let state: String = sqlx::query_scalar(state)
                .fetch_one(&mut connection)
                .await
                .expect("the superuser may look");
            if state == follows {
                return standby;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends the old server and takes over from it, under its address.
    pub async fn take_over(&mut self, old: Self) {
        old.kill_immediate().await;
        let mut promote = self.pg_ctl(&["--wait", "promote"]);
        let mut stop = self.pg_ctl(&["--mode", "fast", "--wait", "stop"]);
        blocking(move || {
            succeed(&mut promote);
            succeed(&mut stop);
        })
        .await;
        self.server.port = old.server().port;
        drop(old);
        // It may have followed in lockstep, and nobody follows it.
        let settings = self.cluster.join("postgresql.auto.conf");
        let text = fs::read_to_string(&settings).expect("settings");
        let kept: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with("synchronous_standby_names"))
            .collect();
        fs::write(&settings, kept.join("\n") + "\n").expect("settings");
        self.start_again().await;
    }
}

async fn execute(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .expect("a statement of the superuser");
}
