use docktuna::Tunable;

#[derive(Tunable)]
#[tune(study = "s", minimize, rename = "rate")]
struct Rate(f64);

#[derive(Tunable)]
#[tune(rename = "train")]
struct Train {
    nesterov: bool,
}

fn main() {}
