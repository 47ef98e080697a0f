use docktuna::Tunable;

const HIGH: f64 = 1.0 / 0.0;

#[derive(Tunable)]
struct Model {
    #[tune(range = 0.0..=f64::INFINITY)]
    a: f64,
    #[tune(range = -f64::INFINITY..=0.0)]
    b: f64,
    #[tune(choices = [0.5, std::f64::NAN])]
    c: f64,
    #[tune(range = 0.0..=1e999)]
    d: f64,
}

#[derive(Tunable)]
struct Constant {
    #[tune(range = 0.0..=HIGH)]
    e: f64,
}

fn main() {}
