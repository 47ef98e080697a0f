//! The rows. `OPTUNA_` is left out of the names.

use super::Expected::{Is, Says};
use super::Row;

macro_rules! rows {
    ($name:ident $([$($setting:expr),*] => $expected:expr;)*) => {
        pub(super) const $name: &[Row] = &[$((&[$($setting),*], $expected)),*];
    };
}

const H: (&str, &str) = ("DB_HOST", "db");
const U: (&str, &str) = ("DB_USER", "me");
const N: (&str, &str) = ("DB_NAME", "n");
const P: (&str, &str) = ("DB_PASSWORD", "hunter2");
const FILE: &str = "DB_PASSWORD_FILE";
const SECRET: &str = "DB_PASSWORD_SECRET";
pub(super) const URL: &str = "STORAGE";

rows! { HOSTS
    [H, U, N, P] => Is("me:hunter2@db:5432/n");
    [("DB_HOST", "127.0.0.1"), U, N, P] => Is("me:hunter2@127.0.0.1:5432/n");
    [("DB_HOST", " db.example.org\n"), U, N, P] => Is("me:hunter2@db.example.org:5432/n");
    [("DB_HOST", "my_db-1"), U, N, P] => Is("me:hunter2@my_db-1:5432/n");
    [("DB_HOST", "::1"), U, N, P] => Is("me:hunter2@[::1]:5432/n");
    [("DB_HOST", "[::1]"), U, N, P] => Is("me:hunter2@[::1]:5432/n");
    [("DB_HOST", "fe80::1%eth0"), U, N, P] => Is("me:hunter2@[fe80::1%eth0]:5432/n");
    [("DB_HOST", "/run/postgresql"), U, N, P] => Is("me:hunter2@/run/postgresql:5432/n");
    [("DB_HOST", "a, b"), U, N, P] => Is("me:hunter2@a:5432,b:5432/n");
    [("DB_HOST", "a,b"), ("DB_PORT", "1,2"), U, N, P] => Is("me:hunter2@a:1,b:2/n");
    [("DB_HOST", "a,b,c"), ("DB_PORT", "1,2"), U, N, P] => Says("2 ports for 3 hosts");
    [H, ("DB_PORT", " 6000 "), U, N, P] => Is("me:hunter2@db:6000/n");
    [H, ("DB_PORT", "0"), U, N, P] => Says("OPTUNA_DB_PORT (from the table) is no port");
    [H, ("DB_PORT", "70000"), U, N, P] => Says("is no port; help: give a number from 1 to 65535");
    [H, ("DB_PORT", "hunter2"), U, N, P] => Says("OPTUNA_DB_PORT (from the table) is no port");
    [("DB_HOST", "127.0.0.1:5700"), U, N, P] => Says("has a port behind it; help: give the port in OPTUNA_DB_PORT");
    [("DB_HOST", "[::1]:5700"), U, N, P] => Says("OPTUNA_DB_HOST (from the table) is no name of a host");
    [("DB_HOST", "postgresql://u:hunter2@h/d"), U, N, P] => Says("OPTUNA_DB_HOST (from the table) is a URL; help: give it to OPTUNA_STORAGE");
    [("DB_HOST", "me:hunter2@db"), U, N, P] => Says("holds an `@`");
    [("DB_HOST", "\"db\""), U, N, P] => Says("has quotes around it; help: take them off");
    [("DB_HOST", "db hunter2"), U, N, P] => Says("is no name of a host");
    [("DB_HOST", "db/n?hunter2"), U, N, P] => Says("is no name of a host");
    [("DB_HOST", "[db]"), U, N, P] => Says("brackets around something that is no address");
    [("DB_HOST", "  "), U, N, P] => Says("OPTUNA_DB_HOST (from the table) is empty");
    [U, N, P] => Says("OPTUNA_DB_HOST is not set (looked in the table)");
    [H, ("DB_USER", "me "), N, P] => Is("me:hunter2@db:5432/n");
    [H, ("DB_USER", "é m/e"), ("DB_NAME", "n\"'"), P] => Is("é m/e:hunter2@db:5432/n\"'");
    [H, ("DB_USER", "postgresql://u:hunter2@h/d"), N, P] => Says("OPTUNA_DB_USER (from the table) is a URL");
    [H, U, ("DB_NAME", "postgresql://u:hunter2@h/d"), P] => Says("OPTUNA_DB_NAME (from the table) is a URL");
    [H, U, ("DB_NAME", "a\0b"), P] => Says("OPTUNA_DB_NAME (from the table) holds a NUL character");
    [H, U, N, P, ("DB_SCHEMA", "Tuning")] => Is("me:hunter2@db:5432/n schema=Tuning");
    [H, U, N, P, ("DB_SSLMODE", "verify-full")] => Is("me:hunter2@db:5432/n sslmode=verify-full");
    [H, U, N, P, ("DB_SSLMODE", "DISABLE")] => Is("me:hunter2@db:5432/n sslmode=disable");
    [H, U, N, P, ("DB_SSLMODE", "hunter2")] => Says("OPTUNA_DB_SSLMODE (from the table) gives no sslmode that libpq knows; help: one of disable");
    [H, U, N, P, ("DB_SSLROOTCERT", "{dir}/plain")] => Is("me:hunter2@db:5432/n root={dir}/plain");
    [H, U, N, P, ("DB_SSLROOTCERT", "{dir}/none.pem")] => Says("the file {dir}/none.pem is no regular file");
    [H, U, N, P, ("DB_SSLROOTCERT", "hunter2")] => Says("the file that it names is no regular file");
    [H, U, N, P, ("DB_SSLROOTCERT", "system"), ("DB_SSLMODE", "verify-full")] => Is("me:hunter2@db:5432/n sslmode=verify-full root=system");
    [H, U, N, P, ("DB_SSLROOTCERT", "system"), ("DB_SSLMODE", "require")] => Says("the roots of the system need sslmode verify-full");
}

