use docktuna::Tunable;

struct Augment;

#[derive(Tunable)]
struct Model {
    augment: Augment,
    #[tune(flatten)]
    common: Augment,
    schedule: String,
    maybe: Option<Augment>,
}

#[derive(Tunable)]
enum Optimizer {
    Lion(Augment),
}

fn main() {}
