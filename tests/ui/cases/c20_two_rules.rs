use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1..=8, choices = [1, 2])]
    layers: u8,
    #[tune(skip, fixed = 3)]
    heads: u8,
    #[tune(flatten)]
    #[tune(skip)]
    depth: u8,
}

fn main() {}
