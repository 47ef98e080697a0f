#![deny(warnings)]

use docktuna::{Tunable, Value};

type Rate = f32;
type Layers = u8;
type Name = String;
type Flag = bool;

const LOW: Rate = 0.25;
const NAMES: [&str; 2] = ["a", "b"];
const SIZE: u32 = 64;
const SMALL: f32 = 1e-5;
const DEFAULT: f32 = 1e-3;

#[derive(Tunable)]
pub struct Model {
    #[tune(range = 1e-5..=1e-1, log, default = 1e-3)]
    pub rate: Rate,
    #[tune(range = LOW..=1.0, step = LOW)]
    pub stepped: Rate,
    #[tune(range = 1..=8, step = 7)]
    pub layers: Layers,
    #[tune(choices = ["a", "b"], default = "b")]
    pub name: Name,
    #[tune(choices = [1, 2])]
    pub size: Layers,
    #[tune(choices = [0.1, 0.2])]
    pub share: Rate,
    #[tune(choices = [true])]
    pub flag: Flag,
    #[tune(choices = [NAMES[0], NAMES[1], "c"], default = NAMES[1])]
    pub constant_name: String,
    #[tune(choices = [SIZE, SIZE / 2, 7])]
    pub constant_size: u32,
    #[tune(range = 0.0..=1.0, default = Some(0.5))]
    pub maybe: Option<Rate>,
    #[tune(range = SMALL..=0.1, default = DEFAULT)]
    pub small: f32,
    #[tune(choices = [SMALL, 0.3])]
    pub one_of: f32,
    #[tune(default = Some(true))]
    pub maybe_on: Option<bool>,
}

fn main() {
    let stored = |i| Model::SPACE.field(i).space().param().default().cloned();
    // The text 1e-3, not the nearest f32.
    assert_eq!(stored(0), Some(Value::Float(1e-3)));
    assert_eq!(stored(3), Some(Value::from("b")));
    assert_eq!(stored(7), Some(Value::from("b")));
    // Constants too.
    assert_eq!(stored(10), Some(Value::Float(1e-3)));
    let domain = |i| format!("{:?}", Model::SPACE.field(i).space().param().domain());
    assert!(domain(10).contains("low: 1e-5"), "{}", domain(10));
    assert!(domain(11).contains("Float(1e-5), Float(0.3)"), "{}", domain(11));
}
