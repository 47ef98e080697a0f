//! One test body for every kind of database.

use std::time::Duration;

use docktuna::{OptunaDatabase, Pool};
use tempfile::TempDir;

use crate::support::{Bouncer, Pooling, Proxy, TestDb};

/// A fresh database of one kind; it is removed when this is dropped.
pub(crate) struct Backend {
    pub(crate) db: OptunaDatabase,
    /// For Python; none for a database in memory, which no other process sees.
    pub(crate) url: Option<String>,
    pub(crate) kind: Kind,
    // Before the database, which cannot be removed while the proxy has it open.
    _bouncer: Option<Bouncer>,
    pub(crate) postgres: Option<TestDb>,
    _folder: Option<TempDir>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Postgres,
    /// Through a proxy that pools by transaction.
    PooledPostgres,
    SqliteFile,
    SqliteMemory,
}

impl Backend {
    pub(crate) async fn postgres() -> Self {
        let postgres = TestDb::create().await;
        let db = OptunaDatabase::connect(&postgres.url("postgresql"))
            .await
            .unwrap();
        let url = Some(postgres.url_for_python());
        Self {
            db,
            url,
            kind: Kind::Postgres,
            _bouncer: None,
            postgres: Some(postgres),
            _folder: None,
        }
    }

    pub(crate) async fn pooled() -> Self {
        let postgres = TestDb::create().await;
        let bouncer = Bouncer::start(&postgres, Pooling::Transaction);
        let url = bouncer.url(&postgres);
        let db = OptunaDatabase::connect(&url).await.unwrap();
        Self {
            db,
            url: Some(url.replace("postgresql:", "postgresql+psycopg2:")),
            kind: Kind::PooledPostgres,
            _bouncer: Some(bouncer),
            postgres: Some(postgres),
            _folder: None,
        }
    }

    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("studies.db");
        let db = OptunaDatabase::sqlite(&file).await.unwrap();
        let url = Some(format!("sqlite:///{}", file.display()));
        Self {
            db,
            url,
            kind: Kind::SqliteFile,
            _bouncer: None,
            postgres: None,
            _folder: Some(folder),
        }
    }

    pub(crate) async fn memory() -> Self {
        let db = OptunaDatabase::in_memory();
        Self {
            db,
            url: None,
            kind: Kind::SqliteMemory,
            _bouncer: None,
            postgres: None,
            _folder: None,
        }
    }

    /// Those that other processes see.
    pub(crate) async fn shared() -> [Self; 3] {
        [
            Self::postgres().await,
            Self::pooled().await,
            Self::sqlite().await,
        ]
    }

    pub(crate) async fn all() -> [Self; 4] {
        [
            Self::postgres().await,
            Self::pooled().await,
            Self::sqlite().await,
            Self::memory().await,
        ]
    }

    pub(crate) fn url(&self) -> &str {
        self.url
            .as_deref()
            .expect("a database that Python can open")
    }

    /// Runs statements beside the handle.
    pub(crate) async fn execute(&self, sql: impl Into<String>) {
        let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.into()));
        match self
            .db
            .pool()
            .await
            .expect("a database that others can open")
        {
            Pool::Postgres(pool) => sql.execute(pool).await.map(drop),
            Pool::Sqlite(pool) => sql.execute(pool).await.map(drop),
            other => panic!("{other:?}"),
        }
        .unwrap();
    }

    /// A second handle that sends heartbeats so often; never, if that is zero.
    pub(crate) async fn beating(&self, interval: Duration, grace: Duration) -> OptunaDatabase {
        OptunaDatabase::builder()
            .url(self.url().replace("+psycopg2", ""))
            .heartbeat_interval(interval)
            .grace_period(grace)
            .connect()
            .await
            .unwrap()
    }

    /// A second handle to the same database, as another process has it.
    pub(crate) async fn again(&self) -> OptunaDatabase {
        OptunaDatabase::connect(&self.url().replace("+psycopg2", ""))
            .await
            .unwrap()
    }
}

/// A PostgreSQL database and a handle that reaches it through a proxy.
pub(crate) struct Proxied {
    pub(crate) postgres: TestDb,
    pub(crate) proxy: Proxy,
    pub(crate) db: OptunaDatabase,
}

impl Proxied {
    pub(crate) async fn new() -> Self {
        let postgres = TestDb::create().await;
        let proxy = Proxy::start(&postgres.host, postgres.port).await;
        let url = postgres.url_at("postgresql", proxy.port());
        // The proxy reads along, so the line is in clear text.
        let url = format!("{url}?sslmode=disable");
        let db = OptunaDatabase::connect(&url).await.unwrap();
        Self {
            postgres,
            proxy,
            db,
        }
    }
}
