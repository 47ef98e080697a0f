"""Suggests values with Optuna for a program that asks over standard input, one JSON text a line.

{"needs": SAMPLER}              answered by what is missing for it, or null
{"study": SAMPLER, "seed": N}   a new study
{"ask": true}                   a new trial
{"name": .., "float": {..}}     a value of the trial, as suggest_float draws it; answered by the value
{"name": .., "int": {..}}       likewise
{"name": .., "choices": [..]}   answered by the index of the choice
{"tell": LOSS}                  the trial's result
"""

import importlib
import json
import sys
import warnings

import optuna
from optuna.samplers import CmaEsSampler, GPSampler, RandomSampler, TPESampler

SAMPLERS = {
    "tpe": TPESampler,
    "group": lambda seed: TPESampler(multivariate=True, group=True, seed=seed),
    "gp": GPSampler,
    "cmaes": CmaEsSampler,
    "random": RandomSampler,
}
NEEDS = {"gp": ["torch", "scipy"], "cmaes": ["cmaes"]}

optuna.logging.set_verbosity(optuna.logging.WARNING)
warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)


def missing(sampler):
    for module in NEEDS.get(sampler, []):
        try:
            importlib.import_module(module)
        except ImportError as error:
            return f"{module}: {error}"
    return None


def suggest(trial, asked):
    name = asked["name"]
    if "float" in asked:
        return trial.suggest_float(name, **asked["float"])
    if "int" in asked:
        return trial.suggest_int(name, **asked["int"])
    choices = asked["choices"]
    return choices.index(trial.suggest_categorical(name, choices))


def answer(value):
    print(json.dumps(value), flush=True)


answer(optuna.__version__)
study = trial = None
for line in sys.stdin:
    asked = json.loads(line)
    if "needs" in asked:
        answer(missing(asked["needs"]))
    elif "study" in asked:
        study = optuna.create_study(sampler=SAMPLERS[asked["study"]](seed=asked["seed"]))
    elif "ask" in asked:
        trial = study.ask()
    elif "tell" in asked:
        study.tell(trial, asked["tell"])
    else:
        answer(suggest(trial, asked))
