use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 0.0..=0.5, step = 0.15)]
    dropout: f32,
    #[tune(range = 1..=8, step = 2)]
    layers: u8,
    #[tune(range = 0.0..=1.5, step = 1.0)]
    scale: f64,
}

fn main() {}
