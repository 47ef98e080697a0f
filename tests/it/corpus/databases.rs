//! Settings of databases and caches.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use docktuna::Tunable;
use serde::{Deserialize, Serialize};

super::corpus! {
    a_server Postgres,
    a_pool Pool,
    a_log_structured_store LogStructured,
    a_cache Cache,
}

/// Kilobytes, as `shared_buffers = 128MB` has them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Kilobytes(u64);

impl TryFrom<u64> for Kilobytes {
    type Error = String;

    fn try_from(kilobytes: u64) -> Result<Self, String> {
        if !kilobytes.is_multiple_of(8) {
            return Err(format!("{kilobytes} kB is no number of pages"));
        }
        Ok(Self(kilobytes))
    }
}

impl From<Kilobytes> for u64 {
    fn from(kilobytes: Kilobytes) -> Self {
        kilobytes.0
    }
}

#[derive(Tunable, Serialize, Deserialize)]
struct Postgres {
    #[tune(range = 128..=1_048_576, as = u64)]
    shared_buffers: Kilobytes,
    #[tune(range = 64..=262_144, log, as = u64, from = Kilobytes::try_from, into = u64::from)]
    work_mem: Kilobytes,
    #[tune(range = 1.0..=4.0)]
    random_page_cost: f64,
    #[tune(range = 0..=1000)]
    effective_io_concurrency: u16,
    wal_compression: WalCompression,
    jit: bool,
}

#[derive(Tunable, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[tune(rename_all = "lowercase")]
enum WalCompression {
    Off,
    Pglz,
    Lz4,
    Zstd,
}

#[derive(Tunable)]
struct Pool {
    #[tune(range = 1..=64, log)]
    max_connections: u32,
    #[tune(range = 0..=8)]
    min_connections: u32,
    #[tune(range = 1..=60, as = u64, from = Duration::from_secs, into = Duration::as_secs)]
    acquire_timeout: Duration,
    #[tune(range = 60..=3600, as = u64, from = Duration::from_secs, into = Duration::as_secs)]
    idle_timeout: Option<Duration>,
    #[tune(skip)]
    url: Option<String>,
    test_before_acquire: bool,
}

#[derive(Tunable)]
struct LogStructured {
    #[tune(range = 2..=64)]
    write_buffer_mb: usize,
    #[tune(range = 4.0..=16.0)]
    level_multiplier: f64,
    levels: [Level; 3],
    filter: Option<Filter>,
    #[tune(choices = ["/var/lib/a", "/mnt/fast/b"])]
    path: PathBuf,
    #[tune(choices = ["lz4", "zstd"])]
    compressor: OsString,
}

#[derive(Tunable)]
struct Level {
    compression: bool,
    #[tune(range = 1..=64)]
    block_kb: u16,
}

#[derive(Tunable)]
enum Filter {
    Bloom(#[tune(range = 4..=20)] u8),
    Ribbon(#[tune(range = 4.0..=20.0)] f64),
}

/// What another crate would parse and print.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Eviction {
    Lru,
    Lfu,
}

impl FromStr for Eviction {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "allkeys-lru" => Ok(Self::Lru),
            "allkeys-lfu" => Ok(Self::Lfu),
            _ => Err("unknown policy"),
        }
    }
}

impl std::fmt::Display for Eviction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Lru => "allkeys-lru",
            Self::Lfu => "allkeys-lfu",
        })
    }
}

#[derive(Tunable)]
struct Cache {
    #[tune(choices = ["allkeys-lru", "allkeys-lfu"], as = String)]
    maxmemory_policy: Eviction,
    #[tune(range = 1..=10)]
    samples: u8,
    #[tune(range = 1..=500)]
    hz: u16,
    #[tune(range = 0.0..=1.0)]
    active_defrag: Option<f32>,
}
