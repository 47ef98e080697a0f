//! Types that are recognised by their name. A name may belong to something else in the user's
//! scope, so everything here only decides what is checked early; the compiler has the last word.

use syn::punctuated::Punctuated;
use syn::{GenericArgument, Path, PathArguments, Token, Type};

/// What a field's type is called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Known {
    F32,
    F64,
    Int(Int),
    Bool,
    /// A type of texts, as it is called.
    Text(&'static str),
    /// A text of one character.
    Char,
    /// A type whose name says nothing: the user's own, or an alias.
    Other,
}

/// An integer type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Int {
    pub(crate) name: &'static str,
    pub(crate) min: i128,
    pub(crate) max: i128,
    /// Whether it holds 0.
    pub(crate) zero: bool,
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
            zero: true,
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

/// The integer types without 0, and the integers that they are otherwise.
const NOT_ZERO: &[(&str, &str)] = &[
    ("NonZeroI8", "i8"),
    ("NonZeroI16", "i16"),
    ("NonZeroI32", "i32"),
    ("NonZeroI64", "i64"),
    ("NonZeroI128", "i128"),
    ("NonZeroIsize", "isize"),
    ("NonZeroU8", "u8"),
    ("NonZeroU16", "u16"),
    ("NonZeroU32", "u32"),
    ("NonZeroU64", "u64"),
    ("NonZeroU128", "u128"),
    ("NonZeroUsize", "usize"),
];

/// Types of texts by their names, and the modules that they are in.
const TEXTS: &[(&str, &[&str])] = &[
    ("String", &["std", "string"]),
    ("String", &["alloc", "string"]),
    ("PathBuf", &["std", "path"]),
    ("OsString", &["std", "ffi"]),
];

impl Known {
    pub(crate) fn of(ty: &Type) -> Self {
        if is_static_str(ty) {
            return Self::Text("&'static str");
        }
        if let Some(known) = in_pointer(ty).and_then(Self::pointed) {
            return known;
        }
        if is_static_cow(ty) {
            return Self::Text("Cow<'static, str>");
        }
        if let Some(inner) = argument(ty, &names(&["Wrapping", "Saturating"], &["std", "num"])) {
            return Self::of(inner);
        }
        if let Some(inner) = argument(ty, &names(&["NonZero"], &["std", "num"])) {
            return match Self::of(inner) {
                Self::Int(int) => Self::not_zero(int.name),
                _ => Self::Other,
            };
        }
        let Some(path) = path(ty) else {
            return Self::Other;
        };
        if let Some(text) = TEXTS
            .iter()
            .find(|(name, module)| is_named(path, name, module))
        {
            return Self::Text(text.0);
        }
        if let Some((_, int)) = NOT_ZERO
            .iter()
            .find(|(name, _)| is_named(path, name, &["std", "num"]))
        {
            return Self::not_zero(int);
        }
        let Some(name) = name(path) else {
            return Self::Other;
        };
        match name.as_str() {
            "f32" => Self::F32,
            "f64" => Self::F64,
            "bool" => Self::Bool,
            "char" => Self::Char,
            name => INTEGERS
                .iter()
                .find(|int| int.name == name)
                .map_or(Self::Other, |int| Self::Int(int.clone())),
        }
    }

    /// What a pointer to the type holds.
    fn pointed(inner: &Type) -> Option<Self> {
        let is_str = path(inner).is_some_and(|path| path.is_ident("str"));
        let known = if is_str {
            Self::Text("str")
        } else {
            Self::of(inner)
        };
        (known != Self::Other).then_some(known)
    }

    /// The integer type `name` without 0.
    fn not_zero(name: &str) -> Self {
        let int = INTEGERS.iter().find(|int| int.name == name);
        let called = NOT_ZERO.iter().find(|(_, int)| *int == name);
        match (int, called) {
            (Some(int), Some((called, _))) => Self::Int(Int {
                name: called,
                min: if int.min == 0 { 1 } else { int.min },
                max: int.max,
                zero: false,
            }),
            _ => Self::Other,
        }
    }

    /// The name as it stands in messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Int(int) => int.name,
            Self::Bool => "bool",
            Self::Text(name) => name,
            Self::Char => "char",
            Self::Other => "its type",
        }
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Char)
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
            &["Option"] as &[&'static str],
            &["std", "option", "Option"],
            &["core", "option", "Option"],
        ],
    )
}

