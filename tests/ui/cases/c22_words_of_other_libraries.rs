use docktuna::Tunable;

const LOW: u8 = 1;

#[derive(Tunable)]
struct Ranges {
    #[tune(min = 1, max = 3)]
    min_max: u8,
    #[tune(low = 1)]
    #[tune(high = 3, log)]
    low_high: u8,
    #[tune(max = -8)]
    only_one_end: i8,
    #[tune(range(1, 3))]
    call: u8,
    #[tune(range(1..=3), log)]
    call_with_a_range: u8,
    #[tune(1..=3)]
    alone: u8,
    #[tune(LOW..=u8::MAX)]
    constants_alone: u8,
    #[tune(uniform(0.0, 0.5), step = 0.1)]
    uniform: f64,
    #[tune(uniform(low = 0.0, high = 0.5))]
    named: f64,
    #[tune(loguniform = [1e-5, 1e-1])]
    loguniform: f64,
    #[tune(loguniform)]
    without_bounds: f64,
}

#[derive(Tunable)]
struct Others {
    #[tune(values = [16, 32], ordered)]
    values: u32,
    #[tune(one_of("cosine", "linear"), default = "cosine")]
    one_of: String,
    #[tune(choices(16, 32))]
    call: u32,
    #[tune([16, 32])]
    alone: u32,
    #[tune(choices = [16, 32], default(16))]
    default: u32,
    #[tune(nested)]
    nested: Inner,
    #[tune(with = "module")]
    with: std::time::Duration,
}

#[derive(Tunable)]
struct Inner {
    on: bool,
}

fn main() {}
