//! Searching with Python's Optuna: it suggests each value when the type asks for it, as in a Python
//! objective, and the loss is computed here.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use docktuna::space::{Domain, Param};
use docktuna::{BoxError, Distribution, Source, Value};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::problem::file::Read;
use crate::problem::{Losses, Objective, Run};

/// A Python process that suggests.
pub(crate) struct Optuna {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    version: String,
}

impl Optuna {
    /// Starts `python`, which has to have Optuna.
    pub(crate) fn start(python: &str) -> Result<Self, BoxError> {
        Self::start_with(python, include_str!("optuna.py"))
    }

    /// The same with another driver, which also says its version first.
    pub(crate) fn start_with(python: &str, driver: &str) -> Result<Self, BoxError> {
        let mut child = Command::new(python)
            .args(["-c", driver])
            // One core for each side.
            .envs(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"].map(|n| (n, "1")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{python}: {error}; help: --python PATH"))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("a started process has no pipes".into());
        };
        let mut optuna = Self {
            child,
            input,
            output: BufReader::new(output),
            version: String::new(),
        };
        optuna.version = optuna.receive().map_err(|error| {
            format!("{python}: {error}; help: it needs `pip install optuna==5.0.0`; --python PATH names another one")
        })?;
        Ok(optuna)
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Whether the process has what `sampler` needs.
    pub(crate) fn check(&mut self, sampler: &str) -> Result<(), BoxError> {
        self.send(&json!({"needs": sampler}))?;
        let missing: Option<String> = self.receive()?;
        match missing {
            None => Ok(()),
            Some(missing) => Err(format!(
                "Optuna's {sampler} sampler needs more: {missing}; help: install that, or leave the sampler out"
            )
            .into()),
        }
    }

    /// The losses of a run with `sampler`.
    pub(crate) fn losses<T: Objective>(&mut self, sampler: &str, run: Run) -> Losses {
        self.run(sampler, run, |suggest| Ok(T::build(suggest)?.loss()))
    }

    /// The losses of a run on a problem that was read.
    pub(crate) fn losses_of_read(&mut self, problem: &Read, sampler: &str, run: Run) -> Losses {
        self.run(sampler, run, |suggest| {
            problem.space().traverse(suggest)?;
            let given = std::mem::take(&mut suggest.given);
            problem.loss(|name| given.get(name).copied())
        })
    }

    fn run(
        &mut self,
        sampler: &str,
        run: Run,
        mut loss: impl FnMut(&mut Suggest<'_>) -> Result<f64, BoxError>,
    ) -> Losses {
        self.send(&json!({"study": sampler, "seed": run.seed}))?;
        let mut losses = Vec::with_capacity(run.trials);
        for _ in 0..run.trials {
            self.send(&json!({"ask": true}))?;
            let loss = loss(&mut Suggest {
                optuna: self,
                names: Vec::new(),
                given: HashMap::new(),
            })?;
            self.send(&json!({"tell": loss}))?;
            losses.push(loss);
        }
        Ok(losses)
    }

    pub(crate) fn send(&mut self, message: &Json) -> Result<(), BoxError> {
        writeln!(self.input, "{message}")?;
        Ok(())
    }

    pub(crate) fn receive<T: DeserializeOwned>(&mut self) -> Result<T, BoxError> {
        self.input.flush()?;
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err("the process ended; its own message is above".into());
        }
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Optuna {
    fn drop(&mut self) {
        // Without more to do it would end by itself; it is not worth waiting for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes each parameter's value from the process.
struct Suggest<'a> {
    optuna: &'a mut Optuna,
    names: Vec<String>,
    /// What it gave so far.
    given: HashMap<String, f64>,
}

impl Source for Suggest<'_> {
    type Error = BoxError;

    fn enter(&mut self, name: &str) {
        self.names.push(name.to_owned());
    }

    fn leave(&mut self) {
        self.names.pop();
    }

    fn param(&mut self, param: &'static Param) -> Result<f64, BoxError> {
        let name = self.names.join(".");
        let question = question(&name, param.domain())?;
        self.optuna.send(&question)?;
        let value = self.optuna.receive()?;
        self.given.insert(name, value);
        Ok(value)
    }

    fn refused(&mut self, reason: String) -> BoxError {
        format!("{}: {reason}", self.names.join(".")).into()
    }
}

/// What is asked for a parameter.
pub(crate) fn question(name: &str, domain: &Domain) -> Result<Json, BoxError> {
    Ok(match Distribution::from(*domain) {
        Distribution::Float(range) => json!({"name": name, "float": {
            "low": range.low(), "high": range.high(), "step": range.grid_step(), "log": range.is_log(),
        }}),
        Distribution::Int(range) => json!({"name": name, "int": {
            "low": range.low(), "high": range.high(), "step": range.grid_step(), "log": range.is_log(),
        }}),
        Distribution::Categorical(choices) => {
            let choices: Result<Vec<Json>, BoxError> = choices.iter().map(plain).collect();
            json!({"name": name, "choices": choices?})
        }
        other => return Err(format!("{name}: {other} cannot be asked for").into()),
    })
}

fn plain(choice: &Value) -> Result<Json, BoxError> {
    Ok(match choice {
        Value::Bool(b) => json!(b),
        Value::Int(i) => json!(i),
        Value::Float(v) => json!(v),
        Value::Str(text) => json!(text),
        other => return Err(format!("the choice {other} has no plain form").into()),
    })
}

#[cfg(test)]
mod tests {
    use docktuna::space::{FloatDomain, IntDomain};

    use super::*;

    #[test]
    fn questions_are_arguments_of_suggest() {
        let float = Domain::Float(FloatDomain::new(0.0, 1.0).step(0.25));
        let expected = json!({"low": 0.0, "high": 1.0, "step": 0.25, "log": false});
        assert_eq!(question("a", &float).unwrap()["float"], expected);

        let int = Domain::Int(IntDomain::new(1, 9).log());
        let expected = json!({"low": 1, "high": 9, "step": 1, "log": true});
        assert_eq!(question("b", &int).unwrap()["int"], expected);

        const CHOICES: &[Value] = &[Value::Bool(true), Value::Int(3)];
        let choice = question("c", &Domain::choice(CHOICES)).unwrap();
        assert_eq!(choice, json!({"name": "c", "choices": [true, 3]}));
    }
}
