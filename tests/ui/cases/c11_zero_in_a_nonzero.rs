use std::num::{NonZero, NonZeroI8, NonZeroU8};

use docktuna::Tunable;

type Count = NonZeroU8;
type Offset = NonZeroI8;

#[derive(Tunable)]
struct Literals {
    #[tune(range = 0..=8)]
    a: NonZeroU8,
    #[tune(range = 0..=8)]
    b: NonZero<i16>,
    #[tune(range = -8..=8)]
    c: NonZeroI8,
    #[tune(choices = [-1, 0, 1])]
    d: NonZeroI8,
    #[tune(range = 1..=300)]
    e: NonZeroU8,
}

#[derive(Tunable)]
struct Aliases {
    #[tune(range = 0..=8)]
    a: Count,
    #[tune(range = -8..=8)]
    b: Offset,
    #[tune(choices = [-1, 0, 1])]
    c: Offset,
}

fn main() {}
