//! Rules across fields. Whether a path names a function of the right signature (C41), only the
//! compiler knows.

use syn::Expr;
use syn::ext::IdentExt;

use super::name::checked;
use crate::attr::Member;
use crate::attr::{Attrs, Key, peeled};
use crate::diag::Subject;
use crate::model::Rules;

pub(super) fn rules(subject: &Subject<'_>, attrs: &Attrs) -> Rules {
    let validate = attrs
        .get(Key::Validate)
        .and_then(|entry| function(subject, &entry.ident, entry.value()?));
    let constraints = attrs
        .get(Key::Constraint)
        .map_or(&[][..], |entry| entry.members());
    Rules {
        validate,
        constraints: named(subject, constraints),
    }
}

fn named(subject: &Subject<'_>, members: &[Member]) -> Vec<(String, Expr)> {
    let mut constraints = Vec::new();
    for (i, member) in members.iter().enumerate() {
        let name = member.name.unraw().to_string();
        one_meaning(subject, member, &members[..i]);
        let Some(value) = &member.value else {
            subject.error(
                &member.name,
                format_args!("`{name}` needs `=` and a function; help: write {name} = path"),
            );
            continue;
        };
        if checked(subject, &name, &member.name).is_none() {
            continue;
        }
        if let Some(function) = function(subject, &member.name, value) {
            constraints.push((name, function));
        }
    }
    constraints
}

/// The path of a function.
fn function(subject: &Subject<'_>, name: &syn::Ident, value: &Expr) -> Option<Expr> {
    let function = peeled(value);
    if matches!(function, Expr::Path(_)) {
        return Some(function.clone());
    }
    subject.error(
        value,
        format_args!("`{name}` takes the path of a function; help: write {name} = Self::some_name"),
    );
    None
}

/// C21: one constraint twice.
fn one_meaning(subject: &Subject<'_>, member: &Member, earlier: &[Member]) {
    let name = member.name.unraw();
    if let Some(first) = earlier.iter().find(|other| other.name.unraw() == name) {
        subject.conflict(
            &member.name,
            format_args!("the constraint `{name}` is listed twice; help: remove one"),
            &first.name,
            format_args!("the first `{name}` is here"),
        );
    }
}
