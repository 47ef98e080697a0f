use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 0..=8, log)]
    layers: u8,
}

fn main() {}
