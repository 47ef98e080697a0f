//! Spaces as JSON: `{"version": 1, "params": [{"name": …, "distribution": …}, …]}`.

use std::collections::{HashMap, HashSet};

use super::{EntryKind, OutlineEntry, SpaceOutline};
use crate::error::{Error, Result};
use crate::optuna::{self, Json};
use crate::space::distribution::Distribution;
use crate::space::{Condition, Test, Value};

/// The form that is written; a later one may not be readable for this release.
const VERSION: i64 = 1;

impl SpaceOutline {
    /// The outline as JSON, with distributions in Optuna's form.
    #[must_use]
    pub fn to_json(&self) -> String {
        let entries: Vec<String> = self.entries.iter().map(write).collect();
        format!(
            "{{\"version\": {VERSION}, \"params\": [{}]}}",
            entries.join(", ")
        )
    }

    /// Reads the JSON that [`to_json`](Self::to_json) wrote. Unknown members are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::SpaceJson`] with the entry and what is wrong with it: the text is not JSON or has a newer
    /// form, a name is missing or occurs twice, a distribution has no values, a default is not one of the
    /// values, or a condition is not on an earlier entry.
    pub fn from_json(text: &str) -> Result<Self> {
        read(text).map_err(|reason| Error::SpaceJson { reason })
    }
}

fn write(entry: &OutlineEntry) -> String {
    let text = |text: &str| optuna::write_json_text(text);
    let mut members = vec![format!("\"name\": {}", text(&entry.name))];
    match &entry.kind {
        EntryKind::Param {
            distribution,
            ordered,
            default,
        } => {
            let distribution = optuna::write_distribution(distribution);
            members.push(format!("\"distribution\": {distribution}"));
            if *ordered {
                members.push("\"ordered\": true".to_owned());
            }
            if let Some(default) = default {
                members.push(format!("\"default\": {}", optuna::write_value(default)));
            }
        }
        EntryKind::Fixed(value) => members.push(format!("\"fixed\": {}", text(value))),
    }
    if !entry.when.is_empty() {
        let when = entry.when.iter().map(|condition| {
            let test = match &condition.test {
                Test::Is(labels) => match labels.as_slice() {
                    [label] => format!("\"is\": {}", text(label)),
                    labels => {
                        let labels: Vec<String> = labels.iter().map(|label| text(label)).collect();
                        format!("\"is\": [{}]", labels.join(", "))
                    }
                },
                Test::Above(number) => format!("\"above\": {number}"),
            };
            format!("{{\"param\": {}, {test}}}", text(&condition.param))
        });
        let when: Vec<String> = when.collect();
        members.push(format!("\"when\": [{}]", when.join(", ")));
    }
    if !entry.doc.is_empty() {
        members.push(format!("\"doc\": {}", text(&entry.doc)));
    }
    format!("{{{}}}", members.join(", "))
}

fn read(text: &str) -> Result<SpaceOutline, String> {
    let json = optuna::read_json(text)?;
    match json.get("version") {
        Some(Json::Scalar(Value::Int(1..=VERSION))) => {}
        None => return Err("it has no `version`".to_owned()),
        Some(other) => {
            return Err(format!(
                "its version is {}, and this release reads {VERSION}; help: use a newer docktuna",
                other.to_text()
            ));
        }
    }
    let Some(Json::Array(items)) = json.get("params") else {
        return Err("its `params` are no list".to_owned());
    };
    let (mut outline, mut before) = (SpaceOutline::default(), Before::new());
    for (place, item) in items.iter().enumerate() {
        let entry = match member(item, "name") {
            Ok(Some(name)) if !name.is_empty() => {
                read_entry(name, item, &before).map_err(|why| format!("{name:?}: {why}"))
            }
            _ => Err(format!("entry {place} of `params` has no name")),
        }?;
        before.insert(entry.name.clone(), Chooses::of(&entry.kind));
        outline.entries.push(entry);
    }
    Ok(outline)
}

/// The entries read so far by name, so that a long list takes no longer than its length.
type Before = HashMap<String, Chooses>;

/// What a condition may ask of an entry.
enum Chooses {
    /// One of these texts.
    Label(HashSet<String>),
    /// A number below this one.
    Below(i64),
    Nothing,
}

