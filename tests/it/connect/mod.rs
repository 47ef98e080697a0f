//! From settings and URLs to a connection: files, variables, rights, proxies and secrets.

mod pooling;
mod rights;
mod secrets;
mod settings;
mod sqlite_urls;
mod urls;
