//! An SQLite URL is the same file for Python and for us, opened as it says.

use std::fs;
use std::path::Path;

use docktuna::{ConnectReason, Error, OptunaDatabase};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::child::{self, CHILD};
use crate::space::Line;
use crate::support::{Version, python};

/// URLs, and the file that both open, below the folder; "" for a database in memory. `{dir}` is the folder.
const SAME: &[(&str, &str)] = &[
    ("sqlite:///u.db", "u.db"),
    ("sqlite:///./u.db", "u.db"),
    ("sqlite:///sub/u.db", "sub/u.db"),
    ("sqlite:///sub/../u.db", "u.db"),
    ("sqlite:///missing/../u.db", "u.db"),
    ("sqlite:///sub/.././sub/u.db", "sub/u.db"),
    ("sqlite:///{dir}/u.db", "u.db"),
    ("sqlite+pysqlite:///u.db", "u.db"),
    ("sqlite:///a b.db", "a b.db"),
    ("sqlite:///a%20b.db", "a b.db"),
    ("sqlite:///a+b.db", "a+b.db"),
    ("sqlite:///p%2541.db", "p%41.db"),
    ("sqlite:///bad%zz.db", "bad%zz.db"),
    ("sqlite:///q%3Fx.db", "q?x.db"),
    ("sqlite:///h#x.db", "h#x.db"),
    ("sqlite:///h%23x.db", "h#x.db"),
    ("sqlite:///a&b=c.db", "a&b=c.db"),
    ("sqlite:///é.db", "é.db"),
    ("sqlite:///%C3%A9.db", "é.db"),
    ("sqlite:///file:u.db", "file:u.db"),
    ("sqlite:///file:u.db?uri=false", "file:u.db"),
    ("sqlite:///file:u.db?uri=true", "u.db"),
    ("sqlite:///file:u.db?uri=1", "u.db"),
    ("sqlite:///file:u.db?uri=yes&timeout=30", "u.db"),
    ("sqlite:///file:./sub/u.db?uri=true", "sub/u.db"),
    ("sqlite:///file:sub/../u.db?uri=true", "u.db"),
    ("sqlite:///file:{dir}/u.db?uri=true", "u.db"),
    ("sqlite:///file://{dir}/u.db?uri=true", "u.db"),
    ("sqlite:///file://localhost{dir}/u.db?uri=true", "u.db"),
    ("sqlite:///file:a%20b.db?uri=true", "a b.db"),
    ("sqlite:///file:a%2520b.db?uri=true", "a b.db"),
    ("sqlite:///file:a+b.db?uri=true", "a+b.db"),
    ("sqlite:///file:%25C3%25A9.db?uri=true", "é.db"),
    ("sqlite:///file:q%253Fx.db?uri=true", "q?x.db"),
    ("sqlite:///file:h%2523x.db?uri=true", "h#x.db"),
    ("sqlite:///file:bad%25zz.db?uri=true", "bad%zz.db"),
    ("sqlite:///file:u.db?mode=rwc&uri=true", "u.db"),
    ("sqlite:///file:u.db?cache=shared&uri=true", "u.db"),
    ("sqlite:///file:there.db?mode=rw&uri=true", "there.db"),
    ("sqlite:///file:there.db?mode=ro&uri=true", "there.db"),
    (
        "sqlite:///file:there.db?mode=ro&immutable=1&uri=true",
        "there.db",
    ),
    (
        "sqlite:///file:there.db?immutable=true&uri=true",
        "there.db",
    ),
    ("sqlite:///there.db?mode=ro", "there.db"),
    ("sqlite:///u.db?timeout=30", "u.db"),
    (
        "sqlite:///u.db?check_same_thread=false&cached_statements=9",
        "u.db",
    ),
    ("sqlite:///u.db?", "u.db"),
    ("sqlite:///u.db?mode=", "u.db"),
    ("sqlite:///FILE:u.db?uri=true", "FILE:u.db"),
    ("sqlite:///u.db?uri=true", "u.db"),
    ("sqlite://", ""),
    ("sqlite:///", ""),
    ("sqlite:///:memory:", ""),
    ("sqlite:///%3Amemory%3A", ""),
    ("sqlite:///file::memory:?uri=true", ""),
    ("sqlite:///file:any?mode=memory&cache=shared&uri=true", ""),
];

