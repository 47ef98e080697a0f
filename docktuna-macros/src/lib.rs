//! The derive macro of docktuna; use it through that crate, which documents it.

mod attr;
mod check;
mod decimal;
mod diag;
mod expand;
mod fallback;
mod member;
mod model;
mod rename;
mod suggest;
#[cfg(test)]
mod tests;
mod types;

use proc_macro2::TokenStream;
use syn::DeriveInput;

/// Makes a struct or an enum a search space.
///
/// A field without an attribute has to be of a type that is itself `Tunable`, such as `bool`,
/// another struct or an enum. Numbers and texts need a rule.
///
/// | on a field | meaning |
/// |---|---|
/// | `range = a..=b` | a number from `a` to `b`, both included; literals or constants |
/// | `log` | drawn uniformly in the logarithm |
/// | `step = s` | only `a`, `a + s`, `a + 2 s`, … |
/// | `choices = [a, b]` | one of the listed numbers, texts or booleans |
/// | `ordered` | beside `choices`: neighbours in the list are alike, as sizes are |
/// | `default = v` | the value in `T::defaults()`; for an `Option`, `None` or `Some(v)` |
/// | `fixed = v` | not searched, but recorded; without a value, `Default::default()` |
/// | `skip = v` | neither searched nor recorded; without a value, `Default::default()` |
/// | `rename = "x"` | the stored name |
/// | `flatten` | the fields of this struct are stored without the field's name |
///
/// | on a variant | meaning |
/// |---|---|
/// | `rename = "x"` | the stored label |
/// | `skip` | never drawn |
/// | `default` | the variant in `T::defaults()` |
/// | `rename_all = "style"` | how the names of its fields are written |
///
/// | on the struct or enum | meaning |
/// |---|---|
/// | `rename_all = "style"` | how the names of fields, or the labels of variants, are written |
/// | `study = "x"` | the study's name where none is given |
/// | `minimize`, `minimize = "metric"` | which way is better, and what is measured |
/// | `maximize`, `maximize = "metric"` | the same, upwards |
/// | `objectives(minimize = "loss", maximize = "accuracy")` | several objectives, in this order |
/// | `validate = path` | `fn(&T) -> Result<(), E>`: a configuration that it refuses is drawn again |
/// | `constraint(name = path)` | `fn(&T) -> f64`: above 0 the trial is infeasible and never the best |
/// | `crate = path` | where docktuna is found |
///
/// The styles are those of serde: `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`,
/// `snake_case`, `SCREAMING_SNAKE_CASE`, `kebab-case` and `SCREAMING-KEBAB-CASE`.
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
