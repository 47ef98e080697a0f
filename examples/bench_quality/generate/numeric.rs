//! Numbers only: smooth, rugged, ten of them, and on a logarithmic scale.

use super::landscape::{basins, bowl, finished, ripples, turned, valley};
use super::{Draft, Range, number};

/// Floats of random ranges, and for each how far it is from the optimum in units of a quarter of the range: so
/// all lie somewhere in (-4, 4).
fn centered(draft: &mut Draft, dimensions: i64) -> Vec<String> {
    (0..dimensions)
        .map(|place| {
            let name = format!("x{place}");
            let low = draft.between(-10.0, 5.0);
            let width = draft.scale(0.5, 20.0);
            let high = super::rounded(low + width);
            let optimum = draft.between(low + 0.12 * width, high - 0.12 * width);
            draft.parameter(&name, Range::Float([low, high]));
            format!(
                "(({{{name}}} - {}) / {})",
                number(optimum),
                number(width / 4.0)
            )
        })
        .collect()
}

/// Logarithmic numbers, and for each the decades to the optimum.
fn decades(draft: &mut Draft, dimensions: i64) -> Vec<String> {
    (0..dimensions)
        .map(|place| {
            let name = format!("rate{place}");
            if draft.chance(0.25) {
                let high = draft.whole(200, 5000);
                let optimum = draft.scale(2.0, high as f64 * 0.7).round();
                draft.parameter(&name, Range::Int([1, high])).log = true;
                return format!("(log10({{{name}}}) - log10({optimum}))");
            }
            let high = draft.scale(1e-2, 1e2);
            let span = draft.between(3.0, 7.0);
            let low = super::rounded(high * 10_f64.powf(-span));
            let optimum = low.log10() + draft.between(0.12, 0.88) * span;
            draft.parameter(&name, Range::Float([low, high])).log = true;
            format!("(log10({{{name}}}) - {})", number(optimum))
        })
        .collect()
}

pub(super) fn smooth(kind: u32, draft: &mut Draft) {
    let dimensions = draft.whole(2, 6);
    let raw = centered(draft, dimensions);
    let names = turned(draft, "z", &raw);
    let loss = match kind % 4 {
        0 => bowl(draft, &names, 30.0),
        1 => valley(draft, &names),
        2 => format!("1 - exp(0 - 0.1 * ({}))", bowl(draft, &names, 6.0)),
        _ => {
            let power = draft.between(1.2, 3.0);
            let terms = names
                .iter()
                .map(|name| format!("abs({name})^{}", number(power)));
            terms.collect::<Vec<_>>().join(" + ")
        }
    };
    finished(draft, loss, &[]);
}

pub(super) fn rugged(kind: u32, draft: &mut Draft) {
    let dimensions = draft.whole(2, 5);
    let raw = centered(draft, dimensions);
    let names = match draft.chance(0.5) {
        true => turned(draft, "z", &raw),
        false => raw,
    };
    let base = bowl(draft, &names, 4.0);
    let height = draft.between(0.4, 2.5);
    let loss = match kind % 4 {
        0 => format!(
            "0.3 * ({base}) + {} * ({})",
            number(height),
            ripples(draft, &names, 3.0, 8.0)
        ),
        1 => {
            let count = draft.whole(3, 6);
            basins(draft, &names, count, 3.0)
        }
        2 => {
            let sharp = draft.between(0.2, 0.6);
            let mean = ripples(draft, &names, 4.0, 9.0);
            format!(
                "4 * (1 - exp(0 - {} * sqrt({base}))) + {} * ({mean}) / {dimensions}",
                number(sharp),
                number(height)
            )
        }
        _ => {
            let count = draft.whole(2, 4);
            let basins = basins(draft, &names, count, 3.0);
            format!("({basins}) + 0.3 * ({})", ripples(draft, &names, 2.0, 6.0))
        }
    };
    finished(draft, loss, &[]);
}

pub(super) fn ten(kind: u32, draft: &mut Draft) {
    let raw = centered(draft, 10);
    let loss = match kind % 4 {
        0 => {
            let names = turned(draft, "z", &raw);
            bowl(draft, &names, 20.0)
        }
        1 => {
            let height = draft.between(0.3, 1.0);
            let base = bowl(draft, &raw, 5.0);
            format!(
                "0.4 * ({base}) + {} * ({})",
                number(height),
                ripples(draft, &raw, 2.0, 5.0)
            )
        }
        // Few of them matter much.
        2 => {
            let names = turned(draft, "z", &raw[..4]);
            let main = basins(draft, &names, 3, 2.5);
            format!("({main}) + 0.05 * ({})", bowl(draft, &raw[4..], 2.0))
        }
        _ => {
            let pairs = raw
                .windows(2)
                .map(|pair| format!("({} - 0.5 * {})^2", pair[1], pair[0]));
            let pairs: Vec<String> = pairs.collect();
            format!("{}^2 + {}", raw[0], pairs.join(" + "))
        }
    };
    finished(draft, loss, &[]);
}

pub(super) fn log(kind: u32, draft: &mut Draft) {
    let dimensions = draft.whole(3, 5);
    let raw = decades(draft, dimensions);
    let loss = match kind % 4 {
        0 => {
            let names = turned(draft, "z", &raw);
            bowl(draft, &names, 10.0)
        }
        // Too much is much worse than too little, as with a rate of learning.
        1 => {
            let base = bowl(draft, &raw, 4.0);
            format!(
                "{base} + 3 * (exp(4 * max({} + {}, 0)) - 1)",
                raw[0], raw[1]
            )
        }
        2 => {
            let count = draft.whole(2, 4);
            basins(draft, &raw, count, 2.0)
        }
        // A ridge where the product of two is what counts.
        _ => {
            let ridge = draft.between(3.0, 12.0);
            let base = bowl(draft, &raw, 3.0);
            format!(
                "0.2 * ({base}) + {} * ({} + {})^2",
                number(ridge),
                raw[0],
                raw[1]
            )
        }
    };
    finished(draft, loss, &[]);
}

/// The best basin is a narrow one beside a wide one, and far from both all is alike: a search that settles early
/// settles in the wrong one.
pub(super) fn trap(kind: u32, draft: &mut Draft) {
    let dimensions = draft.whole(3, 4);
    let raw = match kind % 2 {
        0 => decades(draft, dimensions),
        _ => centered(draft, dimensions),
    };
    let names = match kind % 4 {
        2 | 3 => turned(draft, "z", &raw),
        _ => raw,
    };
    let narrow = draft.between(0.5, 1.1);
    let height = draft.between(0.05, 0.4);
    let wide = draft.between(1.8, 3.0);
    let squares = |shift: &mut dyn FnMut() -> f64| {
        let squares = names
            .iter()
            .map(|name| format!("({name} - {})^2", number(shift())));
        squares.collect::<Vec<_>>().join(" + ")
    };
    let best = squares(&mut || 0.0);
    let other = squares(&mut || {
        let far = draft.between(0.8, 2.0);
        if draft.chance(0.5) { far } else { -far }
    });
    let loss = format!(
        "min(1 - exp(0 - ({best}) / {}), {} + 0.6 * (1 - exp(0 - ({other}) / {})))",
        number(2.0 * narrow * narrow),
        number(height),
        number(2.0 * wide * wide)
    );
    finished(draft, loss, &[]);
}