/// URLs that neither opens.
const NEITHER: &[(&str, &str)] = &[
    ("sqlite:///missing/u.db", "its folder does not exist"),
    (
        "sqlite:///file:missing/u.db?uri=true",
        "its folder does not exist",
    ),
    (
        "sqlite:///file:u.db?mode=ro&uri=true",
        "there is no such file",
    ),
    (
        "sqlite:///file:u.db?mode=rw&uri=true",
        "there is no such file",
    ),
    ("sqlite:///sub", "the file cannot be opened"),
    (
        "sqlite:///file:u.db?mode=maybe&uri=true",
        "its mode is none of",
    ),
    (
        "sqlite:///file:u.db?vfs=none&uri=true",
        "`vfs` is not supported",
    ),
    ("sqlite:///file://host/u.db?uri=true", "names a host"),
    ("sqlite:///u.db?timeout=soon", "no number of seconds"),
    ("sqlite:///u.db?uri=maybe", "neither true nor false"),
    ("sqlite://host/u.db", "three slashes"),
];

/// URLs that Python takes and that we refuse: it leaves out what they ask for, or it is not done here.
const REFUSED: &[(&str, &str)] = &[
    ("sqlite:///u.db?mode=memory", "mode=memory"),
    ("sqlite:///u.db?mode=ro&uri=true", "begin with `file:`"),
    (
        "sqlite:///u.db?journal_mode=wal",
        "`journal_mode` is not supported",
    ),
    (
        "sqlite:///file:there.db?nolock=1&uri=true",
        "`nolock` is not supported",
    ),
    ("sqlite:///file:h#x.db?uri=true", "%2523"),
    ("sqlite:///file:a%3Fcache=shared?uri=true", "%253F"),
    ("sqlite:///u.db/", "ends in a slash"),
    ("sqlite:///u.db ", "white space"),
];

#[tokio::test]
async fn f31_f33_a_url_is_the_same_file_for_sqlalchemy() {
    let urls: Vec<&str> = [SAME, NEITHER, REFUSED]
        .concat()
        .iter()
        .map(|row| row.0)
        .collect();
    let ours = in_a_child(&urls).await;
    let text = serde_json::to_string(&urls).unwrap();
    let theirs = python(Version::V5, "sqlite_urls.py", &["--urls", &text], "").await;
    for (index, url) in urls.iter().enumerate() {
        let (ours, theirs) = (&ours[index], &theirs[index]);
        if let Some((_, file)) = SAME.get(index) {
            assert_eq!(*theirs, json!(file), "Python, {url}");
            assert_eq!(ours["file"], json!(file), "{url}: {ours}");
            // What it is called from then on.
            assert_eq!(ours["again"], json!(file), "{url}: {ours}");
            continue;
        }
        let says = NEITHER
            .iter()
            .chain(REFUSED)
            .find(|row| row.0 == *url)
            .unwrap()
            .1;
        assert!(
            ours["error"].as_str().unwrap_or_default().contains(says),
            "{url}: {ours}"
        );
        assert_eq!(ours["made"], json!([]), "{url}");
        let is_refused_by_both = theirs.is_null();
        assert_eq!(
            is_refused_by_both,
            NEITHER.iter().any(|row| row.0 == *url),
            "Python, {url}"
        );
    }
}

async fn in_a_child(urls: &[&str]) -> Value {
    let urls = serde_json::to_string(urls).unwrap();
    let said = child::said("connect::sqlite_urls::child", &urls, Path::new("."), &[]).await;
    serde_json::from_str(&said).unwrap()
}

/// Not a test of its own: a process has one working folder, so the URLs are opened in a child.
#[tokio::test]
async fn child() {
    let Ok(urls) = std::env::var(CHILD) else {
        return;
    };
    let mut answers = Vec::new();
    for url in serde_json::from_str::<Vec<String>>(&urls).unwrap() {
        let folder = tempfile::tempdir().unwrap();
        std::env::set_current_dir(folder.path()).unwrap();
        fs::create_dir("sub").unwrap();
        let there = OptunaDatabase::sqlite("there.db").await.unwrap();
        there.study::<Line>("there").await.unwrap();
        there.close().await;
        let url = url.replace("{dir}", folder.path().to_str().unwrap());
        answers.push(match opened(&url).await {
            Ok((file, again)) => json!({"file": file, "again": again}),
            Err(error) => json!({"error": error.to_string(), "made": databases(Path::new("."))}),
        });
    }
    println!("CHILD: {}", serde_json::to_string(&answers).unwrap());
}

