//! Importances against Optuna's own.

use docktuna::OptunaDatabase;

use super::docktuna;
use crate::support::{Version, python};

/// Far below what anybody can see, and far above what two ways to add numbers differ by.
const TOLERANCE: f64 = 1e-6;

#[tokio::test]
async fn importances_are_optunas() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("studies.db");
    let url = format!("sqlite:///{}", file.display());
    let judged = python(Version::V5, "importances.py", &[], &url).await;
    let db = OptunaDatabase::sqlite(&file).await.unwrap();
    let (mut largest, mut compared) = (0.0_f64, 0);
    for case in judged.as_array().unwrap() {
        let name = case["study"].as_str().unwrap();
        let study = db.dynamic_study(name).await.unwrap();
        let ours = match case.get("objective").and_then(|place| place.as_u64()) {
            Some(place) => study.importances_for(usize::try_from(place).unwrap()).await,
            None => study.importances().await,
        };
        let ours = ours.unwrap();
        let (shares, divergences) = (&case["shares"], &case["divergences"]);
        assert_eq!(ours.len(), shares.as_object().unwrap().len(), "{name}");
        for importance in &ours {
            let param = importance.param.as_str();
            for (ours, theirs) in [
                (importance.share, &shares[param]),
                (importance.divergence, &divergences[param]),
            ] {
                let theirs = theirs.as_f64().unwrap();
                let difference = (ours - theirs).abs();
                assert!(
                    difference < TOLERANCE,
                    "{name}, {param}: {ours}, not {theirs}"
                );
                largest = largest.max(difference);
                compared += 1;
            }
        }
        assert!(ours.is_sorted_by(|a, b| a.share >= b.share), "{name}");
    }
    println!("the largest of {compared} differences is {largest:e}");
    assert!(compared > 200, "{compared}");

    let error = db.dynamic_study("several").await.unwrap();
    let error = error.importances().await.unwrap_err();
    assert!(
        matches!(error, docktuna::Error::SeveralObjectives { .. }),
        "{error:?}"
    );
    let stderr = docktuna(&url, &["importance", "several"]).await.failed(2);
    assert!(
        stderr.contains("has 2 objectives; help: name one of them by --objective: 0, 1"),
        "{stderr}"
    );
    let stdout = docktuna(&url, &["importance", "several", "--objective", "1"]).await;
    assert!(stdout.succeeded().contains("layers"));
    let few = docktuna(&url, &["importance", "floats 2"]).await;
    assert!(
        few.stderr.contains("complete: 2 trials. The best tenth"),
        "{}",
        few.stderr
    );
}

#[tokio::test]
async fn a_study_without_results_has_no_importances() {
    let db = OptunaDatabase::in_memory();
    let study = db.study::<crate::space::Line>("s").await.unwrap();
    assert!(study.importances().await.unwrap().is_empty());
    study.ask().await.unwrap().tell(1.0).await.unwrap();
    let one = study.importances().await.unwrap();
    assert_eq!((one.len(), one[0].share, one[0].divergence), (1, 1.0, 0.0));
    assert!(study.importances_for(7).await.unwrap().is_empty());
}
