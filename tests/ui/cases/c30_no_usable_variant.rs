use docktuna::Tunable;

#[derive(Tunable)]
enum Never {}

#[derive(Tunable)]
enum Skipped {
    #[tune(skip)]
    One,
    #[tune(skip)]
    Two,
}

fn main() {}
