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

/// The tables with the column that numbers their rows, and the rights on them that loading, tuning and deleting
/// need. All of them are read by who reads everything.
const TABLES: &[(&str, &str, &[(Purpose, &str)])] = {
    use Purpose::{Delete, Load, Read, Tune};
    &[
        ("alembic_version", "", &[(Load, "SELECT")]),
        (
            "studies",
            "study_id",
            &[
                (Load, "SELECT"),
                (Tune, "INSERT"),
                (Tune, "UPDATE"),
                (Delete, "DELETE"),
            ],
        ),
        (
            "study_directions",
            "study_direction_id",
            &[(Load, "SELECT"), (Tune, "INSERT"), (Delete, "DELETE")],
        ),
        (
            "study_user_attributes",
            "study_user_attribute_id",
            &[
                (Read, "SELECT"),
                (Tune, "INSERT"),
                (Tune, "UPDATE"),
                (Delete, "DELETE"),
            ],
        ),
        (
            "study_system_attributes",
            "study_system_attribute_id",
            &[
                (Read, "SELECT"),
                (Tune, "INSERT"),
                (Tune, "UPDATE"),
                (Delete, "DELETE"),
            ],
        ),
        (
            "trials",
            "trial_id",
            &[
                (Load, "SELECT"),
                (Tune, "INSERT"),
                (Tune, "UPDATE"),
                (Delete, "DELETE"),
            ],
        ),
        (
            "trial_values",
            "trial_value_id",
            &[
                (Load, "SELECT"),
                (Tune, "INSERT"),
                (Tune, "UPDATE"),
                (Delete, "DELETE"),
            ],
        ),
        (
            "trial_params",
            "param_id",
            &[(Load, "SELECT"), (Tune, "INSERT"), (Delete, "DELETE")],
        ),
        (
            "trial_intermediate_values",
            "trial_intermediate_value_id",
            &[(Read, "SELECT"), (Tune, "INSERT"), (Delete, "DELETE")],
        ),
        (
            "trial_user_attributes",
            "trial_user_attribute_id",
            &[
                (Read, "SELECT"),
                (Tune, "INSERT"),
                (Tune, "UPDATE"),
                (Delete, "DELETE"),
            ],
        ),
        (
            "trial_system_attributes",
            "trial_system_attribute_id",
            &[
                (Load, "SELECT"),
                (Tune, "INSERT"),
                (Tune, "UPDATE"),
                (Delete, "DELETE"),
            ],
        ),
        (
            "trial_heartbeats",
            "trial_heartbeat_id",
            &[
                (Read, "SELECT"),
                (Tune, "INSERT"),
                (Tune, "UPDATE"),
                (Delete, "DELETE"),
            ],
        ),
    ]
};

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
        for (object, numbered, rights) in TABLES {
            for (purpose, privilege) in *rights {
                let right = |kind, privilege| Self {
                    purpose: *purpose,
                    kind,
                    object,
                    privilege,
                    numbered,
                };
                wanted.push(right("table", *privilege));
                if *privilege == "INSERT" {
                    wanted.push(right("sequence", "USAGE"));
                }
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
