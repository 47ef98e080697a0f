//! A connection to the server, straight or through a proxy that pools.
//!
//! A proxy that pools by transaction, as pgbouncer can, carries out each transaction on whichever of
//! its own connections is free. Nothing that outlives a transaction may be relied upon there: no
//! setting, no function of the session, no prepared statement. The driver sends a statement and its
//! arguments in two messages, so that even an unnamed one may be gone in between. Behind a proxy
//! every operation is therefore a transaction, with unnamed statements, and what it sets ends with it.
//!
//! A session tells whether a proxy is there. Each asks at its start for a name of its own, and
//! PostgreSQL notes where the value of a setting comes from: only on a straight line is it that name,
//! and from the client's start. A proxy has connected before, and sets the name later or not at all.
//! A proxy that pools by session looks the same and is treated the same. What pooling proxies refuse
//! at the start (`extra_float_digits`, `options`) is not sent.

use std::fmt;

use futures_util::future::{BoxFuture, TryFutureExt};
use futures_util::stream::{self, BoxStream, TryStreamExt};
use sqlx::error::BoxDynError;
use sqlx::postgres::{
    PgArguments, PgConnectOptions, PgConnection, PgQueryResult, PgRow, PgStatement, PgTypeInfo,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Either, Execute, Executor, FromRow, Postgres, SqlStr,
};

use crate::error::Result;
use crate::storage::connection::failure;
use crate::storage::{Statement, statements};

statements! { "postgres":
    SESSION "session",
    SESSION_ROLE "session_role",
}

/// How a transaction begins. Its level is always said, as role, database and server may have another default:
/// only at this one does a statement see what others committed before it, which numbering relies on. Whether
/// it may write is left to them.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The same for the statements of a session that are transactions of their own.
const ISOLATION: &str = "SET SESSION default_transaction_isolation TO 'read committed'; ";

/// (where the name comes from, the name, encryption)
type SessionColumns = (String, String, Option<bool>);

/// A connection whose statements arrive together with their arguments, whatever is on the way.
pub(super) struct Link {
    connection: PgConnection,
    /// Whether a proxy is on the way.
    pooled: bool,
    /// Whether the server's side is encrypted; behind a proxy that is the proxy's.
    encrypted: Option<bool>,
    /// What a transaction sets first; empty where the session has done so.
    prelude: String,
    /// Whether a transaction was begun.
    open: bool,
}

impl Link {
    /// Connects and finds out what is on the way.
    pub(super) async fn open(
        options: &PgConnectOptions,
        schema: Option<&str>,
        target: &str,
    ) -> Result<Self> {
        let failed = |error| failure::storage(SESSION.name, target, error);
        let name = format!("docktuna {:08x}", rand::random::<u32>());
        let connection = options.clone().application_name(&name).connect().await;
        let mut connection = connection.map_err(|error| failure::connect(target, error))?;
        // In a transaction of a level of our own: a standby refuses one that is serializable.
        let asking = format!("{BEGIN}; {}; COMMIT", SESSION.text);
        let asking = sqlx::raw_sql(AssertSqlSafe(asking));
        let session = asking.fetch_one(&mut connection).await;
        let session = session.and_then(|row| SessionColumns::from_row(&row));
        let (pooled, encrypted) = match session {
            Ok((source, setting, encrypted)) => (source != "client" || setting != name, encrypted),
            // Without the right to look at settings; the careful way always works.
            Err(error) if failure::is_privilege(&error) => {
                let end = sqlx::raw_sql("ROLLBACK").execute(&mut connection).await;
                end.map_err(failed)?;
                (true, None)
            }
            Err(error) => return Err(failed(error)),
        };
        let mut link = Self {
            connection,
            pooled,
            encrypted,
            prelude: String::new(),
            open: false,
        };
        if pooled {
            link.prelude = settings("LOCAL", schema);
        } else {
            let settings = format!("{ISOLATION}{}", settings("SESSION", schema));
            link.send(settings).await.map_err(failed)?;
        }
        Ok(link)
    }

    /// Whether nothing is kept between transactions.
    pub(super) fn is_pooled(&self) -> bool {
        self.pooled
    }

    /// Whether what is sent is encrypted on the way; `None` where that cannot be told.
    pub(super) fn is_encrypted(&self) -> Option<bool> {
        self.encrypted.filter(|_| !self.pooled)
    }

    /// Whether the server is a standby, and whether the session only reads.
    pub(super) async fn role(&mut self) -> sqlx::Result<(bool, bool)> {
        let role = sqlx::raw_sql(SESSION_ROLE.text).fetch_one(&mut self.connection);
        FromRow::from_row(&role.await?)
    }

    /// Whether the server still answers.
    pub(super) async fn ping(&mut self) -> sqlx::Result<()> {
        self.connection.ping().await
    }

