//! As much of SQL as it takes to count statements.

/// The statements of a simple query. Semicolons in texts, names and comments do not end one; those in dollar quotes
/// do not either.
pub(super) fn split_statements(sql: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(next) = sql[at..].chars().next() {
        let rest = &sql[at..];
        if next == ';' {
            pieces.push(&sql[start..at]);
            start = at + 1;
        }
        at += match next {
            '\'' | '"' => 1 + until(&rest[1..], &rest[..1]),
            '$' => dollar_tag(rest).map_or(1, |tag| tag.len() + until(&rest[tag.len()..], tag)),
            _ => comment(rest).unwrap_or(next.len_utf8()),
        };
    }
    pieces.push(&sql[start..]);
    pieces.retain(|piece| !piece.trim().is_empty());
    pieces
}

/// The length up to and including `end`.
fn until(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}

/// The length of the comment that `text` starts with.
fn comment(text: &str) -> Option<usize> {
    let end = if text.starts_with("--") {
        "\n"
    } else if text.starts_with("/*") {
        "*/"
    } else {
        return None;
    };
    Some(2 + until(&text[2..], end))
}

/// `$$` or `$name$` at the start of `text`; not `$1`.
fn dollar_tag(text: &str) -> Option<&str> {
    let length = 2 + text[1..].find('$')?;
    let tag = &text[..length];
    let name = &tag[1..length - 1];
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    is_name.then_some(tag)
}

/// What a statement begins with, after comments.
pub(super) fn first_word(mut statement: &str) -> &str {
    statement = statement.trim_start();
    while let Some(length) = comment(statement) {
        statement = statement[length..].trim_start();
    }
    statement
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{first_word, split_statements};

    #[test]
    fn statements_are_split_where_postgresql_splits_them() {
        assert_eq!(split_statements("BEGIN; SELECT 1;\n ;COMMIT;").len(), 3);
        assert_eq!(
            split_statements("SELECT ';', \"a;\", $$;$$, $t$ ; $t$, $1 -- ;\n/* ; */").len(),
            1
        );
        assert_eq!(split_statements("/* ping */").len(), 1);
        assert_eq!(split_statements("SELECT 'it''s; é'; x").len(), 2);
        assert_eq!(first_word("-- why; \n/* and */ commit"), "commit");
    }
}
