use docktuna::Tunable;

#[derive(Tunable)]
struct Model {
    #[tune(range = 1e-5..=1e-1, default = 3.0)]
    lr: f64,
    #[tune(range = 1..=8, default = 0)]
    layers: u8,
    #[tune(range = 0.0..=0.5, step = 0.05, default = 0.12)]
    dropout: f32,
    #[tune(choices = ["cosine", "linear"], default = "step")]
    schedule: String,
    #[tune(range = 0.0..=1.0, default = 0.5)]
    mixup: Option<f64>,
    #[tune(range = 0.0..=1.0, default = Some(1.5))]
    cutmix: Option<f64>,
    #[tune(default = 1)]
    nesterov: bool,
}

#[derive(Tunable)]
enum Activation {
    Relu,
    #[tune(skip, default)]
    Gelu,
}

fn main() {}
