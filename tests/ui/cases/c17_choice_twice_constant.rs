use docktuna::Tunable;

const DEFAULT: &str = "cosine";

#[derive(Tunable)]
struct Model {
    #[tune(choices = ["cosine", "linear", DEFAULT])]
    schedule: String,
}

fn main() {}
