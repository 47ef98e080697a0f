use docktuna::Tunable;

type Rate = f32;

const LOW: f32 = 0.1;

#[derive(Tunable)]
struct Model {
    #[tune(range = LOW..=0.100000001)]
    a: f32,
    #[tune(range = 0.1..=0.1000000001)]
    b: Rate,
    #[tune(range = 0.0..=1e39)]
    c: Rate,
}

fn main() {}
