//! `Tunable::build`: a value out of what a source gives.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, Type};

use super::param::holder;
use super::{arm_space, indexed, own_space, some};
use crate::model::{Content, Field, Param, Part, Role, Shape, Shared, Variant};
use crate::types::Known;

/// The body for a struct.
pub(super) fn group(fields: &[Field]) -> TokenStream {
    let values = values(fields, &own_space());
    let unused = fields
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
            Content::Newtype(ty) => {
                tokens!(Self::#ident(<#ty as __docktuna::Tunable>::build(__source)?))
            }
            Content::Named(fields) => {
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

fn values(fields: &[Field], space: &TokenStream) -> TokenStream {
    indexed(fields)
        .map(|(index, field)| {
            let (ident, value) = (&field.ident, placed(field, value(field, index, space)));
            tokens!(#ident: #value,)
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

fn value(field: &Field, index: Option<usize>, space: &TokenStream) -> TokenStream {
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
        Shape::Nested(ty) => nested(ty, name),
        Shape::Scalar(param) if param.known == Known::Other => scalar(param, name, index, space),
        Shape::Scalar(param) => {
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
        Shape::Nested(ty) => tokens!(<#ty as __docktuna::Tunable>::build(__source)),
        Shape::Scalar(param) if param.known == Known::Other => {
            let (ty, holder) = (&param.ty, holder(param));
            tokens! {
                {
                    let __param = #space.param();
                    __docktuna::Source::param(__source, __param)
                        .map(|__stored| <#ty as #holder>::read(__param.domain(), __stored))
                }
            }
        }
        Shape::Scalar(param) => {
            let ty = &param.ty;
            tokens!(__docktuna::build_param::<#ty, __S>(__source, #space))
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

/// A parameter of a type that the macro does not know, by the trait's own path for the same reason.
fn scalar(param: &Param, name: &str, index: Option<usize>, space: &TokenStream) -> TokenStream {
    let (ty, holder) = (&param.ty, holder(param));
    tokens! {
        {
            let __param = #space.field(#index).space().param();
            __docktuna::Source::enter(__source, #name);
            let __stored = __docktuna::Source::param(__source, __param)?;
            __docktuna::Source::leave(__source);
            <#ty as #holder>::read(__param.domain(), __stored)
        }
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
