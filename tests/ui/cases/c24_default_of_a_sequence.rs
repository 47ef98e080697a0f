use docktuna::Tunable;

const TWO: usize = 2;

#[derive(Tunable)]
struct Literal {
    #[tune(range = 8..=256, default = 8)]
    value: [u32; 3],
    #[tune(range = 8..=256, default = [8, 8, 8])]
    list: [u32; 3],
    #[tune(range = 8..=256, default = [8; 2])]
    short: [u32; 3],
    #[tune(range = 8..=256, default = [7; 3])]
    low: [u32; 3],
    #[tune(range = 8..=256, len = 1..=4, default = [8; 5])]
    long: Vec<u32>,
    #[tune(default = [Inner { on: true }; 2])]
    inner: [Inner; 2],
}

#[derive(Tunable)]
struct Constant {
    #[tune(range = 8..=256, default = [8; TWO])]
    short: [u32; 3],
}

#[derive(Tunable)]
struct Inner {
    on: bool,
}

fn main() {}
