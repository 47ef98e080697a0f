"""Checks of the files that Docker would read, without Docker. Called by test.sh; one line per check."""

import pathlib
import re
import sys

import compose_model
import yaml

HERE = pathlib.Path(__file__).resolve().parent
failures = 0


def check(name: str, good: object, detail: object = "") -> None:
    global failures
    print(f"{'ok  ' if good else 'FAIL'} {name}{'' if good or detail == '' else f': {detail}'}")
    failures += not good


def environment(service: dict) -> dict[str, str]:
    given = service.get("environment") or {}
    if isinstance(given, list):
        given = dict(entry.partition("=")[::2] for entry in given)
    return {key: "" if value is None else str(value) for key, value in given.items()}


def secret_name(entry: str | dict) -> str:
    return entry if isinstance(entry, str) else entry["source"]


FILES = [HERE / "compose.yaml", HERE / "own" / "compose.yaml"]
compose, own = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES)
services = compose["services"] | own["services"]
names = {"db", "setup", "tune", "infer", "dashboard", "serve", "service", "service-tune"}
check("compose: the services are there", set(services) == names, sorted(services))
check("compose: the user's program takes no other's place", not set(compose["services"]) & set(own["services"]))

# Only a path or a secret's name may stand in a variable whose name speaks of a password.
for name, service in services.items():
    spoken = {k: v for k, v in environment(service).items() if re.search(r"PASS|SECRET|TOKEN|CREDENTIAL", k)}
    bad = {k: v for k, v in spoken.items() if not k.endswith(("_FILE", "_SECRET", "_DIR"))}
    check(f"compose: {name} has no password in its environment", not bad, bad)
    with_login = [v for v in environment(service).values() if re.search(r"://[^/]*:[^/]*@", v)]
    check(f"compose: {name} has no URL with a password", not with_login, with_login)
    for key, value in environment(service).items():
        if key.endswith("PASSWORD_FILE"):
            mounted = {f"/run/secrets/{secret_name(s)}" for s in service.get("secrets", [])}
            check(f"compose: {name}'s {key} is a mounted secret", value in mounted, value)
        if key.endswith("PASSWORD_SECRET"):
            mounted = {secret_name(s) for s in service.get("secrets", [])}
            check(f"compose: {name}'s {key} is a mounted secret", value in mounted, value)
    text = repr([service.get(key) for key in ("command", "entrypoint", "healthcheck", "build", "labels")])
    check(f"compose: {name} has no password in commands or build arguments", not re.search(r"(?i)passw(or)?d[=:]", text))
    check(f"compose: {name} reads no env_file", "env_file" not in service)

declared = compose["secrets"]
used = {secret_name(s) for service in services.values() for s in service.get("secrets", [])}
check("compose: every used secret is declared, and the reverse", used == set(declared), (used, set(declared)))
check(
    "compose: every secret is a file below secrets/",
    all(set(d) == {"file"} and d["file"] == f"./secrets/{n}" for n, d in declared.items()),
)
made = re.search(r"for name in (.*); do", (HERE / "make-secrets.sh").read_text(encoding="utf-8"))
check("make-secrets.sh makes exactly the declared secrets", made and set(made[1].split()) == set(declared))
expected_secrets = {
    "db": {"postgres_password"},
    "setup": set(declared) - {"docktuna_token"},
    "tune": {"optuna_db_user_password"},
    "infer": {"optuna_reader_password"},
    "dashboard": {"optuna_db_user_password"},
    "serve": {"optuna_db_user_password", "docktuna_token"},
    "service": {"optuna_reader_password"},
    "service-tune": {"optuna_db_user_password"},
}
for name, wanted in expected_secrets.items():
    got = {secret_name(s) for s in services[name].get("secrets", [])}
    check(f"compose: {name} gets the secrets it needs and no other", got == wanted, got)

health = services["db"].get("healthcheck", {})
probe = " ".join(health.get("test", []))
check("compose: db has a health check with pg_isready over TCP", "pg_isready" in probe and "--host=127.0.0.1" in probe)
check("compose: the health check names the database", "--dbname=" in probe)
check("compose: the health check's variables are left to the container", not re.search(r"(?<!\$)\$(?!\$)", probe), probe)
check("compose: SCRAM for host connections", "--auth-host=scram-sha-256" in environment(services["db"])["POSTGRES_INITDB_ARGS"])
volumes = compose["volumes"] | own["volumes"]
mounts = [m.split(":") for m in services["db"]["volumes"]]
check("compose: the data lie in a declared volume", ["db-data", "/var/lib/postgresql/data"] in mounts and "db-data" in volumes)


def waits_for(name: str, other: str) -> str | None:
    return services[name].get("depends_on", {}).get(other, {}).get("condition")


