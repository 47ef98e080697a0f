//! The interface file, what is generated from it, and Optuna's own interface.

use std::fs;
use std::path::{Path, PathBuf};

use prost::Message;

/// Set to write what the interface file gives, after it was changed.
const WRITE: &str = "DOCKTUNA_WRITE_INTERFACE";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docktuna/src/serve")
}

/// Building needs neither a compiler of interface files nor a build script: what one would make is in the repository.
#[test]
fn what_is_generated_is_what_the_interface_file_gives() {
    let descriptors = protox::compile(["storage.proto"], [folder()]).unwrap();
    let out = tempfile::tempdir().unwrap();
    tonic_prost_build::configure()
        .build_client(false)
        .build_transport(false)
        .btree_map(".")
        .out_dir(out.path())
        .compile_fds(descriptors.clone())
        .unwrap();
    let code = fs::read(out.path().join("optuna.rs")).unwrap();
    // Clients that ask the server for its interface need no comments.
    let mut bare = descriptors;
    for file in &mut bare.file {
        file.source_code_info = None;
    }
    for (name, wanted) in [
        ("generated.rs", code),
        ("storage.bin", bare.encode_to_vec()),
    ] {
        let path = folder().join(name);
        if std::env::var_os(WRITE).is_some() {
            fs::write(&path, &wanted).unwrap();
        }
        let found = fs::read(&path).unwrap_or_default();
        assert!(
            found == wanted,
            "{name} is not what storage.proto gives; help: run this test with {WRITE}=1"
        );
    }
}
