use docktuna::Tunable;

#[derive(Tunable)]
#[tune(rename_all = "Snake_case")]
struct Model {
    on: bool,
}

#[derive(Tunable)]
#[tune(rename_all = "title")]
enum Activation {
    #[tune(rename_all = 3)]
    Relu { on: bool },
}

fn main() {}
