//! `default`: how it is put together, as the field's type is.

use syn::{Expr, ExprRepeat, Type};

use super::number::literal;
use super::{choice, range};
use crate::attr::{Attrs, Key, peeled, text};
use crate::diag::Subject;
use crate::model::{Choice, Domain, Label, OptionDefault};
use crate::types::Known;

/// The defaults of so many elements of a tuple.
pub(super) fn each<'a>(
    subject: &Subject<'_>,
    default: &'a Expr,
    elements: usize,
) -> Option<Vec<Option<&'a Expr>>> {
    if let Expr::Tuple(tuple) = peeled(default)
        && tuple.elems.len() == elements
    {
        return Some(tuple.elems.iter().map(Some).collect());
    }
    let values = vec!["value"; elements].join(", ");
    subject.error(
        default,
        format_args!(
            "the default of a tuple is a tuple of as many values; help: write default = ({values})"
        ),
    );
    None
}

pub(super) fn default_value(
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

/// C24: a default that only an Option, an array or a Vec has, on a type whose name says nothing.
pub(super) fn unhidden(
    subject: &Subject<'_>,
    ty: &Type,
    default: &Expr,
    known: &Known,
) -> Option<()> {
    let what = match peeled(default) {
        _ if *known != Known::Other => return Some(()),
        Expr::Repeat(_) | Expr::Array(_) => "an array or a Vec",
        default if of_option(default).is_some() => "an Option",
        _ => return Some(()),
    };
    subject.error(
        ty,
        format_args!(
            "the default is that of {what}, which the derive cannot see behind this name; \
             help: write the type itself instead of its alias"
        ),
    );
    None
}

/// The default of a field whose type may have labels.
pub(super) fn label(
    subject: &Subject<'_>,
    attrs: &Attrs,
    ty: &Type,
    default: &Expr,
    known: &Known,
) -> Option<Label> {
    if *known == Known::Other {
        unhidden(subject, ty, default, known)?;
        if let Some(text) = text(default) {
            return Some(Label::Text(text.clone()));
        }
        if let Expr::Path(path) = peeled(default)
            && path.qself.is_none()
        {
            return Some(Label::Variant(path.path.clone()));
        }
    }
    no_default(subject, attrs, known)
}

/// The value and the number of the elements of a default.
pub(super) fn repeated<'a>(subject: &Subject<'_>, expr: &'a Expr) -> Option<&'a ExprRepeat> {
    if let Expr::Repeat(repeat) = peeled(expr) {
        return Some(repeat);
    }
    subject.error(
        expr,
        "the default of an array or a Vec is one value for all elements; \
         help: write default = [value; number], or [_; number] if they have their own",
    );
    None
}

/// C24: a default with another number of elements than the array, where both are written out.
pub(super) fn as_long(subject: &Subject<'_>, array: &Expr, default: &Expr) -> Option<()> {
    let (Some(array), Some(own)) = (literal(array), literal(default)) else {
        return Some(());
    };
    if array.text == own.text {
        return Some(());
    }
    subject.error(
        default,
        format_args!(
            "the default has {} elements and the array {}; help: write {}",
            own.text, array.text, array.text
        ),
    );
    None
}

/// Whether a default leaves it to the elements: `_`.
pub(super) fn is_own(default: &Expr) -> bool {
    matches!(peeled(default), Expr::Infer(_))
}

/// C23: `default` on a field whose parts have their own.
fn no_default<T>(subject: &Subject<'_>, attrs: &Attrs, known: &Known) -> Option<T> {
    let entry = attrs.get(Key::Default)?;
    subject.error(
        &entry.ident,
        if known.is_text() {
            "`default` needs to know what is allowed; help: add choices = [..]"
        } else {
            "`default` belongs on a field with a rule; help: give defaults inside this field's type"
        },
    );
    None
}

/// The default of an `Option`: none, or some of its parameter's default.
pub(super) fn in_option_default<'a>(
    subject: &Subject<'_>,
    expr: &'a Expr,
) -> Option<(Option<&'a Expr>, OptionDefault)> {
    if let Some(default) = of_option(expr) {
        return Some(default);
    }
    subject.error(
        expr,
        "the default of an Option is None or Some; help: write default = Some(..), or None",
    );
    None
}

/// What `None` or `Some(..)` says.
fn of_option(default: &Expr) -> Option<(Option<&Expr>, OptionDefault)> {
    let ends_in = |path: &Expr, name: &str| match path {
        Expr::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == name),
        _ => false,
    };
    match peeled(default) {
        path if ends_in(path, "None") => Some((None, OptionDefault::None)),
        Expr::Call(call) if ends_in(&call.func, "Some") && call.args.len() == 1 => {
            Some((call.args.first(), OptionDefault::Some))
        }
        _ => None,
    }
}
