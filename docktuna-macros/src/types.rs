//! Types that are recognised by their name. A name may belong to something else in the user's
//! scope, so everything here only decides what is checked early; the compiler has the last word.

use syn::{GenericArgument, Path, PathArguments, Type};

/// What a field's type is called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Known {
    F32,
    F64,
    Int(Int),
    Bool,
    String,
    /// A type whose name says nothing: the user's own, or an alias.
    Other,
}

/// An integer type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Int {
    pub(crate) name: &'static str,
    pub(crate) min: i128,
    pub(crate) max: i128,
}

macro_rules! integers {
    ($($name:ident as $wide:ident),*) => {
        &[$(Int {
            name: stringify!($name),
            min: $wide::MIN as i128,
            max: if $wide::MAX as i128 == -1 {
                i128::MAX
            } else {
                $wide::MAX as i128
            },
        }),*]
    };
}

/// `usize` and `isize` are taken to have 64 bits; where they have fewer, the compiler finds out.
#[allow(
    clippy::cast_possible_wrap,
    clippy::cast_lossless,
    reason = "the maximum of u128 is cut"
)]
const INTEGERS: &[Int] = integers!(
    i8 as i8,
    i16 as i16,
    i32 as i32,
    i64 as i64,
    i128 as i128,
    isize as i64,
    u8 as u8,
    u16 as u16,
    u32 as u32,
    u64 as u64,
    u128 as u128,
    usize as u64
);

impl Known {
    pub(crate) fn of(ty: &Type) -> Self {
        let Some(path) = path(ty) else {
            return Self::Other;
        };
        let Some(name) = name(path) else {
            return Self::Other;
        };
        match name.as_str() {
            "f32" => Self::F32,
            "f64" => Self::F64,
            "bool" => Self::Bool,
            "String" => Self::String,
            name => INTEGERS
                .iter()
                .find(|int| int.name == name)
                .map_or(Self::Other, |int| Self::Int(int.clone())),
        }
    }

    /// The name as it stands in messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Int(int) => int.name,
            Self::Bool => "bool",
            Self::String => "String",
            Self::Other => "its type",
        }
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::F32 | Self::F64 | Self::Int(_))
    }

    pub(crate) fn is_float(&self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }
}

/// The type without the delimiters that macros and parentheses leave around it.
pub(crate) fn peeled(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            other => return other,
        };
    }
}

/// What is in an `Option`.
pub(crate) fn in_option(ty: &Type) -> Option<&Type> {
    argument(
        ty,
        &[
            &["Option"],
            &["std", "option", "Option"],
            &["core", "option", "Option"],
        ],
    )
}

/// What is in a `Vec`.
pub(crate) fn in_vec(ty: &Type) -> Option<&Type> {
    argument(
        ty,
        &[&["Vec"], &["std", "vec", "Vec"], &["alloc", "vec", "Vec"]],
    )
}

/// What is in a `Box`, looking through what the macro knows around it.
pub(crate) fn in_box(ty: &Type) -> Option<&Type> {
    let names: &[&[&str]] = &[
        &["Box"],
        &["std", "boxed", "Box"],
        &["alloc", "boxed", "Box"],
    ];
    argument(innermost(ty), names)
}

/// What is in an `Option`, an array or a `Vec`.
pub(crate) fn inside(ty: &Type) -> Option<&Type> {
    match peeled(ty) {
        Type::Array(array) => Some(&array.elem),
        ty => in_option(ty).or_else(|| in_vec(ty)),
    }
}

/// What is left of the type inside of all of these.
pub(crate) fn innermost(mut ty: &Type) -> &Type {
    while let Some(inner) = inside(ty) {
        ty = inner;
    }
    peeled(ty)
}

fn argument<'a>(ty: &'a Type, names: &[&[&str]]) -> Option<&'a Type> {
    let path = path(ty)?;
    let matches = |name: &&[&str]| {
        path.segments.len() == name.len()
            && path
                .segments
                .iter()
                .zip(*name)
                .all(|(segment, name)| segment.ident == name)
    };
    if !names.iter().any(matches) {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else {
        return None;
    };
    match (arguments.args.first(), arguments.args.len()) {
        (Some(GenericArgument::Type(inner)), 1) => Some(inner),
        _ => None,
    }
}

fn path(ty: &Type) -> Option<&Path> {
    match peeled(ty) {
        Type::Path(path) if path.qself.is_none() => Some(&path.path),
        _ => None,
    }
}

/// The last segment of a path that leads to a primitive type or to `String`.
fn name(path: &Path) -> Option<String> {
    if path
        .segments
        .iter()
        .any(|segment| !segment.arguments.is_none())
    {
        return None;
    }
    let segments: Vec<String> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        [name] if path.leading_colon.is_none() => Some((*name).to_owned()),
        ["std" | "core", "primitive", name] => Some((*name).to_owned()),
        ["std" | "alloc", "string", "String"] => Some("String".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(ty: &str) -> &'static str {
        Known::of(&syn::parse_str(ty).expect("a type")).name()
    }

    #[test]
    fn names_of_types_are_recognised() {
        assert_eq!(known("f64"), "f64");
        assert_eq!(known("(std::primitive::u8)"), "u8");
        assert_eq!(known("::core::primitive::f32"), "f32");
        assert_eq!(known("std::string::String"), "String");
        for other in [
            "Rate",
            "my::f64",
            "f64<T>",
            "&'static str",
            "<f64 as Id>::Own",
            "[u8; 3]",
        ] {
            assert_eq!(known(other), "its type", "{other}");
        }
    }

    #[test]
    fn integers_have_their_limits() {
        let limits = |name| {
            let int = INTEGERS
                .iter()
                .find(|int| int.name == name)
                .expect("a type");
            (int.min, int.max)
        };
        assert_eq!(limits("u8"), (0, 255));
        assert_eq!(limits("i128"), (i128::MIN, i128::MAX));
        assert_eq!(limits("u128"), (0, i128::MAX));
        assert_eq!(limits("usize"), (0, i128::from(u64::MAX)));
    }
}
