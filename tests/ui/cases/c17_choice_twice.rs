use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(choices = [16, 32, 16])]
    batch: u32,
    #[tune(choices = ["cosine", "cosine"])]
    schedule: String,
    #[tune(choices = [0.1, 1e-1])]
    rate: f64,
}

fn main() {}
