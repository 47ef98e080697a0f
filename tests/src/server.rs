//! The PostgreSQL server that `tests/run` starts, and a database of its own for every test.
//!
//! One server per run because starting one takes seconds; one database per test because tests run at the same time
//! and must not see each other's studies.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::{env, fs, thread};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

/// How to reach a server, as its superuser.
#[derive(Clone)]
pub struct Server {
    /// An address, or a name.
    pub host: String,
    /// Where it listens.
    pub port: u16,
    /// The superuser's name.
    pub superuser: String,
    /// The superuser's password.
    pub superuser_password: String,
    /// What the server logs, for tests that look for secrets or warnings in it.
    pub log: PathBuf,
    /// The authority that signed the server's certificate; none when it speaks clear text only.
    pub root_certificate: Option<PathBuf>,
    /// The folder of `initdb`, `pg_ctl` and `postgres`.
    pub bin: PathBuf,
    /// Whether it is a single test's, and is removed with that.
    pub is_private: bool,
}

/// A variable that `tests/run` exports. Its absence is a failure: a test that is skipped without a word looks passed.
pub(crate) fn from_run(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: this test needs a PostgreSQL server and Python; run `tests/run [cargo test arguments]`")
    })
}

/// Says what of a test does not apply to this server, which lacks it; `tests/run` repeats it at the end. For that
/// alone: a test that could be run and is not looks passed.
///
/// # Panics
/// When the tests were not started by `tests/run`.
pub fn not_applicable(what: &str) {
    let file = from_run("DOCKTUNA_TEST_LACKS");
    let mut file = OpenOptions::new()
        .append(true)
        .open(&file)
        .unwrap_or_else(|error| panic!("{file}: {error}"));
    // One write, so that lines of several tests do not mix.
    file.write_all(format!("{what}\n").as_bytes())
        .expect("a file that can be written");
    println!("{what}");
}

impl Server {
    /// The server of this run.
    ///
    /// # Panics
    /// When the tests were not started by `tests/run`.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| {
            let password_file = from_run("DOCKTUNA_TEST_PG_SUPERUSER_PASSWORD_FILE");
            let password = fs::read_to_string(&password_file)
                .unwrap_or_else(|error| panic!("{password_file}: {error}"));
            Self {
                host: from_run("DOCKTUNA_TEST_PG_HOST"),
                port: from_run("DOCKTUNA_TEST_PG_PORT")
                    .parse()
                    .expect("a port number"),
                superuser: from_run("DOCKTUNA_TEST_PG_SUPERUSER"),
                superuser_password: password.trim_end_matches('\n').to_owned(),
                log: from_run("DOCKTUNA_TEST_PG_LOG").into(),
                root_certificate: Some(from_run("DOCKTUNA_TEST_PG_CA").into()),
                bin: from_run("DOCKTUNA_TEST_PG_BIN").into(),
                is_private: false,
            }
        })
    }

    /// A connection as superuser, to any database of the server.
    pub async fn connect_superuser(&self, database: &str) -> PgConnection {
        options(
            &self.host,
            self.port,
            &self.superuser,
            &self.superuser_password,
            database,
        )
        .connect()
        .await
        .expect("the superuser can connect")
    }

    async fn try_drop(&self, database: &str, role: &str) -> Result<(), sqlx::Error> {
        let mut connection = options(
            &self.host,
            self.port,
            &self.superuser,
            &self.superuser_password,
            "postgres",
        )
        .connect()
        .await?;
        // FORCE: a test that failed may have left connections open.
        run(
            &mut connection,
            format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"),
        )
        .await?;
        run(&mut connection, format!("DROP ROLE IF EXISTS {role}")).await?;
        connection.close().await
    }
}

/// Clear text, so that the counting proxy can be put between; every field is set, so that no `PG*` variable counts.
/// (The session's zone is UTC whatever the server's is: sqlx asks for that.)
fn options(host: &str, port: u16, user: &str, password: &str, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .host(host)
        .port(port)
        .username(user)
        .password(password)
        .database(database)
        .application_name("docktuna-tests")
        .ssl_mode(PgSslMode::Disable)
}

/// The only place for SQL that is put together at run time: names and passwords cannot be bound in such statements.
async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(drop)
}

/// A fresh database and the role that owns it. Both are removed soon after this is dropped.
pub struct TestDb {
    /// The server's address.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// The owner.
    pub user: String,
    /// Full of characters that break URLs, quoting and ASCII assumptions.
    pub password: String,
    /// Its name.
    pub database: String,
    server: Server,
}

impl TestDb {
    /// On the server of this run.
    pub async fn create() -> Self {
        Self::create_on(Server::shared()).await
    }

