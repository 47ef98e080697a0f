//! `range`, `log` and `step`.

use std::cmp::Ordering;

use syn::{Expr, ExprRange, RangeLimits};

use super::number::{literal, number, order};
use crate::attr::as_written;
use crate::attr::{Attrs, Entry, Key, peeled};
use crate::decimal::Decimal;
use crate::diag::Subject;
use crate::model::{Choice, Domain, Literal, Number, Range, Scale};
use crate::types::Known;

/// The range of a field whose type is `known`.
pub(super) fn range(
    subject: &Subject<'_>,
    attrs: &Attrs,
    range: &Entry,
    known: &Known,
) -> Option<Domain> {
    let ends = ends(subject, range, known);
    let scale = scale(subject, attrs, known);
    let ((low, high), scale) = (ends?, scale?);
    match &scale {
        Scale::Log(_) => positive(subject, &low, known)?,
        Scale::Step(step) => on_grid(subject, &low, &high, step)?,
        Scale::Linear => {}
    }
    Some(Domain::Range(Box::new(Range { low, high, scale })))
}

/// A range without `log` or `step`, whatever else the field has.
pub(super) fn linear(subject: &Subject<'_>, range: &Entry, known: &Known) -> Option<Domain> {
    let (low, high) = ends(subject, range, known)?;
    let scale = Scale::Linear;
    Some(Domain::Range(Box::new(Range { low, high, scale })))
}

fn ends(subject: &Subject<'_>, range: &Entry, known: &Known) -> Option<(Number, Number)> {
    let value = range.value()?;
    let name = &range.ident;
    let Expr::Range(range) = peeled(value) else {
        subject.error(
            value,
            format_args!("this is not a range; help: write {name} = low..=high"),
        );
        return None;
    };
    let (low, high) = both_ends(subject, range)?;
    closed(subject, range, low, high)?;
    let (low, high) = (number(subject, low, known), number(subject, high, known));
    let (low, high) = (low?, high?);
    if let (Some(low), Some(high)) = (low.literal(), high.literal()) {
        ordered(subject, low, high)?;
        without_zero(subject, low, high, known)?;
        distinct_in_f32(subject, low, high, known)?;
    }
    Some((low, high))
}

/// C3: a bound is missing.
fn both_ends<'a>(subject: &Subject<'_>, range: &'a ExprRange) -> Option<(&'a Expr, &'a Expr)> {
    let ends = range.start.as_deref().zip(range.end.as_deref());
    if ends.is_none() {
        subject.error(range, "a range needs both ends; help: write low..=high");
    }
    ends
}

/// C2: half-open range.
fn closed(subject: &Subject<'_>, range: &ExprRange, low: &Expr, high: &Expr) -> Option<()> {
    let RangeLimits::HalfOpen(dots) = &range.limits else {
        return Some(());
    };
    let (low, end) = (text(low), text(high));
    let last = literal(high).filter(|high| !high.is_float);
    let last = last.and_then(|high| high.decimal?.integer()?.checked_sub(1));
    let mut help = format!("bounds are inclusive; help: write `{low}..={end}`");
    if let Some(last) = last {
        help.push_str(&format!(" (or `{low}..={last}` if {end} must not occur)"));
    }
    subject.error(dots, help);
    None
}

/// C7: log with step.
fn scale(subject: &Subject<'_>, attrs: &Attrs, known: &Known) -> Option<Scale> {
    if let [_, later, ..] = attrs.given(&[Key::Log, Key::Step]).as_slice() {
        subject.error(
            &later.ident,
            "`log` and `step` cannot be combined; help: keep one",
        );
        return None;
    }
    if let Some(log) = attrs.get(Key::Log) {
        return Some(Scale::Log(log.ident.span()));
    }
    match attrs.get(Key::Step).and_then(Entry::value) {
        Some(step) => number(subject, step, known).map(Scale::Step),
        None => Some(Scale::Linear),
    }
}

/// C4: low above high.
fn ordered(subject: &Subject<'_>, low: &Literal, high: &Literal) -> Option<()> {
    if order(low, high) == Ordering::Greater {
        subject.error(
            &low.tokens,
            format_args!(
                "lower bound {} is above upper bound {}; help: swap them",
                low.text, high.text
            ),
        );
        return None;
    }
    Some(())
}

/// C11: 0 between the bounds of a type that does not hold it.
fn without_zero(subject: &Subject<'_>, low: &Literal, high: &Literal, known: &Known) -> Option<()> {
    let Known::Int(int) = known else {
        return Some(());
    };
    if int.zero || low.float > 0.0 || high.float < 0.0 {
        return Some(());
    }
    subject.error(
        &high.tokens,
        format_args!(
            "0 is in {}..={}, and {} does not hold it; help: stay on one side of 0, or write choices",
            low.text, high.text, int.name
        ),
    );
    None
}

