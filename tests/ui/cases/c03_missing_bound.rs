use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1e-5..)]
    lr: f64,
    #[tune(range = ..=8, log)]
    layers: u8,
    #[tune(range = 1..=, log)]
    heads: u8,
    #[tune(range = ..)]
    depth: u8,
    #[tune(range = 8)]
    width: u8,
}

fn main() {}