check("compose: setup waits for a healthy db", waits_for("setup", "db") == "service_healthy")
check("compose: service waits for nothing", "depends_on" not in services["service"])
for name in ("tune", "infer", "dashboard", "serve", "service-tune"):
    check(f"compose: {name} waits for the end of setup", waits_for(name, "setup") == "service_completed_successfully")
unknown = {d for s in services.values() for d in s.get("depends_on", {})} - set(services)
check("compose: nothing depends on an unknown service", not unknown, unknown)
check("compose: setup runs once", services["setup"].get("restart") == "no")

check("compose: tune can be scaled: no container_name, no port", not {"container_name", "ports", "hostname"} & set(services["tune"]))
check("compose: tune runs `tune --study`", services["tune"]["command"][:2] == ["tune", "--study"])
for name in ("infer", "serve"):
    check(f"compose: {name} runs only when asked for", services[name].get("profiles"))
command = services["serve"]["command"]
token = command[command.index("--token-file") + 1]
check("compose: serve's token is a mounted secret", token == "/run/secrets/docktuna_token", token)
check("compose: serve asks everybody for it", "--without-token" not in command)
port = command[command.index("--listen") + 1].rpartition(":")[2]
check("compose: serve's port is the published one", [p.rpartition(":")[2] for p in services["serve"]["ports"]] == [port])
for name in sorted(names - {"db"}):
    check(f"compose: {name} has a read-only root filesystem", services[name].get("read_only") is True)
for name, service in services.items():
    check(f"compose: {name} drops all capabilities", service.get("cap_drop") == ["ALL"] and not service.get("cap_add"))
    check(f"compose: {name} gains no privileges", "no-new-privileges:true" in service.get("security_opt", []))
    check(f"compose: {name} is not privileged", not {"privileged", "network_mode", "pid", "ipc"} & set(service))
    for port in service.get("ports", []):
        check(f"compose: {name}'s port {port} is on the loopback interface", isinstance(port, str) and port.startswith("127.0.0.1:"))

for name in ("tune", "dashboard", "serve", "setup", "service", "service-tune"):
    got = environment(services[name])
    check(
        f"compose: {name} connects to db with the settings' names",
        got.get("OPTUNA_DB_HOST") == "db" and {"OPTUNA_DB_PORT", "OPTUNA_DB_USER", "OPTUNA_DB_NAME"} <= set(got),
    )
for name, service in services.items():
    if build := service.get("build"):
        if name in own["services"]:
            # The folder of the user's crate, which gets copies of these files.
            check(f"compose: {name}'s build has a list of files", {"Dockerfile", ".dockerignore"} <= {f.name for f in (HERE / "own").iterdir()})
            check(f"compose: {name}'s build finds docktuna", (HERE / build["additional_contexts"]["docktuna"]).resolve() == HERE.parent)
            continue
        context = (HERE / build["context"]).resolve()
        dockerfile = context / build["dockerfile"]
        check(f"compose: {name}'s Dockerfile exists", dockerfile.is_file(), dockerfile)
        check(f"compose: {name}'s build has a list of files", dockerfile.with_name(dockerfile.name + ".dockerignore").is_file())
    for mount in service.get("volumes", []):
        if mount.startswith("."):
            source = HERE / mount.split(":")[0]
            check(f"compose: {name} mounts an existing file read-only: {source.name}", source.is_file() and mount.endswith(":ro"))
            check(f"compose: {source.name} is readable for the container's user", source.stat().st_mode & 0o004)

# Interpolation: each variable has a default, so that `up` works without .env, and stands in the example.
texts = "".join(file.read_text(encoding="utf-8") for file in FILES)
variables = set(re.findall(r"(?<!\$)\$\{(\w+)", texts))
bare = re.findall(r"(?<!\$)\$\{\w+\}|(?<!\$)\$\w+", texts)
check("compose: every variable has a default", not bare, bare)
example = (HERE / ".env.example").read_text(encoding="utf-8")
in_example = set(re.findall(r"^#?([A-Z_]+)=", example, re.M))
check(".env.example names every variable of compose.yaml", variables <= in_example, variables - in_example)
settings = {
    "OPTUNA_DB_HOST", "OPTUNA_DB_PORT", "OPTUNA_DB_USER", "OPTUNA_DB_NAME", "OPTUNA_DB_PASSWORD_FILE",
    "OPTUNA_DB_PASSWORD_SECRET", "OPTUNA_SECRETS_DIR", "OPTUNA_DB_SSLMODE", "OPTUNA_DB_SSLROOTCERT",
    "OPTUNA_DB_SCHEMA", "OPTUNA_STORAGE",
}  # fmt: skip
check(".env.example names every setting", settings <= in_example, settings - in_example)
check(".env.example holds no password", not re.search(r"^#?\s*OPTUNA_DB_PASSWORD=", example, re.M) and "OPTUNA_DB_PASSWORD" in example)

