"""Lets Optuna's tests of its studies and trials run on servers of ours: a plugin for pytest.

DOCKTUNA_TEST_SERVERS names the servers, each on a database of its own, because some tests use two storages at once.
Optuna's tests take a storage from `StorageSupplier` by a name out of `STORAGE_MODES`; here the only name is ours. A
test that compares a storage with its proxy gets the database of DOCKTUNA_TEST_URL, which is the first server's.
"""

import os
import warnings
from contextlib import contextmanager

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import GrpcStorageProxy
from optuna.testing import storages

MODE = "docktuna"
SERVERS = os.environ["DOCKTUNA_TEST_SERVERS"].split(",")

free = list(SERVERS)
enter, leave = storages.StorageSupplier.__enter__, storages.StorageSupplier.__exit__


def proxy(address):
    host, port = address.rsplit(":", 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        return GrpcStorageProxy(host=host, port=int(port))


def emptied(address):
    storage = proxy(address)
    for study in storage.get_all_studies():
        storage.delete_study(study._study_id)
    return storage


def enter_ours(self):
    if self.storage_specifier == MODE:
        self.address = free.pop(0)
        self.storage = self.proxy = emptied(self.address)
        return self.storage
    if self.storage_specifier == "grpc_proxy":
        self.storage = optuna.storages.RDBStorage(os.environ["DOCKTUNA_TEST_URL"])
        return self.storage
    return enter(self)


def leave_ours(self, *exception):
    leave(self, *exception)
    if self.storage_specifier == MODE:
        free.insert(0, self.address)


storages.STORAGE_MODES[:] = [MODE]
storages.StorageSupplier.__enter__ = enter_ours
storages.StorageSupplier.__exit__ = leave_ours


@contextmanager
def served():
    storage = proxy(SERVERS[0])
    try:
        yield storage
    finally:
        storage.close()


def pytest_collection_modifyitems(items):
    # This file knows its storage by a URL.
    for module in {item.module for item in items}:
        if module.__name__.endswith("test_with_server"):
            module.get_storage = served
            emptied(SERVERS[0]).close()
