//! `#[tune(..)]` as written: which options, with which values, where.

mod doc;
mod foreign;
mod members;
mod options;
mod tokens;

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Attribute, Expr, ExprArray, Ident, LitStr, Meta, Path, Token, Type};

use crate::diag::Subject;
pub(crate) use doc::{Doc, Part as DocPart};
use foreign::Words;
pub(crate) use foreign::as_written;
pub(crate) use members::Member;
use options::{Form, example, option, unknown};
pub(crate) use options::{Key, Place};
use tokens::{ends_here, rest_of_entry};
pub(crate) use tokens::{peeled, text};

/// The options given on one item.
pub(crate) struct Attrs {
    entries: Vec<Entry>,
    pub(crate) doc: Doc,
}

/// One option as given.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) ident: Ident,
    value: Option<Expr>,
    ty: Option<Type>,
    members: Vec<Member>,
}

/// Reads the attributes of one item. What is wrong is reported, and left out.
pub(crate) fn read(attrs: &[Attribute], place: Place, subject: &Subject<'_>) -> Attrs {
    let mut entries = Vec::new();
    let mut words = Words::default();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("tune")) {
        if matches!(attr.meta, Meta::List(_)) {
            let parsed = attr.parse_args_with(|input: ParseStream<'_>| {
                read_list(input, place, subject, &mut words, &mut entries);
                Ok(())
            });
            if let Err(error) = parsed {
                subject.syntax(&error);
            }
        } else {
            let example = example(place);
            subject.error(
                &attr.meta,
                format_args!("options are missing; help: write {example}"),
            );
        }
    }
    words.report(subject);
    Attrs {
        entries,
        doc: Doc::read(attrs),
    }
}

/// Reads `option, option = value, …`; goes on after a mistake at the next comma.
fn read_list(
    input: ParseStream<'_>,
    place: Place,
    subject: &Subject<'_>,
    words: &mut Words,
    into: &mut Vec<Entry>,
) {
    while !input.is_empty() {
        match read_entry(input, place, subject, words) {
            Ok(entry) => {
                if let Some(entry) = entry {
                    insert(entry, subject, into);
                }
                if !input.is_empty() && !input.peek(Token![,]) {
                    subject.error(
                        rest_of_entry(input),
                        "a comma is missing before this; help: separate options by commas",
                    );
                }
            }
            Err(error) => {
                subject.syntax(&error);
                rest_of_entry(input);
            }
        }
        // The loop ends: nothing but a comma can be next.
        if input.parse::<Token![,]>().is_err() {
            return;
        }
    }
}

/// Adds an option, unless it is there already. Only aliases and constraints add up.
fn insert(entry: Entry, subject: &Subject<'_>, into: &mut Vec<Entry>) {
    match into.iter_mut().find(|earlier| earlier.key == entry.key) {
        None => into.push(entry),
        Some(_) if entry.key == Key::Alias => into.push(entry),
        Some(earlier) if entry.key == Key::Constraint => earlier.members.extend(entry.members),
        Some(earlier) => subject.conflict(
            &entry.ident,
            format_args!("`{}` is given twice; help: remove one", entry.ident),
            &earlier.ident,
            format_args!("the first `{}` is here", earlier.ident),
        ),
    }
}

fn read_entry(
    input: ParseStream<'_>,
    place: Place,
    subject: &Subject<'_>,
    words: &mut Words,
) -> syn::Result<Option<Entry>> {
    if !input.peek(Ident::peek_any) {
        if let Some((written, ours)) = foreign::nameless(place, input) {
            subject.error(written, nameless(&ours));
            return Ok(None);
        }
        return Err(input.error(format_args!("expected an option, as in {}", example(place))));
    }
    let ahead = input.fork();
    let ident = ahead.call(Ident::parse_any)?;
    let name = ident.unraw().to_string();
    let Some((key, form)) = option(&name, place) else {
        // A constant may be the lower end.
        if let Some((written, ours)) = foreign::nameless(place, input) {
            subject.error(written, nameless(&ours));
            return Ok(None);
        }
        input.advance_to(&ahead);
        if place != Place::Field || !words.take(&ident, input, subject) {
            subject.error(&ident, unknown(&name, place));
            rest_of_entry(input);
        }
        return Ok(None);
    };
    input.advance_to(&ahead);
    if let Form::Members(example) = form {
        let members = members::read(input, &ident, example, subject)?;
        return Ok(members.map(|members| Entry {
            key,
            ident,
            value: None,
            ty: None,
            members,
        }));
    }
    if !input.peek(Token![=]) {
        let missing = match form {
            Form::Value(example) | Form::Type(example) => Some(example),
            // Brackets instead of `=`.
            Form::Optional(example) if !ends_here(input) => Some(example),
            Form::Flag | Form::Optional(_) | Form::Members(_) => None,
        };
        if let Some(example) = missing {
            let meant = foreign::in_brackets(key, input);
            let example = meant.as_deref().unwrap_or(example);
            let text = format!("`{name}` needs `=` and a value; help: write {name} = {example}");
            subject.error(&ident, text);
            rest_of_entry(input);
            return Ok(None);
        }
        return Ok(Some(Entry {
            key,
            ident,
            value: None,
            ty: None,
            members: Vec::new(),
        }));
    }
    input.parse::<Token![=]>()?;
    if let Form::Flag = form {
        subject.error(
            &ident,
            format_args!("`{name}` takes no value; help: write `{name}` alone"),
        );
        rest_of_entry(input);
        return Ok(None);
    }
    if let Form::Type(example) = form {
        let ty = read_type(input, &ident, example, subject)?;
        return Ok(ty.map(|ty| Entry {
            key,
            ident,
            value: None,
            ty: Some(ty),
            members: Vec::new(),
        }));
    }
    read_value(input, key, subject).map(|value| {
        value.map(|value| Entry {
            key,
            ident,
            value: Some(value),
            ty: None,
            members: Vec::new(),
        })
    })
}