    pub(super) async fn close(self) -> sqlx::Result<()> {
        self.connection.close().await
    }

    /// Begins a transaction and carries out statements without parameters in the same round trip. It ends
    /// with [`commit`](Self::commit) or with the link.
    pub(super) async fn begin(&mut self, first: &str) -> sqlx::Result<()> {
        self.begin_as(BEGIN, first).await
    }

    /// Begins a transaction and carries out a statement without parameters in the same round trip; what it brings is
    /// text.
    #[cfg(feature = "serve")]
    pub(super) async fn begin_with(&mut self, first: &str) -> sqlx::Result<Option<PgRow>> {
        let sql = sqlx::raw_sql(AssertSqlSafe(self.opening(BEGIN, first)));
        sql.fetch_optional(&mut self.connection).await
    }

    /// Begins one whose statements all read the same state of the database, and write nothing.
    pub(super) async fn begin_snapshot(&mut self) -> sqlx::Result<()> {
        self.begin_as(BEGIN_SNAPSHOT, "").await
    }

    async fn begin_as(&mut self, begin: &str, first: &str) -> sqlx::Result<()> {
        let sql = self.opening(begin, first);
        self.send(sql).await
    }

    /// What begins a transaction, which counts as begun from here on.
    fn opening(&mut self, begin: &str, first: &str) -> String {
        self.open = true;
        format!("{begin}; {}{first}", self.prelude)
    }

    pub(super) async fn commit(&mut self) -> sqlx::Result<()> {
        self.send("COMMIT".to_owned()).await?;
        self.open = false;
        Ok(())
    }

    /// Ends a transaction that somebody gave up, after what it still does.
    pub(super) async fn roll_back(&mut self) -> sqlx::Result<()> {
        self.send("ROLLBACK".to_owned()).await?;
        self.open = false;
        Ok(())
    }

    async fn send(&mut self, sql: String) -> sqlx::Result<()> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        sql.execute(&mut self.connection).await.map(drop)
    }

    /// Whether a transaction may be open.
    pub(super) fn is_in_transaction(&self) -> bool {
        self.open
    }

    /// Whether a statement needs a transaction that there is not.
    fn is_alone(&self) -> bool {
        self.pooled && !self.open
    }
}

/// Statements that select the schema, and plans for what is done here: look-ups of few rows, which the
/// planner takes for many in a large study. Compiling them or starting processes for them takes a hundred
/// times as long as the look-ups do.
///
/// A transaction that is left open ends with its session. A program may give up a call and then block the
/// only thread of its runtime, and whoever holds the lock of a study keeps the whole fleet from asking.
fn settings(scope: &str, schema: Option<&str>) -> String {
    let mut sql = format!(
        "SET {scope} jit TO off; SET {scope} max_parallel_workers_per_gather TO 0; \
         SET {scope} idle_in_transaction_session_timeout TO '30s'; "
    );
    if let Some(schema) = schema {
        sql += &format!("SET {scope} search_path TO {}; ", quoted(schema));
    }
    sql
}

/// The schema's name as an identifier.
pub(super) fn quoted(schema: &str) -> String {
    format!("\"{}\"", schema.replace('"', "\"\""))
}

impl<'c> Executor<'c> for &'c mut Link {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, sqlx::Result<Either<PgQueryResult, PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let query = Routed::new(query, self);
        if !self.is_alone() {
            return self.connection.fetch_many(query);
        }
        let fetched = async move {
            self.begin("").await?;
            let steps: Vec<_> = self.connection.fetch_many(query).try_collect().await?;
            self.commit().await?;
            Ok(stream::iter(steps.into_iter().map(Ok)))
        };
        Box::pin(fetched.try_flatten_stream())
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let query = Routed::new(query, self);
        if !self.is_alone() {
            return self.connection.fetch_optional(query);
        }
        Box::pin(async move {
            self.begin("").await?;
            let row = self.connection.fetch_optional(query).await?;
            self.commit().await?;
            Ok(row)
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'c: 'e,
    {
        self.connection.prepare_with(sql, parameters)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("pooled", &self.pooled)
            .finish_non_exhaustive()
    }
}

/// A query, prepared under a name where the server keeps it.
struct Routed<E> {
    query: E,
    named: bool,
}

impl<E> Routed<E> {
    fn new(query: E, link: &Link) -> Self {
        let named = !link.pooled;
        Self { query, named }
    }
}

impl<'q, E: Execute<'q, Postgres>> Execute<'q, Postgres> for Routed<E> {
    fn sql(self) -> SqlStr {
        self.query.sql()
    }

    fn statement(&self) -> Option<&PgStatement> {
        self.query.statement()
    }

    fn take_arguments(&mut self) -> Result<Option<PgArguments>, BoxDynError> {
        self.query.take_arguments()
    }

    fn persistent(&self) -> bool {
        self.named && self.query.persistent()
    }
}
