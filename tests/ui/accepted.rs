//! Writes a program of random types that the derive has to accept, with what it needs around them.
//!
//! Each type is valid by construction, so a type that does not compile is a bug of the derive.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rand::rngs::ChaCha12Rng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// How many types there are.
const TYPES: usize = 300;

/// Integer types with bounds that fit, and with what they are called besides.
const INTEGERS: &[(&str, i64, i64)] = &[
    ("i8", -128, 127),
    ("i16", -300, 300),
    ("i32", -70_000, 70_000),
    ("i64", -9_007_199_254_740_992, 9_007_199_254_740_992),
    ("i128", -1_000, 1_000),
    ("isize", -5, 5),
    ("u8", 0, 255),
    ("u16", 0, 65_535),
    ("u32", 0, 100_000),
    ("u64", 0, 9_007_199_254_740_992),
    ("u128", 0, 64),
    ("usize", 0, 4_096),
    ("Count", 0, 255),
    ("std::primitive::u8", 0, 9),
];

const FLOATS: &[&str] = &["f64", "f32", "Rate", "::core::primitive::f32"];

const STYLES: &[&str] = &[
    "snake_case",
    "camelCase",
    "SCREAMING-KEBAB-CASE",
    "lowercase",
];

const VISIBILITIES: &[&str] = &[
    "",
    "pub ",
    "pub(crate) ",
    "pub(super) ",
    "pub(in crate::types) ",
];

struct Writer {
    random: ChaCha12Rng,
    /// What stands before the types: constants that their options name.
    items: String,
    types: String,
    constants: usize,
    fields: usize,
}

/// Writes the program and says where it is.
pub(crate) fn write(folder: &Path) -> PathBuf {
    let mut writer = Writer {
        random: ChaCha12Rng::seed_from_u64(0x5eed),
        items: String::new(),
        types: String::new(),
        constants: 0,
        fields: 0,
    };
    let mut names: Vec<String> = Vec::new();
    for index in 0..TYPES {
        let name = if index % 10 == 9 {
            format!("r#T{index}")
        } else {
            format!("T{index}")
        };
        // Structs may be flattened, so the first types are structs.
        if index < 20 || writer.one_in(3) {
            writer.structure(&name, &names);
        } else if writer.one_in(4) {
            writer.tuple_structure(&name, &names);
        } else {
            writer.enumeration(&name, &names);
        }
        names.push(name);
    }
    let uses: String = names
        .iter()
        .map(|name| format!("    described::<{name}>();\n"))
        .collect();
    let program = format!(
        "#![deny(warnings)]\n\
         #![allow(dead_code, private_interfaces)]\n\
         mod types {{\n\
         use docktuna::Tunable;\n\
         type Count = u8;\n\
         type Rate = f32;\n\
         type Name = String;\n\
         pub struct Opaque;\n\
         impl Default for Opaque {{ fn default() -> Self {{ Opaque }} }}\n\
         #[derive(Tunable, PartialEq)]\n\
         pub struct Around<T>(T);\n\
         fn fine<T>(_: &T) -> Result<(), std::fmt::Error> {{ Ok(()) }}\n\
         fn zero<T>(_: &T) -> f64 {{ 0.0 }}\n\
         {}{}\
         fn described<T: Tunable>() {{\n    assert!(!T::NAME.is_empty());\n    let _ = T::space();\n}}\n\
         pub fn all() {{\n{uses}}}\n\
         }}\n\
         fn main() {{\n    types::all();\n}}\n",
        writer.items, writer.types
    );
    let file = folder.join("accepted_types.rs");
    std::fs::write(&file, program).expect("the build's folder is writable");
    file
}

impl Writer {
    fn one_in(&mut self, chances: u32) -> bool {
        self.random.random_range(0..chances) == 0
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        *of.choose(&mut self.random)
            .expect("something to choose from")
    }

