//! Optuna's tables, and the revisions by which it tells their versions apart.

/// The revision that every release of Optuna since 3.2.0 writes.
pub(crate) const HEAD: &str = "v3.2.0.a";

/// The revisions before it.
const OLDER: &[&str] = &[
    "v0.9.0.a", "v1.2.0.a", "v1.3.0.a", "v2.4.0.a", "v2.6.0.a", "v3.0.0.a", "v3.0.0.b", "v3.0.0.c",
    "v3.0.0.d",
];

/// The tables of the revision that we know.
pub(crate) const TABLES: &[&str] = &[
    "studies",
    "study_directions",
    "study_user_attributes",
    "study_system_attributes",
    "trials",
    "trial_user_attributes",
    "trial_system_attributes",
    "trial_params",
    "trial_values",
    "trial_intermediate_values",
    "trial_heartbeats",
    "version_info",
    "alembic_version",
];

/// What a revision says of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revision {
    /// They are as we know them.
    Known,
    /// An earlier release of Optuna made them.
    Older,
    /// They are named as Optuna names its revisions, and not one that we know.
    Newer,
    /// It is none of Optuna's.
    Foreign,
}

impl Revision {
    pub(crate) fn of(stored: &str) -> Self {
        match stored {
            HEAD => Self::Known,
            older if OLDER.contains(&older) => Self::Older,
            newer if is_optunas(newer) => Self::Newer,
            _ => Self::Foreign,
        }
    }
}

/// Whether a revision is named as Optuna names them: `v4.1.0.a`.
fn is_optunas(revision: &str) -> bool {
    let Some(version) = revision.strip_prefix('v') else {
        return false;
    };
    let parts: Vec<&str> = version.split('.').collect();
    matches!(parts.as_slice(), [a, b, c, letter]
        if [a, b, c].iter().all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()))
            && letter.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables of an SQLite file of Optuna 5.0.0 in alphabetical order, and its `alembic_version`.
    const OPTUNAS: [&str; 13] = [
        "alembic_version",
        "studies",
        "study_directions",
        "study_system_attributes",
        "study_user_attributes",
        "trial_heartbeats",
        "trial_intermediate_values",
        "trial_params",
        "trial_system_attributes",
        "trial_user_attributes",
        "trial_values",
        "trials",
        "version_info",
    ];
    const REVISION: &str = "v3.2.0.a";

    #[test]
    fn the_tables_are_optunas() {
        let mut tables = TABLES.to_vec();
        tables.sort_unstable();
        assert_eq!(tables, OPTUNAS);
        assert_eq!(HEAD, REVISION);
    }

    #[test]
    fn optunas_revisions_are_told_from_others() {
        assert_eq!(Revision::of(REVISION), Revision::Known);
        assert!(OLDER.iter().all(|revision| is_optunas(revision)));
        assert_eq!(Revision::of("v3.0.0.d"), Revision::Older);
        assert_eq!(Revision::of("v9.9.9.a"), Revision::Newer);
        for foreign in ["", "1975ea83b712", "v1.2", "v1.2.3.4a", "va.b.c.d"] {
            assert_eq!(Revision::of(foreign), Revision::Foreign, "{foreign}");
        }
    }
}
