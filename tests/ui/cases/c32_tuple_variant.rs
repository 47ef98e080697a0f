use docktuna::Tunable;

#[derive(Tunable)]
enum Optimizer {
    Sgd(bool, bool),
    Plain,
}

fn main() {}