    /// `value` itself, or the name of a constant of that value.
    fn number(&mut self, ty: &str, value: &str) -> String {
        if !self.one_in(4) {
            return value.to_owned();
        }
        self.constants += 1;
        let name = format!("C{}", self.constants);
        writeln!(self.items, "const {name}: {ty} = {value};").expect("memory");
        match self.random.random_range(0..3) {
            0 => format!("({name})"),
            1 => format!("self::{name}"),
            _ => name,
        }
    }

    fn structure(&mut self, name: &str, known: &[String]) {
        let options = self.type_options();
        let fields = self.random.random_range(0..6);
        let fields = self.fields_of(fields, known, true);
        let visibility = self.one(VISIBILITIES);
        write!(
            self.types,
            "#[derive(Tunable)]\n{options}{visibility}struct {name} {{\n{fields}}}\n"
        )
        .expect("memory");
    }

    /// A struct of unnamed fields, of which at least one is searched.
    fn tuple_structure(&mut self, name: &str, known: &[String]) {
        let (fields, visibility) = (self.unnamed_fields(known), self.one(VISIBILITIES));
        let options = attribute(&self.sometimes(4, &["validate = fine"]));
        write!(
            self.types,
            "#[derive(Tunable)]\n{options}{visibility}struct {name}({fields});\n"
        )
        .expect("memory");
    }

    fn unnamed_fields(&mut self, known: &[String]) -> String {
        let mut fields = String::new();
        for _ in 0..self.random.random_range(1..4) {
            let (options, ty) = match self.random.random_range(0..3) {
                0 => self.integers(),
                1 => self.floats(),
                _ => (
                    Vec::new(),
                    self.one(&known.iter().collect::<Vec<_>>()).clone(),
                ),
            };
            write!(fields, "{}{ty}, ", attribute(&options)).expect("memory");
        }
        if self.one_in(4) {
            fields.push_str("std::marker::PhantomData<u8>");
        }
        fields
    }

    fn enumeration(&mut self, name: &str, known: &[String]) {
        let options = self.type_options();
        let mut variants = String::new();
        let count = self.random.random_range(1..5);
        let default = self.random.random_range(0..count);
        for index in 0..count {
            if index == default && self.one_in(2) {
                variants.push_str("#[tune(default)] ");
            } else if index != default && self.one_in(6) {
                variants.push_str("#[tune(skip)] ");
            } else if self.one_in(4) {
                write!(variants, "#[tune(rename = \"label {index}\")] ").expect("memory");
            } else if self.one_in(6) {
                write!(variants, "#[tune(alias = \"old {index}\")] ").expect("memory");
            }
            let body = match self.random.random_range(0..5) {
                0 => String::new(),
                1 => "()".to_owned(),
                4 => format!("({})", self.unnamed_fields(known)),
                2 => format!("({})", self.one(&known.iter().collect::<Vec<_>>())),
                _ => {
                    let fields = self.random.random_range(0..4);
                    format!(" {{\n{}}}", self.fields_of(fields, known, false))
                }
            };
            writeln!(variants, "V{index}{body},").expect("memory");
        }
        write!(
            self.types,
            "#[derive(Tunable)]\n{options}pub(crate) enum {name} {{\n{variants}}}\n"
        )
        .expect("memory");
    }

    fn type_options(&mut self) -> String {
        let mut options = Vec::new();
        if self.one_in(3) {
            options.push(format!("rename_all = {:?}", self.one(STYLES)));
        }
        if self.one_in(4) {
            options.push("validate = fine".to_owned());
        }
        if self.one_in(4) {
            options.push("constraint(a = zero, b = zero::<Self>)".to_owned());
        }
        match self.random.random_range(0..6) {
            0 => options.push("minimize".to_owned()),
            1 => options.push("maximize = \"accuracy\"".to_owned()),
            2 => options.push("objectives(minimize = \"loss\", maximize)".to_owned()),
            _ => {}
        }
        attribute(&options)
    }

