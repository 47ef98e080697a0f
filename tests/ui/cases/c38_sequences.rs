use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 8..=256)]
    convs: Vec<u32>,
    #[tune(range = 8..=256, default = Some([8; 1]))]
    widths: Option<[Vec<u32>; 3]>,
    layers: Vec<Layer>,
    #[tune(len = 1..=4)]
    heads: Vec<u8>,
    #[tune(range = 1..=2, len = 1..=4)]
    nested: Vec<Vec<u8>>,
    #[tune(range = 1..=2, len = 1..=4)]
    single: u8,
    #[tune(fixed = Vec::new(), len = 1..=4)]
    fixed: Vec<u8>,
}

#[derive(Tunable)]
struct Lengths {
    #[tune(range = 1..=2, len = 4)]
    number: Vec<u8>,
    #[tune(range = 1..=2, len = 1..4)]
    half_open: Vec<u8>,
    #[tune(range = 1..=2, len = 4..=1)]
    reversed: Vec<u8>,
    #[tune(range = 1..=2, len = -1..=1)]
    negative: Vec<u8>,
    #[tune(range = 1..=2, len = 1..=)]
    open: Vec<u8>,
    #[tune(range = 1..=2, len = 1..=65537)]
    long: Vec<u8>,
}

#[derive(Tunable)]
struct Layer {
    on: bool,
}

fn main() {}
