use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1..=8)]
    layers: u8,
    #[tune(range = 1..=8, rename = "layers")]
    heads: u8,
}

#[derive(Tunable)]
#[tune(rename_all = "lowercase")]
enum Activation {
    ReLU,
    Relu,
}

fn main() {}
