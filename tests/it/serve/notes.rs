//! The notes that optuna-dashboard shows of our studies and failed trials.

use docktuna::{SpaceOutline, Stop};

use crate::backend::Backend;
use crate::space::Line;
use crate::support::Dashboard;

#[tokio::test]
async fn the_dashboard_shows_what_a_study_is_and_why_trials_failed() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let run = study.optimize(|config, trial| async move {
            match trial.number().get() {
                1 => Err(Stop::failed("no *luck* \u{1b}[31m <b>")),
                2 => Ok(f64::NAN),
                _ => Ok(config.x),
            }
        });
        run.trials(3).run().await.unwrap();
        let dashboard = Dashboard::start(backend.url()).await;
        let id = study.id().get();
        let detail = dashboard.get(&format!("/api/studies/{id}?after=0")).await;
        let note = detail["note"]["body"].as_str().unwrap();
        assert!(note.contains("| `x` | float | `0.0..=1.0` |"), "{detail}");
        assert!(note.contains("Line::load_best(&db, \"s\")"), "{note}");
        let note = |trial: usize| detail["trials"][trial]["note"]["body"].as_str().unwrap();
        assert_eq!(note(0), "");
        assert_eq!(note(1), "```text\nno *luck* \u{1b}[31m <b>\n```");
        assert!(note(2).contains("NaN is no result"), "{}", note(2));
        // The space is where nobody has to look at it.
        let shown = detail["user_attrs"].as_array().unwrap();
        assert!(!shown.is_empty());
        assert!(
            shown.iter().all(|attr| attr["key"] != "docktuna:space"),
            "{detail}"
        );
    }
}

#[tokio::test]
async fn what_a_person_wrote_stays() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let trial = study.ask().await.unwrap();
        let trial_id = study.trials().await.unwrap()[0].id;
        let (study_id, key) = (study.id().get(), format!("dashboard:{trial_id}"));
        backend
            .execute("UPDATE study_system_attributes SET value_json = '\"mine\"' WHERE key = 'dashboard:note_str:0'")
            .await;
        for (key, json) in [
            (format!("{key}:note_ver"), "1"),
            (format!("{key}:note_str:0"), "\"mine, too\""),
        ] {
            backend
                .execute(format!(
                    "INSERT INTO study_system_attributes (study_id, key, value_json) VALUES ({study_id}, '{key}', '{json}')"
                ))
                .await;
        }
        trial.fail("no luck").await.unwrap();
        let again = backend.again().await.study::<Line>("s").await.unwrap();
        let attributes = again.system_attrs().await.unwrap();
        assert_eq!(attributes["dashboard:note_str:0"].as_json(), "\"mine\"");
        let trial_note = &attributes[&format!("{key}:note_str:0")];
        assert_eq!(trial_note.as_json(), "\"mine, too\"");
        assert_eq!(attributes[&format!("{key}:note_ver")].as_json(), "1");
    }
}

/// Optuna reads a study's attributes with each trial, so that they must not become many.
#[tokio::test]
async fn a_study_has_room_for_some_notes_only() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        let id = study.id();
        study.ask().await.unwrap().fail("first").await.unwrap();
        let before = study.system_attrs().await.unwrap().len();
        let sql = format!(
            "WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < 400)
             INSERT INTO study_system_attributes (study_id, key, value_json)
             SELECT {id}, 'dashboard:other' || n, '1' FROM series"
        );
        backend.execute(sql).await;
        study.ask().await.unwrap().fail("last").await.unwrap();
        let attributes = study.system_attrs().await.unwrap();
        assert_eq!(attributes.len(), before + 401);
        let trials = study.trials().await.unwrap();
        let reason = trials[1].user_attrs["docktuna:error"].as_json();
        assert_eq!(reason, "\"last\"");
    }
}

/// As earlier releases left it: the space is a user attribute.
#[tokio::test]
async fn a_study_of_an_earlier_release_is_opened_again() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Line>("s").await.unwrap();
        for sql in [
            "INSERT INTO study_user_attributes (study_id, key, value_json)
             SELECT study_id, key, value_json FROM study_system_attributes WHERE key = 'docktuna:space'",
            "DELETE FROM study_system_attributes",
        ] {
            backend.execute(sql).await;
        }
        let again = backend.again().await.study::<Line>("s").await.unwrap();
        again.ask().await.unwrap().tell(0.5).await.unwrap();
        let attributes = study.system_attrs().await.unwrap();
        let space = SpaceOutline::from_json(attributes["docktuna:space"].as_json()).unwrap();
        assert_eq!(space, <Line as docktuna::Tunable>::space().outline());
        // Whoever took the note away does not want it.
        assert!(!attributes.contains_key("dashboard:note_ver"));
    }
}
