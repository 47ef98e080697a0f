#![deny(warnings)]
#![allow(non_camel_case_types)]

use docktuna::Tunable;

#[derive(Tunable)]
pub struct r#struct {
    #[tune(range = 1..=8)]
    pub r#type: u8,
    pub r#match: r#enum,
}

#[derive(Tunable)]
pub enum r#enum {
    r#if,
    r#else { r#loop: bool },
}

fn main() {
    assert_eq!(<r#struct as Tunable>::NAME, "struct");
    assert_eq!(r#struct::SPACE.field(0).name(), "type");
    let arms = r#enum::SPACE.switch().arms();
    assert_eq!((arms[0].label(), arms[1].label()), ("if", "else"));
    assert_eq!(arms[1].space().field(0).name(), "loop");
}
