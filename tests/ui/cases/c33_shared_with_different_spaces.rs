use docktuna::Tunable;

const HIGHEST: f64 = 1e-2;

#[derive(Tunable)]
enum Literal {
    Sgd {
        #[tune(range = 1e-5..=1e-1, log, shared)]
        lr: f64,
    },
    Adam {
        #[tune(range = 1e-5..=1e-1, log, shared)]
        lr: f64,
        #[tune(range = 0.0..=0.5)]
        decay: f64,
    },
    Lion {
        #[tune(range = 1e-5..=HIGHEST, log, shared)]
        lr: f64,
    },
}

#[derive(Tunable)]
enum Nested {
    A {
        #[tune(shared)]
        inner: One,
    },
    B {
        #[tune(shared)]
        inner: Other,
    },
}

#[derive(Tunable)]
struct One {
    #[tune(choices = [1, 2, 3])]
    n: u8,
}

#[derive(Tunable)]
struct Other {
    #[tune(choices = [1, 2, 4])]
    n: u8,
}

fn main() {}