    /// The same in another encoding than UTF-8, by PostgreSQL's name.
    pub async fn create_in(encoding: &str) -> Self {
        let form = format!("TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'");
        Self::create_as(Server::shared(), &form).await
    }

    /// On another server, such as one that a fault test is going to kill.
    pub async fn create_on(server: &Server) -> Self {
        Self::create_as(server, "").await
    }

    async fn create_as(server: &Server, form: &str) -> Self {
        let unique = format!("{:016x}", rand::random::<u64>());
        let db = Self {
            host: server.host.clone(),
            port: server.port,
            user: format!("owner_{unique}"),
            password: format!("p@/%:#' é?&=+\\\"{:016x}", rand::random::<u64>()),
            database: format!("test_{unique}"),
            server: server.clone(),
        };
        let mut connection = server.connect_superuser("postgres").await;
        let password = db.password.replace('\'', "''");
        for sql in [
            format!("CREATE ROLE {} LOGIN PASSWORD '{password}'", db.user),
            format!("CREATE DATABASE {} OWNER {} {form}", db.database, db.user),
            // Otherwise every role of the server may connect to it.
            format!("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", db.database),
        ] {
            // The error's own text may quote the statement and with it the password.
            assert!(
                run(&mut connection, sql).await.is_ok(),
                "cannot create {}",
                db.database
            );
        }
        connection
            .close()
            .await
            .expect("a clean end of the connection");
        db
    }

    /// A connection as the owner.
    pub async fn connect(&self) -> PgConnection {
        options(
            &self.host,
            self.port,
            &self.user,
            &self.password,
            &self.database,
        )
        .connect()
        .await
        .expect("the owner can connect")
    }

    /// A connection to this database as superuser.
    pub async fn connect_superuser(&self) -> PgConnection {
        self.server.connect_superuser(&self.database).await
    }

    /// Runs statements as superuser in this database, say `ALTER DATABASE … SET timezone`.
    pub async fn execute_superuser(&self, sql: impl Into<String>) {
        let mut connection = self.connect_superuser().await;
        run(&mut connection, sql.into())
            .await
            .expect("a statement of the superuser");
    }

    /// Takes the right to create temporary objects from the owner, who owns the database no more.
    pub async fn revoke_temporary(&self) {
        let Self { database, user, .. } = self;
        let owner = format!("ALTER DATABASE {database} OWNER TO docktuna_super");
        self.execute_superuser(owner).await;
        let revoke = format!("REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {user}");
        self.execute_superuser(revoke).await;
    }

    /// Runs statements as the owner.
    pub async fn execute(&self, sql: impl Into<String>) {
        let mut connection = self.connect().await;
        run(&mut connection, sql.into())
            .await
            .expect("a statement of the owner");
    }

    /// The server's version as people write it, such as `15.13`, and its major part.
    pub async fn version(&self) -> (String, u32) {
        let mut connection = self.connect().await;
        let sql = "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000";
        let (name, major): (String, i32) = sqlx::query_as(sql)
            .fetch_one(&mut connection)
            .await
            .expect("a server with a version");
        let name = name.split(' ').next().unwrap_or_default().to_owned();
        (name, major.unsigned_abs())
    }

    /// The server that it is on.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The password in a file, for `*_PASSWORD_FILE` settings; with the newline that editors leave at the end.
    pub fn password_file(&self) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), format!("{}\n", self.password)).expect("a writable file");
        file
    }

    /// The database's URL with a scheme of choice, everything in it percent-encoded.
    pub fn url(&self, scheme: &str) -> String {
        self.url_at(scheme, self.port)
    }

    /// The same through another port: that of a proxy.
    pub fn url_at(&self, scheme: &str, port: u16) -> String {
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let (user, password) = (encode(&self.user), encode(&self.password));
        format!(
            "{scheme}://{user}:{password}@{}:{port}/{}",
            self.host,
            encode(&self.database)
        )
    }

    /// For SQLAlchemy, which takes a bare `postgresql://` for another driver than the installed one.
    pub fn url_for_python(&self) -> String {
        self.url("postgresql+psycopg2")
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        // It goes with its server.
        if self.server.is_private {
            return;
        }
        // Nobody waits for it: a checkpoint is part of it, which takes longer than many a test. `tests/run` removes what
        // is left at the end, this only keeps a run small.
        let (server, database, role) = (
            self.server.clone(),
            self.database.clone(),
            self.user.clone(),
        );
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let dropped = runtime
                .is_ok_and(|runtime| runtime.block_on(server.try_drop(&database, &role)).is_ok());
            if !dropped {
                eprintln!("database {database} was not removed");
            }
        });
    }
}
