// Nothing that the user defines is taken for what the generated code means.
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

mod shadowed {
    use ::docktuna::Tunable as Derive;

    pub mod core {}
    pub mod std {}
    pub mod docktuna {}
    pub mod alloc {}

    #[derive(Derive)]
    pub struct Result {
        pub ok: bool,
    }

    #[derive(Derive)]
    pub struct Option {
        pub none: bool,
    }

    #[derive(Derive)]
    pub enum String {
        Ok,
        Err,
    }

    #[derive(Derive)]
    pub enum Default {
        Some(Result),
        None,
    }

    pub struct Vec;
    pub struct Box;
    pub struct Fn;
    pub struct ToString;
    pub struct Display;
    pub struct Ok;
    pub struct Some;
    pub struct None;
    pub struct Err;
    pub struct Sized;
    pub struct Source;
    pub struct Sink;
    pub struct Space;
    pub struct Field;
    pub struct Param;
    pub struct Value;
    pub struct str;
    pub struct i128;
    #[allow(non_upper_case_globals)]
    pub const source: u8 = 1;
    #[allow(non_upper_case_globals)]
    pub static sink: u8 = 1;
    pub const SPACE: u8 = 1;

    pub trait Tunable {
        fn build() {}
        fn record() {}
        fn space() {}
    }
    impl<T> Tunable for T {}

    const HIGH: u8 = 9;

    #[derive(Derive)]
    #[tune(objectives(minimize, maximize = "x"), validate = Self::validate, constraint(rule = Self::rule))]
    pub struct Model<S, K> {
        pub result: Result,
        pub option: Option,
        pub string: String,
        pub default: Default,
        pub s: S,
        pub k: K,
        #[tune(range = 1..=HIGH, default = HIGH)]
        pub number: u8,
        #[tune(fixed = source)]
        pub fixed: u8,
        #[tune(skip = sink)]
        pub skipped: u8,
        #[tune(skip)]
        pub text: ::std::string::String,
    }

    impl<S, K> Model<S, K> {
        pub const SPACE: u8 = 0;
        pub const NAME: u8 = 0;
        pub fn build() {}
        pub fn record(&self) {}
        pub fn validate(&self) -> ::std::result::Result<(), ::std::string::String> {
            ::std::result::Result::Ok(())
        }
        pub fn rule(&self) -> f64 {
            0.0
        }
        pub fn constraint(&self) {}
    }
}

fn main() {
    let space = <shadowed::Model<bool, bool> as docktuna::Tunable>::SPACE;
    assert_eq!(space.field(6).name(), "number");
}
