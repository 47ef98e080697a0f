//! One traversal of a type that draws what is not given.

use std::collections::HashMap;

use rand::SeedableRng;
use rand::rngs::{ChaCha12Rng, SysRng};

use super::{Draft, Sampler};
use crate::error::{Error, Result};
use crate::overrides::Resolved;
use crate::params::Params;
use crate::params::rules::{self, Constraints};
use crate::space::distribution::Distribution;
use crate::space::{Param, Space, Value};
use crate::tunable::Tunable;
use crate::tunable::named::{Named, NamedSource};

/// The values that a queued trial brings with it.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Whether it is a queued trial at all.
    pub(crate) queued: bool,
    /// Parameters that stand in the database already.
    pub(crate) stored: Params,
    /// Values that somebody enqueued.
    pub(crate) fixed: HashMap<String, Value>,
}

/// Draws the parameters of one trial and keeps them.
pub(crate) struct Draw<'a> {
    sampler: &'a dyn Sampler,
    overrides: &'a Resolved,
    given: &'a Given,
    draft: Draft<'a>,
    /// Whether another draw may come out differently.
    sampled: bool,
    /// Whether the value asked for last was given.
    given_last: bool,
    /// Why a field's type refused its value.
    refusal: Option<String>,
    type_name: &'static str,
}

/// A configuration with what is stored of it.
pub(crate) struct Drawn<T> {
    pub(crate) config: T,
    pub(crate) params: Params,
    pub(crate) constraints: Constraints,
}

/// How often a configuration is drawn before its rules count as impossible to meet.
pub(super) const MOST_DRAWS: u32 = 1000;

impl<'a> Draw<'a> {
    /// A configuration that its rules allow. One that they refuse is drawn again, with the same
    /// generator, so that the result stays a function of the seed.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] for a given value that is not in its domain; [`Error::Refused`] if all
    /// values are given and the rules refuse them, [`Error::EveryDrawRefused`] if they refuse whatever
    /// is drawn.
    pub(crate) fn config<T: Tunable>(
        sampler: &'a dyn Sampler,
        overrides: &'a Resolved,
        given: &'a Given,
        draft: Draft<'a>,
    ) -> Result<Drawn<T>> {
        let draw = Self::new(T::NAME, sampler, overrides, given, draft);
        draw.until_allowed(T::SPACE, T::build, rules::constraints)
    }

    /// The parameters of a configuration of `space`, which has no rules.
    ///
    /// # Errors
    ///
    /// As for [`config`](Self::config).
    pub(super) fn params(
        space: &'static Space,
        sampler: &'a dyn Sampler,
        overrides: &'a Resolved,
        draft: Draft<'a>,
    ) -> Result<Params> {
        let given = Given::default();
        let draw = Draw::new("the space", sampler, overrides, &given, draft);
        let drawn = draw.until_allowed(
            space,
            |source| space.traverse(source),
            |()| Ok(Constraints::default()),
        );
        Ok(drawn?.params)
    }

    fn new(
        type_name: &'static str,
        sampler: &'a dyn Sampler,
        overrides: &'a Resolved,
        given: &'a Given,
        draft: Draft<'a>,
    ) -> Self {
        Self {
            sampler,
            overrides,
            given,
            draft,
            sampled: false,
            given_last: false,
            refusal: None,
            type_name,
        }
    }

