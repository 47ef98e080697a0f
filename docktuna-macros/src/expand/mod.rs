//! From what is valid to Rust. Nothing in here can fail.
//!
//! All names that the generated code makes up start with two underscores and have the hygiene of
//! `macro_rules!`; all others are absolute, so that nothing in the user's scope is mistaken for
//! them. Types and bounds keep the user's spans: there the compiler shows what it does not accept.

/// `quote!` with the hygiene of `macro_rules!`.
macro_rules! tokens {
    ($($token:tt)*) => {
        ::quote::quote_spanned! { ::proc_macro2::Span::mixed_site() => $($token)* }
    };
}

mod build;
mod constants;
mod convert;
mod newtype;
mod param;
mod record;
mod rules;
mod space;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Generics, Path, Type, WherePredicate, parse_quote};

use self::constants::Constants;
use crate::model::{Body, Field, Input, Role, Study};
use crate::types::peeled;

/// The implementation of `Tunable`.
pub(crate) fn input(input: &Input) -> TokenStream {
    let mut constants = Constants::new(&input.generics);
    let runtime = runtime(input.runtime.as_ref());
    let allowed = allowed();
    let scalar = match &input.body {
        Body::Struct(fields) => fields
            .newtype()
            .map(|field| newtype::scalar(input, fields, field)),
        Body::Enum(_) => None,
    };
    let tunable = match &input.body {
        Body::Struct(fields) if !newtype::may_be_tunable(fields) => None,
        _ => Some(tunable(input, &mut constants)),
    };
    let constants = constants.items();
    tokens! {
        #allowed
        const _: () = {
            use #runtime::__private as __docktuna;
            #constants
            #tunable
            #scalar
        };
    }
}

fn tunable(input: &Input, constants: &mut Constants) -> TokenStream {
    let (space, build, record) = match &input.body {
        Body::Struct(fields) => (
            space::whole(fields, input.root.as_ref(), constants),
            build::group(fields),
            record::group(fields, &input.rules),
        ),
        Body::Enum(body) => (
            space::switch(body, input.root.as_ref(), constants),
            build::switch(&body.variants),
            record::switch(&body.variants, &input.rules),
        ),
    };
    let study = study(&input.study);
    let ident = &input.ident;
    let name = ident.unraw().to_string();
    let doc = (!input.doc.parts.is_empty()).then(|| {
        let doc = space::description(&input.doc);
        tokens!(const DOC: &'static ::core::primitive::str = #doc;)
    });
    let generics = bounded(input);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    tokens! {
        #[automatically_derived]
        impl #impl_generics __docktuna::Tunable for #ident #ty_generics #where_clause {
            const NAME: &'static ::core::primitive::str = #name;
            #doc
            const SPACE: &'static __docktuna::Space = #space;
            #study
            fn build<__S: __docktuna::Source + ?::core::marker::Sized>(
                __source: &mut __S,
            ) -> __docktuna::Result<Self, __S::Error> {
                #build
            }
            fn record<__K: __docktuna::Sink + ?::core::marker::Sized>(
                &self,
                __sink: &mut __K,
            ) -> __docktuna::Result<(), __K::Error> {
                #record
            }
        }
    }
}

/// The path to the runtime crate.
pub(crate) fn runtime(given: Option<&Path>) -> TokenStream {
    given.map_or_else(|| tokens!(::docktuna), |path| tokens!(#path))
}

/// What generated code may do and handwritten code may not. Casts read one constant as both kinds
/// of number; which of the two counts is decided by the type.
fn allowed() -> TokenStream {
    tokens! {
        #[allow(
            deprecated,
            trivial_numeric_casts,
            unused_braces,
            unused_parens,
            clippy::cast_lossless,
            clippy::cast_possible_truncation,
            clippy::cast_possible_wrap,
            clippy::cast_precision_loss,
            clippy::default_numeric_fallback,
            clippy::unnecessary_cast
        )]
    }
}

