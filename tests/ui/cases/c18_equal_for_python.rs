use docktuna::Tunable;

type Mixed = f64;

#[derive(Tunable)]
struct Model {
    #[tune(choices = [true, 1])]
    flag: bool,
    #[tune(choices = [1, 1.0])]
    mixed: Mixed,
}

fn main() {}
