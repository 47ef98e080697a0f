//! Notes as optuna-dashboard 0.21 shows them: a version, and the text in pieces. Both are system attributes of the
//! study, those of a trial with its id in the key.

use super::json::write_json_text;
use super::keys::{NOTE_PIECE, NOTE_VERSION};

/// The longest JSON of a piece that the dashboard writes, without its quotes.
const PIECE: usize = 2045;
/// The most characters of a reason in a note; the whole one is an attribute of the trial.
const LONGEST_REASON: usize = 1000;

/// The system attributes of the first note of a study, the version last.
pub(crate) fn write_note(text: &str) -> Vec<(String, String)> {
    let mut pieces = vec![String::new()];
    let mut room = PIECE;
    for c in text.chars() {
        // Quotes are in each piece anyway.
        let length = write_json_text(c.encode_utf8(&mut [0; 4])).len() - 2;
        if length > room {
            pieces.push(String::new());
            room = PIECE;
        }
        room -= length;
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    let pieces = pieces.iter().enumerate();
    let mut note: Vec<_> = pieces
        .map(|(i, piece)| (format!("{NOTE_PIECE}{i}"), write_json_text(piece)))
        .collect();
    note.push((NOTE_VERSION.to_owned(), "1".to_owned()));
    note
}

/// The text of the note of a failed trial, as JSON: the reason as it is, which is no markdown.
pub(crate) fn write_failure_note(reason: &str) -> String {
    let mut text: String = reason.chars().take(LONGEST_REASON).collect();
    if text.len() < reason.len() {
        text.push('…');
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    write_json_text(&format!("{fence}text\n{text}\n{fence}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `save_note` of optuna-dashboard 0.21.0 stored it.
    #[test]
    fn a_note_is_stored_as_the_dashboard_stores_it() {
        let text = "L".repeat(5000);
        let note = write_note(&text);
        let lengths = note
            .iter()
            .map(|(key, json)| (key.as_str(), json.len()))
            .collect::<Vec<_>>();
        assert_eq!(
            lengths,
            [
                ("dashboard:note_str:0", 2047),
                ("dashboard:note_str:1", 2047),
                ("dashboard:note_str:2", 912),
                ("dashboard:note_ver", 1)
            ]
        );
        assert_eq!(
            write_note("# Hello\n\nshort é")[0].1,
            r##""# Hello\n\nshort \u00e9""##
        );
    }

    #[test]
    fn the_pieces_are_the_text() {
        let text = "é😀\"\\\n".repeat(700);
        let mut read = String::new();
        for (key, json) in write_note(&text) {
            assert!(json.len() <= PIECE + 2);
            if key.starts_with(NOTE_PIECE) {
                read += &serde_json::from_str::<String>(&json).unwrap();
            }
        }
        assert_eq!(read, text);
    }

    #[test]
    fn a_reason_is_shown_as_it_is() {
        let read = |reason| serde_json::from_str::<String>(&write_failure_note(reason)).unwrap();
        assert_eq!(read("no *luck* <b>"), "```text\nno *luck* <b>\n```");
        assert_eq!(read("a ```` b"), "`````text\na ```` b\n`````");
        let long = read(&"é".repeat(5000));
        assert!(long.chars().count() < 1100 && long.contains('…'));
    }
}
