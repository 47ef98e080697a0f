use docktuna::Tunable;

#[derive(Tunable)]
#[tune(rename_all = "lowercase")]
enum Activation {
    Relu,
    Gelu,
    #[tune(skip)]
    Secret,
}

#[derive(Tunable)]
enum Other {
    Relu,
}

#[derive(Tunable)]
struct Group {
    nesterov: bool,
}

#[derive(Tunable)]
struct Unknown {
    #[tune(default = "Gelu")]
    a: Activation,
}

#[derive(Tunable)]
struct Skipped {
    #[tune(default = Activation::Secret)]
    a: Activation,
}

#[derive(Tunable)]
struct OfAnother {
    #[tune(default = Other::Relu)]
    a: Activation,
}

#[derive(Tunable)]
struct NoLabels {
    #[tune(default = "a")]
    a: Group,
}

#[derive(Tunable)]
struct Number {
    #[tune(default = 3)]
    a: Activation,
}

fn main() {}
