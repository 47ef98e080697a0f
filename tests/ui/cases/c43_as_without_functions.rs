use std::time::Duration;

use docktuna::Tunable;

#[derive(Tunable)]
struct Neither {
    #[tune(range = 1..=60, as = u64, into = Duration::as_secs)]
    from: Duration,
    #[tune(range = 1..=60, as = u64, from = Duration::from_secs)]
    into: Duration,
}

/// Without PartialEq.
struct Level(u8);

impl Level {
    fn new(level: u8) -> Self {
        Self(level)
    }

    fn get(&self) -> u8 {
        self.0
    }
}

#[derive(Tunable)]
struct Incomparable {
    #[tune(range = 1..=60, as = u8, from = Level::new, into = Level::get)]
    level: Level,
}

#[derive(Tunable)]
struct NoScalar {
    #[tune(range = 1..=60, as = Duration, from = whole, into = seconds)]
    timeout: u64,
}

fn whole(duration: Duration) -> u64 {
    duration.as_secs()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn main() {}
