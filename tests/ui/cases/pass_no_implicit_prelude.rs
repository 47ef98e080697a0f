#![no_implicit_prelude]
#![deny(warnings)]

use ::docktuna::Tunable;

#[derive(Tunable)]
#[tune(minimize, validate = Self::check, constraint(size = size))]
pub struct Model {
    #[tune(range = 1..=8, default = 3)]
    pub layers: u8,
    #[tune(choices = ["a", "b"])]
    pub schedule: ::std::string::String,
    #[tune(range = 0.0..=1.0, default = None)]
    pub mixup: ::std::option::Option<f64>,
    #[tune(range = 0.0..=1.0, default = ::std::option::Option::Some(0.5))]
    pub cutmix: ::core::option::Option<f32>,
    pub optimizer: Optimizer,
    #[tune(fixed)]
    pub seed: u64,
    #[tune(skip)]
    pub cache: ::std::vec::Vec<u8>,
}

impl Model {
    fn check(&self) -> ::std::result::Result<(), &'static str> {
        ::std::result::Result::Ok(())
    }
}

fn size(_: &Model) -> f64 {
    0.0
}

#[derive(Tunable)]
pub enum Optimizer {
    Sgd {
        #[tune(range = 0.0..=0.99)]
        momentum: f64,
    },
    Plain,
}

fn main() {
    let _ = <Model as Tunable>::SPACE;
}
