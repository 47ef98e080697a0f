//! The page of the guide shows what is in the files, so that all of its code is compiled or checked.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    fs::read_to_string(root().join("docktuna/docs/cookbook.md")).expect("the page")
}

/// The files that the page may show parts of.
fn shown() -> Vec<(PathBuf, String)> {
    let folders = [
        "examples/cookbook",
        "examples/cookbook/src",
        "examples/cookbook/src/bin",
        "docker",
        "docker/own",
    ];
    let files = folders.iter().flat_map(|folder| {
        let entries = fs::read_dir(root().join(folder)).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path())
    });
    files
        .filter(|file| file.is_file())
        .filter_map(|file| Some((file.clone(), fs::read_to_string(&file).ok()?)))
        .collect()
}

/// The languages and texts of the page's blocks of code.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks: Vec<(&str, String)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(language) if !inside => {
                blocks.push((language, String::new()));
                inside = true;
            }
            Some(_) => inside = false,
            None if inside => {
                let (_, text) = blocks.last_mut().expect("a block began");
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    blocks
}

#[test]
fn each_block_of_code_is_part_of_a_file() {
    let (page, files) = (page(), shown());
    let blocks = blocks(&page);
    for (language, text) in &blocks {
        match *language {
            // Commands.
            "text" => {}
            "rs" | "sh" | "ini" | "yaml" => assert!(
                files.iter().any(|(_, file)| file.contains(text)),
                "no file has this part:\n{text}"
            ),
            other => panic!("a block of code in {other:?}"),
        }
    }
    for language in ["rs", "sh", "ini", "yaml"] {
        assert!(blocks.iter().any(|(own, _)| *own == language), "{language}");
    }
}

#[test]
fn the_table_names_the_files() {
    let page = page();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in [
        "src/forest.rs",
        "src/bin/network.rs",
        "src/bin/serve.rs",
        "slurm.sh",
        "worker.env",
        "kubernetes.yaml",
    ] {
        assert!(page.contains(&format!("`{file}`")), "{file}");
        assert!(folder.join(file).is_file(), "{file}");
    }
}
