use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(shared, range = 1..=8)]
    depth: u8,
}

fn main() {}
