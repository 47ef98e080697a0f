#![deny(warnings)]
#![no_implicit_prelude]

use ::docktuna::Tunable;
use ::std::option::Option;
use ::std::vec::Vec;

type Width = u16;
const DEPTH: usize = 2;

#[derive(Tunable)]
pub struct Model<T, const N: usize> {
    #[tune(range = 1..=8, step = 7, default = [8; N])]
    pub widths: [Width; N],
    #[tune(range = 0.0..=1.0, len = DEPTH - 1..=DEPTH + 1)]
    pub rates: Vec<[f32; DEPTH]>,
    #[tune(choices = [true], len = 0..=0)]
    pub flags: ::std::vec::Vec<bool>,
    #[tune(len = 1..=2, default = [_; 2])]
    pub items: Vec<T>,
    pub maybe: Option<T>,
    pub pairs: [[Option<T>; 1]; N],
    #[tune(len = 1..=1, default = None)]
    pub layers: Option<Vec<Option<Layer>>>,
    #[tune(range = 1..=2)]
    pub none: [u8; 0],
}

#[derive(Tunable, Default)]
pub struct Layer {
    pub on: bool,
}

fn main() {
    let _ = Model::<Layer, 3>::space();
}
