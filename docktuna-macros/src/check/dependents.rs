//! Options of a field that need another one, or that have no effect beside it.

use crate::attr::{Attrs, Entry, Key};
use crate::diag::Subject;
use crate::model::Shared;

/// C23 for options that need a name, on an unnamed field that is all there is to store.
pub(super) fn nameless(subject: &Subject<'_>, attrs: &Attrs) -> Option<()> {
    for entry in attrs.given(&[Key::Rename, Key::Alias, Key::Flatten, Key::Shared]) {
        let name = &entry.ident;
        subject.error(
            name,
            format_args!(
                "`{name}` needs a field with a name of its own, and an unnamed field that is alone is stored under \
                 the name of what it is in; help: name the field, or remove `{name}`"
            ),
        );
    }
    (!subject.has_failed()).then_some(())
}

/// C23 for options that need another one, or that have no effect beside it.
pub(super) fn dependents(subject: &Subject<'_>, attrs: &Attrs, rule: Option<&Entry>) -> Option<()> {
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
    conversion(subject, attrs, key);
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

/// C23: `as` on a field that is not searched, `from` and `into` without it.
fn conversion(subject: &Subject<'_>, attrs: &Attrs, key: Option<Key>) {
    let found = attrs.get(Key::As);
    if let Some(entry) = found
        && matches!(key, Some(Key::Fixed | Key::Skip | Key::Flatten))
    {
        subject.error(
            &entry.ident,
            "`as` belongs to a searched field; help: remove it, or give a range or choices",
        );
    }
    for entry in attrs.given(&[Key::From, Key::Into]) {
        if found.is_none() {
            let name = &entry.ident;
            subject.error(
                name,
                format_args!("`{name}` belongs beside `as`; help: add as = f64, or the type that is converted"),
            );
        }
    }
}

/// C23: `shared` outside of an enum, or on a field that no parameter is stored for by name.
pub(super) fn shared(
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
