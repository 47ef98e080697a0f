//! Words that other libraries have for our options, and options written in their way.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Token, token};

use super::options::{Key, Place};
use super::tokens::{peeled, rest_of_entry, text};
use crate::diag::Subject;

/// What a word means to those who write it.
#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    Low,
    High,
    Range,
    LogRange,
    Choices,
    /// What to do instead.
    Nothing(&'static str),
}

const WORDS: &[(&str, Meaning)] = &[
    ("min", Meaning::Low),
    ("minimum", Meaning::Low),
    ("low", Meaning::Low),
    ("lower", Meaning::Low),
    ("max", Meaning::High),
    ("maximum", Meaning::High),
    ("high", Meaning::High),
    ("upper", Meaning::High),
    ("bounds", Meaning::Range),
    ("uniform", Meaning::Range),
    ("suggest_float", Meaning::Range),
    ("suggest_int", Meaning::Range),
    ("loguniform", Meaning::LogRange),
    ("log_uniform", Meaning::LogRange),
    ("values", Meaning::Choices),
    ("one_of", Meaning::Choices),
    ("options", Meaning::Choices),
    ("categorical", Meaning::Choices),
    ("suggest_categorical", Meaning::Choices),
    (
        "nested",
        Meaning::Nothing("remove it, a field whose type derives Tunable needs no option"),
    ),
    (
        "with",
        Meaning::Nothing("write as = f64, or the type that is searched, from = path, into = path"),
    ),
    (
        "try_from",
        Meaning::Nothing("write from = path beside as = f64; the function may refuse"),
    ),
    (
        "try_into",
        Meaning::Nothing("write into = path beside as = f64; the function may refuse"),
    ),
    (
        "transparent",
        Meaning::Nothing("remove it, a struct with one unnamed field is transparent"),
    ),
    ("default_value", Meaning::Nothing("write default = value")),
    ("default_value_t", Meaning::Nothing("write default = value")),
    ("ignore", Meaning::Nothing("write skip")),
];

/// The words of one field. They are answered together, because several of them are one option of ours.
#[derive(Default)]
pub(crate) struct Words {
    bounds: Vec<Ident>,
    low: Option<Expr>,
    high: Option<Expr>,
    log: bool,
}

impl Words {
    /// Takes what follows `name`, if that is such a word.
    pub(crate) fn take(
        &mut self,
        name: &Ident,
        input: ParseStream<'_>,
        subject: &Subject<'_>,
    ) -> bool {
        let Some(meaning) = meaning(name) else {
            return false;
        };
        let values = values(input);
        match meaning {
            Meaning::Low => self.low = values.into_iter().next(),
            Meaning::High => self.high = values.into_iter().next(),
            Meaning::Range | Meaning::LogRange => {
                (self.low, self.high) = ends(values);
                self.log = meaning == Meaning::LogRange;
            }
            Meaning::Choices => {
                let ours = list(&values);
                subject.error(name, unknown(&[name], &format!("write choices = {ours}")));
                return true;
            }
            Meaning::Nothing(help) => {
                subject.error(name, unknown(&[name], help));
                return true;
            }
        }
        self.bounds.push(name.clone());
        true
    }

    /// Answers the words that are a range here.
    pub(crate) fn report(&self, subject: &Subject<'_>) {
        let Some(first) = self.bounds.first() else {
            return;
        };
        let range = range(self.low.as_ref(), self.high.as_ref());
        let log = if self.log { ", log" } else { "" };
        let names: Vec<&Ident> = self.bounds.iter().collect();
        subject.error(
            first,
            unknown(&names, &format!("write range = {range}{log}")),
        );
    }
}

fn meaning(name: &Ident) -> Option<Meaning> {
    let name = name.unraw();
    let word = WORDS.iter().find(|(word, _)| name == word);
    word.map(|(_, meaning)| *meaning)
}

fn unknown(names: &[&Ident], help: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let plural = if quoted.len() == 1 { "" } else { "s" };
    format!(
        "unknown option{plural} {}; help: {help}",
        quoted.join(" and ")
    )
}

/// What the user may have meant as the value of `key` by what stands in brackets after it.
pub(crate) fn in_brackets(key: Key, input: ParseStream<'_>) -> Option<String> {
    if !input.peek(token::Paren) {
        return None;
    }
    let values = values(&input.fork());
    match (key, values.as_slice()) {
        (_, []) => None,
        (Key::Range | Key::Len, _) => match ends(values) {
            (Some(low), Some(high)) => Some(range(Some(&low), Some(&high))),
            _ => None,
        },
        (Key::Choices, values) => Some(list(values)),
        (
            Key::Step | Key::Default | Key::Fixed | Key::Skip | Key::Validate | Key::Crate,
            [value],
        ) => Some(as_written(value)),
        (_, [value]) => text(value).map(|_| as_written(value)),
        _ => None,
    }
}

