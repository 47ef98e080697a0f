"""Runs scripts of this folder, each in a process of its own that has imported Optuna already.

Importing takes half a second of a processor, and the tests run hundreds of scripts. Standard input is a listening
socket. Each connection brings one line, {"script", "arguments", "environment"} as JSON, and gets
{"status", "output", "errors"}; the script is killed if the connection ends before. The reader of standard output is
the test program: when it ends, this does, too.
"""

import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import time

import numpy.random

import common  # noqa: F401

# What the scripts import, and what Optuna imports when it is first used.
for module in [
    "alembic.command",
    "alembic.migration",
    "optuna.pruners",
    "optuna.samplers",
    "optuna.storages._rdb.models",
    "optuna.storages._rdb.storage",
    "optuna.study",
    "psycopg2",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.orm",
]:
    importlib.import_module(module)


def accept():
    """Returns in the child of each connection, with that connection."""
    # Nobody waits for the children.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(fileno=os.dup(0))
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    poll.register(1, 0)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == 1:
                os._exit(0)
            connection, _ = listener.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listener.close()
                return connection
            connection.close()


def watch(connection):
    """Returns in the script's process, with what it is asked for; this one waits for its end, and answers."""
    request = json.loads(connection.makefile().readline())
    output, errors = os.memfd_create("output"), os.memfd_create("errors")
    script = os.fork()
    if script == 0:
        connection.close()
        nothing = os.open(os.devnull, os.O_RDONLY)
        for own, standard in [(nothing, 0), (output, 1), (errors, 2)]:
            os.dup2(own, standard)
            os.close(own)
        return request
    ended = os.pidfd_open(script)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(connection, select.POLLIN)
    if all(descriptor != ended for descriptor, _ in poll.poll()):
        os.kill(script, signal.SIGKILL)
    _, status = os.waitpid(script, 0)
    status = os.waitstatus_to_exitcode(status)

    def written(descriptor):
        os.lseek(descriptor, 0, os.SEEK_SET)
        with open(descriptor, encoding="utf-8", errors="replace") as file:
            return file.read()

    answer = {"status": status, "output": written(output), "errors": written(errors)}
    try:
        connection.sendall(json.dumps(answer).encode())
    except OSError:
        pass  # The test has given up.
    os._exit(0)


def main():
    request = watch(accept())
    os.environ.update(request["environment"])
    time.tzset()
    # Otherwise all scripts would draw the same; `random` does that by itself.
    numpy.random.seed()
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), request["script"])
    sys.argv = [script, *request["arguments"]]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
