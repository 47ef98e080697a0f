//! Steps through the tokens of an attribute.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Expr, Lit, LitStr, Token};

/// Whether an option ends here.
pub(super) fn ends_here(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Takes everything up to the next comma.
pub(super) fn rest_of_entry(input: ParseStream<'_>) -> TokenStream {
    let mut rest = TokenStream::new();
    while !ends_here(input) {
        match input.parse::<TokenTree>() {
            Ok(token) => token.to_tokens(&mut rest),
            Err(_) => break,
        }
    }
    rest
}

/// The expression without the delimiters that macros and parentheses leave around it.
pub(crate) fn peeled(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Group(group) => &group.expr,
            Expr::Paren(paren) => &paren.expr,
            other => return other,
        };
    }
}

/// The text that an expression is.
pub(crate) fn text(expr: &Expr) -> Option<&LitStr> {
    match peeled(expr) {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) if text.suffix().is_empty() => Some(text),
            _ => None,
        },
        _ => None,
    }
}
