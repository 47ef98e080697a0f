use std::time::Duration;

use docktuna::Tunable;

#[derive(Tunable)]
struct From {
    #[tune(range = 1..=60, as = u64, from = Duration::from_secs_f64, into = Duration::as_secs)]
    timeout: Duration,
}

#[derive(Tunable)]
struct FromAnother {
    #[tune(range = 1..=60, as = u64, from = std::convert::identity::<u64>, into = Duration::as_secs)]
    timeout: Duration,
}

#[derive(Tunable)]
struct Into {
    #[tune(range = 1..=60, as = u64, from = Duration::from_secs, into = Duration::as_millis)]
    timeout: Duration,
}

#[derive(Tunable)]
struct NoPath {
    #[tune(range = 1..=60, as = u64, from = Duration::from_seconds, into = Duration::as_secs)]
    timeout: Duration,
}

fn main() {}
