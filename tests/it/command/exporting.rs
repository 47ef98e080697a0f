//! Files that `export` writes, and those that it does not.

use std::fs;
use std::path::Path;

use super::{command, docktuna, fixture, run};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_file_holds_what_standard_output_does() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    for (file, format) in [("t.csv", "csv"), ("t.JSONL", "json"), ("t.ndjson", "json")] {
        let path = folder.path().join(file);
        let path = path.to_str().unwrap();
        let ran = docktuna(&url, &["export", "single-min", "-o", path]).await;
        assert!(
            ran.stderr.contains("15 trials written to"),
            "{}",
            ran.stderr
        );
        assert_eq!(ran.succeeded(), "");
        let args = ["export", "single-min", "-o", "-", "--format", format];
        let printed = docktuna(&url, &args);
        assert_eq!(fs::read_to_string(path).unwrap(), printed.await.succeeded());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let new = folder.path().join("new");
            fs::write(&new, "").unwrap();
            let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode();
            assert_eq!(mode(Path::new(path)), mode(&new), "as any new file");
            fs::remove_file(new).unwrap();
        }
    }
    assert_eq!(
        names(folder.path()),
        ["studies.sqlite", "t.JSONL", "t.csv", "t.ndjson"]
    );
}

#[tokio::test]
async fn lines_of_json_hold_everything() {
    let (_folder, url) = fixture("optuna-5.0.0.sqlite");
    let args = ["export", "single-min", "-o", "-", "--format", "json"];
    let text = docktuna(&url, &args).await.succeeded();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let report = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/optuna-5.0.0.json");
    let report: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    let studies = report["studies"].as_array().unwrap();
    let theirs = studies
        .iter()
        .find(|study| study["study_name"] == "single-min");
    let theirs = theirs.unwrap()["trials"].as_array().unwrap();
    assert_eq!(lines.len(), theirs.len());
    for (ours, theirs) in lines.iter().zip(theirs) {
        assert_eq!(ours["number"], theirs["number"]);
        assert_eq!(ours["state"], theirs["state"]);
        for map in ["params", "user_attrs", "intermediate_values"] {
            let keys = |trial: &serde_json::Value| -> Vec<String> {
                let members = trial[map].as_object();
                let mut keys: Vec<String> = members
                    .into_iter()
                    .flatten()
                    .map(|(k, _)| k.clone())
                    .collect();
                keys.sort();
                keys
            };
            assert_eq!(keys(ours), keys(theirs), "trial {}: {map}", ours["number"]);
        }
        for (name, value) in ours["params"].as_object().unwrap() {
            if let Some(number) = theirs["params"][name].as_f64() {
                assert_eq!(value.as_f64(), Some(number), "{name}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_replaced_unless_that_is_said() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    let file = folder.path().join("t.csv");
    fs::write(&file, "mine").unwrap();
    let path = file.to_str().unwrap();
    let stderr = docktuna(&url, &["export", "multi", "-o", path])
        .await
        .failed(1);
    assert!(
        stderr.contains("exists; help: --force replaces it"),
        "{stderr}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    // What fails on the way leaves the old file, and nothing else.
    let stderr = docktuna(&url, &["export", "mulit", "-o", path, "--force"])
        .await
        .failed(1);
    assert!(stderr.contains("did you mean \"multi\"?"), "{stderr}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(names(folder.path()), ["studies.sqlite", "t.csv"]);
    docktuna(&url, &["export", "multi", "-o", path, "--force"])
        .await
        .succeeded();
    let text = fs::read_to_string(&file).unwrap();
    let header = "number,values_loss,values_accuracy,datetime_start,datetime_complete,duration,params_x,\
                  system_attrs_fixed_params,state";
    assert_eq!(text.lines().next(), Some(header));
    assert_eq!(names(folder.path()), ["studies.sqlite", "t.csv"]);
}

#[tokio::test]
async fn a_place_where_nothing_can_be_written_is_named() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    let missing = folder.path().join("none/t.csv");
    let args = ["export", "multi", "-o", missing.to_str().unwrap()];
    let stderr = docktuna(&url, &args);
    let stderr = stderr.await.failed(1);
    assert!(
        stderr.contains("none/t.csv cannot be written: "),
        "{stderr}"
    );
    let stderr = docktuna(&url, &["export", "multi", "-o", "/proc/t.csv"])
        .await
        .failed(1);
    assert!(
        stderr.contains("/proc/t.csv cannot be written: "),
        "{stderr}"
    );
    let place = folder.path().join("folder.csv");
    fs::create_dir(&place).unwrap();
    let args = ["export", "multi", "-o", place.to_str().unwrap(), "--force"];
    let stderr = docktuna(&url, &args).await.failed(1);
    assert!(
        stderr.contains("folder.csv cannot be written: "),
        "{stderr}"
    );
    assert_eq!(names(folder.path()), ["folder.csv", "studies.sqlite"]);
}

#[tokio::test]
async fn the_format_has_to_be_known() {
    let (folder, url) = fixture("optuna-5.0.0.sqlite");
    for file in ["t", "t.parquet", "t.json", "-"] {
        let stderr = docktuna(&url, &["export", "multi", "-o", file])
            .await
            .failed(2);
        assert!(
            stderr.contains("call it .csv or .jsonl, or give --format"),
            "{stderr}"
        );
    }
    let args = ["export", "multi", "-o", "t.csv", "--format", "table"];
    let stderr = docktuna(&url, &args).await.failed(2);
    assert!(stderr.contains("a table cannot be exported"), "{stderr}");
    docktuna(&url, &["export", "multi"]).await.failed(2);
    // A name without a folder is in the working one, whatever its format.
    let mut command = command(
        folder.path(),
        &["export", "multi", "-o", "t", "--format", "csv"],
    );
    command.env("OPTUNA_STORAGE", &url);
    run(command).await.succeeded();
    assert_eq!(names(folder.path()), ["studies.sqlite", "t"]);
}

/// Pages are read one after the other.
#[tokio::test]
async fn a_study_of_several_pages_is_written_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("studies.db");
    let db = docktuna::OptunaDatabase::sqlite(&file).await.unwrap();
    let study = db.study::<crate::space::Line>("s").await.unwrap();
    for trial in study.ask_many(2345).await.unwrap() {
        trial.tell(1.0).await.unwrap();
    }
    let url = format!("sqlite:///{}", file.display());
    let text = docktuna(&url, &["export", "s", "-o", "-", "--format", "csv"])
        .await
        .succeeded();
    let numbers: Vec<usize> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(numbers, (0..2345).collect::<Vec<_>>());
}
