//! The password that connections are opened with. Secrets are rotated while trials run: where the server refuses
//! it, its file is read again.
//!
//! A server, or who guards it, may lock out whoever is refused too often. So a refused password is offered again
//! only after a pause that grows, by all of a handle's connections together; a new one is offered at once.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::config::{PostgresSettings, Secret, SecretFile};
use crate::error::{ConnectReason, Error, Result};
use crate::lock::lock;

/// How long a refused password is not offered again at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

pub(super) struct Login {
    file: Option<SecretFile>,
    known: Mutex<Known>,
}

/// The password as it was read last, and what the server thinks of it.
struct Known {
    password: Option<Secret>,
    refused: Option<Refused>,
}

#[derive(Debug, Clone, Copy)]
struct Refused {
    at: Instant,
    pause: Duration,
}

impl Login {
    pub(super) fn new(settings: &PostgresSettings) -> Self {
        Self {
            file: settings.password_file.clone(),
            known: Mutex::new(Known {
                password: settings.password.clone(),
                refused: None,
            }),
        }
    }

    /// The password that is in the file by now, for connections of others. The server need not know it yet.
    pub(super) fn newest(&self) -> Option<Secret> {
        let read = self.file.as_ref().and_then(|file| file.read().ok());
        read.or_else(|| self.known().password.clone())
    }

    /// The password to connect to `target` with.
    ///
    /// # Errors
    ///
    /// While it is too early to offer again what was refused.
    pub(super) fn password(&self, target: &str) -> Result<Option<Secret>> {
        if let Some(since) = self.is_waiting()
            && !self.read_again()
        {
            return Err(not_again(target, since));
        }
        Ok(self.known().password.clone())
    }

    /// Takes note of how an attempt with a password ended; whether there is another one to try by now.
    pub(super) fn has_newer<T>(&self, offered: Option<&Secret>, attempt: &Result<T>) -> bool {
        match attempt {
            Err(error) if is_refusal(error) => {
                // Another task may have read it meanwhile.
                let is_newer = self.known().password.as_ref() != offered || self.read_again();
                if is_newer {
                    tracing::info!("the password was changed; trying the new one");
                } else {
                    self.refuse();
                }
                is_newer
            }
            Err(_) => false,
            Ok(_) => {
                self.known().refused = None;
                false
            }
        }
    }

    /// How long ago the password was refused, where it is too early to offer it again. When it is not, the caller
    /// does so, and the others wait for what it hears.
    fn is_waiting(&self) -> Option<Duration> {
        let mut known = self.known();
        let refused = known.refused.as_mut()?;
        let since = refused.at.elapsed();
        if since < refused.pause {
            return Some(since);
        }
        refused.at = Instant::now();
        refused.pause = (refused.pause * 2).min(LONGEST_PAUSE);
        None
    }

    /// Reads the file; whether another password is in it. One that cannot be read is about to be written.
    fn read_again(&self) -> bool {
        let Some(Ok(read)) = self.file.as_ref().map(SecretFile::read) else {
            return false;
        };
        let mut known = self.known();
        if known.password.as_ref() == Some(&read) {
            return false;
        }
        known.password = Some(read);
        known.refused = None;
        true
    }

    fn refuse(&self) {
        // Several connections may have been refused at the same time.
        self.known().refused.get_or_insert_with(|| Refused {
            at: Instant::now(),
            pause: FIRST_PAUSE,
        });
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }
}

fn is_refusal(error: &Error) -> bool {
    let Error::Connect { reason, .. } = error else {
        return false;
    };
    *reason == ConnectReason::Authentication
}

fn not_again(target: &str, since: Duration) -> Error {
    let since = since.as_secs_f64();
    Error::Connect {
        target: target.to_owned(),
        reason: ConnectReason::Authentication,
        source: format!("it did so {since:.0} s ago, and is not asked again yet").into(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn login(file: Option<&std::path::Path>) -> Login {
        let mut settings = PostgresSettings::new(Vec::new(), String::new(), String::new());
        settings.password = Some("old".into());
        settings.password_file = file.map(SecretFile::new);
        Login::new(&settings)
    }

    /// A server with a password of its own, which counts how often it is asked.
    fn offer(login: &Login, right: &str, asked: &AtomicU32) -> Result<()> {
        loop {
            let password = login.password("")?;
            asked.fetch_add(1, Ordering::Relaxed);
            let attempt = match &password {
                Some(password) if password.expose() == right => Ok(()),
                _ => Err(not_again("", Duration::ZERO)),
            };
            if !login.has_newer(password.as_ref(), &attempt) {
                return attempt;
            }
        }
    }

    #[test]
    fn f03_a_refused_password_is_read_again_and_not_offered_twice_in_a_moment() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "old\n").unwrap();
        let (login, asked) = (login(Some(file.path())), AtomicU32::new(0));
        offer(&login, "old", &asked).unwrap();
        // The server has the new one, and the file does not.
        for _ in 0..10 {
            let error = offer(&login, "new", &asked).unwrap_err();
            assert!(is_refusal(&error), "{error:?}");
        }
        assert_eq!(asked.swap(0, Ordering::Relaxed), 2);
        // A file that is being written.
        std::fs::write(file.path(), "").unwrap();
        offer(&login, "new", &asked).unwrap_err();
        std::fs::write(file.path(), "new\n").unwrap();
        offer(&login, "new", &asked).unwrap();
        assert_eq!(asked.swap(0, Ordering::Relaxed), 1);
        // Both at once.
        std::fs::write(file.path(), "newer").unwrap();
        offer(&login, "newer", &asked).unwrap();
        assert_eq!(asked.swap(0, Ordering::Relaxed), 2);
        // The file is ahead of the server.
        std::fs::write(file.path(), "newest").unwrap();
        assert_eq!(login.newest(), Some("newest".into()));
        offer(&login, "newer", &asked).unwrap();
        assert_eq!(asked.into_inner(), 1);
    }

    #[test]
    fn f03_a_password_without_a_file_is_offered_again_after_a_pause() {
        let (login, asked) = (login(None), AtomicU32::new(0));
        offer(&login, "new", &asked).unwrap_err();
        let first = login.known().refused.unwrap();
        login.known().refused = Some(Refused {
            at: Instant::now() - first.pause,
            ..first
        });
        offer(&login, "new", &asked).unwrap_err();
        assert_eq!(asked.into_inner(), 2);
        assert_eq!(login.known().refused.unwrap().pause, FIRST_PAUSE * 2);
    }
}
