//! Structs with one unnamed field and no rule on it.

use crate::attr::{Attrs, Key};
use crate::diag::Subject;
use crate::model::Body;
use crate::types::Known;

/// C23: what only a type says that is tuned by itself, on one that needs a rule at the fields of its type.
pub(super) fn searched_alone(subject: &Subject<'_>, attrs: &Attrs, body: &Body) {
    let Body::Struct(fields) = body else {
        return;
    };
    let Some(field) = fields.newtype() else {
        return;
    };
    let known = Known::of(&field.ty);
    if !known.is_number() && !known.is_text() {
        return;
    }
    let keys = [
        Key::Study,
        Key::Minimize,
        Key::Maximize,
        Key::Objectives,
        Key::Constraint,
        Key::Rename,
    ];
    for entry in attrs.given(&keys) {
        let name = &entry.ident;
        subject.error(
            name,
            format_args!(
                "`{name}` belongs on a type that is tuned by itself, and this one has no rule; \
                 help: give its field a range or choices, or remove `{name}`"
            ),
        );
    }
}
