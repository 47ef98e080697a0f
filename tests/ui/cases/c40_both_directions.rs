use docktuna::Tunable;

#[derive(Tunable)]
#[tune(minimize = "loss", maximize)]
struct Model {
    on: bool,
}

fn main() {}
