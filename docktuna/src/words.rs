//! One line out of several texts, in const evaluation, where nothing can be allocated.

/// The words of all texts with single spaces between them: how many bytes they take.
#[must_use]
pub const fn line_length(texts: &[&str]) -> usize {
    scan(texts, &mut [])
}

/// The words of all texts with single spaces between them, in as many bytes as [`line_length`] says.
#[must_use]
pub const fn line<const N: usize>(texts: &[&str]) -> [u8; N] {
    let mut line = [0; N];
    scan(texts, &mut line);
    line
}

/// What [`line()`] made, as the text that it is.
///
/// # Panics
///
/// If the bytes are no text. A line consists of whole words of texts.
#[must_use]
pub const fn line_text(line: &[u8]) -> &str {
    match core::str::from_utf8(line) {
        Ok(text) => text,
        Err(_) => unreachable!(),
    }
}

/// Writes as much as there is room for and counts all of it.
const fn scan(texts: &[&str], into: &mut [u8]) -> usize {
    let (mut written, mut in_word, mut i) = (0, false, 0);
    while i < texts.len() {
        let (text, mut j) = (texts[i].as_bytes(), 0);
        while j < text.len() {
            if text[j].is_ascii_whitespace() {
                in_word = false;
            } else {
                if !in_word && written > 0 {
                    put(into, written, b' ');
                    written += 1;
                }
                put(into, written, text[j]);
                written += 1;
                in_word = true;
            }
            j += 1;
        }
        // The next text is a line of its own.
        in_word = false;
        i += 1;
    }
    written
}

const fn put(into: &mut [u8], at: usize, byte: u8) {
    if at < into.len() {
        into[at] = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_by_single_spaces() {
        const TEXTS: &[&str] = &[" a\n\n  b\tç ", "", "\r\n", "日本 d"];
        const LINE: [u8; line_length(TEXTS)] = line(TEXTS);
        assert_eq!(line_text(&LINE), "a b ç 日本 d");
        assert_eq!(line_length(&[]), 0);
        assert_eq!(line_length(&["", " \n"]), 0);
    }
}
