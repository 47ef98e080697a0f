//! Random tokens, the same ones on every machine.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// Marsaglia's xorshift.
pub(super) struct Xorshift(pub(super) u64);

impl Xorshift {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).map_or(0, |random| random % end.max(1))
    }

    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What an option may be called or hold.
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
    "objectives",
    "validate",
    "constraint",
    "ordered",
    "alias",
    "shared",
    "len",
    "as",
    "from",
    "into",
    "rename_all_fields",
    "rnage",
    "None",
    "Some",
    "true",
    "false",
    "f64",
    "NAN",
    "INFINITY",
    "crate",
    "Self",
    "self",
    "r#type",
    "_x",
    "tune",
    "derive",
    "const",
    "unsafe",
    "async",
    "if",
];

const LITERALS: &[&str] = &[
    "0",
    "1",
    "8",
    "300",
    "0x1f",
    "1_0",
    "0b1",
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
    "1e3_f64",
    "3i128",
    "\"\"",
    "\"a\"",
    "\"\\u{0}\\n\"",
    "r#\"snake_case\"#",
    "\"snake_case\"",
    "\"a\"suffix",
    "b\"a\"",
    "c\"a\"",
    "'c'",
    "b'c'",
    "1e-400000000000",
];

/// One token, or a tree of them.
pub(super) fn token(random: &mut Xorshift) -> TokenTree {
    match random.below(9) {
        0..=2 => {
            let word = random.one(WORDS);
            match word.strip_prefix("r#") {
                Some(raw) => Ident::new_raw(raw, Span::call_site()).into(),
                None => Ident::new(word, Span::call_site()).into(),
            }
        }
        3..=4 => match random.one(LITERALS).parse::<Literal>() {
            Ok(literal) => literal.into(),
            Err(_) => Literal::u8_unsuffixed(7).into(),
        },
        5..=6 => {
            let spacing = *random.one(&[Spacing::Alone, Spacing::Joint]);
            let all: Vec<char> = "=,.-!&:#<>|+*/%^@;$?~'".chars().collect();
            Punct::new(*random.one(&all), spacing).into()
        }
        _ => {
            let delimiter = *random.one(&[
                Delimiter::Parenthesis,
                Delimiter::Bracket,
                Delimiter::Brace,
                Delimiter::None,
            ]);
            let length = random.below(4);
            Group::new(delimiter, tokens(random, length)).into()
        }
    }
}

pub(super) fn tokens(random: &mut Xorshift, length: usize) -> TokenStream {
    (0..length).map(|_| token(random)).collect()
}

/// `tokens` with a few of them added, removed, replaced or swapped, at any depth.
pub(super) fn mutated(tokens: TokenStream, random: &mut Xorshift) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(tokens.len());
        match random.below(6) {
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
