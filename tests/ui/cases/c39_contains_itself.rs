use docktuna::Tunable;

#[derive(Tunable)]
struct Tree {
    #[tune(len = 0..=2)]
    children: Vec<Tree>,
}

#[derive(Tunable)]
enum List {
    End,
    Next { rest: Option<Box<Self>> },
}

fn main() {}
