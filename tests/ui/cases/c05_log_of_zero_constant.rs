use docktuna::Tunable;

const LOW: f64 = 0.0;

#[derive(Tunable)]
struct Model {
    #[tune(range = LOW..=0.1, log)]
    lr: f64,
}

fn main() {}
