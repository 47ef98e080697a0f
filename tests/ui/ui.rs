//! What the derive accepts, and how it refuses the rest: one mistake per file, named by its rule.

#[test]
fn ui() {
    let tests = trybuild::TestCases::new();
    tests.pass("cases/pass_*.rs");
    tests.compile_fail("cases/c*.rs");
}
