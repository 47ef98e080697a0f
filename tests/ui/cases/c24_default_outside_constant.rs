use docktuna::Tunable;

const DEFAULT: f64 = 3.0;
const SCHEDULE: &str = "step";
const DROPOUT: f64 = 0.12;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1e-5..=1e-1, default = DEFAULT)]
    lr: f64,
    #[tune(choices = ["cosine", "linear"], default = SCHEDULE)]
    schedule: String,
    #[tune(range = 0.0..=0.5, step = 0.05, default = DROPOUT)]
    dropout: f64,
}

fn main() {}
