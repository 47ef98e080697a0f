use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1..=8, range = 1..=8, rnage = 3)]
    layers: u8,
    #[tune(range = 1..8)]
    heads: u8,
    optimizer: Optimizer,
}

#[derive(Tunable)]
enum Optimizer {
    #[tune(skipp)]
    Sgd(f64, f64),
}

fn tuned<T: Tunable>() {}

fn use_of_types_with_mistakes() {
    tuned::<Model>();
    let _ = Optimizer::space();
    let _ = Model::NAME;
}

fn main() {}
