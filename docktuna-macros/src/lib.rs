//! The derive macro of docktuna; use it through that crate, which documents it.

mod attr;
mod check;
mod decimal;
mod diag;
mod expand;
mod fallback;
mod limits;
mod model;
mod rename;
mod suggest;
#[cfg(test)]
mod tests;
mod types;

use proc_macro2::TokenStream;
use syn::DeriveInput;

/// The derive; the crate docktuna documents it, where its examples can run.
#[proc_macro_derive(Tunable, attributes(tune))]
pub fn derive_tunable(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match syn::parse(input) {
        Ok(input) => tunable(&input).into(),
        Err(error) => error.to_compile_error().into(),
    }
}

fn tunable(input: &DeriveInput) -> TokenStream {
    match diag::collect(|diag| check::input(input, diag)) {
        Ok(model) => expand::input(&model),
        Err(errors) => fallback::input(input, &errors),
    }
}
