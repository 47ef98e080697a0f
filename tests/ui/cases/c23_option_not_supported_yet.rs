use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1..=8, alias = "n")]
    heads: u8,
}

fn main() {}
