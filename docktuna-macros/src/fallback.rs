//! What stands in for the implementation beside errors, so that one mistake does not make every
//! use of the type a mistake too.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Type};

use crate::attr::{self, Key, Place};
use crate::types::Known;
use crate::{diag, expand};

/// The errors, and an implementation that compiles and is never run.
pub(crate) fn input(input: &DeriveInput, errors: &[syn::Error]) -> TokenStream {
    let errors = errors.iter().map(syn::Error::to_compile_error);
    let runtime = runtime(input);
    let runtime = expand::runtime(runtime.as_ref());
    let ident = &input.ident;
    let name = ident.unraw().to_string();
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let scalar = newtype(input).map(|ty| {
        quote_spanned! { Span::mixed_site() =>
            #[automatically_derived]
            impl #impl_generics __docktuna::Scalar for #ident #ty_generics #where_clause {
                type Inner = <#ty as __docktuna::Scalar>::Inner;
                fn from_inner(_: Self::Inner) -> __docktuna::Result<Self, __docktuna::BoxError> {
                    ::core::unreachable!()
                }
                fn to_inner(&self) -> __docktuna::Result<Self::Inner, __docktuna::BoxError> {
                    ::core::unreachable!()
                }
            }
        }
    });
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
            #scalar
        };
    }
}

/// The type that a struct is around, if that is a number, text or boolean by its name.
fn newtype(input: &DeriveInput) -> Option<&Type> {
    let Data::Struct(data) = &input.data else {
        return None;
    };
    let mut fields = match &data.fields {
        Fields::Unnamed(fields) => fields.unnamed.iter(),
        Fields::Named(_) | Fields::Unit => return None,
    };
    let (first, rest) = (fields.next()?, fields.next());
    (rest.is_none() && Known::of(&first.ty) != Known::Other).then_some(&first.ty)
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
