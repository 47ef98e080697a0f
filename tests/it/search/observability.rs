//! What a subscriber of `tracing` sees: a span around each run and trial, one line for each end.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use docktuna::{OptunaDatabase, Stop};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::backend::Backend;
use crate::space::Line;
use crate::support::TestDb;

/// Name, or message, and fields; outermost first, those of the spans around it.
#[derive(Debug, Clone, Default)]
struct Seen {
    name: String,
    level: Option<Level>,
    fields: BTreeMap<&'static str, String>,
    around: Vec<Seen>,
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

impl Seen {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn names_around(&self) -> Vec<&str> {
        self.around.iter().map(|span| span.name.as_str()).collect()
    }
}

/// Every event and every closed span.
#[derive(Clone, Default)]
struct Collector {
    events: Arc<Mutex<Vec<Seen>>>,
    spans: Arc<Mutex<Vec<Seen>>>,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Collector {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        let mut seen = Seen {
            name: span.name().to_owned(),
            around: around(span.parent().into_iter().flat_map(|parent| parent.scope())),
            ..Seen::default()
        };
        attributes.record(&mut seen);
        span.extensions_mut().insert(seen);
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        if let Some(seen) = span.extensions_mut().get_mut::<Seen>() {
            record.record(seen);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let scope = context.event_scope(event).into_iter().flatten();
        let mut seen = Seen {
            level: Some(*event.metadata().level()),
            around: around(scope),
            ..Seen::default()
        };
        event.record(&mut seen);
        seen.name = seen.fields.remove("message").unwrap_or_default();
        self.events.lock().unwrap().push(seen);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).unwrap();
        let seen = span.extensions_mut().remove::<Seen>();
        self.spans.lock().unwrap().extend(seen);
    }
}

fn around<'a, R>(
    scope: impl Iterator<Item = tracing_subscriber::registry::SpanRef<'a, R>>,
) -> Vec<Seen>
where
    R: LookupSpan<'a> + 'a,
{
    let mut all: Vec<Seen> = scope
        .filter_map(|span| span.extensions().get::<Seen>().cloned())
        .collect();
    all.reverse();
    all
}

impl Collector {
    /// Collects what this thread logs while the guard exists.
    fn start() -> (Self, Dispatch, DefaultGuard) {
        let collector = Self::default();
        let dispatch = Dispatch::new(tracing_subscriber::registry().with(collector.clone()));
        let guard = tracing::dispatcher::set_default(&dispatch);
        (collector, dispatch, guard)
    }

    fn events(&self, message: &str) -> Vec<Seen> {
        let events = self.events.lock().unwrap();
        let named = events.iter().filter(|event| event.name == message);
        named.cloned().collect()
    }

    fn spans(&self, name: &str) -> Vec<Seen> {
        let spans = self.spans.lock().unwrap();
        let named = spans.iter().filter(|span| span.name == name);
        named.cloned().collect()
    }

