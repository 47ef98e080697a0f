#!/bin/sh
# Builds the images, runs every service with the options of the compose files, and checks what it does. Needs Docker or
# Podman, and Python 3.11; without compose also PyYAML. It makes containers, networks and volumes under a name of its own
# and removes them at the end; images stay.
#
# Environment:
#   DOCKTUNA_ENGINE          docker or podman, by default the one that is found and answers
#   DOCKTUNA_COMPOSE         compose's command, such as `docker compose`; empty: the engine's own commands. By default
#                            compose is used where the engine has it
#   DOCKTUNA_BUILD_OPTIONS   more options of `docker build`, such as `--network=host`; only without compose
#   DOCKTUNA_BUILT           services of tune, dashboard and service whose images are there and are not built again
#   DOCKTUNA_PYTHON          a Python, python3 by default
#   DOCKTUNA_KEEP            not empty: nothing is removed at the end

set -eu
cd -- "$(dirname -- "$0")"

engine=${DOCKTUNA_ENGINE:-}
if [ -z "$engine" ]; then
    for engine in docker podman none; do
        "$engine" info >/dev/null 2>&1 && break
    done
    if [ "$engine" = none ]; then
        echo "try.sh: neither docker nor podman answers; DOCKTUNA_ENGINE names another command" >&2
        exit 1
    fi
fi
if [ -z "${DOCKTUNA_COMPOSE+set}" ]; then
    DOCKTUNA_COMPOSE=
    if "$engine" compose version >/dev/null 2>&1; then DOCKTUNA_COMPOSE="$engine compose"; fi
fi
export DOCKTUNA_COMPOSE PYTHONDONTWRITEBYTECODE=1
exec "${DOCKTUNA_PYTHON:-python3}" try_services.py "$engine"
