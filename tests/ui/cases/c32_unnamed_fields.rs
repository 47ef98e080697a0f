use docktuna::Tunable;

#[derive(Tunable)]
enum Momentum {
    Value(#[tune(range = 1.0..=0.0)] f64),
    Nesterov(#[tune(range = 0..=9)] f64, u8),
    Alone(#[tune(rename = "x", range = 0..=9)] u8),
    Shared(#[tune(shared, alias = "old")] Inner),
}

#[derive(Tunable)]
struct Pair(#[tune(range = 0..=9, rename = "1")] u8, #[tune(range = 0..=9)] u8);

#[derive(Tunable)]
struct Widths([u32; 3]);

#[derive(Tunable)]
struct Marked(#[tune(rename = "tag", default = 3)] std::marker::PhantomData<u8>);

#[derive(Tunable)]
struct Inner {
    nesterov: bool,
}

fn main() {}
