//! What a person can do about an error whose own text does not say: it may be read at three in the morning.

use super::failure::{code, sqlite};

/// What a person can do about an error of a statement.
pub(crate) fn advice(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let error = error.downcast_ref::<sqlx::Error>()?;
    match sqlite(error) {
        Some(7) => return Some("this machine is out of memory"),
        Some(10) => {
            return Some(
                "the file cannot be read or written: look at its disk and the system's log",
            );
        }
        Some(13) => return Some("the disk of the file is full: free space on it"),
        Some(14) => {
            return Some(
                "the file, or one beside it, cannot be opened: look at its folder's rights",
            );
        }
        Some(_) => return None,
        None => {}
    }
    let code = code(error)?;
    Some(match code.as_str() {
        "53100" => "the server's disk is full: free space on it",
        "53200" => "the server is out of memory: see what uses it there",
        "53300" => {
            "the server has no connection left: run fewer workers, or raise its max_connections"
        }
        "55P03" => "another session keeps the rows locked: end its transaction",
        "57014" => {
            "the statement was cancelled, by an operator or by statement_timeout: raise that one where it is \
             short"
        }
        code if code.starts_with("53") => "a limit of the server was reached: raise it",
        code if code.starts_with("58") => {
            "the server cannot read or write its files: look at its disk and its log"
        }
        code if code.starts_with("XX") => {
            "the server has an internal error, perhaps damaged data: look at its log"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::storage::failure::storage;
    use crate::storage::failure::tests::said;

    #[test]
    fn f02_an_error_says_what_to_do() {
        for (code, expected) in [
            ("53100", "the server's disk is full: free space on it"),
            ("57014", "statement_timeout"),
            ("58030", "look at its disk"),
            ("13", "the disk of the file is full"),
        ] {
            let text = storage("finish_trial", "", said(code, "said")).to_string();
            assert!(
                text.contains(": said; help: ") && text.contains(expected),
                "{text}"
            );
        }
        let text = storage("finish_trial", "", said("22000", "said")).to_string();
        assert!(text.ends_with("said"), "{text}");
    }
}
