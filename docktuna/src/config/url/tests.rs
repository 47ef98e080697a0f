use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::config::Secret;
use crate::config::SslMode;
use crate::config::host::Host;
use crate::config::target::{FileAccess, PostgresSettings, SessionAttributes, SqliteFile};

fn pg(url: &str) -> PostgresSettings {
    match parse(url).unwrap().target {
        Target::Postgres(settings) => *settings,
        other => panic!("{other:?}"),
    }
}

fn file(url: &str) -> SqliteFile {
    match parse(url).unwrap().target {
        Target::File(file) => file,
        other => panic!("{other:?}"),
    }
}

fn hosts(settings: &PostgresSettings) -> String {
    let hosts: Vec<String> = settings.hosts.iter().map(ToString::to_string).collect();
    hosts.join(" ")
}

#[test]
fn optunas_forms_are_read() {
    let settings = pg("postgresql+psycopg2://me:p%40ss%2F%3A%25%23%27%20%C3%A9@db:6543/studies");
    assert_eq!(hosts(&settings), "db:6543");
    assert_eq!(
        (settings.user.as_str(), settings.database.as_str()),
        ("me", "studies")
    );
    assert_eq!(settings.password, Some(Secret::from("p@ss/:%#' é")));
    let settings = pg("postgresql://me@[::1]/x?sslmode=verify-full&sslrootcert=/ca.pem");
    assert_eq!(hosts(&settings), "[::1]:5432");
    assert_eq!(settings.sslmode, Some(SslMode::VerifyFull));
    assert_eq!(file("sqlite:///a%20b.db").path, PathBuf::from("a b.db"));
    assert_eq!(file("sqlite:////srv/a.db").path, PathBuf::from("/srv/a.db"));
    assert!(matches!(parse("sqlite://").unwrap().target, Target::Memory));
}

#[test]
fn f08_several_hosts_have_their_ports() {
    for (url, expected) in [
        ("postgresql://u@a,b/d", "a:5432 b:5432"),
        ("postgresql://u@a:1,b:2/d", "a:1 b:2"),
        ("postgresql://u@a:1,b/d", "a:1 b:5432"),
        ("postgresql://u@[::1]:1,b:2/d", "[::1]:1 b:2"),
        ("postgresql://u@/d?host=a,b&port=1,2", "a:1 b:2"),
        ("postgresql://u@/d?host=a,b&port=7", "a:7 b:7"),
        ("postgresql://u@/d?host=a,b", "a:5432 b:5432"),
        (
            "postgresql+psycopg2://u@/d?host=a:1&host=b:2&host=c",
            "a:1 b:2 c:5432",
        ),
        (
            "postgresql://u@/d?host=/run/pg,::1&port=,6",
            "/run/pg:5432 [::1]:6",
        ),
        ("postgresql://u@%2Frun%2Fpg:6/d", "/run/pg:6"),
        ("postgresql://u@ignored:9/d?host=a&port=1", "a:1"),
        ("postgresql://u@a/d?port=1", "a:1"),
    ] {
        assert_eq!(hosts(&pg(url)), expected, "{url}");
    }
    let error = parse("postgresql://u@a,b,c/d?port=1,2").unwrap_err();
    assert!(error.contains("2 ports for 3 hosts"), "{error}");
}

#[cfg(feature = "postgres")]
#[test]
fn the_url_for_optuna_has_no_password() {
    let settings = pg("postgresql://a%2Fb:hunter2@[::1]/my_studies?sslmode=require");
    let expected = "postgresql+psycopg2://a%2Fb@[::1]:5432/my_studies?sslmode=require";
    assert_eq!(optuna_url(&settings), expected);
    let socket = Host {
        name: "/run/pg".to_owned(),
        port: 5432,
    };
    let mut settings = PostgresSettings::new(vec![socket], "me".into(), "x y".into());
    settings.schema = Some("Tuning".to_owned());
    let expected = "postgresql+psycopg2://me@/x%20y?host=/run/pg&port=5432&options=-csearch_path%3D%22Tuning%22";
    assert_eq!(optuna_url(&settings), expected);
}