/// The option that is meant by a range or a list without a name, which is taken.
pub(crate) fn nameless(place: Place, input: ParseStream<'_>) -> Option<(TokenStream, String)> {
    if place != Place::Field {
        return None;
    }
    let ours = match input.fork().parse().ok()? {
        Expr::Range(written) => {
            let (low, high) = (written.start.as_deref(), written.end.as_deref());
            format!("range = {}", range(low, high))
        }
        value @ Expr::Array(_) => format!("choices = {}", list(&[value])),
        _ => return None,
    };
    Some((rest_of_entry(input), ours))
}

/// What follows a name: the values in brackets, or the one behind `=`.
fn values(input: ParseStream<'_>) -> Vec<Expr> {
    let values = || {
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            return Ok(vec![input.parse()?]);
        }
        let content;
        syn::parenthesized!(content in input);
        let values = Punctuated::<Expr, Token![,]>::parse_terminated(&content);
        // What is left there would be reported once more.
        content.parse::<TokenStream>()?;
        values.map(|values| values.into_iter().collect())
    };
    // Whatever else is wrong with them, the name is the mistake.
    let values: syn::Result<Vec<Expr>> = values();
    rest_of_entry(input);
    values.unwrap_or_default()
}

/// The ends of a range: `1..=8`, `1, 8`, `[1, 8]`, `(1, 8)` or `low = 1, high = 8`.
fn ends(values: Vec<Expr>) -> (Option<Expr>, Option<Expr>) {
    let (mut low, mut high, mut unnamed) = (None, None, Vec::new());
    for value in elements(&values) {
        match value {
            Expr::Range(range) => {
                return (
                    range.start.as_deref().cloned(),
                    range.end.as_deref().cloned(),
                );
            }
            Expr::Assign(named) => {
                let name = match &*named.left {
                    Expr::Path(path) => path.path.get_ident(),
                    _ => None,
                };
                match name.and_then(meaning) {
                    Some(Meaning::Low) => low = Some((*named.right).clone()),
                    Some(Meaning::High) => high = Some((*named.right).clone()),
                    _ => {}
                }
            }
            other => unnamed.push(other.clone()),
        }
    }
    let mut unnamed = unnamed.into_iter();
    (
        low.or_else(|| unnamed.next()),
        high.or_else(|| unnamed.next()),
    )
}

/// The values themselves, or those of the one list among them.
fn elements(values: &[Expr]) -> Vec<&Expr> {
    match values {
        [value] => match peeled(value) {
            Expr::Array(array) => array.elems.iter().collect(),
            Expr::Tuple(tuple) => tuple.elems.iter().collect(),
            value => vec![value],
        },
        values => values.iter().collect(),
    }
}

fn range(low: Option<&Expr>, high: Option<&Expr>) -> String {
    let end = |end: Option<&Expr>, name: &str| {
        let mut text = end.map_or_else(|| name.to_owned(), as_written);
        // `0...=1` would be read otherwise.
        if text.ends_with('.') {
            text.push('0');
        }
        text
    };
    format!("{}..={}", end(low, "low"), end(high, "high"))
}

fn list(values: &[Expr]) -> String {
    let values: Vec<String> = elements(values).into_iter().map(as_written).collect();
    if values.is_empty() {
        return "[a, b]".to_owned();
    }
    format!("[{}]", values.join(", "))
}

/// An expression as one would write it: with spaces only where words would run together.
pub(crate) fn as_written(expr: &Expr) -> String {
    let mut text = String::new();
    write(peeled(expr).to_token_stream(), &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    for token in tokens {
        let before = text.chars().next_back();
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => text.push_str(", "),
            TokenTree::Punct(punct) => text.push(punct.as_char()),
            word => {
                let in_word = |last: char| last.is_alphanumeric() || last == '_' || last == '"';
                if before.is_some_and(in_word) {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_shown_as_written() {
        for written in ["-8", "1e-5", "Self::LOW", "f(1, 2)", "&NAMES[0]", "x as u8"] {
            let expr = syn::parse_str(written).expect("an expression");
            assert_eq!(as_written(&expr), written);
        }
    }
}
