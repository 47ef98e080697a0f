//! What is shown of a database that holds much, and how long it takes beside a small one.

use std::cell::Cell;
use std::time::{Duration, Instant};

use docktuna::{Error, Load, TrialState, Tunable};

use super::fill::{Size, fill, is_long};
use super::operation::Operation;
use crate::backend::Backend;
use crate::space::Line;

#[derive(Tunable, Debug)]
struct Rare {
    #[tune(range = 0.0..=1.0)]
    x: f64,
    #[tune(range = 0.0..=1.0)]
    rare: f64,
}

#[tokio::test]
async fn what_is_shown_of_much_is_right() {
    let size = Size::of_this_run();
    for (small, large) in [
        (Backend::postgres().await, Backend::postgres().await),
        (Backend::sqlite().await, Backend::sqlite().await),
    ] {
        fill(&large, size).await;
        check(&large, size).await;
        if is_long() {
            fill(&small, Size::SMALL).await;
            print_times(&small, &large).await;
        }
    }
}

async fn check(backend: &Backend, size: Size) {
    let db = backend.again().await;
    let summaries = db.study_summaries().await.unwrap();
    assert_eq!(summaries.len(), size.studies + 3);
    for summary in &summaries {
        let (trials, best) = match summary.name.as_str() {
            "large" => (size.trials + 1, 0.0),
            "small" => (2, 0.25),
            "old" => (3, 0.0),
            // These are maximized.
            _ => (3, 2.0),
        };
        let complete = summary.trials.of(TrialState::Complete);
        assert_eq!(
            (complete, summary.trials.total()),
            (trials, trials),
            "{summary:?}"
        );
        assert_eq!(summary.best_value, Some(best), "{summary:?}");
    }
    let one = db.study_summary("large").await.unwrap();
    assert_eq!(one.trials.total(), size.trials + 1);
    assert_eq!(one.best_value, Some(0.0));
    assert_eq!(db.latest_study().await.unwrap().unwrap().name(), "small");
    assert_eq!(Line::load_best(&db, "large").await.unwrap().x, 0.5);
    let study = db.dynamic_study("large").await.unwrap();
    assert_eq!(study.best_trial().await.unwrap().number.get(), 0);
    assert_eq!(study.trial_counts().await.unwrap(), one.trials);
    let attributes = study.user_attrs().await.unwrap();
    assert!(attributes["big"].as_json().len() > size.bytes);
    // Of all trials only the last one has that parameter, and as a text.
    let error = db.study::<Rare>("large").await.unwrap_err();
    assert!(matches!(error, Error::SpaceMismatch(_)), "{error:?}");
    db.close().await;
}

/// A ratio for each operation, and the time that the large one takes.
async fn print_times(small: &Backend, large: &Backend) {
    println!(
        "\n{:?}: the study `large` of 200,000 trials, beside one of 100",
        large.kind
    );
    println!("| operation | times a small one | ms |");
    println!("|---|---|---|");
    for operation in Operation::ALL {
        let (less, more) = (time(small, operation).await, time(large, operation).await);
        println!(
            "| {operation:?} | {:.1} | {:.2} |",
            more.as_secs_f64() / less.as_secs_f64(),
            more.as_secs_f64() * 1000.0
        );
    }
}

/// The shortest time of one call; what takes long is called less often.
async fn time(backend: &Backend, operation: Operation) -> Duration {
    let mut shortest = Duration::MAX;
    for times in [1, 8, 8, 8] {
        let url = backend.url().replace("+psycopg2", "");
        let began = Cell::new(Instant::now());
        let begin = || began.set(Instant::now());
        operation.run(backend, &url, "large", times, begin).await;
        shortest = shortest.min(began.get().elapsed() / times);
        if shortest > Duration::from_millis(500) {
            break;
        }
    }
    shortest
}
