use docktuna::Tunable;

#[derive(Tunable)]
#[tune(study = "s", minimize, rename = "rate")]
struct Rate(f64);

#[derive(Tunable)]
#[tune(rename = "train")]
struct Train {
    nesterov: bool,
}

/// No mistake: `Rate` is a number, whatever else is wrong with it.
#[derive(Tunable)]
struct Uses {
    #[tune(range = 0.0..=1.0)]
    rate: Rate,
}

fn main() {}
