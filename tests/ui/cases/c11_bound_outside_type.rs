use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1..=300)]
    layers: u8,
    #[tune(range = -1..=8)]
    heads: usize,
    #[tune(range = 0.0..=1e39)]
    scale: f32,
    #[tune(choices = [1, 256])]
    width: u8,
    #[tune(range = -9223372036854775809..=0)]
    offset: i64,
}

fn main() {}
