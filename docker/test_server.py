"""Runs setup.sh and dashboard.py against a real server. Called by test.sh, which says what the environment must hold."""

import contextlib
import json
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import psycopg2
import psycopg2.extensions
from psycopg2 import errors, sql

HERE = pathlib.Path(__file__).resolve().parent
HOST = os.environ["DOCKTUNA_TEST_PG_HOST"]
PORT = os.environ["DOCKTUNA_TEST_PG_PORT"]
SUPERUSER = os.environ["DOCKTUNA_TEST_PG_SUPERUSER"]
SUPERUSER_PASSWORD = pathlib.Path(os.environ["DOCKTUNA_TEST_PG_SUPERUSER_PASSWORD_FILE"]).read_text(encoding="utf-8").rstrip("\n")
LOG = os.environ.get("DOCKTUNA_TEST_PG_LOG")
SHELLS = os.environ["DOCKTUNA_TEST_SHELLS"].split(":")

# In every password, so that a search finds it whatever quoting or encoding was applied to the rest.
MARKER = "Mk" + secrets.token_hex(8)
SUFFIX = secrets.token_hex(3)
OWNER = f"docktuna owner \"o\" 'o' {SUFFIX}"
READER = f"docktuna reader=\\ {SUFFIX}"
ADMIN = f"docktuna admin {SUFFIX}"
STRANGER = f"docktuna_stranger_{SUFFIX}"
DATABASE = f"docktuna \"d\" 'd' = {{d}} \\ %64 {SUFFIX}"
OTHER = f"docktuna_other_{SUFFIX}"

failures = 0
outputs: list[str] = []


def check(name: str, good: object, detail: object = "") -> None:
    global failures
    detail = str(detail).replace(MARKER, "<marker>")
    print(f"{'ok  ' if good else 'FAIL'} {name}{'' if good or not detail else f': {detail}'}", flush=True)
    failures += not good


def awkward(tag: str) -> str:
    return f" {tag}{MARKER} 'q' ''\"d\"\" @/%25:#?&=\\ \\\\' $HOME `id` $(id) {{x}} *:* é ß 日本 ; -- {MARKER}{tag} "


def connect(user: str, password: str, database: str):
    connection = psycopg2.connect(host=HOST, port=PORT, user=user, password=password, dbname=database, connect_timeout=10)
    connection.autocommit = True
    return connection


@contextlib.contextmanager
def session(user: str, password: str, database: str):
    connection = connect(user, password, database)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def refused(name: str, cursor, statement: str, error=errors.InsufficientPrivilege) -> None:
    try:
        cursor.execute(statement)
    except error:
        check(name, True)
    except psycopg2.Error as other:
        check(name, False, f"another error: {other!r}")
    else:
        check(name, False, "it was allowed")


def no_login(name: str, user: str, password: str, database: str, text: str) -> None:
    try:
        connect(user, password, database).close()
    except psycopg2.OperationalError as error:
        check(name, text in str(error), error)
    else:
        check(name, False, "it was allowed")


class ProcessScan:
    """Looks at the command line and environment of every process, again and again, as somebody with `ps` would."""

    def __init__(self, needle: str):
        self.needle = needle.encode()
        self.hits: set[str] = set()
        self.sweeps = 0
        self.psql_seen = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def sweep(self) -> None:
        for entry in os.scandir("/proc"):
            if not entry.name.isdigit():
                continue
            for part in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{entry.name}/{part}", "rb") as file:
                        content = file.read()
                except OSError:
                    continue  # It has ended.
                if self.needle in content:
                    self.hits.add(f"{part} of {content.split(bytes(1))[0]!r}")
                if part == "cmdline" and b"psql" in content and SUFFIX.encode() in content:
                    self.psql_seen += 1
        self.sweeps += 1

    def run(self) -> None:
        while not self.done.is_set():
            self.sweep()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def write_secrets(directory: pathlib.Path, **values: str) -> pathlib.Path:
    directory.mkdir(exist_ok=True)
    for name, value in values.items():
        (directory / name).write_text(value, encoding="utf-8", newline="")
    return directory


