//! A service that follows the best forest: `serve [ADDRESS [SECONDS]]`, where it looks for a better one every so many
//! seconds.
//!
//! `POST /predict` takes the measurements of samples and answers with their classes. `GET /health` says with which
//! settings it runs, where they come from, and whether the database can be read. A better trial is trained and taken over
//! while requests go on. SIGTERM and Ctrl-C answer the requests that have begun, and end the service.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use docktuna::{BoxError, Fallback, Load, Loaded, OptunaDatabase, Watched};
use docktuna_cookbook::forest::{Forest, Matrix, Trained, data};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// A forest, and the settings that it was trained with.
struct Serving {
    settings: Arc<Loaded<Forest>>,
    forest: Trained,
}

#[derive(Clone)]
struct Service {
    watched: Watched<Forest>,
    serving: watch::Receiver<Arc<Serving>>,
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next();
    let address = address.as_deref().unwrap_or("127.0.0.1:8080");
    let seconds = arguments.next().map_or(Ok(30), |seconds| seconds.parse())?;
    let database = OptunaDatabase::builder().from_env();
    let watched = Forest::loader("forest")
        .snapshot("forest.json") // written now, read when the database is down
        .on_missing(Fallback::Defaults) // the first start may come before the first study
        .watch_from(database, Duration::from_secs(seconds))
        .await?;
    let service = Service::start(watched).await?;
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, service.routes())
        .with_graceful_shutdown(stopped()?)
        .await?;
    println!("stopped");
    Ok(())
}

/// Waits for SIGTERM or Ctrl-C. Signals are noticed from the call on.
fn stopped() -> Result<impl Future<Output = ()>, BoxError> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

impl Service {
    /// Trains the first forest, and another one whenever there are better settings.
    async fn start(watched: Watched<Forest>) -> Result<Self, BoxError> {
        let first = train(watched.current()).await?;
        let (sender, serving) = watch::channel(Arc::new(first));
        let mut better = watched.clone();
        tokio::spawn(async move {
            while let Some(settings) = better.changed().await {
                match train(settings).await {
                    Ok(trained) => sender.send_replace(Arc::new(trained)),
                    Err(error) => {
                        eprintln!("keeping the last forest: {error}");
                        continue;
                    }
                };
            }
        });
        Ok(Self { watched, serving })
    }

    fn routes(self) -> Router {
        Router::new()
            .route("/health", get(health))
            .route("/predict", post(predict))
            .with_state(self)
    }
}

async fn train(settings: Arc<Loaded<Forest>>) -> Result<Serving, BoxError> {
    // It takes a processor for a while, which requests must not wait for.
    let training = tokio::task::spawn_blocking(move || {
        let (x, y) = data();
        let forest = settings.config.train(&x, &y)?;
        Ok(Serving { settings, forest })
    });
    training.await?
}

async fn health(State(service): State<Service>) -> Json<Value> {
    let serving = Arc::clone(&service.serving.borrow());
    let settings = &serving.settings;
    let failure = service.watched.error();
    Json(json!({
        "status": if failure.is_some() { "not following" } else { "ok" },
        "settings": format!("{:?}", settings.config),
        "source": settings.source.to_string(),
        "trial": settings.trial.map(|number| number.get()),
        "value": settings.value,
        "error": failure.as_ref().map(|failure| failure.error.to_string()),
        "failing_for_seconds": failure.map(|failure| failure.age.as_secs()),
    }))
}

async fn predict(
    State(service): State<Service>,
    Json(samples): Json<Vec<Vec<f64>>>,
) -> Result<Json<Vec<u32>>, (StatusCode, String)> {
    let refused = |error: String| (StatusCode::UNPROCESSABLE_ENTITY, error);
    if samples.is_empty() || samples.iter().any(|sample| sample.len() != 30) {
        return Err(refused("a sample has 30 measurements\n".to_owned()));
    }
    let x = Matrix::from_2d_vec(&samples).map_err(|error| refused(error.to_string()))?;
    let serving = Arc::clone(&service.serving.borrow());
    let classes = serving
        .forest
        .predict(&x)
        .map_err(|error| refused(error.to_string()))?;
    Ok(Json(classes))
}
