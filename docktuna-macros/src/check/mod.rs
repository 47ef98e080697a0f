//! From what was written to what is valid: one function per rule, with its text beside it.
//!
//! The numbers C1, C2, … are those of the table of mistakes, and of the files in `tests/ui`.

mod choice;
mod default;
mod dependents;
mod field;
mod name;
mod newtype;
mod number;
mod range;
mod rules;
mod shape;
mod study;

use syn::ext::IdentExt;
use syn::{Data, DataEnum, DeriveInput, Fields, Type};

use self::field::Owner;
use self::name::{Names, stored, style};
use crate::attr::{self, Attrs, Entry, Key, Place};
use crate::diag::{Diag, Subject};
use crate::model::{Body, Content, Enum, Input, Layout, Variant};
use crate::rename::Style;
use crate::types;

/// Checks a type. The result is worth something only if nothing was reported.
pub(crate) fn input(input: &DeriveInput, diag: &Diag) -> Option<Input> {
    let subject = diag.about(input.ident.unraw());
    let place = if matches!(input.data, Data::Enum(_)) {
        Place::Enum
    } else {
        Place::Struct
    };
    let attrs = attr::read(&input.attrs, place, &subject);
    let style = style(&subject, &attrs, Key::RenameAll);
    let fields_style = name::style(&subject, &attrs, Key::RenameAllFields);
    let runtime = attrs
        .get(Key::Crate)
        .and_then(|entry| entry.path(&subject))
        .cloned();
    let study = study::study(&subject, &attrs);
    let rules = rules::rules(&subject, &attrs);
    let root = root(&subject, &attrs);
    let name = input.ident.unraw().to_string();
    let owner = Owner {
        name: &name,
        style,
        label: None,
    };
    let body = match &input.data {
        Data::Struct(data)
            if !data.fields.is_empty() || matches!(data.fields, Fields::Named(_)) =>
        {
            field::fields(diag, &data.fields, owner).map(Body::Struct)
        }
        Data::Enum(data) => {
            variants(diag, &subject, input, data, style, fields_style).map(Body::Enum)
        }
        Data::Struct(_) | Data::Union(_) => shapeless(&subject, input),
    };
    let body = body?;
    endless(&subject, &input.ident, &body)?;
    named_root(&subject, &attrs, &body);
    newtype::searched_alone(&subject, &attrs, &body);
    Some(Input {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        runtime,
        study,
        rules,
        root,
        doc: attrs.doc,
        body,
    })
}

/// The name of the parameter that the type is, where it is tuned by itself.
fn root(subject: &Subject<'_>, attrs: &Attrs) -> Option<String> {
    let text = attrs.text(Key::Rename, subject)?;
    name::checked(subject, &text.value(), text)?;
    Some(text.value())
}

/// C23: `rename` on a struct whose fields have names.
fn named_root(subject: &Subject<'_>, attrs: &Attrs, body: &Body) {
    if let (Some(entry), Body::Struct(fields)) = (attrs.get(Key::Rename), body)
        && fields.layout == Layout::Group
    {
        subject.error(
            &entry.ident,
            "the fields of a struct are stored under their own names; help: remove `rename`, or write it at a field",
        );
    }
}

/// C39: a type that contains itself, as far as one type shows it.
fn endless(subject: &Subject<'_>, ident: &syn::Ident, body: &Body) -> Option<()> {
    for ty in body.nested() {
        let inner = inmost(ty);
        let itself = matches!(inner, Type::Path(path) if path.qself.is_none()
            && (path.path.is_ident("Self")
                || (path.path.segments.len() == 1 && path.path.segments[0].ident == *ident)));
        if itself {
            subject.error(
                ty,
                "a type that contains itself has an endless space; \
                 help: skip = .., or fixed = .., or a type of its own",
            );
            return None;
        }
    }
    Some(())
}

/// What is left of a type inside of all that the macro knows around it, pointers too.
fn inmost(ty: &Type) -> &Type {
    let inner = types::innermost(ty);
    types::in_pointer(inner).map_or(inner, inmost)
}

/// C29: unit struct, union.
fn shapeless(subject: &Subject<'_>, input: &DeriveInput) -> Option<Body> {
    let (what, help) = match &input.data {
        Data::Union(_) => ("a union", "use an enum"),
        _ => ("a unit struct", "write a struct with fields, or an enum"),
    };
    subject.error(
        &input.ident,
        format_args!("{what} has no names to store values under; help: {help}"),
    );
    None
}