def setup_environment(secrets_dir: pathlib.Path, scratch: pathlib.Path, **changes: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "OPTUNA_SECRETS_DIR": str(secrets_dir),
        "OPTUNA_DB_HOST": HOST,
        "OPTUNA_DB_PORT": PORT,
        "OPTUNA_DB_USER": OWNER,
        "OPTUNA_DB_NAME": DATABASE,
        "OPTUNA_READER_USER": READER,
        "POSTGRES_USER": ADMIN,
    } | changes


def run_setup(environment: dict[str, str], shell: str = "sh") -> subprocess.CompletedProcess:
    # busybox is one program for many names.
    command = [*shell.split(" "), str(HERE / "setup.sh")]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    outputs.append(done.stdout)
    return done


def rights(admin: str) -> list[tuple]:
    """All that setup.sh changes, without the verifiers, whose salt is new each time."""
    found: list[tuple] = []
    with session(ADMIN, admin, DATABASE) as cursor:
        for query in (
            "SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit"
            " FROM pg_roles WHERE rolname IN (%(owner)s, %(reader)s) ORDER BY 1",
            "SELECT datname, datdba::regrole::text, array(SELECT unnest(datacl)::text ORDER BY 1) FROM pg_database WHERE datname = %(db)s",
            "SELECT nspname, array(SELECT unnest(nspacl)::text ORDER BY 1) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%%' ORDER BY 1",
            "SELECT defaclobjtype, array(SELECT unnest(defaclacl)::text ORDER BY 1) FROM pg_default_acl ORDER BY 1, 2",
            "SELECT relname, array(SELECT unnest(relacl)::text ORDER BY 1) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
            "SELECT setrole::regrole::text, setconfig FROM pg_db_role_setting WHERE setdatabase <> 0 ORDER BY 1",
        ):
            cursor.execute(query, {"owner": OWNER, "reader": READER, "db": DATABASE})
            found.extend(cursor.fetchall())
    return found


