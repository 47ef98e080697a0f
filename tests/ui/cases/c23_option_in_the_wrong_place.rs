use docktuna::Tunable;

#[derive(Tunable)]
#[tune(range = 1..=8, default)]
struct Model {
    #[tune(study = "x", range = 1..=8)]
    layers: u8,
    #[tune(choices = [1, 2], log)]
    heads: u8,
    #[tune(skip, rename = "d", default = 1)]
    depth: u8,
    #[tune(step = 2)]
    width: Inner,
    #[tune(default = Inner { on: true })]
    inner: Inner,
    #[tune(default = "cosine")]
    schedule: String,
    #[tune(range = 1..=8, ordered)]
    batch: u8,
    #[tune(choices = [true, false], ordered)]
    nesterov: bool,
}

#[derive(Tunable)]
struct Inner {
    on: bool,
}

#[derive(Tunable)]
enum Activation {
    #[tune(minimize, flatten)]
    Relu,
    #[tune(rename_all = "lowercase")]
    Gelu,
    Other(#[tune(flatten)] Inner),
}

fn main() {}
