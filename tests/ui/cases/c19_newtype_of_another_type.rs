use std::time::Duration;

use docktuna::Tunable;

/// Neither a scalar nor tunable.
#[derive(Tunable)]
struct Timeout(Duration);

#[derive(Tunable)]
struct Lr(f64);

#[derive(Tunable)]
struct Name(String);

#[derive(Tunable)]
struct Train {
    // No rule.
    a: Lr,
    // Outside of what the inner type has.
    #[tune(range = 0..=1)]
    b: Lr,
    // Of another kind.
    #[tune(range = 0.0..=1.0)]
    c: Name,
    #[tune(choices = ["a"])]
    d: Lr,
}

fn main() {}
