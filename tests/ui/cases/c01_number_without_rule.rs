use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    lr: f64,
    layers: Option<u8>,
    r#type: std::primitive::f32,
}

#[derive(Tunable)]
enum Optimizer {
    Sgd(f64),
    Plain,
}

fn main() {}
