#!/bin/sh
# Creates the tuner's database and role and, unless OPTUNA_READER_USER is empty, a read-only role; sets their passwords.
# May be run again at any time: it then repairs the rights and takes over changed passwords.
#
# Environment: OPTUNA_DB_HOST OPTUNA_DB_PORT OPTUNA_DB_USER OPTUNA_DB_NAME OPTUNA_DB_SCHEMA OPTUNA_READER_USER,
#   POSTGRES_USER (a superuser), SETUP_DEDICATED_SERVER (true closes the server's own databases to PUBLIC),
#   OPTUNA_SECRETS_DIR with the files postgres_password, optuna_db_user_password and optuna_reader_password.
# libpq's PGSSLMODE and PGSSLROOTCERT apply as usual. TMPDIR should be a tmpfs.
#
# No password is ever an argument or an environment variable: `printf` is a builtin of every shell this runs in, so the
# passwords pass through a pipe and a mode 0600 passfile only.

set +x # An inherited trace would print every password.
set -eu
umask 077
LC_ALL=C
export LC_ALL

die() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

# Sets $secret to the content of a secret file, without the newline that editors add.
read_secret() {
    file=$secrets_dir/$1
    [ -e "$file" ] || die "no secret file $file; make-secrets.sh creates it"
    [ -r "$file" ] || die "secret file $file is not readable for uid $(id -u)"
    secret=$(cat -- "$file")
    [ -n "$secret" ] || die "secret file $file is empty"
    case $secret in
        # A second line would be taken for the answer to the next prompt; a carriage return is an editor's mistake.
        *[[:cntrl:]]*) die "secret file $file holds a line break or another control character inside the password" ;;
    esac
}

secrets_dir=${OPTUNA_SECRETS_DIR:-/run/secrets}
admin=${POSTGRES_USER:-postgres}
owner=${OPTUNA_DB_USER:-optuna}
reader=${OPTUNA_READER_USER-optuna_reader}
script=$(dirname -- "$0")/setup.sql

[ "$owner" != "$admin" ] || die "OPTUNA_DB_USER must not be the superuser $admin"
[ "$reader" != "$admin" ] || die "OPTUNA_READER_USER must not be the superuser $admin"
[ "$reader" != "$owner" ] || die "OPTUNA_READER_USER must differ from OPTUNA_DB_USER"

read_secret postgres_password
admin_password=$secret
read_secret optuna_db_user_password
owner_password=$secret
reader_password=
if [ -n "$reader" ]; then
    read_secret optuna_reader_password
    reader_password=$secret
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/setup.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A passfile separates its fields by colons and escapes with backslashes.
printf '%s\n' "$admin_password" | sed -e 's/[\\:]/\\&/g' -e 's/^/*:*:*:*:/' >"$work/passfile"

# The answers to the prompts of `\password` in setup.sql, in its order.
answers() {
    printf '%s\n%s\n' "$owner_password" "$owner_password"
    [ -z "$reader" ] || printf '%s\n%s\n' "$reader_password" "$reader_password"
}

set -- \
    --set=owner_role="$owner" \
    --set=db_name="${OPTUNA_DB_NAME:-optuna}" \
    --set=db_schema="${OPTUNA_DB_SCHEMA:-public}" \
    --set=dedicated="${SETUP_DEDICATED_SERVER:-false}"
[ -z "$reader" ] || set -- "$@" --set=reader_role="$reader"

# `\password` prefers the terminal to its standard input; setsid takes the terminal away, where there is one.
# PGOPTIONS from outside could turn statement logging on again.
status=0
answers | env -u PGPASSWORD -u PGOPTIONS -u PGSERVICE -u PGHOSTADDR \
    PGHOST="${OPTUNA_DB_HOST:-db}" PGPORT="${OPTUNA_DB_PORT:-5432}" PGUSER="$admin" PGDATABASE=postgres \
    PGPASSFILE="$work/passfile" PGCLIENTENCODING=UTF8 PGCONNECT_TIMEOUT=10 PGAPPNAME=docktuna-setup \
    setsid psql --no-psqlrc --no-password --quiet --set=ON_ERROR_STOP=1 "$@" --file="$script" \
    >"$work/log" 2>&1 || status=$?

# The prompts are noise without a terminal, and have no line end when nobody types one.
sed -e 's/^Enter new password[^:]*: *//' -e 's/^Enter it again: *//' -e '/^$/d' "$work/log" >&2
[ "$status" -eq 0 ] || die "psql ended with status $status; nothing is half done that a second run would not complete"
printf 'setup: role %s may use schema %s of database %s\n' "$owner" "${OPTUNA_DB_SCHEMA:-public}" "${OPTUNA_DB_NAME:-optuna}"
[ -z "$reader" ] || printf 'setup: role %s may read it\n' "$reader"
