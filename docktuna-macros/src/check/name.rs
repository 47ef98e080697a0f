//! Stored names.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use crate::attr::{Attrs, Key};
use crate::diag::{Diag, Subject};
use crate::limits::LONGEST_NAME;
use crate::rename::{STYLES, Style};
use crate::suggest::near;

/// C28: unknown `rename_all` style.
pub(super) fn style(subject: &Subject<'_>, attrs: &Attrs, key: Key) -> Option<Style> {
    let text = attrs.text(key, subject)?;
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

/// The stored name of the unnamed field at `index`.
pub(super) fn stored_index(
    subject: &Subject<'_>,
    attrs: &Attrs,
    index: u32,
    at: impl ToTokens,
) -> Option<(String, TokenStream)> {
    if attrs.get(Key::Rename).is_none() {
        return Some((index.to_string(), at.to_token_stream()));
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
    if length > LONGEST_NAME {
        subject.error(
            at,
            format_args!(
                "a stored name has at most {LONGEST_NAME} characters, this one has {length}; \
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
    /// Of whom, and the names that older versions stored under.
    aliases: Vec<(String, LitStr)>,
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

    /// The aliases of what `subject` names; C27: one that cannot have been stored.
    pub(super) fn aliases(&mut self, subject: &Subject<'_>, attrs: &Attrs) -> Vec<String> {
        let mut aliases = Vec::new();
        for text in attrs.texts(Key::Alias, subject) {
            let length = text.value().chars().count();
            if !(1..=LONGEST_NAME).contains(&length) {
                subject.error(
                    text,
                    format_args!(
                        "a stored name has 1 to {LONGEST_NAME} characters, this alias has {length}; \
                         help: write what an older version stored, or remove it"
                    ),
                );
                continue;
            }
            self.aliases.push((subject.name().to_owned(), text.clone()));
            aliases.push(text.value());
        }
        aliases
    }

    /// C26: an alias that is the name of a field today, or another alias. All names are known now.
    pub(super) fn finish(self, diag: &Diag) {
        let mut earlier: HashMap<String, (&str, &LitStr)> = HashMap::new();
        for (owner, alias) in &self.aliases {
            let (subject, text) = (diag.about(owner), alias.value());
            match self.used.get(&text) {
                Some((other, _)) if other == owner => subject.error(
                    alias,
                    format_args!("the alias {text:?} is its name today; help: remove it"),
                ),
                Some((other, name)) => subject.conflict(
                    alias,
                    format_args!(
                        "the alias {text:?} is the name of `{other}` today; help: remove it"
                    ),
                    name,
                    format_args!("`{other}` has this name"),
                ),
                None => {
                    if let Some((other, first)) = earlier.get(&text) {
                        subject.conflict(
                            alias,
                            format_args!(
                                "the alias {text:?} belongs to `{other}` already; help: keep one"
                            ),
                            first,
                            "the first is here",
                        );
                        continue;
                    }
                    earlier.insert(text, (owner, alias));
                }
            }
        }
    }
}
