//! Arms with parameters of their own, one of which has arms again.

use serde_json::{Value as Json, json};

use super::landscape::finished;
use super::{Draft, Range, number};

/// The labels of the outer choice.
const ARMS: [&str; 4] = ["oak", "elm", "fir", "yew"];
/// The labels of the inner one.
const INNER: [&str; 3] = ["red", "dun", "tan"];

pub(super) fn arms(kind: u32, draft: &mut Draft) {
    let arms = &ARMS[..2 + kind as usize % 3];
    let labels = arms.iter().map(|label| json!(label)).collect();
    let shared = shared(draft);
    draft.parameter("arm", Range::Choices(labels));
    let (best, nested) = (arms[draft.place(arms.len())], arms[draft.place(arms.len())]);
    finished(draft, shared, &[]);
    for label in arms {
        // Other arms are better in the mean and worse at their best, or the reverse.
        let floor = if *label == best {
            0.0
        } else {
            draft.between(0.1, 0.8)
        };
        let mut terms = vec![number(floor)];
        for place in 0..draft.whole(1, 4) {
            let name = format!("{label}{place}");
            terms.push(own(draft, &name, ("arm", label)));
        }
        draft.term(super::Number::Formula(terms.join(" + ")), &[("arm", label)]);
    }
    inner(draft, nested);
}

/// A choice within an arm.
fn inner(draft: &mut Draft, arm: &str) {
    let labels: Vec<&str> = INNER[..2 + draft.place(2)].to_vec();
    let choices = labels
        .iter()
        .map(|label| json!(label))
        .collect::<Vec<Json>>();
    let when = &mut draft.parameter("inner", Range::Choices(choices)).when;
    when.insert("arm".to_owned(), arm.to_owned());
    let best = labels[draft.place(labels.len())];
    for label in labels {
        let floor = if label == best {
            0.0
        } else {
            draft.between(0.1, 0.6)
        };
        let mut terms = vec![number(floor)];
        for place in 0..draft.whole(1, 2) {
            let name = format!("{label}{place}");
            terms.push(own(draft, &name, ("inner", label)));
        }
        let when = [("arm", arm), ("inner", label)];
        draft.term(super::Number::Formula(terms.join(" + ")), &when);
    }
}

/// What every configuration has, and what it costs.
fn shared(draft: &mut Draft) -> String {
    let mut terms = Vec::new();
    for place in 0..draft.whole(1, 2) {
        let name = format!("shared{place}");
        draft.parameter(&name, Range::Float([-1.0, 1.0]));
        let at = draft.between(-0.8, 0.8);
        let steep = draft.scale(0.5, 5.0);
        terms.push(format!(
            "{} * ({{{name}}} - {})^2",
            number(steep),
            number(at)
        ));
    }
    terms.join(" + ")
}

/// A parameter of one arm, and what it costs beside the shared one.
fn own(draft: &mut Draft, name: &str, (decides, label): (&str, &str)) -> String {
    let steep = draft.scale(0.3, 3.0);
    let distance = match draft.whole(0, 3) {
        0 => {
            let at = draft.between(-4.2, -0.8);
            draft.parameter(name, Range::Float([1e-5, 1.0])).log = true;
            format!("(log10({{{name}}}) - {}) / 2", number(at))
        }
        1 => {
            let high = draft.whole(4, 20);
            let at = draft.whole(1, high);
            draft.parameter(name, Range::Int([1, high]));
            format!("({{{name}}} - {at}) / {}", number(high as f64 / 2.0))
        }
        _ => {
            let at = draft.between(0.1, 0.9);
            draft.parameter(name, Range::Float([0.0, 1.0]));
            format!("({{{name}}} - {}) * 2", number(at))
        }
    };
    let last = draft.space.len() - 1;
    draft.space[last]
        .when
        .insert(decides.to_owned(), label.to_owned());
    let rough = match draft.chance(0.4) {
        true => format!(" + 0.1 * (1 - cos(9 * {distance}))"),
        false => String::new(),
    };
    format!("{} * ({distance})^2{rough}", number(steep))
}
