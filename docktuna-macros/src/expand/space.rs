//! The description of the space.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Type;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::constants::Constants;
use super::param::{call, domain_tokens, param};
use crate::attr::{Doc, DocPart};
use crate::model::{
    Content, Enum, Field, Fields, Label, OptionDefault, Part, Role, Shape, Shared, Variant,
};
use crate::types::in_pointer;

/// The spaces of the fields that share a name, as the first branch has them.
type SharedSpaces = HashMap<String, TokenStream>;

/// A struct: an expression of type `&'static Space`.
pub(super) fn whole(
    fields: &Fields,
    root: Option<&String>,
    constants: &mut Constants,
) -> TokenStream {
    let mut shared = SharedSpaces::new();
    match fields.whole() {
        None => {
            let group = branch(&fields.list, &mut shared, constants);
            tokens!(&#group)
        }
        Some(_) => {
            let space = inside(fields, &mut shared, constants);
            match root {
                Some(root) => tokens!(const { &#space.root(#root) }),
                None => space,
            }
        }
    }
}

/// What is in a struct or a variant: an expression of type `&'static Space`.
fn inside(fields: &Fields, shared: &mut SharedSpaces, constants: &mut Constants) -> TokenStream {
    match fields.whole() {
        Some((field, part)) => self::part(part, &description_of(field), constants),
        None => {
            let group = branch(&fields.list, shared, constants);
            tokens!(const { &#group })
        }
    }
}

fn description_of(field: &Field) -> TokenStream {
    match &field.role {
        Role::Stored { doc, .. } => description(doc),
        Role::Skip(_) | Role::Flatten => tokens!(""),
    }
}

/// What is in a variant, in the same form.
fn branch(fields: &[Field], shared: &mut SharedSpaces, constants: &mut Constants) -> TokenStream {
    let fields: Vec<TokenStream> = fields
        .iter()
        .filter_map(|f| field(f, shared, constants))
        .collect();
    tokens!(__docktuna::Space::Group(const { &[#(#fields),*] }))
}

fn field(
    field: &Field,
    shared: &mut SharedSpaces,
    constants: &mut Constants,
) -> Option<TokenStream> {
    let ty = &field.ty;
    match &field.role {
        Role::Skip(_) => None,
        Role::Flatten => {
            let space = tokens!(<#ty as __docktuna::Tunable>::SPACE);
            let space = call("flattened", &ty.to_token_stream(), &space);
            let space = constants.add(&tokens!(&'static __docktuna::Space), space);
            Some(tokens!(__docktuna::Field::new("", "", #space)))
        }
        Role::Stored {
            name,
            aliases,
            doc,
            part,
        } => {
            let (aliased, doc) = (aliased(aliases), description(doc));
            let space = self::part(part, &doc, constants);
            let Some(option) = &field.shared else {
                return Some(tokens!(__docktuna::Field::new(#name, #doc, #space) #aliased));
            };
            let space = match shared.get(name) {
                Some(first) => equal(&space, first, option, constants),
                None => space,
            };
            shared.entry(name.clone()).or_insert_with(|| space.clone());
            Some(tokens!(__docktuna::Field::new(#name, #doc, #space) #aliased .shared()))
        }
    }
}

/// What is stored of a field that is called `doc`: an expression of type `&'static Space`.
fn part(part: &Part, doc: &TokenStream, constants: &mut Constants) -> TokenStream {
    match part {
        Part::Fixed(value) => {
            let text = match value {
                Some(value) => tokens!(::core::stringify!(#value)),
                None => tokens!("Default::default()"),
            };
            tokens!(const { &__docktuna::Space::Fixed(#text) })
        }
        Part::Searched(searched) => shape(searched, doc, constants),
    }
}

/// C33: `shared` with different spaces. Only the compiler can compare them.
fn equal(
    space: &TokenStream,
    first: &TokenStream,
    shared: &Shared,
    constants: &mut Constants,
) -> TokenStream {
    let option = shared.option.to_token_stream();
    let space = call("equal_spaces", &option, &tokens!(#space, #first));
    constants.add(&tokens!(&'static __docktuna::Space), space)
}

/// A searched field: an expression of type `&'static Space`.
fn shape(searched: &Shape, doc: &TokenStream, constants: &mut Constants) -> TokenStream {
    let space = match searched {
        Shape::Nested(ty, label) => return nested(ty, label.as_ref(), constants),
        Shape::Tuple(elements) => {
            // A group has no description of its own.
            let elements = elements.iter().enumerate().map(|(index, element)| {
                let (name, space) = (index.to_string(), shape(element, doc, constants));
                tokens!(__docktuna::Field::new(#name, #doc, #space))
            });
            let elements: Vec<TokenStream> = elements.collect();
            tokens!(Group(const { &[#(#elements),*] }))
        }
        Shape::Scalar(scalar) => {
            let param = param(scalar, constants);
            tokens!(Param(#param))
        }
        Shape::Optional(inner, default) => {
            let inner = shape(inner, doc, constants);
            let label = match default {
                OptionDefault::Absent => None,
                OptionDefault::None => Some("none"),
                OptionDefault::Some => Some("some"),
            };
            let default =
                label.map(|label| tokens!(.default_label(const { &__docktuna::text(#label) })));
            tokens! {
                Switch(__docktuna::Switch::new(__docktuna::OPTION, const {
                    &[
                        __docktuna::Arm::new("none", "", __docktuna::Space::EMPTY),
                        __docktuna::Arm::new("some", "", #inner),
                    ]
                }) #default)
            }
        }
        Shape::Array {
            element,
            length,
            default,
        } => {
            let element = shape(element, doc, constants);
            let array = tokens!(__docktuna::Sequence::array(#length, #element));
            let array = match default {
                Some(default) => {
                    let written = default.to_token_stream();
                    let array = call("as_long", &written, &tokens!(#array, #default));
                    constants.add(&tokens!(__docktuna::Sequence), array)
                }
                None => array,
            };
            tokens!(Sequence(#array))
        }
        Shape::Vector { element, length } => {
            let element = shape(element, doc, constants);
            let written = domain_tokens(length);
            let short = length.is_literal();
            let length = param(length, constants);
            let vector = call("Sequence::vector", &written, &tokens!(#length, #element));
            let vector = if short {
                vector
            } else {
                constants.add(&tokens!(__docktuna::Sequence), vector)
            };
            tokens!(Sequence(#vector))
        }
    };
    tokens!(const { &__docktuna::Space::#space })
}

/// What is behind all pointers that the macro knows.
fn pointee(ty: &Type) -> &Type {
    in_pointer(ty).map_or(ty, pointee)
}

/// The space of a type that has one, with the field's own default.
fn nested(ty: &Type, label: Option<&Label>, constants: &mut Constants) -> TokenStream {
    let space = tokens!(<#ty as __docktuna::Tunable>::SPACE);
    let (check, written) = match label {
        None => return space,
        Some(Label::Text(text)) => {
            let label = tokens!(const { &__docktuna::text(#text) });
            let written = text.to_token_stream();
            (
                call("default_label", &written, &tokens!(#space, #label)),
                None,
            )
        }
        Some(Label::Variant(path)) => {
            let name = path
                .segments
                .last()
                .map(|last| last.ident.unraw().to_string());
            let name = name.unwrap_or_default();
            let written = path.to_token_stream();
            // That it is a variant of the field's type, the compiler says in its own words.
            let pointee = pointee(ty);
            let at = path.span().resolved_at(Span::mixed_site());
            let pattern = quote_spanned!(at => #path { .. });
            let variant = tokens! {
                let _ = |__value: &#pointee| match __value {
                    #pattern => true,
                    #[allow(unreachable_patterns)]
                    _ => false,
                };
            };
            (
                call("default_variant", &written, &tokens!(#space, #name)),
                Some(variant),
            )
        }
    };
    let space = tokens!({ #written const { &#check } });
    constants.add(&tokens!(&'static __docktuna::Space), space)
}

/// An enum: an expression of type `&'static Space`.
pub(super) fn switch(body: &Enum, root: Option<&String>, constants: &mut Constants) -> TokenStream {
    let drawn: Vec<&Variant> = body
        .variants
        .iter()
        .filter(|variant| !matches!(variant.content, Content::Skipped))
        .collect();
    let labels = drawn.iter().map(|variant| &variant.label);
    let mut shared = SharedSpaces::new();
    let arms: Vec<TokenStream> = drawn
        .iter()
        .map(|variant| arm(variant, &mut shared, constants))
        .collect();
    let default = body
        .default
        .as_ref()
        .map(|label| tokens!(.default_label(const { &__docktuna::text(#label) })));
    let root = root.map(|root| tokens!(.root(#root)));
    tokens! {
        &__docktuna::Space::Switch(__docktuna::Switch::new(
            const { &[#(__docktuna::text(#labels)),*] },
            const { &[#(#arms),*] },
        ) #default) #root
    }
}

fn arm(variant: &Variant, shared: &mut SharedSpaces, constants: &mut Constants) -> TokenStream {
    let space = match &variant.content {
        Content::Unit | Content::Skipped => tokens!(__docktuna::Space::EMPTY),
        Content::Fields(fields) => inside(fields, shared, constants),
    };
    let (label, doc) = (&variant.label, description(&variant.doc));
    let aliased = aliased(&variant.aliases);
    let name = variant.ident.unraw().to_string();
    let named = (name != *label).then(|| tokens!(.named(#name)));
    tokens!(__docktuna::Arm::new(#label, #doc, #space) #named #aliased)
}

/// What older versions called a field or an arm.
fn aliased(aliases: &[String]) -> Option<TokenStream> {
    (!aliases.is_empty()).then(|| tokens!(.aliased(&[#(#aliases),*])))
}

/// A description in one line. Where the macro does not know all of it, the compiler joins its lines.
pub(super) fn description(doc: &Doc) -> TokenStream {
    match doc.parts.as_slice() {
        [] => tokens!(""),
        [DocPart::Words(words)] => tokens!(#words),
        parts => {
            let parts = parts.iter().map(|part| match part {
                DocPart::Words(words) => tokens!(#words),
                DocPart::Expr(expr) => expr.to_token_stream(),
            });
            tokens! {
                {
                    const __TEXTS: &[&'static ::core::primitive::str] = &[#(#parts),*];
                    const __LINE: [::core::primitive::u8; __docktuna::line_length(__TEXTS)] =
                        __docktuna::line(__TEXTS);
                    __docktuna::line_text(&__LINE)
                }
            }
        }
    }
}
