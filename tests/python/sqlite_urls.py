"""Opens each SQLite URL, in a folder of its own, and tells which file of it SQLAlchemy opens.

In the folder are a folder `sub` and a database `there.db`. The answers are paths below the folder, "" for a database
in memory, and null where nothing can be opened.
"""

import argparse
import json
import os
import sqlite3
import tempfile
import warnings

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from common import emit


def opened(url):
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        os.chdir(folder)
        os.mkdir("sub")
        with sqlite3.connect("there.db") as connection:
            connection.execute("CREATE TABLE t (x)")
        connection.close()
        try:
            engine = create_engine(url.replace("{dir}", folder))
            with engine.connect() as connection:
                path = connection.execute(text("PRAGMA database_list")).fetchone()[2]
                # A file is made when something is read from it.
                connection.execute(text("SELECT count(*) FROM sqlite_master"))
            engine.dispose()
        except (SQLAlchemyError, ValueError):
            return None
        finally:
            os.chdir("/")
        return os.path.relpath(path, folder) if path else ""


def main():
    warnings.simplefilter("ignore")
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--urls", type=json.loads, required=True)
    emit([opened(url) for url in arguments.parse_args().urls])


if __name__ == "__main__":
    main()
