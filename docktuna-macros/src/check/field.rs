//! Fields: which rule they have, and whether their type agrees.

use syn::{Expr, Type};

use super::name::{Names, stored};
use super::{choice, range};
use crate::attr::{self, Attrs, Entry, Key, Place, peeled};
use crate::diag::{Diag, Subject};
use crate::model::{Choice, Domain, Field, OptionDefault, Param, Part, Role};
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

/// The named fields of a struct or of a variant.
pub(super) fn fields<'a>(
    diag: &Diag,
    fields: impl IntoIterator<Item = &'a syn::Field>,
    style: Option<Style>,
) -> Option<Vec<Field>> {
    let mut names = Names::default();
    let fields: Vec<Option<Field>> = fields
        .into_iter()
        .map(|field| one(diag, field, style, &mut names))
        .collect();
    fields.into_iter().collect()
}

fn one(diag: &Diag, field: &syn::Field, style: Option<Style>, names: &mut Names) -> Option<Field> {
    let ident = field.ident.clone()?;
    let subject = diag.about(syn::ext::IdentExt::unraw(&ident));
    let attrs = attr::read(&field.attrs, Place::Field, &subject);
    if subject.has_failed() {
        return None;
    }
    let rule = rule(&subject, &attrs)?;
    let dependents = dependents(&subject, &attrs, rule);
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
    dependents?;
    owned(&subject, &field.ty, rule)?;
    let role = match key {
        Some(Key::Flatten) => flatten(&subject, &field.ty)?,
        Some(Key::Skip) => Role::Skip(rule.and_then(Entry::value).cloned()),
        _ => {
            // A name that cannot be stored does not hide a rule that is wrong.
            let part = part(&subject, &attrs, rule, field);
            Role::Stored {
                name: name?,
                doc: attrs.doc,
                part: part?,
            }
        }
    };
    Some(Field {
        ident,
        ty: field.ty.clone(),
        role,
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
    if let Some(entry) = attrs.get(Key::Rename)
        && matches!(key, Some(Key::Skip | Key::Flatten))
    {
        subject.error(
            &entry.ident,
            "`rename` belongs to a field that is stored under its own name; help: remove it",
        );
    }
    (!subject.has_failed()).then_some(())
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
    if Known::of(ty) != Known::Other || types::in_option(ty).is_some() {
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
    let default = attrs.get(Key::Default).and_then(Entry::value);
    let inner = types::in_option(&field.ty);
    let ty = inner.unwrap_or(&field.ty);
    let known = Known::of(ty);
    let domain = match rule {
        Some(rule) => {
            holdable(subject, ty, rule)?;
            match rule.key {
                Key::Range => ranged(subject, attrs, rule, &known)?,
                _ => choice::choices(subject, attrs, rule, &known)?,
            }
        }
        None if known == Known::Bool && default.is_some() => Domain::Bool,
        None => {
            searchable(subject, field, ty, &known)?;
            no_default(subject, attrs, &known)?;
            return Some(Part::Nested);
        }
    };
    let (default, option_default) = match (default, inner) {
        (Some(default), Some(_)) => in_option_default(subject, default)?,
        (default, _) => (default, OptionDefault::Absent),
    };
    let default = match default {
        Some(default) => Some(default_value(subject, default, &domain, &known)?),
        None => None,
    };
    let param = Box::new(Param {
        ty: ty.clone(),
        known,
        domain,
        default,
    });
    Some(match inner {
        Some(_) => Part::Optional(param, option_default),
        None => Part::Scalar(param),
    })
}

fn default_value(
    subject: &Subject<'_>,
    expr: &Expr,
    domain: &Domain,
    known: &Known,
) -> Option<Choice> {
    match domain {
        Domain::Range(_) => range::default(subject, expr, domain, known),
        Domain::Choices(_) | Domain::Bool => choice::default(subject, expr, domain, known),
    }
}

/// C1: number without a rule.
fn searchable(subject: &Subject<'_>, field: &syn::Field, ty: &Type, known: &Known) -> Option<()> {
    let name = known.name();
    if known.is_number() {
        subject.error(
            &field.ident,
            format_args!(
                "{name} has no search space of its own; \
                 help: add #[tune(range = low..=high)], choices, fixed or skip"
            ),
        );
        return None;
    }
    sequence(subject, ty)
}

/// C19: a type that cannot be stored.
fn holdable(subject: &Subject<'_>, ty: &Type, rule: &Entry) -> Option<()> {
    match types::peeled(ty) {
        Type::Path(_) | Type::Macro(_) | Type::Verbatim(_) => sequence(subject, ty),
        Type::Array(_) => sequence(subject, ty),
        _ => {
            let rule = &rule.ident;
            subject.error(
                ty,
                format_args!(
                    "`{rule}` needs a number, String or bool; \
                     help: derive Tunable for a type of your own, or use fixed or skip"
                ),
            );
            None
        }
    }
}

/// Arrays and vectors, which have no space yet.
fn sequence(subject: &Subject<'_>, ty: &Type) -> Option<()> {
    let what = match types::peeled(ty) {
        Type::Array(_) => "an array",
        _ if types::in_vec(ty).is_some() => "a Vec",
        _ => return Some(()),
    };
    subject.error(
        ty,
        format_args!(
            "{what} cannot be searched yet; help: a struct with one field per value, fixed or skip"
        ),
    );
    None
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
        Known::String => {
            subject.error(
                &rule.ident,
                "String has no range; help: choices = [\"a\", \"b\"]",
            );
            None
        }
        _ => range::range(subject, attrs, rule, known),
    }
}

/// C23: `default` on a field whose parts have their own.
fn no_default(subject: &Subject<'_>, attrs: &Attrs, known: &Known) -> Option<()> {
    let Some(entry) = attrs.get(Key::Default) else {
        return Some(());
    };
    subject.error(
        &entry.ident,
        if *known == Known::String {
            "`default` needs to know what is allowed; help: add choices = [..]"
        } else {
            "`default` belongs on a field with a rule; help: give defaults inside this field's type"
        },
    );
    None
}

/// The default of an `Option`: none, or some of its parameter's default.
fn in_option_default<'a>(
    subject: &Subject<'_>,
    expr: &'a Expr,
) -> Option<(Option<&'a Expr>, OptionDefault)> {
    let ends_in = |path: &Expr, name: &str| match path {
        Expr::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == name),
        _ => false,
    };
    match peeled(expr) {
        path if ends_in(path, "None") => return Some((None, OptionDefault::None)),
        Expr::Call(call) if ends_in(&call.func, "Some") && call.args.len() == 1 => {
            return Some((call.args.first(), OptionDefault::Some));
        }
        _ => {}
    }
    subject.error(
        expr,
        "the default of an Option is None or Some; help: write default = Some(..), or None",
    );
    None
}
