#![deny(warnings, missing_docs)]

//! What rustdoc reads as documentation is a description.

use docktuna::Tunable;

/// A text of two parts.
macro_rules! unit {
    ($what:literal) => {
        concat!("The ", $what, ",\n   in seconds.")
    };
}

/// Makes a struct whose descriptions are given.
macro_rules! described {
    ($name:ident, $doc:expr) => {
        #[doc = $doc]
        #[derive(Tunable)]
        pub struct $name {
            #[doc = $doc]
            #[tune(range = 1..=8)]
            pub x: u8,
        }
    };
}
described!(Literal, " a\n literal ");
described!(Expression, concat!(" an ", "expression"));

/// Settings.
#[derive(Tunable)]
pub struct Model<T> {
    /// First line,
    #[doc = concat!("the ", "second:")]
    ///
    ///   and the *third*.
    #[tune(range = 1..=8)]
    pub mixed: u8,
    #[doc = include_str!("description.md")]
    #[tune(range = 1..=8)]
    pub included: u8,
    #[doc = unit!("time")]
    #[doc(alias = "seconds")]
    #[tune(range = 1..=8)]
    pub own_macro: u8,
    /// Of a type that is a parameter.
    #[doc = concat!("x", "y")]
    pub generic: T,
    /// An enum.
    pub kind: Kind,
}

/// An enum.
#[derive(Tunable)]
pub enum Kind {
    #[doc = concat!("One", " variant.")]
    One,
    /// Another.
    Other,
}

fn main() {
    let doc = |i| Model::<bool>::SPACE.field(i).doc();
    assert_eq!(doc(0), "First line, the second: and the *third*.");
    assert_eq!(doc(1), "Written in a file, on two lines, with an é.");
    assert_eq!(doc(2), "The time, in seconds.");
    assert_eq!(doc(3), "Of a type that is a parameter. xy");
    assert_eq!(doc(4), "An enum.");
    let arms = Kind::SPACE.switch().arms();
    assert_eq!((arms[0].doc(), arms[1].doc()), ("One variant.", "Another."));
    assert_eq!(Literal::SPACE.field(0).doc(), "a literal");
    assert_eq!(Expression::SPACE.field(0).doc(), "an expression");
}