impl Chooses {
    fn of(kind: &EntryKind) -> Self {
        match kind {
            EntryKind::Param {
                distribution: Distribution::Categorical(choices),
                ..
            } => {
                let texts = choices.iter().filter_map(Value::as_str);
                Self::Label(texts.map(str::to_owned).collect())
            }
            EntryKind::Param {
                distribution: Distribution::Int(range),
                ..
            } => Self::Below(range.high),
            _ => Self::Nothing,
        }
    }
}

fn read_entry(name: &str, item: &Json, before: &Before) -> Result<OutlineEntry, String> {
    if before.contains_key(name) {
        return Err("it is given twice".to_owned());
    }
    let kind = match (item.get("distribution"), member(item, "fixed")?) {
        (Some(json), None) => read_param(json, item)?,
        (None, Some(value)) => EntryKind::Fixed(value.to_owned()),
        (Some(_), Some(_)) => return Err("it is both searched and fixed".to_owned()),
        (None, None) => return Err("it has neither `distribution` nor `fixed`".to_owned()),
    };
    let when = match item.get("when") {
        None => Vec::new(),
        Some(Json::Array(conditions)) => conditions
            .iter()
            .map(|condition| read_condition(condition, before))
            .collect::<Result<_, _>>()?,
        Some(_) => return Err("its `when` is no list".to_owned()),
    };
    Ok(OutlineEntry {
        name: name.to_owned(),
        kind,
        when,
        doc: member(item, "doc")?.unwrap_or_default().to_owned(),
    })
}

fn read_param(json: &Json, item: &Json) -> Result<EntryKind, String> {
    let distribution = optuna::read_distribution(&json.to_text())?;
    if let Distribution::Float(range) = &distribution {
        let numbers = [Some(range.low), Some(range.high), range.step];
        let finite = numbers.iter().flatten().all(|number| number.is_finite());
        if !finite || range.low > range.high || range.step.is_some_and(|step| step <= 0.0) {
            return Err(format!("no value lies in its range {distribution}"));
        }
    }
    let ordered = match item.get("ordered") {
        None => false,
        Some(Json::Scalar(Value::Bool(ordered))) => *ordered,
        Some(_) => return Err("its `ordered` is not true or false".to_owned()),
    };
    let default = item.get("default").cloned().map(Json::into_value);
    if let Some(default) = &default
        && distribution.stored(default).is_none()
    {
        return Err(format!("its default {default} is not in {distribution}"));
    }
    Ok(EntryKind::Param {
        distribution,
        ordered,
        default,
    })
}

fn read_condition(json: &Json, before: &Before) -> Result<Condition, String> {
    let test = match (json.get("is"), json.get("above")) {
        (Some(Json::Scalar(Value::Str(label))), None) => {
            Some(Test::Is(vec![label.clone().into_owned()]))
        }
        (Some(Json::Array(labels)), None) if !labels.is_empty() => {
            let labels = labels.iter().map(|label| match label {
                Json::Scalar(Value::Str(label)) => Some(label.clone().into_owned()),
                _ => None,
            });
            labels.collect::<Option<_>>().map(Test::Is)
        }
        (None, Some(Json::Scalar(Value::Int(number)))) => {
            usize::try_from(*number).ok().map(Test::Above)
        }
        _ => None,
    };
    let (Some(param), Some(test)) = (member(json, "param")?, test) else {
        return Err("a condition needs `param`, and `is` or `above`".to_owned());
    };
    let param = param.to_owned();
    let condition = Condition { param, test };
    let possible = match (before.get(&condition.param), &condition.test) {
        (Some(Chooses::Label(known)), Test::Is(labels)) => {
            labels.iter().all(|label| known.contains(label))
        }
        (Some(Chooses::Below(high)), Test::Above(number)) => {
            i64::try_from(*number).is_ok_and(|number| number < *high)
        }
        _ => false,
    };
    if possible {
        Ok(condition)
    } else {
        Err(format!("no entry before it has the choice {condition}"))
    }
}

/// The text that a member is, if it is there.
fn member<'a>(json: &'a Json, key: &str) -> Result<Option<&'a str>, String> {
    match json.get(key) {
        None => Ok(None),
        Some(Json::Scalar(Value::Str(text))) => Ok(Some(text)),
        Some(_) => Err(format!("its `{key}` is no text")),
    }
}
