use docktuna::Tunable;

const LOW: f64 = 0.1;
const HIGH: u8 = 3;

#[derive(Tunable)]
struct Model {
    #[tune(range = LOW..=1e-5)]
    lr: f64,
    #[tune(range = 8..=HIGH)]
    layers: u8,
}

fn main() {}
