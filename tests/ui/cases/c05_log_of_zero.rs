use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 0.0..=0.1, log)]
    lr: f64,
}

fn main() {}
