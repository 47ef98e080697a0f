//! `Tunable::build`: a value out of what a source gives.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, Type};

use super::param::is_plain;
use super::{arm_space, convert, indexed, own_space, some};
use crate::model::{Content, Field, Fields, Param, Part, Role, Shape, Shared, Variant};

/// The body for a struct.
pub(super) fn group(fields: &Fields) -> TokenStream {
    let values = values(fields, &own_space());
    let unused = fields
        .list
        .iter()
        .all(|field| !asks(field))
        .then(|| tokens!(let _ = __source;));
    tokens! {
        #unused
        __docktuna::Result::Ok(Self { #values })
    }
}

/// The body for an enum.
pub(super) fn switch(variants: &[Variant]) -> TokenStream {
    let drawn: Vec<&Variant> = variants
        .iter()
        .filter(|v| !matches!(v.content, Content::Skipped))
        .collect();
    let arms = drawn.iter().enumerate().map(|(index, variant)| {
        // A source stays inside the domain, so the last label is what remains.
        let pattern = if index + 1 == drawn.len() {
            tokens!(_)
        } else {
            tokens!(#index)
        };
        let ident = &variant.ident;
        let value = match &variant.content {
            Content::Fields(fields) => {
                let values = values(fields, &arm_space(index));
                tokens!(Self::#ident { #values })
            }
            Content::Unit | Content::Skipped => tokens!(Self::#ident {}),
        };
        tokens!(#pattern => #value,)
    });
    let space = own_space();
    tokens! {
        let __value = match __docktuna::enter_arm(__source, #space)? { #(#arms)* };
        __docktuna::Source::leave(__source);
        __docktuna::Result::Ok(__value)
    }
}

/// Whether building the field asks the source.
fn asks(field: &Field) -> bool {
    !matches!(
        field.role,
        Role::Skip(_)
            | Role::Stored {
                part: Part::Fixed(_),
                ..
            }
    )
}

fn values(fields: &Fields, space: &TokenStream) -> TokenStream {
    if let Some((_, part)) = fields.whole() {
        let value = match part {
            Part::Fixed(_) => None,
            Part::Searched(shape) => Some(result(shape, space)),
        };
        return each(fields, |_, field| match (&field.role, &value) {
            (Role::Stored { .. }, Some(value)) => tokens!(#value?),
            _ => value_of(field, None, space),
        });
    }
    each(fields, |index, field| {
        placed(field, value_of(field, index, space))
    })
}

/// The fields of a newtype, where the one that counts has the value `inner`.
pub(super) fn around(fields: &Fields, inner: &TokenStream) -> TokenStream {
    each(fields, |_, field| match field.role {
        Role::Stored { .. } => inner.clone(),
        Role::Skip(_) | Role::Flatten => value_of(field, None, &own_space()),
    })
}

fn each(fields: &Fields, value: impl Fn(Option<usize>, &Field) -> TokenStream) -> TokenStream {
    indexed(&fields.list)
        .map(|(index, field)| {
            let (member, value) = (&field.member, value(index, field));
            tokens!(#member: #value,)
        })
        .collect()
}

/// The value of a field, asked for beside the variant if that is left out of its name.
fn placed(field: &Field, value: TokenStream) -> TokenStream {
    let Some(Shared { label, .. }) = &field.shared else {
        return value;
    };
    tokens! {
        {
            __docktuna::Source::leave(__source);
            let __value = #value;
            __docktuna::Source::enter(__source, #label);
            __value
        }
    }
}

fn value_of(field: &Field, index: Option<usize>, space: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    match &field.role {
        Role::Skip(value) => given(value.as_ref(), ty),
        Role::Flatten => nested(ty, ""),
        Role::Stored { part, name, .. } => match part {
            Part::Fixed(value) => given(value.as_ref(), ty),
            Part::Searched(shape) => searched(shape, name, index, space),
        },
    }
}

fn searched(shape: &Shape, name: &str, index: Option<usize>, space: &TokenStream) -> TokenStream {
    match shape {
        Shape::Nested(ty, _) => nested(ty, name),
        Shape::Scalar(param) if is_plain(param) => {
            let ty = &param.ty;
            tokens!(__docktuna::build_scalar::<#ty, __S>(__source, #space, #index)?)
        }
        _ => {
            let value = result(shape, &tokens!(__space));
            tokens! {
                {
                    let __space = #space.field(#index).space();
                    __docktuna::Source::enter(__source, #name);
                    let __value = #value?;
                    __docktuna::Source::leave(__source);
                    __value
                }
            }
        }
    }
}

/// The result of building what is at `space`.
fn result(shape: &Shape, space: &TokenStream) -> TokenStream {
    match shape {
        Shape::Nested(ty, _) => tokens!(<#ty as __docktuna::Tunable>::build(__source)),
        Shape::Scalar(param) if is_plain(param) => {
            let ty = &param.ty;
            tokens!(__docktuna::build_param::<#ty, __S>(__source, #space))
        }
        Shape::Scalar(param) => scalar(param, space),
        Shape::Tuple(elements) => {
            let elements = elements.iter().enumerate().map(|(index, element)| {
                let element = result(element, &tokens!(#space.field(#index).space()));
                let name = index.to_string();
                tokens!(__docktuna::build_part(__source, #name, |__source| #element)?,)
            });
            tokens! {
                __docktuna::build_tuple(__source, |__source| {
                    __docktuna::Result::Ok((#(#elements)*))
                })
            }
        }
        Shape::Optional(inner, _) => {
            let inner = result(inner, &some(space));
            tokens!(__docktuna::build_option(__source, #space, |__source| #inner))
        }
        Shape::Array { element, .. } => {
            let element = result(element, &super::element(space));
            tokens!(__docktuna::build_array(__source, |__source| #element))
        }
        Shape::Vector { element, .. } => {
            let element = result(element, &super::element(space));
            tokens!(__docktuna::build_vec(__source, #space, |__source| #element))
        }
    }
}

/// A part that builds itself. It is called by the trait's own path, as everywhere: a type without
/// the trait is then one and the same mistake for the compiler, and reported once.
fn nested(ty: &Type, name: &str) -> TokenStream {
    tokens! {
        {
            __docktuna::Source::enter(__source, #name);
            let __value = <#ty as __docktuna::Tunable>::build(__source)?;
            __docktuna::Source::leave(__source);
            __value
        }
    }
}

/// A parameter of a type that the macro does not know, by the trait's own path for the same reason, or of a type
/// that it is converted to.
fn scalar(param: &Param, space: &TokenStream) -> TokenStream {
    let ty = &param.ty;
    let held = tokens!(<#ty as __docktuna::Scalar>::build_from(__source, #space.param()));
    match &param.conversion {
        Some(conversion) => convert::build(conversion, ty, &held),
        None => held,
    }
}

/// The value of a field that is not searched.
fn given(value: Option<&Expr>, ty: &Type) -> TokenStream {
    match value {
        Some(value) => tokens!(#value),
        None => quote_spanned!(ty.span().resolved_at(proc_macro2::Span::mixed_site()) =>
            <#ty as __docktuna::Given>::given()),
    }
}
