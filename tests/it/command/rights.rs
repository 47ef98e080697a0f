//! Commands of a role that may only read, and of one that may not even do that.

use super::{docktuna, fixture};
use crate::support::TestDb;

/// A URL of a role with these rights in a database that Optuna wrote.
pub(super) async fn with_role(grants: &str) -> (TestDb, String) {
    let postgres = TestDb::create().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/optuna-5.0.0.pg.sql");
    postgres
        .execute(std::fs::read_to_string(file).unwrap())
        .await;
    let role = format!("{}_reader", postgres.user);
    let create = format!("CREATE ROLE \"{role}\" LOGIN PASSWORD 'reader'");
    postgres.execute_superuser(create).await;
    let grants = grants.replace("ROLE", &format!("\"{role}\""));
    let connect = format!(
        "GRANT CONNECT ON DATABASE {} TO \"{role}\"",
        postgres.database
    );
    postgres.execute(format!("{connect}; {grants}")).await;
    let url = format!(
        "postgresql://{role}:reader@{}:{}/{}",
        postgres.host, postgres.port, postgres.database
    );
    (postgres, url)
}

pub(super) async fn drop_role(postgres: &TestDb) {
    let role = format!("{}_reader", postgres.user);
    let sql = format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\"");
    postgres.execute_superuser(sql).await;
}

#[tokio::test]
async fn reading_commands_need_select_and_nothing_else() {
    let (postgres, url) = with_role("GRANT SELECT ON ALL TABLES IN SCHEMA public TO ROLE").await;
    for args in [
        &["studies"][..],
        &["show", "single-min"],
        &["best", "single-min"],
        &["best", "multi", "--pareto"],
        &["trials", "single-min"],
        &["export", "single-min", "-o", "-", "--format", "csv"],
        &["diff", "single-min", "0", "1"],
        &["importance", "single-min"],
        &["check"],
    ] {
        let ran = docktuna(&url, args).await;
        assert_eq!(ran.code(), 0, "{args:?}: {}", ran.stderr);
    }
    for args in [
        &["delete", "single-min", "--yes"][..],
        &["rename", "single-max", "x"],
        &["enqueue", "single-min", "f=0.5"],
    ] {
        let stderr = docktuna(&url, args).await.failed(1);
        assert!(stderr.contains("permission denied"), "{args:?}: {stderr}");
    }
    let studies = docktuna(&url, &["studies", "--format", "csv"])
        .await
        .succeeded();
    assert!(studies.contains("\nsingle-min,minimize,15,"), "{studies}");
    assert!(studies.contains("\nsingle-max,"), "{studies}");
    drop_role(&postgres).await;
}

#[tokio::test]
async fn a_check_names_each_right_that_is_missing() {
    let grants = "GRANT SELECT ON ALL TABLES IN SCHEMA public TO ROLE; REVOKE SELECT ON trial_params FROM ROLE; \
                  GRANT INSERT, UPDATE ON trials TO ROLE";
    let (postgres, url) = with_role(grants).await;
    let ran = docktuna(&url, &["check", "--format", "csv"]).await;
    assert_eq!(ran.code(), 1, "{}", ran.stdout);
    for line in [
        "right to load,error,missing: SELECT on trial_params",
        "right to read all,ok,",
        "right to create,no,missing: CREATE on the schema",
    ] {
        let found = ran.stdout.lines().any(|found| found == line);
        assert!(found || line.ends_with("schema"), "{line}: {}", ran.stdout);
    }
    let tune = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("right to tune,"));
    let tune = tune.unwrap();
    assert!(
        tune.contains("USAGE on the sequence of trials.trial_id"),
        "{tune}"
    );
    assert!(tune.contains("INSERT on trial_params"), "{tune}");
    assert!(!tune.contains("INSERT on trials"), "{tune}");
    let delete = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("right to delete,"));
    assert!(delete.unwrap().contains("DELETE on studies"), "{delete:?}");
    assert!(ran.stderr.contains("1 of "), "{}", ran.stderr);
    drop_role(&postgres).await;

    // The owner lacks nothing.
    let postgres = TestDb::create().await;
    let url = postgres.url("postgresql");
    let db = docktuna::OptunaDatabase::connect(&url).await.unwrap();
    db.study::<crate::space::Line>("s").await.unwrap();
    let all = docktuna(&url, &["check", "--format", "csv"])
        .await
        .succeeded();
    for right in ["load", "read all", "tune", "delete", "create"] {
        let line = format!("\nright to {right},ok,\n");
        assert!(all.contains(&line), "{line}: {all}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_can_only_be_read_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    let file = folder.path().join("studies.sqlite");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).unwrap();
    // The superuser may write to it anyway; the URL says that nobody shall.
    let url = format!(
        "{}?mode=ro&uri=true",
        url.replace("sqlite:///", "sqlite:///file:")
    );
    let before = std::fs::read(&file).unwrap();
    for args in [
        &["studies"][..],
        &["show", "single-min"],
        &["trials", "single-min"],
        &["importance", "single-min"],
    ] {
        docktuna(&url, args).await.succeeded();
    }
    let check = docktuna(&url, &["check", "--format", "csv"])
        .await
        .succeeded();
    assert!(check.contains("right to load,ok,"), "{check}");
    assert!(
        check.contains("right to tune,no,missing: writing to the file"),
        "{check}"
    );
    let stderr = docktuna(&url, &["delete", "single-min", "--yes"])
        .await
        .failed(1);
    assert!(stderr.contains("read"), "{stderr}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}
