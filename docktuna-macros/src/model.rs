//! A type that was checked. Nothing in here can be wrong in a way that the macro could have seen.

use proc_macro2::{Span, TokenStream};
use syn::{Expr, Generics, Ident, LitBool, LitStr, Member, Path, Type};

use crate::attr::Doc;
use crate::decimal::Decimal;
use crate::types::Known;

/// The type that is derived for.
pub(crate) struct Input {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// Where the runtime crate is found, if not under its own name.
    pub(crate) runtime: Option<Path>,
    pub(crate) study: Study,
    pub(crate) rules: Rules,
    /// What the type is stored as where it is tuned by itself and has no names.
    pub(crate) root: Option<String>,
    pub(crate) doc: Doc,
    pub(crate) body: Body,
}

/// What the type says about its studies.
pub(crate) struct Study {
    pub(crate) name: Option<String>,
    /// In the user's order; none if the type says nothing.
    pub(crate) objectives: Vec<Objective>,
}

pub(crate) struct Objective {
    pub(crate) maximize: bool,
    pub(crate) metric: Option<String>,
}

/// What the fields of one value owe each other, as paths of functions.
#[derive(Default)]
pub(crate) struct Rules {
    pub(crate) validate: Option<Expr>,
    /// By name.
    pub(crate) constraints: Vec<(String, Expr)>,
}

pub(crate) enum Body {
    Struct(Fields),
    Enum(Enum),
}

/// The fields of a struct or of a variant.
pub(crate) struct Fields {
    pub(crate) list: Vec<Field>,
    pub(crate) layout: Layout,
}

/// What the fields come to.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Layout {
    /// Each stored field is a part with a name.
    Group,
    /// One unnamed field is all that is stored: the space is that of the field.
    Transparent,
    /// The same, of a struct whose field has neither a rule nor a known space: what it holds is a single number,
    /// text or boolean, or a type with a space of its own.
    Newtype,
}

/// At least one of the variants is searched.
pub(crate) struct Enum {
    pub(crate) variants: Vec<Variant>,
    /// The label of the default variant.
    pub(crate) default: Option<String>,
}

pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) label: String,
    /// Labels of older versions.
    pub(crate) aliases: Vec<String>,
    pub(crate) doc: Doc,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    /// The variant is never drawn.
    Skipped,
    Unit,
    Fields(Fields),
}

pub(crate) struct Field {
    pub(crate) member: Member,
    pub(crate) ty: Type,
    pub(crate) role: Role,
    /// Given if the variant around it is left out of its stored name; it is searched then.
    pub(crate) shared: Option<Shared>,
}

/// A field whose stored name is also that of other branches' fields.
pub(crate) struct Shared {
    /// The label of the variant around it.
    pub(crate) label: String,
    /// The option, where a mistake is shown.
    pub(crate) option: Ident,
}

pub(crate) enum Role {
    /// Not part of the space.
    Skip(Option<Expr>),
    /// Part of the space, under a name.
    Stored {
        name: String,
        /// Names of older versions.
        aliases: Vec<String>,
        doc: Doc,
        part: Part,
    },
    /// Its own fields are part of the space.
    Flatten,
}

pub(crate) enum Part {
    Fixed(Option<Expr>),
    Searched(Shape),
}

/// How the type of a searched field is put together.
pub(crate) enum Shape {
    /// A type with a space of its own.
    Nested(Box<Type>, Option<Label>),
    Scalar(Box<Param>),
    Tuple(Vec<Shape>),
    Optional(Box<Shape>, OptionDefault),
    Array {
        element: Box<Shape>,
        length: Box<Expr>,
        /// For how many elements there is a default.
        default: Option<Box<Expr>>,
    },
    Vector {
        element: Box<Shape>,
        length: Box<Param>,
    },
}

/// The default of a field whose type has labels.
pub(crate) enum Label {
    /// As it is stored.
    Text(LitStr),
    /// The variant.
    Variant(Path),
}

pub(crate) enum OptionDefault {
    /// No default.
    Absent,
    /// `None`.
    None,
    /// `Some` of the parameter's default.
    Some,
}

/// A single parameter.
pub(crate) struct Param {
    /// What it holds: the field's type, or the type that the field is converted from and to.
    pub(crate) ty: Type,
    pub(crate) conversion: Option<Box<Conversion>>,
    pub(crate) known: Known,
    pub(crate) domain: Domain,
    pub(crate) default: Option<Choice>,
}

/// How the field's value comes out of what a parameter holds, and goes back.
pub(crate) struct Conversion {
    /// The type of the field's value.
    pub(crate) ty: Type,
    /// Functions; without one the types' own conversions count.
    pub(crate) from: Option<Expr>,
    pub(crate) into: Option<Expr>,
}

pub(crate) enum Domain {
    Range(Box<Range>),
    Choices(Choices),
    Bool,
}

pub(crate) struct Choices {
    pub(crate) values: Vec<Choice>,
    /// Whether neighbours are alike.
    pub(crate) ordered: bool,
}

