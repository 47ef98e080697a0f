use docktuna::Tunable;

struct Name(String);

#[derive(Tunable)]
struct Model {
    #[tune(choices = [16, 32])]
    size: Name,
}

fn main() {}
