//! Nonsense in an attribute is reported or accepted; the macro never panics.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;
use syn::DeriveInput;

use crate::tunable;

/// Marsaglia's xorshift: the same sequence on every machine.
struct Xorshift(u64);

impl Xorshift {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).map_or(0, |random| random % end.max(1))
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

const WORDS: &[&str] = &[
    "range",
    "log",
    "step",
    "choices",
    "default",
    "fixed",
    "skip",
    "rename",
    "flatten",
    "rename_all",
    "study",
    "minimize",
    "maximize",
    "ordered",
    "rnage",
    "None",
    "Some",
    "true",
    "f64",
    "NAN",
    "INFINITY",
    "crate",
    "r#type",
];

const LITERALS: &[&str] = &[
    "0",
    "1",
    "8",
    "300",
    "0x1f",
    "1_0",
    "9007199254740993",
    "99999999999999999999999999999999999999999",
    "0.0",
    "0.15",
    "1e-5",
    "1e400",
    "5e-324",
    "1.",
    "2u8",
    "2f32",
    "\"\"",
    "\"a\"",
    "\"snake_case\"",
    "b\"a\"",
    "'c'",
    "1e-400000000000",
];

const VALID: &[&str] = &[
    "range = 1..=8, log, default = 3",
    "range = 0.0..=0.5, step = 0.05",
    "range = -1.5..=LOW, step = 0.5, rename = \"a\"",
    "choices = [16, 32, 64], default = 32",
    "choices = [\"a\", \"b\", C], rename = \"x\"",
    "fixed = Some(3), rename = \"y\"",
    "range = 0.0..=1.0, default = Some(0.5)",
    "skip = x::y(1, 2)",
    "flatten",
    "study = \"s\", maximize = \"accuracy\", crate = a::b, rename_all = \"kebab-case\"",
];

const TYPES: &[&str] = &[
    "f64",
    "f32",
    "u8",
    "i64",
    "u128",
    "usize",
    "bool",
    "String",
    "Option<f64>",
    "Option<u8>",
    "Own",
    "&'static str",
    "Vec<u8>",
    "[u8; 3]",
    "(u8, u8)",
    "T",
    "Option<Option<u8>>",
];

fn token(random: &mut Xorshift) -> TokenTree {
    match random.below(4) {
        0 => {
            let word = random.one(WORDS);
            match word.strip_prefix("r#") {
                Some(raw) => Ident::new_raw(raw, Span::call_site()).into(),
                None => Ident::new(word, Span::call_site()).into(),
            }
        }
        1 => match random.one(LITERALS).parse::<Literal>() {
            Ok(literal) => literal.into(),
            Err(_) => Literal::u8_unsuffixed(7).into(),
        },
        2 => {
            let spacing = *random.one(&[Spacing::Alone, Spacing::Joint]);
            Punct::new(
                *random.one(&['=', ',', '.', '-', '!', '&', ':', '#', '<', '>', '|']),
                spacing,
            )
            .into()
        }
        _ => {
            let delimiter = *random.one(&[
                Delimiter::Parenthesis,
                Delimiter::Bracket,
                Delimiter::Brace,
                Delimiter::None,
            ]);
            let length = random.below(4);
            let inside: TokenStream = (0..length).map(|_| token(random)).collect();
            Group::new(delimiter, inside).into()
        }
    }
}

fn mutated(tokens: TokenStream, random: &mut Xorshift) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(tokens.len());
        match random.below(5) {
            0 => tokens.insert(at, token(random)),
            1 if at < tokens.len() => drop(tokens.remove(at)),
            2 if at < tokens.len() => tokens[at] = token(random),
            3 if at < tokens.len() => {
                let other = random.below(tokens.len());
                tokens.swap(at, other);
            }
            _ => {
                if let Some(TokenTree::Group(group)) = tokens.get(at) {
                    let inside = mutated(group.stream(), random);
                    tokens[at] = Group::new(group.delimiter(), inside).into();
                }
            }
        }
    }
    tokens.into_iter().collect()
}

fn attribute(random: &mut Xorshift) -> TokenStream {
    let valid: TokenStream = random.one(VALID).parse().expect("tokens");
    let options = mutated(valid, random);
    match random.below(20) {
        0 => quote!(#[tune #options]),
        1 => quote!(#[tune = #options]),
        2 => quote!(#[tune[#options]]),
        _ => quote!(#[tune(#options)]),
    }
}

#[test]
fn nothing_written_in_an_attribute_makes_the_macro_panic() {
    let mut random = Xorshift(0x2545_f491_4f6c_dd1d);
    let mut parsed = 0;
    for _ in 0..20_000 {
        let (a, b, c) = (
            attribute(&mut random),
            attribute(&mut random),
            attribute(&mut random),
        );
        let ty: TokenStream = random.one(TYPES).parse().expect("a type");
        let input = match random.below(4) {
            0 => quote!(#a struct S<T> { #b x: #ty, y: T }),
            1 => quote!(struct S { #a x: #ty, #b #c y: u8 }),
            2 => quote!(#a enum E { #b A, #c B { x: #ty } }),
            _ => quote!(enum E { #a A { #b x: #ty }, B(#c #ty), C(#ty) }),
        };
        // What does not parse as an item never reaches a derive.
        if let Ok(input) = syn::parse2::<DeriveInput>(input) {
            parsed += 1;
            let output = tunable(&input);
            assert!(syn::parse2::<syn::File>(output.clone()).is_ok(), "{output}");
        }
    }
    assert!(parsed > 10_000, "{parsed} inputs were worth something");
}
