"""Holds the write lock of an SQLite file, as a program that forgot to commit does; says when it has it.

Each line of standard input is {"lock": seconds}; it is answered with "locked" once the lock is held.
"""

import json
import os
import sqlite3
import sys
import time

from common import emit


def main():
    file = os.environ["DOCKTUNA_TEST_URL"].removeprefix("sqlite:///")
    connection = sqlite3.connect(file, timeout=60, isolation_level=None)
    for line in sys.stdin:
        connection.execute("BEGIN EXCLUSIVE")
        emit("locked")
        sys.stdout.flush()
        time.sleep(json.loads(line)["lock"])
        connection.execute("COMMIT")


if __name__ == "__main__":
    main()
