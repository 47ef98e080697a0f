//! Losses of several numbers: rotations, and shapes whose smallest value is 0 where all are 0.

use std::fmt::Write;

use super::{Draft, number};

/// A random rotation: the product of one in each of many planes.
fn rotation(draft: &mut Draft, dimensions: usize) -> Vec<Vec<f64>> {
    let mut matrix: Vec<Vec<f64>> = (0..dimensions)
        .map(|row| {
            (0..dimensions)
                .map(|column| f64::from(u8::from(row == column)))
                .collect()
        })
        .collect();
    for _ in 0..2 * dimensions {
        let one = draft.place(dimensions);
        let other = draft.place(dimensions);
        if one == other {
            continue;
        }
        let (sin, cos) = draft.between(0.0, std::f64::consts::TAU).sin_cos();
        for row in &mut matrix {
            let (a, b) = (row[one], row[other]);
            (row[one], row[other]) = (cos * a - sin * b, sin * a + cos * b);
        }
    }
    matrix
}

/// Defines numbers `{prefix}0`, `{prefix}1`, …: the given formulas, turned by chance.
pub(super) fn turned(draft: &mut Draft, prefix: &str, formulas: &[String]) -> Vec<String> {
    let matrix = rotation(draft, formulas.len());
    let mut names = Vec::new();
    for (place, row) in matrix.iter().enumerate() {
        let mut sum = String::new();
        for (factor, formula) in row.iter().zip(formulas) {
            if *factor != 0.0 {
                let plus = if sum.is_empty() { "" } else { " + " };
                let _ = write!(sum, "{plus}{} * {formula}", number(*factor));
            }
        }
        let name = format!("{prefix}{place}");
        draft.define(&name, sum);
        names.push(format!("{{{name}}}"));
    }
    names
}

/// Σ aᵢ zᵢ², the factors spread over `condition`.
pub(super) fn bowl(draft: &mut Draft, names: &[String], condition: f64) -> String {
    let terms = names.iter().map(|name| {
        let factor = draft.scale(1.0, condition);
        format!("{} * {name}^2", number(factor))
    });
    terms.collect::<Vec<_>>().join(" + ")
}

/// Σ (1 − cos(ωᵢ zᵢ)): 0 at 0, and many hollows.
pub(super) fn ripples(draft: &mut Draft, names: &[String], slow: f64, fast: f64) -> String {
    let terms = names.iter().map(|name| {
        let frequency = draft.between(slow, fast);
        format!("(1 - cos({} * {name}))", number(frequency))
    });
    terms.collect::<Vec<_>>().join(" + ")
}

/// A curved valley along the first coordinate; the others follow the one before.
pub(super) fn valley(draft: &mut Draft, names: &[String]) -> String {
    let steep = draft.scale(3.0, 40.0);
    let bend = draft.between(0.3, 1.2);
    let mut terms = vec![format!("{}^2", names[0])];
    for pair in names.windows(2) {
        let (one, next) = (&pair[0], &pair[1]);
        terms.push(format!(
            "{} * ({next} - {} * {one}^2)^2",
            number(steep),
            number(bend)
        ));
    }
    terms.join(" + ")
}

/// The smallest of several bowls around points of their own: the first lies at 0 and ends at 0, the others end
/// above it and are wider.
pub(super) fn basins(draft: &mut Draft, names: &[String], count: i64, reach: f64) -> String {
    let mut basins = vec![format!("({})", bowl(draft, names, 4.0))];
    for _ in 1..count {
        let height = draft.between(0.3, 2.0);
        let steepness = draft.between(0.15, 0.8);
        let squares = names.iter().map(|name| {
            let at = draft.between(-reach, reach);
            format!("({name} - {})^2", number(at))
        });
        let squares: Vec<String> = squares.collect();
        basins.push(format!(
            "({} + {} * ({}))",
            number(height),
            number(steepness),
            squares.join(" + ")
        ));
    }
    format!("min({})", basins.join(", "))
}

/// A rising function of a loss of at least 0, and a level and a scale of its own; sets the optimum.
pub(super) fn finished(draft: &mut Draft, loss: String, when: &[(&str, &str)]) {
    draft.define("raw", loss);
    let warped = match draft.whole(0, 3) {
        0 => "{raw}".to_owned(),
        1 => "sqrt({raw})".to_owned(),
        2 => "ln(1 + 10 * {raw})".to_owned(),
        _ => "{raw} * sqrt({raw})".to_owned(),
    };
    let scale = draft.scale(0.1, 100.0);
    let level = draft.between(-5.0, 5.0);
    draft.optimum += level;
    let formula = format!("{} + {} * {warped}", number(level), number(scale));
    draft.term(super::Number::Formula(formula), when);
}
