use std::time::Duration;

use docktuna::Tunable;

#[derive(Tunable)]
struct Train {
    #[tune(range = 1..=60, as)]
    a: Duration,
    #[tune(range = 1..=60, as = 5, from = Duration::from_secs, into = Duration::as_secs)]
    b: Duration,
    #[tune(range = 1..=60, from = Duration::from_secs)]
    c: u64,
    #[tune(as = u64, from = Duration::from_secs, into = Duration::as_secs)]
    d: Duration,
    #[tune(fixed = Duration::ZERO, as = u64)]
    e: Duration,
    #[tune(range = 0.5..=60.0, as = u64, from = Duration::from_secs, into = Duration::as_secs)]
    f: Duration,
    #[tune(range = 1..=60, with = seconds)]
    g: Duration,
}

fn main() {}