fn read_type(
    input: ParseStream<'_>,
    name: &Ident,
    example: &str,
    subject: &Subject<'_>,
) -> syn::Result<Option<Type>> {
    if ends_here(input) {
        return Err(input.error("a value is missing after `=`; help: write it, or remove the `=`"));
    }
    let ahead = input.fork();
    if let Ok(ty) = ahead.parse() {
        input.advance_to(&ahead);
        return Ok(Some(ty));
    }
    subject.error(
        rest_of_entry(input),
        format_args!("`{name}` takes a type; help: write {name} = {example}"),
    );
    Ok(None)
}

fn read_value(
    input: ParseStream<'_>,
    key: Key,
    subject: &Subject<'_>,
) -> syn::Result<Option<Expr>> {
    if ends_here(input) {
        return Err(input.error("a value is missing after `=`; help: write it, or remove the `=`"));
    }
    let ahead = input.fork();
    match input.parse() {
        Ok(value) => Ok(Some(value)),
        // A closed range without its end is not an expression.
        Err(error) => {
            let tokens = rest_of_entry(&ahead);
            if matches!(key, Key::Range | Key::Len)
                && tokens.to_string().trim_end().ends_with("..=")
            {
                subject.error(tokens, "a range needs both ends; help: write low..=high");
                rest_of_entry(input);
                return Ok(None);
            }
            Err(error)
        }
    }
}

/// Why what stands for the option `ours` is not one.
fn nameless(ours: &str) -> String {
    format!("an option's name is missing; help: write {ours}")
}

impl Attrs {
    /// All options, as ordered in the source.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn get(&self, key: Key) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Those of `keys` that are given, as ordered in the source.
    pub(crate) fn given(&self, keys: &[Key]) -> Vec<&Entry> {
        self.entries
            .iter()
            .filter(|entry| keys.contains(&entry.key))
            .collect()
    }

    /// The text of an option that takes one.
    pub(crate) fn text(&self, key: Key, subject: &Subject<'_>) -> Option<&LitStr> {
        let entry = self.get(key)?;
        required_text(&entry.ident, entry.value.as_ref()?, subject)
    }

    /// The texts of an option that may be given several times.
    pub(crate) fn texts(&self, key: Key, subject: &Subject<'_>) -> Vec<&LitStr> {
        let given = self.entries.iter().filter(|entry| entry.key == key);
        let texts =
            given.filter_map(|entry| required_text(&entry.ident, entry.value.as_ref()?, subject));
        texts.collect()
    }
}

impl Entry {
    pub(crate) fn value(&self) -> Option<&Expr> {
        self.value.as_ref()
    }

    /// The type that an option names.
    pub(crate) fn ty(&self) -> Option<&Type> {
        self.ty.as_ref()
    }

    /// What stands in the option's brackets.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// The path of a crate or module that an option names.
    pub(crate) fn path(&self, subject: &Subject<'_>) -> Option<&Path> {
        let value = self.value.as_ref()?;
        let plain = |path: &Path| {
            let mut segments = path.segments.iter();
            segments.all(|segment| segment.arguments.is_none() && segment.ident != "Self")
        };
        match peeled(value) {
            Expr::Path(path) if path.qself.is_none() && plain(&path.path) => Some(&path.path),
            _ => {
                let name = &self.ident;
                subject.error(
                    value,
                    format_args!("`{name}` takes a path; help: write {name} = some::path"),
                );
                None
            }
        }
    }

    /// The values that an option lists.
    pub(crate) fn list(&self, subject: &Subject<'_>) -> Option<&ExprArray> {
        let value = self.value.as_ref()?;
        match peeled(value) {
            Expr::Array(array) => Some(array),
            _ => {
                let name = &self.ident;
                subject.error(
                    value,
                    format_args!("`{name}` takes a list; help: write {name} = [a, b]"),
                );
                None
            }
        }
    }
}

/// The text that is given as `name`.
pub(crate) fn required_text<'a>(
    name: &Ident,
    value: &'a Expr,
    subject: &Subject<'_>,
) -> Option<&'a LitStr> {
    let text = text(value);
    if text.is_none() {
        subject.error(
            value,
            format_args!("`{name}` takes a text; help: write {name} = \"..\""),
        );
    }
    text
}
