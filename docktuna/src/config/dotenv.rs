//! What a `.env` text sets, read as python-dotenv reads it.
//!
//! Such a file has many readers, and most of its lines are for others: whatever they look like, they do
//! not stop us. So the text is cut into its logical lines first, which is done by python-dotenv's rules,
//! and of those that are ours each value is written once more in the one way of quoting that means the
//! same to dotenvy, whatever is in it.

use std::collections::HashMap;

/// How much text may come in through `${NAME}`, so that lines that name each other stay small.
const SUBSTITUTED: usize = 1 << 20;

/// A line of ours that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// Its number, from 1.
    pub(super) line: usize,
    pub(super) name: &'static str,
}

/// The values of the names that are `known`; the last line of a name counts. `outside` knows the
/// variables that the file does not set.
pub(super) fn read(
    text: &str,
    known: &[&'static str],
    outside: impl Fn(&str) -> Option<String>,
) -> Result<HashMap<String, String>, Unreadable> {
    // As Python opens a text file.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut values = Values {
        outside,
        set: HashMap::new(),
        budget: Some(SUBSTITUTED),
    };
    let mut reader = Reader { text, at: 0 };
    let mut ours: HashMap<&'static str, Option<usize>> = HashMap::new();
    while let Some(line) = reader.line() {
        let key = line.key.unwrap_or_default();
        let name = known.iter().find(|name| **name == key).copied();
        let value = line.value.and_then(|value| match value {
            Some(value) => values.resolved(&value).map(Some),
            None => Ok(None),
        });
        match (name, value) {
            (Some(name), Ok(value)) => {
                ours.insert(name, value.is_some().then_some(line.start));
                values.set.insert(key.to_owned(), value);
            }
            (Some(name), Err(Bad)) => return Err(unreadable(text, line.start, name)),
            (None, Ok(value)) => {
                values.set.insert(key.to_owned(), value);
            }
            (None, Err(Bad)) => {}
        }
    }
    let mut rewritten = String::new();
    for name in ours.iter().filter_map(|(name, at)| at.and(Some(name))) {
        if let Some(Some(value)) = values.set.get(*name) {
            rewritten += &format!("{name}={}\n", quoted(value));
        }
    }
    let read: Result<_, dotenvy::Error> = dotenvy::from_read_iter(rewritten.as_bytes()).collect();
    let read: HashMap<String, String> = read.unwrap_or_default();
    // Where the file has bytes that are no text, this character stands for them.
    let is_text = |name: &str| read.get(name).is_some_and(|v| !v.contains('\u{fffd}'));
    let mut with_values = ours.iter().filter_map(|(name, at)| Some((*name, (*at)?)));
    match with_values.find(|(name, _)| !is_text(name)) {
        Some((name, at)) => Err(unreadable(text, at, name)),
        None => Ok(read),
    }
}

fn unreadable(text: &str, start: usize, name: &'static str) -> Unreadable {
    let line = text[..start].matches('\n').count() + 1;
    Unreadable { line, name }
}

/// A value as dotenvy reads it back: nothing is special between single quotes, in which no quote may
/// stand, and a backslash may not stand before the last of them.
fn quoted(value: &str) -> String {
    let mut text = String::from("''");
    for part in value.split_inclusive(['\'', '\\']) {
        let plain = part.trim_end_matches(['\'', '\\']);
        if !plain.is_empty() {
            text += &format!("'{plain}'");
        }
        for special in part[plain.len()..].chars() {
            text.push('\\');
            text.push(special);
        }
    }
    text
}

/// A line, or a value within it, that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bad;

/// The values so far.
struct Values<F> {
    outside: F,
    /// None where a name stands without a value.
    set: HashMap<String, Option<String>>,
    /// None once it is used up: what a name stands for is not known any more.
    budget: Option<usize>,
}