pub(crate) struct Range {
    pub(crate) low: Number,
    pub(crate) high: Number,
    pub(crate) scale: Scale,
}

pub(crate) enum Scale {
    Linear,
    /// At the option's place.
    Log(Span),
    Step(Number),
}

#[derive(Clone)]
pub(crate) enum Number {
    Literal(Literal),
    Constant(Expr),
}

/// A number written out.
#[derive(Clone, Debug)]
pub(crate) struct Literal {
    /// As written, without its type and underscores.
    pub(crate) text: String,
    /// The same number, if it has few enough digits to be handled exactly.
    pub(crate) decimal: Option<Decimal>,
    /// The same number, rounded. It is finite.
    pub(crate) float: f64,
    /// Whether it is written as a float.
    pub(crate) is_float: bool,
    pub(crate) tokens: TokenStream,
}

#[derive(Clone)]
pub(crate) enum Choice {
    Number(Number),
    Text(LitStr),
    Bool(LitBool),
    /// A constant that is a text.
    TextConstant(Expr),
    /// A constant that is a boolean.
    BoolConstant(Expr),
}

impl Number {
    pub(crate) fn literal(&self) -> Option<&Literal> {
        match self {
            Self::Literal(literal) => Some(literal),
            Self::Constant(_) => None,
        }
    }
}

impl Choice {
    /// Whether it is written out, so that the macro could check it.
    pub(crate) fn is_literal(&self) -> bool {
        match self {
            Self::Number(number) => number.literal().is_some(),
            Self::Text(_) | Self::Bool(_) => true,
            Self::TextConstant(_) | Self::BoolConstant(_) => false,
        }
    }
}

impl Body {
    /// The types of all fields that have to be tunable themselves.
    pub(crate) fn nested(&self) -> Vec<&Type> {
        self.fields().flat_map(Field::nested).collect()
    }

    /// The types of all fields whose value is their default.
    pub(crate) fn given(&self) -> Vec<&Type> {
        let given = self.fields().filter(|field| {
            matches!(
                field.role,
                Role::Skip(None)
                    | Role::Stored {
                        part: Part::Fixed(None),
                        ..
                    }
            )
        });
        given.map(|field| &field.ty).collect()
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        let (own, variants) = match self {
            Self::Struct(fields) => (fields.list.as_slice(), [].as_slice()),
            Self::Enum(body) => ([].as_slice(), body.variants.as_slice()),
        };
        let in_variants = variants.iter().flat_map(|variant| match &variant.content {
            Content::Fields(fields) => fields.list.as_slice(),
            Content::Unit | Content::Skipped => &[],
        });
        own.iter().chain(in_variants)
    }
}

impl Fields {
    /// The shape that is the whole space, if nothing has a name.
    pub(crate) fn whole(&self) -> Option<(&Field, &Part)> {
        if self.layout == Layout::Group {
            return None;
        }
        self.list.iter().find_map(|field| match &field.role {
            Role::Stored { part, .. } => Some((field, part)),
            Role::Skip(_) | Role::Flatten => None,
        })
    }

    /// The field of a newtype.
    pub(crate) fn newtype(&self) -> Option<&Field> {
        let newtype = self.layout == Layout::Newtype;
        self.whole().filter(|_| newtype).map(|(field, _)| field)
    }
}

impl Field {
    fn nested(&self) -> Vec<&Type> {
        match &self.role {
            Role::Flatten => vec![&self.ty],
            Role::Stored {
                part: Part::Searched(shape),
                ..
            } => shape.nested(),
            Role::Stored { .. } | Role::Skip(_) => Vec::new(),
        }
    }
}

impl Shape {
    /// The types that the field comes down to, as far as they have a space of their own.
    pub(crate) fn nested(&self) -> Vec<&Type> {
        match self {
            Self::Nested(ty, _) => vec![ty],
            Self::Scalar(_) => Vec::new(),
            Self::Optional(element, _)
            | Self::Array { element, .. }
            | Self::Vector { element, .. } => element.nested(),
            Self::Tuple(elements) => elements.iter().flat_map(Self::nested).collect(),
        }
    }
}

impl Choices {
    /// Whether all of them are written out.
    pub(crate) fn are_literal(&self) -> bool {
        self.values.iter().all(Choice::is_literal)
    }
}

impl Param {
    /// Whether the macro knows all of it; if not, the compiler has to check the rest.
    pub(crate) fn is_literal(&self) -> bool {
        let domain = match &self.domain {
            Domain::Range(range) => {
                let step = match &range.scale {
                    Scale::Step(step) => step.literal().is_some(),
                    Scale::Linear | Scale::Log(_) => true,
                };
                range.low.literal().is_some() && range.high.literal().is_some() && step
            }
            Domain::Choices(choices) => choices.are_literal(),
            Domain::Bool => true,
        };
        domain && self.known != Known::Other && self.default.as_ref().is_none_or(Choice::is_literal)
    }
}
