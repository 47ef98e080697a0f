use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1..=8, alias = "heads")]
    layers: u8,
    #[tune(range = 1..=8, alias = "heads")]
    heads: u8,
    #[tune(range = 1..=8, alias = "n", alias = "n")]
    depth: u8,
    #[tune(range = 1..=8, alias = "n", alias = 3)]
    width: u8,
    #[tune(flatten, alias = "old")]
    inner: Inner,
}

#[derive(Tunable)]
struct Inner {
    #[tune(fixed = 1, alias = "old_seed")]
    seed: u8,
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Activation {
    #[tune(alias = "gelu")]
    Relu,
    #[tune(alias = "swish")]
    Gelu,
    #[tune(alias = "swish")]
    Silu,
    #[tune(skip, alias = "old")]
    Experimental,
}

fn main() {}
