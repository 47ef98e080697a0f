//! The path between a configuration and its parameters, in both directions: what is recorded, what is built
//! again, and who checks it.

use super::aliases::Aliases;
use super::rules;
#[cfg(feature = "storage")]
use super::rules::Constraints;
use super::{Mismatch, Parameter, Params, compare};
use crate::error::{Difference, Error, Result, SpaceDiff, Subject};
#[cfg(feature = "storage")]
use crate::space::Space;
use crate::space::distribution::Distribution;
use crate::space::{Param, Value};
use crate::tunable::Tunable;
use crate::tunable::named::{Named, NamedSink, NamedSource};

/// Why parameters make no configuration of a type.
pub(crate) enum Unfit {
    /// They are not what the type declares.
    Different(Vec<Difference>),
    /// A rule across fields refuses the configuration, with this reason.
    Refused(String),
}

fn refused<T: Tunable>(reason: String) -> Error {
    Error::Refused {
        type_name: T::NAME,
        reason,
    }
}

impl Params {
    /// The parameters of `config`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] if a field's value is outside its range or not a choice; [`Error::Unstorable`] if
    /// what its type makes of it is not the same value.
    pub fn of<T: Tunable>(config: &T) -> Result<Self> {
        let mut recorder = Named::new(T::SPACE, Recorder(Self::default()));
        config.record(&mut recorder)?;
        Ok(recorder.inner.0)
    }

    /// The configuration that has these parameters: the inverse of [`of`](Self::of). Fields that are not
    /// searched get their declared values. Names and labels of older versions are read if the type has
    /// aliases for them.
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
    /// [`Error::SpaceMismatch`] with the diff if they are not what the type declares. A range may have
    /// moved, if the value lies in the declared one. [`Error::Refused`] if the type's `validate` refuses
    /// the configuration, or the type of a field its value.
    pub fn to_config<T: Tunable>(&self) -> Result<T> {
        self.configuration(Mismatch::AllowMovedRange)
            .map_err(|unfit| match unfit {
                Unfit::Different(differences) => Error::SpaceMismatch(Box::new(SpaceDiff {
                    subject: Subject::Params { type_name: T::NAME },
                    differences,
                })),
                Unfit::Refused(reason) => refused::<T>(reason),
            })
    }

    /// The configuration that has these parameters, if they are what the type declares, as far as
    /// `mismatch` does not overlook it, and its rules accept it.
    pub(crate) fn configuration<T: Tunable>(&self, mismatch: Mismatch) -> Result<T, Unfit> {
        let params = Aliases::of(T::SPACE).translated(self);
        compare(T::SPACE, &params, mismatch).map_err(Unfit::Different)?;
        let config: T = params.replay().map_err(Unfit::Refused)?;
        rules::validate(&config).map_err(Unfit::Refused)?;
        Ok(config)
    }

    /// The parameters of a configuration that the type's rules accept, and how far it is from feasible.
    #[cfg(feature = "storage")]
    pub(crate) fn accepted<T: Tunable>(config: &T) -> Result<(Self, Constraints)> {
        let params = Self::of(config)?;
        let constraints = rules::constraints(config).map_err(refused::<T>)?;
        Ok((params, constraints))
    }

    /// The configuration of the declared defaults.
    ///
    /// # Errors
    ///
    /// [`Error::MissingDefaults`] with the names of those that have none; [`Error::Refused`] if a rule
    /// refuses it.
    #[cfg(feature = "storage")]
    pub(crate) fn default_configuration<T: Tunable>() -> Result<T> {
        let params = Self::defaults(T::SPACE).map_err(|missing| Error::MissingDefaults {
            type_name: T::NAME,
            missing,
        })?;
        let config: T = params.replay().map_err(refused::<T>)?;
        rules::validate(&config).map_err(refused::<T>)?;
        Ok(config)
    }

    /// The configuration that has these parameters, which are all there and lie in their domains:
    /// the caller has compared them with the space.
    ///
    /// # Errors
    ///
    /// Why a field's type refuses its value.
    fn replay<T: Tunable>(&self) -> std::result::Result<T, String> {
        T::build(&mut Named::new(T::SPACE, Replay(self)))
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
}

struct Recorder(Params);

impl NamedSink for Recorder {
    type Error = Error;

    fn param(&mut self, name: &str, param: &'static Param, value: Value) -> Result<()> {
        let distribution = Distribution::from(*param.domain());
        let Some(stored) = param.domain().stored(&value) else {
            return Err(Error::InvalidValue {
                param: name.to_owned(),
                found: value.to_string(),
                allowed: distribution.to_string(),
            });
        };
        self.0.push(name, distribution, stored);
        Ok(())
    }

    fn refused(&mut self, name: &str, reason: String) -> Result<()> {
        Err(Error::Unstorable {
            param: name.to_owned(),
            reason,
        })
    }
}

struct Replay<'a>(&'a Params);

impl NamedSource for Replay<'_> {
    type Error = String;

    fn param(&mut self, name: &str, param: &'static Param) -> std::result::Result<f64, String> {
        let stored = self.0.get(name).map(Parameter::value);
        // A stored choice may stand at another index than the declared one.
        Ok(stored
            .and_then(|value| param.domain().stored(&value))
            .expect("the parameters were compared with the space"))
    }

    fn refused(&mut self, name: &str, reason: String) -> String {
        format!("`{name}`: {reason}")
    }
}
