//! What a role may do, what time the server has, and how trials are kept alive.

use super::Postgres;
use crate::error::Result;
use crate::storage::inspect::{Purpose, Right, Server};
use crate::storage::{Statement, statements};

statements! { "postgres":
    BEATS "beats",
    RIGHTS "rights",
    SERVER "server",
}

/// A table, and who needs which rights on it.
struct Table {
    name: &'static str,
    /// The column that a sequence numbers; empty where nothing is added or deleted.
    numbered: &'static str,
    /// Who needs SELECT.
    read_to: Purpose,
    /// What tuning needs beside it.
    tuning: &'static [&'static str],
}

const TABLES: &[Table] = &[
    Table {
        name: "alembic_version",
        numbered: "",
        read_to: Purpose::Load,
        tuning: &[],
    },
    Table {
        name: "studies",
        numbered: "study_id",
        read_to: Purpose::Load,
        tuning: &["INSERT", "UPDATE"],
    },
    Table {
        name: "study_directions",
        numbered: "study_direction_id",
        read_to: Purpose::Load,
        tuning: &["INSERT"],
    },
    Table {
        name: "study_user_attributes",
        numbered: "study_user_attribute_id",
        read_to: Purpose::Read,
        tuning: &["INSERT", "UPDATE"],
    },
    Table {
        name: "study_system_attributes",
        numbered: "study_system_attribute_id",
        read_to: Purpose::Read,
        tuning: &["INSERT", "UPDATE"],
    },
    Table {
        name: "trials",
        numbered: "trial_id",
        read_to: Purpose::Load,
        tuning: &["INSERT", "UPDATE"],
    },
    Table {
        name: "trial_values",
        numbered: "trial_value_id",
        read_to: Purpose::Load,
        tuning: &["INSERT", "UPDATE"],
    },
    Table {
        name: "trial_params",
        numbered: "param_id",
        read_to: Purpose::Load,
        tuning: &["INSERT"],
    },
    Table {
        name: "trial_intermediate_values",
        numbered: "trial_intermediate_value_id",
        read_to: Purpose::Read,
        tuning: &["INSERT"],
    },
    Table {
        name: "trial_user_attributes",
        numbered: "trial_user_attribute_id",
        read_to: Purpose::Read,
        tuning: &["INSERT", "UPDATE"],
    },
    Table {
        name: "trial_system_attributes",
        numbered: "trial_system_attribute_id",
        read_to: Purpose::Load,
        tuning: &["INSERT", "UPDATE"],
    },
    Table {
        name: "trial_heartbeats",
        numbered: "trial_heartbeat_id",
        read_to: Purpose::Read,
        tuning: &["INSERT", "UPDATE"],
    },
];

/// A right to ask for.
struct Wanted {
    purpose: Purpose,
    kind: &'static str,
    object: &'static str,
    privilege: &'static str,
    numbered: &'static str,
}

impl Wanted {
    fn all() -> Vec<Self> {
        let mut wanted = Vec::new();
        for table in TABLES {
            let mut want = |purpose, kind, privilege| {
                wanted.push(Self {
                    purpose,
                    kind,
                    object: table.name,
                    privilege,
                    numbered: table.numbered,
                });
            };
            want(table.read_to, "table", "SELECT");
            for privilege in table.tuning {
                want(Purpose::Tune, "table", privilege);
                if *privilege == "INSERT" {
                    want(Purpose::Tune, "sequence", "USAGE");
                }
            }
            if !table.numbered.is_empty() {
                want(Purpose::Delete, "table", "DELETE");
            }
        }
        wanted.push(Self {
            purpose: Purpose::Create,
            kind: "schema",
            object: "",
            privilege: "CREATE",
            numbered: "",
        });
        wanted
    }

    fn name(&self) -> String {
        let Self {
            object,
            privilege,
            numbered,
            ..
        } = self;
        match self.kind {
            "table" => format!("{privilege} on {object}"),
            "sequence" => format!("{privilege} on the sequence of {object}.{numbered}"),
            kind => format!("{privilege} on the {kind}"),
        }
    }
}

impl Postgres {
    pub(crate) async fn rights(&self) -> Result<Vec<Right>> {
        let wanted = Wanted::all();
        let column = |of: fn(&Wanted) -> &'static str| wanted.iter().map(of).collect::<Vec<_>>();
        let mut lease = self.lease().await?;
        let result = sqlx::query_scalar(RIGHTS.text)
            .bind(column(|right| right.kind))
            .bind(column(|right| right.object))
            .bind(column(|right| right.privilege))
            .bind(column(|right| right.numbered))
            .fetch_all(&mut lease.connection)
            .await;
        let granted: Vec<bool> = self.settle(lease, RIGHTS.name, result)?;
        let rights = wanted.iter().zip(granted).map(|(right, granted)| Right {
            purpose: right.purpose,
            name: right.name(),
            granted,
        });
        Ok(rights.collect())
    }

    pub(crate) async fn server(&self) -> Result<Option<Server>> {
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(SERVER.text)
            .fetch_one(&mut lease.connection)
            .await;
        let (version, time, encrypted) = self.settle(lease, SERVER.name, result)?;
        Ok(Some(Server {
            version,
            time,
            encrypted,
        }))
    }

    /// (running, with heartbeats, the longest silence in seconds)
    pub(crate) async fn beats(&self) -> Result<(i64, i64, Option<f64>)> {
        let zone = self.zone().await?;
        let mut lease = self.lease().await?;
        let result = sqlx::query_as(BEATS.text)
            .bind(zone)
            .fetch_one(&mut lease.connection)
            .await;
        self.settle(lease, BEATS.name, result)
    }
}
