use std::num::NonZeroU32;
use std::time::Duration;

use docktuna::Tunable;

const LONGEST: Duration = Duration::from_secs(8);

#[derive(Tunable)]
struct Literals {
    #[tune(range = 1..=8)]
    workers: NonZeroU32,
}

#[derive(Tunable)]
struct WithDefault {
    #[tune(range = 1..=8, log, default = 2)]
    workers: NonZeroU32,
}

#[derive(Tunable)]
struct Constants {
    #[tune(range = Duration::ZERO..=LONGEST)]
    timeout: Duration,
}

#[derive(Tunable)]
struct Chosen {
    #[tune(choices = [1, 2])]
    workers: NonZeroU32,
}

#[derive(Tunable)]
struct Texts {
    #[tune(choices = ["a", "b"], default = "a")]
    path: std::path::PathBuf,
}

#[derive(Tunable)]
struct Booleans {
    #[tune(choices = [true])]
    flag: NonZeroU32,
}

#[derive(Tunable)]
struct Inside {
    #[tune(range = 1..=8)]
    workers: [NonZeroU32; 2],
    #[tune(range = 1..=8)]
    maybe: Option<NonZeroU32>,
}

#[derive(Tunable)]
enum Branches {
    One {
        #[tune(range = 1..=8, shared)]
        workers: NonZeroU32,
    },
    Other,
}

fn main() {}
