"""Serves optuna-dashboard for the database of the OPTUNA_DB_* settings.

`optuna-dashboard URL` would show the password to everybody who may list processes, and Optuna keeps the URL it is given, so
that an error could print it. Here the URL is empty: a hook gives the login to the driver, each time a connection is opened.

Settings: OPTUNA_DB_HOST, OPTUNA_DB_PORT, OPTUNA_DB_USER, OPTUNA_DB_NAME, OPTUNA_DB_SSLMODE, OPTUNA_DB_SSLROOTCERT,
OPTUNA_DB_SCHEMA; the password in the file OPTUNA_DB_PASSWORD_FILE, or in the one named by OPTUNA_DB_PASSWORD_SECRET below
OPTUNA_SECRETS_DIR; DASHBOARD_HOST (default 127.0.0.1), DASHBOARD_PORT (default 8080) and DASHBOARD_ATTEMPTS to reach the
database at the start (default 30, some two minutes).
"""

import os
import signal
import socketserver
import sys
import time
import wsgiref.simple_server

import optuna
import optuna_dashboard
import psycopg2
import sqlalchemy

# Refused by setup.sh as well: inside a password they are an editor's mistake.
CONTROL = {chr(code) for code in [*range(0x20), 0x7F]}


class SettingsError(Exception):
    """Names the setting or file, never its content."""


def setting(name: str, default: str | None = None) -> str:
    # Compose passes an unset variable on as an empty one.
    value = os.environ.get(name) or default
    if value is None:
        raise SettingsError(f"{name} is not set")
    return value


def password() -> str:
    path = os.environ.get("OPTUNA_DB_PASSWORD_FILE") or os.path.join(
        setting("OPTUNA_SECRETS_DIR", "/run/secrets"),
        setting("OPTUNA_DB_PASSWORD_SECRET", "optuna_db_user_password"),
    )
    try:
        with open(path, encoding="utf-8", newline="") as file:
            secret = file.read().rstrip("\n")
    except UnicodeDecodeError:
        # The error itself carries the content, so it must not be chained.
        raise SettingsError(f"secret file {path} is not UTF-8") from None
    except OSError as error:
        raise SettingsError(f"cannot read secret file {path}: {error.strerror}") from None
    if not secret:
        raise SettingsError(f"secret file {path} is empty")
    if CONTROL & set(secret):
        raise SettingsError(f"secret file {path} holds a control character inside the password")
    return secret


def login() -> dict[str, object]:
    """The driver's arguments; read anew for each connection, so a changed secret needs no restart."""
    arguments: dict[str, object] = {
        "host": setting("OPTUNA_DB_HOST"),
        "port": setting("OPTUNA_DB_PORT", "5432"),
        "user": setting("OPTUNA_DB_USER"),
        "dbname": setting("OPTUNA_DB_NAME"),
        "password": password(),
        "sslmode": setting("OPTUNA_DB_SSLMODE", "prefer"),
        "connect_timeout": 10,
        "application_name": "optuna-dashboard",
    }
    if rootcert := os.environ.get("OPTUNA_DB_SSLROOTCERT"):
        arguments["sslrootcert"] = rootcert
    if schema := os.environ.get("OPTUNA_DB_SCHEMA"):
        path = '"' + schema.replace('"', '""') + '"'
        # The server splits options at blanks that no backslash precedes.
        arguments["options"] = "-csearch_path=" + path.replace("\\", "\\\\").replace(" ", "\\ ")
    return arguments


# For every engine of the process: the dashboard's button for a schema upgrade makes an engine of its own.
@sqlalchemy.event.listens_for(sqlalchemy.Engine, "do_connect")
def connect(dialect, record, args, kwargs):
    return psycopg2.connect(**login())


def open_storage() -> optuna.storages.RDBStorage:
    attempts = int(setting("DASHBOARD_ATTEMPTS", "30"))
    for attempt in range(1, attempts + 1):
        try:
            return optuna.storages.RDBStorage(
                "postgresql+psycopg2://",
                # The server may have been restarted between two requests.
                engine_kwargs={"pool_pre_ping": True},
                # An old schema is no reason to end: the dashboard has a page for it.
                skip_compatibility_check=True,
            )
        except sqlalchemy.exc.DBAPIError as error:
            # The server is starting, or a tuner creates the same tables at this moment, which Optuna does not guard against.
            # The driver's text only: SQLAlchemy's adds statements and their values.
            reason = str(error.orig).strip()
            if attempt == attempts:
                sys.exit(f"dashboard: giving up after {attempt} attempts: {reason}")
            print(f"dashboard: attempt {attempt}: {reason}", file=sys.stderr, flush=True)
            time.sleep(min(attempt, 5))
    raise AssertionError("the last attempt returns or exits")


class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    """One thread a connection. `optuna_dashboard.run_server` has one thread in all, and a browser that opens a spare
    connection without using it, as Chromium does, then blocks everybody else."""

    daemon_threads = True


def main() -> None:
    # As process 1 of a container, Python would ignore SIGTERM and be killed after Docker's grace period.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    host, port = setting("DASHBOARD_HOST", "127.0.0.1"), int(setting("DASHBOARD_PORT", "8080"))
    login()  # A setting or secret that is missing ends the process here, and not within a request.
    app = optuna_dashboard.wsgi(open_storage())
    with wsgiref.simple_server.make_server(host, port, app, server_class=Server) as server:
        print(f"dashboard: listening on http://{host}:{server.server_port}/", file=sys.stderr, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except SettingsError as error:
        sys.exit(f"dashboard: {error}")
