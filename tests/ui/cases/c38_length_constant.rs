use docktuna::Tunable;

const MOST: usize = 100_000;

#[derive(Tunable)]
struct Model {
    #[tune(range = 8..=256, len = 1..=MOST)]
    convs: Vec<u32>,
}

fn main() {
    let _ = Model::space();
}
