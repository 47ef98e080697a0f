#!/bin/sh
# Creates the passwords that are still missing. Existing files are never changed.
#
# Modes: compose bind-mounts a file secret with the owner and mode it has on the host (its `uid`, `gid` and `mode` options
# are ignored for files), and three containers with three uids read them: PostgreSQL (70), the examples and the dashboard.
# So each file is 0444, and the directory is 0700: on the host nobody but its owner gets to the files; in a container, only
# the secrets that its service lists are mounted.
#
# Argument: the directory, by default secrets/ beside this script.

set +x
set -eu
umask 077

dir=${1:-$(dirname -- "$0")/secrets}
mkdir -p -- "$dir"
chmod 0700 -- "$dir"

for name in postgres_password optuna_db_user_password optuna_reader_password; do
    file=$dir/$name
    if [ -e "$file" ] || [ -L "$file" ]; then
        # A directory here is what Docker makes when a container is started before the secret exists.
        [ -f "$file" ] || { printf 'make-secrets: %s is not a file; remove it and run this again\n' "$file" >&2; exit 1; }
        [ -s "$file" ] || { printf 'make-secrets: %s is empty; remove it and run this again\n' "$file" >&2; exit 1; }
        chmod 0444 -- "$file"
        printf 'kept %s\n' "$file"
        continue
    fi
    # 256 bits in letters that need quoting nowhere, neither in a URL nor in a shell.
    new=$(mktemp "$dir/.new.XXXXXX")
    od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n' >"$new"
    if [ "$(wc -c <"$new")" -ne 64 ]; then
        rm -f -- "$new"
        printf 'make-secrets: /dev/urandom gave too little\n' >&2
        exit 1
    fi
    chmod 0444 "$new"
    # A link, unlike a rename, does not replace what another run has created meanwhile.
    if ln -- "$new" "$file" 2>/dev/null; then
        printf 'created %s\n' "$file"
    else
        printf 'kept %s\n' "$file"
    fi
    rm -f -- "$new"
done