impl<F: Fn(&str) -> Option<String>> Values<F> {
    /// Replaces each `${NAME}` and `${NAME:-default}`; the environment comes before the file.
    fn resolved(&mut self, value: &str) -> Result<String, Bad> {
        // Behind the last bracket nothing ends any more.
        let (mut rest, tail) = value.split_at(value.rfind('}').map_or(0, |last| last + 1));
        let mut text = String::new();
        while let Some((before, inside)) = rest.split_once("${") {
            text += before;
            let (name, after) = inside.split_at(inside.find([':', '}']).unwrap_or(inside.len()));
            let (default, after) = match (after.strip_prefix(":-"), after.strip_prefix('}')) {
                (Some(default), _) => default.split_once('}').unwrap_or((default, "")),
                (None, Some(after)) => ("", after),
                // Something else that looks like it.
                (None, None) => {
                    text += "${";
                    text += name;
                    rest = after;
                    continue;
                }
            };
            let found = match ((self.outside)(name), self.set.get(name)) {
                (Some(value), _) => value,
                (None, Some(value)) => value.clone().unwrap_or_default(),
                (None, None) => default.to_owned(),
            };
            self.budget = self.budget.and_then(|left| left.checked_sub(found.len()));
            if self.budget.is_none() {
                return Err(Bad);
            }
            text += &found;
            rest = after;
        }
        Ok(text + rest + tail)
    }
}

/// A logical line: its value may go over several lines of the file.
struct Line<'a> {
    start: usize,
    /// None for a comment, and where not even the key can be read.
    key: Option<&'a str>,
    value: Result<Option<String>, Bad>,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn line(&mut self) -> Option<Line<'a>> {
        self.skip(is_space);
        let start = self.at;
        if self.rest().is_empty() {
            return None;
        }
        if let Some(after) = self.rest().strip_prefix("export")
            && after.starts_with(is_blank)
        {
            self.at += "export".len();
            self.skip(is_blank);
        }
        if self.rest().starts_with('#') {
            self.skip(|c| c != '\n');
            let value = Ok(None);
            return Some(Line {
                start,
                key: None,
                value,
            });
        }
        let key = self.key();
        let value = key.and_then(|_| self.value()).and_then(|value| {
            self.skip(is_blank);
            if self.rest().starts_with('#') {
                self.skip(|c| c != '\n');
            }
            match self.rest().is_empty() || self.rest().starts_with('\n') {
                true => Ok(value),
                false => Err(Bad),
            }
        });
        if value.is_err() {
            self.skip(|c| c != '\n');
        }
        Some(Line {
            start,
            key: key.ok(),
            value,
        })
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn key(&mut self) -> Result<&'a str, Bad> {
        let rest = self.rest();
        let key = match rest.strip_prefix('\'') {
            Some(quoted) => {
                let (key, _) = quoted.split_once('\'').ok_or(Bad)?;
                self.at += key.len() + 2;
                key
            }
            None => self.skip(|c| c != '=' && c != '#' && !is_space(c)),
        };
        if key.is_empty() { Err(Bad) } else { Ok(key) }
    }

    /// None where the key stands alone.
    fn value(&mut self) -> Result<Option<String>, Bad> {
        self.skip(is_blank);
        if !self.rest().starts_with('=') {
            return Ok(None);
        }
        self.at += 1;
        let spaced = !self.skip(is_blank).is_empty();
        match self.rest().chars().next() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote).map(Some),
            Some('#') if spaced => Ok(Some(String::new())),
            _ => Ok(Some(self.bare().to_owned())),
        }
    }

    /// Up to the end of the line, or to white space and a comment.
    fn bare(&mut self) -> &'a str {
        let text = self.skip(|c| c != '\n');
        let comment = text.match_indices('#').map(|(at, _)| &text[..at]);
        let mut before = comment.filter(|before| before.ends_with(is_space));
        before.next().unwrap_or(text).trim_end_matches(is_space)
    }

    fn quoted(&mut self, quote: char) -> Result<String, Bad> {
        let inside = &self.rest()[1..];
        let mut value = String::new();
        let mut chars = inside.char_indices();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.at += at + 2;
                return Ok(value);
            }
            if c != '\\' {
                value.push(c);
                continue;
            }
            let (_, escaped) = chars.next().ok_or(Bad)?;
            match meaning(escaped, quote) {
                Some(meaning) => value.push(meaning),
                None => value.extend(['\\', escaped]),
            }
        }
        Err(Bad)
    }
}

