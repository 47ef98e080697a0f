//! A disk that is soon full, for a single test: a tmpfs.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::bouncer::private_folder;

/// The disk; unmounted when this is dropped.
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts one of this size in bytes; `None` without the right to do that.
    pub fn mount(bytes: u64) -> Option<Self> {
        let (folder, _) = private_folder("disk-");
        let mounted = Command::new("mount")
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={bytes},mode=0777"),
                "tmpfs",
            ])
            .arg(folder.path())
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(Self { folder })
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves so few bytes on it, about.
    pub fn fill(&self, left: u64) {
        let written = self.try_fill();
        // To the last byte, and then a little less.
        let length = written
            .expect("a file on a small disk")
            .saturating_sub(left);
        let file = File::options().write(true).open(self.ballast());
        let file = file.expect("the file that fills the disk");
        file.set_len(length).expect("a file can be cut");
    }

    /// Frees what [`fill`](Self::fill) took.
    pub fn free(&self) {
        fs::remove_file(self.ballast()).expect("the file that fills the disk");
    }

    fn try_fill(&self) -> io::Result<u64> {
        let mut file = File::create(self.ballast())?;
        let block = [0_u8; 4096];
        let mut length = 0;
        loop {
            match file.write(&block) {
                Ok(0) => return Ok(length),
                Ok(written) => length += u64::try_from(written).unwrap_or(0),
                Err(error) if error.kind() == io::ErrorKind::StorageFull => return Ok(length),
                Err(error) => return Err(error),
            }
        }
    }

    fn ballast(&self) -> PathBuf {
        self.folder.path().join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What is still open on it keeps its space until it is closed.
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.folder.path())
            .output();
    }
}
