"""What the scripts of this folder share: arguments, the storage, and strict JSON in both directions.

JSON has no NaN and no infinities, and many parsers lose integers beyond 2**53, so that
  non-finite floats are {"$float": "nan" | "inf" | "-inf"} and large integers {"$int": "..."}.
Everything else is plain JSON. Only the result goes to standard output; warnings and Optuna's log go to stderr.
"""

import argparse
import json
import math
import os
import sys

import optuna
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    distribution_to_json,
    json_to_distribution,
)

VERSION = tuple(int(part) for part in optuna.__version__.split(".")[:2])


def parser(description):
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--url", help="storage URL; prefer the environment, as `ps` shows arguments to everybody")
    result.add_argument("--url-env", default="DOCKTUNA_TEST_URL", metavar="NAME", help="variable that holds the URL")
    return result


def open_storage(arguments, **options):
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    url = arguments.url or os.environ.get(arguments.url_env)
    if not url:
        sys.exit(f"no storage: give --url, or set {arguments.url_env}")
    return optuna.storages.RDBStorage(url, **options)


def encode(value):
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) <= 2**53 else {"$int": str(value)}
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return {"$float": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    raise TypeError(f"no JSON for {type(value).__name__}")


def decode(value):
    if isinstance(value, list):
        return [decode(item) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"$float"}:
            return float(value["$float"])
        if value.keys() == {"$int"}:
            return int(value["$int"])
        return {key: decode(item) for key, item in value.items()}
    return value


def json_argument(text):
    """For argparse: strict JSON in the encoding above."""
    return decode(json.loads(text))


def emit(document):
    # ASCII, so that the locale of the caller does not matter.
    json.dump(encode(document), sys.stdout, allow_nan=False)
    sys.stdout.write("\n")


def distribution_object(distribution):
    return json.loads(distribution_to_json(distribution))


def space_argument(text):
    """For argparse: an object of name -> distribution, as Optuna stores it, as an object or as text of one."""
    space = json_argument(text)
    return {
        name: json_to_distribution(entry if isinstance(entry, str) else json.dumps(entry))
        for name, entry in space.items()
    }


def suggest(trial, name, distribution):
    """Suggests through the public interface, as a user's objective does; returns the internal value."""
    if isinstance(distribution, CategoricalDistribution):
        value = trial.suggest_categorical(name, distribution.choices)
    else:
        call = trial.suggest_float if isinstance(distribution, FloatDistribution) else trial.suggest_int
        # None and 1 are what "no step" looks like; naming them beside `log` is refused.
        step = {} if distribution.log or distribution.step is None else {"step": distribution.step}
        value = call(name, distribution.low, distribution.high, log=distribution.log, **step)
    return float(distribution.to_internal_repr(value))


def iso(moment):
    return None if moment is None else moment.isoformat(sep=" ", timespec="microseconds")
