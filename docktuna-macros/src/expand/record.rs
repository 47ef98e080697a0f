//! `Tunable::record`: a value's parameters, handed to a sink.

use proc_macro2::{Ident, TokenStream};
use quote::format_ident;
use syn::{Index, Type};

use super::param::is_plain;
use super::{arm_space, convert, indexed, own_space, rules};
use crate::model::{Content, Field, Fields, Param, Part, Role, Rules, Shape, Shared, Variant};

/// The body for a struct.
pub(super) fn group(fields: &Fields, rules: &Rules) -> TokenStream {
    let whole = fields.whole().is_some();
    let statements: Vec<TokenStream> = indexed(&fields.list)
        .filter_map(|(index, field)| {
            let member = &field.member;
            statement(field, whole, index, &tokens!(&self.#member), &own_space())
        })
        .collect();
    let rules = rules::hand_over(rules);
    let unused = (statements.is_empty() && rules.is_empty()).then(|| tokens!(let _ = __sink;));
    tokens! {
        #unused
        #(#statements)*
        #rules
        __docktuna::Result::Ok(())
    }
}

/// The body for an enum.
pub(super) fn switch(variants: &[Variant], rules: &Rules) -> TokenStream {
    let mut drawn = 0;
    let mut arms = Vec::new();
    for variant in variants {
        arms.push(arm(variant, drawn));
        drawn += usize::from(!matches!(variant.content, Content::Skipped));
    }
    let rules = rules::hand_over(rules);
    tokens! {
        match self { #(#arms)* }
        __docktuna::Sink::leave(__sink);
        #rules
        __docktuna::Result::Ok(())
    }
}

/// A skipped variant is handed over as well: the sink knows that its label is not allowed.
fn arm(variant: &Variant, index: usize) -> TokenStream {
    let (ident, label, space) = (&variant.ident, &variant.label, own_space());
    let enter = tokens!(__docktuna::record_arm(__sink, #space, #label)?;);
    match &variant.content {
        Content::Skipped | Content::Unit => tokens!(Self::#ident { .. } => { #enter }),
        Content::Fields(fields) => {
            let mut patterns = Vec::new();
            let mut statements = Vec::new();
            let space = arm_space(index);
            let whole = fields.whole().is_some();
            for (place, field) in indexed(&fields.list) {
                let (member, value) = (&field.member, binding(place.unwrap_or_default()));
                if let Some(statement) = statement(field, whole, place, &tokens!(#value), &space) {
                    patterns.push(tokens!(#member: #value));
                    statements.push(statement);
                }
            }
            tokens! {
                Self::#ident { #(#patterns,)* .. } => {
                    #enter
                    #(#statements)*
                }
            }
        }
    }
}

fn binding(place: usize) -> Ident {
    format_ident!("__field_{place}", span = proc_macro2::Span::mixed_site())
}

/// Hands over the field whose value is behind the reference `value`.
fn statement(
    field: &Field,
    whole: bool,
    index: Option<usize>,
    value: &TokenStream,
    space: &TokenStream,
) -> Option<TokenStream> {
    let ty = &field.ty;
    let statement = match &field.role {
        Role::Skip(_) => None,
        Role::Flatten => Some(nested(ty, "", value)),
        Role::Stored { part, name, .. } => match part {
            Part::Fixed(_) => None,
            Part::Searched(shape) if whole => {
                let recorded = result(shape, value, space);
                Some(tokens!(#recorded?;))
            }
            Part::Searched(shape) => Some(searched(shape, name, index, value, space)),
        },
    };
    statement.map(|statement| placed(field, statement))
}

/// The statement of a field, beside the variant if that is left out of its name.
fn placed(field: &Field, statement: TokenStream) -> TokenStream {
    let Some(Shared { label, .. }) = &field.shared else {
        return statement;
    };
    tokens! {
        __docktuna::Sink::leave(__sink);
        #statement
        __docktuna::Sink::enter(__sink, #label);
    }
}

fn searched(
    shape: &Shape,
    name: &str,
    index: Option<usize>,
    value: &TokenStream,
    space: &TokenStream,
) -> TokenStream {
    match shape {
        Shape::Nested(ty, _) => nested(ty, name, value),
        Shape::Scalar(param) if is_plain(param) => {
            let ty = &param.ty;
            tokens! {
                __docktuna::record_scalar::<#ty, __K>(__sink, #space, #index, #value)?;
            }
        }
        _ => {
            let recorded = result(shape, value, &tokens!(__space));
            tokens! {
                let __space = #space.field(#index).space();
                __docktuna::Sink::enter(__sink, #name);
                #recorded?;
                __docktuna::Sink::leave(__sink);
            }
        }
    }
}

/// The result of handing over what is at `space` and behind the reference `value`.
fn result(shape: &Shape, value: &TokenStream, space: &TokenStream) -> TokenStream {
    let inner = tokens!(__value);
    match shape {
        Shape::Nested(ty, _) => tokens!(<#ty as __docktuna::Tunable>::record(#value, __sink)),
        Shape::Scalar(param) if is_plain(param) => {
            let ty = &param.ty;
            tokens!(__docktuna::record_param::<#ty, __K>(__sink, #space, #value))
        }
        Shape::Scalar(param) => scalar(param, value, space),
        Shape::Tuple(elements) => {
            let elements = elements.iter().enumerate().map(|(index, element)| {
                let place = Index::from(index);
                let (name, inner) = (index.to_string(), tokens!(&(#value).#place));
                let element = result(element, &inner, &tokens!(#space.field(#index).space()));
                tokens!(__docktuna::record_part(__sink, #name, |__sink| #element)?;)
            });
            tokens! {
                __docktuna::record_tuple(__sink, |__sink| {
                    #(#elements)*
                    __docktuna::Result::Ok(())
                })
            }
        }
        Shape::Optional(some, _) => {
            let some = result(some, &inner, &super::some(space));
            tokens! {
                __docktuna::record_option(
                    __sink,
                    #space,
                    __docktuna::Option::as_ref(#value),
                    |#inner, __sink| #some,
                )
            }
        }
        Shape::Array { element, .. } => {
            let element = result(element, &inner, &super::element(space));
            tokens!(__docktuna::record_elements(__sink, #value, |#inner, __sink| #element))
        }
        Shape::Vector { element, .. } => {
            let element = result(element, &inner, &super::element(space));
            tokens!(__docktuna::record_vec(__sink, #space, #value, |#inner, __sink| #element))
        }
    }
}

fn scalar(param: &Param, value: &TokenStream, space: &TokenStream) -> TokenStream {
    let ty = &param.ty;
    match &param.conversion {
        Some(conversion) => convert::record(conversion, ty, value, space),
        None => tokens!(<#ty as __docktuna::Scalar>::record_to(#value, __sink, #space.param())),
    }
}

fn nested(ty: &Type, name: &str, value: &TokenStream) -> TokenStream {
    tokens! {
        __docktuna::Sink::enter(__sink, #name);
        <#ty as __docktuna::Tunable>::record(#value, __sink)?;
        __docktuna::Sink::leave(__sink);
    }
}