fn variants(
    diag: &Diag,
    subject: &Subject<'_>,
    input: &DeriveInput,
    data: &DataEnum,
    style: Option<Style>,
    fields_style: Option<Style>,
) -> Option<Enum> {
    let mut names = Names::default();
    let mut defaults = Vec::new();
    let mut variants = Vec::new();
    let mut complete = true;
    for variant in &data.variants {
        match one_variant(
            diag,
            variant,
            [style, fields_style],
            &mut names,
            &mut defaults,
        ) {
            Some(variant) => variants.push(variant),
            None => complete = false,
        }
    }
    names.finish(diag);
    one_default(diag, &defaults);
    if !complete {
        return None;
    }
    usable(subject, input, &variants)?;
    Some(Enum {
        variants,
        default: defaults.into_iter().next().map(|(label, ..)| label),
    })
}

/// A default variant: its label, its name and its option.
type Default = (String, syn::Ident, Entry);

fn one_variant(
    diag: &Diag,
    variant: &syn::Variant,
    [style, fields_style]: [Option<Style>; 2],
    names: &mut Names,
    defaults: &mut Vec<Default>,
) -> Option<Variant> {
    let subject = diag.about(variant.ident.unraw());
    let attrs = attr::read(&variant.attrs, Place::Variant, &subject);
    let fields_style = name::style(&subject, &attrs, Key::RenameAll).or(fields_style);
    if subject.has_failed() {
        return None;
    }
    let styled = |name: &str| style.map_or_else(|| name.to_owned(), |style| style.variant(name));
    let (label, at) = stored(&subject, &attrs, &variant.ident, styled)?;
    names.insert(&subject, &label, at);
    let aliases = names.aliases(&subject, &attrs);
    let skip = attrs.get(Key::Skip);
    read_back(&subject, skip, &attrs);
    if let Some(default) = attrs.get(Key::Default) {
        drawn_default(&subject, skip, default);
        defaults.push((label.clone(), variant.ident.clone(), default.clone()));
    }
    named_fields_to_rename(&subject, variant, &attrs);
    let content = if skip.is_some() {
        // Its fields need no rules, but what is written on them has to make sense.
        for field in &variant.fields {
            attr::read(&field.attrs, Place::Field, &subject);
        }
        Content::Skipped
    } else {
        if variant.fields.is_empty() {
            Content::Unit
        } else {
            let owner = Owner {
                name: &variant.ident.unraw().to_string(),
                style: fields_style,
                label: Some(label.as_str()),
            };
            Content::Fields(field::fields(diag, &variant.fields, owner)?)
        }
    };
    Some(Variant {
        ident: variant.ident.clone(),
        label,
        aliases,
        doc: attrs.doc,
        content,
    })
}

/// C23: `rename_all` on a variant without fields to rename.
fn named_fields_to_rename(subject: &Subject<'_>, variant: &syn::Variant, attrs: &Attrs) {
    if let Some(entry) = attrs.get(Key::RenameAll)
        && !matches!(variant.fields, Fields::Named(_))
    {
        subject.error(
            &entry.ident,
            "`rename_all` belongs on a variant with named fields; help: use rename, or remove it",
        );
    }
}

/// C23: `alias` on a variant that no stored label may lead to.
fn read_back(subject: &Subject<'_>, skip: Option<&Entry>, attrs: &Attrs) {
    if let (Some(_), Some(entry)) = (skip, attrs.get(Key::Alias)) {
        subject.error(
            &entry.ident,
            "a skipped variant is not read back; help: remove `skip` or `alias`",
        );
    }
}

/// C24: default that is never drawn.
fn drawn_default(subject: &Subject<'_>, skip: Option<&Entry>, default: &Entry) {
    if skip.is_some() {
        subject.error(
            &default.ident,
            "a skipped variant cannot be the default; help: remove `skip` or `default`",
        );
    }
}

/// C21: two default variants.
fn one_default(diag: &Diag, defaults: &[Default]) {
    let [(_, first, first_entry), rest @ ..] = defaults else {
        return;
    };
    for (_, later, entry) in rest {
        diag.about(later.unraw()).conflict(
            &entry.ident,
            format_args!("`{}` is the default already; help: keep one", first.unraw()),
            &first_entry.ident,
            "the first `default` is here",
        );
    }
}

/// C30: enum without a usable variant.
fn usable(subject: &Subject<'_>, input: &DeriveInput, variants: &[Variant]) -> Option<()> {
    if variants
        .iter()
        .all(|variant| matches!(variant.content, Content::Skipped))
    {
        subject.error(
            &input.ident,
            "an enum needs a variant that can be drawn; help: add one, or remove `skip` from one",
        );
        return None;
    }
    Some(())
}
