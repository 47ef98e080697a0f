//! A trial while its values are chosen.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

use rand::Rng;
use rand::rngs::ChaCha12Rng;

use super::history::History;
use super::space::SearchSpace;
use super::tpe::Split;
use crate::id::TrialNumber;
use crate::params::Params;

/// A trial whose values are being chosen: everything that a [`Sampler`](super::Sampler) may use.
#[derive(Debug)]
pub struct Draft<'a> {
    pub(super) params: Params,
    number: Option<TrialNumber>,
    attempt: u32,
    history: &'a History,
    space: &'a SearchSpace,
    rng: ChaCha12Rng,
    together: HashMap<String, f64>,
    split: OnceCell<Rc<Split>>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(
        history: &'a History,
        space: &'a SearchSpace,
        rng: ChaCha12Rng,
        number: Option<TrialNumber>,
    ) -> Self {
        Self {
            params: Params::default(),
            number,
            attempt: 0,
            history,
            space,
            rng,
            together: HashMap::new(),
            split: OnceCell::new(),
        }
    }

    /// The only source of randomness that a sampler may use. With a seed it depends on the seed and the
    /// trial's number, so the study is repeatable.
    pub fn rng(&mut self) -> &mut dyn Rng {
        &mut self.rng
    }

    /// The number that the trial will get, if it is known: in studies with a seed, and for
    /// [exclusive](super::Sampler::is_exclusive) samplers.
    #[must_use]
    pub fn number(&self) -> Option<TrialNumber> {
        self.number
    }

    /// How many configurations of this trial were refused by the rules of its type.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The other trials of the study; empty unless the sampler
    /// [reads them](super::Sampler::reads_history).
    #[must_use]
    pub fn history(&self) -> &'a History {
        self.history
    }

    /// What is searched.
    #[must_use]
    pub fn space(&self) -> &'a SearchSpace {
        self.space
    }

    /// The values chosen so far.
    #[must_use]
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// Sets the value of another parameter, which was chosen together with the requested one. The sampler
    /// is not asked for that parameter. The value has the form that [`sample`](super::Sampler::sample)
    /// returns, and it is ignored if the trial does not need the parameter.
    pub fn put(&mut self, name: &str, value: f64) {
        self.together.insert(name.to_owned(), value);
    }

    /// Takes a value out that was put in.
    pub(super) fn take(&mut self, name: &str) -> Option<f64> {
        self.together.remove(name)
    }

    /// Starts anew after the configuration was refused.
    pub(super) fn restart(&mut self) -> Params {
        self.attempt += 1;
        self.together.clear();
        std::mem::take(&mut self.params)
    }

    /// The good ones of all trials and the others, told apart once for all parameters.
    pub(super) fn split(&self, of: impl FnOnce(&History) -> Split) -> Rc<Split> {
        Rc::clone(self.split.get_or_init(|| Rc::new(of(self.history))))
    }
}
