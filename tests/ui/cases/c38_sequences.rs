use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 8..=256)]
    convs: Vec<u32>,
    #[tune(range = 8..=256)]
    widths: [u32; 3],
    layers: Vec<u8>,
}

fn main() {}
