use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1..=2, step = 3)]
    x: u8,
}

fn main() {}
