//! Optuna's own tests of a storage, through our server.

use crate::backend::Backend;
use crate::support::{Version, pytest};

use super::server::Served;

/// Messages have parameters in a map, which has no order: Optuna's own tests leave this one out for their proxy, too.
const NO_ORDER: &str = "TestServer::test_get_all_trials_params_order";

/// How many cases the installed Optuna brings along.
fn cases(version: Version) -> usize {
    match version {
        Version::V5 => 59,
        Version::V4 => 56,
    }
}

async fn judge(backend: Backend) {
    for version in Version::ALL {
        let server = Served::start(&backend.url().replace("+psycopg2", ""), &[]).await;
        let arguments = [
            "proxy_cases.py",
            "-k",
            "not test_get_all_trials_params_order",
        ];
        let judged = pytest(
            version,
            &arguments,
            &[("DOCKTUNA_TEST_SERVER", &server.address)],
        )
        .await;
        // Two cases are of one test.
        let expected = (cases(version) - 2, 0, 2);
        let found = (judged.passed, judged.failed, judged.deselected);
        assert_eq!(
            found, expected,
            "{version}, without {NO_ORDER}: {}",
            judged.text
        );
        server.stop().await;
    }
}

#[tokio::test]
async fn optunas_own_cases_pass_on_postgres() {
    judge(Backend::postgres().await).await;
}

#[tokio::test]
async fn optunas_own_cases_pass_through_a_proxy_that_pools() {
    judge(Backend::pooled().await).await;
}

#[tokio::test]
async fn optunas_own_cases_pass_on_sqlite() {
    judge(Backend::sqlite().await).await;
}
