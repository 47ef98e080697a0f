#!/bin/sh
# Creates the passwords and the token that are still missing, or replaces one of them.
#
#   make-secrets.sh [DIRECTORY]                  never changes a file that exists
#   make-secrets.sh --rotate NAME [DIRECTORY]    gives the secret NAME a new content
#
# DIRECTORY is secrets/ beside this script, unless another one is given.
#
# Modes: compose bind-mounts a file secret with the owner and mode it has on the host (its `uid`, `gid` and `mode` options
# are ignored for files), and containers with four uids read them: PostgreSQL (70), the examples, the dashboard, the server.
# So each file is 0444, and the directory is 0700: on the host nobody but its owner gets to the files; in a container, only
# the secrets that its service lists are mounted.
#
# Rotation, without a restart: a container has the file itself mounted and not its name, so a new password is written into
# the file that is there. A file that was moved into its place, as editors do, would be seen by new containers only. Then
# `docker compose run --rm setup` gives the role the password that the file now holds. Connections that are open stay
# open; for new ones the dashboard reads the file each time, and docktuna when the server refuses the password it knows.
# Elsewhere: secrets of Docker Swarm cannot be changed, so a service gets a new one by `docker service update --secret-rm
# … --secret-add …`, which restarts it; Kubernetes changes the file of a mounted secret by itself, unless it is a `subPath`.

set +x
set -eu
umask 077

die() {
    printf 'make-secrets: %s\n' "$1" >&2
    exit 1
}

# 256 bits in letters that need quoting nowhere, neither in a URL nor in a shell.
new_password() {
    od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n' >"$1"
    [ "$(wc -c <"$1")" -eq 64 ] || {
        rm -f -- "$1"
        die '/dev/urandom gave too little'
    }
}

rotate=
if [ "${1:-}" = --rotate ]; then
    rotate=${2:-}
    case $rotate in
        optuna_db_user_password | optuna_reader_password) then='run --rm setup' ;;
        docktuna_token) then='restart serve' ;;
        postgres_password) die 'set-up logs in with postgres_password, so change that one in the server first; README.md says how' ;;
        *) die '--rotate needs optuna_db_user_password, optuna_reader_password or docktuna_token' ;;
    esac
    shift 2
fi
dir=${1:-$(dirname -- "$0")/secrets}
mkdir -p -- "$dir"
chmod 0700 -- "$dir"

if [ -n "$rotate" ]; then
    file=$dir/$rotate
    [ -f "$file" ] || die "$file is not a file; run this without --rotate first"
    new=$(mktemp "$dir/.new.XXXXXX")
    trap 'rm -f -- "$new"' EXIT
    new_password "$new"
    chmod 0600 -- "$file"
    # One write over what is there, so that nobody finds the file empty; what was longer is cut off after it.
    dd if="$new" of="$file" bs=64 count=1 conv=notrunc 2>/dev/null
    [ "$(wc -c <"$file")" -eq 64 ] || dd if=/dev/null of="$file" bs=64 seek=1 count=0 2>/dev/null
    chmod 0444 -- "$file"
    printf 'changed %s; now run: docker compose %s\n' "$file" "$then"
    exit
fi

for name in postgres_password optuna_db_user_password optuna_reader_password docktuna_token; do
    file=$dir/$name
    if [ -e "$file" ] || [ -L "$file" ]; then
        # A directory here is what Docker makes when a container is started before the secret exists.
        [ -f "$file" ] || die "$file is not a file; remove it and run this again"
        [ -s "$file" ] || die "$file is empty; remove it and run this again"
        chmod 0444 -- "$file"
        printf 'kept %s\n' "$file"
        continue
    fi
    new=$(mktemp "$dir/.new.XXXXXX")
    new_password "$new"
    chmod 0444 "$new"
    # A link, unlike a rename, does not replace what another run has created meanwhile.
    if ln -- "$new" "$file" 2>/dev/null; then
        printf 'created %s\n' "$file"
    else
        printf 'kept %s\n' "$file"
    fi
    rm -f -- "$new"
done