/// What is in a `Vec`.
pub(crate) fn in_vec(ty: &Type) -> Option<&Type> {
    argument(
        ty,
        &[
            &["Vec"] as &[&'static str],
            &["std", "vec", "Vec"],
            &["alloc", "vec", "Vec"],
        ],
    )
}

/// What a `Box`, an `Rc` or an `Arc` points to.
pub(crate) fn in_pointer(ty: &Type) -> Option<&Type> {
    let names: &[&[&'static str]] = &[
        &["Box"],
        &["Rc"],
        &["Arc"],
        &["std", "boxed", "Box"],
        &["alloc", "boxed", "Box"],
        &["std", "rc", "Rc"],
        &["std", "sync", "Arc"],
    ];
    argument(ty, names)
}

/// Whether it is a `PhantomData`, of which there is one value.
pub(crate) fn is_phantom(ty: &Type) -> bool {
    let path = path(ty);
    let last = path.and_then(|path| path.segments.last());
    last.is_some_and(|last| last.ident == "PhantomData")
}

/// Whether it is a number itself, and nothing around one.
pub(crate) fn is_primitive(ty: &Type) -> bool {
    let name = path(ty).and_then(name);
    name.is_some_and(|name| {
        ["f32", "f64"].contains(&name.as_str()) || INTEGERS.iter().any(|int| int.name == name)
    })
}

/// The elements of a tuple that has some.
pub(crate) fn in_tuple(ty: &Type) -> Option<&Punctuated<Type, Token![,]>> {
    match peeled(ty) {
        Type::Tuple(tuple) if !tuple.elems.is_empty() => Some(&tuple.elems),
        _ => None,
    }
}

/// Whether it is `&'static str`.
fn is_static_str(ty: &Type) -> bool {
    let Type::Reference(reference) = peeled(ty) else {
        return false;
    };
    let lifetime = reference.lifetime.as_ref();
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
        && reference.mutability.is_none()
        && path(&reference.elem).is_some_and(|path| path.is_ident("str"))
}

/// Whether it is `Cow<'static, str>`.
fn is_static_cow(ty: &Type) -> bool {
    let Some(last) = path(ty).and_then(|path| path.segments.last()) else {
        return false;
    };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return false;
    };
    let mut arguments = arguments.args.iter();
    last.ident == "Cow"
        && matches!(arguments.next(), Some(GenericArgument::Lifetime(lifetime)) if lifetime.ident == "static")
        && matches!(arguments.next(), Some(GenericArgument::Type(ty))
            if path(ty).is_some_and(|path| path.is_ident("str")))
}

/// What is in an `Option`, an array or a `Vec`.
pub(crate) fn inside(ty: &Type) -> Option<&Type> {
    match peeled(ty) {
        Type::Array(array) => Some(&array.elem),
        ty => in_option(ty).or_else(|| in_vec(ty)),
    }
}

/// The types that are left inside of all of these and of tuples.
pub(crate) fn leaves(ty: &Type) -> Vec<&Type> {
    let inner = innermost(ty);
    match in_tuple(inner) {
        Some(elements) => elements.iter().flat_map(leaves).collect(),
        None => vec![inner],
    }
}

/// What is left of the type inside of all of these.
pub(crate) fn innermost(mut ty: &Type) -> &Type {
    while let Some(inner) = inside(ty) {
        ty = inner;
    }
    peeled(ty)
}

/// Paths that lead to types called `names` in `module`.
fn names(names: &[&'static str], module: &[&'static str]) -> Vec<Vec<&'static str>> {
    let short = names.iter().map(|name| vec![*name]);
    let long = names.iter().map(|name| [module, &[*name]].concat());
    short.chain(long).collect()
}

/// Whether the path leads to the type `name` in `module`.
fn is_named(path: &Path, name: &str, module: &[&str]) -> bool {
    let plain = path
        .segments
        .iter()
        .all(|segment| segment.arguments.is_none());
    let segments: Vec<String> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let long = segments
        .split_last()
        .is_some_and(|(last, rest)| last == name && rest == module);
    plain && (path.is_ident(name) || long)
}

fn argument<'a, S: AsRef<[&'static str]>>(ty: &'a Type, names: &[S]) -> Option<&'a Type> {
    let path = path(ty)?;
    let matches = |name: &S| {
        let name = name.as_ref();
        path.segments.len() == name.len()
            && path
                .segments
                .iter()
                .zip(name)
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

/// The last segment of a path that leads to a primitive type.
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
            "&'a str",
            "Box<Rate>",
            "NonZero<f64>",
            "Cow<'a, str>",
            "my::PathBuf",
            "<f64 as Id>::Own",
            "[u8; 3]",
        ] {
            assert_eq!(known(other), "its type", "{other}");
        }
    }

    #[test]
    fn types_of_the_standard_library_are_what_they_hold() {
        for (ty, name) in [
            ("&'static str", "&'static str"),
            ("Arc<str>", "str"),
            ("std::borrow::Cow<'static, str>", "Cow<'static, str>"),
            ("std::path::PathBuf", "PathBuf"),
            ("char", "char"),
            ("Wrapping<u8>", "u8"),
            ("std::num::Saturating<i64>", "i64"),
            ("Box<Box<f64>>", "f64"),
            ("NonZeroU32", "NonZeroU32"),
            ("std::num::NonZero<u32>", "NonZeroU32"),
            ("Rc<NonZero<i8>>", "NonZeroI8"),
        ] {
            assert_eq!(known(ty), name, "{ty}");
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
