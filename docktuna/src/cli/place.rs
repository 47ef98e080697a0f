//! A file that is written beside its place and takes it when it is complete.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::failure::Failure;

/// The place, and the file that will take it. The file is removed unless it does.
pub(super) struct Place {
    path: PathBuf,
    force: bool,
    file: NamedTempFile,
}

impl Place {
    /// Makes the file, before anything is read for it. Only with `force` it may replace another one.
    pub(super) fn new(path: &Path, force: bool) -> Result<Self, Failure> {
        if path.exists() && !force {
            return Err(exists(path));
        }
        let file = beside(path).map_err(|error| unwritable(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            force,
            file,
        })
    }

    /// What is written to.
    pub(super) fn file(&mut self) -> &mut NamedTempFile {
        &mut self.file
    }

    pub(super) fn unwritable(&self, error: &io::Error) -> Failure {
        unwritable(&self.path, error)
    }

    /// Takes the place, when everything is written.
    pub(super) fn take(self) -> Result<(), Failure> {
        let path = &self.path;
        let settled = if self.force {
            self.file.persist(path)
        } else {
            // Somebody may have made it meanwhile.
            self.file.persist_noclobber(path)
        };
        match settled {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
            Err(error) => Err(unwritable(path, &error.error)),
        }
    }
}

fn exists(path: &Path) -> Failure {
    Failure::Message(format!(
        "{} exists; help: --force replaces it",
        path.display()
    ))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Message(format!("{} cannot be written: {error}", path.display()))
}

fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".docktuna-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What any new file gets; the process's mask takes away from it.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
