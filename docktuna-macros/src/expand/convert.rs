//! Fields whose value is made of another type's.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, Ident, Type};

use crate::model::Conversion;

/// The result of making the field's value out of what the parameter holds, which is the result `held` of type
/// `inner`.
pub(super) fn build(conversion: &Conversion, inner: &Type, held: &TokenStream) -> TokenStream {
    let from = from(conversion, inner);
    tokens! {
        match #held {
            __docktuna::Result::Ok(__inner) => __docktuna::built(__source, #from),
            __docktuna::Result::Err(__error) => __docktuna::Result::Err(__error),
        }
    }
}

/// The result of handing over what the field's value, behind the reference `value`, is converted to.
pub(super) fn record(
    conversion: &Conversion,
    inner: &Type,
    value: &TokenStream,
    space: &TokenStream,
) -> TokenStream {
    let (from, into) = (from(conversion, inner), into(conversion, inner));
    let ty = &conversion.ty;
    let at = ty.span().resolved_at(Span::mixed_site());
    let kept = quote_spanned!(at => __docktuna::kept::<#ty, #inner>);
    tokens! {
        match #kept(#value, |__value| #into, |__inner| #from) {
            __docktuna::Result::Ok(__inner) => {
                <#inner as __docktuna::Scalar>::record_to(&__inner, __sink, #space.param())
            }
            __docktuna::Result::Err(__reason) => {
                __docktuna::Sink::refused(__sink, #space.param(), __reason)
            }
        }
    }
}

/// The field's value out of `__inner`: an expression of type `Result<_, String>`.
fn from(conversion: &Conversion, inner: &Type) -> TokenStream {
    let ty = &conversion.ty;
    match &conversion.from {
        Some(path) => function("from_inner", path, "__inner", inner, ty),
        None => by_traits(ty, inner, "from_inner", "__inner"),
    }
}

/// What the parameter holds out of `__value`: an expression of type `Result<_, String>`.
fn into(conversion: &Conversion, inner: &Type) -> TokenStream {
    let ty = &conversion.ty;
    match &conversion.into {
        Some(path) => function("into_inner", path, "__value", ty, inner),
        None => by_traits(ty, inner, "into_inner", "__value"),
    }
}

/// A call of the user's function, whose wrong signature is shown at its path.
fn function(name: &str, path: &Expr, argument: &str, from: &Type, to: &Type) -> TokenStream {
    let at = path.span().resolved_at(Span::mixed_site());
    let (name, argument) = (Ident::new(name, at), Ident::new(argument, at));
    let types = quote_spanned!(at => ::<#from, #to, _, _>);
    quote_spanned!(at => __docktuna::#name #types(#path, #argument))
}

/// A call of the first conversion that the types have. That they have none is shown at the type that is searched,
/// beside which the functions would stand.
fn by_traits(ty: &Type, inner: &Type, method: &str, argument: &str) -> TokenStream {
    let at = inner.span().resolved_at(Span::mixed_site());
    let (method, argument) = (Ident::new(method, at), Ident::new(argument, at));
    let called = quote_spanned! { at =>
        (&&&&&__docktuna::Types::<#inner, #ty>::NEW).#method(#argument)
    };
    tokens! {
        {
            #[allow(unused_imports)]
            use __docktuna::by_traits::*;
            #called
        }
    }
}
