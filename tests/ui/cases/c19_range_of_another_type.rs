use docktuna::Tunable;

struct Name(String);

#[derive(Tunable)]
struct Model {
    #[tune(range = 16..=32)]
    size: Name,
}

fn main() {}
