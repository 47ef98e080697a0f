use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(rnage = 1..=8)]
    layers: u8,
    #[tune(uniform(1, 8), Log)]
    heads: u8,
}

#[derive(Tunable)]
#[tune(renam_all = "snake_case")]
enum Activation {
    #[tune(skipped)]
    Relu,
}

fn main() {}
