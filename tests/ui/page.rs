//! The messages that the derive's page shows are those of the compiler.

use std::path::Path;

/// The blocks of plain text in the page that begin with an error.
fn shown(page: &str) -> Vec<&str> {
    let blocks = page.split("```text\n").skip(1);
    blocks
        .filter_map(|block| block.split("```").next())
        .filter(|block| block.starts_with("error"))
        .collect()
}

#[test]
fn the_page_shows_what_the_compiler_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = folder.join("../../docktuna/docs/derive.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let shown = shown(&page);
    assert!(shown.len() >= 2, "{shown:?}");
    for message in shown {
        let case = message
            .split_once("--> ")
            .and_then(|(_, place)| place.split_once(".rs"))
            .expect("the place of a mistake")
            .0;
        let printed = folder.join(format!("{case}.stderr"));
        let printed = std::fs::read_to_string(printed).expect("a case");
        assert!(printed.contains(message), "{case} prints {printed}");
    }
}
