//! Choices, integers, steps and floats that depend on each other.

use serde_json::{Value as Json, json};

use super::landscape::{finished, ripples};
use super::{Definition, Draft, Number, Range, number};
use crate::problem::file::Table;

pub(super) fn mixed(kind: u32, draft: &mut Draft) {
    let first = draft.whole(3, 5);
    let second = draft.whole(2, 5);
    choice(draft, "kind", first);
    choice(draft, "mode", second);
    draft.parameter("flag", Range::Choices(vec![json!(false), json!(true)]));

    // What each pair of choices costs by itself: at one of them nothing.
    let best = [draft.whole(0, first - 1), draft.whole(0, second - 1)];
    let costs = (0..first).map(|a| {
        let row = (0..second).map(|b| match [a, b] == best {
            true => 0.0,
            false => draft.between(0.1, 2.0),
        });
        row.collect::<Vec<f64>>()
    });
    let costs: Vec<Vec<f64>> = costs.collect();
    table(draft, "cost", &["kind", "mode"], json!(costs));

    let mut terms = vec!["{cost}".to_owned()];
    // Numbers whose best value depends on the choices.
    for place in 0..draft.whole(1, 3) {
        let name = format!("x{place}");
        draft.parameter(&name, Range::Float([0.0, 1.0]));
        let by = if place == 0 { "kind" } else { "mode" };
        let count = if place == 0 { first } else { second };
        let at: Vec<f64> = (0..count).map(|_| draft.between(0.1, 0.9)).collect();
        table(draft, &format!("at{place}"), &[by], json!(at));
        let steep = draft.scale(2.0, 20.0);
        terms.push(format!(
            "{} * ({{{name}}} - {{at{place}}})^2",
            number(steep)
        ));
    }
    // An integer that the flag moves, a step, and a logarithm.
    let widest = draft.whole(8, 24);
    draft.parameter("width", Range::Int([1, widest]));
    let wanted = [draft.whole(1, widest), draft.whole(1, widest)];
    table(draft, "wanted", &["flag"], json!(wanted));
    terms.push(format!(
        "abs({{width}} - {{wanted}}) / {}",
        number(widest as f64 / 2.0)
    ));
    draft.parameter("drop", Range::Float([0.0, 0.5])).step = Some(0.05);
    let drop = 0.05 * draft.whole(0, 10) as f64;
    terms.push(format!("4 * ({{drop}} - {})^2", number(drop)));
    draft.parameter("rate", Range::Float([1e-5, 1.0])).log = true;
    let rate = draft.between(-4.0, -1.0);
    let decades = format!("(log10({{rate}}) - {})", number(rate));
    let with_flag = draft.between(0.5, 2.0);
    terms.push(format!(
        "(0.3 + {} * {{flag}}) * {decades}^2",
        number(with_flag)
    ));
    if kind % 2 == 1 {
        let ripples = ripples(draft, &[decades, "({x0} - {at0})".to_owned()], 4.0, 12.0);
        terms.push(format!("0.2 * ({ripples})"));
    }
    if kind % 4 >= 2 {
        choice(draft, "extra", 6);
        let extra: Vec<f64> = (0..6)
            .map(|i| {
                if i == best[0] {
                    0.0
                } else {
                    draft.between(0.05, 0.5)
                }
            })
            .collect();
        table(draft, "cost2", &["extra"], json!(extra));
        terms.push("{cost2}".to_owned());
    }
    finished(draft, terms.join(" + "), &[]);
}

fn choice(draft: &mut Draft, name: &str, count: i64) {
    let labels = (0..count).map(|i| Json::String(format!("{name}{i}")));
    draft.parameter(name, Range::Choices(labels.collect()));
}

fn table(draft: &mut Draft, name: &str, of: &[&str], numbers: Json) {
    draft.definitions.push(Definition {
        name: name.to_owned(),
        number: Number::Table(Table {
            of: of.iter().map(|name| (*name).to_owned()).collect(),
            numbers,
        }),
    });
}
