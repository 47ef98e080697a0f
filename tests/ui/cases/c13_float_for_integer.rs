use docktuna::Tunable;

const HIGH: f64 = 8.0;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1.5..=8.0)]
    layers: u8,
    #[tune(range = 0..=1)]
    dropout: f64,
    #[tune(range = 1u8..=8u8)]
    heads: u16,
    #[tune(choices = ["a", 1])]
    schedule: String,
    #[tune(choices = [1, 2], default = true)]
    depth: u8,
}

#[derive(Tunable)]
struct Constant {
    #[tune(range = 1..=HIGH)]
    layers: u8,
}

fn main() {}