    fn fields_of(&mut self, count: usize, known: &[String], visible: bool) -> String {
        let mut fields = String::new();
        for _ in 0..count {
            self.fields += 1;
            // Unique, so that nothing clashes across `flatten`.
            let mut name = format!("field_{}", self.fields);
            if self.one_in(8) {
                name.insert_str(0, "r#");
            }
            let visibility = if visible { self.one(VISIBILITIES) } else { "" };
            let (mut options, ty) = self.rule(known);
            let stored = !options
                .iter()
                .any(|o| o.starts_with("skip") || o == "flatten")
                && !ty.contains("PhantomData");
            if stored && self.one_in(6) {
                options.push(format!("rename = \"name {}\"", self.fields));
            }
            let searched = stored && !options.iter().any(|o| o.starts_with("fixed"));
            if searched && self.one_in(6) {
                options.push(format!("alias = \"old {}\"", self.fields));
            }
            let doc = if self.one_in(3) {
                "/// A doc\n/// comment.\n"
            } else {
                ""
            };
            let options = attribute(&options);
            writeln!(fields, "{doc}{options}{visibility}{name}: {ty},").expect("memory");
        }
        fields
    }

    /// A rule and a type that it fits.
    fn rule(&mut self, known: &[String]) -> (Vec<String>, String) {
        let structs: Vec<&String> = known.iter().take(20).collect();
        let all: Vec<&String> = known.iter().collect();
        match self.random.random_range(0..14) {
            10 if !all.is_empty() => {
                let ty = self.one(&["Box<", "std::sync::Arc<", "(bool, ", "Around<"]);
                let close = if ty.starts_with('(') { ")" } else { ">" };
                (Vec::new(), format!("{ty}{}{close}", self.one(&all)))
            }
            11 => (Vec::new(), "std::marker::PhantomData<Opaque>".to_owned()),
            12 => self.converted(),
            13 => {
                let rule = vec!["range = 0.25..=0.75".to_owned()];
                let default = self.sometimes(2, &["default = (0.25, Some(0.5))"]);
                (
                    [rule, default].concat(),
                    "(f64, Option<Around<f32>>)".to_owned(),
                )
            }
            0 | 1 => self.integers(),
            2 | 3 => self.floats(),
            4 => self.choices(),
            5 => (self.sometimes(2, &["default = true"]), "bool".to_owned()),
            6 if !all.is_empty() => (Vec::new(), self.one(&all).clone()),
            7 if !all.is_empty() => (Vec::new(), format!("Option<{}>", self.one(&all))),
            8 if !structs.is_empty() => (vec!["flatten".to_owned()], self.one(&structs).clone()),
            _ => {
                let rules = ["skip", "skip = Opaque", "fixed", "fixed = Opaque"];
                (vec![self.one(&rules).to_owned()], "Opaque".to_owned())
            }
        }
    }

    /// A field that is made of another type's value.
    fn converted(&mut self) -> (Vec<String>, String) {
        let (options, default, ty): (&str, &str, &str) = self.one(&[
            (
                "range = 1..=60, as = u64, from = std::time::Duration::from_secs, into = std::time::Duration::as_secs",
                "5",
                "std::time::Duration",
            ),
            ("choices = [\"::1\"], as = String", "\"::1\"", "std::net::IpAddr"),
            ("range = 1..=9, as = u8", "3", "std::num::NonZeroU8"),
            ("as = bool, from = Around::<bool>, into = |a: &Around<bool>| a.0", "true", "Around<bool>"),
        ]);
        self.finish(vec![options.to_owned()], ty, default)
    }

    fn sometimes(&mut self, chances: u32, options: &[&str]) -> Vec<String> {
        if self.one_in(chances) {
            options.iter().map(|&o| o.to_owned()).collect()
        } else {
            Vec::new()
        }
    }

