use docktuna::Tunable;

#[derive(Tunable)]
struct Model<'a> {
    #[tune(choices = ["cosine", "linear"])]
    schedule: &'a str,
    name: &'static str,
    #[tune(fixed = "x")]
    fine: &'static str,
}

fn main() {}
