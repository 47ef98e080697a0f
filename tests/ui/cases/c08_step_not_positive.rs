use docktuna::Tunable;

const STEP: f64 = 0.0;

#[derive(Tunable)]
struct Model {
    #[tune(range = 0.0..=0.5, step = 0.0)]
    a: f64,
    #[tune(range = 0..=8, step = -2)]
    b: i8,
}

#[derive(Tunable)]
struct Constant {
    #[tune(range = 0.0..=0.5, step = STEP)]
    c: f64,
}

fn main() {}
