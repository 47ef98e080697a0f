use docktuna::Tunable;

#[derive(Tunable)]
#[tune(rename_all = "snake", minimize = "a", maximize = "b", validte = check)]
#[tune(objectives(minimise = "loss"), constraint(size = 3))]
struct Model {
    lr: f64,
    #[tune(range = 1..8, log, step = 2)]
    layers: u8,
    #[tune(range = 0.5..=0.1, default = 0.3)]
    dropout: f32,
    #[tune(choices = ["a", "a"], rename = "")]
    schedule: String,
    #[tune(flatten, skip)]
    augment: Augment,
    #[tune(fixed, default = 3)]
    seed: u64,
    name: &'static [u8],
    #[tune(choices [1, 2])]
    heads: u8,
}

#[derive(Tunable)]
enum Augment {
    #[tune(skip, default)]
    Off,
    #[tune(rename = "On")]
    Full(f64, f64),
    On {
        #[tune(range = 0..=300)]
        x: u8,
        y: f64,
    },
}

fn uses(model: &Model) -> impl Tunable {
    let _ = (Model::space(), Model::NAME, model.lr);
    true
}

fn main() {}
