"""Opens databases that may have no tables yet and creates a study in each unless it is there.

Each line of standard input is {"url": ..., "study": ...}; it is answered with the types of the errors until that
succeeded, which may only be those in which Optuna's own race with other processes ends.
"""

import json
import sys

import optuna
import sqlalchemy.exc

from common import emit

# Tables, types or rows that somebody else has just made, and tables that are seen without their versions.
RACE = (
    sqlalchemy.exc.IntegrityError,
    sqlalchemy.exc.ProgrammingError,
    sqlalchemy.exc.OperationalError,
    optuna.exceptions.StorageInternalError,
    AssertionError,
)
TRIES = 10


def create(url, study):
    errors = []
    while True:
        try:
            storage = optuna.storages.RDBStorage(url)
            optuna.create_study(storage=storage, study_name=study, load_if_exists=True)
            storage.engine.dispose()
            return errors
        except RACE as error:
            errors.append(type(error).__name__)
            if len(errors) == TRIES:
                raise


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for line in sys.stdin:
        emit(create(**json.loads(line)))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
