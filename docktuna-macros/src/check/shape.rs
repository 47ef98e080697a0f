//! Searched fields: how their type is put together, down to what has a rule or a space of its own.

use proc_macro2::TokenStream;
use syn::{Expr, Type, parse_quote, parse_quote_spanned};

use super::{choice, default, range};
use crate::attr::{Attrs, Entry, Key};
use crate::diag::Subject;
use crate::limits::MOST_ELEMENTS;
use crate::model::{Conversion, Domain, OptionDefault, Param, Shape};
use crate::types::{self, Known};

/// What a field says about its values.
pub(super) struct Given<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) attrs: &'a Attrs,
    /// A range or choices.
    pub(super) rule: Option<&'a Entry>,
    /// Where something is missing.
    pub(super) at: TokenStream,
}

/// Whether all that is said of the field is its type, and nothing is known of that but what a single value or a
/// type with a space of its own may be.
pub(super) fn is_newtype(attrs: &Attrs, rule: Option<&Entry>, ty: &Type) -> bool {
    let contained = types::inside(ty).is_some() || types::in_tuple(ty).is_some();
    rule.is_none()
        && !contained
        && attrs
            .given(&[Key::Default, Key::As, Key::From, Key::Into, Key::Len])
            .is_empty()
}

/// The shape of a searched field.
pub(super) fn shape(given: &Given<'_>, ty: &Type) -> Option<Shape> {
    let default = given.attrs.get(Key::Default).and_then(Entry::value);
    if let Some(entry) = given.attrs.get(Key::Len) {
        one_vec(given, entry, ty)?;
    }
    of(given, ty, default)
}

fn of(given: &Given<'_>, ty: &Type, default: Option<&Expr>) -> Option<Shape> {
    let ruled = given.rule.is_some() || given.attrs.get(Key::As).is_some();
    let whole = !ruled && default.is_none() && vecs(ty) == 0;
    if let Some(inner) = types::in_option(ty)
        && !whole
    {
        let (default, own) = match default {
            Some(default) => default::in_option_default(given.subject, default)?,
            None => (None, OptionDefault::Absent),
        };
        return Some(Shape::Optional(Box::new(of(given, inner, default)?), own));
    }
    if let Type::Array(array) = types::peeled(ty)
        && !whole
    {
        let default = match default {
            Some(default) => Some(default::repeated(given.subject, default)?),
            None => None,
        };
        let element = of(given, &array.elem, default.map(|default| &*default.expr))?;
        if let Some(default) = default {
            default::as_long(given.subject, &array.len, &default.len)?;
        }
        return Some(Shape::Array {
            element: Box::new(element),
            length: Box::new(array.len.clone()),
            default: default.map(|default| default.len.clone()),
        });
    }
    if let Some(inner) = types::in_vec(ty) {
        let default = match default {
            Some(default) => Some(default::repeated(given.subject, default)?),
            None => None,
        };
        let length = length(given, ty, default.map(|default| &*default.len));
        let element = of(given, inner, default.map(|default| &*default.expr));
        return Some(Shape::Vector {
            length: Box::new(length?),
            element: Box::new(element?),
        });
    }
    if let Some(elements) = types::in_tuple(ty)
        && !whole
    {
        let defaults = match default {
            Some(default) => default::each(given.subject, default, elements.len())?,
            None => vec![None; elements.len()],
        };
        let elements: Vec<Option<Shape>> = elements
            .iter()
            .zip(defaults)
            .map(|(element, default)| of(given, element, default))
            .collect();
        return Some(Shape::Tuple(elements.into_iter().collect::<Option<_>>()?));
    }
    leaf(given, ty, default)
}

/// A type that holds no other one that the macro knows.
fn leaf(given: &Given<'_>, ty: &Type, default: Option<&Expr>) -> Option<Shape> {
    let Given { subject, attrs, .. } = *given;
    let conversion = conversion(given, ty);
    let held = conversion.as_ref().map_or(ty, |(held, _)| *held);
    let known = Known::of(types::innermost(held));
    let domain = match given.rule {
        Some(rule) => {
            holdable(subject, held, rule)?;
            match rule.key {
                Key::Range => ranged(subject, attrs, rule, &known)?,
                _ => choice::choices(subject, attrs, rule, &known)?,
            }
        }
        None if conversion.is_some() => {
            ruled(given, &known)?;
            Domain::Bool
        }
        None => match default.filter(|default| !default::is_own(default)) {
            Some(_) if known == Known::Bool => Domain::Bool,
            default => {
                searchable(given, ty)?;
                let label = match default {
                    Some(default) => Some(default::label(subject, attrs, ty, default, &known)?),
                    None => None,
                };
                return Some(Shape::Nested(Box::new(ty.clone()), label));
            }
        },
    };
    let default = match default {
        Some(default) => {
            default::unhidden(subject, ty, default, &known)?;
            Some(default::default_value(subject, default, &domain, &known)?)
        }
        None => None,
    };
    Some(Shape::Scalar(Box::new(Param {
        ty: held.clone(),
        conversion: conversion.map(|(_, conversion)| Box::new(conversion)),
        known,
        domain,
        default,
    })))
}

