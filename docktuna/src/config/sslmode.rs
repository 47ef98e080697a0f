//! Encryption of connections, in libpq's words.

use std::str::FromStr;

/// Whether a connection is encrypted and the server is checked, in libpq's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SslMode {
    /// `disable`: clear text.
    Disable,
    /// `allow`: clear text, because this driver does not try a second time.
    Allow,
    /// `prefer`: encrypted if the server supports it; the server is not checked.
    #[default]
    Prefer,
    /// `require`: encrypted; the server is checked only if a root certificate is given.
    Require,
    /// `verify-ca`: encrypted, and the server's certificate is signed by a trusted root.
    VerifyCa,
    /// `verify-full`: as `verify-ca`, and the certificate names the host.
    VerifyFull,
}

impl SslMode {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

impl FromStr for SslMode {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        use SslMode::{Allow, Disable, Prefer, Require, VerifyCa, VerifyFull};
        let modes = [Disable, Allow, Prefer, Require, VerifyCa, VerifyFull];
        modes
            .into_iter()
            .find(|mode| mode.as_str().eq_ignore_ascii_case(word))
            .ok_or_else(|| {
                // The word is not shown: somebody may have mixed up two settings.
                format!(
                    "no sslmode that libpq knows; help: one of {}",
                    modes.map(Self::as_str).join(", ")
                )
            })
    }
}
