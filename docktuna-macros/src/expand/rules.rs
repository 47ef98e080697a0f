//! Rules across fields, handed to the sink behind the fields.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::param::call;
use crate::model::Rules;

pub(super) fn hand_over(rules: &Rules) -> TokenStream {
    let validate = rules.validate.as_ref().map(|path| {
        let rule = bound(path, &tokens!(__docktuna::Result<(), _>));
        // At the user's path, where an error type that has no text is reported.
        let at = path.span().resolved_at(Span::mixed_site());
        let told = quote_spanned!(at => __rule(self));
        let refusal = call("refusal", &path.to_token_stream(), &told);
        tokens!(__docktuna::Sink::validate(__sink, &|| { #rule #refusal })?;)
    });
    let constraints = rules.constraints.iter().map(|(name, path)| {
        let rule = bound(path, &tokens!(::core::primitive::f64));
        tokens!(__docktuna::Sink::constraint(__sink, #name, &|| { #rule __rule(self) })?;)
    });
    tokens!(#validate #(#constraints)*)
}

/// What the rule says of `__checked`: an expression of type `Result<(), String>`.
pub(super) fn refusal(rules: &Rules) -> Option<TokenStream> {
    let path = rules.validate.as_ref()?;
    let rule = bound(path, &tokens!(__docktuna::Result<(), _>));
    let at = path.span().resolved_at(Span::mixed_site());
    let told = quote_spanned!(at => __rule(__checked));
    let refusal = call("refusal", &path.to_token_stream(), &told);
    Some(tokens!({ #rule #refusal }))
}

/// Binds the function to its type, so that another signature is an ordinary mistake.
fn bound(path: &Expr, output: &TokenStream) -> TokenStream {
    tokens!(let __rule: fn(&Self) -> #output = #path;)
}