rows! { SECRETS
    [H, U, N, (FILE, "{dir}/plain")] => Is("me:hunter2@db:5432/n");
    [H, U, N, (FILE, "{dir}/newline")] => Is("me:hunter2@db:5432/n");
    [H, U, N, (FILE, "{dir}/crlf")] => Is("me:hunter2@db:5432/n");
    [H, U, N, (FILE, "{dir}/newlines")] => Is("me:hunter2@db:5432/n");
    [H, U, N, (FILE, "{dir}/spaces")] => Is("me:hunter2@db:5432/n");
    [H, U, N, (FILE, "{dir}/inner")] => Is("me:hun ter2@db:5432/n");
    [H, U, N, (FILE, "{dir}/link")] => Is("me:hunter2@db:5432/n");
    [H, U, N, (FILE, "{dir}/unicode")] => Is("me:hunter2é😀@db:5432/n");
    [H, U, N, (FILE, " {dir}/plain\n")] => Is("me:hunter2@db:5432/n");
    [H, U, N, (FILE, "{dir}/lines")] => Says("the password holds a line break");
    [H, U, N, (FILE, "{dir}/nul")] => Says("the password holds a NUL character");
    [H, U, N, (FILE, "{dir}/empty")] => Says("OPTUNA_DB_PASSWORD_FILE: the file {dir}/empty is empty");
    [H, U, N, (FILE, "{dir}/blank")] => Says("the file {dir}/blank is empty");
    [H, U, N, (FILE, "{dir}/latin1")] => Says("the file {dir}/latin1 is not UTF-8 text");
    [H, U, N, (FILE, "{dir}/large")] => Says("the file {dir}/large is longer than 16 KiB");
    [H, U, N, (FILE, "{dir}/fifo")] => Says("the file {dir}/fifo is a pipe or device; help: name a regular file");
    [H, U, N, (FILE, "/dev/zero")] => Says("the file /dev/zero is a pipe or device");
    [H, U, N, (FILE, "{dir}")] => Says("the file {dir} is a folder");
    [H, U, N, (FILE, "{dir}/none")] => Says("the file {dir}/none cannot be read: entity not found; help: give the path of a file, not the password itself");
    [H, U, N, (FILE, "hunter2")] => Says("OPTUNA_DB_PASSWORD_FILE: the file that it names cannot be read: entity not found");
    [H, U, N, (FILE, "/hunter2/x")] => Says("the file that it names cannot be read");
    [H, U, N, (FILE, "")] => Says("OPTUNA_DB_PASSWORD_FILE (from the table) is empty");
    [H, U, N, ("SECRETS_DIR", "{dir}"), (SECRET, "newline")] => Is("me:hunter2@db:5432/n");
    [H, U, N, ("SECRETS_DIR", "{dir}"), (SECRET, "hunter2")] => Says("OPTUNA_DB_PASSWORD_SECRET: there is no secret of this name in {dir}");
    [H, U, N, ("SECRETS_DIR", "{dir}")] => Is("me:hunter3@db:5432/n");
    [H, U, N, ("SECRETS_DIR", "/nowhere")] => Says("looked for the secret file /nowhere/optuna_db_user_password");
    [H, U, N, ("DB_PASSWORD", " hunter2 ")] => Is("me: hunter2 @db:5432/n");
    [H, U, N, ("DB_PASSWORD", "hun$ter'2\"\\")] => Is("me:hun$ter'2\"\\@db:5432/n");
    [H, U, N, ("DB_PASSWORD", "hunter2\n")] => Says("the password holds a line break");
    [H, U, N, ("DB_PASSWORD", "hunter\0")] => Says("the password holds a NUL character");
    [H, U, N, ("DB_PASSWORD", "")] => Says("OPTUNA_DB_PASSWORD (from the table) is empty");
    [H, U, N, P, (FILE, "{dir}/plain")] => Says("are set together; help: keep one of them");
    [H, U, N, ("code password", "hunter2")] => Is("me:hunter2@db:5432/n");
    [H, U, N, ("code password", "")] => Says("the password given in code is empty");
    [H, U, N, ("code password", "hunter\n2")] => Says("the password holds a line break");
}

