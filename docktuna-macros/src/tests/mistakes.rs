//! The texts; that they stand at the right place is tested by the compiler, in `tests/ui`.

use super::mistakes;

/// The mistakes of a struct with one field that has these options.
fn field(options: &str, ty: &str) -> Vec<String> {
    mistakes(&format!("struct Model {{ #[tune({options})] x: {ty} }}"))
}

#[test]
fn valid_options_are_no_mistakes() {
    let valid = [
        ("range = 1..=8", "u8"),
        ("range = -1.5..=-0.5, step = 0.25, default = -1.0", "f32"),
        ("range = (LOW)..=crate::HIGH, log,", "usize"),
        ("choices = [-1, 0x10, 1_000]", "i64"),
        (
            "choices = [\"a\", r\"b\", crate::C], default = crate::C",
            "String",
        ),
        (
            "range = 0.1..=0.5, default = None",
            "std::option::Option<f64>",
        ),
        ("fixed", "Anything<'static, [u8]>"),
        ("skip = { 1 + 1 }", "&'static str"),
        ("flatten", "Common"),
        ("", "bool"),
    ];
    for (options, ty) in valid {
        assert!(
            field(options, ty).is_empty(),
            "{options}: {:?}",
            field(options, ty)
        );
    }
}

#[test]
fn unreadable_options_are_reported_one_by_one() {
    let found = field(
        "range, log = 3, rename(x), 5, choices = , rename = 1 2, fixed = 1",
        "u8",
    );
    assert_eq!(
        found,
        [
            "`x`: `range` needs `=` and a value; help: write range = low..=high",
            "`x`: `log` takes no value; help: write `log` alone",
            "`x`: `rename` needs `=` and a value; help: write rename = \"name\"",
            "`x`: expected an option, as in #[tune(range = low..=high)]",
            "`x`: a value is missing after `=`; help: write it, or remove the `=`",
            "`x`: a comma is missing before this; help: separate options by commas",
        ]
    );
}

#[test]
fn f19_words_of_other_libraries_are_answered_with_ours() {
    let answers = [
        (
            "min = 1, max = 3",
            "unknown options `min` and `max`; help: write range = 1..=3",
        ),
        (
            "low = -2, high = LOW + 1",
            "unknown options `low` and `high`; help: write range = -2..=LOW+1",
        ),
        (
            "range(1, 3)",
            "`range` needs `=` and a value; help: write range = 1..=3",
        ),
        (
            "1..=3",
            "an option's name is missing; help: write range = 1..=3",
        ),
        (
            "loguniform(1e-5, 1e-1)",
            "unknown option `loguniform`; help: write range = 1e-5..=1e-1, log",
        ),
        (
            "one_of = [1, 2]",
            "unknown option `one_of`; help: write choices = [1, 2]",
        ),
    ];
    for (options, answer) in answers {
        assert_eq!(
            field(options, "u8"),
            [format!("`x`: {answer}")],
            "{options}"
        );
    }
}

#[test]
fn f43_a_default_behind_an_alias_is_one_mistake() {
    let answers = [
        ("default = Some(0.5)", "an Option"),
        ("default = ::core::option::Option::None", "an Option"),
        ("default = [0.5; 3]", "an array or a Vec"),
    ];
    for (default, what) in answers {
        let found = field(&format!("range = LOW..=1.0, {default}"), "MaybeRate");
        let text = format!(
            "`x`: the default is that of {what}, which the derive cannot see behind this name; \
             help: write the type itself instead of its alias"
        );
        assert_eq!(found, [text]);
    }
}

#[test]
fn what_follows_a_word_may_be_anything() {
    for options in [
        "min",
        "min =",
        "min = ,",
        "uniform(",
        "uniform(1 2)",
        "uniform()",
        "uniform = 3..",
        "values = x y",
        "range()",
        "1..=3 4",
        "min = 1 + , max = 2",
    ] {
        if let Ok(input) = syn::parse_str(&format!("struct M {{ #[tune({options})] x: u8 }}")) {
            assert_eq!(super::mistakes_of(&input).len(), 1, "{options}");
        }
    }
}

#[test]
fn a_field_whose_options_failed_is_not_checked_further() {
    assert_eq!(
        field("rnage = 1..=8, default = 20", "u8"),
        ["`x`: unknown option `rnage`; did you mean `range`?"]
    );
}

