//! Collects mistakes, so that one compile reports all of them.

use std::cell::{Cell, RefCell};
use std::fmt::Display;

use quote::ToTokens;

/// The mistakes of one type.
pub(crate) struct Diag {
    errors: RefCell<Vec<syn::Error>>,
}

/// What a mistake is about: every message starts with its name.
pub(crate) struct Subject<'a> {
    diag: &'a Diag,
    name: String,
    failed: Cell<bool>,
}

/// Runs `work`, whose result counts only if it reported nothing.
///
/// There is no other way to get a [`Diag`], so none can be left unread.
pub(crate) fn collect<T>(work: impl FnOnce(&Diag) -> Option<T>) -> Result<T, Vec<syn::Error>> {
    let diag = Diag {
        errors: RefCell::default(),
    };
    let result = work(&diag);
    let errors = diag.errors.into_inner();
    match result {
        Some(result) if errors.is_empty() => Ok(result),
        _ => Err(errors),
    }
}

impl Diag {
    pub(crate) fn about(&self, name: impl Display) -> Subject<'_> {
        Subject {
            diag: self,
            name: name.to_string(),
            failed: Cell::new(false),
        }
    }
}

impl Subject<'_> {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Reports a mistake at the tokens `at`.
    pub(crate) fn error(&self, at: impl ToTokens, text: impl Display) {
        self.push(syn::Error::new_spanned(
            at,
            format!("`{}`: {text}", self.name),
        ));
    }

    /// Reports a mistake and shows the place it conflicts with.
    pub(crate) fn conflict(
        &self,
        at: impl ToTokens,
        text: impl Display,
        first: impl ToTokens,
        first_text: impl Display,
    ) {
        self.error(at, text);
        self.error(first, first_text);
    }

    /// Reports what the parser said, where it said it.
    pub(crate) fn syntax(&self, error: &syn::Error) {
        self.push(syn::Error::new(
            error.span(),
            format!("`{}`: {error}", self.name),
        ));
    }

    /// Whether a mistake was reported; what follows from it is not worth reporting.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.get()
    }

    fn push(&self, error: syn::Error) {
        self.failed.set(true);
        self.diag.errors.borrow_mut().push(error);
    }
}
