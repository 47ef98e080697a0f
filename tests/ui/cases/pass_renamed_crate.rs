#![deny(warnings)]

mod vendored {
    pub mod tuning {
        pub use docktuna::*;
        pub use docktuna::__private;
    }
}

#[derive(vendored::tuning::Tunable)]
#[tune(crate = crate::vendored::tuning)]
pub struct Model {
    pub on: bool,
}

fn main() {
    let _ = <Model as docktuna::Tunable>::SPACE;
}
