//! Constants beside the implementation.
//!
//! The compiler evaluates the associated constants of a trait only where they are used, and stops
//! at the first that fails. What the macro could not check is therefore a constant of its own: each
//! of them is evaluated, used or not, and each mistake is reported.

use proc_macro2::{TokenStream, TokenTree};
use quote::format_ident;
use syn::Generics;

pub(super) struct Constants {
    /// Constants beside an implementation cannot see its type parameters.
    possible: bool,
    items: Vec<TokenStream>,
}

impl Constants {
    pub(super) fn new(generics: &Generics) -> Self {
        Self {
            possible: generics.params.is_empty(),
            items: Vec::new(),
        }
    }

    /// An expression for `value`, which is of the type `ty`.
    pub(super) fn add(&mut self, ty: &TokenStream, value: TokenStream) -> TokenStream {
        if !self.can_hold(&value) {
            return value;
        }
        let name = format_ident!("__CHECKED_{}", self.items.len());
        let name = tokens!(#name);
        self.items.push(tokens!(const #name: #ty = #value;));
        name
    }

    /// Whether a constant may name what `tokens` name.
    pub(super) fn can_hold(&self, tokens: &TokenStream) -> bool {
        self.possible && !mentions_self(tokens.clone())
    }

    pub(super) fn items(self) -> TokenStream {
        self.items.into_iter().collect()
    }
}

fn mentions_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => mentions_self(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
