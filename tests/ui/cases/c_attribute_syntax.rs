use docktuna::Tunable;

#[derive(Tunable)]
#[tune]
struct Model {
    #[tune = "x"]
    a: u8,
    #[tune(range)]
    b: u8,
    #[tune(range = 1..=8 log)]
    c: u8,
    #[tune(range = 1..=8, log = true)]
    d: u8,
    #[tune(choices = 3)]
    e: u8,
    #[tune(range = , "x", choices(1, 2), rename = 3)]
    f: u8,
    #[tune(range = 1..=8, rename = 3)]
    g: u8,
    #[tune(range = 1 +, 2)]
    h: u8,
}

#[derive(Tunable)]
#[tune(crate = "docktuna", study = name, minimize = 3)]
struct Study {
    on: bool,
}

#[derive(Tunable)]
#[tune(crate = Self)]
struct Itself {
    on: bool,
}

#[derive(Tunable)]
#[tune(crate = docktuna::<u8>)]
struct Generic {
    on: bool,
}

fn main() {}
