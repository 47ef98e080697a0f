"""Suggests values with Optuna for a program that asks over standard input, one JSON text a line.

{"study": {..}, "seed": N}      a new study: "sampler", "objectives", and where it prunes, "pruner"
{"ask": K}                      the new trial K; several may run
{"trial": K, "name": .., ..}    a value of a trial; "float", "int" or "choices" as in optuna.py
{"report": K, "step": S, ..}    an intermediate "value"; answered by whether the trial is to be pruned
{"tell": K, "values": [..]}     the trial's result; without values it was pruned
"""

import json
import sys
import warnings

import optuna
from optuna.pruners import HyperbandPruner, MedianPruner
from optuna.samplers import NSGAIIISampler, NSGAIISampler, RandomSampler, TPESampler

SAMPLERS = {
    "tpe": TPESampler,
    "liar": lambda seed: TPESampler(constant_liar=True, seed=seed),
    "joint": lambda seed: TPESampler(multivariate=True, group=True, seed=seed),
    "nsga2": NSGAIISampler,
    "nsga3": NSGAIIISampler,
    "random": RandomSampler,
}

PRUNERS = {"median": MedianPruner, "hyperband": HyperbandPruner}

optuna.logging.set_verbosity(optuna.logging.WARNING)
warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)


def begin(wanted, seed):
    pruner = wanted.get("pruner")
    return optuna.create_study(
        study_name="quality",
        sampler=SAMPLERS[wanted["sampler"]](seed=seed),
        pruner=PRUNERS[pruner["name"]](**pruner["options"]) if pruner else None,
        directions=["minimize"] * wanted["objectives"],
    )


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
study = None
trials = {}
for line in sys.stdin:
    asked = json.loads(line)
    if "study" in asked:
        study = begin(asked["study"], asked["seed"])
        trials = {}
    elif "ask" in asked:
        trials[asked["ask"]] = study.ask()
    elif "report" in asked:
        trial = trials[asked["report"]]
        trial.report(asked["value"], asked["step"])
        answer(bool(trial.should_prune()))
    elif "tell" in asked:
        trial = trials.pop(asked["tell"])
        if "values" in asked:
            study.tell(trial, asked["values"])
        else:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    else:
        answer(suggest(trials[asked["trial"]], asked))
