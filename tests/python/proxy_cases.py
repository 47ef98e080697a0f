"""Optuna's own cases for a storage, on a server of ours: each begins with an empty database.

A file for pytest. The cases are those that the installed Optuna brings along.
"""

import os
import warnings

import pytest
from optuna.exceptions import ExperimentalWarning
from optuna.storages import GrpcStorageProxy
from optuna.testing.pytest_storages import StorageTestCase


def proxy():
    host, port = os.environ["DOCKTUNA_TEST_SERVER"].rsplit(":", 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        return GrpcStorageProxy(host=host, port=int(port))


@pytest.fixture
def storage():
    storage = proxy()
    for study in storage.get_all_studies():
        storage.delete_study(study._study_id)
    yield storage
    storage.close()


class TestServer(StorageTestCase):
    pass
