use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 0.1..=0.1000000001)]
    x: f32,
}

fn main() {}
