//! Names and values that a terminal would act upon, or that break a line.

use docktuna::{OptunaDatabase, Tunable};

use super::docktuna;
use crate::backend::Backend;

#[derive(Tunable, Debug, Clone)]
struct Hostile {
    #[tune(choices = ["a\u{1b}[2Jb", "c\r\nd", "e,\"f\u{202e}"])]
    #[tune(rename = "p\u{1b}]0;x\u{7}\n\u{9b}31m")]
    param: String,
}

const NAME: &str = "s\u{1b}[31m\nt\u{202e}\u{7f}";

async fn fill(db: &OptunaDatabase) {
    let study = db.study::<Hostile>(NAME).await.unwrap();
    study
        .set_user_attr("k\u{1b}c\n", "v\u{1b}c\n\u{2028}")
        .await
        .unwrap();
    for value in ["a\u{1b}[2Jb", "c\r\nd", "e,\"f\u{202e}"] {
        let param = value.to_owned();
        study.enqueue(Hostile { param }).await.unwrap();
        let trial = study.ask().await.unwrap();
        trial
            .set_user_attr("t\u{1b}c\n", "u\u{9b}\n")
            .await
            .unwrap();
        trial.tell(1.0).await.unwrap();
    }
}

/// No character but those of letters, and the end of a line.
fn assert_harmless(text: &str, what: &[&str]) {
    let acts = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2028}".contains(c);
    let found = text.chars().find(|c| acts(*c));
    assert!(found.is_none(), "{what:?}: {found:?} in {text}");
}

#[tokio::test]
async fn nothing_reaches_a_terminal_that_it_would_act_upon() {
    for backend in [Backend::postgres().await, Backend::sqlite().await] {
        fill(&backend.db).await;
        let url = backend.url().replace("+psycopg2", "");
        for args in [
            vec!["studies"],
            vec!["show", NAME],
            vec!["best", NAME],
            vec!["best", NAME, "--pareto"],
            vec!["trials", NAME],
            vec!["diff", NAME, "0", "1"],
            vec!["importance", NAME],
            vec!["trials", "s\u{1b}[31m"],
            vec!["diff", NAME, "0", "9"],
            vec!["importance", NAME, "--objective", "x\u{1b}[1m"],
            vec!["enqueue", NAME, "x\u{1b}[1m=1"],
            vec!["delete", NAME],
            vec!["rename", NAME, NAME],
        ] {
            let ran = docktuna(&url, &args).await;
            assert_harmless(&ran.stdout, &args);
            assert_harmless(&ran.stderr, &args);
            if matches!(
                args[0],
                "studies" | "show" | "best" | "trials" | "diff" | "importance"
            ) {
                let json = [args.clone(), vec!["--format", "json"]].concat();
                let ran = docktuna(&url, &json).await;
                assert_harmless(&ran.stdout, &json);
                assert_harmless(&ran.stderr, &json);
            }
        }
        assert_eq!(backend.db.study_count().await.unwrap(), 1);
    }
}

#[tokio::test]
async fn data_for_programs_is_what_is_stored() {
    let backend = Backend::sqlite().await;
    fill(&backend.db).await;
    let url = backend.url();
    let param = "p\u{1b}]0;x\u{7}\n\u{9b}31m";
    let values = ["a\u{1b}[2Jb", "c\r\nd", "e,\"f\u{202e}"];
    let json = docktuna(url, &["trials", NAME, "--format", "json"])
        .await
        .succeeded();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let found: Vec<&str> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|trial| trial["params"][param].as_str().unwrap())
        .collect();
    assert_eq!(found, values);
    let csv = docktuna(url, &["export", NAME, "-o", "-", "--format", "csv"])
        .await
        .succeeded();
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    for text in values.into_iter().filter(|text| text.contains(['\n', ','])) {
        assert!(csv.contains(&quoted(text)), "{csv}");
    }
    assert!(csv.contains(values[0]), "{csv}");
    assert!(csv.contains(&quoted(&format!("params_{param}"))), "{csv}");
}
