use docktuna::Tunable;

#[derive(Tunable)]
#[tune(objectives(minimize = "loss", maximize = "loss"))]
#[tune(constraint(size = Self::size), constraint(size = Self::size))]
#[tune(validate = Self::check, validate = Self::check)]
struct Model {
    on: bool,
}

fn main() {}