rows! { URLS
    [(URL, "postgresql://me:hunter2@h/d")] => Is("me:hunter2@h:5432/d");
    [(URL, "postgres://me@h/d"), ("SECRETS_DIR", "/nowhere")] => Is("me@h:5432/d");
    [(URL, "postgresql+psycopg2://me:hunter2@h:1/d")] => Is("me:hunter2@h:1/d");
    [(URL, "POSTGRESQL://me:hunter2@h/d?sslmode=DISABLE")] => Is("me:hunter2@h:5432/d sslmode=disable");
    [( URL, "postgresql+psycopg2://me:hunter2@h/d?sslmode=disable&connect_timeout=10&application_name=x", )] => Is("me:hunter2@h:5432/d sslmode=disable timeout=10s");
    [( URL, "postgresql://me:hunter2@h/d?sslmode=require&channel_binding=require", )] => Is("me:hunter2@h:5432/d sslmode=require");
    [(URL, "postgresql://me:hunter2@h/d?options=-csearch_path%3Ds")] => Is("me:hunter2@h:5432/d schema=s");
    [( URL, "postgresql+psycopg2://me:hunter2@h/d?options=-c+search_path%3Ds", )] => Is("me:hunter2@h:5432/d schema=s");
    [(URL, "postgresql://me:hunter2@h/d?options=-csearch_path%3Ds"), ("DB_SCHEMA", "t")] => Is("me:hunter2@h:5432/d schema=s");
    [(URL, "postgresql://me:hunter2@h/d"), ("DB_SCHEMA", "t")] => Is("me:hunter2@h:5432/d schema=t");
    [( URL, "postgresql://me:hunter2@h/d?options=-cstatement_timeout%3D1", )] => Says("its `options` set `statement_timeout`, which is not supported");
    [( URL, "postgresql://me:hunter2@a,b:2/d?target_session_attrs=read-write", )] => Is("me:hunter2@a:5432,b:2/d session=read-write");
    [( URL, "postgresql://me:hunter2@a,b/d?target_session_attrs=prefer-standby", )] => Says("target_session_attrs is not supported; help: one of any, read-write, primary");
    [( URL, "postgresql://me:hunter2@h/d?keepalives=1&keepalives_idle=5&keepalives_interval=2&keepalives_count=2&client_encoding=utf8&pgbouncer=true", )] => Is("me:hunter2@h:5432/d");
    [(URL, "postgresql://h/d?user=me&password=hunter2")] => Is("me:hunter2@h:5432/d");
    [( URL, "postgresql:///d?host=/run/pg&user=me&password=hunter2&port=7", )] => Is("me:hunter2@/run/pg:7/d");
    [( URL, "postgresql:///?host=h&dbname=d&user=me&password=hunter2", )] => Is("me:hunter2@h:5432/d");
    [(URL, "postgresql://me:hunter2@h/d?gssencmode=disable")] => Is("me:hunter2@h:5432/d");
    [(URL, "postgresql://me:hunter2@h/d?gssencmode=require")] => Says("its option `gssencmode` is not supported");
    [(URL, "postgresql://me:hunter2@h/d?ssl=true")] => Says("its option `ssl` is not supported as it stands; help: use sslmode");
    [(URL, "postgresql://me:hunter2@h/d?sslcert=x")] => Says("its option `sslcert` is not supported");
    [(URL, "postgresql://me:hunter2@h/d?service=x")] => Says("its option `service` is not supported");
    [(URL, "postgresql://me:hunter2@h/d?nonsense=x")] => Says("its option `nonsense` is not supported");
    [(URL, "postgresql://me:hunter2@h/d?hunter=x")] => Says("it has an option that is not supported");
    [(URL, "postgresql://me:hunter2@h/d/")] => Says("its database's name ends in a slash");
    [(URL, "postgresql://me:hunter2@h/d\n")] => Says("it has white space around it; help: take it off");
    [(URL, "\"postgresql://me:hunter2@h/d\"")] => Says("it has quotes around it; help: take them off");
    [(URL, "postgresql://me:@h/d")] => Says("its password is empty");
    [(URL, "postgresql://me:hunt%0Aer2@h/d")] => Says("the password holds a line break");
    [(URL, "postgresql://me:hunt%00er2@h/d")] => Says("it holds a NUL character");
    [(URL, "postgresql://me:%20hunter2%20@h/d")] => Is("me: hunter2 @h:5432/d");
    [(URL, "postgresql://me:hunt@er2@h/d")] => Is("me:hunt@er2@h:5432/d");
    [(URL, "postgresql://me:hunter2@h:0/d")] => Says("its port is no number from 1 to 65535");
    [(URL, "postgresql://me:hunter2@h/d?sslrootcert=/nowhere/x")] => Says("sslrootcert: the file that it names is no regular file");
    [(URL, "postgresql://me:hunter2@[::1]:7/d")] => Is("me:hunter2@[::1]:7/d");
    [(URL, "mysql://me:hunter2@h/d")] => Says("its scheme is not supported");
    [(URL, "h/d hunter2")] => Says("it is no URL");
    [(URL, "postgresql://me@h/d"), P] => Is("me:hunter2@h:5432/d");
    [(URL, "postgresql://me@h/d"), ("DB_PASSWORD", "")] => Says("OPTUNA_DB_PASSWORD (from the table) is empty");
    [(URL, "postgresql://me@h/d"), ("code password", "")] => Says("the password given in code is empty");
    [(URL, "postgresql://me@h/d"), (FILE, "{dir}/spaces")] => Is("me:hunter2@h:5432/d");
    [(URL, "postgresql://me@h/d"), ("SECRETS_DIR", "{dir}")] => Is("me:hunter3@h:5432/d");
    [(URL, "postgresql://me:hunter2@h/d"), ("DB_PASSWORD", "hunter4")] => Says("it holds a password and another one is set");
    [(URL, "postgresql://me:hunter2@h/d"), H] => Says("OPTUNA_STORAGE and OPTUNA_DB_HOST are both set in the table");
    [(URL, "sqlite:///u.db")] => Is("file u.db");
    [(URL, "sqlite:////srv/u.db")] => Is("file /srv/u.db");
    [( URL, "sqlite+pysqlite:///u%20v.db?timeout=30&check_same_thread=false", )] => Is("file u v.db timeout=30s");
    [(URL, "sqlite:///file:u.db?uri=true")] => Is("file u.db");
    [(URL, "sqlite:///file:u.db")] => Is("file file:u.db");
    [(URL, "sqlite:///file:u.db?mode=ro&uri=true")] => Is("file u.db Read");
    [(URL, "sqlite:///u.db?mode=ro")] => Is("file u.db Read");
    [( URL, "sqlite:///file:/srv/u.db?mode=rw&uri=true&cache=shared", )] => Is("file /srv/u.db Write");
    [(URL, "sqlite:///file:u.db?mode=ro&immutable=1&uri=true")] => Is("file u.db Immutable");
    [(URL, "sqlite:///a/../u.db")] => Is("file u.db");
    [(URL, "sqlite://")] => Is("memory");
    [(URL, "sqlite:///:memory:")] => Is("memory");
    [(URL, "sqlite:///file:x?mode=memory&uri=true")] => Is("memory");
    [(URL, "sqlite:///x?mode=memory")] => Says("Python takes its mode=memory for a file");
    [(URL, "sqlite:///u.db?mode=maybe")] => Says("its mode is none of ro, rw, rwc and memory");
    [(URL, "sqlite:///u.db?mode=ro&uri=true")] => Says("its path has to begin with `file:`");
    [(URL, "sqlite:///u.db?uri=maybe")] => Says("its uri is neither true nor false");
    [(URL, "sqlite:///u.db?vfs=x")] => Says("its option `vfs` is not supported");
    [(URL, "sqlite:///u.db?journal=wal")] => Says("its option `journal` is not supported");
    [(URL, "sqlite:///u.db?timeout=soon")] => Says("its timeout is no number of seconds");
    [(URL, "sqlite:///file://host/u.db?uri=true")] => Says("its file: URL names a host");
    [(URL, "sqlite://u.db")] => Says("an SQLite URL has three slashes");
    [(URL, "sqlite+pysqlcipher:///u.db")] => Says("its driver is not supported");
    [("DB_SSLMODE", "require")] => Is("nothing");
}
