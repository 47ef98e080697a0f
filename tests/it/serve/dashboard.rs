//! optuna-dashboard on our database.

use crate::backend::Backend;
use crate::space::Train;
use crate::support::Dashboard;

#[tokio::test]
async fn the_dashboard_lists_our_study() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Train>("sentiment").await.unwrap();
        study
            .optimize(|config, _| async move { Ok(config.lr) })
            .trials(4)
            .run()
            .await
            .unwrap();
        let dashboard = Dashboard::start(backend.url()).await;
        let listed = dashboard.get("/api/studies").await;
        let summary = &listed["study_summaries"][0];
        assert_eq!(summary["study_name"], "sentiment", "{listed}");
        let id = summary["study_id"].as_i64().unwrap();
        let detail = dashboard.get(&format!("/api/studies/{id}?after=0")).await;
        assert_eq!(detail["trials"].as_array().unwrap().len(), 4, "{detail}");
    }
}
