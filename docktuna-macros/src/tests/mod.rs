//! What the macro makes of its input, without the compiler around it.

mod expand_enum;
mod expand_rules;
mod expand_shared;
mod expand_struct;
mod expand_types;
mod mistakes;
mod mutation;
mod random;

use syn::DeriveInput;

use crate::{check, diag, expand};

/// The implementation for a type without mistakes, as rustfmt would print it.
fn expanded(input: &str) -> String {
    let input: DeriveInput = syn::parse_str(input).expect("an item");
    let Ok(model) = diag::collect(|diag| check::input(&input, diag)) else {
        panic!("mistakes: {:?}", mistakes_of(&input));
    };
    let file = syn::parse2(expand::input(&model)).expect("valid Rust");
    prettyplease::unparse(&file)
}

/// The texts of all mistakes.
fn mistakes(input: &str) -> Vec<String> {
    mistakes_of(&syn::parse_str(input).expect("an item"))
}

fn mistakes_of(input: &DeriveInput) -> Vec<String> {
    match diag::collect(|diag| check::input(input, diag)) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}
