//! Texts that come from elsewhere (a database, an objective, a file), as a person sees them.
//!
//! What is stored, and what an error carries, stays as it is; only what is displayed goes through here.

use std::borrow::Cow;
use std::fmt::{self, Display};

/// The text with everything escaped that would not be shown but acted upon by a terminal or a log: control
/// characters, line breaks, and characters that turn the direction of writing around or cannot be seen.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// The same for whatever can be displayed.
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: Display> Display for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.0.to_string()))
    }
}

/// The same JSON with its own escapes for what would be acted upon. Outside of texts JSON has no such characters, except
/// for the line breaks between members.
#[cfg(feature = "cli")]
pub(crate) fn shown_json(json: &str) -> Cow<'_, str> {
    let acts = |c: char| c != '\n' && acts(c);
    if !json.contains(acts) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if acts(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// The joiners U+200C and U+200D are not among them: words and emoji need them.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_that_it_would_act_upon() {
        assert_eq!(
            shown("a\u{1b}[31mb\r\nc\u{202e}d\u{9b}e\u{7f}\u{2028}\0"),
            r"a\u{1b}[31mb\r\nc\u{202e}d\u{9b}e\u{7f}\u{2028}\u{0}"
        );
    }

    #[test]
    fn what_can_be_read_stays() {
        for text in [
            "",
            "loss = 0.5",
            "é 名前 😀 👨\u{200d}👩 e\u{301}",
            r#"C:\x "y""#,
        ] {
            assert!(matches!(shown(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn json_stays_json() {
        let json = "{\n \"a\u{7f}\": \"\u{202e}\u{e0041}é\"}";
        let safe = shown_json(json);
        assert_eq!(safe, "{\n \"a\\u007f\": \"\\u202e\\udb40\\udc41é\"}");
        let read = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
        assert_eq!(read(&safe), read(json));
    }
}