/// C14: f32 bounds that collapse into one value.
#[allow(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "that is the question"
)]
fn distinct_in_f32(
    subject: &Subject<'_>,
    low: &Literal,
    high: &Literal,
    known: &Known,
) -> Option<()> {
    let differ = order(low, high) != Ordering::Equal;
    if *known == Known::F32 && differ && low.float as f32 == high.float as f32 {
        subject.error(
            &high.tokens,
            format_args!(
                "{} and {} are the same number in f32; help: use f64, or fixed = {}",
                low.text, high.text, low.text
            ),
        );
        return None;
    }
    Some(())
}

/// C5, C6: log with low ≤ 0 (float), < 1 (int).
fn positive(subject: &Subject<'_>, low: &Number, known: &Known) -> Option<()> {
    let Some(low) = low.literal() else {
        return Some(());
    };
    let rule = match known {
        Known::Int(_) if low.float < 1.0 => "of at least 1",
        Known::F32 | Known::F64 if low.float <= 0.0 => "above 0",
        _ => return Some(()),
    };
    subject.error(
        &low.tokens,
        format_args!("a log scale needs a lower bound {rule}; help: raise it, or remove `log`"),
    );
    None
}

/// C8: step ≤ 0; C9: range not a multiple of step; C10: step larger than the range.
fn on_grid(subject: &Subject<'_>, low: &Number, high: &Number, step: &Number) -> Option<()> {
    let Some(step) = step.literal() else {
        return Some(());
    };
    if !step.decimal.map_or(step.float > 0.0, Decimal::is_positive) {
        subject.error(
            &step.tokens,
            "a step must be above 0; help: write the distance between neighbouring values",
        );
        return None;
    }
    let (Some(low), Some(high)) = (low.literal(), high.literal()) else {
        return Some(());
    };
    let Some(grid) = grid(low, high, step) else {
        return Some(());
    };
    let (low, end, by) = (&low.text, &high.text, &step.text);
    if grid.steps < 1 {
        subject.error(
            &step.tokens,
            format_args!(
                "step {by} is larger than the range {low}..={end}, only {low} can be drawn; \
                 help: fixed = {low}"
            ),
        );
        return None;
    }
    if !grid.exact {
        let last = shown(grid.last, high);
        subject.error(
            &high.tokens,
            format_args!(
                "{low}..={end} is not a multiple of step {by}, the last value is {last}; \
                 help: write {last}"
            ),
        );
        return None;
    }
    Some(())
}

/// C24: default outside the range, off the step grid.
pub(super) fn default(
    subject: &Subject<'_>,
    expr: &Expr,
    domain: &Domain,
    known: &Known,
) -> Option<Choice> {
    let value = number(subject, expr, known)?;
    if let (Domain::Range(range), Some(default)) = (domain, value.literal()) {
        let Range { low, high, scale } = &**range;
        default_within(subject, low.literal(), high.literal(), default)?;
        if let (Scale::Step(step), Some(low)) = (scale, low.literal()) {
            default_on_grid(subject, low, step.literal(), default)?;
        }
    }
    Some(Choice::Number(value))
}

fn default_within(
    subject: &Subject<'_>,
    low: Option<&Literal>,
    high: Option<&Literal>,
    default: &Literal,
) -> Option<()> {
    let below = low.filter(|low| order(default, low) == Ordering::Less);
    let above = high.filter(|high| order(default, high) == Ordering::Greater);
    let (side, bound) = match (below, above) {
        (Some(low), _) => ("below the lower bound", low),
        (None, Some(high)) => ("above the upper bound", high),
        (None, None) => return Some(()),
    };
    subject.error(
        &default.tokens,
        format_args!(
            "default {} is {side} {}; help: choose one within the range",
            default.text, bound.text
        ),
    );
    None
}

fn default_on_grid(
    subject: &Subject<'_>,
    low: &Literal,
    step: Option<&Literal>,
    default: &Literal,
) -> Option<()> {
    let Some(grid) = step.and_then(|step| grid(low, default, step)) else {
        return Some(());
    };
    if grid.exact {
        return Some(());
    }
    let last = shown(grid.last, default);
    subject.error(
        &default.tokens,
        format_args!(
            "default {} is off the step grid; help: write {last}, or change the step",
            default.text
        ),
    );
    None
}

fn grid(low: &Literal, high: &Literal, step: &Literal) -> Option<crate::decimal::Grid> {
    Decimal::grid(low.decimal?, high.decimal?, step.decimal?)
}

/// A number as one would write it in the place of `like`.
fn shown(number: Decimal, like: &Literal) -> String {
    let text = number.to_string();
    let needs_point = like.is_float && !text.contains(['.', 'e']);
    if needs_point {
        format!("{text}.0")
    } else {
        text
    }
}

/// A bound as it stands in messages.
fn text(expr: &Expr) -> String {
    literal(expr).map_or_else(|| as_written(expr), |literal| literal.text)
}
