//! Which journal a file has.
//!
//! In WAL mode readers and the writer do not wait for each other. It needs memory that all processes with
//! the file open share. They have one kernel then: on a file system that hosts share, or virtual machines, or
//! one of them with its host, two kernels with the file open would each see memory of their own, and damage
//! it. So a file gets that mode only where its file system is known to be of this kernel alone, which Linux
//! tells; on other systems, such as macOS and Windows, nothing is known, and it keeps the other mode.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions, Connection, Executor};

use crate::shown::Shown;
use crate::storage::connection::failure;

/// File systems that no other kernel writes to at the same time, as Linux calls them.
const LOCAL: &[&str] = &[
    "bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "nilfs2", "overlay", "ramfs",
    "reiserfs", "tmpfs", "xfs", "zfs",
];

/// How often, and at what intervals, a file is asked to change its mode while other processes use it.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// Puts a new file into WAL mode where its file system allows that, and says which mode it has. It works
/// in the other one too, so that nothing here is an error.
pub(super) async fn choose(connection: &mut SqliteConnection, file: &Path) {
    if let Err(why) = local(kind(file).as_deref()) {
        return unable(file, &why);
    }
    for _ in 0..TRIES {
        let changed = sqlx::query_scalar::<_, String>("PRAGMA journal_mode = WAL");
        match changed.fetch_one(&mut *connection).await {
            Ok(mode) if mode == "wal" => return verify(file).await,
            Ok(mode) => return unable(file, &format!("the mode stays {mode}")),
            // Another process is making its tables.
            Err(error) if failure::is_busy(&error) => tokio::time::sleep(PAUSE).await,
            Err(error) => return unable(file, &error.to_string()),
        }
    }
    unable(file, "other processes use the file all the time");
}

/// Goes back unless a transaction works: that of the next connection finds out whether memory can be shared.
async fn verify(file: &Path) {
    let works = async {
        let mut connection = super::at_path(file).connect().await?;
        super::write(&mut connection).await?.commit().await?;
        connection.close().await
    };
    match works.await {
        Ok(()) => tracing::info!(file = %Shown(file.display()), "created in WAL mode"),
        Err(error) if failure::is_busy(&error) => {}
        Err(error) => {
            if let Err(stuck) = go_back(file).await {
                tracing::warn!(file = %Shown(file.display()), %stuck, "still in WAL mode");
            }
            unable(file, &error.to_string());
        }
    }
}

/// Without memory to share, the mode can be changed by a connection that excludes all others.
async fn go_back(file: &Path) -> sqlx::Result<()> {
    let mut connection = super::at_path(file).connect().await?;
    connection
        .execute("PRAGMA locking_mode = EXCLUSIVE")
        .await?;
    connection.execute("PRAGMA journal_mode = DELETE").await?;
    connection.close().await
}

fn unable(file: &Path, why: &str) {
    tracing::warn!(
        file = %Shown(file.display()),
        "not in WAL mode, so that readers and the writer wait for each other: {why}"
    );
}

/// Whether nothing was written to a file yet.
pub(super) fn is_new(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|file| file.len() == 0) || !file.exists()
}

/// Whether a file is in WAL mode and no log is open beside it.
pub(super) fn is_closed_wal(file: &Path) -> bool {
    let mut header = [0_u8; 20];
    let read = fs::File::open(file).and_then(|mut file| file.read_exact(&mut header));
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    read.is_ok() && header[18] == 2 && !Path::new(&log).exists()
}

/// Why a file on such a file system might be open under another kernel too, unless it is known that it is not.
fn local(kind: Option<&str>) -> Result<(), String> {
    match kind {
        Some(kind) if LOCAL.contains(&kind) => Ok(()),
        Some(kind) => Err(format!(
            "the file is on {kind}, which other hosts or virtual machines may share, and whose locks may be \
             unreliable then; help: keep it on a local disk, and let workers of several hosts share a \
             PostgreSQL database"
        )),
        None => Err("this system does not tell on what kind of file system the file is".to_owned()),
    }
}

/// The kind of file system on which a file is, if the operating system tells.
fn kind(file: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
    kind_at(&mounts, &folder).map(str::to_owned)
}

/// The kind of file system that is mounted at a folder or above it: of several the deepest one, of those the
/// one mounted last.
fn kind_at<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let mounts = mounts.lines().filter_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        // Blanks and backslashes are written in octal.
        let point = mount.split(' ').nth(4)?.replace("\\040", " ");
        let point = PathBuf::from(point.replace("\\011", "\t").replace("\\134", "\\"));
        Some((point, kind.split(' ').next()?))
    });
    let around = mounts.filter(|(point, _)| folder.starts_with(point));
    around
        .max_by_key(|(point, _)| point.components().count())
        .map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_system_is_that_of_the_deepest_mount() {
        let mounts = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
                      30 22 0:40 / /srv rw - nfs4 10.0.0.1:/srv rw,vers=4.2\n\
                      31 30 8:2 / /srv/my\\040disk rw master:2 - xfs /dev/sdb rw\n\
                      32 22 8:3 / /mnt rw - vfat /dev/sdc rw\n\
                      33 22 0:41 / /mnt rw - cifs //server/share rw\n";
        for (folder, kind) in [
            ("/home/me", "ext4"),
            ("/srv", "nfs4"),
            ("/srv/studies", "nfs4"),
            ("/srv2", "ext4"),
            ("/srv/my disk/studies", "xfs"),
            ("/mnt", "cifs"),
        ] {
            assert_eq!(kind_at(mounts, Path::new(folder)), Some(kind), "{folder}");
        }
        assert_eq!(kind_at("", Path::new("/")), None);
        assert_eq!(kind_at("no mount at all\n", Path::new("/")), None);
    }

    #[test]
    fn only_what_is_known_to_be_of_one_kernel_is_local() {
        let of = |kind| local(Some(kind));
        for kind in ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay"] {
            assert_eq!(of(kind), Ok(()), "{kind}");
        }
        for kind in [
            "nfs4",
            "cifs",
            "9p",
            "virtiofs",
            "vboxsf",
            "prl_fs",
            "fuse.sshfs",
            "fuse.grpcfuse",
            "fuseblk",
            "ext5",
            "",
        ] {
            let why = of(kind).unwrap_err();
            assert!(
                why.starts_with(&format!("the file is on {kind}, ")),
                "{why}"
            );
        }
        assert!(local(None).unwrap_err().contains("does not tell"));
    }

    #[test]
    fn the_systems_own_list_can_be_read() {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        assert!(kind_at(&mounts, &std::env::temp_dir()).is_some());
    }
}
