use docktuna::Tunable;

#[derive(Tunable)]
struct Pair(bool, bool);

#[derive(Tunable)]
struct Unit;

#[derive(Tunable)]
union Either {
    a: u8,
    b: u8,
}

fn main() {}