/// The file in which a study is made or found, by the URL and by the one that we print for Python.
async fn opened(url: &str) -> docktuna::Result<(String, String)> {
    let found = async |url: &str| {
        let db = OptunaDatabase::connect(url).await?;
        if !db.contains_study("there").await.unwrap_or(false) {
            db.study::<Line>("s").await?;
        }
        db.close().await;
        let file = db.db_name();
        if !file.is_empty() {
            assert!(Path::new(&file).is_file(), "{file}");
        }
        // Nothing was made but that file.
        let made = databases(Path::new("."));
        let named = fs::canonicalize(&file).unwrap_or_default();
        for other in &made {
            assert_eq!(fs::canonicalize(other).unwrap(), named, "{url}");
        }
        Ok::<_, Error>((made.first().cloned(), named, db.optuna_url()))
    };
    let folder = fs::canonicalize(".").unwrap();
    let below = |named: &Path| match named.strip_prefix(&folder) {
        Ok(file) => file.to_str().unwrap().to_owned(),
        Err(_) => String::new(),
    };
    let (_, named, printed) = found(url).await?;
    let first = below(&named);
    match printed {
        Some(printed) => Ok((first, below(&found(&printed).await?.1))),
        None => Ok((first.clone(), first)),
    }
}

/// The databases in the folder, without the one that was there.
fn databases(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(databases(&path));
        } else if path != Path::new("./there.db") {
            files.push(path.to_str().unwrap().to_owned());
        }
    }
    files
}

/// A file that Python has made, opened for reading only.
#[tokio::test]
async fn f38_a_file_that_is_only_read_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v.db");
    let (url, file) = (format!("sqlite:///{}", path.display()), path.display());
    let args = [
        "--study", "s", "--trials", "1", "--space", SPACE, "--create",
    ];
    python(Version::V5, "optimize.py", &args, &url).await;
    let before = fs::read(&path).unwrap();
    for options in ["mode=ro&uri=true", "mode=ro&immutable=1&uri=true"] {
        let db = OptunaDatabase::connect(&format!("sqlite:///file:{file}?{options}"))
            .await
            .unwrap();
        assert_eq!(
            db.dynamic_study("s")
                .await
                .unwrap()
                .trials()
                .await
                .unwrap()
                .len(),
            1
        );
        let error = db.study::<Line>("new").await.unwrap_err();
        assert!(matches!(error, Error::Privilege { .. }), "{error:?}");
        db.close().await;
    }
    assert!(fs::read(&path).unwrap() == before, "nothing was written");
    assert_eq!(databases(folder.path()).len(), 1, "nothing was made");

    // Where there are no tables yet.
    let empty = folder.path().join("empty.db");
    fs::write(&empty, "").unwrap();
    let url = format!("sqlite:///file:{}?mode=ro&uri=true", empty.display());
    let db = OptunaDatabase::connect(&url).await.unwrap();
    assert!(matches!(
        db.study_count().await,
        Err(Error::NoTables { .. })
    ));
    let error = db.study::<Line>("new").await.unwrap_err();
    assert!(matches!(error, Error::Privilege { .. }), "{error:?}");
    assert_eq!(fs::metadata(&empty).unwrap().len(), 0);

    // Where there is no file.
    for mode in ["ro", "rw"] {
        let url = format!("sqlite:///file:{file}x?mode={mode}&uri=true");
        let error = OptunaDatabase::connect(&url).await.unwrap_err();
        let Error::Connect { reason, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(*reason, ConnectReason::MissingFile);
        assert!(!error.is_transient());
    }
    assert_eq!(databases(folder.path()).len(), 2, "nothing was made");
}

/// To read from it would be to wait for somebody who writes.
#[tokio::test]
async fn f06_a_pipe_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().await.unwrap();
    assert!(made.success());
    for url in [
        format!("sqlite:///{}", pipe.display()),
        format!("sqlite:///file:{}?mode=ro&uri=true", pipe.display()),
    ] {
        let error = OptunaDatabase::connect(&url).await.unwrap_err();
        assert!(
            error.to_string().contains("the file cannot be opened"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn f31_a_missing_folder_is_named_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let error = OptunaDatabase::sqlite(folder.path().join("none/z.db"))
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("none/z.db: its folder does not exist; help: create it"),
        "{text}"
    );
}

const SPACE: &str = r#"{"x": {"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}}"#;