def test_setup(root: pathlib.Path, admin: str) -> tuple[pathlib.Path, str, str]:
    scratch = root / "tmp"
    scratch.mkdir()
    owner, reader = awkward("ow"), awkward("rd")
    # Once with the newline of an editor and once without.
    secrets_dir = write_secrets(
        root / "secrets", postgres_password=admin + "\n", optuna_db_user_password=owner + "\n", optuna_reader_password=reader
    )
    environment = setup_environment(secrets_dir, scratch)
    cluster = lambda: session(ADMIN, admin, "postgres")  # noqa: E731

    decoy = secrets.token_hex(8)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", decoy]) as process:
        scan = ProcessScan(decoy)
        # The kernel shows no arguments for a moment after exec.
        while not scan.hits and scan.sweeps < 1000:
            scan.sweep()
        process.kill()
    check("process scan: it does find a password in a command line", scan.hits)

    first = run_setup(environment, SHELLS[0])
    check(f"setup.sh: first run, with {SHELLS[0]}", first.returncode == 0, first.stdout)
    if first.returncode:
        sys.exit(1)
    check("setup.sh: output is free of prompts", "Enter" not in first.stdout, first.stdout)

    with session(OWNER, owner, DATABASE) as cursor:
        check("tuner: logs in with an awkward password", True)
        cursor.execute("CREATE TABLE earlier (id serial PRIMARY KEY, note text)")
        cursor.execute("CREATE TYPE mood AS ENUM ('GOOD', 'BAD')")
        cursor.execute("INSERT INTO earlier (note) VALUES ('x') RETURNING id")
        check("tuner: creates a table and writes to it", cursor.fetchone() == (1,))

    before = rights(admin)
    for shell in SHELLS:
        with ProcessScan(MARKER) as scan:
            again = run_setup(environment, shell)
        check(f"setup.sh: a further run, with {shell}", again.returncode == 0, again.stdout)
        check(f"setup.sh: no password in any process's arguments or environment ({scan.sweeps} sweeps)", not scan.hits, scan.hits)
        check("process scan: psql ran under its eyes", scan.psql_seen > 0)
    if tools := os.environ.get("DOCKTUNA_TEST_BUSYBOX_TOOLS"):
        alpine = run_setup(environment | {"PATH": tools}, f"{tools}/sh")
        check("setup.sh: a further run, with no tools but busybox's", alpine.returncode == 0, alpine.stdout)
    check("setup.sh: a further run changes no right", rights(admin) == before)

    # A database that its owner has closed to PUBLIC, as setup.sh does.
    with cluster() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(OTHER)))
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(OTHER)))
        cursor.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD %s").format(sql.Identifier(STRANGER)),
            [psycopg2.extensions.encrypt_password("stranger", STRANGER, scope=cursor.connection, algorithm="scram-sha-256")],
        )
    with session(OWNER, owner, DATABASE) as cursor:
        refused("tuner: cannot create a database", cursor, "CREATE DATABASE docktuna_never")
        refused("tuner: cannot create a role", cursor, "CREATE ROLE docktuna_never")
        refused("tuner: cannot create a schema", cursor, "CREATE SCHEMA never")
        refused("tuner: cannot become superuser", cursor, f'SET ROLE "{ADMIN}"')
        refused("tuner: cannot give itself a right", cursor, "ALTER ROLE CURRENT_USER CREATEDB")
        refused("tuner: cannot read the verifiers", cursor, "SELECT rolpassword FROM pg_authid")
        refused("tuner: cannot read files of the server", cursor, "SELECT pg_read_file('PG_VERSION')")
        cursor.execute("SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")
        check("tuner: does not own the database", cursor.fetchone() == (ADMIN,))
    no_login("tuner: cannot connect to another database", OWNER, owner, OTHER, "permission denied for database")
    no_login("tuner: a wrong password is refused", OWNER, owner.strip(), DATABASE, "password authentication failed")
    no_login("stranger: cannot connect to the tuner's database", STRANGER, "stranger", DATABASE, "permission denied for database")

    with session(OWNER, owner, DATABASE) as cursor:
        cursor.execute("CREATE TABLE later (id serial PRIMARY KEY, mood mood)")
        cursor.execute("INSERT INTO later (mood) VALUES ('GOOD')")
    with session(READER, reader, DATABASE) as cursor:
        check("reader: logs in with an awkward password", True)
        cursor.execute("SELECT count(*) FROM earlier")
        check("reader: reads a table made before the last set-up", cursor.fetchone() == (1,))
        cursor.execute("SELECT mood FROM later")
        check("reader: reads a table that the tuner made afterwards", cursor.fetchone() == ("GOOD",))
        for verb in ("INSERT INTO later (mood) VALUES ('BAD')", "UPDATE later SET mood = 'BAD'", "DELETE FROM later", "TRUNCATE later"):
            refused(f"reader: cannot {verb.split()[0]}", cursor, verb)
        refused("reader: cannot lock a row", cursor, "SELECT FROM later FOR UPDATE")
        refused("reader: cannot use a sequence", cursor, "SELECT nextval('later_id_seq')")
        refused("reader: cannot create a table", cursor, "CREATE TABLE never ()")
        refused("reader: cannot create a temporary table", cursor, "CREATE TEMPORARY TABLE never ()")
        refused("reader: cannot drop a table", cursor, "DROP TABLE later")
    no_login("reader: cannot connect to another database", READER, reader, OTHER, "permission denied for database")

    # New passwords, and several set-ups at once.
    old_owner, old_reader, owner, reader = owner, reader, awkward("ow2"), awkward("rd2")
    write_secrets(secrets_dir, optuna_db_user_password=owner, optuna_reader_password=reader + "\n")
    with ProcessScan(MARKER) as scan:
        crowd = [threading.Thread(target=lambda: results.append(run_setup(environment).returncode)) for _ in range(5)]
        results: list[int] = []
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
    check("setup.sh: five runs at once", results == [0] * 5, outputs[-5:])
    check("setup.sh: no password in any process, with five runs at once", not scan.hits, scan.hits)
    no_login("tuner: the old password is refused", OWNER, old_owner, DATABASE, "password authentication failed")
    no_login("reader: the old password is refused", READER, old_reader, DATABASE, "password authentication failed")
    with session(OWNER, owner, DATABASE), session(READER, reader, DATABASE):
        check("tuner and reader: the new passwords work", True)
    check("setup.sh: new passwords change no right", [r for r in rights(admin) if r[0] != "later"] == before)

    # Rights that somebody has widened by hand.
    with cluster() as cursor:
        cursor.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER)))
    widened = run_setup(environment)
    check("setup.sh: an administrator is not made a tuner", widened.returncode != 0 and "administrator" in widened.stdout, widened.stdout)
    with cluster() as cursor:
        cursor.execute(sql.SQL("ALTER ROLE {} NOCREATEDB").format(sql.Identifier(OWNER)))
        cursor.execute(sql.SQL("GRANT ALL ON DATABASE {} TO PUBLIC").format(sql.Identifier(DATABASE)))
    with session(ADMIN, admin, DATABASE) as cursor:
        cursor.execute(sql.SQL("GRANT ALL ON ALL TABLES IN SCHEMA public TO {}").format(sql.Identifier(READER)))
    repaired = run_setup(environment)
    check("setup.sh: a further run takes widened rights back", repaired.returncode == 0 and [r for r in rights(admin) if r[0] != "later"] == before)

    # Another schema, no reader, and a server of its own.
    with cluster() as cursor:
        for name in ("postgres", "template1"):
            for right in ("CONNECT", "TEMPORARY"):
                cursor.execute("SELECT has_database_privilege('public', %s, %s)", [name, right])
                if cursor.fetchone()[0]:
                    restore_public.append((name, right))
    schema = 'sch "x" \\ y'
    dedicated = run_setup(environment | {"SETUP_DEDICATED_SERVER": "true", "OPTUNA_DB_SCHEMA": schema, "OPTUNA_READER_USER": ""})
    check("setup.sh: dedicated server, schema with an awkward name, no reader", dedicated.returncode == 0, dedicated.stdout)
    no_login("tuner: cannot connect to `postgres` on a dedicated server", OWNER, owner, "postgres", "permission denied for database")
    no_login("tuner: cannot connect to `template1` on a dedicated server", OWNER, owner, "template1", "permission denied for database")
    restore_public_rights()
    with session(OWNER, owner, DATABASE) as cursor:
        cursor.execute("CREATE TABLE elsewhere ()")
        cursor.execute("SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'elsewhere'")
        check("tuner: unqualified tables go to the schema", cursor.fetchone() == ('"sch ""x"" \\ y"',))
    check("setup.sh: back to the schema public", run_setup(environment).returncode == 0)

    # What must be refused, and said.
    for name, changes, files, text in (
        ("a superuser as the tuner", {"OPTUNA_DB_USER": SUPERUSER}, {}, "administrator"),
        ("the administrator himself as the tuner", {"OPTUNA_DB_USER": ADMIN}, {}, "must not be the superuser"),
        ("one name for both roles", {"OPTUNA_READER_USER": OWNER}, {}, "must differ"),
        ("a role name over 63 bytes", {"OPTUNA_DB_USER": "x" * 64}, {}, "longer than"),
        ("a wrong password of the superuser", {}, {"postgres_password": awkward("no")}, "authentication failed"),
        ("an empty secret", {}, {"optuna_db_user_password": "\n"}, "is empty"),
        ("a secret of two lines", {}, {"optuna_reader_password": f"{MARKER}\nsecond"}, "control character"),
        ("a secret with a carriage return", {}, {"optuna_db_user_password": f"{MARKER}\r\n"}, "control character"),
        ("a server that is not there", {"OPTUNA_DB_PORT": "1"}, {}, "refused"),
    ):
        wrong = write_secrets(root / "wrong", **({p.name: p.read_text(encoding="utf-8") for p in secrets_dir.iterdir()} | files))
        done = run_setup(environment | {"OPTUNA_SECRETS_DIR": str(wrong)} | changes)
        check(f"setup.sh: refuses {name}", done.returncode != 0 and text in done.stdout, done.stdout)
    (root / "wrong" / "optuna_db_user_password").unlink()
    done = run_setup(environment | {"OPTUNA_SECRETS_DIR": str(root / "wrong")})
    check("setup.sh: names a missing secret file", done.returncode != 0 and "optuna_db_user_password" in done.stdout, done.stdout)
    traced = subprocess.run(
        ["sh", "-x", str(HERE / "setup.sh")], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=120, check=False,
    )  # fmt: skip
    outputs.append(traced.stdout)
    check("setup.sh: shows no password under sh -x", traced.returncode == 0 and MARKER not in traced.stdout)
    check("setup.sh: leaves no file behind", not list(scratch.iterdir()), list(scratch.iterdir()))
    with session(OWNER, owner, DATABASE):
        check("tuner: the refused runs changed nothing", True)
    return secrets_dir, owner, reader


