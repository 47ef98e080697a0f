//! Fields: which rule they have, and whether their type agrees.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Index, Member, Type, parse_quote};

use super::dependents::{dependents, nameless, shared};
use super::name::{Names, stored, stored_index};
use super::shape::{self, Given};
use crate::attr::{self, Attrs, Entry, Key, Place};
use crate::diag::{Diag, Subject};
use crate::model::{Field, Fields, Layout, Part, Role, Shape};
use crate::rename::Style;
use crate::types::{self, Known};

/// What decides where a field's value comes from.
const RULES: &[Key] = &[
    Key::Range,
    Key::Choices,
    Key::Fixed,
    Key::Skip,
    Key::Flatten,
];

/// What the fields are of.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    /// Its name, which stands before the place of an unnamed field in messages.
    pub(super) name: &'a str,
    pub(super) style: Option<Style>,
    /// The label, if it is a variant.
    pub(super) label: Option<&'a str>,
}

/// A field with what is written on it.
struct Read<'a> {
    field: &'a syn::Field,
    /// `None` if a mistake was reported, or it cannot be told what the field is.
    attrs: Option<Attrs>,
    subject: Subject<'a>,
    member: Member,
}

impl Read<'_> {
    fn skipped(&self) -> bool {
        let skip = |attrs: &Attrs| attrs.get(Key::Skip).is_some();
        is_marker(self.field, self.attrs.as_ref()) || self.attrs.as_ref().is_some_and(skip)
    }
}

/// The fields of a struct or of a variant.
pub(super) fn fields(diag: &Diag, fields: &syn::Fields, owner: Owner<'_>) -> Option<Fields> {
    let mut names = Names::default();
    let mut layout = Layout::Group;
    let read = fields.iter().enumerate();
    let read = read.map(|(index, field)| self::read(diag, index, field, owner));
    let list: Vec<Option<Field>> = if let syn::Fields::Unnamed(_) = fields {
        // What a field is depends on whether it is alone, so that all of them are read first.
        let read: Vec<Read<'_>> = read.collect();
        let alone = read.iter().filter(|read| !read.skipped()).count() == 1;
        if alone {
            layout = Layout::Transparent;
        }
        let fields = read.iter();
        fields
            .map(|read| one(read, owner, alone, &mut layout, &mut names))
            .collect()
    } else {
        read.map(|read| one(&read, owner, false, &mut layout, &mut names))
            .collect()
    };
    names.finish(diag);
    let list = list.into_iter().collect::<Option<_>>()?;
    Some(Fields { list, layout })
}

fn read<'a>(diag: &'a Diag, index: usize, field: &'a syn::Field, owner: Owner<'_>) -> Read<'a> {
    let (subject, member) = match &field.ident {
        Some(ident) => (diag.about(ident.unraw()), Member::Named(ident.clone())),
        None => (
            diag.about(format_args!("{}.{index}", owner.name)),
            Member::Unnamed(Index {
                index: u32::try_from(index).unwrap_or(u32::MAX),
                span: Span::mixed_site(),
            }),
        ),
    };
    let attrs = attr::read(&field.attrs, Place::Field, &subject);
    let attrs = (!subject.has_failed()).then_some(attrs);
    Read {
        field,
        attrs,
        subject,
        member,
    }
}

/// Whether the field has one value, which is not stored.
fn is_marker(field: &syn::Field, attrs: Option<&Attrs>) -> bool {
    types::is_phantom(&field.ty) && attrs.is_some_and(|attrs| attrs.given(RULES).is_empty())
}

/// C23: an option of what is stored, on a marker.
fn marked(subject: &Subject<'_>, attrs: &Attrs) -> Option<Role> {
    for entry in attrs.entries() {
        let name = &entry.ident;
        subject.error(
            name,
            format_args!("a PhantomData is not stored; help: remove `{name}`"),
        );
    }
    let only = parse_quote!(::core::marker::PhantomData);
    (!subject.has_failed()).then_some(Role::Skip(Some(only)))
}