    /// One line at info and one span for each trial, with these states in the order of the numbers.
    async fn assert_ended(&self, study: &str, states: &[&str]) {
        // The thread on which sqlx runs SQLite lets go of a span a moment after it has answered.
        for _ in 0..1000 {
            if self.spans("trial").len() >= states.len() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        for mut ends in [self.events("trial ended"), self.spans("trial")] {
            let number = |end: &Seen| {
                let number = if end.level.is_some() {
                    "trial"
                } else {
                    "number"
                };
                end.field(number).parse::<usize>().unwrap()
            };
            ends.sort_by_key(number);
            assert_eq!(ends.len(), states.len(), "{ends:#?}");
            for (place, (end, state)) in ends.iter().zip(states).enumerate() {
                assert_eq!(number(end), place, "{end:?}");
                assert_eq!(end.field("state"), *state, "{end:?}");
                assert_eq!(end.field("study"), study, "{end:?}");
                assert!(end.field("seconds").parse::<f64>().unwrap() >= 0.0);
                assert!(
                    end.level.is_none_or(|level| level == Level::INFO),
                    "{end:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn each_trial_of_a_run_is_a_span_and_one_line() {
    let postgres = TestDb::create().await;
    let (seen, _dispatch, _guard) = Collector::start();
    let db = OptunaDatabase::connect(&postgres.url("postgresql"))
        .await
        .unwrap();
    let study = db.study::<Line>("s").await.unwrap();
    let run = study.optimize(|_, trial| async move {
        tracing::info!("before");
        tokio::task::yield_now().await;
        trial.report(0, 2.0).await?;
        tracing::info!("after");
        match trial.number().get() {
            0 => Ok(1.0),
            1 => Err(Stop::Pruned),
            2 => Err(std::io::Error::other("no data").into()),
            3 => panic!("a mistake"),
            _ => Ok(f64::NAN),
        }
    });
    let summary = run.trials(5).concurrency(2).run().await.unwrap();
    assert_eq!(
        (summary.complete, summary.pruned, summary.failed),
        (1, 1, 3)
    );
    db.close().await;

    seen.assert_ended("s", &["COMPLETE", "PRUNED", "FAIL", "FAIL", "FAIL"])
        .await;
    let ends = seen.events("trial ended");
    for (number, part) in [
        ("0", "[1.0]"),
        ("2", "no data"),
        ("3", "a mistake"),
        ("4", "NaN"),
    ] {
        let end = ends
            .iter()
            .find(|end| end.field("trial") == number)
            .unwrap();
        assert!(format!("{:?}", end.fields).contains(part), "{end:?}");
    }
    for message in ["before", "after"] {
        let events = seen.events(message);
        assert_eq!(events.len(), 5);
        for event in events {
            assert_eq!(event.names_around(), ["optimize", "trial"], "{event:?}");
            assert_eq!(event.around[1].field("study"), "s");
        }
    }
    let [run] = seen.spans("optimize").try_into().unwrap();
    for (field, count) in [
        ("complete", "1"),
        ("pruned", "1"),
        ("failed", "3"),
        ("study", "s"),
    ] {
        assert_eq!(run.field(field), count, "{run:?}");
    }
    assert!(run.field("seconds").parse::<f64>().unwrap() > 0.0);
    let everything = format!(
        "{:?} {:?}",
        seen.events.lock().unwrap(),
        seen.spans.lock().unwrap()
    );
    assert!(!everything.contains(&postgres.password));
}

#[tokio::test]
async fn events_of_blocking_objectives_carry_their_trial() {
    let (seen, dispatch, _guard) = Collector::start();
    let db = OptunaDatabase::in_memory();
    let study = db.study::<Line>("s").await.unwrap();
    let run = study.optimize_blocking(move |config, trial| {
        // A program has one subscriber for all threads; a test has one for its own.
        tracing::dispatcher::with_default(&dispatch, || {
            tracing::info!(mine = trial.number().get(), "inside");
        });
        Ok(config.x)
    });
    run.trials(3).run().await.unwrap();
    let events = seen.events("inside");
    assert_eq!(events.len(), 3);
    for event in events {
        assert_eq!(event.names_around(), ["optimize", "trial"], "{event:?}");
        assert_eq!(event.around[1].field("number"), event.field("mine"));
    }
    seen.assert_ended("s", &["COMPLETE"; 3]).await;
}

#[tokio::test]
async fn asked_and_told_trials_are_seen_too() {
    let (seen, _dispatch, _guard) = Collector::start();
    let backend = Backend::sqlite().await;
    let study = backend
        .db
        .study_builder::<Line>("s")
        .retry(1)
        .open()
        .await
        .unwrap();
    study.ask().await.unwrap().tell(1.0).await.unwrap();
    study.ask().await.unwrap().prune().await.unwrap();
    study.ask().await.unwrap().tell(f64::NAN).await.unwrap_err();
    drop(study.ask().await.unwrap());
    backend.db.close().await;
    seen.assert_ended("s", &["COMPLETE", "PRUNED", "FAIL", "FAIL"])
        .await;
    let retried = |end: &&Seen| end.field("retried") == "true";
    assert_eq!(seen.events("trial ended").iter().filter(retried).count(), 1);

    // A result that is refused is an error of its caller and no end.
    let late = study.ask().await.unwrap();
    let number = late.number().get();
    let sql = format!("UPDATE trials SET state = 'FAIL' WHERE number = {number}");
    backend.execute(sql).await;
    late.tell(1.0).await.unwrap_err();
    assert_eq!(seen.events("trial ended").len(), 4);
}
