//! The best parameters of a study in a file, which is read when the database is down.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::Stored;
use crate::error::{Error, Result};
use crate::id::TrialNumber;
use crate::optuna;
use crate::params::Params;
use crate::space::distribution::Distribution;

/// Writes the file, all of it or nothing.
pub(crate) fn write(file: &Path, study: &str, stored: &Stored) -> Result<()> {
    let members = stored.params.iter().map(|p| {
        format!(
            "    {}: {{\"stored\": {}, \"distribution\": {}}}",
            optuna::write_json_text(p.name()),
            optuna::write_value(&p.stored().into()),
            optuna::write_distribution(p.distribution())
        )
    });
    let text = format!(
        "{{\n  \"study\": {},\n  \"trial\": {},\n  \"value\": {},\n  \"params\": {{\n{}\n  }}\n}}\n",
        optuna::write_json_text(study),
        stored.number,
        optuna::write_value(&stored.value.into()),
        members.collect::<Vec<_>>().join(",\n")
    );
    // Into a file beside it first, so that a reader never sees half of it. Its name is random, because
    // processes in containers that share the folder may have the same id.
    let mut partial = file.as_os_str().to_owned();
    partial.push(format!(".{:08x}.part", rand::random::<u32>()));
    let partial = PathBuf::from(partial);
    std::fs::File::create(&partial)
        .and_then(|mut out| out.write_all(text.as_bytes()).and_then(|()| out.sync_all()))
        .and_then(|()| std::fs::rename(&partial, file))
        .map_err(|error| {
            let _ = std::fs::remove_file(&partial);
            broken(file, &format!("it cannot be written: {error}"))
        })
}

/// What the file holds; `None` where there is none.
pub(crate) fn read(file: &Path, study: &str) -> Result<Option<Stored>> {
    let broken = |reason: &str| broken(file, reason);
    let text = match std::fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| broken(&format!("it cannot be read: {error}")))?,
    };
    parse(&text, study).map(Some).map_err(|why| broken(&why))
}

/// The trial and its parameters of a snapshot of `study`.
pub(crate) fn parse(text: &str, study: &str) -> Result<Stored, String> {
    let json = optuna::read_json(text)?;
    let name = json.get("study").cloned().map(optuna::Json::into_value);
    if name.as_ref().and_then(crate::Value::as_str) != Some(study) {
        return Err("it belongs to another study".to_owned());
    }
    let (
        Some(optuna::Json::Scalar(crate::Value::Int(trial))),
        Some(value),
        Some(optuna::Json::Object(members)),
    ) = (
        json.get("trial"),
        json.get("value").and_then(optuna::Json::as_f64),
        json.get("params"),
    )
    else {
        return Err("it is no snapshot of docktuna".to_owned());
    };
    let mut params = Params::default();
    for (name, member) in members {
        let parameter = member.get("stored").and_then(optuna::Json::as_f64).zip(
            member
                .get("distribution")
                .and_then(|json| optuna::read_distribution(&json.to_text()).ok()),
        );
        let (stored, distribution): (f64, Distribution) =
            parameter.ok_or_else(|| format!("its parameter {name:?} is broken"))?;
        params.push(name, distribution, stored);
    }
    let trial = i32::try_from(*trial).map_err(|_| format!("its trial {trial} is none"))?;
    Ok(Stored {
        params,
        value,
        number: TrialNumber(trial),
    })
}

fn broken(file: &Path, reason: &str) -> Error {
    Error::Snapshot {
        path: file.to_owned(),
        reason: reason.to_owned(),
    }
}
