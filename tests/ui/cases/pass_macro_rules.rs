#![deny(warnings)]

use docktuna::Tunable;

macro_rules! model {
    ($name:ident, $ty:ty, $range:expr, $low:expr, $high:literal, $stored:literal, $list:expr) => {
        #[derive(Tunable)]
        #[doc = concat!("Made by ", "a macro.")]
        pub struct $name {
            #[tune(range = $range, log)]
            pub a: $ty,
            #[tune(range = $low..=$high, rename = $stored, default = $high)]
            pub b: $ty,
            #[tune(range = $low..=$high)]
            pub c: Option<$ty>,
            #[tune(choices = $list, default = $low)]
            pub d: $ty,
            #[tune(fixed = $low)]
            pub e: $ty,
        }
    };
}

model!(Floats, f64, 1e-5..=1e-1, 0.1, 0.5, "bee", [0.1, 0.2]);
model!(Integers, u8, 1..=8, 1, 5, "bee", [1, 2]);

macro_rules! fields {
    ($($field:ident: $ty:ty = $low:tt to $high:tt;)*) => {
        #[derive(Tunable)]
        pub struct Listed {
            $(#[tune(range = $low..=$high)] pub $field: $ty,)*
        }
    };
}

fields! {
    rate: f64 = 0.0 to 1.0;
    layers: u8 = 1 to 8;
    shift: i8 = (-3) to (3);
}

fn main() {
    let names = |space: &'static docktuna::Space| (0..4).map(|i| space.field(i).name()).collect::<Vec<_>>();
    assert_eq!(names(Floats::SPACE), ["a", "bee", "c", "d"]);
    assert_eq!(names(Integers::SPACE), ["a", "bee", "c", "d"]);
    let _ = Listed::space();
}
