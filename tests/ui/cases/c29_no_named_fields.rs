use docktuna::Tunable;

#[derive(Tunable)]
struct Empty();

#[derive(Tunable)]
struct Unit;

#[derive(Tunable)]
union Either {
    a: u8,
    b: u8,
}

fn main() {}
