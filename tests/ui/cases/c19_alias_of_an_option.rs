use docktuna::Tunable;

type MaybeRate = Option<f64>;
type Rates = [f64; 3];

#[derive(Tunable)]
struct Model {
    #[tune(range = 0.0..=1.0, default = Some(0.5))]
    rate: MaybeRate,
}

#[derive(Tunable)]
struct NoDefault {
    #[tune(range = 0.0..=1.0)]
    rate: MaybeRate,
}

#[derive(Tunable)]
struct Array {
    #[tune(range = 0.0..=1.0, default = [0.5; 3])]
    rates: Rates,
}

#[derive(Tunable)]
struct Constants {
    #[tune(range = std::f64::consts::E..=std::f64::consts::PI, default = None)]
    rate: MaybeRate,
}

#[derive(Tunable)]
struct Chosen {
    #[tune(choices = ["a", "b"], default = Some("a"))]
    text: Text,
}

type Text = Option<String>;

fn main() {}
