use docktuna::Tunable;

type Layers = u8;
type Rate = f64;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1.0..=8.0)]
    layers: Layers,
    #[tune(range = 0..=1)]
    rate: Rate,
    #[tune(choices = ["a", "b"])]
    heads: Layers,
}

fn main() {}
