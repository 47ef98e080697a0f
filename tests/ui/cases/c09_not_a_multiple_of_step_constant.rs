use docktuna::Tunable;

const STEP: f64 = 0.15;

#[derive(Tunable)]
struct Model {
    #[tune(range = 0.0..=0.5, step = STEP)]
    dropout: f64,
}

fn main() {}
