//! Nonsense in an attribute is reported or accepted; the macro never panics.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{DeriveInput, Item, LitStr};

use super::mistakes_of;
use super::random::{Xorshift, mutated, token, tokens};
use crate::tunable;

const ON_TYPES: &[&str] = &[
    "study = \"s\", maximize = \"accuracy\", crate = a::b, rename_all = \"kebab-case\"",
    "objectives(minimize = \"loss\", maximize = \"accuracy\"), validate = Self::check",
    "constraint(memory = Self::memory, r#type = <T as X>::y::<1>), minimize",
    "rename = \"x\", rename_all_fields = \"camelCase\"",
    "",
];

const ON_VARIANTS: &[&str] = &[
    "skip",
    "default",
    "rename = \"a\"",
    "rename = \"b\", default",
    "",
];

const ON_FIELDS: &[&str] = &[
    "range = 1..=8, log, default = 3",
    "range = 0.0..=0.5, step = 0.05",
    "range = -1.5..=LOW, step = 0.5, rename = \"a\"",
    "choices = [16, 32, 64], default = 32",
    "choices = [\"a\", \"b\", C], rename = \"b\"",
    "choices = [true], default = true",
    "choices = [1, 2], ordered, alias = \"old\", shared",
    "range = 1..=8, len = 1..=4",
    "range = 0.0..=1.0, default = Some(0.5)",
    "range = 1..=60, as = u64, from = Duration::from_secs, into = |d: &D| d.as_secs()",
    "choices = ['a', \"b\"], as = String, default = (\"a\", 'b')",
    "default = Own::Variant",
    "default = \"label\"",
    "fixed = Some(3), rename = \"c\"",
    "skip = x::y(1, 2)",
    "skip",
    "flatten",
    "",
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
    "std::string::String",
    "Option<f64>",
    "Option<u8>",
    "Option<Own>",
    "Own",
    "Own<T, 3>",
    "<T as X>::Y",
    "&'static str",
    "Vec<u8>",
    "Vec<Own>",
    "Vec<Vec<f64>>",
    "[u8; 3]",
    "[Own; N]",
    "(u8, u8)",
    "(f64)",
    "()",
    "!",
    "fn(u8) -> u8",
    "dyn X",
    "[u8]",
    "*const u8",
    "m!(x)",
    "T",
    "Option<Option<u8>>",
    "NonZeroU8",
    "std::num::Wrapping<i8>",
    "char",
    "Cow<'static, str>",
    "PhantomData<T>",
    "(f64, (Own, Option<u8>))",
    "Arc<Own>",
];

