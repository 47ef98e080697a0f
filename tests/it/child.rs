//! This test program once more, for what belongs to a process: its variables and its folder.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

/// The variable that tells a child what to do. Without it the test that a child runs does nothing.
pub(crate) const CHILD: &str = "DOCKTUNA_TEST_CHILD";

/// What the test says in a child with these variables, in this folder, on a line that begins with `CHILD: `.
pub(crate) async fn said(
    test: &str,
    what: &str,
    folder: &Path,
    variables: &[(&str, &str)],
) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .current_dir(folder)
        .env(CHILD, what)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.split_once("CHILD: "));
    line.unwrap_or_else(|| panic!("{text}")).1.to_owned()
}