/// What the field is converted from and to, and how.
fn conversion<'a>(given: &'a Given<'_>, ty: &Type) -> Option<(&'a Type, Conversion)> {
    let attrs = given.attrs;
    let held = attrs.get(Key::As)?.ty()?;
    let function = |key| attrs.get(key).and_then(Entry::value).cloned();
    let conversion = Conversion {
        ty: ty.clone(),
        from: function(Key::From),
        into: function(Key::Into),
    };
    Some((held, conversion))
}

/// C1: `as` without a rule, of which only booleans need none.
fn ruled(given: &Given<'_>, known: &Known) -> Option<()> {
    if *known == Known::Bool {
        return Some(());
    }
    let entry = given.attrs.get(Key::As)?;
    given.subject.error(
        &entry.ident,
        "`as` says what is searched and not in which space; help: add range = low..=high, or choices = [a, b]",
    );
    None
}

/// C1: number without a rule.
fn searchable(given: &Given<'_>, ty: &Type) -> Option<()> {
    let mut leaves = types::leaves(ty).into_iter().map(Known::of);
    let Some(known) = leaves.find(Known::is_number) else {
        return Some(());
    };
    let name = known.name();
    given.subject.error(
        &given.at,
        format_args!(
            "{name} has no search space of its own; \
             help: add #[tune(range = low..=high)], choices, fixed or skip"
        ),
    );
    None
}

/// C19: a type that cannot be stored.
fn holdable(subject: &Subject<'_>, ty: &Type, rule: &Entry) -> Option<()> {
    if let Type::Path(_) | Type::Macro(_) | Type::Verbatim(_) = types::peeled(ty) {
        return Some(());
    }
    if Known::of(ty).is_text() {
        return Some(());
    }
    let rule = &rule.ident;
    subject.error(
        ty,
        format_args!(
            "`{rule}` needs a number, String or bool; help: say how the type becomes one and back, as = f64, \
             from = path, into = path, or derive Tunable for a type of your own, or use fixed or skip"
        ),
    );
    None
}

/// C38: `Vec` without `len`.
fn length(given: &Given<'_>, ty: &Type, default: Option<&Expr>) -> Option<Param> {
    let Given { subject, attrs, .. } = *given;
    let Some(entry) = attrs.get(Key::Len) else {
        subject.error(
            ty,
            "a Vec needs a length to be searched; help: add len = low..=high, or use fixed or skip",
        );
        return None;
    };
    let ty = parse_quote_spanned!(entry.ident.span().resolved_at(proc_macro2::Span::mixed_site()) =>
        ::core::primitive::usize);
    let known = Known::of(&parse_quote!(usize));
    let domain = range::linear(subject, entry, &known)?;
    short(subject, &domain)?;
    let default = match default {
        Some(default) => Some(range::default(subject, default, &domain, &known)?),
        None => None,
    };
    Some(Param {
        ty,
        conversion: None,
        known,
        domain,
        default,
    })
}

/// C38: a length beyond the limit; the compiler checks constants.
fn short(subject: &Subject<'_>, domain: &Domain) -> Option<()> {
    let Domain::Range(range) = domain else {
        return Some(());
    };
    let Some(high) = range.high.literal() else {
        return Some(());
    };
    if high.float <= MOST_ELEMENTS.into() {
        return Some(());
    }
    subject.error(
        &high.tokens,
        format!(
            "a searched Vec has at most {MOST_ELEMENTS} elements, each a parameter of its own; help: lower it"
        ),
    );
    None
}

/// C23: `len` without a Vec, or with one in another.
fn one_vec(given: &Given<'_>, entry: &Entry, ty: &Type) -> Option<()> {
    match vecs(ty) {
        1 => return Some(()),
        0 => given
            .subject
            .error(&entry.ident, "`len` belongs on a Vec; help: remove it"),
        _ => given.subject.error(
            ty,
            "`len` is the length of one Vec, here are several; \
             help: derive Tunable for a struct around the inner one",
        ),
    }
    None
}

/// How many vectors are in each other, looking through what the macro knows.
fn vecs(ty: &Type) -> usize {
    match (types::inside(ty), types::in_vec(ty)) {
        (Some(inner), vec) => usize::from(vec.is_some()) + vecs(inner),
        (None, _) => 0,
    }
}

/// A range on a type that is known not to be a number.
fn ranged(subject: &Subject<'_>, attrs: &Attrs, rule: &Entry, known: &Known) -> Option<Domain> {
    match known {
        Known::Bool => {
            subject.error(
                &rule.ident,
                "bool has no range; help: remove it, both values are drawn",
            );
            None
        }
        Known::Text(_) | Known::Char => {
            let example = if *known == Known::Char {
                "['a', 'b']"
            } else {
                "[\"a\", \"b\"]"
            };
            subject.error(
                &rule.ident,
                format_args!("{} has no range; help: choices = {example}", known.name()),
            );
            None
        }
        _ => range::range(subject, attrs, rule, known),
    }
}
