use docktuna::Tunable;

#[derive(Tunable)]
#[tune(objectives(minimise = "loss", up = "accuracy"))]
struct Model {
    on: bool,
}

fn main() {}
