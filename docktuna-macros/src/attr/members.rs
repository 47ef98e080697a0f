//! Options with named members in brackets, such as `objectives(minimize = "loss")`.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Token, token};

use super::tokens::rest_of_entry;
use crate::diag::Subject;

/// One member: `name`, or `name = value`.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: Ident,
    pub(crate) value: Option<Expr>,
}

impl Parse for Member {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Self { name, value })
    }
}

/// Reads the members of `option`, at least one. Missing ones are reported.
pub(crate) fn read(
    input: ParseStream<'_>,
    option: &Ident,
    example: &str,
    subject: &Subject<'_>,
) -> syn::Result<Option<Vec<Member>>> {
    let missing = |what| {
        subject.error(
            option,
            format_args!("`{option}` needs {what}; help: write {option}{example}"),
        );
        Ok(None)
    };
    if !input.peek(token::Paren) {
        rest_of_entry(input);
        return missing("brackets");
    }
    let content;
    syn::parenthesized!(content in input);
    let members = Punctuated::<Member, Token![,]>::parse_terminated(&content);
    // What is left there would be reported once more.
    content.parse::<TokenStream>()?;
    let members = members?;
    if members.is_empty() {
        return missing("something in its brackets");
    }
    Ok(Some(members.into_iter().collect()))
}
