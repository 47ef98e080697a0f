use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 0.1..=1e-5)]
    lr: f64,
    #[tune(range = 8..=-1)]
    shift: i8,
}

fn main() {}
