//! Fields and variants that exist only under some configuration.

#![deny(warnings)]

use docktuna::Tunable;

#[derive(Tunable)]
#[cfg_attr(all(), tune(rename_all = "camelCase"))]
#[cfg_attr(any(), tune(no_such_option))]
pub struct Model {
    #[cfg(all())]
    #[tune(range = 1..=8)]
    pub hidden_layers: u8,
    #[cfg(any())]
    pub gone: NoSuchType,
    #[cfg_attr(all(), tune(range = 0.0..=1.0, default = 0.5))]
    #[cfg_attr(any(), tune(skip))]
    pub dropout: f64,
    #[cfg(any())]
    #[tune(rnage = 1..=8)]
    pub mistaken: u8,
    pub kind: Kind,
}

#[derive(Tunable)]
pub enum Kind {
    #[cfg(any())]
    Gone(NoSuchType),
    #[cfg(all())]
    There {
        #[cfg(any())]
        gone: u8,
        #[cfg(all())]
        on: bool,
    },
    #[cfg_attr(all(), tune(skip))]
    Skipped(u8, u8),
}

fn main() {
    let names: Vec<&str> = (0..3).map(|i| Model::SPACE.field(i).name()).collect();
    assert_eq!(names, ["hiddenLayers", "dropout", "kind"]);
    let arms = Kind::SPACE.switch().arms();
    assert_eq!((arms.len(), arms[0].label()), (1, "There"));
    assert_eq!(arms[0].space().field(0).name(), "on");
}