/// The generics, with `T: Tunable` for every type parameter that is the whole type of a field, and with
/// `Default` for the type of every field whose value is not said anywhere else.
fn bounded(input: &Input) -> Generics {
    let nested: Vec<&Type> = input.body.nested();
    let nested: Vec<&Type> = nested.into_iter().flat_map(crate::types::leaves).collect();
    let params = input.generics.type_params().filter_map(|param| {
        // An `Option` or an array is tunable where what it holds is.
        nested.iter().find(|ty| is_param(ty, &param.ident))
    });
    let mut predicates: Vec<WherePredicate> = params
        .map(|ty| parse_quote!(#ty: __docktuna::Tunable))
        .collect();
    if let Body::Struct(fields) = &input.body {
        predicates.extend(newtype::bound(input, fields, "Tunable"));
    }
    with_given(input, predicates)
}

/// The generics with these predicates, and with `Default` where a value is taken by default.
fn with_given(input: &Input, mut predicates: Vec<WherePredicate>) -> Generics {
    let given = input.body.given();
    let given = given
        .iter()
        .filter(|ty| mentions_any(ty.to_token_stream(), &input.generics));
    // Of the field's type: more than that, such as `T: Default` for a `Vec<T>`, is not needed.
    predicates.extend(given.map(|ty| parse_quote!(#ty: ::core::default::Default)));
    let mut generics = input.generics.clone();
    if !predicates.is_empty() {
        generics.make_where_clause().predicates.extend(predicates);
    }
    generics
}

/// Whether a type or constant parameter is among the tokens.
fn mentions_any(tokens: TokenStream, generics: &Generics) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => {
            let mut types = generics.type_params().map(|param| &param.ident);
            let mut constants = generics.const_params().map(|param| &param.ident);
            types.any(|param| *param == ident) || constants.any(|param| *param == ident)
        }
        TokenTree::Group(group) => mentions_any(group.stream(), generics),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn is_param(ty: &Type, param: &syn::Ident) -> bool {
    matches!(peeled(ty), Type::Path(path) if path.qself.is_none() && path.path.is_ident(param))
}

/// What the type says about its studies, if it says anything.
fn study(study: &Study) -> TokenStream {
    if study.name.is_none() && study.objectives.is_empty() {
        return TokenStream::new();
    }
    let name = option(study.name.as_ref());
    let objectives = study.objectives.iter().map(|objective| {
        let direction = if objective.maximize {
            tokens!(Maximize)
        } else {
            tokens!(Minimize)
        };
        let metric = option(objective.metric.as_ref());
        tokens! {
            __docktuna::Objective { direction: __docktuna::Direction::#direction, name: #metric }
        }
    });
    tokens! {
        const STUDY: __docktuna::StudySpec =
            __docktuna::StudySpec { name: #name, objectives: &[#(#objectives),*] };
    }
}

fn option(text: Option<&String>) -> TokenStream {
    match text {
        Some(text) => tokens!(__docktuna::Option::Some(#text)),
        None => tokens!(__docktuna::Option::None),
    }
}

/// The space of the type itself, whatever else is called `SPACE`.
fn own_space() -> TokenStream {
    tokens!(<Self as __docktuna::Tunable>::SPACE)
}

/// The space of the arm at `index`.
fn arm_space(index: usize) -> TokenStream {
    let space = own_space();
    tokens!(#space.switch().arms()[#index].space())
}

/// What an `Option` at `space` holds.
fn some(space: &TokenStream) -> TokenStream {
    tokens!(#space.switch().arms()[1].space())
}

/// What each element of the array or vector at `space` is.
fn element(space: &TokenStream) -> TokenStream {
    tokens!(#space.sequence().element())
}

/// The stored fields of a group, with their places in it.
fn indexed(fields: &[Field]) -> impl Iterator<Item = (Option<usize>, &Field)> {
    let mut next = 0;
    fields.iter().map(move |field| {
        if let Role::Skip(_) = field.role {
            return (None, field);
        }
        next += 1;
        (Some(next - 1), field)
    })
}
