//! Fields: which rule they have, and whether their type agrees.

use syn::Type;

use super::name::{Names, stored};
use super::shape::{self, Given};
use crate::attr::{self, Attrs, Entry, Key, Place};
use crate::diag::{Diag, Subject};
use crate::model::{Field, Part, Role, Shared};
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

/// The named fields of a struct, or of the variant that is called `label`.
pub(super) fn fields<'a>(
    diag: &Diag,
    fields: impl IntoIterator<Item = &'a syn::Field>,
    style: Option<Style>,
    label: Option<&str>,
) -> Option<Vec<Field>> {
    let mut names = Names::default();
    let fields: Vec<Option<Field>> = fields
        .into_iter()
        .map(|field| one(diag, field, style, label, &mut names))
        .collect();
    names.finish(diag);
    fields.into_iter().collect()
}

fn one(
    diag: &Diag,
    field: &syn::Field,
    style: Option<Style>,
    label: Option<&str>,
    names: &mut Names,
) -> Option<Field> {
    let ident = field.ident.clone()?;
    let subject = diag.about(syn::ext::IdentExt::unraw(&ident));
    let attrs = attr::read(&field.attrs, Place::Field, &subject);
    if subject.has_failed() {
        return None;
    }
    let rule = rule(&subject, &attrs)?;
    let dependents = dependents(&subject, &attrs, rule);
    let shared = shared(&subject, &attrs, rule, label);
    let key = rule.map(|rule| rule.key);
    let name = match key {
        Some(Key::Skip | Key::Flatten) => None,
        _ => {
            let styled = |name: &str| style.map_or_else(|| name.to_owned(), |s| s.field(name));
            stored(&subject, &attrs, &ident, styled).map(|(name, at)| {
                names.insert(&subject, &name, at);
                name
            })
        }
    };
    let aliases = names.aliases(&subject, &attrs);
    dependents?;
    let shared = shared?;
    owned(&subject, &field.ty, rule)?;
    let role = match key {
        Some(Key::Flatten) => flatten(&subject, &field.ty)?,
        Some(Key::Skip) => Role::Skip(rule.and_then(Entry::value).cloned()),
        _ => {
            // A name that cannot be stored does not hide a rule that is wrong.
            let part = part(&subject, &attrs, rule, field);
            Role::Stored {
                name: name?,
                aliases,
                doc: attrs.doc,
                part: part?,
            }
        }
    };
    Some(Field {
        ident,
        ty: field.ty.clone(),
        role,
        shared,
    })
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

/// C23 for options that need another one, or that have no effect beside it.
fn dependents(subject: &Subject<'_>, attrs: &Attrs, rule: Option<&Entry>) -> Option<()> {
    let key = rule.map(|rule| rule.key);
    for entry in attrs.given(&[Key::Log, Key::Step]) {
        if key != Some(Key::Range) {
            let name = &entry.ident;
            subject.error(
                name,
                format_args!("`{name}` belongs to a range; help: add range = low..=high"),
            );
        }
    }
    if let Some(entry) = attrs.get(Key::Ordered)
        && key != Some(Key::Choices)
    {
        subject.error(
            &entry.ident,
            "`ordered` belongs to choices; help: add choices = [a, b], or remove it",
        );
    }
    if let Some(entry) = attrs.get(Key::Default)
        && matches!(key, Some(Key::Fixed | Key::Skip | Key::Flatten))
    {
        subject.error(
            &entry.ident,
            "`default` belongs to a searched field; help: remove it, or give a range or choices",
        );
    }
    if let Some(entry) = attrs.get(Key::Len)
        && matches!(key, Some(Key::Fixed | Key::Skip | Key::Flatten))
    {
        subject.error(
            &entry.ident,
            "`len` belongs to a searched Vec; help: remove it",
        );
    }
    if let Some(entry) = attrs.get(Key::Rename)
        && matches!(key, Some(Key::Skip | Key::Flatten))
    {
        subject.error(
            &entry.ident,
            "`rename` belongs to a field that is stored under its own name; help: remove it",
        );
    }
    if let Some(entry) = attrs.get(Key::Alias)
        && matches!(key, Some(Key::Fixed | Key::Skip | Key::Flatten))
    {
        subject.error(
            &entry.ident,
            "`alias` belongs to a searched field, others are not read back; help: remove it",
        );
    }
    (!subject.has_failed()).then_some(())
}

/// C23: `shared` outside of an enum, or on a field that no parameter is stored for by name.
fn shared(
    subject: &Subject<'_>,
    attrs: &Attrs,
    rule: Option<&Entry>,
    label: Option<&str>,
) -> Option<Option<Shared>> {
    let Some(entry) = attrs.get(Key::Shared) else {
        return Some(None);
    };
    let Some(label) = label else {
        subject.error(
            &entry.ident,
            "`shared` belongs on a field of an enum's variant, whose label it leaves out of the \
             stored name; help: remove it",
        );
        return None;
    };
    if let Some(rule) = rule
        && matches!(rule.key, Key::Fixed | Key::Skip | Key::Flatten)
    {
        subject.error(
            &entry.ident,
            format_args!(
                "`shared` belongs to a field that is searched under its own name, which a field \
                 with `{}` is not; help: remove one of them",
                rule.ident
            ),
        );
        return None;
    }
    Some(Some(Shared {
        label: label.to_owned(),
        option: entry.ident.clone(),
    }))
}

/// C42: borrowed field.
fn owned(subject: &Subject<'_>, ty: &Type, rule: Option<&Entry>) -> Option<()> {
    let given = matches!(rule.map(|rule| rule.key), Some(Key::Fixed | Key::Skip));
    if let (Type::Reference(_), false) = (types::peeled(ty), given) {
        subject.error(
            ty,
            "a searched field owns its value; help: String, or fixed = .. or skip = ..",
        );
        return None;
    }
    Some(())
}

/// C37 for the types that are known by name; the compiler checks the others.
fn flatten(subject: &Subject<'_>, ty: &Type) -> Option<Role> {
    if Known::of(ty) != Known::Other || types::inside(ty).is_some() {
        subject.error(ty, "`flatten` needs a struct; help: remove `flatten`");
        return None;
    }
    Some(Role::Flatten)
}

fn part(
    subject: &Subject<'_>,
    attrs: &Attrs,
    rule: Option<&Entry>,
    field: &syn::Field,
) -> Option<Part> {
    if let Some(fixed) = rule.filter(|rule| rule.key == Key::Fixed) {
        return Some(Part::Fixed(fixed.value().cloned()));
    }
    let given = Given {
        subject,
        attrs,
        rule,
        ident: field.ident.as_ref()?,
    };
    shape::shape(&given, &field.ty).map(Part::Searched)
}
