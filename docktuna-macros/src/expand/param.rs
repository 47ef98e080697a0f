//! The description of a single parameter.

use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::constants::Constants;
use crate::decimal::Decimal;
use crate::model::{self, Choice, Domain, Number, Param, Range, Scale};
use crate::types::{Known, is_primitive, peeled};

/// An expression of type `Param`.
pub(super) fn param(param: &Param, constants: &mut Constants) -> TokenStream {
    let domain = domain(param, constants);
    let value = tokens!(__docktuna::Param::new(#domain));
    let default = param.default.as_ref().map(|default| {
        let value = choice(default, param, constants);
        tokens!(const { &#value })
    });
    if param.is_literal() {
        let default = default.map(|default| tokens!(.default_value(#default)));
        return tokens!(#value #default);
    }
    let value = match (default, &param.default) {
        (Some(default), Some(written)) => {
            let check = call(
                "checked_default",
                &written_tokens(written),
                &tokens!(#value, #default),
            );
            tokens!(#check)
        }
        _ => value,
    };
    constants.add(&tokens!(__docktuna::Param), value)
}

fn domain(param: &Param, constants: &Constants) -> TokenStream {
    match &param.domain {
        Domain::Bool => tokens!(__docktuna::BOOL),
        Domain::Choices(choices) => {
            let values = choices
                .values
                .iter()
                .map(|value| choice(value, param, constants));
            let mut list = tokens!(const { &[#(#values),*] });
            if !choices.are_literal() {
                list = call("distinct", &domain_tokens(param), &list);
            }
            let ordered = choices.ordered.then(|| tokens!(.ordered()));
            tokens!(__docktuna::Domain::choice(#list) #ordered)
        }
        Domain::Range(range) => {
            let Range { low, high, scale } = &**range;
            let kind = kind(&param.ty);
            let (from, to) = (bound(low, param, constants), bound(high, param, constants));
            let range = call(
                "Domain::range",
                &domain_tokens(param),
                &tokens!(#kind, #from, #to),
            );
            let scale = match scale {
                Scale::Linear => None,
                Scale::Log(span) => Some(quote_spanned!(*span => .log())),
                Scale::Step(step) => {
                    let (first, last) = ends(&number_tokens(step));
                    let bound = bound(step, param, constants);
                    let name = Ident::new("step", first);
                    let arguments = parenthesized(bound, last);
                    Some(tokens!(.#name #arguments))
                }
            };
            tokens!(#range #scale)
        }
    }
}

/// A call of a function that may refuse what the user wrote, in such a way that the compiler shows
/// the user's text as the call.
pub(super) fn call(function: &str, written: &TokenStream, arguments: &TokenStream) -> TokenStream {
    let (first, last) = ends(written);
    let mut path = TokenStream::new();
    for name in function.split("::") {
        let name = Ident::new(name, first);
        path.extend(quote_spanned!(first => ::#name));
    }
    let module = Ident::new("__docktuna", first);
    let arguments = parenthesized(arguments.clone(), last);
    tokens!(#module #path #arguments)
}

fn parenthesized(arguments: TokenStream, at: Span) -> TokenStream {
    let mut group = Group::new(proc_macro2::Delimiter::Parenthesis, arguments);
    group.set_span(at);
    TokenTree::from(group).into()
}

/// The places of the first and of the last token, with the hygiene of generated code.
fn ends(written: &TokenStream) -> (Span, Span) {
    let mut spans = written.clone().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let hygiene = Span::mixed_site();
    (first.resolved_at(hygiene), last.resolved_at(hygiene))
}

fn kind(ty: &Type) -> TokenStream {
    tokens!(<#ty as __docktuna::Scalar>::KIND)
}

fn only_name(ty: &Type) -> Option<&Ident> {
    match peeled(ty) {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}

/// A constant of the number behind a type that the macro does not know, cast to both kinds of number. Where that type is
/// no number, the compiler does not look at the casts, and says the same of all of this: at the place of
/// the type, so that it is shown once.
fn constant(name: &Ident, expr: &syn::Expr, kind: &TokenStream) -> TokenStream {
    quote_spanned! { name.span() =>
        {
            const __BOUND: <<#name as __docktuna::Scalar>::Inner as __docktuna::Primitive>::Number = #expr;
            __docktuna::Bound::constant(
                #kind,
                __BOUND as ::core::primitive::f64,
                __BOUND as ::core::primitive::i128,
            )
        }
    }
}

/// Whether the type has the trait by its name, so that a call that names its parameters by their place will do.
pub(super) fn is_plain(param: &Param) -> bool {
    param.known != Known::Other && param.conversion.is_none()
}

/// An expression of type `Bound`.
fn bound(number: &Number, param: &Param, constants: &Constants) -> TokenStream {
    let ty = &param.ty;
    let literal = match number {
        Number::Literal(literal) => literal,
        // Bound to the number's type, so that a constant of another type is an ordinary mistake.
        Number::Constant(expr) => {
            let kind = kind(ty);
            if let Some(name) = only_name(ty)
                && param.known == Known::Other
                && constants.can_hold(&tokens!(#ty #expr))
            {
                return constant(name, expr, &kind);
            }
            let number = match is_primitive(ty) {
                true => ty.to_token_stream(),
                false => tokens! {
                    <<#ty as __docktuna::Scalar>::Inner as __docktuna::Primitive>::Number
                },
            };
            return tokens! {
                {
                    let __bound: #number = #expr;
                    __docktuna::Bound::constant(
                        #kind,
                        __bound as ::core::primitive::f64,
                        __bound as ::core::primitive::i128,
                    )
                }
            };
        }
    };
    let float = float(literal);
    let int = literal
        .decimal
        .and_then(Decimal::integer)
        .filter(|_| !literal.is_float);
    let int = integer(int.unwrap_or(0), &literal.tokens);
    let value = if param.known.is_float() {
        tokens!(__docktuna::Bound { float: #float, int: 0 })
    } else {
        tokens!(__docktuna::Bound { float: #float, int: #int })
    };
    if param.known != Known::Other {
        return value;
    }
    // Whether the type behind the name takes this literal, only the compiler knows.
    let kind = kind(ty);
    let check = if literal.is_float {
        "float_literal"
    } else {
        "int_literal"
    };
    call(check, &literal.tokens, &tokens!(#kind, #value))
}

/// An expression of type `Value`.
fn choice(choice: &Choice, param: &Param, constants: &Constants) -> TokenStream {
    let ty = &param.ty;
    match choice {
        Choice::Text(text) if param.known == Known::Other => {
            let kind = kind(ty);
            call("held_text", &text.to_token_stream(), &tokens!(#kind, #text))
        }
        Choice::Text(text) => tokens!(__docktuna::text(#text)),
        Choice::Bool(bool) if param.known == Known::Other => {
            let kind = kind(ty);
            call("held_bool", &bool.to_token_stream(), &tokens!(#kind, #bool))
        }
        Choice::Bool(bool) => tokens!(__docktuna::Value::Bool(#bool)),
        Choice::TextConstant(expr) => tokens!(__docktuna::text(#expr)),
        Choice::BoolConstant(expr) => tokens!(__docktuna::Value::Bool(#expr)),
        Choice::Number(Number::Literal(literal)) if param.known.is_float() => {
            let value = float(literal);
            tokens!(__docktuna::Value::Float(#value))
        }
        Choice::Number(Number::Literal(literal)) if param.known != Known::Other => {
            let value = literal.decimal.and_then(Decimal::integer).unwrap_or(0);
            let value = integer(value, &literal.tokens);
            tokens!(__docktuna::Value::Int(#value))
        }
        Choice::Number(number) => {
            let kind = kind(ty);
            let bound = bound(number, param, constants);
            call(
                "Domain::number",
                &number_tokens(number),
                &tokens!(#kind, #bound),
            )
        }
    }
}

/// The number as an `f64`: an f32 literal too is read as the decimal that it is.
fn float(literal: &model::Literal) -> TokenStream {
    let text = literal.text.trim_start_matches('-');
    let unsigned = if literal.is_float {
        text.parse::<Literal>().ok()
    } else {
        None
    };
    signed(
        unsigned.unwrap_or_else(|| Literal::f64_unsuffixed(literal.float.abs())),
        literal.text.starts_with('-'),
        &literal.tokens,
    )
}

fn integer(value: i128, at: &TokenStream) -> TokenStream {
    signed(
        Literal::u128_unsuffixed(value.unsigned_abs()),
        value < 0,
        at,
    )
}

fn signed(mut literal: Literal, negative: bool, at: &TokenStream) -> TokenStream {
    literal.set_span(at.span());
    if negative {
        tokens!(-#literal)
    } else {
        literal.into_token_stream()
    }
}

/// The bounds or choices as the user wrote them.
pub(super) fn domain_tokens(param: &Param) -> TokenStream {
    match &param.domain {
        Domain::Range(range) => {
            let mut written = number_tokens(&range.low);
            written.extend(number_tokens(&range.high));
            written
        }
        Domain::Choices(choices) => choices.values.iter().map(written_tokens).collect(),
        Domain::Bool => TokenStream::new(),
    }
}

fn number_tokens(number: &Number) -> TokenStream {
    match number {
        Number::Literal(literal) => literal.tokens.clone(),
        Number::Constant(expr) => expr.to_token_stream(),
    }
}

fn written_tokens(choice: &Choice) -> TokenStream {
    match choice {
        Choice::Number(number) => number_tokens(number),
        Choice::Text(text) => text.to_token_stream(),
        Choice::Bool(bool) => bool.to_token_stream(),
        Choice::TextConstant(expr) | Choice::BoolConstant(expr) => expr.to_token_stream(),
    }
}
