//! The scripts of `tests/python`, which judge what we store: one that fails must not pass for one that agrees.

use crate::backend::Backend;
use crate::support::{Version, python};

#[tokio::test]
async fn a_script_that_fails_says_why() {
    for version in Version::ALL {
        let backend = Backend::sqlite().await;
        let url = backend.url().to_owned();
        let script = async move { python(version, "report.py", &["--study", "none"], &url).await };
        let panic = tokio::spawn(script).await.unwrap_err().into_panic();
        let text = panic.downcast_ref::<String>().unwrap();
        assert!(
            text.contains(&format!("{version}, report.py")) && text.contains("KeyError"),
            "{text}"
        );
    }
}
