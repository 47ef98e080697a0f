use docktuna::Tunable;

struct Cache;

#[derive(Tunable)]
struct Model {
    on: bool,
    #[tune(skip)]
    cache: Cache,
}

fn main() {}
