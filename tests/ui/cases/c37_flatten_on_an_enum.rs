use docktuna::Tunable;

#[derive(Tunable)]
enum Activation {
    Relu,
    Gelu,
}

#[derive(Tunable)]
struct Model {
    #[tune(flatten)]
    activation: Activation,
}

#[derive(Tunable)]
struct Known {
    #[tune(flatten)]
    on: bool,
}

fn main() {}