PROBE = """
import sys, traceback
sys.path.insert(0, {here!r})
import dashboard, sqlalchemy
storage = dashboard.open_storage()
print(repr(storage), storage.url, repr(storage.engine), vars(storage), repr(dashboard))
print(storage.engine.url.render_as_string(hide_password=False))
storage.upgrade()  # alembic, with an engine of its own
try:
    with storage.engine.connect() as connection:
        print(connection.connection.dbapi_connection.dsn)
        connection.execute(sqlalchemy.text("SELECT nothing FROM nowhere"))
except Exception:
    traceback.print_exc(file=sys.stdout)
dashboard.os.environ["OPTUNA_DB_NAME"] = "docktuna_nowhere"
try:
    storage.engine.dispose()
    storage.get_all_studies()
except Exception:
    traceback.print_exc(file=sys.stdout)
"""


def test_dashboard(root: pathlib.Path, secrets_dir: pathlib.Path, reader: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPTUNA_SECRETS_DIR": str(secrets_dir),
        "OPTUNA_DB_HOST": HOST,
        "OPTUNA_DB_PORT": PORT,
        "OPTUNA_DB_USER": OWNER,
        "OPTUNA_DB_NAME": DATABASE,
        "DASHBOARD_PORT": "0",
        "DASHBOARD_ATTEMPTS": "3",
    }
    command = [sys.executable, str(HERE / "dashboard.py")]
    with open(root / "dashboard.log", "w+", encoding="utf-8") as log:
        with ProcessScan(MARKER) as scan, subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT) as process:
            try:
                address = None
                deadline = time.monotonic() + 60
                while address is None and process.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.1)
                    for line in pathlib.Path(log.name).read_text(encoding="utf-8").splitlines():
                        if "listening on " in line:
                            address = line.split("listening on ")[1].rstrip("/")
                check("dashboard.py: starts", address, pathlib.Path(log.name).read_text(encoding="utf-8"))
                if address:
                    ask_dashboard(address)
                    arguments = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
                    variables = pathlib.Path(f"/proc/{process.pid}/environ").read_bytes()
                    check("dashboard.py: no password in its arguments", MARKER.encode() not in arguments and b"dashboard.py" in arguments)
                    check("dashboard.py: no password in its environment", MARKER.encode() not in variables)
                    process.send_signal(signal.SIGTERM)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(10)
                    check("dashboard.py: ends on SIGTERM", process.poll() == 0, process.poll())
            finally:
                if process.poll() is None:
                    process.kill()
        check(f"dashboard.py: no password in any process ({scan.sweeps} sweeps)", not scan.hits, scan.hits)
    outputs.append((root / "dashboard.log").read_text(encoding="utf-8"))

    with session(READER, reader, DATABASE) as cursor:
        cursor.execute("SELECT study_name FROM studies")
        check("reader: reads the study that the dashboard made", cursor.fetchall() == [("from the dashboard",)])

    def run(arguments: list[str], **changes: str) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [sys.executable, *arguments], env=environment | changes, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=120, check=False,
        )  # fmt: skip
        outputs.append(done.stdout)
        return done

    probe = run(["-c", PROBE.format(here=str(HERE))])
    complete = probe.returncode == 0 and "UndefinedTable" in probe.stdout and "docktuna_nowhere" in probe.stdout
    check("dashboard.py: storage, engine, upgrade and errors were printed", complete, probe.stdout)
    check("dashboard.py: none of them shows the password", MARKER not in probe.stdout)
    schema = run([command[1]], OPTUNA_DB_SCHEMA='no "such" \\ schema', DASHBOARD_PORT="-1")
    check("dashboard.py: OPTUNA_DB_SCHEMA is used, whatever its name", "no schema has been selected" in schema.stdout, schema.stdout)

    wrong = write_secrets(root / "wrong", optuna_db_user_password=awkward("no"), empty="\n", lines=f"{MARKER}\n{MARKER}")
    (wrong / "latin").write_bytes(MARKER.encode() + b"\xe9")
    for name, changes, text in (
        ("a wrong password", {"OPTUNA_SECRETS_DIR": str(wrong)}, "password authentication failed"),
        ("an empty secret", {"OPTUNA_DB_PASSWORD_FILE": str(wrong / "empty")}, "is empty"),
        ("a secret of two lines", {"OPTUNA_DB_PASSWORD_FILE": str(wrong / "lines")}, "control character"),
        ("a secret that is not UTF-8", {"OPTUNA_DB_PASSWORD_FILE": str(wrong / "latin")}, "not UTF-8"),
        ("a missing secret", {"OPTUNA_DB_PASSWORD_SECRET": "missing"}, "cannot read secret file"),
        ("a missing setting", {"OPTUNA_DB_USER": ""}, "OPTUNA_DB_USER is not set"),
    ):
        done = run([command[1]], **changes)
        check(f"dashboard.py: refuses {name}", done.returncode == 1 and text in done.stdout, done.stdout)


