"""Starts every service of the compose files and checks what it does. Called by try.sh; one line per check."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from fleet import HERE, Compose, Failed, Fleet, Plain, output, transcript

failures = 0
READER, TUNER = "optuna_reader_password", "optuna_db_user_password"
# What a process may do and see, told from inside a container.
PROBE = """
id -u
grep -E '^(CapEff|CapPrm|CapBnd|NoNewPrivs)' /proc/self/status
touch /new 2>/dev/null && echo writes to the image
touch /tmp/new && echo writes to /tmp
ls /run/secrets
"""


def check(name: str, good: object, detail: object = "") -> bool:
    global failures
    print(f"{'ok  ' if good else 'FAIL'} {name}{'' if good or detail == '' else f': {detail}'}", flush=True)
    failures += not good
    return bool(good)


def make_secrets(directory: pathlib.Path, *arguments: str) -> None:
    output([str(HERE / "make-secrets.sh"), *arguments, str(directory)])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def write_program(folder: pathlib.Path) -> None:
    """The crate of a user, as own/ describes it."""
    (folder / "src").mkdir(parents=True)
    for name in ("Dockerfile", ".dockerignore", "Cargo.toml"):
        shutil.copy(HERE / "own" / name, folder / name)
    shutil.copy(HERE.parent / "examples" / "service.rs", folder / "src" / "main.rs")


class Trial:
    """One run through all services."""

    def __init__(self, fleet: Fleet, secrets: pathlib.Path, port: int):
        self.fleet = fleet
        self.secrets = secrets
        self.port = port
        self.run = fleet.run

    def sql(self, statement: str) -> list[str]:
        """What the superuser reads or does in the tuner's database."""
        script = 'PGPASSWORD=$(cat /run/secrets/postgres_password) exec psql -h db -U postgres -d optuna -AtqX -c "$1"'
        return self.run("setup", ["-c", script, "sh", statement], entrypoint="sh").split()

    def hardening(self) -> None:
        expected = {
            "db": {"postgres_password"}, "setup": {"postgres_password", TUNER, READER}, "tune": {TUNER}, "infer": {READER},
            "dashboard": {TUNER}, "service": {READER}, "service-tune": {TUNER},
        }  # fmt: skip
        for service, secrets in expected.items():
            lines = self.run(service, ["-c", PROBE], entrypoint="sh").split("\n")
            status = dict(line.split(":\t") for line in lines if ":\t" in line)
            check(f"{service}: is not root", lines[0].isdigit() and lines[0] != "0", lines)
            held = {name: mask for name, mask in status.items() if name.startswith("Cap") and int(mask, 16)}
            check(f"{service}: has no capability and cannot get one", len(status) == 4 and not held, status)
            check(f"{service}: gains no privileges", status.get("NoNewPrivs") == "1", status)
            if service != "db":
                check(f"{service}: cannot write to its image", "writes to the image" not in lines, lines)
            check(f"{service}: can write to /tmp", "writes to /tmp" in lines, lines)
            seen = set(lines) & {"postgres_password", TUNER, READER}
            check(f"{service}: sees its secrets and no other", seen == secrets, seen)

    def tuning(self) -> None:
        tuners = self.fleet.start("tune", 3)
        check("tune: three containers", len(tuners) == 3, tuners)
        ends = [self.fleet.finish(tuner) for tuner in tuners]
        check("tune: all of them succeed", all(code == 0 for code, _ in ends), ends)
        numbers = self.sql("SELECT number FROM trials JOIN studies USING (study_id) WHERE study_name = 'example' ORDER BY number")
        check("tune: they share one study, each trial numbered once", numbers == [str(n) for n in range(90)], numbers)
        states = self.sql("SELECT DISTINCT state FROM trials")
        check("tune: every trial is over", states == ["COMPLETE"], states)

    def inference(self) -> None:
        text = self.run("infer")
        check("infer: loads the best parameters as the reader", "loaded in" in text and "held-out samples" in text, text)

    def studies(self) -> list[str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/studies", timeout=20) as response:
            return sorted(study["study_name"] for study in json.load(response)["study_summaries"])

    def dashboard(self) -> None:
        [container] = self.fleet.start("dashboard")
        names, deadline = None, time.monotonic() + 120
        while names is None and time.monotonic() < deadline:
            try:
                names = self.studies()
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        check("dashboard: answers on the loopback interface", names is not None and "example" in names, names)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/dashboard/", timeout=20) as response:
            page = response.read().decode()
            check("dashboard: shows its page", response.status == 200 and "<html" in page.lower(), page[:200])
        described = json.dumps(self.fleet.inspect(container))
        check("dashboard: its description holds no password", not any(p in described for p in self.passwords()))

    def program(self, database: str) -> None:
        """The user's own program, at every start of its life."""
        text = self.run("service")
        check("service: starts with the defaults before anything was tuned", "size: 8, wait: 5.0" in text, text)
        [tuner] = self.fleet.start("service-tune")
        code, text = self.fleet.finish(tuner)
        check("service-tune: succeeds", code == 0, text)
        best = self.serving()
        check("service: starts with the best parameters", best and "size: 8, wait: 5.0" not in best, best)
        self.fleet.ask("stop", database)
        check("service: starts with them while the database is down", self.serving() == best, best)
        self.fleet.ask("start", database)
        self.wait_for_database()

    def serving(self) -> str | None:
        return next((line for line in self.run("service").splitlines() if line.startswith("serving with")), None)

    def wait_for_database(self) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with contextlib.suppress(Failed):
                if self.sql("SELECT 'up'") == ["up"]:
                    return
            time.sleep(0.5)
        raise Failed("the database did not come back")

    def rotation(self) -> None:
        """New passwords while a worker runs, which is not restarted."""
        old = set(self.passwords())
        [tuner] = self.fleet.start("service-tune", command=["service", "tune", "1000000"])
        self.wait_for_trials(self.trials("COMPLETE") + 5)
        for name in (TUNER, READER):
            make_secrets(self.secrets, "--rotate", name)
        self.run("setup")
        check("rotation: two passwords are new", len(old & set(self.passwords())) == 1)
        # What an operator does to be rid of those who came with the old password.
        ended = self.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'optuna'")
        check("rotation: the worker's connections are ended", int(ended[0]) > 0, ended)
        try:
            self.wait_for_trials(self.trials("COMPLETE") + 20)
            check("rotation: the worker goes on with the new password", True)
        except Failed as error:
            check("rotation: the worker goes on with the new password", False, error)
        # SIGTERM: the worker is process 1 of its container, and lets its trial finish.
        self.fleet.ask("stop", tuner)
        code, text = self.fleet.finish(tuner)
        check("rotation: the worker ends well when it is stopped", code == 0, (code, text))
        states = self.sql("SELECT DISTINCT state FROM trials")
        check("rotation: no trial is lost", states == ["COMPLETE"], states)
        names = self.studies()
        check("rotation: the dashboard goes on with the new password", names == ["batching", "example"], names)
        self.inference()

    def trials(self, state: str) -> int:
        return int(self.sql(f"SELECT count(*) FROM trials WHERE state = '{state}'")[0])

    def wait_for_trials(self, number: int) -> None:
        deadline = time.monotonic() + 120
        while self.trials("COMPLETE") < number:
            if time.monotonic() > deadline:
                raise Failed("no trial is completed any more")
            time.sleep(0.5)

    def passwords(self) -> list[str]:
        return [file.read_text(encoding="utf-8").strip() for file in sorted(self.secrets.iterdir())]


def main() -> None:
    engine = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="docktuna-try.") as directory:
        root = pathlib.Path(directory)
        secrets = root / "secrets"
        make_secrets(secrets)
        write_program(root / "service")
        port = free_port()
        variables = {"DASHBOARD_PUBLISHED_PORT": str(port), "SERVICE_CONTEXT": str(root / "service")}
        name = f"docktuna-try-{os.getpid()}"
        if compose := os.environ.get("DOCKTUNA_COMPOSE"):
            fleet: Compose | Plain = Compose(engine, compose, name, secrets, variables)
        else:
            fleet = Plain(engine, name, secrets, variables, os.environ.get("DOCKTUNA_BUILD_OPTIONS", "").split())
        print(f"engine: {fleet.ask('--version').strip()}; compose: {compose or 'none, the engine alone'}", flush=True)
        try:
            trial = Trial(fleet, secrets, port)
            for service, arguments in (("tune", []), ("dashboard", []), ("service", ["--build-arg=CARGO_LOCKED="])):
                if service not in os.environ.get("DOCKTUNA_BUILT", "").split():
                    fleet.build(service, arguments)
                    check(f"{service}: its image is built", True)
            known = trial.passwords()
            database = fleet.start_database()
            check("setup: succeeds", "may read it" in trial.run("setup"))
            print(f"server: PostgreSQL {' '.join(trial.sql('SHOW server_version'))}", flush=True)
            trial.hardening()
            trial.tuning()
            trial.inference()
            trial.dashboard()
            trial.program(database)
            trial.rotation()
            everything = "\n".join(transcript)
            known += trial.passwords()
            check(f"no password in any output ({len(everything)} characters)", not any(p in everything for p in known))
        except (Failed, subprocess.TimeoutExpired) as error:
            check("every command succeeds", False, error)
        finally:
            if os.environ.get("DOCKTUNA_KEEP"):
                print(f"left as it is: {name}")
            else:
                try:
                    fleet.remove()
                except Failed as error:
                    check("everything is removed", False, error)
    print("all checks passed" if failures == 0 else f"SOME CHECKS FAILED: {failures}")
    sys.exit(failures != 0)


main()