fn one(
    read: &Read<'_>,
    owner: Owner<'_>,
    alone: bool,
    layout: &mut Layout,
    names: &mut Names,
) -> Option<Field> {
    let Read {
        field,
        subject,
        member,
        ..
    } = read;
    let attrs = read.attrs.as_ref()?;
    let with_role = |role, shared| Field {
        member: member.clone(),
        ty: field.ty.clone(),
        role,
        shared,
    };
    if is_marker(field, Some(attrs)) {
        return Some(with_role(marked(subject, attrs)?, None));
    }
    let rule = rule(subject, attrs)?;
    let key = rule.map(|rule| rule.key);
    let alone = alone && key != Some(Key::Skip);
    if alone {
        nameless(subject, attrs)?;
    }
    let dependents = dependents(subject, attrs, rule);
    let shared = shared(subject, attrs, rule, owner.label);
    let name = match key {
        Some(Key::Skip | Key::Flatten) => None,
        _ if alone => Some(String::new()),
        _ => {
            let styled = |name: &str| {
                owner
                    .style
                    .map_or_else(|| name.to_owned(), |s| s.field(name))
            };
            let stored = match member {
                Member::Named(ident) => stored(subject, attrs, ident, styled),
                Member::Unnamed(index) => stored_index(subject, attrs, index.index, &field.ty),
            };
            stored.map(|(name, at)| {
                names.insert(subject, &name, at);
                name
            })
        }
    };
    let aliases = names.aliases(subject, attrs);
    dependents?;
    let shared = shared?;
    owned(subject, &field.ty, rule, attrs)?;
    let role = match key {
        Some(Key::Flatten) => flatten(subject, &field.ty)?,
        Some(Key::Skip) => Role::Skip(rule.and_then(Entry::value).cloned()),
        _ => {
            // A name that cannot be stored does not hide a rule that is wrong.
            let part =
                if alone && owner.label.is_none() && shape::is_newtype(attrs, rule, &field.ty) {
                    *layout = Layout::Newtype;
                    Some(Part::Searched(Shape::Nested(
                        Box::new(field.ty.clone()),
                        None,
                    )))
                } else {
                    part(subject, attrs, rule, read)
                };
            Role::Stored {
                name: name?,
                aliases,
                doc: attrs.doc.clone(),
                part: part?,
            }
        }
    };
    Some(with_role(role, shared))
}

/// C20: two rules on a field.
fn rule<'a>(subject: &Subject<'_>, attrs: &'a Attrs) -> Option<Option<&'a Entry>> {
    let given = attrs.given(RULES);
    if let [first, second, ..] = given.as_slice() {
        subject.error(
            &second.ident,
            format_args!(
                "`{}` and `{}` cannot be combined; help: keep one",
                first.ident, second.ident
            ),
        );
        return None;
    }
    Some(given.first().copied())
}

/// C42: borrowed field.
fn owned(subject: &Subject<'_>, ty: &Type, rule: Option<&Entry>, attrs: &Attrs) -> Option<()> {
    let given = matches!(rule.map(|rule| rule.key), Some(Key::Fixed | Key::Skip));
    let held = given || attrs.get(Key::As).is_some() || Known::of(ty).is_text();
    if let (Type::Reference(_), false) = (types::peeled(ty), held) {
        subject.error(
            ty,
            "a searched field owns its value; help: String or &'static str, or fixed = .. or skip = ..",
        );
        return None;
    }
    Some(())
}

/// C37 for the types that are known by name; the compiler checks the others.
fn flatten(subject: &Subject<'_>, ty: &Type) -> Option<Role> {
    let nameless = types::inside(ty).is_some() || types::in_tuple(ty).is_some();
    if Known::of(ty) != Known::Other || nameless {
        subject.error(ty, "`flatten` needs a struct; help: remove `flatten`");
        return None;
    }
    Some(Role::Flatten)
}

fn part(
    subject: &Subject<'_>,
    attrs: &Attrs,
    rule: Option<&Entry>,
    read: &Read<'_>,
) -> Option<Part> {
    if let Some(fixed) = rule.filter(|rule| rule.key == Key::Fixed) {
        return Some(Part::Fixed(fixed.value().cloned()));
    }
    let at = match &read.field.ident {
        Some(ident) => ident.to_token_stream(),
        None => read.field.ty.to_token_stream(),
    };
    let given = Given {
        subject,
        attrs,
        rule,
        at,
    };
    shape::shape(&given, &read.field.ty).map(Part::Searched)
}
