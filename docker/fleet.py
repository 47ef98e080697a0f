"""The services of the compose files, run by compose or by an engine alone. Used by try_services.py."""

import json
import os
import pathlib
import subprocess
import time

import compose_model

HERE = pathlib.Path(__file__).resolve().parent
FILES = [HERE / "compose.yaml", HERE / "own" / "compose.yaml"]


class Failed(Exception):
    """A command ended with an error; the text is what it wrote."""


# All that commands have written, to be searched for passwords.
transcript: list[str] = []


def output(command: list[str], *, variables: dict[str, str] | None = None, patience: float = 600) -> str:
    """What a command writes to its standard output; compose tells on the other stream how it gets on."""
    done = subprocess.run(
        command, env=os.environ | (variables or {}), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=patience, check=False,
    )  # fmt: skip
    transcript.append(done.stdout + done.stderr)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command[:4])} …: exit code {done.returncode}\n{transcript[-1]}")
    return done.stdout


class Fleet:
    """What both ways of running have in common."""

    def __init__(self, engine: str, name: str, variables: dict[str, str]):
        self.engine = engine
        self.name = name
        self.variables = variables

    def ask(self, *arguments: str, patience: float = 600) -> str:
        return output([self.engine, *arguments], variables=self.variables, patience=patience)

    def inspect(self, container: str) -> dict:
        return json.loads(self.ask("inspect", container))[0]

    def finish(self, container: str, patience: float = 600) -> tuple[int, str]:
        """Waits for a container's end: its exit code, and all that it has written."""
        code = int(self.ask("wait", container, patience=patience))
        self.ask("logs", container)
        return code, transcript[-1]


class Compose(Fleet):
    """Compose starts the services, with its own health check and order."""

    def __init__(self, engine: str, compose: str, name: str, secrets: pathlib.Path, variables: dict[str, str]):
        super().__init__(engine, name, variables)
        override = secrets.parent / "override.yaml"
        entries = "".join(f"  {file.name}: {{file: {json.dumps(str(file))}}}\n" for file in sorted(secrets.iterdir()))
        # Older releases take a file without services for one of another version.
        override.write_text(f"services: {{db: {{}}}}\nsecrets:\n{entries}", encoding="utf-8")
        files = [f"--file={file}" for file in [*FILES, override]]
        self.command = [*compose.split(), f"--project-directory={HERE}", f"--project-name={name}", *files]

    def compose(self, *arguments: str, patience: float = 600) -> str:
        return output([*self.command, *arguments], variables=self.variables, patience=patience)

    def build(self, service: str, arguments: list[str]) -> None:
        self.compose("build", *arguments, service, patience=3600)

    def start(self, service: str, count: int = 1, command: list[str] | None = None) -> list[str]:
        if command is not None:
            return [self.compose("run", "--detach", service, *command).strip()]
        self.compose("up", "--detach", "--no-build", f"--scale={service}={count}", service)
        return self.compose("ps", "--all", "--quiet", service).split()

    def run(self, service: str, command: list[str] | None = None, entrypoint: str | None = None) -> str:
        options = [f"--entrypoint={entrypoint}"] if entrypoint else []
        return self.compose("run", "--rm", *options, service, *(command or []))

    def start_database(self) -> str:
        """Its container; `depends_on` has the services wait until it is healthy."""
        return self.start("db")[0]

    def remove(self) -> None:
        self.compose("--profile=infer", "down", "--volumes", "--remove-orphans")


class Plain(Fleet):
    """The engine starts the services, with the options that compose.yaml gives them."""

    def __init__(self, engine: str, name: str, secrets: pathlib.Path, variables: dict[str, str], build_options: list[str]):
        super().__init__(engine, name, variables)
        self.services = compose_model.load(FILES, variables)
        self.secrets = secrets
        self.build_options = build_options
        self.started = 0
        self.ask("network", "create", name)

    def build(self, service: str, arguments: list[str]) -> None:
        options = [*self.build_options, *arguments, *compose_model.build_options(self.services[service], HERE)]
        self.ask("build", *options, patience=3600)

    def options(self, service: str) -> list[str]:
        self.started += 1
        return [
            f"--network={self.name}",
            f"--name={self.name}-{service}-{self.started}",
            *compose_model.run_options(self.services[service], base=HERE, prefix=self.name, secrets=self.secrets),
        ]

    def start(self, service: str, count: int = 1, command: list[str] | None = None) -> list[str]:
        described = self.services[service]
        arguments = compose_model.command(described) if command is None else command
        alias = [f"--network-alias={service}"]
        started = []
        for _ in range(count):
            started.append(self.ask("run", "--detach", *alias, *self.options(service), described["image"], *arguments).strip())
        return started

    def run(self, service: str, command: list[str] | None = None, entrypoint: str | None = None) -> str:
        described = self.services[service]
        arguments = compose_model.command(described) if command is None else command
        options = [*self.options(service), *([f"--entrypoint={entrypoint}"] if entrypoint else [])]
        return self.ask("run", "--rm", *options, described["image"], *arguments)

    def start_database(self) -> str:
        """Its container, as soon as it answers."""
        [container] = self.start("db")
        deadline = time.monotonic() + 120
        while True:
            try:
                # The probe of the health check, from another container: `exec` is not everywhere possible.
                self.run("setup", ["--quiet", "--host=db"], entrypoint="pg_isready")
                return container
            except Failed:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def remove(self) -> None:
        listed = self.ask("ps", "--all", "--quiet", f"--filter=name={self.name}-").split()
        if listed:
            self.ask("rm", "--force", "--volumes", *listed)
        volumes = [name for name in self.ask("volume", "ls", "--quiet").split() if name.startswith(f"{self.name}-")]
        if volumes:
            self.ask("volume", "rm", *volumes)
        self.ask("network", "rm", self.name)