for name, user in (("Dockerfile", "10001:10001"), ("dashboard.Dockerfile", "10002:10002"), ("own/Dockerfile", "10003:10003"), ("serve.Dockerfile", "10004:10004")):
    text = (HERE / name).read_text(encoding="utf-8")
    stage = text[text.rindex("\nFROM ") if "\nFROM " in text else 0 :]
    users = re.findall(r"^USER (\S+)$", stage, re.M)
    check(f"{name}: the last stage runs as {user}", users == [user], users)
    check(f"{name}: no secret in ARG, ENV or COPY", not re.search(r"^(ARG|ENV|COPY).*(?i:passw|secret)", text, re.M))
    check(f"{name}: every base image has a version", all(":" in image for image in re.findall(r"^FROM (\S+)", text, re.M)))
    ignored = HERE / (f"{name}.dockerignore" if name != "own/Dockerfile" else "own/.dockerignore")
    ignore = ignored.read_text(encoding="utf-8").splitlines()
    rules = [line for line in ignore if line and not line.startswith("#")]
    check(f"{name}.dockerignore lets only named files in", rules[0] == "*" and not any("docker" == r.strip("!/") or "secret" in r for r in rules))
members = re.search(r"^members = \[([^]]*)\]", (HERE.parent / "Cargo.toml").read_text(encoding="utf-8"), re.M)[1]
needed = {"Cargo.toml", "Cargo.lock", *re.findall(r'"([^"]+)"', members)}
for name in ("Dockerfile", "serve.Dockerfile"):
    allowed = set(re.findall(r"^!(\S+)$", (HERE / f"{name}.dockerignore").read_text(encoding="utf-8"), re.M))
    # A folder that is let in brings everything below it.
    missing = {path for path in needed if not any(path == rule or path.startswith(f"{rule}/") for rule in allowed)}
    check(f"{name}.dockerignore lets the whole workspace in", not missing, missing)
for name in ("Dockerfile", "own/Dockerfile", "serve.Dockerfile"):
    bases = dict(re.findall(r"^FROM (\S+?):(\S+)", (HERE / name).read_text(encoding="utf-8"), re.M))
    check(f"{name}: both stages have the same C library", len(bases) == 2 and all("bookworm" in tag for tag in bases.values()), bases)
pins = (HERE / "dashboard.requirements.txt").read_text(encoding="utf-8").splitlines()
pins = [pin for pin in pins if pin and not pin.startswith("#")]
check("dashboard.requirements.txt pins every version", all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins), pins)
check("dashboard.requirements.txt has the versions that were tested", {"optuna==5.0.0", "optuna-dashboard==0.21.0"} <= set(pins))

# What try.sh gives an engine that has no compose.
modelled = compose_model.load(FILES, {"DASHBOARD_PUBLISHED_PORT": "1", "OPTUNA_READER_USER": "", "OPTUNA_DB_NAME": ""})
check("model: it has every service", set(modelled) == names, sorted(modelled))
for name, service in modelled.items():
    options = compose_model.run_options(service, base=HERE, prefix="p", secrets=HERE / "secrets")
    check(f"model: {name} drops all capabilities", "--cap-drop=ALL" in options, options)
    check(f"model: {name} gains no privileges", "--security-opt=no-new-privileges:true" in options, options)
    check(f"model: {name} is read-only as in its file", ("--read-only" in options) == services[name].get("read_only", False), options)
    mounted = {f"--volume={HERE}/secrets/{secret}:/run/secrets/{secret}:ro" for secret in expected_secrets[name]}
    check(f"model: {name} gets the secrets it needs and no other", mounted == {o for o in options if "/run/secrets/" in o and "volume" in o}, options)
    check(f"model: {name} has no variable left", not [o for o in options if "${" in o], options)
published = compose_model.run_options(modelled["dashboard"], base=HERE, prefix="p", secrets=HERE)
check("model: a variable wins over its default", "--publish=127.0.0.1:1:8080" in published, published)
check("model: `-` takes an empty variable, `:-` does not", [environment(modelled["infer"])[k] for k in ("OPTUNA_DB_USER", "OPTUNA_DB_NAME")] == ["", "optuna"])
try:
    compose_model.run_options({"privileged": True}, base=HERE, prefix="p", secrets=HERE)
    check("model: an entry that it does not know is an error", False)
except ValueError:
    check("model: an entry that it does not know is an error", True)
sys.exit(failures != 0)
