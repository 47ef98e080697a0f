use docktuna::Tunable;

#[derive(Tunable)]
#[tune(study = "a", study = "b")]
struct Model {
    #[tune(range = 1..=8, log)]
    #[tune(log)]
    layers: u8,
}

#[derive(Tunable)]
enum Activation {
    #[tune(default)]
    Relu,
    #[tune(default)]
    Gelu,
}

fn main() {}
