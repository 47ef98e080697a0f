//! The job script runs, and the manifest says what the program reads.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use docktuna::{DynamicStudy, OptunaDatabase, TrialState};
use saphyr::{LoadableYamlNode, Yaml};

fn recipe(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(recipe(name)).expect("a recipe")
}

/// The variables in the table of settings, in backquotes there.
fn known() -> BTreeSet<String> {
    let page = text("../../docktuna/docs/settings.md");
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let words = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    words
        .filter(|word| word.starts_with("OPTUNA_"))
        .map(str::to_owned)
        .collect()
}

/// Everything in a text that looks like a setting of docktuna.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words
        .filter(|word| word.starts_with("OPTUNA_"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_variable_is_a_setting() {
    let known = known();
    assert!(known.contains("OPTUNA_DB_HOST"), "{known:?}");
    for file in ["slurm.sh", "worker.env", "kubernetes.yaml"] {
        let unknown: Vec<String> = named(&text(file)).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{file}: {unknown:?}");
    }
    assert!(named(&text("kubernetes.yaml")).len() > 4);
}

#[test]
fn the_settings_of_a_worker_are_complete() {
    let file = text("worker.env");
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = lines
        .map(|line| line.split_once('=').expect("NAME=VALUE").0)
        .collect();
    assert_eq!(names, environment(&manifest_of(&text("kubernetes.yaml"))));
}

/// The environment of the worker's container.
fn environment(worker: &[(String, String)]) -> Vec<&str> {
    worker.iter().map(|(name, _)| name.as_str()).collect()
}

fn manifest_of(text: &str) -> Vec<(String, String)> {
    let documents = Yaml::load_from_str(text).expect("YAML");
    let pod = &documents[0]["spec"]["template"]["spec"];
    let variables = pod["containers"][0]["env"].as_sequence().expect("a list");
    let string = |yaml: &Yaml<'_>| yaml.as_str().expect("a text").to_owned();
    variables
        .iter()
        .map(|variable| (string(&variable["name"]), string(&variable["value"])))
        .collect()
}

#[test]
fn the_manifest_mounts_the_secret_where_the_program_reads_it() {
    let text = text("kubernetes.yaml");
    let documents = Yaml::load_from_str(&text).expect("YAML");
    assert_eq!(documents.len(), 1);
    let job = &documents[0];
    assert_eq!(job["apiVersion"].as_str(), Some("batch/v1"));
    assert_eq!(job["kind"].as_str(), Some("Job"));
    assert_eq!(job["spec"]["completionMode"].as_str(), Some("Indexed"));
    assert!(job["spec"]["parallelism"].as_integer() <= job["spec"]["completions"].as_integer());

    let pod = &job["spec"]["template"]["spec"];
    assert_eq!(pod["restartPolicy"].as_str(), Some("OnFailure"));
    let (mount, volume) = (&pod["containers"][0]["volumeMounts"][0], &pod["volumes"][0]);
    assert_eq!(mount["name"].as_str(), volume["name"].as_str());
    let secret = volume["secret"]["secretName"].as_str().expect("a secret");
    let folder = mount["mountPath"].as_str().expect("a folder");
    // The command at the top makes the secret, with the key that becomes the file's name.
    let made = format!("kubectl create secret generic {secret} --from-file=password=");
    assert!(text.contains(&made), "{made}");
    let variables = manifest_of(&text);
    let file = variables
        .iter()
        .find(|(name, _)| name == "OPTUNA_DB_PASSWORD_FILE");
    assert_eq!(
        file.map(|(_, file)| file.as_str()),
        Some(format!("{folder}/password").as_str())
    );
    assert!(
        !variables
            .iter()
            .any(|(name, _)| name == "OPTUNA_DB_PASSWORD")
    );
}

/// A folder with a stand-in for Slurm's `srun`, which starts the program on this host.
fn cluster() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let srun = folder.path().join("srun");
    fs::write(&srun, "#!/bin/sh\nexec \"$@\"\n").expect("written");
    fs::set_permissions(&srun, fs::Permissions::from_mode(0o755)).expect("executable");
    folder
}

/// One task of the array job, as Slurm starts it.
fn task(folder: &Path, number: usize, arguments: &[&str]) -> Child {
    let path = std::env::var("PATH").expect("a path");
    Command::new("bash")
        .arg(recipe("slurm.sh"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{}:{path}", folder.display()))
        .env("HOME", folder)
        .env("DOCKTUNA_PROGRAM", env!("CARGO_BIN_EXE_forest"))
        .env("SLURM_ARRAY_JOB_ID", "7")
        .env("SLURM_ARRAY_TASK_ID", number.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash starts")
}

fn ended(task: Child) -> (Output, String) {
    let output = task.wait_with_output().expect("it ends");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, error)
}

#[tokio::test]
async fn the_tasks_of_an_array_job_share_a_study() {
    let folder = cluster();
    let url = format!("sqlite:///{}/forest.db", folder.path().display());
    fs::write(
        folder.path().join(".env"),
        format!("OPTUNA_STORAGE={url}\n"),
    )
    .expect("written");
    let tasks: Vec<Child> = (1..=2)
        .map(|number| task(folder.path(), number, &["array", "5"]))
        .collect();
    for (number, task) in tasks.into_iter().enumerate() {
        let (output, error) = ended(task);
        assert!(output.status.success(), "{error}");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(
            shown.contains(&format!("worker {} of job 7", number + 1)),
            "{shown}"
        );
    }
    let db = OptunaDatabase::builder()
        .url(url)
        .connect()
        .await
        .expect("the file");
    let study: DynamicStudy = db.dynamic_study("array").await.expect("the study");
    let trials = study.trials().await.expect("the trials");
    let states: Vec<TrialState> = trials.iter().map(|trial| trial.state).collect();
    assert_eq!(states, [TrialState::Complete; 5]);
}

#[test]
fn the_job_does_not_start_without_settings_or_arguments() {
    let folder = cluster();
    let (output, error) = ended(task(folder.path(), 1, &["array", "5"]));
    assert!(!output.status.success());
    assert!(error.contains("there is no file .env in "), "{error}");
    let (output, error) = ended(task(folder.path(), 1, &["array"]));
    assert!(!output.status.success());
    assert!(
        error.contains("usage: sbatch slurm.sh STUDY TOTAL"),
        "{error}"
    );
}
