//! What the derive accepts, and how it refuses the rest: one mistake per file, named by its rule.

mod accepted;

#[test]
fn ui() {
    let tests = trybuild::TestCases::new();
    tests.pass("cases/pass_*.rs");
    tests.pass(accepted::write(std::path::Path::new(env!(
        "CARGO_TARGET_TMPDIR"
    ))));
    tests.compile_fail("cases/c*.rs");
}
