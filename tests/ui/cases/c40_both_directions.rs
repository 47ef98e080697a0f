use docktuna::Tunable;

#[derive(Tunable)]
#[tune(minimize = "loss", maximize)]
struct Model {
    on: bool,
}

#[derive(Tunable)]
#[tune(objectives(minimize = "loss", maximize = "accuracy"), minimize = "time")]
struct Several {
    on: bool,
}

fn main() {}
