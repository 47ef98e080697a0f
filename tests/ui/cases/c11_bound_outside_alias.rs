use docktuna::Tunable;

type Layers = u8;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1..=300)]
    layers: Layers,
}

fn main() {}
