use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 0..=9007199254740993)]
    seed: u64,
}

#[derive(Tunable)]
struct Constant {
    #[tune(range = 0..=i64::MAX)]
    seed: i64,
}

fn main() {}
