use docktuna::Tunable;

const HIGH: u8 = 8;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1..8)]
    layers: u8,
    #[tune(range = 0.0..0.5)]
    dropout: f64,
    #[tune(range = 1..HIGH)]
    heads: u8,
}

fn main() {}
