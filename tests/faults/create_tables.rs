//! Sixteen processes that find no tables and start at the same moment, Python's among them. Ours always succeed;
//! Optuna's own start is a race that it may lose; then it starts again. The tables are Optuna's in the end.

use std::collections::BTreeMap;
use std::path::Path;

use docktuna::{OptunaDatabase, Pool};
use docktuna_tests::{
    PrivateServer, TestDb, Version, Worker, postgres_catalogue, sqlite_catalogue,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::fleet::Fleet;
use crate::plan::Plan;
use crate::table::Row;
use crate::worker::{Order, STUDY};

const RUST: u32 = 10;
const PYTHON: [Version; 6] = [
    Version::V5,
    Version::V4,
    Version::V5,
    Version::V4,
    Version::V5,
    Version::V4,
];

/// How often Python's own race ended in which error.
type Races = BTreeMap<String, usize>;

pub(crate) async fn run(plan: Plan) -> Row {
    let server = PrivateServer::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut pythons: Vec<Worker> = PYTHON
        .iter()
        .map(|version| Worker::start(*version, "create.py", ""))
        .collect();
    let (mut row, mut races) = (Row::default(), [Races::new(), Races::new()]);
    let reference = TestDb::create_on(server.server()).await;
    create(&mut pythons[0], reference.url_for_python()).await;
    let expected = postgres_catalogue(&reference).await;
    let file = folder.path().join("reference.db");
    create(&mut pythons[0], format!("sqlite:///{}", file.display())).await;
    let expected_in_file = catalogue_of(&file).await;

    for round in 0..plan.pick(3, 50) {
        let postgres = TestDb::create_on(server.server()).await;
        let (url, for_python) = (postgres.url("postgresql"), postgres.url_for_python());
        start_all((&mut row, &mut races[0]), &mut pythons, url, for_python).await;
        assert_eq!(postgres_catalogue(&postgres).await, expected);

        let file = folder.path().join(format!("{round}.db"));
        let url = format!("sqlite:///{}", file.display());
        start_all((&mut row, &mut races[1]), &mut pythons, url.clone(), url).await;
        assert_eq!(catalogue_of(&file).await, expected_in_file);
    }
    let starts = row.repetitions / 2 * PYTHON.len();
    for (database, races) in ["PostgreSQL", "SQLite"].iter().zip(races) {
        println!("create_tables: errors of Python in {starts} starts on {database}: {races:?}");
    }
    row
}

/// Starts all of them on an empty database, each of ours for one trial.
async fn start_all(
    (row, races): (&mut Row, &mut Races),
    pythons: &mut Vec<Worker>,
    url: String,
    for_python: String,
) {
    let order = Order {
        url,
        trials: Some(1),
        learns: false,
        ..Order::default()
    };
    let mut fleet = Fleet::start(order.clone(), RUST);
    let mut starts = JoinSet::new();
    for mut python in pythons.drain(..) {
        let url = for_python.clone();
        starts.spawn(async move {
            let errors = create(&mut python, url).await;
            (python, errors)
        });
    }
    let (answered, errors): (Vec<Worker>, Vec<Value>) = starts.join_all().await.into_iter().unzip();
    pythons.extend(answered);
    fleet.finish().await;
    assert_eq!(fleet.failures(), [] as [&_; 0], "ours never fail");

    let (db, study) = order.open().await.expect("a database that works");
    let trials = study.trials().await.expect("a database that works");
    db.close().await;
    let numbers = trials.iter().map(|trial| trial.number.get());
    assert!(numbers.eq(0..i32::try_from(trials.len()).expect("not so many")));
    row.repetitions += 1;
    row.trials += trials.len();
    row.lost += fleet.told().abs_diff(trials.len());
    row.stuck += fleet.stuck;
    for error in errors
        .iter()
        .flat_map(|errors| errors.as_array().expect("a list"))
    {
        let error = error.as_str().expect("a text");
        *races.entry(error.to_owned()).or_default() += 1;
    }
}

/// What went wrong in a process of Python until it had the study.
async fn create(python: &mut Worker, url: String) -> Value {
    python.ask(json!({"url": url, "study": STUDY})).await
}

async fn catalogue_of(file: &Path) -> Vec<String> {
    let db = OptunaDatabase::sqlite(file).await.expect("a file");
    let Some(Pool::Sqlite(pool)) = db.pool().await else {
        panic!("an SQLite file");
    };
    sqlite_catalogue(pool).await
}
