use docktuna::Tunable;

struct Connection(u16);

#[derive(Tunable)]
struct Model<T> {
    on: bool,
    #[tune(skip)]
    cache: T,
}

fn main() {
    fn searched<T: Tunable>() {}
    searched::<Model<Connection>>();
}
