//! The parameters of one trial, in the order in which they were drawn.

use std::convert::Infallible;

use crate::aliases::Aliases;
use crate::diff::{Mismatch, SpaceDiff, Subject, compare};
use crate::distribution::Distribution;
use crate::error::{Error, Result};
use crate::path::Path;
use crate::rules;
#[cfg(feature = "storage")]
use crate::space::Space;
use crate::space::{Param, Value};
use crate::tunable::{Sink, Source, Tunable};

/// One parameter of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub(crate) name: String,
    pub(crate) distribution: Distribution,
    pub(crate) stored: f64,
}

impl Parameter {
    /// Its stored name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it was drawn from.
    #[must_use]
    pub fn distribution(&self) -> &Distribution {
        &self.distribution
    }

    /// Its value as Python sees it; [`Value::None`] where the stored index has no choice.
    #[must_use]
    pub fn value(&self) -> Value {
        self.distribution.value(self.stored).unwrap_or(Value::None)
    }

    /// The number in the database: the value itself, or the index of a choice.
    #[must_use]
    pub fn stored(&self) -> f64 {
        self.stored
    }
}

/// The parameters of one trial, in the order in which they were drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params(Vec<Parameter>);

impl Params {
    /// The parameter called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.0.iter().find(|parameter| parameter.name == name)
    }

    /// The parameters in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Parameter> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parameters of `config`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] if a field's value is outside its range or not a choice.
    pub fn of<T: Tunable>(config: &T) -> Result<Self> {
        let mut recorder = Recorder {
            path: Path::start(T::SPACE),
            params: Self::default(),
        };
        config.record(&mut recorder)?;
        Ok(recorder.params)
    }

    /// The configuration that has these parameters: the inverse of [`of`](Self::of). Fields that are
    /// not searched get their own values. Names and labels of older versions are read where the type
    /// has them as aliases.
    ///
    /// ```
    /// use docktuna::{Params, Tunable};
    ///
    /// #[derive(Tunable, Debug, PartialEq)]
    /// struct Train {
    ///     #[tune(range = 1..=8)]
    ///     layers: u8,
    /// }
    ///
    /// let params = Params::of(&Train { layers: 3 })?;
    /// assert_eq!(params.get("layers").map(|layers| layers.stored()), Some(3.0));
    /// assert_eq!(params.to_config::<Train>()?, Train { layers: 3 });
    /// # Ok::<(), docktuna::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::SpaceMismatch`] with the diff if they are not what the type declares; a range may
    /// have moved, as long as the value lies in the declared one. [`Error::Refused`] if the type's
    /// `validate` refuses the configuration.
    pub fn to_config<T: Tunable>(&self) -> Result<T> {
        let params = Aliases::of(T::SPACE).translated(self);
        match compare(T::SPACE, &params, Mismatch::AllowMovedRange) {
            Ok(()) => {
                let config: T = params.replay();
                rules::validate(&config).map_err(|reason| Error::Refused {
                    type_name: T::NAME,
                    reason,
                })?;
                Ok(config)
            }
            Err(differences) => Err(Error::SpaceMismatch(Box::new(SpaceDiff {
                subject: Subject::Params { type_name: T::NAME },
                differences,
            }))),
        }
    }

    /// The configuration that has these parameters, which are all there and lie in their domains:
    /// the caller has compared them with the space.
    pub(crate) fn replay<T: Tunable>(&self) -> T {
        match T::build(&mut Replay {
            path: Path::start(T::SPACE),
            params: self,
        }) {
            Ok(config) => config,
            Err(never) => match never {},
        }
    }

    /// The parameters that the defaults give.
    ///
    /// # Errors
    ///
    /// The names of those that have none.
    #[cfg(feature = "storage")]
    pub(crate) fn defaults(space: &Space) -> std::result::Result<Self, Vec<String>> {
        let (mut params, mut missing) = (Self::default(), Vec::new());
        for node in space.active(|label| label.param()?.default().cloned()) {
            let Some(param) = node.param() else { continue };
            let default = param.default();
            match default.and_then(|value| param.domain().stored(value)) {
                Some(stored) => params.push(&node.name, (*param.domain()).into(), stored),
                None => missing.push(node.name),
            }
        }
        if missing.is_empty() {
            Ok(params)
        } else {
            Err(missing)
        }
    }

    pub(crate) fn push(&mut self, name: &str, distribution: Distribution, stored: f64) {
        self.0.push(Parameter {
            name: name.to_owned(),
            distribution,
            stored,
        });
    }
}

impl<'a> IntoIterator for &'a Params {
    type Item = &'a Parameter;
    type IntoIter = std::slice::Iter<'a, Parameter>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

struct Recorder {
    path: Path,
    params: Params,
}

impl Sink for Recorder {
    type Error = Error;

    fn enter(&mut self, name: &str) {
        self.path.enter(name);
    }

    fn leave(&mut self) {
        self.path.leave();
    }

    fn param(&mut self, param: &'static Param, value: Value) -> Result<()> {
        let distribution = Distribution::from(*param.domain());
        let Some(stored) = param.domain().stored(&value) else {
            return Err(Error::InvalidValue {
                param: self.path.name().to_owned(),
                found: value.to_string(),
                allowed: distribution.to_string(),
            });
        };
        self.params.push(self.path.name(), distribution, stored);
        Ok(())
    }
}

struct Replay<'a> {
    path: Path,
    params: &'a Params,
}

impl Source for Replay<'_> {
    type Error = Infallible;

    fn enter(&mut self, name: &str) {
        self.path.enter(name);
    }

    fn leave(&mut self) {
        self.path.leave();
    }

    fn param(&mut self, param: &'static Param) -> std::result::Result<f64, Infallible> {
        let stored = self.params.get(self.path.name()).map(Parameter::value);
        // A stored choice may stand at another index than the declared one.
        Ok(stored
            .and_then(|value| param.domain().stored(&value))
            .expect("the parameters were compared with the space"))
    }
}