#[test]
fn f08_the_port_beside_no_host_counts_for_a_host_among_the_options() {
    for (url, host, port) in [
        ("postgresql://u@h:6000/d?host=/run/pg", "/run/pg", 6000),
        ("postgresql://u@:6000/d?host=/run/pg", "/run/pg", 6000),
        ("postgresql://u@h:6000/d?host=other:7000", "other", 7000),
        (
            "postgresql://u@h:6000/d?host=other&port=8000",
            "other",
            8000,
        ),
    ] {
        let settings = pg(url);
        let found = &settings.hosts[0];
        assert_eq!((found.name.as_str(), found.port), (host, port), "{url}");
    }
}

#[test]
fn an_unreadable_url_is_not_echoed() {
    for url in [
        "hunter2",
        "hunter2://db/x",
        "mysql://me:hunter2@db/x",
        "postgresql://me:hunter2@db",
        "postgresql://me:hunter2@db:port/x",
        "postgresql://me:hunter2@/x",
        "postgresql://:hunter2@db/x",
        "postgresql://me:hunter2@db/x?sslmode=maybe",
        "postgresql://me:hunter2@db/x?gssencmode=1",
        "postgresql://me:%ffhunter2@db/x",
        "postgresql://me:hunter2/abc@db/x",
        "postgresql://me:hunt@hunter2/abc@db/x",
        "postgresql://me:hunt@er2/hunter2@db/x",
        "postgresql://me:hunter2?abc@db/x",
        "postgresql://me:abc?hunter2@db/x",
        "postgresql://me:abc?hunter2=@db/x",
        "postgresql://me:abc?hunter2=1@db/x",
        "postgresql://me:a@bc?hunter2=1@db/x",
        "postgresql://me:abc#hunter2@db:1/x?hunter2=1",
        "postgresql://me:abc@db/x?sslmode=hunter2",
        "postgresql://me:abc@db/x?options=hunter2",
        "postgresql://me:abc@db/x?options=-c%20hunter2",
        "postgresql://me:abc@db/x?target_session_attrs=hunter2",
        "postgresql://me:abc@db/x?connect_timeout=hunter2",
        "postgresql://me:abc@db/x?port=hunter2",
        "postgresql://me:abc@db/x?host=hunter2@b",
        "postgresql://me:abc@hunter2 x/d",
        " postgresql://me:hunter2@db/x",
        "'postgresql://me:hunter2@db/x'",
        "postgresql://me:hunter2@db/x/",
        "sqlite://file.db",
        "sqlite:///hunter2?mode=hunter2",
        "sqlite:///x?timeout=hunter2&uri=true",
    ] {
        let error = parse(url).unwrap_err();
        assert!(!error.contains("hunter2"), "{url}: {error}");
    }
}

#[test]
fn f08_the_schema_is_found_in_libpqs_options() {
    for (options, expected) in [
        ("-csearch_path=tuning", Ok(Some("tuning"))),
        ("-c search_path=tuning", Ok(Some("tuning"))),
        ("--search_path=tuning", Ok(Some("tuning"))),
        ("--search-path=Tuning", Ok(Some("tuning"))),
        ("-c search_path=\"Tun\"\"ing\"", Ok(Some("Tun\"ing"))),
        ("-csearch_path=\"a\\ b\\\\c\"", Ok(Some("a b\\c"))),
        ("  ", Ok(None)),
        ("-c search_path=a -csearch_path=b", Ok(Some("b"))),
        ("-c search_path=a,public", Err("not one schema")),
        ("-c search_path=\"$user\",public", Err("not one schema")),
        ("-c search_path=", Err("not one schema")),
        ("-c statement_timeout=5s", Err("`statement_timeout`")),
        ("endpoint=ep-cool-1", Err("something else")),
        ("-c", Err("something else")),
        ("-c geqo", Err("something else")),
    ] {
        let found = search_path::schema(options);
        match (&found, expected) {
            (Ok(schema), Ok(expected)) => assert_eq!(schema.as_deref(), expected, "{options}"),
            (Err(error), Err(part)) => assert!(error.contains(part), "{options}: {error}"),
            _ => panic!("{options}: {found:?}"),
        }
    }
}