#[test]
fn all_fields_and_variants_are_checked() {
    let found = mistakes(
        "#[tune(rename_all = \"title\", study = 3)] enum E {
            A { x: f64, #[tune(range = 2..=1)] y: u8 },
            #[tune(rename = \"\")] B,
            C(u8, u8),
        }",
    );
    let starts: Vec<&str> = found
        .iter()
        .map(|text| text.split(": ").next().unwrap_or_default())
        .collect();
    assert_eq!(
        starts,
        ["`E`", "`E`", "`x`", "`y`", "`B`", "`C.0`", "`C.1`"]
    );
}

/// They may stand before the name that they are taken by.
#[test]
fn an_alias_is_of_one_field_and_no_name_of_today() {
    let fields = |options: &str| {
        mistakes(&format!(
            "struct Model {{ #[tune(range = 1..=8, {options})] x: u8, y: bool }}"
        ))
    };
    assert!(fields("alias = \"a\", alias = \"Y\", alias = \"a.b\"").is_empty());
    for (options, wanted) in [
        (
            "alias = \"y\"",
            "`x`: the alias \"y\" is the name of `y` today; help: remove it",
        ),
        (
            "rename = \"z\", alias = \"z\"",
            "`x`: the alias \"z\" is its name today; help: remove it",
        ),
        (
            "alias = \"a\", alias = \"b\", alias = \"a\"",
            "`x`: the alias \"a\" belongs to `x` already; help: keep one",
        ),
        (
            "alias = \"\"",
            "`x`: a stored name has 1 to 512 characters, this alias has 0; \
             help: write what an older version stored, or remove it",
        ),
    ] {
        assert_eq!(fields(options).first().map(String::as_str), Some(wanted));
    }
    // A name that is free again can be one.
    assert!(fields("rename = \"z\", alias = \"x\"").is_empty());
    let longest = "m".repeat(512);
    assert!(fields(&format!("alias = \"{longest}\"")).is_empty());
    assert_eq!(fields(&format!("alias = \"{longest}m\"")).len(), 1);
}

#[test]
fn bounds_are_compared_exactly() {
    assert!(field("range = 0.0..=0.3, step = 0.1", "f64").is_empty());
    assert!(field("range = 1e-7..=1e-6, step = 3e-7", "f64").is_empty());
    assert_eq!(
        field("range = 0.1..=0.30000000000000004, step = 0.1", "f64"),
        [
            "`x`: 0.1..=0.30000000000000004 is not a multiple of step 0.1, the last value is 0.3; \
          help: write 0.3"
        ]
    );
    assert_eq!(
        field("range = 0.3..=0.1", "f64"),
        ["`x`: lower bound 0.3 is above upper bound 0.1; help: swap them"]
    );
}

#[test]
fn the_limits_of_a_type_are_kept() {
    assert!(field("range = 0..=255", "u8").is_empty());
    assert!(field("range = -128..=127", "i8").is_empty());
    assert!(field("range = -9007199254740992..=9007199254740992", "i64").is_empty());
    for (options, ty) in [
        ("range = 0..=256", "u8"),
        ("range = -129..=0", "i8"),
        ("range = 0..=9007199254740993", "u64"),
        (
            "range = 0..=999999999999999999999999999999999999999999999999",
            "u128",
        ),
        ("range = 0.0..=3.5e38", "f32"),
        ("range = 0.0..=1e400", "f64"),
    ] {
        assert_eq!(
            field(options, ty).len(),
            1,
            "{options}: {:?}",
            field(options, ty)
        );
    }
}

#[test]
fn shared_belongs_on_a_searched_field_of_a_variant() {
    let [struct_field] = field("shared, range = 1..=8", "u8").try_into().unwrap();
    assert!(struct_field.contains("`shared` belongs on a field of an enum's variant"));
    for other in ["fixed = 1", "skip", "flatten"] {
        let found = mistakes(&format!(
            "enum Kind {{ A {{ #[tune({other}, shared)] x: Part }} }}"
        ));
        let [text] = found.as_slice() else {
            panic!("{found:?}")
        };
        let name = other.split(' ').next().unwrap();
        assert!(
            text.contains("`shared` belongs to a field that is searched"),
            "{text}"
        );
        assert!(text.contains(&format!("`{name}`")), "{text}");
    }
    let kind =
        "enum Kind { A { #[tune(range = 1..=8, shared)] x: u8 }, B { #[tune(shared)] x: Part } }";
    assert!(mistakes(kind).is_empty(), "the compiler compares them");
}
