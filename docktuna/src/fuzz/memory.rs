//! What decoding costs in memory: a small multiple of the text, however it is built.
//!
//! A process of its own measures it, because tests share their process; Linux tells its peak.

#[cfg(target_os = "linux")]
use std::process::Command;

#[cfg(target_os = "linux")]
use crate::optuna::{read_distribution, read_json};
use crate::outline::SpaceOutline;

#[cfg(target_os = "linux")]
const CHILD: &str = "DOCKTUNA_MEASURE_DECODERS";

/// How many bytes one byte of text may take: a value of JSON is two bytes long at least, and takes 32 as the strict
/// parser has it, 32 more here, and as much again in a list that has just grown.
#[cfg(target_os = "linux")]
const MOST: u64 = 100;

#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kilobytes = line.split_whitespace().nth(1).unwrap();
    kilobytes.parse::<u64>().unwrap() * 1024
}

/// Texts whose values are as short as they can be, as many as there is room for.
#[cfg(target_os = "linux")]
fn texts() -> Vec<String> {
    const LENGTH: usize = 1 << 20;
    let filled = |before: &str, piece: &str, after: &str| {
        format!("{before}{}{after}", piece.repeat(LENGTH / piece.len()))
    };
    let choices = r#"{"name": "CategoricalDistribution", "attributes": {"choices": [0"#;
    let params = r#"{"version": 1, "params": [{"name": "a", "fixed": "1"}"#;
    vec![
        filled("", "[", ""),
        filled("", "{\"a\":", ""),
        filled("[0", ",0", "]"),
        filled("[[]", ",[]", "]"),
        filled("[{}", ",{}", "]"),
        filled("[NaN", ",NaN", "]"),
        filled("[\"\"", ",\"\"", "]"),
        filled("{\"a\":0", ",\"a\":0", "}"),
        filled("\"", "\\u00e9", "\""),
        filled("\"", "\u{7f}", "\""),
        filled("", "9", ""),
        filled(choices, ",0", "]}}"),
        filled(choices, ",[]", "]}}"),
        filled(params, ",{\"name\": \"a\"}", "]}"),
    ]
}

/// Each text has a process of its own: memory that another one gave back would be used again unseen.
#[test]
#[cfg(target_os = "linux")]
fn decoders_take_a_small_multiple_of_their_text() {
    if let Ok(at) = std::env::var(CHILD) {
        return measure(&texts()[at.parse::<usize>().unwrap()]);
    }
    for at in 0..texts().len() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "fuzz::memory::decoders_take_a_small_multiple_of_their_text",
            ])
            .env(CHILD, at.to_string())
            .output()
            .unwrap();
        assert!(
            child.status.success(),
            "{}",
            String::from_utf8_lossy(&child.stdout)
        );
    }
}

#[cfg(target_os = "linux")]
fn measure(text: &str) {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = peak();
    let _ = read_json(text).map(|json| json.to_text());
    let _ = read_distribution(text);
    let _ = SpaceOutline::from_json(text);
    let taken = peak().saturating_sub(before) / u64::try_from(text.len()).unwrap();
    let start: String = text.chars().take(40).collect();
    eprintln!("{start}: {taken} bytes for each");
    assert!(taken <= MOST, "{start}: {taken} bytes for each");
}

/// A list of many parameters takes time in proportion.
#[test]
fn a_long_outline_is_read_in_one_pass() {
    let choices: Vec<String> = (0..20_000).map(|at| format!("\"{at}\"")).collect();
    let choices = choices.join(", ");
    let first = format!(
        "{{\"name\": \"a\", \"distribution\": {{\"name\": \"CategoricalDistribution\", \"attributes\": {{\"choices\": [{choices}]}}}}}}"
    );
    let more = (0..20_000).map(|at| {
        format!(", {{\"name\": \"{at}\", \"fixed\": \"1\", \"when\": [{{\"param\": \"a\", \"is\": \"{at}\"}}]}}")
    });
    let text = format!(
        "{{\"version\": 1, \"params\": [{first}{}]}}",
        more.collect::<String>()
    );
    assert_eq!(
        SpaceOutline::from_json(&text).unwrap().iter().count(),
        20_001
    );
}
