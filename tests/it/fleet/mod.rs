//! Many workers and bad days: heartbeats, retries, crashes, signals, and calls that are given up.

mod budget;
mod cancellation;
mod concurrency;
mod crash;
mod dropping;
mod files;
mod heartbeat;
mod isolation;
mod lost;
mod reconnect;
mod retry;
mod signals;
mod trouble;
