"""The compose files as options of `docker run` and `docker build`, for hosts that have an engine and no compose.

Needs PyYAML. An entry that is not known here is an error, so that no hardening gets lost on the way.
"""

import pathlib
import re

# Compose's own affairs: the order of start, restarts and health checks are up to the caller.
NOT_OURS = {"image", "command", "entrypoint", "build", "depends_on", "restart", "healthcheck", "profiles"}


def load(files: list[pathlib.Path], variables: dict[str, str]) -> dict[str, dict]:
    """The services of all files, with variables replaced."""
    import yaml  # Hosts with compose need none.

    services: dict[str, dict] = {}
    for file in files:
        services |= yaml.safe_load(interpolated(file.read_text(encoding="utf-8"), variables))["services"]
    return services


def interpolated(text: str, variables: dict[str, str]) -> str:
    def value(match: re.Match) -> str:
        if match[0] == "$$":
            return "$"
        name, empty_too, default = match[1], match[2], match[3]
        found = variables.get(name)
        return default if found is None or (empty_too and not found) else found

    return re.sub(r"\$\$|\$\{(\w+)(:?)-([^}]*)\}", value, text)


def run_options(service: dict, *, base: pathlib.Path, prefix: str, secrets: pathlib.Path) -> list[str]:
    """Options of `docker run`. `base` is the folder that paths start at, `prefix` that of volumes."""
    options: list[str] = []
    for key, value in service.items():
        match key:
            case "user":
                options += [f"--user={value}"]
            case "read_only":
                options += ["--read-only"] if value else []
            case "cap_drop":
                options += [f"--cap-drop={capability}" for capability in value]
            case "security_opt":
                options += [f"--security-opt={option}" for option in value]
            case "tmpfs":
                options += [f"--tmpfs={mount}" for mount in value]
            case "environment":
                options += [f"--env={name}={text}" for name, text in value.items()]
            case "secrets":
                options += [f"--volume={secrets / name}:/run/secrets/{name}:ro" for name in value]
            case "volumes":
                options += [f"--volume={volume(mount, base, prefix)}" for mount in value]
            case "ports":
                options += [f"--publish={port}" for port in value]
            case "stop_grace_period":
                options += [f"--stop-timeout={seconds(value)}"]
            case _ if key not in NOT_OURS:
                raise ValueError(f"compose_model.py does not know `{key}`")
    if "entrypoint" in service:
        options += [f"--entrypoint={service['entrypoint'][0]}"]
    return options


def command(service: dict) -> list[str]:
    """What stands behind the image."""
    return [*service.get("entrypoint", [])[1:], *service.get("command", [])]


def build_options(service: dict, base: pathlib.Path) -> list[str]:
    """Options of `docker build`, with the folder at their end."""
    build = service["build"]
    unknown = set(build) - {"context", "dockerfile", "additional_contexts"}
    if unknown:
        raise ValueError(f"compose_model.py does not know {unknown} of `build`")
    context = (base / build["context"]).resolve()
    options = [f"--tag={service['image']}", f"--file={context / build.get('dockerfile', 'Dockerfile')}"]
    for name, folder in build.get("additional_contexts", {}).items():
        options += [f"--build-context={name}={(base / folder).resolve()}"]
    return [*options, str(context)]


def volume(mount: str, base: pathlib.Path, prefix: str) -> str:
    source, _, rest = mount.partition(":")
    return f"{(base / source).resolve()}:{rest}" if source.startswith((".", "/")) else f"{prefix}-{source}:{rest}"


def seconds(period: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([sm])", period).groups()
    return int(number) * {"s": 1, "m": 60}[unit]