    /// What `build` makes of the drawn values, as soon as `judge` does not refuse it.
    fn until_allowed<T>(
        self,
        space: &'static Space,
        build: impl Fn(&mut Named<Self>) -> Result<T>,
        judge: impl Fn(&T) -> Result<Constraints, String>,
    ) -> Result<Drawn<T>> {
        let Self {
            sampler,
            given,
            type_name,
            ..
        } = self;
        let mut draw = Named::new(space, self);
        let most = match given.queued {
            true => MOST_DRAWS,
            false => sampler.most_draws(draw.inner.draft.space()),
        };
        let mut draws = 0;
        loop {
            if !given.queued {
                sampler.prepare(&mut draw.inner.draft)?;
            }
            let built = build(&mut draw);
            let params = draw.inner.draft.restart();
            draws += 1;
            let judged = match (built, draw.inner.refusal.take()) {
                (Ok(config), _) => judge(&config).map(|numbers| (config, numbers)),
                (Err(_), Some(reason)) => {
                    draw.restart(space);
                    Err(reason)
                }
                (Err(error), None) => return Err(error),
            };
            match judged {
                Ok((config, constraints)) => {
                    return Ok(Drawn {
                        config,
                        params,
                        constraints,
                    });
                }
                Err(reason) if !draw.inner.sampled => {
                    return Err(Error::Refused { type_name, reason });
                }
                Err(reason) if draws >= most => {
                    return Err(Error::EveryDrawRefused {
                        type_name,
                        draws,
                        reason,
                    });
                }
                Err(_) => {}
            }
        }
    }
}

/// The generator of one trial: from the seed and the trial's number, so that a seeded study repeats
/// in every order of its trials and across restarts; without a seed from the operating system.
pub(crate) fn generator(seed: Option<u64>, number: i32) -> Result<ChaCha12Rng> {
    let Some(seed) = seed else {
        return ChaCha12Rng::try_from_rng(&mut SysRng).map_err(|error| Error::System {
            what: "the operating system gave no random numbers",
            source: std::io::Error::other(error),
        });
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..12].copy_from_slice(&number.to_le_bytes());
    Ok(ChaCha12Rng::from_seed(bytes))
}

impl NamedSource for Draw<'_> {
    type Error = Error;

    fn param(&mut self, name: &str, param: &'static Param) -> Result<f64> {
        let declared = self.overrides.distribution(name, param.domain());
        let given = match self.given.stored.get(name) {
            Some(parameter) => Some(parameter.value()),
            None => self.given.fixed.get(name).cloned(),
        };
        let stored = match given {
            Some(value) => {
                self.given_last = true;
                // Python's users enqueue 1 where 1.0 is meant, and the reverse.
                let value = as_declared(value, &declared);
                declared.stored(&value).ok_or_else(|| Error::InvalidValue {
                    param: name.to_owned(),
                    found: value.to_string(),
                    allowed: declared.to_string(),
                })?
            }
            None => {
                (self.sampled, self.given_last) = (true, false);
                self.overrides.sample(name, &declared, |distribution| {
                    self.draft
                        .take(name)
                        .unwrap_or_else(|| self.sampler.sample(&mut self.draft, name, distribution))
                })
            }
        };
        // A sampler may be the user's own; one value outside makes the study unreadable for Python.
        if !declared.contains(stored) {
            return Err(Error::InvalidValue {
                param: name.to_owned(),
                found: stored.to_string(),
                allowed: declared.to_string(),
            });
        }
        let choice = match declared {
            Distribution::Categorical(_) => declared.value(stored),
            Distribution::Float(_) | Distribution::Int(_) => None,
        };
        self.draft.params.push(name, declared, stored);
        // The study may list the choices in another order than the type.
        let index = choice.and_then(|choice| param.domain().stored(&choice));
        Ok(index.unwrap_or(stored))
    }

    /// The configuration is drawn again, unless the value is one that another draw would not change.
    fn refused(&mut self, name: &str, reason: String) -> Error {
        let reason = format!("`{name}`: {reason}");
        if !self.given_last {
            self.refusal = Some(reason.clone());
        }
        Error::Refused {
            type_name: self.type_name,
            reason,
        }
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "only numbers without a fraction are cut"
)]
fn as_declared(value: Value, declared: &Distribution) -> Value {
    match (declared, &value) {
        (Distribution::Int(_), Value::Float(v)) if v.fract() == 0.0 => Value::Int(*v as i64),
        _ => value,
    }
}
