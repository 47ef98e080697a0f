use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1..=9, log, step = 2)]
    x: u8,
}

fn main() {}
