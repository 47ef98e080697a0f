//! Which options there are, where each may stand, and what follows its name.

use crate::suggest::near;

/// An option of `#[tune(..)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Range,
    Log,
    Step,
    Choices,
    Ordered,
    Len,
    Default,
    As,
    From,
    Into,
    Fixed,
    Skip,
    Rename,
    Alias,
    Flatten,
    Shared,
    RenameAll,
    RenameAllFields,
    Crate,
    Study,
    Minimize,
    Maximize,
    Objectives,
    Validate,
    Constraint,
}

/// What an attribute stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Struct,
    Enum,
    Variant,
    Field,
}

/// What follows an option's name.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// Nothing.
    Flag,
    /// A value; the text shows one.
    Value(&'static str),
    /// A type; the text shows one.
    Type(&'static str),
    /// A value or nothing.
    Optional(&'static str),
    /// Named members in brackets; the text shows some.
    Members(&'static str),
}

const FIELD: &[Place] = &[Place::Field];
const VARIANT: &[Place] = &[Place::Variant];
const ENUM: &[Place] = &[Place::Enum];
const TYPE: &[Place] = &[Place::Struct, Place::Enum];

/// Every option: its name, where it may stand, and its form there.
const OPTIONS: &[(Key, &str, &[Place], Form)] = &[
    (Key::Range, "range", FIELD, Form::Value("low..=high")),
    (Key::Log, "log", FIELD, Form::Flag),
    (Key::Step, "step", FIELD, Form::Value("number")),
    (Key::Choices, "choices", FIELD, Form::Value("[a, b]")),
    (Key::Ordered, "ordered", FIELD, Form::Flag),
    (Key::Len, "len", FIELD, Form::Value("low..=high")),
    (Key::Default, "default", FIELD, Form::Value("value")),
    (Key::As, "as", FIELD, Form::Type("f64")),
    (Key::From, "from", FIELD, Form::Value("path")),
    (Key::Into, "into", FIELD, Form::Value("path")),
    (Key::Fixed, "fixed", FIELD, Form::Optional("value")),
    (Key::Skip, "skip", FIELD, Form::Optional("value")),
    (Key::Rename, "rename", FIELD, Form::Value("\"name\"")),
    (Key::Alias, "alias", FIELD, Form::Value("\"old_name\"")),
    (Key::Flatten, "flatten", FIELD, Form::Flag),
    (Key::Shared, "shared", FIELD, Form::Flag),
    (Key::Rename, "rename", VARIANT, Form::Value("\"label\"")),
    (Key::Alias, "alias", VARIANT, Form::Value("\"old_label\"")),
    (Key::Skip, "skip", VARIANT, Form::Flag),
    (Key::Default, "default", VARIANT, Form::Flag),
    (
        Key::RenameAll,
        "rename_all",
        VARIANT,
        Form::Value("\"snake_case\""),
    ),
    (
        Key::RenameAll,
        "rename_all",
        TYPE,
        Form::Value("\"snake_case\""),
    ),
    (
        Key::RenameAllFields,
        "rename_all_fields",
        ENUM,
        Form::Value("\"snake_case\""),
    ),
    (Key::Rename, "rename", TYPE, Form::Value("\"name\"")),
    (Key::Crate, "crate", TYPE, Form::Value("path")),
    (Key::Study, "study", TYPE, Form::Value("\"name\"")),
    (
        Key::Minimize,
        "minimize",
        TYPE,
        Form::Optional("\"metric\""),
    ),
    (
        Key::Maximize,
        "maximize",
        TYPE,
        Form::Optional("\"metric\""),
    ),
    (
        Key::Objectives,
        "objectives",
        TYPE,
        Form::Members("(minimize = \"loss\", maximize = \"accuracy\")"),
    ),
    (Key::Validate, "validate", TYPE, Form::Value("path")),
    (
        Key::Constraint,
        "constraint",
        TYPE,
        Form::Members("(name = path)"),
    ),
];

/// What an option is at a place.
pub(super) fn option(name: &str, place: Place) -> Option<(Key, Form)> {
    OPTIONS
        .iter()
        .find(|(_, option, places, _)| *option == name && places.contains(&place))
        .map(|(key, _, _, form)| (*key, *form))
}

/// Why there is no option `name` at `place`.
pub(super) fn unknown(name: &str, place: Place) -> String {
    let mut places: Vec<&str> = Vec::new();
    for (_, _, at, _) in OPTIONS.iter().filter(|(_, option, _, _)| *option == name) {
        places.push(match at {
            [Place::Field] => "a field",
            [Place::Variant] => "a variant",
            [Place::Enum] => "an enum",
            _ if place == Place::Variant || place == Place::Enum => "the enum",
            _ => "the struct",
        });
    }
    if !places.is_empty() {
        return format!(
            "`{name}` belongs on {}; help: move it there",
            places.join(" or ")
        );
    }
    let here = || {
        OPTIONS
            .iter()
            .filter(|(_, _, at, _)| at.contains(&place))
            .map(|row| row.1)
    };
    let anywhere = OPTIONS.iter().map(|row| row.1);
    match near(name, here()).or_else(|| near(name, anywhere)) {
        Some(near) => format!("unknown option `{name}`; did you mean `{near}`?"),
        None => {
            let all: Vec<&str> = here().collect();
            format!(
                "unknown option `{name}`; help: the options here are {}",
                all.join(", ")
            )
        }
    }
}

/// What an attribute may say at a place.
pub(super) fn example(place: Place) -> &'static str {
    match place {
        Place::Field => "#[tune(range = low..=high)]",
        Place::Variant => "#[tune(rename = \"label\")]",
        Place::Struct | Place::Enum => "#[tune(rename_all = \"snake_case\")]",
    }
}
