//! A number in an attribute: is it one, and can the field hold it?

use std::cmp::Ordering;

use quote::ToTokens;
use syn::{Expr, Lit, UnOp};

use crate::attr::peeled;
use crate::decimal::Decimal;
use crate::diag::Subject;
use crate::limits::EXACT;
use crate::model::{Literal, Number};
use crate::types::{Int, Known};

/// Reads a number for a field whose type is `known`, and checks it if it is written out.
pub(super) fn number(subject: &Subject<'_>, expr: &Expr, known: &Known) -> Option<Number> {
    let Some(literal) = literal(expr) else {
        return constant(subject, expr);
    };
    let fits = suffix_fits(subject, expr, &literal, known)
        && kind_fits(subject, &literal, known)
        && finite(subject, &literal)
        && match known {
            Known::Int(int) => integer_fits(subject, &literal, Some(int)),
            Known::F32 => f32_fits(subject, &literal),
            _ if literal.is_float => true,
            _ => integer_fits(subject, &literal, None),
        };
    fits.then_some(Number::Literal(literal))
}

/// The number that `expr` writes out, with its sign.
pub(super) fn literal(expr: &Expr) -> Option<Literal> {
    let (negative, unsigned) = match peeled(expr) {
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => (true, peeled(&unary.expr)),
        other => (false, other),
    };
    let Expr::Lit(unsigned) = unsigned else {
        return None;
    };
    let (digits, is_float) = match &unsigned.lit {
        Lit::Int(int) => (int.base10_digits(), false),
        Lit::Float(float) => (float.base10_digits(), true),
        _ => return None,
    };
    let decimal = Decimal::parse(digits);
    let float: f64 = digits.parse().ok()?;
    Some(Literal {
        text: if negative {
            format!("-{digits}")
        } else {
            digits.to_owned()
        },
        decimal: if negative {
            decimal.map(Decimal::negate)
        } else {
            decimal
        },
        float: if negative { -float } else { float },
        is_float,
        tokens: expr.to_token_stream(),
    })
}

/// The order of two numbers that are finite.
pub(super) fn order(a: &Literal, b: &Literal) -> Ordering {
    let exact = a.decimal.zip(b.decimal).and_then(|(a, b)| a.compare(b));
    exact.unwrap_or_else(|| a.float.total_cmp(&b.float))
}

/// C15, for the constants that are known by name; the compiler checks the others.
fn constant(subject: &Subject<'_>, expr: &Expr) -> Option<Number> {
    match peeled(expr) {
        Expr::Lit(_) => {
            subject.error(
                expr,
                "this is not a number; help: write one, or name a constant",
            );
            None
        }
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            constant(subject, &unary.expr).map(|_| Number::Constant(expr.clone()))
        }
        Expr::Path(path) => {
            let last = path.path.segments.last()?.ident.to_string();
            if ["INFINITY", "NEG_INFINITY", "NAN"].contains(&last.as_str()) {
                not_finite(subject, expr, &last);
                return None;
            }
            Some(Number::Constant(expr.clone()))
        }
        _ => Some(Number::Constant(expr.clone())),
    }
}

/// C13, for a type written at the number.
fn suffix_fits(subject: &Subject<'_>, expr: &Expr, literal: &Literal, known: &Known) -> bool {
    let unsigned = match peeled(expr) {
        Expr::Unary(unary) => peeled(&unary.expr),
        other => other,
    };
    let suffix = match unsigned {
        Expr::Lit(unsigned) => match &unsigned.lit {
            Lit::Int(int) => int.suffix(),
            Lit::Float(float) => float.suffix(),
            _ => "",
        },
        _ => "",
    };
    let fits = suffix.is_empty() || *known == Known::Other || suffix == known.name();
    if !fits {
        let (text, name) = (&literal.text, known.name());
        subject.error(
            expr,
            format_args!(
                "{text} is written as {suffix}, but the field is {name}; help: write {text}"
            ),
        );
    }
    fits
}

/// C13: float bound on an int field, and the reverse.
fn kind_fits(subject: &Subject<'_>, literal: &Literal, known: &Known) -> bool {
    let (text, name) = (&literal.text, known.name());
    let wrong = match known {
        Known::Int(_) if literal.is_float => {
            let help = literal.decimal.and_then(Decimal::integer).map_or_else(
                || "use f64 for the field, or an integer".to_owned(),
                |integer| format!("write {integer}"),
            );
            format!("{text} is a float, but the field is {name}; help: {help}")
        }
        known if known.is_float() && !literal.is_float => {
            format!("{text} is an integer, but the field is {name}; help: write {text}.0")
        }
        _ => return true,
    };
    subject.error(&literal.tokens, wrong);
    false
}

/// C15: NaN or infinite bound.
fn finite(subject: &Subject<'_>, literal: &Literal) -> bool {
    if !literal.float.is_finite() {
        not_finite(subject, &literal.tokens, &literal.text);
    }
    literal.float.is_finite()
}

fn not_finite(subject: &Subject<'_>, at: impl ToTokens, text: &str) {
    subject.error(
        at,
        format_args!("{text} is not a finite number; help: write one that is"),
    );
}

/// C11: bound outside the field's type; C12: integers beyond 2^53.
fn integer_fits(subject: &Subject<'_>, literal: &Literal, int: Option<&Int>) -> bool {
    let text = &literal.text;
    let value = literal.decimal.and_then(Decimal::integer);
    if let Some(int) = int
        && value == Some(0)
        && !int.zero
    {
        let name = int.name;
        subject.error(
            &literal.tokens,
            format_args!("{name} does not hold 0; help: leave it out"),
        );
        return false;
    }
    if let Some(int) = int
        && !value.is_some_and(|value| (int.min..=int.max).contains(&value))
    {
        let Int { name, min, max, .. } = int;
        subject.error(
            &literal.tokens,
            if max.checked_sub(*min).is_some_and(|width| width <= EXACT) {
                format!("{text} does not fit in {name}; help: stay within {min}..={max}")
            } else if *min == 0 && value.is_some_and(|value| value < 0) {
                format!("{text} does not fit in {name}; help: start at 0, or use a signed type")
            } else {
                format!("{text} does not fit in {name}; help: use f64")
            },
        );
        return false;
    }
    let exact = value.is_some_and(|value| (-EXACT..=EXACT).contains(&value));
    if !exact {
        subject.error(
            &literal.tokens,
            format_args!(
                "{text} cannot be stored exactly (numbers are stored as doubles); \
                 help: stay within {EXACT}, which is 2^53"
            ),
        );
    }
    exact
}

/// C11 for f32, whose largest value is about 3.4e38.
#[allow(
    clippy::cast_possible_truncation,
    reason = "asks what becomes of the number"
)]
fn f32_fits(subject: &Subject<'_>, literal: &Literal) -> bool {
    let fits = (literal.float as f32).is_finite();
    if !fits {
        let text = &literal.text;
        subject.error(
            &literal.tokens,
            format_args!("{text} does not fit in f32; help: use f64"),
        );
    }
    fits
}
