//! Traversals that tell the stored name of what they come to.

use super::{Sink, Source};
use crate::space::path::{Path, ROOT};
use crate::space::{Param, Space, Value};

/// A traversal that gives or takes values by their stored names. It keeps the way from the root to
/// where it is, so that nobody else has to.
pub(crate) struct Named<S> {
    path: Path,
    /// What a parameter is called that has no way to it.
    root: &'static str,
    pub(crate) inner: S,
}

/// A [`Source`] that is asked by stored names.
pub(crate) trait NamedSource {
    /// Why a value could not be given.
    type Error;

    /// As [`Source::param`], of the parameter `name`.
    fn param(&mut self, name: &str, param: &'static Param) -> Result<f64, Self::Error>;

    /// As [`Source::refused`], of the parameter `name`.
    fn refused(&mut self, name: &str, reason: String) -> Self::Error;
}

/// A [`Sink`] that is told stored names. What a sink does not look at, it need not say.
pub(crate) trait NamedSink {
    /// Why a value was refused.
    type Error;

    /// As [`Sink::param`], of the parameter `name`.
    fn param(
        &mut self,
        name: &str,
        param: &'static Param,
        value: Value,
    ) -> Result<(), Self::Error> {
        let _ = (name, param, value);
        Ok(())
    }

    /// As [`Sink::refused`], of the parameter `name`.
    fn refused(&mut self, name: &str, reason: String) -> Result<(), Self::Error> {
        let _ = (name, reason);
        Ok(())
    }

    /// As [`Sink::validate`], of the part stored below `part`; none for the whole.
    fn validate(
        &mut self,
        part: Option<&str>,
        rule: &dyn Fn() -> Result<(), String>,
    ) -> Result<(), Self::Error> {
        let _ = (part, rule);
        Ok(())
    }

    /// As [`Sink::constraint`], of the part stored below `part`; none for the whole.
    fn constraint(
        &mut self,
        part: Option<&str>,
        name: &'static str,
        number: &dyn Fn() -> f64,
    ) -> Result<(), Self::Error> {
        let _ = (part, name, number);
        Ok(())
    }
}

impl<S> Named<S> {
    /// A traversal of `space`. It can be used again once it came to its end: then it is back at the root.
    pub(crate) fn new(space: &Space, inner: S) -> Self {
        Self {
            path: Path::start(space),
            root: space.root_name().unwrap_or(ROOT),
            inner,
        }
    }

    /// The part that a rule belongs to which is here; none for the whole.
    fn part(&self) -> Option<String> {
        let name = self.path.name();
        (name != self.root).then(|| name.to_owned())
    }

    /// Goes back to the root of `space`, after a traversal that ended on its way.
    #[cfg(feature = "storage")]
    pub(crate) fn restart(&mut self, space: &Space) {
        self.path = Path::start(space);
    }
}

impl<S: NamedSource> Source for Named<S> {
    type Error = S::Error;

    fn enter(&mut self, name: &str) {
        self.path.enter(name);
    }

    fn leave(&mut self) {
        self.path.leave();
    }

    fn param(&mut self, param: &'static Param) -> Result<f64, S::Error> {
        self.inner.param(self.path.name(), param)
    }

    fn refused(&mut self, reason: String) -> S::Error {
        self.inner.refused(self.path.name(), reason)
    }
}

impl<S: NamedSink> Sink for Named<S> {
    type Error = S::Error;

    fn enter(&mut self, name: &str) {
        self.path.enter(name);
    }

    fn leave(&mut self) {
        self.path.leave();
    }

    fn param(&mut self, param: &'static Param, value: Value) -> Result<(), S::Error> {
        self.inner.param(self.path.name(), param, value)
    }

    fn refused(&mut self, _: &'static Param, reason: String) -> Result<(), S::Error> {
        self.inner.refused(self.path.name(), reason)
    }

    fn validate(&mut self, rule: &dyn Fn() -> Result<(), String>) -> Result<(), S::Error> {
        self.inner.validate(self.part().as_deref(), rule)
    }

    fn constraint(&mut self, name: &'static str, number: &dyn Fn() -> f64) -> Result<(), S::Error> {
        self.inner.constraint(self.part().as_deref(), name, number)
    }
}
