use docktuna::Tunable;

#[derive(Tunable)]
struct Train {
    #[tune(range = 1..=8, shared)]
    layers: u8,
}

#[derive(Tunable)]
#[tune(shared)]
enum Optimizer {
    #[tune(shared)]
    Sgd,
    Adam {
        #[tune(shared, fixed = 1)]
        seed: u64,
        #[tune(shared = true, range = 0.0..=1.0)]
        momentum: f64,
        #[tune(shared, skip)]
        cache: u8,
        #[tune(flatten, shared)]
        inner: Inner,
    },
    Lion(#[tune(shared)] Inner),
}

#[derive(Tunable)]
struct Inner {
    on: bool,
}

fn main() {}
