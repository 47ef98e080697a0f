use docktuna::Tunable;

#[derive(Tunable)]
#[tune(objectives, constraint = Self::size, validate)]
struct Bare {
    on: bool,
}

#[derive(Tunable)]
#[tune(objectives(), constraint(size), validate(Self::check))]
struct Empty {
    on: bool,
}

#[derive(Tunable)]
#[tune(objectives(minimize = 3, maximize = ""), constraint(size = |m| 0.0), validate = "check")]
struct Values {
    on: bool,
}

#[derive(Tunable)]
#[tune(objectives(minimize = "loss" maximize), constraint("size" = size), minimize)]
struct Garbled {
    on: bool,
}

fn main() {}