fn host() -> impl Strategy<Value = Host> {
    let name = prop_oneof![
        "[a-zA-Z0-9é][-a-zA-Z0-9._é]{0,20}",
        any::<std::net::Ipv6Addr>().prop_map(|address| address.to_string()),
        "[0-9a-f]{1,4}::[0-9]%[a-z0-9]{1,5}",
        "/[-a-zA-Z0-9 %?&=#+:;@é\"'\\\\/.]{0,20}"
            .prop_filter("white space around it", |name| { name.trim() == name }),
    ];
    (name, 1_u16..).prop_map(|(name, port)| Host { name, port })
}

/// A name of anything but a NUL character.
fn any_name() -> impl Strategy<Value = String> {
    "[^\0]{1,12}"
}

fn postgres_settings() -> impl Strategy<Value = PostgresSettings> {
    use SessionAttributes::{Any, Primary, ReadWrite};
    let sslmode =
        proptest::sample::select(vec![None, Some(SslMode::Require), Some(SslMode::Allow)]);
    (
        proptest::collection::vec(host(), 1..4),
        any_name(),
        any_name(),
        sslmode,
        proptest::option::of("[^\0\r\n]{1,12}".prop_map(PathBuf::from)),
        proptest::option::of(any_name()),
        proptest::sample::select(vec![Any, Primary, ReadWrite]),
        proptest::option::of((2_u64..1 << 31).prop_map(Duration::from_secs)),
    )
        .prop_map(
            |(hosts, user, database, sslmode, sslrootcert, schema, attributes, timeout)| {
                PostgresSettings {
                    sslmode,
                    sslrootcert,
                    schema,
                    attributes,
                    connect_timeout: timeout,
                    ..PostgresSettings::new(hosts, user, database)
                }
            },
        )
}

fn sqlite_file() -> impl Strategy<Value = SqliteFile> {
    use FileAccess::{Create, Immutable, Read, Write};
    (
        "/?[^\0/ ][^\0]{0,20}".prop_map(|path| format!("{path}x")),
        proptest::sample::select(vec![Create, Write, Read, Immutable]),
        proptest::option::of((0_u32..2_000_000_000).prop_map(|n| Duration::from_millis(n.into()))),
    )
        .prop_filter("a path that Python takes apart", |(path, ..)| {
            !path.contains("..") && path.trim() == path
        })
        .prop_map(|(path, access, timeout)| SqliteFile {
            path: path.into(),
            access,
            timeout,
        })
}

proptest! {
    #[cfg(feature = "postgres")]
    #[test]
    fn f32_what_we_print_we_take(settings in postgres_settings()) {
        let url = optuna_url(&settings);
        prop_assert_eq!(&pg(&url), &settings, "{}", url);
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn f33_a_printed_file_is_the_same_file(settings in sqlite_file()) {
        let url = sqlite_url(&settings);
        prop_assert_eq!(&file(&url), &settings, "{}", url);
    }

    #[test]
    fn any_url_is_read_or_refused(
        text in "(?s).{0,80}",
        postgres in "(postgres(ql)?(\\+[a-z0-9]{1,8})?|sqlite)://[a-z:@/,%?&=#\\[\\]0-9 ]{0,60}",
        options in "postgresql://u:hunter2@h/d\\?((host|port|user|password|dbname|sslmode|sslrootcert|options|target_session_attrs|connect_timeout|keepalives|ssl|[a-z_]{1,6})=[-a-z0-9%,:/\\[\\]\"+\\\\@]{0,12}&?){0,5}",
        sqlite in "sqlite:///(file:)?[a-z/.%?#:~0-9]{0,20}\\?((uri|mode|immutable|timeout|cache|vfs|[a-z]{1,4})=(true|1|ro|rw|memory|[a-z0-9.%]{0,4})&?){0,4}",
    ) {
        for url in [text, postgres, options, sqlite] {
            match parse(&url) {
                Ok(url) => {
                    let debug = format!("{url:?}");
                    prop_assert!(!debug.contains("hunter2"), "{}", debug);
                }
                Err(error) => prop_assert!(!error.contains("hunter2") && error.len() < 300, "{}", error),
            }
        }
    }
}
