//! Stored names.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Ident;
use syn::ext::IdentExt;

use crate::attr::{Attrs, Key};
use crate::diag::Subject;
use crate::rename::{STYLES, Style};
use crate::suggest::near;

/// The longest name that the database's column takes, in characters.
const LONGEST: usize = 512;

/// C28: unknown `rename_all` style.
pub(super) fn style(subject: &Subject<'_>, attrs: &Attrs) -> Option<Style> {
    let text = attrs.text(Key::RenameAll, subject)?;
    let style = Style::named(&text.value());
    if style.is_none() {
        let names = STYLES.map(|(name, _)| name);
        let meant = near(&text.value(), names)
            .map(|name| format!("; did you mean `{name}`?"))
            .unwrap_or_default();
        subject.error(
            text,
            format_args!(
                "unknown style {:?}{meant}; help: the styles are {}",
                text.value(),
                names.join(", ")
            ),
        );
    }
    style
}

/// The stored name of what is called `ident`, and where it was given.
pub(super) fn stored(
    subject: &Subject<'_>,
    attrs: &Attrs,
    ident: &Ident,
    styled: impl FnOnce(&str) -> String,
) -> Option<(String, TokenStream)> {
    if attrs.get(Key::Rename).is_none() {
        let name = styled(&ident.unraw().to_string());
        checked(subject, &name, ident)?;
        return Some((name, ident.to_token_stream()));
    }
    let text = attrs.text(Key::Rename, subject)?;
    checked(subject, &text.value(), text)?;
    Some((text.value(), text.to_token_stream()))
}

/// C27: stored name empty or over 512 characters.
pub(super) fn checked(subject: &Subject<'_>, name: &str, at: impl ToTokens) -> Option<()> {
    let length = name.chars().count();
    if length == 0 {
        subject.error(at, "a stored name cannot be empty; help: write a name");
        return None;
    }
    if length > LONGEST {
        subject.error(
            at,
            format_args!(
                "a stored name has at most {LONGEST} characters, this one has {length}; \
                 help: shorten it with rename = \"..\""
            ),
        );
        return None;
    }
    Some(())
}

/// The names used so far in one struct, variant or enum.
#[derive(Default)]
pub(super) struct Names {
    used: HashMap<String, (String, TokenStream)>,
}

impl Names {
    /// C25: two fields with one stored name.
    pub(super) fn insert(&mut self, subject: &Subject<'_>, name: &str, at: TokenStream) {
        if let Some((other, first)) = self.used.get(name) {
            subject.conflict(
                &at,
                format_args!(
                    "the stored name {name:?} is taken by `{other}`; help: rename = \"..\""
                ),
                first,
                format_args!("`{other}` has this name"),
            );
            return;
        }
        self.used
            .insert(name.to_owned(), (subject.name().to_owned(), at));
    }
}
