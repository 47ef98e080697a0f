//! Who may call: whoever has the token, if there is one, and not too many at once.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::Semaphore;
use tonic::Status;

use super::reading::Timed;
use crate::config::Secret;

/// How many calls are worked on at once. A message is read when its call is, so that this bounds the memory that
/// messages take.
const CALLS: usize = 64;

/// Whether the server is up may be asked without a token: whoever asks has none.
const HEALTH: &str = "/grpc.health.v1.Health/";

/// Each of these has one message.
const CALLS_OF_STORAGE: &str = "/optuna.StorageService/";

pub(super) struct Access {
    token: Option<Secret>,
    calls: Semaphore,
}

impl Access {
    pub(super) fn new(token: Option<Secret>) -> Self {
        Self {
            token,
            calls: Semaphore::new(CALLS),
        }
    }

    fn allows(&self, request: &Request) -> Result<(), Status> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        if request.uri().path().starts_with(HEALTH) {
            return Ok(());
        }
        let Some(found) = request.headers().get("authorization") else {
            return Err(Status::unauthenticated(
                "this server wants a token; help: send the metadata `authorization: Bearer …`",
            ));
        };
        let bearer = found.as_bytes().strip_prefix(b"Bearer ");
        if bearer.is_some_and(|found| is_same(found, token.expose().as_bytes())) {
            return Ok(());
        }
        Err(Status::unauthenticated(
            "the token is not this server's; help: compare it with the file of --token-file",
        ))
    }
}

/// Compares in a time that says nothing about where two texts differ.
fn is_same(found: &[u8], wanted: &[u8]) -> bool {
    let differing = found
        .iter()
        .zip(wanted)
        .fold(0, |all, (a, b)| all | (a ^ b));
    found.len() == wanted.len() && differing == 0
}

pub(super) async fn check(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Response {
    if let Err(status) = access.allows(&request) {
        return status.into_http::<Body>();
    }
    let call = access.calls.acquire().await;
    // Others are talks that may have pauses.
    let is_call = request.uri().path().starts_with(CALLS_OF_STORAGE);
    let request = match is_call {
        true => request.map(|body| Body::new(Timed::new(body))),
        false => request,
    };
    let response = next.run(request).await;
    drop(call);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, header: Option<&str>) -> Request {
        let mut request = Request::builder().uri(path);
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn only_the_token_itself_opens() {
        let access = Access::new(Some(Secret::from("a long secret")));
        let call = "/optuna.StorageService/GetTrial";
        for wrong in [
            None,
            Some(""),
            Some("Bearer"),
            Some("Bearer "),
            Some("bearer a long secret"),
            Some("Bearer a long secre"),
            Some("Bearer a long secret "),
            Some("Bearer a long secreT"),
            Some("a long secret"),
        ] {
            let refused = access.allows(&request(call, wrong)).unwrap_err();
            assert_eq!(refused.code(), tonic::Code::Unauthenticated, "{wrong:?}");
            assert!(!refused.message().contains("secre"), "{refused:?}");
        }
        let right = Some("Bearer a long secret");
        assert!(access.allows(&request(call, right)).is_ok());
        let health = "/grpc.health.v1.Health/Check";
        assert!(access.allows(&request(health, None)).is_ok());
        assert!(Access::new(None).allows(&request(call, None)).is_ok());
    }
}
