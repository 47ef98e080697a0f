use std::sync::atomic::AtomicU32;
use std::time::Duration;

use docktuna::Tunable;

const LONGEST: Duration = Duration::from_secs(8);

#[derive(Tunable)]
struct Literals {
    #[tune(range = 1..=8)]
    workers: AtomicU32,
}

#[derive(Tunable)]
struct WithDefault {
    #[tune(range = 1..=8, log, default = 2)]
    workers: AtomicU32,
}

#[derive(Tunable)]
struct Constants {
    #[tune(range = Duration::ZERO..=LONGEST)]
    timeout: Duration,
}

#[derive(Tunable)]
struct Chosen {
    #[tune(choices = [1, 2])]
    workers: AtomicU32,
}

#[derive(Tunable)]
struct Texts {
    #[tune(choices = ["a", "b"], default = "a")]
    path: std::net::IpAddr,
}

#[derive(Tunable)]
struct Booleans {
    #[tune(choices = [true])]
    flag: AtomicU32,
}

#[derive(Tunable)]
struct Inside {
    #[tune(range = 1..=8)]
    workers: [AtomicU32; 2],
    #[tune(range = 1..=8)]
    maybe: Option<AtomicU32>,
}

#[derive(Tunable)]
enum Branches {
    One {
        #[tune(range = 1..=8, shared)]
        workers: AtomicU32,
    },
    Other,
}

fn main() {}
