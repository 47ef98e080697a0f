//! Optuna's own tests, through our server.
//!
//! The cases of a storage come with Optuna, for storages that others wrote. What it tests its own storages with is in
//! its source distribution: studies, trials, search spaces, the proxy beside a storage that goes straight to the
//! database, and eight processes on one server. All of that takes minutes, and is the long form.
//!
//! Left out are two cases, of `test_get_all_trials_params_order`: messages have parameters in a map, which has no order.
//! Optuna leaves them out for its own proxy, too. The tests of heartbeats, of stale trials and of the tables are not
//! for a proxy, whose protocol has none of these.

use crate::backend::Backend;
use crate::support::{Version, optunas_tests, pytest};

use super::server::Served;

const WITHOUT_ORDER: &str = "not test_get_all_trials_params_order";

/// How many cases of a storage there are, of which two have the order for a subject.
fn cases(version: Version) -> usize {
    match version {
        Version::V5 => 59,
        Version::V4 => 56,
    }
}

async fn judge_storage(backend: Backend) {
    for version in Version::ALL {
        let server = Served::start(&backend.url().replace("+psycopg2", ""), &[]).await;
        let arguments = ["proxy_cases.py", "-k", WITHOUT_ORDER];
        let judged = pytest(
            version,
            &arguments,
            &[("DOCKTUNA_TEST_SERVER", &server.address)],
        )
        .await;
        let found = (
            judged.passed,
            judged.failed,
            judged.skipped,
            judged.deselected,
        );
        let expected = (cases(version) - 2, 0, 0, 2);
        assert_eq!(found, expected, "{version}: {}", judged.text);
        server.stop().await;
    }
}

#[tokio::test]
async fn optunas_cases_of_a_storage_pass_on_postgres() {
    judge_storage(Backend::postgres().await).await;
}

#[tokio::test]
async fn optunas_cases_of_a_storage_pass_through_a_proxy_that_pools() {
    judge_storage(Backend::pooled().await).await;
}

#[tokio::test]
async fn optunas_cases_of_a_storage_pass_on_sqlite() {
    judge_storage(Backend::sqlite().await).await;
}

/// The files of the short form, and how many tests they have in each version.
const SHORT: [&str; 3] = [
    "storages_tests/test_grpc.py",
    "trial_tests",
    "search_space_tests",
];
const IN_SHORT: [usize; 2] = [120, 114];

/// What the long form has besides, and how many tests there are then.
const LONG: [&str; 2] = ["study_tests", "storages_tests/test_with_server.py"];
const IN_LONG: [usize; 2] = [352, 342];

/// Some tests use two storages at once, so there are two servers.
async fn judge_studies(backends: [Backend; 2]) {
    let long = std::env::var("DOCKTUNA_TEST_FAULTS").is_ok_and(|form| form == "long");
    let url = backends[0].url().to_owned();
    for version in Version::ALL {
        let mut servers = Vec::new();
        for backend in &backends {
            servers.push(Served::start(&backend.url().replace("+psycopg2", ""), &[]).await);
        }
        let addresses: Vec<&str> = servers
            .iter()
            .map(|server| server.address.as_str())
            .collect();
        let variables = [
            ("DOCKTUNA_TEST_SERVERS", addresses.join(",")),
            ("DOCKTUNA_TEST_URL", url.clone()),
        ];
        let variables = variables
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let folder = optunas_tests(version);
        let files = SHORT.iter().chain(LONG.iter().filter(|_| long));
        let files: Vec<String> = files
            .map(|file| folder.join(file).display().to_string())
            .collect();
        let mut arguments = vec!["-p", "proxy_plugin"];
        arguments.extend(files.iter().map(String::as_str));
        let judged = pytest(version, &arguments, &variables).await;
        let expected = if long { IN_LONG } else { IN_SHORT }[version as usize];
        let found = (judged.passed, judged.failed, judged.skipped);
        assert_eq!(found, (expected, 0, 0), "{version}: {}", judged.text);
        for server in servers {
            server.stop().await;
        }
    }
}

#[tokio::test]
async fn optunas_tests_of_trials_and_studies_pass_on_postgres() {
    judge_studies([Backend::postgres().await, Backend::postgres().await]).await;
}

#[tokio::test]
async fn optunas_tests_of_trials_and_studies_pass_on_sqlite() {
    judge_studies([Backend::sqlite().await, Backend::sqlite().await]).await;
}
