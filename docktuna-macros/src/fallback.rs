//! What stands in for the implementation beside errors, so that one mistake does not make every
//! use of the type a mistake too.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::DeriveInput;
use syn::ext::IdentExt;

use crate::attr::{self, Key, Place};
use crate::{diag, expand};

/// The errors, and an implementation that compiles and is never run.
pub(crate) fn input(input: &DeriveInput, errors: &[syn::Error]) -> TokenStream {
    let errors = errors.iter().map(syn::Error::to_compile_error);
    let runtime = runtime(input);
    let runtime = expand::runtime(runtime.as_ref());
    let ident = &input.ident;
    let name = ident.unraw().to_string();
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote_spanned! { Span::mixed_site() =>
        #(#errors)*
        const _: () = {
            use #runtime::__private as __docktuna;
            #[automatically_derived]
            impl #impl_generics __docktuna::Tunable for #ident #ty_generics #where_clause {
                const NAME: &'static ::core::primitive::str = #name;
                const SPACE: &'static __docktuna::Space = __docktuna::Space::EMPTY;
                fn build<__S: __docktuna::Source + ?::core::marker::Sized>(
                    _: &mut __S,
                ) -> __docktuna::Result<Self, __S::Error> {
                    ::core::unreachable!()
                }
                fn record<__K: __docktuna::Sink + ?::core::marker::Sized>(
                    &self,
                    _: &mut __K,
                ) -> __docktuna::Result<(), __K::Error> {
                    ::core::unreachable!()
                }
            }
        };
    }
}

/// The path given by `crate = path`, if that option is readable.
fn runtime(input: &DeriveInput) -> Option<syn::Path> {
    let mut path = None;
    // Every mistake was reported in the first reading.
    let _ = diag::collect(|diag| {
        let subject = diag.about("");
        let attrs = attr::read(&input.attrs, Place::Struct, &subject);
        path = attrs
            .get(Key::Crate)
            .and_then(|entry| entry.path(&subject))
            .cloned();
        Some(())
    });
    path
}
