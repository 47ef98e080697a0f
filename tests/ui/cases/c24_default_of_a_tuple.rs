use docktuna::Tunable;

#[derive(Tunable)]
struct Train {
    #[tune(range = 0.0..=1.0, default = 0.5)]
    a: (f64, f64),
    #[tune(range = 0.0..=1.0, default = (0.5, 0.5, 0.5))]
    b: (f64, f64),
    #[tune(range = 0.0..=1.0, default = (0.5, 2.0))]
    c: (f64, f64),
    #[tune(range = 0.0..=1.0)]
    d: (f64, u8),
    e: (f64, bool),
}

fn main() {}