    fn integers(&mut self) -> (Vec<String>, String) {
        let (ty, min, max) = self.one(INTEGERS);
        let low = self.random.random_range(min..max);
        let high = self.random.random_range(low + 1..=max);
        let value = self.random.random_range(low..=high);
        let (from, to) = (
            self.number(ty, &low.to_string()),
            self.number(ty, &high.to_string()),
        );
        let mut options = vec![format!("range = {from}..={to}")];
        let mut default = value;
        if low >= 1 && self.one_in(2) {
            options.push("log".to_owned());
        } else if self.one_in(3) {
            // One that divides, and a default on its grid.
            let step = if (high - low) % 2 == 0 { 2 } else { 1 };
            options.push(format!("step = {step}"));
            default = low + (value - low) / step * step;
        }
        let default = self.number(ty, &default.to_string());
        self.finish(options, ty, &default)
    }

    fn floats(&mut self) -> (Vec<String>, String) {
        let ty = self.one(FLOATS);
        let low = self.one(&["1e-5", "0.25", "1.0"]);
        let high = self.one(&["2.0", "1e3", "8.5"]);
        let (from, to) = (self.number(ty, low), self.number(ty, high));
        if self.one_in(3) {
            let options = vec!["range = -0.5..=1.0".to_owned(), "step = 0.25".to_owned()];
            return self.finish(options, ty, "0.75");
        }
        let mut options = vec![format!("range = {from}..={to}")];
        if self.one_in(2) {
            options.push("log".to_owned());
        }
        let default = self.number(ty, "1.5");
        self.finish(options, ty, &default)
    }

    fn choices(&mut self) -> (Vec<String>, String) {
        let (list, default, ty): (&str, &str, &str) = self.one(&[
            ("[16, 32, 0x40]", "32", "u32"),
            ("[-1, 0, 1]", "-1", "i8"),
            ("[0.1, 0.2, 1e-5]", "0.2", "f64"),
            ("[0.1, 0.2]", "0.1", "Rate"),
            ("[\"cosine\", r\"linear\"]", "\"cosine\"", "String"),
            ("[\"a\", \"é\", \"\\\"\"]", "\"é\"", "Name"),
            ("[true]", "true", "bool"),
            ("[1, 2]", "2", "Count"),
            ("['a', 'é']", "'é'", "char"),
            ("[\"a\", \"b\"]", "\"b\"", "&'static str"),
            ("[\"a\", \"b\"]", "\"b\"", "Box<str>"),
            ("[\"a\", \"b\"]", "\"b\"", "std::path::PathBuf"),
            ("[-1, 1]", "1", "std::num::NonZero<i16>"),
            ("[1, 2]", "2", "std::num::Wrapping<u8>"),
        ]);
        let mut options = vec![format!("choices = {list}")];
        if ty != "bool" {
            options.extend(self.sometimes(4, &["ordered"]));
        }
        self.finish(options, ty, default)
    }

    /// Adds a default, and puts the type into an `Option` now and then.
    fn finish(
        &mut self,
        mut options: Vec<String>,
        ty: &str,
        default: &str,
    ) -> (Vec<String>, String) {
        let optional = self.one_in(4);
        match self.random.random_range(0..4) {
            0 if optional => options.push("default = None".to_owned()),
            1 if optional => options.push(format!("default = Some({default})")),
            0 | 1 => options.push(format!("default = {default}")),
            _ => {}
        }
        let converted = options[0].contains("as = ");
        let ty = match self.random.random_range(0..8) {
            0 if !converted => format!("Box<{ty}>"),
            1 if !converted => format!("Around<{ty}>"),
            _ => ty.to_owned(),
        };
        let ty = if optional {
            format!("Option<{ty}>")
        } else {
            ty
        };
        (options, ty)
    }
}

/// The options as one attribute or two.
fn attribute(options: &[String]) -> String {
    match options {
        [] => String::new(),
        [first, rest @ ..] if options.len() > 2 => {
            format!("#[tune({first})]\n#[tune({},)]\n", rest.join(", "))
        }
        _ => format!("#[tune({})]\n", options.join(", ")),
    }
}
