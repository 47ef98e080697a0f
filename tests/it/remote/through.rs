//! Python, a server, and a proxy on the server's way to PostgreSQL.

use serde_json::{Value, json};

use crate::backend::Proxied;
use crate::support::{Version, Worker};

use super::server::Served;

pub(crate) struct Through {
    pub(crate) proxied: Proxied,
    /// It ends when it is dropped.
    _server: Served,
    python: Worker,
}

impl Through {
    pub(crate) async fn new() -> Self {
        let proxied = Proxied::new().await;
        let url = proxied.postgres.url_at("postgresql", proxied.proxy.port());
        let server = Served::start(&format!("{url}?sslmode=disable"), &[]).await;
        let python = Worker::start(Version::V5, "steps.py", &server.address);
        Self {
            proxied,
            _server: server,
            python,
        }
    }

    /// What a step of Python's returned or raised.
    pub(crate) async fn answer(&mut self, call: &str, args: Value) -> Value {
        self.python.ask(json!({ "call": call, "args": args })).await
    }

    /// What it returned.
    pub(crate) async fn call(&mut self, call: &str, args: Value) -> Value {
        let answer = self.answer(call, args.clone()).await;
        assert!(answer["error"].is_null(), "{call} {args}: {answer}");
        answer["value"].clone()
    }
}