/// What a letter after a backslash stands for.
fn meaning(escaped: char, quote: char) -> Option<char> {
    match (escaped, quote) {
        ('\\' | '\'', _) => Some(escaped),
        ('"', '"') => Some('"'),
        ('a', '"') => Some('\x07'),
        ('b', '"') => Some('\x08'),
        ('f', '"') => Some('\x0c'),
        ('n', '"') => Some('\n'),
        ('r', '"') => Some('\r'),
        ('t', '"') => Some('\t'),
        ('v', '"') => Some('\x0b'),
        _ => None,
    }
}

fn is_blank(c: char) -> bool {
    c != '\n' && is_space(c)
}

/// White space as Python counts it.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    const KNOWN: &[&str] = &["OPTUNA_DB_PASSWORD", "OPTUNA_DB_HOST"];

    fn read_alone(text: &str) -> Result<HashMap<String, String>, Unreadable> {
        let outside = |name: &str| (name == "FROM_ENV").then(|| "outside".to_owned());
        read(text, KNOWN, outside)
    }

    /// The file was made by `tests/python/env_file.py` with python-dotenv 1.2.4: texts, what it reads
    /// from each, and whether it leaves out a line of ours, which is an error here.
    #[test]
    fn f26_texts_are_read_as_python_dotenv_reads_them() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/dotenv.json");
        let golden = fs::read(file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let golden: Vec<(String, HashMap<String, String>, bool)> =
            serde_json::from_slice(&golden).unwrap();
        assert!(golden.len() > 140);
        for (text, values, refused) in golden {
            match read_alone(&text) {
                Ok(read) => assert_eq!((read, refused), (values, false), "{text:?}"),
                Err(error) => assert!(refused, "{text:?}: {error:?}"),
            }
        }
    }

    #[test]
    fn a_line_of_ours_that_cannot_be_read_is_named() {
        for (text, line, name) in [
            ("OPTUNA_DB_PASSWORD='hunter2\n", 1, KNOWN[0]),
            ("X='a\nb'\n\nOPTUNA_DB_HOST=\"db\n", 4, KNOWN[1]),
            ("# c\r\nOPTUNA_DB_PASSWORD='a' b\r\nX=1", 2, KNOWN[0]),
            ("OPTUNA_DB_PASSWORD=\u{fffd}", 1, KNOWN[0]),
        ] {
            assert_eq!(read_alone(text), Err(Unreadable { line, name }), "{text:?}");
        }
    }

    #[test]
    fn lines_that_name_each_other_stay_small() {
        let mut text = "A0=0123456789\n".to_owned();
        for n in 1..200 {
            let before = n - 1;
            text += &format!("A{n}=${{A{before}}}${{A{before}}}\n");
        }
        assert_eq!(read_alone(&text), Ok(HashMap::new()));
        text += "OPTUNA_DB_PASSWORD=${A3}${A199}\n";
        assert!(read_alone(&text).is_err());
    }

    proptest! {
        #[test]
        fn any_value_comes_back_from_dotenvy(value in "(?s).{0,40}", dense in "['\"\\\\$ {}#\n]{0,12}") {
            for value in [value, dense] {
                let line = format!("NAME={}\n", quoted(&value));
                let read = dotenvy::from_read_iter(line.as_bytes()).next().unwrap().unwrap();
                prop_assert_eq!(read, ("NAME".to_owned(), value));
            }
        }

        #[test]
        fn any_value_between_single_quotes_is_read(value in "[^$\r\u{fffd}]{0,40}") {
            let escaped = value.replace('\\', "\\\\").replace('\'', "\\'");
            let text = format!("export OPTUNA_DB_PASSWORD = '{escaped}' # c\n");
            let read = read_alone(&text).unwrap();
            prop_assert_eq!(&read["OPTUNA_DB_PASSWORD"], &value);
        }

        #[test]
        fn any_text_is_read_or_refused(
            text in "(?s).{0,200}",
            lines in "((export |#|X=|OPTUNA_DB_HOST|OPTUNA_DB_PASSWORD| ?= ?|['\"\\\\]|\\$\\{X|:-|\\}|\r|\n|.)){0,60}",
        ) {
            for text in [text, lines] {
                if let Ok(values) = read_alone(&text) {
                    let longest = text.len() + SUBSTITUTED;
                    prop_assert!(values.values().all(|value| value.len() <= longest));
                }
            }
        }
    }
}
