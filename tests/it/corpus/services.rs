//! Configs of services, which serde reads.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use docktuna::Tunable;
use serde::{Deserialize, Serialize};

super::corpus! {
    a_web_server WebServer,
    a_client HttpClient,
    a_search_index Index,
    a_recommender Recommender,
    a_queue Queue,
}

#[derive(Tunable, Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[tune(rename_all = "kebab-case")]
struct WebServer {
    #[serde(default)]
    #[tune(choices = ["127.0.0.1:8080", "[::1]:8080"], as = String)]
    listen: Option<SocketAddr>,
    #[tune(range = 1..=64, log)]
    worker_threads: NonZeroUsize,
    #[tune(range = 1..=120, as = u64, from = Duration::from_secs, into = Duration::as_secs)]
    request_timeout: Duration,
    #[tune(range = 1024..=16_777_216, log)]
    max_body_size: usize,
    #[tune(skip)]
    tls: Option<Tls>,
    log: Logging,
}

#[derive(Serialize, Deserialize, Clone, Debug)]
struct Tls {
    certificate: PathBuf,
    key: PathBuf,
}

#[derive(Tunable, Serialize, Deserialize, Clone, Debug)]
struct Logging {
    #[tune(choices = ["error", "warn", "info", "debug"])]
    level: Cow<'static, str>,
    json: bool,
    #[tune(fixed = "/var/log/service.log".into())]
    file: PathBuf,
}

#[derive(Tunable, Serialize, Deserialize)]
struct HttpClient {
    #[tune(choices = ["10.0.0.1", "10.0.0.2"], as = String)]
    resolver: IpAddr,
    retry: Retry,
    #[tune(range = 0..=100)]
    pool_max_idle: usize,
    http2: Option<Http2>,
}

#[derive(Tunable, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Retry {
    Never,
    Fixed {
        #[tune(range = 1..=10)]
        attempts: u32,
    },
    Exponential {
        #[tune(range = 1..=10)]
        attempts: u32,
        #[tune(range = 10..=1000, log, as = u64, from = Duration::from_millis, into = whole_millis)]
        base: Duration,
        #[tune(range = 1.1..=3.0)]
        factor: f64,
        jitter: bool,
    },
}

fn whole_millis(duration: &Duration) -> Option<u64> {
    u64::try_from(duration.as_millis()).ok()
}

#[derive(Tunable, Serialize, Deserialize)]
struct Http2 {
    #[tune(range = 65_535..=16_777_215, log)]
    window: u32,
    adaptive: bool,
}

#[derive(Tunable, Serialize, Deserialize)]
struct Index {
    #[tune(range = 0.5..=2.0)]
    k1: f32,
    #[tune(range = 0.0..=1.0)]
    b: f32,
    boosts: Boosts,
    #[tune(range = 1..=8)]
    ngrams: Option<(u8, u8)>,
    hnsw: Hnsw,
}

#[derive(Tunable, Serialize, Deserialize)]
struct Boosts {
    #[tune(range = 0.1..=10.0, log)]
    title: f32,
    #[tune(range = 0.1..=10.0, log)]
    body: f32,
}

#[derive(Tunable, Serialize, Deserialize)]
struct Hnsw {
    #[tune(range = 4..=64)]
    m: u8,
    #[tune(range = 16..=512, log)]
    ef_construction: u16,
    #[tune(range = 16..=512, log)]
    ef_search: u16,
}

#[derive(Tunable, Serialize, Deserialize)]
struct Recommender {
    model: RecommenderKind,
    #[tune(range = 0.0..=1.0)]
    exploration: f64,
    #[tune(range = 1..=30)]
    half_life_days: f64Days,
}

/// A number of days.
#[derive(Tunable, Serialize, Deserialize)]
#[allow(non_camel_case_types)]
struct f64Days(u32);

#[derive(Tunable, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[tune(rename_all = "snake_case")]
enum RecommenderKind {
    Popular,
    Factors {
        #[tune(range = 8..=256, log)]
        rank: usize,
        implicit: bool,
    },
    Neighbours(Neighbours),
}

#[derive(Tunable, Serialize, Deserialize)]
struct Neighbours {
    #[tune(range = 5..=200, log)]
    k: usize,
    #[tune(choices = ["cosine", "jaccard"])]
    similarity: String,
}

#[derive(Tunable, Serialize, Deserialize)]
struct Queue {
    #[tune(range = 1..=1000, log)]
    prefetch: u16,
    #[tune(range = 1..=8)]
    partitions: std::num::NonZeroI32,
    #[tune(range = 0.0..=0.5)]
    backoff: [f64; 2],
    acks: Acks,
}

#[derive(Tunable, Serialize, Deserialize)]
#[repr(i8)]
enum Acks {
    All = -1,
    None = 0,
    Leader = 1,
}
