//! A study as JSON, in the form in which Optuna's reports and the fixtures have it.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use docktuna::{Attributes, Distribution, DynamicStudy, FrozenTrial, Value};
use serde_json::{Map, Value as Json, json};

/// A float as the reports write it.
pub(crate) fn float(value: f64) -> Json {
    if value.is_nan() {
        return json!({"$float": "nan"});
    }
    if value.is_infinite() {
        return json!({"$float": if value > 0.0 { "inf" } else { "-inf" }});
    }
    json!(value)
}

/// JSON as Python writes it, with what is not strict JSON in the reports' form.
pub(crate) fn strict(text: &str) -> Json {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if first == '"' {
            let mut escaped = false;
            let close = rest[1..].find(|c| {
                let found = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                found
            });
            close.map_or(rest.len(), |at| at + 2)
        } else {
            let word = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
            rest.find(|c| !word(c))
                .unwrap_or(rest.len())
                .max(first.len_utf8())
        };
        let token = &rest[..end];
        let integer = token
            .trim_start_matches('-')
            .bytes()
            .all(|byte| byte.is_ascii_digit());
        match token {
            "NaN" => out.push_str(r#"{"$float": "nan"}"#),
            "Infinity" => out.push_str(r#"{"$float": "inf"}"#),
            "-Infinity" => out.push_str(r#"{"$float": "-inf"}"#),
            big if integer
                && big
                    .parse::<i128>()
                    .is_ok_and(|n| n.unsigned_abs() > 1 << 53) =>
            {
                out.push_str(&format!(r#"{{"$int": "{big}"}}"#));
            }
            other => out.push_str(other),
        }
        rest = &rest[end..];
    }
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub(crate) fn value(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(b) => json!(b),
        Value::Int(i) if i.unsigned_abs() > 1 << 53 => json!({"$int": i.to_string()}),
        Value::Int(i) => json!(i),
        Value::Float(v) => float(*v),
        Value::Str(text) => json!(text),
        Value::Json(text) => strict(text),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn distribution(distribution: &Distribution) -> Json {
    match distribution {
        Distribution::Float(d) => json!({"name": "FloatDistribution", "attributes": {
            "step": d.grid_step(), "low": float(d.low()), "high": float(d.high()), "log": d.is_log()}}),
        Distribution::Int(d) => json!({"name": "IntDistribution", "attributes": {
            "log": d.is_log(), "step": d.grid_step(), "low": d.low(), "high": d.high()}}),
        Distribution::Categorical(choices) => json!({"name": "CategoricalDistribution",
            "attributes": {"choices": choices.iter().map(value).collect::<Vec<_>>()}}),
        other => panic!("{other:?}"),
    }
}

fn attributes(attributes: &Attributes) -> Json {
    attributes
        .iter()
        .map(|(key, json)| (key.clone(), strict(json.as_json())))
        .collect::<Map<_, _>>()
        .into()
}

fn moment(moment: Option<NaiveDateTime>) -> Json {
    moment.map_or(Json::Null, |moment| {
        json!(moment.format("%Y-%m-%d %H:%M:%S%.6f").to_string())
    })
}

pub(crate) fn trial(trial: &FrozenTrial) -> Json {
    let params = || trial.params.iter();
    let by_name = |f: &dyn Fn(&docktuna::Parameter) -> Json| -> Json {
        params()
            .map(|p| (p.name().to_owned(), f(p)))
            .collect::<Map<_, _>>()
            .into()
    };
    let reported: BTreeMap<String, Json> = trial
        .intermediate_values
        .iter()
        .map(|(step, v)| (step.to_string(), float(*v)))
        .collect();
    json!({
        "number": trial.number.get(),
        "trial_id": trial.id.get(),
        "state": trial.state.as_str(),
        "values": if trial.values.is_empty() { Json::Null } else {
            trial.values.iter().map(|v| float(*v)).collect::<Vec<_>>().into() },
        "datetime_start": moment(trial.datetime_start),
        "datetime_complete": moment(trial.datetime_complete),
        "param_order": params().map(|p| p.name()).collect::<Vec<_>>(),
        "params": by_name(&|p| value(&p.value())),
        "params_internal": by_name(&|p| float(p.stored())),
        "distributions": by_name(&|p| distribution(p.distribution())),
        "user_attrs": attributes(&trial.user_attrs),
        "system_attrs": attributes(&trial.system_attrs),
        "constraints": trial.constraints().into_iter().map(|(k, v)| (k, float(v))).collect::<Map<_, _>>(),
        "intermediate_values": reported,
    })
}

pub(crate) async fn study(study: &DynamicStudy) -> Json {
    let trials = study.trials().await.unwrap();
    let several = study.directions().len() > 1;
    let best = if several {
        None
    } else {
        study.best_trial().await.ok()
    };
    let front = study.pareto_front().await.unwrap();
    json!({
        "study_id": study.id().get(),
        "study_name": study.name(),
        "directions": study.directions().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "user_attrs": attributes(&study.user_attrs().await.unwrap()),
        "system_attrs": attributes(&study.system_attrs().await.unwrap()),
        "n_trials": trials.len(),
        "best_trial": best.as_ref().map(|t| t.number.get()),
        "best_value": best.as_ref().and_then(FrozenTrial::value).map(float),
        "best_trials": front.iter().map(|t| t.number.get()).collect::<Vec<_>>(),
        "trials": trials.iter().map(trial).collect::<Vec<_>>(),
    })
}

/// Asserts that `ours` and what Optuna reported agree in everything that `ours` says.
pub(crate) fn assert_agrees(ours: &Json, report: &Json, at: &str) {
    match (ours, report) {
        (Json::Object(mine), Json::Object(theirs)) if !mine.keys().any(|k| k.starts_with('$')) => {
            for (key, mine) in mine {
                let at = format!("{at}.{key}");
                match theirs.get(key) {
                    // Optuna raises where we have none.
                    Some(Json::Object(error)) if error.contains_key("error") => {
                        assert!(mine.is_null(), "{at}: {mine} against {error:?}");
                    }
                    Some(theirs) => assert_agrees(mine, theirs, &at),
                    None => panic!("{at}: {mine} is not reported"),
                }
            }
            // Nothing that was reported may be missing in a map of names.
            if at.ends_with("attrs") || at.ends_with("params") || at.ends_with("values") {
                assert_eq!(mine.len(), theirs.len(), "{at}: {ours} against {report}");
            }
        }
        (Json::Array(mine), Json::Array(theirs)) => {
            assert_eq!(mine.len(), theirs.len(), "{at}: {ours} against {report}");
            for (i, (mine, theirs)) in mine.iter().zip(theirs).enumerate() {
                assert_agrees(mine, theirs, &format!("{at}[{i}]"));
            }
        }
        _ => assert_eq!(ours, report, "{at}"),
    }
}
