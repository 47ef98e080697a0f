//! What the database needs for two commits, which no trial can be cheaper than.

use std::sync::Arc;
use std::time::Instant;

use docktuna::{BoxError, OptunaDatabase, Pool};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::task::JoinSet;

use crate::target::{execute, pool};
use crate::{SLICE, Slice};

/// The connections of the floor, one for each worker, and its table.
pub(crate) struct Floor {
    table: String,
    insert: Arc<str>,
    connections: Vec<Held>,
}

enum Held {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Floor {
    pub(crate) async fn new(
        db: &OptunaDatabase,
        workers: usize,
        unique: u128,
    ) -> Result<Self, BoxError> {
        let table = format!("docktuna_bench_{unique}");
        let mut connections = Vec::new();
        for _ in 0..workers {
            connections.push(match pool(db).await? {
                Pool::Postgres(pool) => Held::Postgres(pool.connect_options().connect().await?),
                Pool::Sqlite(pool) => Held::Sqlite(pool.connect_options().connect().await?),
                other => return Err(format!("there is no floor for {other:?}").into()),
            });
        }
        execute(db, format!("CREATE TABLE {table} (value double precision)")).await?;
        let insert = format!("INSERT INTO {table} VALUES (0.5)").into();
        Ok(Self {
            table,
            insert,
            connections,
        })
    }

    pub(crate) async fn slice(&mut self) -> Result<Slice, BoxError> {
        let started = Instant::now();
        let mut running = JoinSet::new();
        for mut connection in self.connections.drain(..) {
            let insert = Arc::clone(&self.insert);
            running.spawn(async move {
                let mut trials = 0_u32;
                while started.elapsed() < SLICE {
                    connection.execute(&insert).await?;
                    connection.execute(&insert).await?;
                    trials += 1;
                }
                Ok::<_, sqlx::Error>((connection, trials))
            });
        }
        let mut trials = 0_u32;
        while let Some(worker) = running.join_next().await {
            let (connection, made) = worker??;
            self.connections.push(connection);
            trials += made;
        }
        Ok(Slice::new(trials, started.elapsed()))
    }

    /// A slice that failed has lost its connections, so this one is another.
    pub(crate) async fn remove(self, db: &OptunaDatabase) -> Result<(), BoxError> {
        for connection in self.connections {
            connection.close().await?;
        }
        execute(db, format!("DROP TABLE {}", self.table)).await
    }
}

impl Held {
    async fn execute(&mut self, sql: &Arc<str>) -> sqlx::Result<()> {
        let sql = AssertSqlSafe(Arc::clone(sql));
        match self {
            Self::Postgres(connection) => sqlx::query(sql).execute(connection).await.map(drop),
            Self::Sqlite(connection) => sqlx::query(sql).execute(connection).await.map(drop),
        }
    }

    async fn close(self) -> sqlx::Result<()> {
        match self {
            Self::Postgres(connection) => connection.close().await,
            Self::Sqlite(connection) => connection.close().await,
        }
    }
}
