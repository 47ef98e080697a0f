//! Descriptions: doc comments, and what else rustdoc reads as one.

use syn::{Attribute, Expr, Meta};

use super::tokens::{peeled, text};

/// What is written about an item.
#[derive(Clone, Default)]
pub(crate) struct Doc {
    pub(crate) parts: Vec<Part>,
}

#[derive(Clone)]
pub(crate) enum Part {
    /// Words with single spaces between them.
    Words(String),
    /// A text that only the compiler knows, such as `include_str!(..)`.
    Expr(Expr),
}

impl Doc {
    /// Reads the `doc` attributes of an item.
    pub(crate) fn read(attrs: &[Attribute]) -> Self {
        let mut parts = Vec::new();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
            let Meta::NameValue(meta) = &attr.meta else {
                continue;
            };
            match (text(&meta.value), parts.last_mut()) {
                (Some(text), last) => {
                    let text = text.value();
                    let words: Vec<&str> = text.split_whitespace().collect();
                    match last {
                        _ if words.is_empty() => {}
                        Some(Part::Words(before)) => {
                            before.push(' ');
                            before.push_str(&words.join(" "));
                        }
                        _ => parts.push(Part::Words(words.join(" "))),
                    }
                }
                (None, _) => parts.push(Part::Expr(peeled(&meta.value).clone())),
            }
        }
        Self { parts }
    }
}
