use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(choices = [])]
    schedule: String,
}

fn main() {}