/// Options that may stand at some place, and what somebody made of them.
fn attribute(random: &mut Xorshift, valid: &[&str]) -> TokenStream {
    let options: TokenStream = random.one(valid).parse().expect("tokens");
    let options = match random.below(8) {
        0 => {
            let length = random.below(9);
            tokens(random, length)
        }
        1..=4 => options,
        _ => mutated(options, random),
    };
    match random.below(40) {
        0 => quote!(#[tune #options]),
        1 => quote!(#[tune = #options]),
        2 => quote!(#[tune[#options]]),
        3 => quote!(#[tune(#options)] #[tune(#options)]),
        _ => quote!(#[tune(#options)]),
    }
}

/// An item of any kind with options at every place.
fn item(random: &mut Xorshift) -> TokenStream {
    let t = attribute(random, ON_TYPES);
    let [v, w] = std::array::from_fn(|_| attribute(random, ON_VARIANTS));
    let [a, b] = std::array::from_fn(|_| attribute(random, ON_FIELDS));
    let [x, y] =
        std::array::from_fn(|_| -> TokenStream { random.one(TYPES).parse().expect("a type") });
    match random.below(12) {
        0 => quote!(#t struct S<T> { #a x: #x, y: T }),
        1 => {
            quote!(pub(crate) struct S<'a, T: X, const N: usize> where T: Y { #a x: #x, #b y: #y })
        }
        2 => quote!(#t enum E { #v A, #w C { x: #x } }),
        3 => quote!(enum E<T> { #v A { #a x: #x, y: T }, B(#b #y), #w C(#x) }),
        4 => quote!(#t enum E { #v A = 3, #w B(), C {}, D(#x, #y) }),
        5 => quote!(#t struct S(#a #x, #b #y);),
        6 => quote!(#t struct S;),
        7 => quote!(#t union U { #a x: #x, #b y: #y }),
        8 => quote!(#t struct r#type { #a r#if: #x, #b pub(in a::b) y: #y, #[doc = "d"] z: #x }),
        9 => quote!(#a struct S { #t x: #x, #v y: #y }),
        10 => quote!(#t struct S { #a x: #x }),
        _ => quote!(#t enum E { #v A, B { #a x: #x }, #w C(Own) }),
    }
}

/// Clean errors, or code: what the compiler is given either way can be read, and says what was found.
fn assert_clean(input: &DeriveInput) -> usize {
    let output = tunable(input);
    let found = mistakes_of(input);
    let shown = || format!("{}\n{output}", input.to_token_stream());
    let Ok(file) = syn::parse2::<syn::File>(output.clone()) else {
        panic!("{}", shown());
    };
    let mut reported = Vec::new();
    for item in &file.items {
        if let Item::Macro(item) = item {
            assert!(
                item.mac
                    .path
                    .segments
                    .last()
                    .is_some_and(|s| s.ident == "compile_error")
            );
            let text: LitStr = item.mac.parse_body().expect("a text");
            reported.push(text.value());
        }
    }
    assert_eq!(reported, found, "{}", shown());
    // The implementation, or what stands in for it.
    assert_eq!(file.items.len(), found.len() + 1, "{}", shown());
    for text in &found {
        let named = text
            .strip_prefix('`')
            .and_then(|text| text.split_once("`: "));
        assert!(
            named.is_some_and(|(name, rule)| !name.is_empty() && !rule.is_empty()),
            "{text}"
        );
    }
    found.len()
}

/// Feeds so many inputs that are items at all: what does not parse never reaches a derive.
fn feed(seed: u64, inputs: usize, make: impl Fn(&mut Xorshift) -> TokenStream) {
    let mut random = Xorshift(seed);
    let (mut made, mut accepted, mut refused) = (0, 0, 0);
    while accepted + refused < inputs {
        made += 1;
        assert!(made < 20 * inputs, "too few of the inputs are items");
        if let Ok(input) = syn::parse2::<DeriveInput>(make(&mut random)) {
            match assert_clean(&input) {
                0 => accepted += 1,
                _ => refused += 1,
            }
        }
    }
    // Both sides have been seen.
    assert!(accepted > inputs / 50, "{accepted} accepted");
    assert!(refused > inputs / 20, "{refused} refused");
}

#[test]
fn nothing_written_in_an_attribute_makes_the_macro_panic() {
    feed(0x2545_f491_4f6c_dd1d, 20_000, item);
}

#[test]
fn nothing_written_around_attributes_makes_the_macro_panic() {
    feed(0x9e37_79b9_7f4a_7c15, 5_000, |random| {
        let item = item(random);
        mutated(item, random)
    });
}

#[test]
fn no_value_of_an_option_makes_the_macro_panic() {
    feed(0xd1b5_4a32_d192_ed03, 15_000, |random| {
        let ty: TokenStream = random.one(TYPES).parse().expect("a type");
        let option = token(random);
        let length = 1 + random.below(3);
        let value = tokens(random, length);
        match random.below(6) {
            0 => quote!(struct S { #[tune(range = #value..=#value)] x: #ty, #[tune(fixed)] y: T }),
            1 => quote!(struct S { #[tune(range = 1..=8, #option = #value)] x: #ty }),
            2 => quote!(struct S { #[tune(choices = [#value, #value], default = #value)] x: #ty }),
            3 => quote!(
                #[tune(constraint(#option = #value), #option(#value))]
                struct S {
                    x: T,
                }
            ),
            4 => quote!(enum E { #[tune(#option = #value)] A, B { #[tune(#option)] x: #ty } }),
            _ => quote!(#[tune(#option = #value, skip)] enum E { A(#ty), #[tune(default)] B }),
        }
    });
}
