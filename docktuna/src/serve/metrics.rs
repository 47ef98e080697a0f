//! What the server counts, in the text form that Prometheus reads.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tonic::Code;

use super::wire::storage_service_server::SERVICE_NAME;
use crate::database::OptunaDatabase;
use crate::lock::lock;

pub(super) struct Metrics {
    db: OptunaDatabase,
    calls: Mutex<BTreeMap<(String, &'static str), Calls>>,
    running: AtomicI64,
}

#[derive(Debug, Default, Clone, Copy)]
struct Calls {
    count: u64,
    time: Duration,
}

impl Metrics {
    pub(super) fn new(db: OptunaDatabase) -> Self {
        Self {
            db,
            calls: Mutex::default(),
            running: AtomicI64::new(0),
        }
    }

    fn text(&self) -> String {
        let calls = lock(&self.calls).clone();
        let usage = self.db.storage().usage();
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, lines: &[String]| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for line in lines {
                let _ = writeln!(text, "{name}{line}");
            }
        };
        let label = |method: &str, code: &str| format!("{{method=\"{method}\",code=\"{code}\"}}");
        let counts: Vec<String> = calls
            .iter()
            .map(|((method, code), calls)| format!("{} {}", label(method, code), calls.count))
            .collect();
        let times: Vec<String> = calls
            .iter()
            .map(|((method, code), calls)| {
                format!("{} {}", label(method, code), calls.time.as_secs_f64())
            })
            .collect();
        family(
            "docktuna_calls_total",
            "counter",
            "Calls that were answered.",
            &counts,
        );
        family(
            "docktuna_call_seconds_total",
            "counter",
            "Time that answering them took.",
            &times,
        );
        family(
            "docktuna_calls_running",
            "gauge",
            "Calls that are being answered.",
            &[format!(" {}", self.running.load(Ordering::Relaxed))],
        );
        family(
            "docktuna_database_connections_lost_total",
            "counter",
            "Connections to the database that had to be opened again.",
            &[format!(" {}", usage.lost)],
        );
        family(
            "docktuna_database_seconds_total",
            "counter",
            "Time that connections to the database were in use.",
            &[format!(" {}", usage.time.as_secs_f64())],
        );
        text
    }
}

/// What the label says of a call; anybody may ask for methods that there are not.
fn method(path: &str) -> Option<&str> {
    let rest = path.strip_prefix('/')?.strip_prefix(SERVICE_NAME)?;
    rest.strip_prefix('/')
}

pub(super) async fn count(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(method) = method(request.uri().path()).map(str::to_owned) else {
        return next.run(request).await;
    };
    let (began, running) = (Instant::now(), Running::new(&metrics.running));
    let response = next.run(request).await;
    drop(running);
    let status = response.headers().get("grpc-status");
    let code = status.map_or(Code::Ok, |status| Code::from_bytes(status.as_bytes()));
    // Of names that nobody checks, one line.
    let method = if code == Code::Unimplemented || code == Code::Unauthenticated {
        "any".to_owned()
    } else {
        method
    };
    let mut calls = lock(&metrics.calls);
    let calls = calls.entry((method, name(code))).or_default();
    calls.count += 1;
    calls.time += began.elapsed();
    response
}

/// A call that is being answered, until it is given up.
struct Running<'a>(&'a AtomicI64);

impl<'a> Running<'a> {
    fn new(count: &'a AtomicI64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
        Code::Unknown => "UNKNOWN",
    }
}

/// Answers on the second port until it is dropped.
pub(super) async fn serve(listener: TcpListener, metrics: Arc<Metrics>) {
    let answer = async |State(metrics): State<Arc<Metrics>>| {
        (
            [(CONTENT_TYPE, "text/plain; version=0.0.4")],
            metrics.text(),
        )
            .into_response()
    };
    let router = Router::new()
        .route("/metrics", get(answer))
        .with_state(metrics);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::warn!(%error, "the metrics are not served any more");
    }
}