def ask_dashboard(address: str) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    # An idle connection, as browsers keep one, must not block the others.
    with socket.create_connection((host, int(port))):
        with urllib.request.urlopen(f"{address}/api/studies", timeout=20) as response:
            answer = json.load(response)
            check("dashboard.py: GET /api/studies", response.status == 200 and answer == {"study_summaries": []}, answer)
        body = json.dumps({"study_name": "from the dashboard", "directions": ["maximize"]}).encode()
        request = urllib.request.Request(f"{address}/api/studies", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as response:
            check("dashboard.py: creates a study", response.status in (200, 201), response.status)
        with urllib.request.urlopen(f"{address}/api/studies", timeout=20) as response:
            names = [study["study_name"] for study in json.load(response)["study_summaries"]]
            check("dashboard.py: lists it", names == ["from the dashboard"], names)


restore_public: list[tuple[str, str]] = []


def restore_public_rights() -> None:
    if restore_public:
        with session(SUPERUSER, SUPERUSER_PASSWORD, "postgres") as cursor:
            while restore_public:
                name, right = restore_public.pop()
                cursor.execute(f"GRANT {right} ON DATABASE {name} TO PUBLIC")


def clean_up() -> None:
    restore_public_rights()
    with session(SUPERUSER, SUPERUSER_PASSWORD, "postgres") as cursor:
        for name in (DATABASE, OTHER):
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        # Grants and default privileges went with the databases; those on `postgres` itself go here.
        for name in (OWNER, READER, STRANGER, ADMIN):
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [name])
            if cursor.rowcount:
                cursor.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
                cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def main() -> None:
    log_start = os.path.getsize(LOG) if LOG else 0
    admin = awkward("ad")
    verifiers: list[str] = []
    with tempfile.TemporaryDirectory(prefix="docktuna-docker-test.") as directory:
        root = pathlib.Path(directory)
        try:
            with session(SUPERUSER, SUPERUSER_PASSWORD, "postgres") as cursor:
                role = sql.Identifier(ADMIN)
                verifier = psycopg2.extensions.encrypt_password(admin, ADMIN, scope=cursor.connection, algorithm="scram-sha-256")
                cursor.execute(sql.SQL("CREATE ROLE {} SUPERUSER LOGIN PASSWORD %s").format(role), [verifier])
                # The worst that a server may be set to.
                for setting in ("log_statement = 'all'", "log_min_duration_statement = 0", "log_min_error_statement = 'debug5'"):
                    cursor.execute(sql.SQL("ALTER ROLE {} SET " + setting).format(role))
            secrets_dir, _, reader = test_setup(root, admin)
            with session(SUPERUSER, SUPERUSER_PASSWORD, "postgres") as cursor:
                cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname IN (%s, %s)", [OWNER, READER])
                verifiers = [row[0] for row in cursor.fetchall()]
            check("server: it stores SCRAM verifiers", len(verifiers) == 2 and all(v.startswith("SCRAM-SHA-256$") for v in verifiers))
            test_dashboard(root, secrets_dir, reader)
        finally:
            clean_up()
    everything = "\n".join(outputs)
    check(f"no password in any output ({len(everything)} characters)", MARKER not in everything)
    check("no verifier in any output", "SCRAM-SHA-256$" not in everything)
    if LOG:
        with open(LOG, "rb") as file:
            file.seek(log_start)
            written = file.read()
        check(f"the server's log was written to ({len(written)} bytes)", b"docktuna.owner_role" in written or SUFFIX.encode() in written)
        check("no password in the server's log", MARKER.encode() not in written)
        check("no verifier in the server's log", not any(v.encode() in written for v in verifiers))
    sys.exit(failures != 0)


main()
